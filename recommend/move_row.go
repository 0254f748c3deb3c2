package recommend

import (
	"context"

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
	t, w, err := o.lockRow(ctx, tx, m.List, m.Row)
	if err != nil {
		return nil, err
	}
	from, to := w.Rank, m.To
	if m.By != 0 {
		to = from + m.By
	}
	if err := written("reason", &m.Reason, false); err != nil {
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
