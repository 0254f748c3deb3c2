package registry

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Verify (核实) says for an authority that rows of a unit under it are true.
// It holds for the version that the authority saw; when the unit changes the
// row, it is declared again.
func Verify(ctx context.Context, tx *db.Tx, s Selection) ([]*Row, error) {
	if err := actor.May(ctx, tx, tx.By, actor.ActVerifyProfile, s.Unit); err != nil {
		return nil, err
	}
	return marked(ctx, tx, s, "registry.verify", func(r *Row) { r.Verified, r.Confirmed = markOf(tx), markOf(tx) })
}
