package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
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
)

// A member is what a writer does, and with which context.
type member func(ctx context.Context, tx *db.Tx) error

// records is the member that writes one line about a subject.
func records(subject string) member {
	return func(ctx context.Context, tx *db.Tx) error { return tx.Record(ctx, "call.publish", subject, nil) }
}

// together runs members, in order where the database keeps one: on SQLite all
// stand in line before the first begins, so that they share a transaction. It
// returns the error of each; that of a panic is "panic".
func together(t *testing.T, d *db.DB, members ...member) []error {
	t.Helper()
	errs := make([]error, len(members))
	var wait sync.WaitGroup
	release := make(chan struct{})
	held := make(chan struct{}, 8) // the first may be tried again
	if !d.Postgres() {
		wait.Go(func() {
			if _, err := db.Keep(t.Context(), d, func(*db.Tx) (int, error) {
				held <- struct{}{}
				<-release
				return 0, nil
			}); err != nil {
				t.Error(err)
			}
		})
		<-held
	}
	for i, m := range members {
		wait.Go(func() {
			errs[i] = errors.New("panic")
			defer func() { _ = recover() }()
			_, errs[i] = db.Update(t.Context(), d, officer(), func(tx *db.Tx) (int, error) { return 0, m(t.Context(), tx) })
		})
		for !d.Postgres() && d.Waiting() < i+1 {
			runtime.Gosched()
		}
	}
	close(release)
	wait.Wait()
	return errs
}

// subjects returns what the journal has lines about, in order of the lines.
func subjects(t *testing.T, d *db.DB) []string {
	t.Helper()
	found, err := db.View(t.Context(), d, func(r db.Reader) ([]string, error) { return subjectsOf(t.Context(), r) })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func subjectsOf(ctx context.Context, r db.Reader) ([]string, error) {
	return db.All(ctx, r, func(row db.Scanner) (s string, err error) {
		err = row.Scan(&s)
		return s, err
	}, "SELECT subject FROM journal ORDER BY id")
}

func sorted(s []string) string {
	slices.Sort(s)
	return strings.Join(s, " ")
}

func TestEveryWriterLandsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers = 200
		lines := make([]string, writers)
		var wait sync.WaitGroup
		for i := range writers {
			wait.Go(func() {
				line, err := db.Update(t.Context(), d, officer(), func(tx *db.Tx) (string, error) {
					err := tx.Record(t.Context(), "call.publish", fmt.Sprintf("call:%03d", i), nil)
					return tx.Line, err
				})
				if err != nil {
					t.Error(err)
				}
				lines[i] = line
			})
		}
		wait.Wait()
		for i, line := range lines {
			var subject string
			if _, err := db.View(t.Context(), d, func(r db.Reader) (int, error) {
				return 0, r.QueryRow(t.Context(), "SELECT subject FROM journal WHERE id = $1", line).Scan(&subject)
			}); err != nil || subject != fmt.Sprintf("call:%03d", i) {
				t.Errorf("line %q of writer %d is about %q (%v)", line, i, subject, err)
			}
		}
		if n := len(subjects(t, d)); n != writers {
			t.Errorf("%d lines, want %d", n, writers)
		}
	})
}

// Members see what those before them wrote, nobody else sees it before the
// commit, and a batch does not go on for ever.
func TestWritersShareATransaction(t *testing.T) {
	d := dbtest.SQLite(t)
	const writers = 2*db.BatchTurns + 10
	var most int
	var order []string
	var members []member
	for i := range writers {
		members = append(members, func(ctx context.Context, tx *db.Tx) error {
			if err := records(fmt.Sprintf("call:%03d", i))(ctx, tx); err != nil {
				return err
			}
			mine, err := subjectsOf(ctx, tx)
			if err != nil {
				return err
			}
			most = max(most, len(mine)-len(subjects(t, d)))
			order = append(order, mine[len(mine)-1])
			if len(mine) != i+1 {
				t.Errorf("member %d sees %d lines", i, len(mine))
			}
			return nil
		})
	}
	if err := errors.Join(together(t, d, members...)...); err != nil {
		t.Fatal(err)
	}
	if most != db.BatchTurns {
		t.Errorf("up to %d members share a transaction, want %d", most, db.BatchTurns)
	}
	if !slices.Equal(order, subjects(t, d)) || !slices.IsSorted(order) {
		t.Errorf("order %v, journal %v", order, subjects(t, d))
	}
}

// Who fails, panics or breaks the rule of the line is undone alone.
func TestAFailingMemberDisturbsNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stop := errors.New("stop")
		spoils := func(how func() error) member {
			return func(ctx context.Context, tx *db.Tx) error {
				if err := records("call:spoilt")(ctx, tx); err != nil {
					return err
				}
				return how()
			}
		}
		errs := together(t, d,
			records("call:a"),
			spoils(func() error { return stop }),
			records("call:b"),
			spoils(func() error { panic("planted") }),
			records("call:c"),
			func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, "DELETE FROM journal")
				return err
			},
			func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO journal (id) VALUES ('too little')")
				return err
			},
			records("call:d"),
			spoils(func() error { return stop }))
		for i, err := range errs {
			if good := slices.Contains([]int{0, 2, 4, 7}, i); good != (err == nil) {
				t.Errorf("member %d: %v", i, err)
			}
		}
		if !errors.Is(errs[1], stop) || errs[3].Error() != "panic" || !strings.Contains(errs[5].Error(), "without a journal line") {
			t.Errorf("errors %v", errs)
		}
		if got := sorted(subjects(t, d)); got != "call:a call:b call:c call:d" {
			t.Errorf("lines about %s", got)
		}
	})
}

// A statement cut short takes the whole transaction of SQLite with it. The
// others are tried again, and what the one goes on to write is not kept.
func TestAMemberCancelledInAStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var runs atomic.Int32
		counted := func(m member) member {
			return func(ctx context.Context, tx *db.Tx) error {
				runs.Add(1)
				return m(ctx, tx)
			}
		}
		errs := together(t, d,
			counted(records("call:a")),
			counted(records("call:b")),
			func(ctx context.Context, tx *db.Tx) error {
				short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
				defer cancel()
				_, err := tx.Exec(short, `INSERT INTO journal (id, at, person, unit, role, verb, subject, clause, commitment, salt, payload)
					WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)
					SELECT 'x' || i, '', '', '', '', '', '', '', '', '', '' FROM n`)
				if err == nil {
					t.Error("a billion lines were written in time")
				}
				records("call:after")(ctx, tx)
				return err
			},
			counted(records("call:c")))
		for i, err := range errs {
			if (i == 2) != (err != nil) {
				t.Errorf("member %d: %v", i, err)
			}
		}
		if !errors.Is(errs[2], context.DeadlineExceeded) && !d.Postgres() {
			t.Errorf("cut short with %v", errs[2])
		}
		if got := sorted(subjects(t, d)); got != "call:a call:b call:c" {
			t.Errorf("lines about %s", got)
		}
		if n := runs.Load(); !d.Postgres() && n != 5 {
			t.Errorf("the others ran %d times, want 5: a and b twice, c once", n)
		}
	})
}

// A writer that no longer waits leaves the line, and nobody notices.
func TestAWriterLeavesTheLine(t *testing.T) {
	d := dbtest.SQLite(t)
	errs := together(t, d, func(ctx context.Context, tx *db.Tx) error {
		short, cancel := context.WithCancel(ctx)
		gone := make(chan error)
		for range 3 {
			go func() {
				_, err := db.Update(short, d, officer(), func(tx *db.Tx) (int, error) {
					t.Error("it ran all the same")
					return 0, nil
				})
				gone <- err
			}()
		}
		for d.Waiting() < 4 { // the three, and the one below
			runtime.Gosched()
		}
		cancel()
		for range 3 {
			if err := <-gone; !errors.Is(err, context.Canceled) {
				t.Errorf("left with %v", err)
			}
		}
		return records("call:a")(ctx, tx)
	}, records("call:b"))
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if got := sorted(subjects(t, d)); got != "call:a call:b" {
		t.Errorf("lines about %s", got)
	}
}

// When the commit fails nobody is told yes, but those who did nothing wrong get
// another try.
func TestACommitThatFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int64, error) {
			return tx.Exec(t.Context(), `CREATE TABLE promise (id TEXT PRIMARY KEY, other TEXT REFERENCES promise (id) DEFERRABLE INITIALLY DEFERRED)`)
		}); err != nil {
			t.Fatal(err)
		}
		breaks := func(id string) member {
			return func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, "INSERT INTO promise (id, other) VALUES ($1, 'nobody')", id); err != nil {
					return err
				}
				return records("call:"+id)(ctx, tx)
			}
		}
		runs := make([]atomic.Int32, 5)
		members := []member{records("call:a"), breaks("x"), records("call:b"), breaks("y"), breaks("z")}
		for i, m := range members {
			members[i] = func(ctx context.Context, tx *db.Tx) error {
				runs[i].Add(1)
				return m(ctx, tx)
			}
		}
		for i, err := range together(t, d, members...) {
			if n := runs[i].Load(); !d.Postgres() && n != 2 {
				t.Errorf("member %d ran %d times, want 2: in company and alone", i, n)
			}
			if bad := i == 1 || i > 2; bad != (err != nil) || fault.Of(err) != nil && fault.Of(err).Key == "db.busy" {
				t.Errorf("member %d: %v", i, err)
			}
		}
		if got := sorted(subjects(t, d)); got != "call:a call:b" {
			t.Errorf("lines about %s", got)
		}
	})
}

// Of a database that is closed meanwhile, what was told is true.
func TestClosedMeanwhile(t *testing.T) {
	file := filepath.Join(t.TempDir(), db.File)
	d, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	var members []member
	for i := range 20 {
		members = append(members, func(ctx context.Context, tx *db.Tx) error {
			if i == 10 {
				d.Close()
			}
			return records(fmt.Sprintf("call:%02d", i))(ctx, tx)
		})
	}
	for i, err := range together(t, d, members...) {
		if err == nil {
			want = append(want, fmt.Sprintf("call:%02d", i))
		}
	}
	again, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := subjects(t, again); !slices.Equal(got, want) {
		t.Errorf("told %v, kept %v", want, got)
	}
}

// Later members have later times, also when the clock is set back; a member
// that starts later has the time of its start.
func TestTimesFollowTheTurns(t *testing.T) {
	d := dbtest.SQLite(t)
	hand := clock.At(dbtest.Noon)
	d.Clock = hand
	var times []string
	at := func(step time.Duration) member {
		return func(ctx context.Context, tx *db.Tx) error {
			times = append(times, tx.Now.In(clock.Zone).Format("05.000"))
			hand.Add(step)
			return records("call:c")(ctx, tx)
		}
	}
	errs := together(t, d, at(2*time.Millisecond), at(-time.Second), at(0), at(time.Second+time.Millisecond), at(0))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(times, " "); got != "00.000 00.002 00.002 00.002 00.003" {
		t.Errorf("times %s", got)
	}
}
