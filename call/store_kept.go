package call

import (
	"context"
	"database/sql"
	"errors"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

func insertKept(ctx context.Context, tx *db.Tx, k kept) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO call_kept (token, call, hash, facts, until) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (token) DO UPDATE SET call = excluded.call, hash = excluded.hash, facts = excluded.facts, until = excluded.until`,
		k.token, k.call, k.hash, k.facts, db.Time(k.until))
	return err
}

func findKept(ctx context.Context, r db.Reader, token string) (k kept, err error) {
	err = r.QueryRow(ctx, `SELECT token, call, hash, facts, until FROM call_kept WHERE token = $1`, token).
		Scan(&k.token, &k.call, &k.hash, &k.facts, db.Into(&k.until))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !r.At().Before(k.until) {
		return kept{}, fault.New(fault.Missing, "call.not_kept")
	}
	return k, err
}

func deleteKept(ctx context.Context, tx *db.Tx) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM call_kept WHERE until <= $1`, db.Time(tx.Now))
}
