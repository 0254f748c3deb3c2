package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A RowEdit is what an authority writes into a row.
type RowEdit struct {
	List   SummaryID
	Row    RowID             // "" adds one, to a table that is kept by hand
	Cells  map[string]string // by column
	Reason string            // why it stands there
	Seen   string            // [Row.Digest] of what the sender saw; "" is not asked
}

// EditRow (填写汇总表) writes into a row of a table that is not handed up: the texts
// with a limit, which the authority may put more shortly, and where no
// application speaks for itself every column.
func EditRow(ctx context.Context, tx *db.Tx, o *Office, e RowEdit) (*Row, error) {
	t, err := o.lockFor(ctx, tx, e.List, actor.ActEditTable)
	if err != nil {
		return nil, err
	}
	if err := written("reason", &e.Reason, false); err != nil {
		return nil, err
	}
	if e.Row == "" {
		return t.add(ctx, tx, e)
	}
	w, err := t.row(e.Row)
	if err != nil {
		return nil, err
	}
	if e.Seen != "" && e.Seen != w.digest() {
		return nil, fault.New(fault.Conflict, "recommend.row_changed")
	}
	if err := w.write(t.Columns, e.Cells); err != nil {
		return nil, err
	}
	if err := t.complete(w); err != nil {
		return nil, err
	}
	w.Reason = e.Reason
	if err := saveRow(ctx, tx, w); err != nil {
		return nil, err
	}
	return w, tx.Record(ctx, "recommend.edit_row", t.subject(), map[string]any{"row": w.ID, "application": w.Application, "cells": w.Cells, "reason": w.Reason})
}

// add adds a row that the authority writes.
func (t *Table) add(ctx context.Context, tx *db.Tx, e RowEdit) (*Row, error) {
	if t.Final {
		return nil, fault.New(fault.Conflict, "recommend.only_recommended")
	}
	if len(t.Rows) >= maxRows {
		return nil, fault.New(fault.Conflict, "recommend.rows", maxRows)
	}
	w := &Row{ID: RowID(db.NewID()), Reason: e.Reason}
	if err := w.write(t.Columns, e.Cells); err != nil {
		return nil, err
	}
	if err := t.complete(w); err != nil {
		return nil, err
	}
	if err := addRow(ctx, tx, t.ID, w); err != nil {
		return nil, err
	}
	return w, tx.Record(ctx, "recommend.edit_row", t.subject(), map[string]any{"row": w.ID, "rank": w.Rank, "cells": w.Cells, "reason": w.Reason})
}

// maxRows bounds a table.
const maxRows = 2000

// complete asks that a row which the authority writes says at least what it is
// about: its first column.
func (t *Table) complete(w *Row) error {
	if w.Application != "" {
		return nil
	}
	for _, c := range t.Columns {
		if !c.Given() {
			if w.value(c) == "" {
				return fault.New(fault.Invalid, "recommend.cell_empty", c.Name).In(c.ID)
			}
			return nil
		}
	}
	return nil
}
