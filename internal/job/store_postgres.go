package job

import (
	"context"

	"shenbao/internal/db"
)

// takePostgres is take for PostgreSQL: runners pass over each other's rows
// instead of waiting for them. The conformance test holds both to the same.
func (c claim) takePostgres(ctx context.Context, tx *db.Tx) ([]*Job, error) {
	list, args := kindList(c.kinds, db.Time(tx.Now.Add(c.lease)), c.worker, db.Time(tx.Now), c.limit)
	return db.All(ctx, tx, scanClaimed, `
		WITH free AS MATERIALIZED (
			SELECT id FROM jobs WHERE due > '' AND due <= $3 AND kind IN (`+list+`)
			ORDER BY due, id LIMIT $4 FOR UPDATE SKIP LOCKED)
		UPDATE jobs SET state = 'running', due = $1, worker = $2, attempts = attempts + 1, fence = fence + 1
		FROM free WHERE jobs.id = free.id
		RETURNING jobs.id, kind, payload, attempts, fence, created`, args...)
}
