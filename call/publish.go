package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Publish (发布) makes a draft public. When the comparison of an attached notice
// with the package found faults, a reason is asked for, and shown. An amendment
// takes the place of the call that it amends, which stays readable.
func Publish(ctx context.Context, tx *db.Tx, id ID, reason string) (*Call, error) {
	c, err := find(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, tx, tx.By, actor.ActPublishCall, c); err != nil {
		return nil, err
	}
	if err := c.publish(reason, tx.Now); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c, Drafted); err != nil {
		return nil, err
	}
	if c.Amends != "" {
		if err := replace(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	return c, tx.Record(ctx, "call.publish", "call:"+string(c.ID),
		map[string]any{"package": c.Package, "hash": c.Hash, "reason": c.Reason, "amends": c.Amends, "windows": c.Windows})
}

// replace puts an amendment in the place of the call that it amends.
func replace(ctx context.Context, tx *db.Tx, by *Call) error {
	old, err := find(ctx, tx, by.Amends)
	if err != nil {
		return err
	}
	old.State, old.ReplacedBy = Replaced, by.ID
	return save(ctx, tx, old, Published)
}
