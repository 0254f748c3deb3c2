package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// An Ordering is the whole order of a table, as rows were dragged.
type Ordering struct {
	List SummaryID
	Rows []RowID // all of them
	Seen []RowID // the order in which the sender saw them
}

// OrderRows (排序) puts the rows of a table that is not handed up into an order.
// What the sender saw must still be so.
func OrderRows(ctx context.Context, tx *db.Tx, o *Office, g Ordering) (*Summary, error) {
	t, err := o.lockFor(ctx, tx, g.List, actor.ActEditTable)
	if err != nil {
		return nil, err
	}
	if len(g.Seen) > 0 && !inOrder(t.Rows, g.Seen) {
		return nil, fault.New(fault.Conflict, "recommend.list_changed")
	}
	rows, err := arranged(t.Rows, g.Rows)
	if err != nil {
		return nil, err
	}
	if inOrder(t.Rows, g.Rows) {
		return nil, fault.New(fault.Invalid, "recommend.same_order")
	}
	if err := saveOrder(ctx, tx, rows); err != nil {
		return nil, err
	}
	return t.Summary, tx.Record(ctx, "recommend.rank", t.subject(), map[string]any{"order": g.Rows})
}

func inOrder(rows []*Row, ids []RowID) bool {
	if len(rows) != len(ids) {
		return false
	}
	for i, w := range rows {
		if w.ID != ids[i] {
			return false
		}
	}
	return true
}
