package job

import (
	"context"
	"time"

	"shenbao/internal/db"
)

// ClaimOne claims a job as a runner that is never heard of again.
func ClaimOne(ctx context.Context, tx *db.Tx, kind string) error {
	_, err := claim{worker: "gone", kinds: []string{kind}, lease: time.Minute, limit: 1}.take(ctx, tx)
	return err
}

// Take claims jobs with the text for every database, or with the one for
// PostgreSQL, and returns their payloads in order of claiming.
func Take(ctx context.Context, tx *db.Tx, postgres bool, kinds []string, limit int) ([]string, error) {
	take := claim.take
	if postgres {
		take = claim.takePostgres
	}
	jobs, err := take(claim{worker: "w", kinds: kinds, lease: time.Minute, limit: limit}, ctx, tx)
	var payloads []string
	for _, j := range jobs {
		payloads = append(payloads, j.payload)
	}
	return payloads, err
}
