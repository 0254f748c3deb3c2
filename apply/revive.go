package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Revive (恢复在办) takes up again what [Release] let go of, when a refusal is
// looked at again; of what was taken back meanwhile, nothing. What others took
// shows as a conflict.
func Revive(ctx context.Context, tx *db.Tx, o *Office, id ID) error {
	a, err := find(ctx, tx, id)
	if err != nil || a.State != Submitted && a.State != Returned {
		return err
	}
	u, err := actor.FindUnit(ctx, tx, a.Unit)
	if err != nil {
		return err
	}
	fm, err := o.formOf(ctx, tx, a)
	if err != nil {
		return err
	}
	return putKeys(ctx, tx, fm.liveIn(tx, a, u))
}
