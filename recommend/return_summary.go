package recommend

import (
	"context"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A SendingDown (退回汇总表) gives a table back to the authority that handed it up.
type SendingDown struct {
	List   SummaryID
	Reason string
}

// ReturnSummary gives a table back, for a reason, while nothing on it was decided
// above: the authority orders it anew and hands it up again. What was handed up
// stays in the journal under its hash; its seal is void.
func ReturnSummary(ctx context.Context, tx *db.Tx, o *Office, g SendingDown) (*Summary, error) {
	t, err := o.lockTable(ctx, tx, g.List)
	if err != nil {
		return nil, err
	}
	l := t.Summary
	if err := t.received(ctx, tx); err != nil {
		return nil, err
	}
	if err := written("reason", &g.Reason, true); err != nil {
		return nil, err
	}
	if t.Rows, err = rowsOf(ctx, tx, l.ID); err != nil {
		return nil, err
	}
	ordered := slices.SortedFunc(slices.Values(t.Rows), func(a, b *Row) int { return strings.Compare(string(a.Application), string(b.Application)) })
	for _, w := range ordered {
		if err := t.takeBack(ctx, tx, w); err != nil {
			return nil, err
		}
	}
	was := l.Hash
	l.State, l.Reason, l.Handed, l.HandedBy, l.Seal, l.Receiver = SummaryOpen, g.Reason, time.Time{}, "", Seal{}, ""
	if err := saveList(ctx, tx, l); err != nil {
		return nil, err
	}
	if err := t.tell(ctx, tx, l.Authority, "recommend.notice.list_returned"); err != nil {
		return nil, err
	}
	return l, tx.Record(ctx, "recommend.return_summary", l.subject(), map[string]any{"hash": was, "reason": g.Reason})
}

// received asks that the author of tx decides for the unit that the table was
// handed up to.
func (t *Table) received(ctx context.Context, tx *db.Tx) error {
	if t.Receiver != "" && tx.By.Unit == string(t.Receiver) {
		return t.mayReceive(ctx, tx, tx.By, actor.ActDecideStep)
	}
	if err := t.may(ctx, tx, tx.By, actor.ActDecideStep); err != nil {
		return err
	}
	return fault.New(fault.Refused, "recommend.not_receiver")
}

// takeBack lets the step above wait again for the application of a row.
func (t *Table) takeBack(ctx context.Context, tx *db.Tx, w *Row) error {
	if w.Application == "" {
		return nil
	}
	all, err := lockSteps(ctx, tx, w.Application)
	if err != nil {
		return err
	}
	s := t.step(all)
	if s == nil || s.State != Endorsed {
		return nil // it was taken back by the applicant meanwhile
	}
	next := follower(all, s)
	switch {
	case next == nil:
		return nil
	case next.State != Open:
		return fault.New(fault.Conflict, "recommend.list_received", t.named(w))
	}
	next.wait(next.Version)
	return saveStep(ctx, tx, next)
}
