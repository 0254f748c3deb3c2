package registry

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A Batch are changes to one list of a unit's profile that are made together or
// not at all.
type Batch struct {
	Unit    actor.UnitID
	List    string
	Changes []Change
}

// maxChanges bounds what one Edit may change; more comes as a file.
const maxChanges = 200

// Edit (填报档案) adds, changes and removes rows of a list and returns the rows
// that it wrote. What was changed is declared again: an authority's
// verification is of the version that it saw. A change made on a version that
// is no longer the last is a Conflict that names what somebody else changed.
func Edit(ctx context.Context, tx *db.Tx, keys *secret.Keys, b Batch) ([]*Row, error) {
	if err := actor.May(ctx, tx, tx.By, actor.ActEditProfile, b.Unit); err != nil {
		return nil, err
	}
	list := FindList(b.List)
	if list == nil {
		return nil, fault.New(fault.Missing, "registry.missing")
	}
	if len(b.Changes) > maxChanges {
		return nil, fault.New(fault.Invalid, "registry.too_many", len(b.Changes), maxChanges)
	}
	rows, err := standing(ctx, tx, b.Unit, b.List)
	if err != nil {
		return nil, err
	}
	p := newPlan(list, keys, rows)
	for i, c := range b.Changes {
		if err := overtaken(ctx, tx, p, b.Unit, c); err != nil {
			return nil, err
		}
		if err := p.add(i, c); err != nil {
			return nil, err
		}
	}
	if p.check(); len(p.flaws) > 0 {
		return nil, p.faults()
	}
	if len(p.moves) == 0 {
		return nil, nil
	}
	return apply(ctx, tx, p, b.Unit)
}

// overtaken says what somebody else did to a row since the version that a
// change was made on, or nil.
func overtaken(ctx context.Context, tx *db.Tx, p *plan, unit actor.UnitID, c Change) error {
	row := p.row(c)
	switch {
	case row != nil && row.Version == c.Version, row == nil && c.Version == 0 && c.ID == "":
		return nil
	case row == nil && c.ID == "":
		return fault.New(fault.Conflict, "registry.gone", p.list.word())
	case row == nil:
		last, err := versions(ctx, tx, c.ID)
		if err == nil && (last[0].Unit != unit || last[0].List != p.list.ID) {
			err = fault.New(fault.Missing, "registry.missing")
		}
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "registry.gone", p.list.label(last[len(last)-1].Cells))
	}
	seen := map[string]string{}
	past, err := versions(ctx, tx, row.ID)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(past, func(r *Row) bool { return r.Version == c.Version }); i >= 0 {
		seen = past[i].Cells
	}
	columns := p.list.columnsOf(seen, row.Cells)
	if len(columns) == 0 {
		return fault.New(fault.Conflict, "registry.touched", p.list.label(row.Cells), shown(row.Entered.At))
	}
	return fault.New(fault.Conflict, "registry.changed", p.list.label(row.Cells), shown(row.Entered.At), p.list.words(columns)).In(columns[0])
}

// faults are the flaws of an Edit: In names the column, with the number of the
// change before it when there are several.
func (p *plan) faults() error {
	var all []error
	for _, w := range p.flaws {
		f := w.fault
		if f == nil {
			f = fault.New(fault.Invalid, "registry.twice", w.twin+1)
		}
		field := w.column
		if !p.list.Single && w.change > 0 {
			field = strconv.Itoa(w.change+1) + "." + field
		}
		all = append(all, f.In(field))
	}
	return errors.Join(all...)
}

// line is what the journal keeps of changed rows: which, and a hash of what
// they became. What stands in them is for those who may see the profile.
type line struct {
	List   string    `json:"list"`
	Rows   []lineRow `json:"rows,omitempty"`
	Digest string    `json:"digest"`
}

type lineRow struct {
	ID      RowID    `json:"id"`
	Version int64    `json:"version"`
	Columns []string `json:"columns,omitempty"`
	Removed bool     `json:"removed,omitempty"`
}

// apply makes the moves of a plan and leaves the line of an edit.
func apply(ctx context.Context, tx *db.Tx, p *plan, unit actor.UnitID) ([]*Row, error) {
	written, err := write(ctx, tx, p, unit)
	if err != nil {
		return nil, err
	}
	l := line{List: p.list.ID, Digest: p.digest()}
	n := 0
	for _, m := range p.moves {
		if m.remove {
			l.Rows = append(l.Rows, lineRow{ID: m.before.ID, Version: m.before.Version, Removed: true})
			continue
		}
		l.Rows = append(l.Rows, lineRow{ID: written[n].ID, Version: written[n].Version, Columns: m.columns})
		n++
	}
	return written, tx.Record(ctx, "registry.edit", subject(unit), l)
}

// write closes what the moves of a plan end, and only then opens what follows:
// two rows may have changed places.
func write(ctx context.Context, tx *db.Tx, p *plan, unit actor.UnitID) ([]*Row, error) {
	for _, m := range p.moves {
		if m.before != nil {
			if err := end(ctx, tx, m.before); err != nil {
				return nil, err
			}
		}
	}
	var written []*Row
	for _, m := range p.moves {
		if m.remove {
			continue
		}
		row, err := m.row(p, unit, markOf(tx))
		if err != nil {
			return nil, err
		}
		if err := insert(ctx, tx, row); err != nil {
			return nil, err
		}
		written = append(written, row)
	}
	return written, nil
}

// row is the version of a row that a move makes.
func (m move) row(p *plan, unit actor.UnitID, by Mark) (*Row, error) {
	row := &Row{ID: RowID(db.NewID()), Unit: unit, List: p.list.ID, Version: 1, Cells: m.cells, Person: m.person,
		Evidence: m.evidence, Entered: by, Confirmed: by, key: m.key}
	if m.before != nil {
		row.ID, row.Version, row.sealed = m.before.ID, m.before.Version+1, m.before.sealed
	}
	if m.person == "" {
		row.sealed = ""
	}
	if m.number == "" {
		return row, nil
	}
	var err error
	row.sealed, err = p.keys.Seal(sealedAt(row.ID), m.number)
	return row, err
}

func markOf(tx *db.Tx) Mark {
	return Mark{Person: actor.PersonID(tx.By.Person), Unit: actor.UnitID(tx.By.Unit), At: tx.Now}
}

func subject(unit actor.UnitID) string { return "unit:" + string(unit) }
