package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Publish (发布) makes a draft public. When the comparison of an attached notice
// with the package found faults, a reason is asked for, and shown. An amendment
// takes the place of the call that it amends, which stays readable; it may end
// no window earlier.
func Publish(ctx context.Context, tx *db.Tx, id ID, reason string) (*Call, error) {
	c, err := findFor(ctx, tx, id, actor.ActPublishCall)
	if err != nil {
		return nil, err
	}
	if err := c.publish(reason, tx.Now); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c); err != nil {
		return nil, err
	}
	if err := nameFields(ctx, tx, c.Hash); err != nil {
		return nil, err
	}
	if err := tx.Record(ctx, "call.publish", c.subject(), map[string]any{"package": c.Package, "hash": c.Hash, "reason": c.Reason,
		"faults": c.compared.Faults, "amends": c.Amends, "windows": c.Windows}); err != nil {
		return nil, err
	}
	if c.Amends == "" {
		return c, nil
	}
	return c, replace(ctx, tx, c)
}

// replace puts an amendment in the place of the call that it amends.
func replace(ctx context.Context, tx *db.Tx, by *Call) error {
	old, err := find(ctx, tx, by.Amends)
	if err != nil {
		return err
	}
	if err := old.is(Published); err != nil {
		return err
	}
	if err := by.notEarlier(old); err != nil {
		return err
	}
	old.State, old.ReplacedBy = Replaced, by.ID
	if err := save(ctx, tx, old); err != nil {
		return err
	}
	return tx.Record(ctx, "call.replace", old.subject(), map[string]any{"by": by.ID})
}
