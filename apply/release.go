package apply

import (
	"context"

	"shenbao/internal/db"
)

// Release (退出在办) lets go of what a live application holds, its people,
// instruments and name among them, once a later room has refused it. That room
// asks who may; it leaves the line.
func Release(ctx context.Context, tx *db.Tx, id ID) error {
	return endKeys(ctx, tx, id)
}
