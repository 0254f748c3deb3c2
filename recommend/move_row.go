package recommend

import (
	"context"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Move puts a row of a table elsewhere.
type Move struct {
	List   SummaryID
	Row    RowID
	By     int64  // -1 up, 1 down; 0: To counts
	To     int64  // the place, from 1
	Reason string // why it stands there; "" keeps the one that there is
}

// MoveRow (调整次序) moves one row of a table that is not handed up.
func MoveRow(ctx context.Context, tx *db.Tx, o *Office, m Move) (*Row, error) {
	t, err := o.lockFor(ctx, tx, m.List, actor.ActEditTable)
	if err != nil {
		return nil, err
	}
	w, err := t.row(m.Row)
	if err != nil {
		return nil, err
	}
	from, to := w.Rank, m.To
	if m.By != 0 {
		to = from + m.By
	}
	if m.Reason, err = reason(m.Reason, false); err != nil {
		return nil, err
	}
	rows, err := place(t.Rows, m.Row, to)
	if err != nil {
		return nil, err
	}
	if from == to && m.Reason == "" {
		return nil, fault.New(fault.Invalid, "recommend.same_order").In("to")
	}
	if err := saveOrder(ctx, tx, rows); err != nil {
		return nil, err
	}
	if m.Reason != "" {
		w.Reason = m.Reason
		if err := saveRow(ctx, tx, w); err != nil {
			return nil, err
		}
	}
	return w, tx.Record(ctx, "recommend.rank", t.subject(), map[string]any{"row": w.ID, "application": w.Application, "from": from, "to": to, "reason": m.Reason})
}

// reason cleans a reason, and asks for one where there must be.
func reason(text string, must bool) (string, error) {
	text = strings.TrimSpace(strings.ToValidUTF8(text, ""))
	switch n := len([]rune(text)); {
	case must && n == 0:
		return "", fault.New(fault.Invalid, "recommend.reason").In("reason")
	case n > maxReason:
		return "", fault.New(fault.Invalid, "recommend.long", n, maxReason).In("reason")
	}
	return text, nil
}
