package recommend

import (
	"context"
	"errors"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A TableUpload is a table that was filled in as a workbook.
type TableUpload struct {
	List     SummaryID
	Name     string // of the file
	Data     []byte
	ByNumber bool   // the numbers in the sheet are the order; else the order of its rows is
	Accept   string // of the preview that was accepted
}

// Preview says what a workbook would do, to those who may import it.
func (u TableUpload) Preview(ctx context.Context, r db.Reader, o *Office, by db.By) (*TablePreview, error) {
	t, err := FindSummary(ctx, r, o, by, u.List)
	if err != nil {
		return nil, err
	}
	if err := t.may(ctx, r, by, actor.ActEditTable); err != nil {
		return nil, err
	}
	if err := t.open(); err != nil {
		return nil, err
	}
	p, err := planOf(t, u)
	if err != nil {
		return nil, err
	}
	return &p.preview, nil
}

// ImportTable (导入汇总表) makes the changes of a workbook that was previewed and
// accepted, all of them or none: the order of the rows, and what the authority
// may write.
func ImportTable(ctx context.Context, tx *db.Tx, o *Office, u TableUpload) (*TablePreview, error) {
	t, err := o.lockFor(ctx, tx, u.List, actor.ActEditTable)
	if err != nil {
		return nil, err
	}
	p, err := planOf(t, u)
	if err != nil {
		return nil, err
	}
	if len(p.preview.Faults) > 0 {
		var all []error
		for _, f := range p.preview.Faults {
			all = append(all, f)
		}
		return nil, errors.Join(all...)
	}
	if u.Accept != p.preview.Accept {
		return nil, fault.New(fault.Conflict, "recommend.stale")
	}
	if p.preview.Nothing() {
		return nil, fault.New(fault.Invalid, "recommend.nothing_new")
	}
	if err := p.carryOut(ctx, tx); err != nil {
		return nil, err
	}
	return &p.preview, tx.Record(ctx, "recommend.import_table", t.subject(), map[string]any{"file": blob.Sum(u.Data), "moved": p.preview.Moved, "changed": p.preview.Changed,
		"added": p.preview.Added, "removed": p.preview.Removed})
}

// carryOut writes what was planned.
func (p *plan) carryOut(ctx context.Context, tx *db.Tx) error {
	for _, w := range p.gone {
		if err := deleteRow(ctx, tx, w.ID); err != nil {
			return err
		}
	}
	var rows []*Row
	for _, w := range p.rows {
		if w.fresh {
			w.ID = RowID(db.NewID())
			if err := addRow(ctx, tx, p.table.ID, w.Row); err != nil {
				return err
			}
		} else if w.changed {
			if err := saveRow(ctx, tx, w.Row); err != nil {
				return err
			}
		}
		rows = append(rows, w.Row)
	}
	return saveOrder(ctx, tx, rows)
}
