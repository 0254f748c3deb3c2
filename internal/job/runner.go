package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"shenbao/internal/db"
)

// Settings of a runner. Every zero value is usable.
type Settings struct {
	Workers int           // jobs at once; 4
	Lease   time.Duration // a runner silent for this long counts as dead; 1 min
	Poll    time.Duration // how often to look for jobs that are due; 1 s
	Grace   time.Duration // how long jobs may go on after the end of Run; 20 s
	Tries   int           // attempts before a job is dead; 20, which takes about ten hours
	Log     *slog.Logger  // slog.Default()

	// Observe is told of every attempt: what became of the job (done, waiting,
	// dead, lost), and how long the attempt took.
	Observe func(kind, outcome string, took time.Duration)
}

// A Runner runs the jobs of the kinds that it has handlers for. Kinds that it
// does not know are left to newer programs.
type Runner struct {
	settings  Settings
	db        *db.DB
	name      string // of this runner, in the worker column
	take      func(claim, context.Context, *db.Tx) ([]*Job, error)
	handlers  map[string]func(ctx context.Context, w *Work) error
	schedules []*schedule
	wake      chan struct{}
	swept     time.Time // when done jobs were last forgotten
}

// New returns a runner without handlers.
func New(d *db.DB, s Settings) *Runner {
	def(&s.Workers, 4)
	def(&s.Lease, time.Minute)
	def(&s.Poll, time.Second)
	def(&s.Grace, 20*time.Second)
	def(&s.Tries, 20)
	if s.Log == nil {
		s.Log = slog.Default()
	}
	if s.Observe == nil {
		s.Observe = func(string, string, time.Duration) {}
	}
	host, _ := os.Hostname() // only for people who look at the table
	r := &Runner{settings: s, db: d, name: fmt.Sprintf("%s/%d", host, os.Getpid()), take: claim.take,
		handlers: map[string]func(context.Context, *Work) error{}, wake: make(chan struct{}, 1)}
	if d.Postgres() {
		r.take = claim.takePostgres
	}
	return r
}

func def[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Handle sets the handler of a kind, before the runner runs. The handler's
// context ends when the job is lost or the runner's grace is over.
func Handle[T any](r *Runner, kind Kind[T], fn func(ctx context.Context, w *Work, payload T) error) {
	r.handlers[string(kind)] = func(ctx context.Context, w *Work) error {
		var payload T
		if err := json.Unmarshal([]byte(w.job.payload), &payload); err != nil {
			return Permanent(fmt.Errorf("payload: %w", err))
		}
		return fn(ctx, w, payload)
	}
}

// A schedule enqueues a job at every multiple of a period.
type schedule struct {
	kind    string
	every   time.Duration
	last    time.Time // the tick that was enqueued last
	enqueue func(ctx context.Context, tx *db.Tx, key string) error
}

// Every enqueues a job of a kind at every multiple of a period since the year
// 1, once for all runners together. Ticks at which no runner was there are
// passed over, but for the last.
func Every[T any](r *Runner, period time.Duration, kind Kind[T], payload T) {
	r.schedules = append(r.schedules, &schedule{kind: string(kind), every: period,
		enqueue: func(ctx context.Context, tx *db.Tx, key string) error {
			return Enqueue(ctx, tx, kind, payload, Options{Key: key})
		}})
}

// Wake makes the runner look for jobs now instead of at the next poll.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Run runs jobs until ctx ends. Then it claims no more, lets those that run go
// on for the grace, and gives back what is not done by then. It returns when
// nothing runs any more.
func (r *Runner) Run(ctx context.Context) {
	jobs, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	var running sync.WaitGroup
	free := make(chan struct{}, r.settings.Workers)
	for range r.settings.Workers {
		free <- struct{}{}
	}
	for ctx.Err() == nil {
		claimed := r.look(ctx, len(free))
		for _, j := range claimed {
			<-free
			running.Go(func() {
				r.run(jobs, j)
				free <- struct{}{}
				r.Wake() // there may be another one for this worker
			})
		}
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-time.After(r.settings.Poll):
		}
	}
	grace := time.AfterFunc(r.settings.Grace, abandon)
	defer grace.Stop()
	running.Wait()
}

// Drain runs the jobs that are due, one after another, until none is, and
// returns how many attempts it made. It is Run for tests and for programs that
// end.
func (r *Runner) Drain(ctx context.Context) int {
	n := 0
	for ctx.Err() == nil {
		claimed := r.look(ctx, 1)
		if len(claimed) == 0 {
			break
		}
		for _, j := range claimed {
			r.run(ctx, j)
			n++
		}
	}
	return n
}

// look does the housekeeping and claims up to limit jobs. What goes wrong is
// logged and tried again at the next poll.
func (r *Runner) look(ctx context.Context, limit int) []*Job {
	if limit == 0 {
		return nil
	}
	if err := r.tick(ctx); err != nil {
		r.trouble(ctx, "enqueue what is scheduled", err)
	}
	claimed, err := r.claim(ctx, limit)
	if err != nil {
		r.trouble(ctx, "claim jobs", err)
	}
	return claimed
}

func (r *Runner) trouble(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		r.settings.Log.ErrorContext(ctx, "job: cannot "+what, "err", err)
	}
}

func (r *Runner) claim(ctx context.Context, limit int) ([]*Job, error) {
	kinds := slices.Sorted(maps.Keys(r.handlers))
	if len(kinds) == 0 {
		return nil, nil
	}
	// Most looks find nothing: they do not take SQLite's one writer.
	some, err := db.View(ctx, r.db, func(v db.Reader) (bool, error) { return due(ctx, v, kinds, r.db.Clock.Now()) })
	if err != nil || !some {
		return nil, err
	}
	return db.Keep(ctx, r.db, func(tx *db.Tx) ([]*Job, error) {
		return r.take(claim{worker: r.name, kinds: kinds, lease: r.settings.Lease, limit: limit}, ctx, tx)
	})
}

// kept is how long the row of a job that is done, and so its key, is kept.
const kept = 30 * 24 * time.Hour

// tick enqueues what is scheduled, and forgets old jobs once an hour.
func (r *Runner) tick(ctx context.Context) error {
	now := r.db.Clock.Now()
	for _, s := range r.schedules {
		at := now.Truncate(s.every)
		if !at.After(s.last) {
			continue
		}
		if _, err := db.Keep(ctx, r.db, func(tx *db.Tx) (int, error) { return 0, s.enqueue(ctx, tx, "@"+db.Time(at)) }); err != nil {
			return err
		}
		s.last = at
	}
	if now.Sub(r.swept) < time.Hour {
		return nil
	}
	_, err := db.Keep(ctx, r.db, func(tx *db.Tx) (int, error) { return 0, forget(ctx, tx, now.Add(-kept)) })
	if err == nil {
		r.swept = now
	}
	return err
}

// errStopped is the cause with which a handler's context ends when the grace is
// over.
var errStopped = errors.New("job: the runner stops")
