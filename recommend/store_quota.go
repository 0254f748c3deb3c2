package recommend

import (
	"context"

	"shenbao/internal/db"
)

// recommendations returns the steps in which something was recommended that
// still stands.
func recommendations(ctx context.Context, r db.Reader) ([]*Step, error) {
	return db.All(ctx, r, scanStep, `SELECT `+stepColumns+fromSteps+`WHERE s.kind = 'recommend' AND s.state = 'endorsed' ORDER BY s.id`)
}
