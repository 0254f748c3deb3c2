package recommend

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
)

// HandUp (报送汇总表) freezes a table as it stands, in its order, and hands it to
// the authority above: the next step of every application on it is open then.
// An empty table, a cell that is too long and an application that is not as it
// was recommended stop it. What comes late is shown late.
func HandUp(ctx context.Context, tx *db.Tx, o *Office, id SummaryID) (*Summary, error) {
	t, err := o.lockFor(ctx, tx, id, actor.ActHandUp)
	if err != nil {
		return nil, err
	}
	if len(t.Rows) == 0 {
		return nil, fault.New(fault.Conflict, "recommend.empty")
	}
	for _, w := range t.Rows {
		if err := t.fit(w); err != nil {
			return nil, err
		}
	}
	handed, err := t.collect(ctx, tx)
	if err != nil {
		return nil, err
	}
	if t.Receiver == "" {
		if t.Receiver, err = t.above(ctx, tx); err != nil {
			return nil, err
		}
	}
	t.State, t.Handed, t.HandedBy, t.Reason, t.Seal = SummaryHanded, tx.Now, actor.PersonID(tx.By.Person), "", Seal{}
	t.Version++
	body := HandedTable{List: t.ID, Call: t.Call, Table: t.Title, Stage: t.Stage, Number: t.Number, Version: t.Version, Package: t.Package,
		Authority: t.Authority, Recommender: t.Recommender, Handed: tx.Now, Rows: handed}
	for _, c := range t.Columns {
		body.Columns = append(body.Columns, c.Name)
	}
	if err := t.freeze(body); err != nil {
		return nil, err
	}
	if err := saveList(ctx, tx, t.Summary); err != nil {
		return nil, err
	}
	if err := t.tell(ctx, tx, t.Receiver, "recommend.notice.handed_up"); err != nil {
		return nil, err
	}
	return t.Summary, tx.RecordUnder(ctx, t.Clause, "recommend.hand_up", t.subject(), map[string]any{"hash": t.Hash, "rows": len(t.Rows), "version": t.Version, "to": t.Receiver, "late": t.late(t.Due, tx.Now)})
}

// fit asks that every cell of a row is within its limit.
func (t *Table) fit(w *Row) error {
	if err := t.complete(w); err != nil {
		return t.at(w, err)
	}
	for _, c := range t.Columns {
		if err := c.fits(w.value(c)); c.Max > 0 && err != nil {
			return t.at(w, err)
		}
	}
	return nil
}

// at says in which row a fault is.
func (t *Table) at(w *Row, err error) error {
	f := fault.Of(err)
	return fault.New(f.Kind, "recommend.in_row", w.Rank, t.named(w), f).In(f.Field).Under(f.Clause)
}

// collect is every row as it is handed up. The next steps of the applications
// are opened, in one order for everybody.
func (t *Table) collect(ctx context.Context, tx *db.Tx) ([]HandedRow, error) {
	out := make([]HandedRow, len(t.Rows))
	byKey := slices.SortedFunc(slices.Values(t.Rows), func(a, b *Row) int { return cmp.Compare(a.Application, b.Application) })
	for _, w := range byKey {
		h := HandedRow{Row: w.ID, Application: w.Application, Version: w.Version, Reason: w.Reason}
		if w.Application != "" {
			manifest, err := t.pass(ctx, tx, w)
			if err != nil {
				return nil, err
			}
			h.Manifest = manifest
		}
		for _, c := range t.Columns {
			h.Cells = append(h.Cells, w.value(c))
		}
		out[w.Rank-1] = h
	}
	return out, nil
}

// pass opens the next step of the application of a row, which must be as it was
// recommended, and tells the applicant. It returns the hash of its version.
func (t *Table) pass(ctx context.Context, tx *db.Tx, w *Row) (string, error) {
	all, err := lockSteps(ctx, tx, w.Application)
	if err != nil {
		return "", err
	}
	a, v, err := w.application(ctx, tx)
	if err != nil {
		return "", err
	}
	s := t.step(all)
	if s == nil || s.State != Endorsed || s.Version != w.Version || a.State != apply.Submitted || a.Version != w.Version {
		return "", fault.New(fault.Conflict, "recommend.row_stale", w.Rank, t.named(w))
	}
	if next := follower(all, s); next != nil && next.State == Waiting {
		if t.Receiver == "" {
			t.Receiver = next.Authority
		}
		next.arrive(s.Version, tx.Now)
		if err := saveStep(ctx, tx, next); err != nil {
			return "", err
		}
	}
	return v.Hash, recommended(ctx, tx, a, t.AuthorityName, fmt.Sprintf("%s:%s:%d", t.ID, a.ID, t.Version+1))
}

// recommended tells the applicants that an authority recommended them, once.
func recommended(ctx context.Context, tx *db.Tx, a *apply.Application, authority, once string) error {
	return inform(ctx, tx, a, inbox.Notice{Key: "recommend.notice.recommended", Args: []any{a.Name, authority}}, "recommend.recommended:"+once)
}

// above is the authority over the one whose table it is; "" at the top.
func (t *Table) above(ctx context.Context, r db.Reader) (actor.UnitID, error) {
	u, err := actor.FindUnit(ctx, r, t.Authority)
	if err != nil {
		return "", err
	}
	return u.Parent, nil
}

// tell says something about the table to the officers of a unit.
func (t *Table) tell(ctx context.Context, tx *db.Tx, unit actor.UnitID, key string) error {
	if unit == "" {
		return nil
	}
	n := inbox.Notice{Unit: string(unit), Key: key, Link: "/tables/" + string(t.ID), Args: []any{t.AuthorityName, t.Title, len(t.Rows), t.Reason}}
	return actor.Tell(ctx, tx, n, fmt.Sprintf("%s:%s:%d", key, t.ID, t.Version), actor.Officer, actor.Head)
}
