package registry

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// An Adoption is a file with rows for the part of a register that an authority
// keeps, and what the authority says about it.
type Adoption struct {
	Register     string
	Keeper       actor.UnitID
	Name         string // of the file
	Data         []byte
	Document     string // the source: a document number, a title
	Day          string // the first day on which it holds, 2024-01-31
	Whole        bool   // the file is the whole part: what it leaves out ends on the day before
	Complete     bool   // a row that is not there does not exist
	CompleteFrom string // … on this day and later; "" for always
	Accept       string // of the preview that was accepted
}

// Preview says what the adoption would do, to those who may adopt it.
func (a Adoption) Preview(ctx context.Context, r db.Reader, by db.By, keys *secret.Keys) (*Preview, error) {
	p, g, err := a.plan(ctx, r, by, keys)
	if err != nil {
		return nil, err
	}
	return p.preview(g), nil
}

// plan reads the file against the part as it stands.
func (a Adoption) plan(ctx context.Context, r db.Reader, by db.By, keys *secret.Keys) (*plan, *grid, error) {
	if err := actor.May(ctx, r, by, actor.ActKeepRegister, a.Keeper); err != nil {
		return nil, nil, err
	}
	list := FindRegister(a.Register)
	if list == nil {
		return nil, nil, fault.New(fault.Missing, "registry.missing")
	}
	if err := a.check(ctx, r); err != nil {
		return nil, nil, err
	}
	g, err := readGrid(list, a.Name, a.Data)
	if err != nil {
		return nil, nil, err
	}
	rows, err := heldNow(ctx, r, a.Register, a.Keeper)
	if err != nil {
		return nil, nil, err
	}
	p := newPlan(list, keys, rows)
	return p, g, p.file(g, a.Whole, a.Day)
}

// check refuses an adoption that does not say what it has to.
func (a Adoption) check(ctx context.Context, r db.Reader) error {
	keeper, err := actor.FindUnit(ctx, r, a.Keeper)
	if err != nil {
		return err
	}
	day, bad := readDate(a.Day)
	from := a.CompleteFrom
	if bad == nil && from != "" {
		from, bad = readDate(from)
	}
	switch {
	case !keeper.Authority:
		return fault.New(fault.Refused, "registry.no_authority", keeper.Name)
	case bad != nil || day != a.Day || from != a.CompleteFrom:
		return fault.New(fault.Invalid, "registry.date", clip(a.Day)).In("day")
	case a.Document == "":
		return fault.New(fault.Invalid, "registry.document").In("document")
	}
	return nil
}

// Adopt (启用名录) makes the file that was previewed and accepted the next
// edition of the part of a register.
func Adopt(ctx context.Context, tx *db.Tx, keys *secret.Keys, a Adoption) (*Edition, error) {
	p, g, err := a.plan(ctx, tx, tx.By, keys)
	if err != nil {
		return nil, err
	}
	if err := p.accepted(g, a.Accept); err != nil {
		return nil, err
	}
	past, err := editions(ctx, tx, a.Register, a.Keeper)
	if err != nil {
		return nil, err
	}
	counts := p.preview(g).Counts
	e := &Edition{ID: db.NewID(), Register: a.Register, Keeper: a.Keeper, Number: 1, Adopted: markOf(tx), Document: a.Document,
		File: string(blob.Sum(a.Data)), Day: a.Day, Complete: a.Complete, CompleteFrom: a.CompleteFrom,
		Added: int64(counts.Added), Changed: int64(counts.Changed), Ended: int64(counts.Ended)}
	if len(past) > 0 {
		e.Number = past[0].Number + 1
	}
	if err := e.write(ctx, tx, p); err != nil {
		return nil, err
	}
	return e, tx.Record(ctx, "registry.adopt", "register:"+e.Register, map[string]any{"edition": e, "digest": p.digest()})
}

// write ends the rows that the edition changes, and only then adds what it
// holds in their place.
func (e *Edition) write(ctx context.Context, tx *db.Tx, p *plan) error {
	if err := insertEdition(ctx, tx, e); err != nil {
		return err
	}
	var rows []*Row
	for _, m := range p.moves {
		if m.before != nil {
			if err := endHeld(ctx, tx, m.before.ID, e.Number); err != nil {
				return err
			}
		}
		if !m.remove {
			rows = append(rows, &Row{ID: RowID(db.NewID()), Cells: m.cells, Person: m.person, key: m.key})
		}
	}
	return insertHeld(ctx, tx, e, rows)
}
