package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Withdraw (撤回) takes a call back, for a reason that everybody may read. A draft
// that is withdrawn was never public, and stays so.
func Withdraw(ctx context.Context, tx *db.Tx, id ID, reason string) (*Call, error) {
	c, err := findFor(ctx, tx, id, actor.ActCloseCall)
	if err != nil {
		return nil, err
	}
	if err := c.withdraw(reason); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.withdraw", c.subject(), map[string]string{"reason": c.Reason})
}
