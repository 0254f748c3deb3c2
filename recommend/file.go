package recommend

import (
	"context"

	"shenbao/actor"
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
	s, a, _, err := findFor(ctx, tx, d.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.decidable(a, d.Version, c.kind); err != nil {
		return nil, err
	}
	if err := d.clean(false); err != nil {
		return nil, err
	}
	s.Reason = d.Reason
	s.decide(c.to, actor.PersonID(tx.By.Person), tx.Now)
	if err := saveStep(ctx, tx, s); err != nil {
		return nil, err
	}
	return s, tx.Record(ctx, c.verb, s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}
