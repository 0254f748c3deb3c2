package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"shenbao/internal/db"
)

// A Work is one attempt at a job, in the hands of its handler.
type Work struct {
	job    *Job
	runner *Runner
	ended  bool // the job is done
}

// ID is the job's id: the same in every attempt, so that what leaves the
// database can carry it and be recognised when it comes twice.
func (w *Work) ID() ID { return w.job.ID }

// Attempt counts from 1.
func (w *Work) Attempt() int { return w.job.Attempts }

// Finish ends the job with an act: fn writes on behalf of by, and the job is
// done in the same transaction. What fn writes is written exactly once. When
// the job was lost meanwhile nothing is written and the error is [ErrLost].
func (w *Work) Finish(ctx context.Context, by db.By, fn func(*db.Tx) error) error {
	_, err := db.Update(ctx, w.runner.db, by, w.ending(ctx, fn))
	w.ended = w.ended || err == nil
	return err
}

// Keep is Finish for what is no act and leaves no line in the journal.
func (w *Work) Keep(ctx context.Context, fn func(*db.Tx) error) error {
	_, err := db.Keep(ctx, w.runner.db, w.ending(ctx, fn))
	w.ended = w.ended || err == nil
	return err
}

func (w *Work) ending(ctx context.Context, fn func(*db.Tx) error) func(*db.Tx) (int, error) {
	return func(tx *db.Tx) (int, error) {
		// The job's row first: from here on no other runner can take it.
		if err := w.job.finish(ctx, tx); err != nil {
			return 0, err
		}
		return 0, fn(tx)
	}
}

// run makes one attempt at a job that was claimed.
func (r *Runner) run(ctx context.Context, j *Job) {
	begun := time.Now()
	w := &Work{job: j, runner: r}
	err := w.attempt(ctx)
	if ctx.Err() != nil && err != nil {
		err = errStopped
	}
	// What became of it is written even when the runner is told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	outcome, settled := w.settle(ctx, err)
	log := r.settings.Log.With("job", j.ID, "kind", j.Kind, "attempt", j.Attempts, "outcome", outcome)
	switch {
	case settled != nil:
		log.ErrorContext(ctx, "job: its end was not written; it will run again", "err", settled)
	case outcome == string(Dead):
		log.ErrorContext(ctx, "job: dead", "err", err)
	case outcome != string(Done):
		log.WarnContext(ctx, "job: not done", "err", err)
	}
	r.settings.Observe(j.Kind, outcome, time.Since(begun))
}

// attempt calls the handler and keeps the lease while it works.
func (w *Work) attempt(ctx context.Context) error {
	r := w.runner
	if w.job.Attempts > r.settings.Tries {
		return Permanent(errors.New("its runner died in every attempt"))
	}
	ctx, lose := context.WithCancel(ctx)
	worked := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.renewUntil(ctx, worked, lose)
	}()
	err := w.safely(ctx)
	close(worked)
	<-stopped
	lose()
	return err
}

// renewUntil renews the lease three times in its length until the handler has
// worked. When the job is lost it ends the handler's context; when the database
// does not answer it goes on: the fence stands between us and another runner.
func (w *Work) renewUntil(ctx context.Context, worked <-chan struct{}, lose func()) {
	r := w.runner
	beat := time.NewTicker(r.settings.Lease / 3)
	defer beat.Stop()
	for {
		select {
		case <-worked:
			return
		case <-beat.C:
		}
		_, err := db.Keep(ctx, r.db, func(tx *db.Tx) (int, error) {
			return 0, w.job.renew(ctx, tx, tx.Now.Add(r.settings.Lease))
		})
		if errors.Is(err, ErrLost) {
			select {
			case <-worked: // not lost but finished, this very moment
			default:
				lose()
			}
			return
		}
	}
}

// safely turns a panic of the handler into an error: one bad job must not take
// the others down.
func (w *Work) safely(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.runner.handlers[w.job.Kind](ctx, w)
}

// settle writes what became of the job: done, waiting for another attempt, or
// dead. The outcome of a job that another runner has is "lost".
func (w *Work) settle(ctx context.Context, failed error) (outcome string, err error) {
	if w.ended {
		return string(Done), nil
	}
	if failed == nil {
		return w.outcome(Done, w.Keep(ctx, func(*db.Tx) error { return nil }))
	}
	_, isPermanent := errors.AsType[permanent](failed)
	next := Waiting
	if failed != errStopped && (isPermanent || w.job.Attempts >= w.runner.settings.Tries) {
		next = Dead
	}
	_, err = db.Keep(ctx, w.runner.db, func(tx *db.Tx) (int, error) {
		switch {
		case failed == errStopped:
			return 0, w.job.release(ctx, tx)
		case next == Dead:
			return 0, w.job.bury(ctx, tx, short(failed))
		}
		return 0, w.job.postpone(ctx, tx, tx.Now.Add(pause(w.job.Attempts)), short(failed))
	})
	return w.outcome(next, err)
}

func (w *Work) outcome(to State, err error) (string, error) {
	if errors.Is(err, ErrLost) {
		return "lost", nil
	}
	return string(to), err
}

// short is the beginning of an error, enough for a table.
func short(err error) string {
	text := []rune(err.Error())
	return string(text[:min(len(text), 2000)])
}

// pause is how long a job waits after its n-th attempt failed: 2 s, doubled
// each time up to an hour, and up to half as long again, so that jobs that
// failed together do not come back together.
func pause(n int) time.Duration {
	d := time.Hour
	if n <= 11 {
		d = min(d, 2*time.Second<<(n-1))
	}
	return d + rand.N(d/2)
}
