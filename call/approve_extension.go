package call

import (
	"context"
	"slices"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// ApproveExtension (批准延期) makes a proposed extension count. Whoever proposed
// it cannot approve it.
func ApproveExtension(ctx context.Context, tx *db.Tx, id ID, extension string) (*Call, error) {
	c, err := find(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, tx, tx.By, actor.ActApproveExtension, c); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.Extensions, func(e Extension) bool { return e.ID == extension })
	if i < 0 {
		return nil, fault.New(fault.Missing, "call.missing")
	}
	e := &c.Extensions[i]
	if e.ProposedBy == actor.PersonID(tx.By.Person) {
		return nil, fault.New(fault.Refused, "call.two_people")
	}
	e.Approved, e.ApprovedBy = tx.Now, actor.PersonID(tx.By.Person)
	if err := approve(ctx, tx, *e); err != nil {
		return nil, err
	}
	if err := c.extend(*e); err != nil {
		return nil, err
	}
	if err := moveEnd(ctx, tx, c.ID, *e); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c, Published); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.approve_extension", "call:"+string(c.ID), *e)
}
