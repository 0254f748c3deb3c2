package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// PutLive makes what a draft has known to others, as its submission does.
func PutLive(ctx context.Context, tx *db.Tx, o *Office, id ID) error {
	a, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	fm, err := o.formOf(ctx, tx, a)
	if err != nil {
		return err
	}
	host, err := actor.FindUnit(ctx, tx, a.Unit)
	if err != nil {
		return err
	}
	return putKeys(ctx, tx, fm.liveIn(tx, a, host))
}
