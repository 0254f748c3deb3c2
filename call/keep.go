package call

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// kept is what a visitor typed into the short form, under the hash of the
// token in their link.
type kept struct {
	token string
	call  ID
	facts string
	until time.Time
}

// keptFor is how long typed facts wait for the visitor.
const keptFor = 30 * 24 * time.Hour

// Keep stores what a visitor typed, so that the link with the token leads back
// to it, and an application can begin with it. It is no act and leaves no
// line.
func Keep(ctx context.Context, tx *db.Tx, id ID, token string, facts []byte) error {
	if len(facts) > maxFacts {
		return fault.New(fault.Invalid, "call.facts_large", maxFacts>>10)
	}
	if _, err := find(ctx, tx, id); err != nil {
		return err
	}
	return insertKept(ctx, tx, kept{hashed(token), id, string(facts), tx.Now.Add(keptFor)})
}

// Kept returns what was stored under a token: the call and the facts.
func Kept(ctx context.Context, r db.Reader, token string) (ID, []byte, error) {
	k, err := findKept(ctx, r, hashed(token))
	return k.call, []byte(k.facts), err
}

// hashed is what is stored of a token: whoever reads the database cannot open
// the links.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
