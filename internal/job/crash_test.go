package job_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/job"
)

// These tests run runners in processes of their own, kill and stop them, and
// count what their handlers wrote. An effect is a line of the journal whose
// subject names the payload.

// TestMain becomes a runner when a test asks for one.
func TestMain(m *testing.M) {
	if dsn := os.Getenv("JOB_RUNNER"); dsn != "" {
		work(dsn)
		return
	}
	os.Exit(m.Run())
}

// work runs jobs until it is killed. It says "begun p" when it begins one and
// "lost p" when it was too late to end it.
func work(dsn string) {
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r := job.New(d, job.Settings{Workers: 2, Lease: time.Second, Poll: 20 * time.Millisecond, Log: quiet})
	job.Handle(r, greet, func(ctx context.Context, w *job.Work, p string) error {
		fmt.Println("begun", p)
		if strings.HasPrefix(p, "slow") && w.Attempt() == 1 {
			time.Sleep(1500 * time.Millisecond)
		} else {
			time.Sleep(rand.N(10 * time.Millisecond))
		}
		// Deaf to the end of its context: the worst handler there is.
		err := effect(context.WithoutCancel(ctx), w, p)
		if errors.Is(err, job.ErrLost) {
			fmt.Println("lost", p)
		}
		return err
	})
	r.Run(context.Background())
}

func effect(ctx context.Context, w *job.Work, p string) error {
	return w.Finish(ctx, db.System, func(tx *db.Tx) error { return tx.Record(ctx, "test.effect", "test:"+p, nil) })
}

// eachServer runs fn with the address of a fresh database of every kind.
func eachServer(t *testing.T, fn func(t *testing.T, d *db.DB, dsn string)) {
	open := func(t *testing.T, dsn string) {
		d, err := db.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		fn(t, d, dsn)
	}
	t.Run("sqlite", func(t *testing.T) { open(t, filepath.Join(t.TempDir(), db.File)) })
	t.Run("postgres", func(t *testing.T) {
		server := os.Getenv("TEST_DATABASE")
		if server == "" {
			t.Skip("TEST_DATABASE names no PostgreSQL server")
		}
		name := "j" + db.NewID()
		administer(t, server, "CREATE DATABASE "+name)
		t.Cleanup(func() { administer(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
		u, err := url.Parse(server)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + name
		open(t, u.String())
	})
}

func administer(t *testing.T, server, statement string) {
	conn, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// start runs a runner in a process of its own. Said receives its lines.
func start(t *testing.T, dsn string) (process *exec.Cmd, said <-chan string) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "JOB_RUNNER="+dsn)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	lines := make(chan string, 10_000)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(out); in.Scan(); {
			lines <- in.Text()
		}
	}()
	return c, lines
}

// effects counts the effects by payload.
func effects(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	found, err := db.View(t.Context(), d, func(r db.Reader) (map[string]int, error) {
		rows, err := r.Query(t.Context(), "SELECT subject FROM journal WHERE verb = 'test.effect'")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		found := map[string]int{}
		for rows.Next() {
			var subject string
			if err := rows.Scan(&subject); err != nil {
				return nil, err
			}
			found[strings.TrimPrefix(subject, "test:")]++
		}
		return found, rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// until waits for something that must become true.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not in time: %s", what)
}

func TestARunnerIsKilledInMidJob(t *testing.T) {
	eachServer(t, func(t *testing.T, d *db.DB, dsn string) {
		enqueue(t, d, job.Options{}, "slow")
		first, said := start(t, dsn)
		<-said
		first.Process.Kill()
		first.Wait()
		if len(in(t, d, job.Running)) != 1 || len(effects(t, d)) != 0 {
			t.Fatalf("after the kill: %+v, effects %v", in(t, d, job.Running), effects(t, d))
		}
		start(t, dsn)
		until(t, "another runner does it", func() bool { return len(in(t, d, job.Done)) == 1 })
		if got := effects(t, d); got["slow"] != 1 || in(t, d, job.Done)[0].Attempts != 2 {
			t.Errorf("effects %v, %+v", got, in(t, d, job.Done))
		}
	})
}

// Runners are killed at random moments: no job is lost, none has its effect
// twice.
func TestRunnersAreKilledAtRandom(t *testing.T) {
	eachServer(t, func(t *testing.T, d *db.DB, dsn string) {
		const jobs = 250
		var payloads []string
		for i := range jobs {
			payloads = append(payloads, fmt.Sprint("p", i))
		}
		enqueue(t, d, job.Options{}, payloads...)
		kills := 0
		for len(in(t, d, job.Done)) < jobs && kills < 100 {
			c, said := start(t, dsn)
			<-said
			time.Sleep(rand.N(60 * time.Millisecond))
			c.Process.Kill()
			c.Wait()
			kills++
			if kills == 12 { // enough: the last one may finish
				start(t, dsn)
				until(t, "the rest is done", func() bool { return len(in(t, d, job.Done)) == jobs })
			}
		}
		got := effects(t, d)
		for _, p := range payloads {
			if got[p] != 1 {
				t.Errorf("%s had its effect %d times", p, got[p])
			}
		}
		t.Logf("%d kills", kills)
	})
}

// A runner is stopped for longer than its lease, another one does its job, and
// then it comes back.
func TestARunnerComesBackFromTheDead(t *testing.T) {
	eachServer(t, func(t *testing.T, d *db.DB, dsn string) {
		enqueue(t, d, job.Options{}, "slow")
		first, said := start(t, dsn)
		<-said
		first.Process.Signal(syscall.SIGSTOP)
		start(t, dsn)
		until(t, "another runner does it", func() bool { return len(in(t, d, job.Done)) == 1 })
		first.Process.Signal(syscall.SIGCONT)
		select {
		case line := <-said:
			if line != "lost slow" {
				t.Errorf("it says %q", line)
			}
		case <-time.After(10 * time.Second):
			t.Error("it did not try to end its job")
		}
		if got := effects(t, d); got["slow"] != 1 {
			t.Errorf("effects %v", got)
		}
	})
}

// Two runners on one database never have the same job in hand at once.
func TestTwoRunners(t *testing.T) {
	eachServer(t, func(t *testing.T, d *db.DB, dsn string) {
		const jobs = 400
		var payloads []string
		for i := range jobs {
			payloads = append(payloads, fmt.Sprint("p", i))
		}
		enqueue(t, d, job.Options{}, payloads...)
		var mu sync.Mutex
		hands, runs := map[string]bool{}, map[string]int{}
		ctx, stop := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		for range 2 {
			own, err := db.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { own.Close() })
			r, _ := greeter(own, job.Settings{Workers: 4, Poll: 5 * time.Millisecond}, func(w *job.Work, p string) error {
				mu.Lock()
				if hands[p] {
					t.Errorf("%s is in two hands", p)
				}
				hands[p] = true
				runs[p]++
				mu.Unlock()
				time.Sleep(rand.N(2 * time.Millisecond))
				mu.Lock()
				hands[p] = false
				mu.Unlock()
				return effect(t.Context(), w, p)
			})
			wait.Go(func() { r.Run(ctx) })
		}
		until(t, "all is done", func() bool { return len(in(t, d, job.Done)) == jobs })
		stop()
		wait.Wait()
		done := effects(t, d)
		for p, n := range runs {
			if n != 1 || done[p] != 1 {
				t.Errorf("%s ran %d times, with %d effects", p, n, done[p])
			}
		}
		if len(runs) != jobs {
			t.Errorf("%d jobs ran", len(runs))
		}
	})
}

// The database goes away in mid job and comes back: the job is done, once.
func TestADatabaseError(t *testing.T) {
	eachServer(t, func(t *testing.T, d *db.DB, dsn string) {
		enqueue(t, d, job.Options{}, "x")
		own, err := db.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := greeter(own, job.Settings{Lease: 200 * time.Millisecond}, func(w *job.Work, p string) error {
			own.Close()
			return effect(t.Context(), w, p)
		})
		r.Drain(t.Context())
		if len(in(t, d, job.Running)) != 1 {
			t.Fatalf("running %+v", in(t, d, job.Running))
		}
		again, _ := greeter(d, job.Settings{}, func(w *job.Work, p string) error { return effect(t.Context(), w, p) })
		until(t, "it is done", func() bool { again.Drain(t.Context()); return len(in(t, d, job.Done)) == 1 })
		if got := effects(t, d); got["x"] != 1 {
			t.Errorf("effects %v", got)
		}
	})
}

func BenchmarkJobs(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmark(b, open(b)) })
	}
}

func benchmark(b *testing.B, d *db.DB) {
	payloads := make([]string, 100)
	b.Run("enqueue", func(b *testing.B) {
		for b.Loop() {
			enqueue(b, d, job.Options{}, payloads[0])
		}
	})
	r, heard := greeter(d, job.Settings{Workers: 8, Poll: time.Millisecond}, fine)
	r.Drain(b.Context())
	b.Run("work", func(b *testing.B) {
		before := len(heard())
		for range b.N/100 + 1 {
			enqueue(b, d, job.Options{}, payloads...)
		}
		ctx, stop := context.WithCancel(b.Context())
		defer stop()
		b.ResetTimer()
		go r.Run(ctx)
		for len(heard())-before < b.N {
			time.Sleep(100 * time.Microsecond)
		}
	})
}
