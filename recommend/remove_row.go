package recommend

import (
	"context"
	"slices"

	"shenbao/apply"
	"shenbao/internal/db"
)

// A Removal takes a row off a table.
type Removal struct {
	List   SummaryID
	Row    RowID
	Reason string
}

// RemoveRow (移出汇总表) takes a row off a table that is not handed up. The step of
// an application is open again, for the version that stands now, and its places
// of the quotas are given back: whoever recommended it looks again.
func RemoveRow(ctx context.Context, tx *db.Tx, o *Office, m Removal) (*Summary, error) {
	t, w, err := o.lockRow(ctx, tx, m.List, m.Row)
	if err != nil {
		return nil, err
	}
	if err := written("reason", &m.Reason, w.Application != ""); err != nil {
		return nil, err
	}
	if err := t.drop(ctx, tx, w); err != nil {
		return nil, err
	}
	if w.Application != "" {
		if err := t.reopen(ctx, tx, w); err != nil {
			return nil, err
		}
	}
	return t.Summary, tx.Record(ctx, "recommend.remove_row", t.subject(), map[string]any{"row": w.ID, "application": w.Application, "reason": m.Reason})
}

// drop takes a row out and closes the gap.
func (t *Table) drop(ctx context.Context, tx *db.Tx, w *Row) error {
	if err := deleteRow(ctx, tx, w.ID); err != nil {
		return err
	}
	t.Rows = slices.DeleteFunc(t.Rows, func(one *Row) bool { return one.ID == w.ID })
	return saveOrder(ctx, tx, t.Rows)
}

// reopen lets the authority decide again about the application of a row. One
// that is being mended comes back to the step with its next version.
func (t *Table) reopen(ctx context.Context, tx *db.Tx, w *Row) error {
	all, err := lockSteps(ctx, tx, w.Application)
	if err != nil {
		return err
	}
	s := t.step(all)
	if s == nil || s.State != Endorsed || s.Version != w.Version {
		return nil // it is elsewhere by now
	}
	a, _, err := w.application(ctx, tx)
	if err != nil {
		return err
	}
	if s.arrive(a.Version, tx.Now); a.State != apply.Submitted {
		s.decide(Returned, "", tx.Now)
	}
	if err := saveStep(ctx, tx, s); err != nil {
		return err
	}
	return apply.FreePlaces(ctx, tx, a.ID, room)
}

// step is the one in which the authority of the table recommends.
func (t *Table) step(all []*Step) *Step {
	for _, s := range all {
		if s.Kind == Recommends && s.Authority == t.Authority && s.State != Cancelled {
			return s
		}
	}
	return nil
}
