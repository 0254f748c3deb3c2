package recommend

import (
	"context"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/programme"
)

// A Table is a [Summary] as somebody sees it.
type Table struct {
	*Summary
	CallTitle string    `json:"call_title"`
	Title     string    `json:"title"`            // the official name of the table
	Purpose   string    `json:"purpose"`          // what the hand-in is called in the call
	Final     bool      `json:"final"`            // it holds what was recommended; else what the authority collected
	Clause    string    `json:"clause,omitempty"` // that asks for the table
	Columns   []*Column `json:"columns"`
	Rows      []*Row    `json:"rows"`
	Due       time.Time `json:"due,omitzero"` // the first instant that is late
	Late      bool      `json:"late"`
	MayEdit   bool      `json:"may_edit"`
	MayHandUp bool      `json:"may_hand_up"`
	MayReturn bool      `json:"may_return"`

	of   *call.Call
	form *programme.Table
	pkg  *programme.Package
}

// Value is what stands in a column of a row.
func (t *Table) Value(w *Row, c *Column) string { return w.value(c) }

// FileName is the name of the table's file by the rule of the call, with an
// ending.
func (t *Table) FileName(ext string) string {
	pattern := t.form.FileName
	if pattern == "" {
		pattern = t.Title
	}
	return intake.NameBy(pattern, map[string]string{recommenderWord: t.Recommender}, ext)
}

// FindSummary returns a table to the people of its authority, and, once it was
// handed up, to those of the unit that it was handed up to.
func FindSummary(ctx context.Context, r db.Reader, o *Office, by db.By, id SummaryID) (*Table, error) {
	l, err := findList(ctx, r, id)
	if err != nil {
		return nil, err
	}
	return o.table(ctx, r, by, l)
}

// table is a list as by sees it, with its rows.
func (o *Office) table(ctx context.Context, r db.Reader, by db.By, l *Summary) (*Table, error) {
	t, err := o.view(ctx, r, l)
	if err != nil {
		return nil, err
	}
	if err := t.seen(ctx, r, by); err != nil {
		return nil, err
	}
	if err := t.fill(ctx, r); err != nil {
		return nil, err
	}
	t.MayEdit = l.State == SummaryOpen && t.may(ctx, r, by, actor.ActEditTable) == nil
	t.MayHandUp = l.State == SummaryOpen && t.may(ctx, r, by, actor.ActHandUp) == nil
	t.MayReturn = l.State == SummaryHanded && t.mayReceive(ctx, r, by, actor.ActDecideStep) == nil
	return t, nil
}

// view is a list with what its package says of it.
func (o *Office) view(ctx context.Context, r db.Reader, l *Summary) (*Table, error) {
	t := &Table{Summary: l, Rows: []*Row{}}
	var err error
	if t.of, err = call.Newest(ctx, r, l.Call); err != nil {
		return nil, err
	}
	if t.pkg, err = o.Shelf.Package(ctx, r, l.Package); err != nil {
		return nil, err
	}
	if t.form = tableNamed(t.pkg, l.Form); t.form == nil {
		return nil, errNoList()
	}
	t.CallTitle, t.Title, t.Final, t.Columns = t.of.Title, t.form.Name, l.Stage == finalStage(t.form), columnsOf(t.pkg, t.form)
	t.Clause = firstClause(t.pkg, t.form.Clauses)
	if w, ok := t.of.Stage(l.Stage); ok {
		t.Purpose, t.Due = w.Name, w.Until
	}
	t.Late = l.late(t.Due, r.At())
	return t, nil
}

// late reports whether the table was handed up, or is not yet, after it was due.
func (l *Summary) late(due, now time.Time) bool {
	if !l.Handed.IsZero() && l.State == SummaryHanded {
		now = l.Handed
	}
	return !due.IsZero() && !now.Before(due)
}

// fill reads the rows: as they stand, or as they were handed up.
func (t *Table) fill(ctx context.Context, r db.Reader) error {
	if t.State == SummaryOpen {
		var err error
		t.Rows, err = rowsOf(ctx, r, t.ID)
		return err
	}
	h, err := t.handed()
	if err != nil || h == nil {
		return err
	}
	for i, one := range h.Rows {
		w := &Row{ID: one.Row, Rank: int64(i + 1), Application: one.Application, Version: one.Version, Reason: one.Reason, Own: map[string]string{}}
		for n, c := range t.Columns {
			if n < len(one.Cells) {
				w.Own[c.ID] = one.Cells[n]
			}
		}
		t.Rows = append(t.Rows, w)
	}
	return nil
}

// may asks whether by may do act to the table of their authority.
func (t *Table) may(ctx context.Context, r db.Reader, by db.By, act actor.Act) error {
	return t.mayAs(ctx, r, by, act, t.Authority)
}

// mayReceive asks whether by may do act as the unit that the table was handed up
// to.
func (t *Table) mayReceive(ctx context.Context, r db.Reader, by db.By, act actor.Act) error {
	if t.Receiver == "" || t.State != SummaryHanded {
		return errNoList()
	}
	return t.mayAs(ctx, r, by, act, t.Receiver)
}

func (t *Table) mayAs(ctx context.Context, r db.Reader, by db.By, act actor.Act, unit actor.UnitID) error {
	err := actor.MayOn(ctx, r, by, act, actor.On{Unit: unit, Issuer: t.of.Issuer, Programme: t.of.Package})
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return errNoList()
	}
	return err
}

// seen asks whether by may see the table.
func (t *Table) seen(ctx context.Context, r db.Reader, by db.By) error {
	err := t.may(ctx, r, by, actor.ActViewQueue)
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return t.mayReceive(ctx, r, by, actor.ActViewQueue)
	}
	return err
}

// lockTable locks a table, without its rows.
func (o *Office) lockTable(ctx context.Context, tx *db.Tx, id SummaryID) (*Table, error) {
	l, err := lockList(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return o.view(ctx, tx, l)
}

// lockRow is lockFor with one of the rows, for an act that changes the table.
func (o *Office) lockRow(ctx context.Context, tx *db.Tx, id SummaryID, row RowID) (*Table, *Row, error) {
	t, err := o.lockFor(ctx, tx, id, actor.ActEditTable)
	if err != nil {
		return nil, nil, err
	}
	w, err := t.row(row)
	return t, w, err
}

// lockFor locks a table and asks whether the author of tx may do act to it while
// it is not handed up.
func (o *Office) lockFor(ctx context.Context, tx *db.Tx, id SummaryID, act actor.Act) (*Table, error) {
	t, err := o.lockTable(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := t.may(ctx, tx, tx.By, act); err != nil {
		return nil, err
	}
	if err := t.open(); err != nil {
		return nil, err
	}
	t.Rows, err = rowsOf(ctx, tx, id)
	return t, err
}

// row finds a row of the table.
func (t *Table) row(id RowID) (*Row, error) {
	for _, w := range t.Rows {
		if w.ID == id {
			return w, nil
		}
	}
	return nil, fault.New(fault.Missing, "recommend.no_row")
}

// named is how messages call a row: by the first text in it.
func (t *Table) named(w *Row) string {
	for _, c := range t.Columns {
		if text := w.value(c); !c.Given() && text != "" {
			return text
		}
	}
	return string(w.Application)
}

// application is what a row stands for, nil for one that is there by hand.
func (w *Row) application(ctx context.Context, r db.Reader) (*apply.Application, *apply.Version, error) {
	if w.Application == "" {
		return nil, nil, nil
	}
	return apply.Get(ctx, r, w.Application)
}
