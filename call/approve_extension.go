package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// ApproveExtension (批准延期) makes a proposed extension count. Whoever proposed
// it cannot approve it.
func ApproveExtension(ctx context.Context, tx *db.Tx, id ID, extension string) (*Call, error) {
	c, err := findFor(ctx, tx, id, actor.ActApproveExtension)
	if err != nil {
		return nil, err
	}
	e, err := c.approve(extension, actor.PersonID(tx.By.Person), tx.Now)
	if err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c); err != nil {
		return nil, err
	}
	if err := markApproved(ctx, tx, *e); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.approve_extension", c.subject(), *e)
}
