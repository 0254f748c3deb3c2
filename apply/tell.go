package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/inbox"
)

// Tell tells the applicants of a unit something.
func Tell(ctx context.Context, tx *db.Tx, unit actor.UnitID, n inbox.Notice, once string) error {
	n.Unit = string(unit)
	return actor.Tell(ctx, tx, n, once, actor.Editor, actor.UnitAdmin)
}
