package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Drop gives up an application that is not submitted, for good. What was
// submitted of it before stays readable.
func Drop(ctx context.Context, tx *db.Tx, id ID) (*Application, error) {
	a, _, err := findFor(ctx, tx, id, actor.ActEditApplication)
	if err != nil {
		return nil, err
	}
	if err := a.drop(); err != nil {
		return nil, err
	}
	a.Changed, a.ChangedBy = tx.Now, actor.PersonID(tx.By.Person)
	if err := FreePlaces(ctx, tx, a.ID, placeRoom); err != nil {
		return nil, err
	}
	if err := endKeys(ctx, tx, a.ID); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, a); err != nil {
		return nil, err
	}
	if err := moved(ctx, tx, a); err != nil {
		return nil, err
	}
	return a, tx.Record(ctx, "apply.drop", a.subject(), map[string]any{"version": a.Version})
}
