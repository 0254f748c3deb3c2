package registry

import (
	"context"
	"errors"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A Preview (导入预览) is what a file would do: shown before anything is
// stored. A file with faults is not imported at all.
type Preview struct {
	List    string         `json:"list"`
	Rows    int            `json:"rows"` // of the file
	Added   []Item         `json:"added"`
	Changed []Item         `json:"changed"`
	Ended   []Item         `json:"ended"` // rows that a whole list leaves out
	Counts  Counts         `json:"counts"`
	Ignored []string       `json:"ignored"` // titles that are no column of the list
	Faults  []*fault.Fault `json:"-"`       // the first [maxFaults]; Counts has how many there are
	Accept  string         `json:"accept"`  // hand it back with the import: exactly this is done, or nothing
}

// Counts are how many rows a file adds, changes, ends and leaves as they are,
// and how many faults it has.
type Counts struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Ended   int `json:"ended"`
	Same    int `json:"same"`
	Faults  int `json:"faults"`
}

// An Item is one row of a preview.
type Item struct {
	Row     int               `json:"row"`    // of the sheet; 0 for one that the file leaves out
	Label   string            `json:"label"`  // what the row is called
	Before  map[string]string `json:"before"` // nil when it is added
	After   map[string]string `json:"after"`  // nil when it is removed
	Columns []string          `json:"columns"`
}

// The most rows and faults that a preview shows.
const (
	maxItems  = 200
	maxFaults = 100
)

// An Upload is a file with rows for a list of a unit's profile.
type Upload struct {
	Unit   actor.UnitID
	List   string
	Name   string // of the file
	Data   []byte
	Whole  bool   // the file is the whole list: what it leaves out is removed
	Accept string // of the preview that was accepted
}

// Preview says what the upload would do, to those who may import it.
func (u Upload) Preview(ctx context.Context, r db.Reader, by db.By, keys *secret.Keys) (*Preview, error) {
	if err := actor.May(ctx, r, by, actor.ActImportProfile, u.Unit); err != nil {
		return nil, err
	}
	p, g, err := u.plan(ctx, r, keys)
	if err != nil {
		return nil, err
	}
	return p.preview(g), nil
}

// plan reads the upload against the list as it stands.
func (u Upload) plan(ctx context.Context, r db.Reader, keys *secret.Keys) (*plan, *grid, error) {
	list := FindList(u.List)
	if list == nil {
		return nil, nil, fault.New(fault.Missing, "registry.missing")
	}
	g, err := readGrid(list, u.Name, u.Data)
	if err != nil {
		return nil, nil, err
	}
	rows, err := standing(ctx, r, u.Unit, u.List)
	if err != nil {
		return nil, nil, err
	}
	p := newPlan(list, keys, rows)
	return p, g, p.file(g, u.Whole && !list.Single, dayOf(r.At()))
}

// file plans the rows of a file; whole says that they are the whole list from
// day on.
func (p *plan) file(g *grid, whole bool, day string) error {
	flawed, named := map[int]bool{}, map[RowID]bool{}
	for _, f := range g.flaws {
		flawed[f.change] = true
	}
	p.flaws = append(p.flaws, g.flaws...)
	for i, c := range g.changes {
		if flawed[i] {
			continue
		}
		id, err := p.addRow(i, c)
		if err != nil {
			return err
		}
		if id != "" {
			named[id] = true
		}
	}
	if whole {
		p.rest(named, day)
	}
	p.check()
	return nil
}

// preview shows a plan that was made from a file.
func (p *plan) preview(g *grid) *Preview {
	v := &Preview{List: p.list.ID, Rows: len(g.changes), Ignored: g.ignored, Counts: Counts{Same: p.same, Faults: len(p.flaws)}}
	for _, m := range p.moves {
		item := Item{After: m.cells, Columns: m.columns, Label: p.list.label(m.cells)}
		if m.change >= 0 {
			item.Row = g.numbers[m.change]
		}
		if m.before != nil {
			item.Before = m.before.Cells
			item.Label = p.list.label(item.Before)
		}
		switch {
		case m.remove, m.ended:
			v.Ended = keepItem(v.Ended, item, &v.Counts.Ended)
		case m.before == nil:
			v.Added = keepItem(v.Added, item, &v.Counts.Added)
		default:
			v.Changed = keepItem(v.Changed, item, &v.Counts.Changed)
		}
	}
	for _, w := range p.flaws[:min(len(p.flaws), maxFaults)] {
		v.Faults = append(v.Faults, p.inSheet(w, g))
	}
	v.Accept = p.digest()
	return v
}

func keepItem(items []Item, one Item, n *int) []Item {
	if *n++; len(items) == maxItems {
		return items
	}
	return append(items, one)
}

// inSheet is a flaw with the sheet, row and column where it is.
func (p *plan) inSheet(w flaw, g *grid) *fault.Fault {
	f := w.fault
	if f == nil {
		f = fault.New(fault.Invalid, "registry.twice", g.numbers[w.twin])
	}
	switch column := p.list.Column(w.column); {
	case w.change < 0:
		return f
	case column == nil:
		return fault.New(f.Kind, "registry.at_row", g.sheet, g.numbers[w.change], f)
	default:
		return fault.New(f.Kind, "registry.at", g.sheet, g.numbers[w.change], column.word(), f).In(column.Code)
	}
}

// accepted checks that a plan is right, and the very one that was shown.
func (p *plan) accepted(g *grid, accept string) error {
	v := p.preview(g)
	if len(v.Faults) > 0 {
		all := make([]error, len(v.Faults))
		for i, f := range v.Faults {
			all[i] = f
		}
		return errors.Join(all...)
	}
	if v.Accept != accept {
		return fault.New(fault.Conflict, "registry.stale", p.list.word())
	}
	return nil
}
