package recommend

import (
	"context"

	"shenbao/internal/db"
)

// recommendations returns the steps in which something was recommended that
// still stands.
func recommendations(ctx context.Context, r db.Reader) ([]*Step, error) {
	return db.All(ctx, r, scanStep, `SELECT `+stepColumns+` FROM recommend_steps WHERE kind = 'recommend' AND state = 'endorsed' ORDER BY id`)
}
