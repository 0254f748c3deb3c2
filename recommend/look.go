package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
)

// Look notes that somebody looked at what was submitted last, so that the queue
// can say what changed since. It is no act.
func Look(ctx context.Context, tx *db.Tx, by db.By, id StepID) error {
	s, err := findStep(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := may(ctx, tx, by, actor.ActViewQueue, s); err != nil {
		return err
	}
	a, _, err := apply.Get(ctx, tx, s.Application)
	if err != nil {
		return err
	}
	return putLook(ctx, tx, actor.PersonID(by.Person), a)
}
