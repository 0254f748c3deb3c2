package recommend

import (
	"context"

	"shenbao/apply"
	"shenbao/internal/db"
)

// enlist puts a recommended application on the summary table of its authority,
// last in rank, and takes its places of the quotas.
func (o *Office) enlist(ctx context.Context, tx *db.Tx, s *Step, a *apply.Application, v *apply.Version) error {
	return nil
}
