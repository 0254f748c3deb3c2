package call

import (
	"context"

	"shenbao/internal/db"
)

// Forget removes what visitors typed and nobody came back for in time. It runs
// as housekeeping and returns how many were removed.
func Forget(ctx context.Context, tx *db.Tx) (int64, error) { return deleteKept(ctx, tx) }
