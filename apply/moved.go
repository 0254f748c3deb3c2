package apply

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/job"
)

// Moved is the job by which later rooms learn that an application was submitted,
// taken back or given up. It carries its id; whoever handles it looks where the
// application stands then.
const Moved job.Kind[ID] = "apply.moved"

// moved asks for that job in the transaction of the act.
func moved(ctx context.Context, tx *db.Tx, a *Application) error {
	return job.Enqueue(ctx, tx, Moved, a.ID, job.Options{})
}
