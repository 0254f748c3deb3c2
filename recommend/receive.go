package recommend

import (
	"context"

	"shenbao/internal/db"
)

// Receive (接收) ends the chain: what was recommended is with who decides.
func Receive(ctx context.Context, tx *db.Tx, _ *Office, d Decision) (*Step, error) {
	return close(ctx, tx, d, closing{Receives, Received, "recommend.receive"})
}
