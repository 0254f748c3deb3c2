package journal

import (
	"context"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenbao/internal/db"
)

// Rehash makes leaf and tree hashes of all lines anew, as somebody would who
// wants to hide a change, and signs the checkpoints again when he has a key.
func Rehash(ctx context.Context, tx *db.Tx, key note.Signer) error {
	if _, err := tx.Exec(ctx, "DELETE FROM journal_hashes"); err != nil {
		return err
	}
	lines, err := sealed(ctx, tx, 0, 1_000_000)
	if err != nil {
		return err
	}
	all := &tree{ctx: ctx, r: tx, fresh: map[int64]tlog.Hash{}}
	for i := range lines {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), leafHash(lines[i].fields()), all)
		if err != nil {
			return err
		}
		for k, h := range hashes {
			at := tlog.StoredHashIndex(0, int64(i)) + int64(k)
			all.fresh[at] = h
			if err := storeHash(ctx, tx, at, h); err != nil {
				return err
			}
		}
	}
	if key == nil {
		return nil
	}
	_, texts, err := notes(ctx, tx)
	if err != nil {
		return err
	}
	for _, text := range texts {
		c, err := readCheckpoint(text)
		if err != nil {
			return err
		}
		if c.Root, err = tlog.TreeHash(c.Size, all); err != nil {
			return err
		}
		if err := c.sign(key); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE journal_checkpoints SET note = $2 WHERE size = $1", c.Size, c.Note); err != nil {
			return err
		}
	}
	return nil
}

// Resign returns a checkpoint signed by another key.
func Resign(text string, key note.Signer) (string, error) {
	c, err := readCheckpoint(text)
	if err != nil {
		return "", err
	}
	err = c.sign(key)
	return c.Note, err
}
