package recommend

import (
	"context"

	"shenbao/internal/db"
)

// File (备案) takes note of an application in which a unit of the authority takes
// part.
func File(ctx context.Context, tx *db.Tx, _ *Office, d Decision) (*Step, error) {
	return close(ctx, tx, d, closing{Files, Filed, "recommend.file"})
}

type closing struct {
	kind Kind
	to   State
	verb string
}

// close ends a step in which nothing is decided.
func close(ctx context.Context, tx *db.Tx, d Decision, c closing) (*Step, error) {
	s, _, _, err := d.find(ctx, tx, false, c.kind)
	if err != nil {
		return nil, err
	}
	if err := d.end(ctx, tx, s, c.to); err != nil {
		return nil, err
	}
	return s, tx.Record(ctx, c.verb, s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}
