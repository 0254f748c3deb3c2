package job_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/job"
)

const greet job.Kind[string] = "test.greet"

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// enqueue writes jobs in one act.
func enqueue(t testing.TB, d *db.DB, o job.Options, payloads ...string) {
	t.Helper()
	_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
		for _, p := range payloads {
			if err := job.Enqueue(t.Context(), tx, greet, p, o); err != nil {
				return 0, err
			}
		}
		return 0, tx.Record(t.Context(), "test.cause", "test:1", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// in returns the jobs in a state.
func in(t testing.TB, d *db.DB, state job.State) []job.Job {
	t.Helper()
	all, err := db.View(t.Context(), d, func(r db.Reader) ([]job.Job, error) {
		return job.List(t.Context(), r, state, "", 1000)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// greeter is a runner that remembers what it was told.
func greeter(d *db.DB, s job.Settings, answer func(w *job.Work, p string) error) (*job.Runner, func() []string) {
	var mu sync.Mutex
	var heard []string
	s.Log = quiet
	r := job.New(d, s)
	job.Handle(r, greet, func(ctx context.Context, w *job.Work, p string) error {
		mu.Lock()
		heard = append(heard, p)
		mu.Unlock()
		return answer(w, p)
	})
	return r, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(heard)
	}
}

func fine(*job.Work, string) error { return nil }

func TestAJobIsThereWhenItsCauseIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stop := errors.New("stop")
		_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
			if err := job.Enqueue(t.Context(), tx, greet, "never", job.Options{}); err != nil {
				return 0, err
			}
			return 0, stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		enqueue(t, d, job.Options{}, "甲", "乙")
		r, heard := greeter(d, job.Settings{}, fine)
		if n := r.Drain(t.Context()); n != 2 || !slices.Equal(heard(), []string{"甲", "乙"}) {
			t.Errorf("%d attempts, heard %v", n, heard())
		}
		if done := in(t, d, job.Done); len(done) != 2 || !done[0].Finished.Equal(dbtest.Noon) || done[0].Attempts != 1 {
			t.Errorf("done: %+v", done)
		}
		if n := r.Drain(t.Context()); n != 0 {
			t.Errorf("%d more attempts", n)
		}
	})
}

func TestAKeyIsEnqueuedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, heard := greeter(d, job.Settings{}, fine)
		enqueue(t, d, job.Options{Key: "a"}, "first", "second")
		enqueue(t, d, job.Options{Key: "b"}, "other")
		r.Drain(t.Context())
		enqueue(t, d, job.Options{Key: "a"}, "third")
		r.Drain(t.Context())
		if got := heard(); !slices.Equal(got, []string{"first", "other"}) {
			t.Errorf("heard %v", got)
		}
		// The key is free again when the job is forgotten.
		d.Clock.(*clock.Manual).Add(31 * 24 * time.Hour)
		r.Drain(t.Context())
		if left := in(t, d, job.Done); len(left) != 0 {
			t.Errorf("still remembered: %+v", left)
		}
		enqueue(t, d, job.Options{Key: "a"}, "fourth")
		r.Drain(t.Context())
		if got := heard(); !slices.Equal(got, []string{"first", "other", "fourth"}) {
			t.Errorf("heard %v", got)
		}
	})
}

func TestNotBeforeItsTime(t *testing.T) {
	d := dbtest.SQLite(t)
	at := dbtest.Noon.Add(time.Hour)
	enqueue(t, d, job.Options{At: at}, "later")
	r, _ := greeter(d, job.Settings{}, fine)
	for _, c := range []struct {
		now  time.Time
		want int
	}{{dbtest.Noon, 0}, {at.Add(-time.Millisecond), 0}, {at, 1}, {at, 0}} {
		d.Clock.(*clock.Manual).Set(c.now)
		if n := r.Drain(t.Context()); n != c.want {
			t.Errorf("at %s %d attempts, want %d", c.now, n, c.want)
		}
	}
}

// A job that fails is tried again, each time after a longer pause, and is dead
// at last; a person can have it tried again.
func TestFailing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := d.Clock.(*clock.Manual)
		enqueue(t, d, job.Options{}, "x")
		mended := false
		r, heard := greeter(d, job.Settings{Tries: 5}, func(w *job.Work, _ string) error {
			if want := len(in(t, d, job.Running)); want != 1 || w.Attempt() < 1 {
				t.Errorf("%d running, attempt %d", want, w.Attempt())
			}
			if mended {
				return nil
			}
			return errors.New("the line is dead")
		})
		low := 2 * time.Second
		for n := 1; n < 5; n++ {
			if got := r.Drain(t.Context()); got != 1 {
				t.Fatalf("attempt %d: %d attempts", n, got)
			}
			waits := in(t, d, job.Waiting)
			if len(waits) != 1 || waits[0].Error != "the line is dead" || waits[0].Attempts != n {
				t.Fatalf("after attempt %d: %+v", n, waits)
			}
			if pause := waits[0].Due.Sub(now.Now()); pause < low || pause > low*3/2 {
				t.Errorf("after attempt %d a pause of %s, want %s to %s", n, pause, low, low*3/2)
			}
			now.Set(waits[0].Due)
			low *= 2
		}
		r.Drain(t.Context())
		dead := in(t, d, job.Dead)
		if len(dead) != 1 || dead[0].Error != "the line is dead" || len(heard()) != 5 {
			t.Fatalf("dead: %+v after %d attempts", dead, len(heard()))
		}
		now.Add(1000 * time.Hour)
		if n := r.Drain(t.Context()); n != 0 {
			t.Errorf("a dead job ran")
		}
		mended = true
		retry(t, d, dead[0].ID)
		if n := r.Drain(t.Context()); n != 1 || len(in(t, d, job.Done)) != 1 {
			t.Errorf("retried: %d attempts, done %v", n, in(t, d, job.Done))
		}
		if lines := dbtest.Lines(t, d); !slices.Equal(lines, []string{"test.cause", "job.retry"}) {
			t.Errorf("journal %v", lines)
		}
		if _, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
			return 0, job.Retry(t.Context(), tx, dead[0].ID)
		}); err == nil || fault.Of(err).Kind != fault.Conflict {
			t.Errorf("retry of a job that is done: %v", err)
		}
	})
}

func retry(t *testing.T, d *db.DB, id job.ID) {
	t.Helper()
	if _, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) { return 0, job.Retry(t.Context(), tx, id) }); err != nil {
		t.Fatal(err)
	}
}

func TestWhatTryingAgainDoesNotMend(t *testing.T) {
	d := dbtest.SQLite(t)
	enqueue(t, d, job.Options{}, "x")
	r, _ := greeter(d, job.Settings{}, func(*job.Work, string) error { return job.Permanent(errors.New("no such address")) })
	r.Drain(t.Context())
	if dead := in(t, d, job.Dead); len(dead) != 1 || dead[0].Error != "no such address" {
		t.Errorf("a permanent error: %+v", dead)
	}
	r = job.New(d, job.Settings{Log: quiet})
	job.Handle(r, job.Kind[int](greet), func(context.Context, *job.Work, int) error { return nil })
	enqueue(t, d, job.Options{}, "no number")
	r.Drain(t.Context())
	if dead := in(t, d, job.Dead); len(dead) != 2 || !strings.Contains(dead[1].Error, "payload") {
		t.Errorf("a payload of another kind: %+v", dead)
	}
}

func TestAPanicIsAFailure(t *testing.T) {
	d := dbtest.SQLite(t)
	enqueue(t, d, job.Options{}, "x", "y")
	r, heard := greeter(d, job.Settings{}, func(_ *job.Work, p string) error {
		if p == "x" {
			panic("oh")
		}
		return nil
	})
	r.Drain(t.Context())
	waits := in(t, d, job.Waiting)
	if len(heard()) != 2 || len(waits) != 1 || !strings.HasPrefix(waits[0].Error, "panic: oh\n") {
		t.Errorf("heard %v, waiting %+v", heard(), waits)
	}
}

// What a handler writes in the transaction that ends the job is written once,
// and not at all when the job was lost.
func TestFinishIsExactlyOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := d.Clock.(*clock.Manual)
		effect := func(tx *db.Tx) error { return tx.Record(context.Background(), "test.effect", "test:1", nil) }
		enqueue(t, d, job.Options{}, "x")
		second, _ := greeter(d, job.Settings{}, func(w *job.Work, _ string) error {
			return w.Finish(t.Context(), db.System, effect)
		})
		var late error
		first, _ := greeter(d, job.Settings{}, func(w *job.Work, _ string) error {
			now.Add(2 * time.Minute) // its lease ends while it works
			if n := second.Drain(t.Context()); n != 1 {
				t.Errorf("the second runner made %d attempts", n)
			}
			late = w.Finish(t.Context(), db.System, effect)
			return late
		})
		first.Drain(t.Context())
		if !errors.Is(late, job.ErrLost) {
			t.Errorf("the first runner's effect: %v", late)
		}
		if lines := dbtest.Lines(t, d); !slices.Equal(lines, []string{"test.cause", "test.effect"}) {
			t.Errorf("journal %v", lines)
		}
		if done := in(t, d, job.Done); len(done) != 1 || done[0].Attempts != 2 {
			t.Errorf("done %+v", done)
		}
	})
}

// An effect that fails does not end the job.
func TestFinishThatFails(t *testing.T) {
	d := dbtest.SQLite(t)
	enqueue(t, d, job.Options{}, "x")
	stop := errors.New("stop")
	r, _ := greeter(d, job.Settings{}, func(w *job.Work, _ string) error {
		return w.Finish(t.Context(), db.System, func(tx *db.Tx) error {
			return errors.Join(tx.Record(t.Context(), "test.effect", "test:1", nil), stop)
		})
	})
	r.Drain(t.Context())
	if waits := in(t, d, job.Waiting); len(waits) != 1 || len(dbtest.Lines(t, d)) != 1 {
		t.Errorf("waiting %+v, journal %v", waits, dbtest.Lines(t, d))
	}
}

// A lease is renewed while the handler works, and a handler learns that it lost
// its job.
func TestTheLease(t *testing.T) {
	d := dbtest.SQLite(t)
	d.Clock = clock.System{}
	enqueue(t, d, job.Options{}, "long")
	r, _ := greeter(d, job.Settings{Lease: 300 * time.Millisecond}, func(*job.Work, string) error {
		time.Sleep(time.Second)
		return nil
	})
	other, heard := greeter(d, job.Settings{}, fine)
	done := make(chan int)
	go func() { done <- r.Drain(t.Context()) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-time.After(50 * time.Millisecond):
			other.Drain(t.Context())
		}
	}
	if len(heard()) != 0 || len(in(t, d, job.Done)) != 1 {
		t.Errorf("another runner took it %d times; done %+v", len(heard()), in(t, d, job.Done))
	}
}

func TestAHandlerLearnsThatItsJobIsLost(t *testing.T) {
	d := dbtest.SQLite(t)
	now := d.Clock.(*clock.Manual)
	enqueue(t, d, job.Options{}, "x")
	other, _ := greeter(d, job.Settings{}, fine)
	r := job.New(d, job.Settings{Lease: 150 * time.Millisecond, Log: quiet})
	var told atomic.Bool
	job.Handle(r, greet, func(ctx context.Context, w *job.Work, _ string) error {
		now.Add(time.Hour)
		other.Drain(t.Context())
		select {
		case <-ctx.Done():
			told.Store(true)
		case <-time.After(5 * time.Second):
		}
		return ctx.Err()
	})
	r.Drain(t.Context())
	if done := in(t, d, job.Done); !told.Load() || len(done) != 1 {
		t.Errorf("told %v, done %+v", told.Load(), done)
	}
}

// A job whose runner dies every time must not be tried for ever.
func TestAJobThatKillsItsRunner(t *testing.T) {
	d := dbtest.SQLite(t)
	now := d.Clock.(*clock.Manual)
	enqueue(t, d, job.Options{}, "x")
	r, heard := greeter(d, job.Settings{Tries: 3}, fine)
	for range 3 { // claimed, and never heard of again
		if _, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) { return 0, job.ClaimOne(t.Context(), tx, string(greet)) }); err != nil {
			t.Fatal(err)
		}
		now.Add(2 * time.Minute)
	}
	r.Drain(t.Context())
	if dead := in(t, d, job.Dead); len(dead) != 1 || len(heard()) != 0 {
		t.Errorf("dead %+v, heard %v", dead, heard())
	}
}

func TestASchedule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := d.Clock.(*clock.Manual)
		one, first := greeter(d, job.Settings{}, fine)
		two, second := greeter(d, job.Settings{}, fine)
		job.Every(one, 10*time.Minute, greet, "tick")
		job.Every(two, 10*time.Minute, greet, "tick")
		for _, c := range []struct {
			add  time.Duration
			want int
		}{{0, 1}, {9 * time.Minute, 1}, {time.Minute, 2}, {time.Hour, 3}, {time.Second, 3}} {
			now.Add(c.add)
			one.Drain(t.Context())
			two.Drain(t.Context())
			if got := len(first()) + len(second()); got != c.want {
				t.Errorf("at %s %d ticks, want %d", now.Now(), got, c.want)
			}
		}
	})
}

// An unknown kind waits for a program that knows it.
func TestAnUnknownKindIsLeft(t *testing.T) {
	d := dbtest.SQLite(t)
	enqueue(t, d, job.Options{}, "x")
	r := job.New(d, job.Settings{Log: quiet})
	if n := r.Drain(t.Context()); n != 0 {
		t.Error("a runner without handlers claimed a job")
	}
	job.Handle(r, "test.other", func(context.Context, *job.Work, int) error { return nil })
	if n := r.Drain(t.Context()); n != 0 || len(in(t, d, job.Waiting)) != 1 {
		t.Errorf("%d attempts, waiting %v", n, in(t, d, job.Waiting))
	}
}

// Told to stop, a runner claims nothing more, lets what runs come to its end,
// and gives back what does not.
func TestStopping(t *testing.T) {
	d := dbtest.SQLite(t)
	enqueue(t, d, job.Options{}, "quick", "slow", "never")
	begun := make(chan string, 3)
	r := job.New(d, job.Settings{Workers: 2, Poll: 10 * time.Millisecond, Grace: 300 * time.Millisecond, Log: quiet})
	job.Handle(r, greet, func(ctx context.Context, w *job.Work, p string) error {
		begun <- p
		if p == "quick" {
			time.Sleep(100 * time.Millisecond)
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	<-begun
	<-begun
	stop()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("Run does not end")
	}
	if n := len(begun); n != 0 {
		t.Errorf("%d jobs were begun after the stop", n)
	}
	done, waits := in(t, d, job.Done), in(t, d, job.Waiting)
	if len(done) != 1 || len(waits) != 2 || waits[0].Attempts+waits[1].Attempts != 0 {
		t.Errorf("done %+v, waiting %+v", done, waits)
	}
}

func TestObservedAndCounted(t *testing.T) {
	d := dbtest.SQLite(t)
	enqueue(t, d, job.Options{}, "good", "bad", "worse")
	var seen []string
	r := job.New(d, job.Settings{Log: quiet, Observe: func(kind, outcome string, took time.Duration) {
		seen = append(seen, kind+" "+outcome)
	}})
	job.Handle(r, greet, func(_ context.Context, _ *job.Work, p string) error {
		switch p {
		case "bad":
			return errors.New(p)
		case "worse":
			return job.Permanent(errors.New(p))
		}
		return nil
	})
	r.Drain(t.Context())
	if want := []string{"test.greet done", "test.greet waiting", "test.greet dead"}; !slices.Equal(seen, want) {
		t.Errorf("observed %v, want %v", seen, want)
	}
	counts, err := db.View(t.Context(), d, func(r db.Reader) ([]job.Count, error) { return job.Counts(t.Context(), r) })
	want := []job.Count{{Kind: "test.greet", State: job.Dead, Jobs: 1}, {Kind: "test.greet", State: job.Waiting, Jobs: 1}}
	if err != nil || !slices.Equal(counts, want) {
		t.Errorf("counts %v (%v), want %v", counts, err, want)
	}
}

// A payload may be personal: it does not outlive its use.
func TestADoneJobForgetsItsPayload(t *testing.T) {
	d := dbtest.SQLite(t)
	enqueue(t, d, job.Options{}, "recovery token 1234")
	r, _ := greeter(d, job.Settings{}, fine)
	r.Drain(t.Context())
	var payload string
	if _, err := db.View(t.Context(), d, func(r db.Reader) (int, error) {
		return 0, r.QueryRow(t.Context(), "SELECT payload FROM jobs").Scan(&payload)
	}); err != nil || payload != "" {
		t.Errorf("payload %q (%v)", payload, err)
	}
}
