package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Withdraw (撤回) takes a call back, for a reason that everybody may read.
func Withdraw(ctx context.Context, tx *db.Tx, id ID, reason string) (*Call, error) {
	c, err := find(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, tx, tx.By, actor.ActCloseCall, c); err != nil {
		return nil, err
	}
	found := c.State
	if err := c.withdraw(reason); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c, found); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.withdraw", "call:"+string(c.ID), map[string]string{"reason": c.Reason})
}
