package inbox

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/hook"
	"shenbao/internal/job"
)

// Most is the highest number that [Unread] says.
const Most = 100

// mailNotice is the job that mails a notice, whose id it carries.
const mailNotice job.Kind[string] = "inbox.mail"

// Send tells somebody something, in the transaction of its cause: n says whom
// and what, its ID and its instants are set here. Of the notices to a person
// with the same once only the first is kept and mailed, as long as it is
// remembered; "" is told every time.
func Send(ctx context.Context, tx *db.Tx, n Notice, once string) error {
	if err := n.check(); err != nil {
		return err
	}
	n.ID, n.At = db.NewID(), tx.Now
	first, err := insert(ctx, tx, n, once)
	if err != nil || !first {
		return err
	}
	if n.Unit != "" {
		if err := hook.Offer(ctx, tx, hook.Event{Notice: n.ID, Unit: n.Unit, Key: n.Key, Once: once}); err != nil {
			return err
		}
	}
	return job.Enqueue(ctx, tx, mailNotice, n.ID, job.Options{Key: n.ID})
}

// MarkRead marks a notice of a person as read and returns it; Missing when
// there is none, or it is somebody else's. It needs no more than [db.Keep].
func MarkRead(ctx context.Context, tx *db.Tx, person, id string) (Notice, error) {
	n, err := find(ctx, tx, id)
	if err != nil {
		return Notice{}, err
	}
	if n.Person != person {
		return Notice{}, missing()
	}
	if !n.Read.IsZero() {
		return n, nil
	}
	n.Read = tx.Now
	return n, markRead(ctx, tx, person, id)
}

// MarkAllRead marks the notices of a person as read, up to the one with the id
// newest: what came after they looked stays as it is. "" is all of them.
func MarkAllRead(ctx context.Context, tx *db.Tx, person, newest string) error {
	return markAllRead(ctx, tx, person, newest)
}
