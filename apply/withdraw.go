package apply

import (
	"context"
	"fmt"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/inbox"
)

// A Recall (撤回) takes a submitted application back.
type Recall struct {
	Application ID
	Received    time.Time // when the request was fully received
}

// Withdraw takes a submitted application back while another could still be
// submitted. Its version stays, as withdrawn, with its receipt.
func Withdraw(ctx context.Context, tx *db.Tx, w Recall) (*Application, error) {
	a, c, err := findFor(ctx, tx, w.Application, actor.ActWithdrawApplication)
	if err != nil {
		return nil, err
	}
	if w.Received = w.Received.UTC().Truncate(time.Millisecond); w.Received.IsZero() {
		w.Received = tx.Now
	}
	if err := a.withdraw(c, w.Received); err != nil {
		return nil, err
	}
	if err := endVersions(ctx, tx, a.ID, TakenBack); err != nil {
		return nil, err
	}
	if err := a.leave(ctx, tx); err != nil {
		return nil, err
	}
	if err := Tell(ctx, tx, a.Unit, inbox.Notice{Key: "apply.notice.withdrawn", Link: link(a.ID), Args: []any{a.Name}}, fmt.Sprintf("apply.withdrawn:%s:%d", a.ID, a.Version)); err != nil {
		return nil, err
	}
	return a, tx.Record(ctx, "apply.withdraw", a.subject(), map[string]any{"version": a.Version})
}

// leave stores an application that is no longer before anybody: its places and
// keys are free for others, and later rooms learn of it.
func (a *Application) leave(ctx context.Context, tx *db.Tx) error {
	a.Changed, a.ChangedBy = tx.Now, actor.PersonID(tx.By.Person)
	if err := FreePlaces(ctx, tx, a.ID, placeRoom); err != nil {
		return err
	}
	if err := endKeys(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := save(ctx, tx, a); err != nil {
		return err
	}
	return moved(ctx, tx, a)
}
