package registry

import (
	"context"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// Reveal (查看证件号) returns the identity number of one row in full. Why is
// the reader's own reason; the journal keeps it with who read the number of
// whom, and not the number.
func Reveal(ctx context.Context, tx *db.Tx, keys *secret.Keys, at Sight) (string, error) {
	if err := actor.May(ctx, tx, tx.By, actor.ActRevealIdentity, at.Unit); err != nil {
		return "", err
	}
	why := strings.TrimSpace(at.Why)
	if why == "" {
		return "", fault.New(fault.Invalid, "registry.why").In("why")
	}
	past, err := versions(ctx, tx, at.Row)
	if err != nil {
		return "", err
	}
	row := past[len(past)-1]
	if row.Unit != at.Unit || row.sealed == "" || row.Ended.Done() {
		return "", fault.New(fault.Missing, "registry.missing")
	}
	number, err := keys.Open(sealedAt(row.ID), row.sealed)
	if err != nil {
		return "", err
	}
	return number, tx.Record(ctx, "registry.reveal", subject(at.Unit), map[string]any{"row": row.ID, "version": row.Version, "why": clipTo(why, 200)})
}

// A Sight is a look at one identity number, and the reason for it.
type Sight struct {
	Unit actor.UnitID
	Row  RowID
	Why  string
}
