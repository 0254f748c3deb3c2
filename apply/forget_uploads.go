package apply

import (
	"context"
	"errors"
	"time"

	"shenbao/internal/blob"
	"shenbao/internal/db"
)

// ForgetUploads removes the uploads that were begun more than seven days ago,
// with everything that is kept of them. What became a file stays.
func ForgetUploads(ctx context.Context, d *db.DB, store blob.Store) error {
	for {
		left, err := db.Keep(ctx, d, func(tx *db.Tx) ([]blob.Hash, error) { return forgetOld(ctx, tx, tx.Now.Add(-uploadAge)) })
		if err != nil {
			return err
		}
		if left == nil {
			return nil
		}
		if err := discard(ctx, store, left); err != nil {
			return err
		}
	}
}

// forgetOld removes some of the uploads that were begun before an instant. Nil
// says that there were none.
func forgetOld(ctx context.Context, tx *db.Tx, before time.Time) ([]blob.Hash, error) {
	old, err := oldUploads(ctx, tx, before)
	if err != nil || len(old) == 0 {
		return nil, err
	}
	left := []blob.Hash{}
	for _, id := range old {
		parts, err := forgetUpload(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		left = append(left, parts...)
	}
	return left, nil
}

// discard deletes contents that nothing names any more. One that stays does no
// harm, so whoever waits for an answer is not told.
func (o *Office) discard(ctx context.Context, all ...blob.Hash) { _ = discard(ctx, o.Blobs, all) }

// discard goes on when nobody waits for the answer any more.
func discard(ctx context.Context, store blob.Store, all []blob.Hash) error {
	ctx = context.WithoutCancel(ctx)
	var failed error
	for _, h := range all {
		failed = errors.Join(failed, store.Delete(ctx, h))
	}
	return failed
}
