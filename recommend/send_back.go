package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
)

// SendBack (退回修改) returns an application to be mended; it comes back to this
// step.
func SendBack(ctx context.Context, tx *db.Tx, o *Office, d Decision) (*Step, error) {
	s, a, _, err := findFor(ctx, tx, d.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.decidable(a, d.Version, Checks, Recommends); err != nil {
		return nil, err
	}
	if err := d.clean(true); err != nil {
		return nil, err
	}
	if _, err := apply.Return(ctx, tx, o.Office, apply.SendingBack{Application: a.ID, Reason: d.Reason, Until: d.Until, Remarks: d.Remarks}); err != nil {
		return nil, err
	}
	s.Reason = d.Reason
	s.decide(Returned, actor.PersonID(tx.By.Person), tx.Now)
	if err := saveStep(ctx, tx, s); err != nil {
		return nil, err
	}
	return s, tx.Record(ctx, "recommend.return", s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}
