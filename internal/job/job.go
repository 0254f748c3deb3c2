package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// An ID names a job.
type ID string

// A State is where a job stands.
type State string

// The states of a job.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Dead    State = "dead"
)

// A Kind names one kind of work, as mail.send, and says what its payload is.
type Kind[T any] string

// Options say more about a job that is enqueued.
type Options struct {
	At  time.Time // not before this instant; the zero value means at once
	Key string    // of jobs of a kind with the same key only the first is enqueued
}

// Enqueue asks for a piece of work in the transaction of its cause. Payload is
// kept as JSON. A second job with the same kind and key is no error and changes
// nothing, as long as the first is remembered.
func Enqueue[T any](ctx context.Context, tx *db.Tx, kind Kind[T], payload T, o Options) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", kind, err)
	}
	j := &Job{ID: ID(db.NewID()), Kind: string(kind), Due: o.At, Created: tx.Now, payload: string(body)}
	if j.Due.Before(tx.Now) {
		j.Due = tx.Now
	}
	j.key = j.Kind + ":" + o.Key
	if o.Key == "" {
		j.key = j.Kind + "#" + string(j.ID)
	}
	return insert(ctx, tx, j)
}

// A Job is a piece of work as an operator sees it.
type Job struct {
	ID       ID        `json:"id"`
	Kind     string    `json:"kind"`
	State    State     `json:"state"`
	Due      time.Time `json:"due,omitzero"` // when it may be taken next
	Attempts int       `json:"attempts"`
	Error    string    `json:"error,omitempty"` // of the last attempt
	Created  time.Time `json:"created"`
	Finished time.Time `json:"finished,omitzero"`

	payload, key string
	fence        int64
}

// Retry lets a dead job run again, from its first attempt.
func Retry(ctx context.Context, tx *db.Tx, id ID) error {
	j, err := Find(ctx, tx, id)
	if err != nil {
		return err
	}
	if j.State != Dead {
		return fault.New(fault.Conflict, "job.not_dead", fault.Key("job.state."+string(j.State)))
	}
	if err := revive(ctx, tx, id); err != nil {
		return err
	}
	return tx.Record(ctx, "job.retry", "job:"+string(id), map[string]string{"kind": j.Kind})
}

// ErrLost says that a job is no longer its runner's: the lease ended and
// another runner took it, so nothing was written.
var ErrLost = errors.New("job: the lease is lost")

// A permanent error is one that trying again does not mend.
type permanent struct{ error }

// Unwrap returns the cause.
func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error of a handler as one that trying again does not mend:
// the job is dead at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}
