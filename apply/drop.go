package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Drop gives up an application that is not submitted, for good. What was
// submitted of it before stays readable.
func Drop(ctx context.Context, tx *db.Tx, id ID) (*Application, error) {
	a, _, err := findFor(ctx, tx, id, actor.ActEditApplication)
	if err != nil {
		return nil, err
	}
	if err := a.drop(); err != nil {
		return nil, err
	}
	if err := a.leave(ctx, tx); err != nil {
		return nil, err
	}
	return a, tx.Record(ctx, "apply.drop", a.subject(), map[string]any{"version": a.Version})
}
