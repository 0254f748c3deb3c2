package bench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// The work of the last hour before a deadline, on both databases: people at
// once who submit applications that are ready, and who save. Beside it, in the
// same run, what the disk and the database can do at all: fsync in the same
// folder, and single rows that are inserted and committed.
const (
	clients = 32     // people at once
	many    = 600    // submissions, and saves, in one run
	listed  = 10_000 // applications in lists
)

// rush has a house and where its data are.
type rush struct {
	*applytest.House
	raw    *sql.DB
	folder string // of the database; "" when another process has it
}

func BenchmarkApply(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		d := dbtest.SQLite(b)
		folder := filepath.Dir(fileOf(b, d))
		raw, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate")
		if err != nil {
			b.Fatal(err)
		}
		raw.SetMaxOpenConns(1)
		b.Cleanup(func() { raw.Close() })
		(&rush{House: houseOf(b, d), raw: raw, folder: folder}).run(b)
	})
	b.Run("postgres", func(b *testing.B) {
		d := dbtest.Postgres(b)
		raw, err := sql.Open("pgx", os.Getenv("TEST_DATABASE"))
		if err != nil {
			b.Fatal(err)
		}
		raw.SetMaxOpenConns(clients)
		b.Cleanup(func() { raw.Close() })
		(&rush{House: houseOf(b, d), raw: raw}).run(b)
	})
}

func houseOf(b *testing.B, d *db.DB) *applytest.House {
	b.Helper()
	now := d.Clock.(*clock.Manual)
	now.Set(dbtest.Noon.AddDate(0, 0, -10))
	h := applytest.Build(b, d, nil)
	now.Set(dbtest.Noon)
	return h
}

// fileOf is the file of a SQLite database.
func fileOf(b *testing.B, d *db.DB) string {
	b.Helper()
	file, err := db.View(b.Context(), d, func(r db.Reader) (file string, err error) {
		var n int
		var name string
		return file, r.QueryRow(b.Context(), "PRAGMA database_list").Scan(&n, &name, &file)
	})
	if err != nil {
		b.Fatal(err)
	}
	return file
}

func (l *rush) run(b *testing.B) {
	ready := l.Ready()
	crowd := l.Crowd(ready, many)
	if l.folder != "" {
		b.Run("fsync", l.fsync)
	}
	b.Run("insert", func(b *testing.B) { l.insert(b, 1) })
	b.Run("insert-at-once", func(b *testing.B) { l.insert(b, clients) })
	b.Run("save", func(b *testing.B) {
		round := 0
		for b.Loop() {
			round++
			atOnce(b, func(i int) error {
				_, err := db.Keep(context.Background(), l.DB, func(tx *db.Tx) (*apply.Saved, error) {
					tx.By = crowd[i].By
					return apply.Save(b.Context(), tx, l.Office, apply.Saving{Application: crowd[i].Application, Tab: "t",
						Typed: map[string]string{"summary.remark": fmt.Sprint("另附说明", round)}, Mine: map[string]struct{}{"summary.remark": {}}})
				})
				return err
			})
		}
	})
	b.Run("submit", func(b *testing.B) {
		for b.Loop() {
			requests := make([]apply.Submission, many)
			for i := range requests {
				requests[i] = applytest.Submission(crowd[i].Application)
			}
			atOnce(b, func(i int) error {
				_, err := l.Office.HandIn(context.Background(), l.DB, crowd[i].By, requests[i])
				return err
			})
			b.StopTimer()
			for _, a := range crowd {
				if _, err := db.Update(b.Context(), l.DB, a.By, func(tx *db.Tx) (*apply.Application, error) {
					return apply.Withdraw(b.Context(), tx, apply.Recall{Application: a.Application})
				}); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
		}
	})
	l.Rows(ready, listed, false)
	b.Run("list-officer", func(b *testing.B) { l.list(b, "district officer") })
	b.Run("list-officer-sql", func(b *testing.B) { l.plain(b, "a.version > 0 ORDER BY a.submitted DESC, a.id DESC") })
	l.Rows(ready, listed, true)
	b.Run("list-applicant", func(b *testing.B) { l.list(b, "host editor") })
	b.Run("list-applicant-sql", func(b *testing.B) {
		l.plain(b, "a.unit = '"+string(l.Units["host"].ID)+"' ORDER BY a.changed DESC, a.id DESC")
	})
}

// atOnce does something for everybody of the crowd, so many at a time, and
// reports how many a second, and the time that 99 of 100 stayed below.
func atOnce(b *testing.B, act func(i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	took := make([]time.Duration, many)
	began, used := time.Now(), processor()
	for range clients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < many; i = int(next.Add(1)) - 1 {
				at := time.Now()
				if err := act(i); err != nil {
					b.Error(err)
				}
				took[i] = time.Since(at)
			}
		})
	}
	wg.Wait()
	all := time.Since(began)
	slices.Sort(took)
	b.ReportMetric(many/all.Seconds(), "a-second")
	b.ReportMetric(float64((processor()-used).Microseconds())/1e3/many, "cpu-ms")
	b.ReportMetric(float64(took[many*99/100].Microseconds())/1e3, "p99-ms")
}

// processor is the time that the processors gave to this process.
func processor() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// fsync writes 4 KiB and waits for the disk.
func (l *rush) fsync(b *testing.B) {
	f, err := os.Create(filepath.Join(l.folder, "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.WriteAt(block, 0); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

// insert writes single rows, each in a transaction of its own, so many at a
// time.
func (l *rush) insert(b *testing.B, workers int) {
	name := "raw_" + db.NewID()
	if _, err := l.raw.Exec("CREATE TABLE " + name + " (id TEXT PRIMARY KEY, body TEXT NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	defer l.raw.Exec("DROP TABLE " + name)
	body := strings.Repeat("x", 1000)
	b.SetParallelism(1)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range workers {
		wg.Go(func() {
			for next.Add(1) <= int64(b.N) {
				if _, err := l.raw.Exec("INSERT INTO "+name+" (id, body) VALUES ($1, $2)", db.NewID(), body); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// list reads the first page of a list.
func (l *rush) list(b *testing.B, who string) {
	for b.Loop() {
		page, err := db.View(b.Context(), l.DB, func(r db.Reader) (*apply.Listing, error) {
			return apply.List(b.Context(), r, l.Staff[who], apply.Filter{})
		})
		if err != nil || len(page.Entries) != 50 || page.Next == "" {
			b.Fatalf("%d lines, %v", len(page.Entries), err)
		}
	}
}

// plain reads as many rows by a statement that asks nothing about the reader.
func (l *rush) plain(b *testing.B, where string) {
	for b.Loop() {
		names, err := db.View(b.Context(), l.DB, func(r db.Reader) ([]string, error) {
			return db.All(b.Context(), r, func(row db.Scanner) (name string, err error) {
				var id, unit, state, submitted, title, closes string
				return name, row.Scan(&id, &unit, &name, &state, &submitted, &title, &closes)
			}, `SELECT a.id, a.unit_name, a.name, a.state, a.submitted, c.title, c.closes FROM applications a JOIN calls c ON c.id = a.call WHERE `+where+` LIMIT 51`)
		})
		if err != nil || len(names) != 51 {
			b.Fatalf("%d rows, %v", len(names), err)
		}
	}
}
