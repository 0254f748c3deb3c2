package call

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// kept is what a visitor typed into the short form, under the hash of the
// token in their link: whoever reads the database cannot open the links.
type kept struct {
	token string
	call  ID
	hash  string // of the package that the call was pinned to
	facts string
	until time.Time
}

const (
	keptFor = 30 * 24 * time.Hour // how long typed facts wait for the visitor
	maxKept = 64 << 10            // bytes of the facts under one link
)

// Keep stores what a visitor typed, so that the link with the token leads back
// to it, and an application can begin with it. It is no act and leaves no line.
// Only a call that anybody may read keeps anything.
func Keep(ctx context.Context, tx *db.Tx, id ID, token string, facts []byte) error {
	if len(facts) > maxKept {
		return fault.New(fault.Invalid, "call.facts_large", maxKept>>10)
	}
	if !utf8.Valid(facts) || !json.Valid(facts) || object(facts) == nil {
		return fault.New(fault.Invalid, "call.facts")
	}
	c, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	if !c.public() {
		return fault.New(fault.Missing, "call.missing")
	}
	return insertKept(ctx, tx, kept{secret.Hash(token), id, c.Hash, string(facts), tx.Now.Add(keptFor)})
}

// Kept returns what was stored under a token: the call and the facts. [Resume]
// also says what an amendment changes about them.
func Kept(ctx context.Context, r db.Reader, token string) (ID, []byte, error) {
	k, err := findKept(ctx, r, secret.Hash(token))
	return k.call, []byte(k.facts), err
}
