package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"flag"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
)

var update = flag.Bool("update", false, "rewrite schema.sql")

func officer() db.By { return db.By{Person: "p1", Unit: "u1", Role: "officer"} }

func TestAnActLeavesALine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		_, err := db.Update(ctx, d, officer(), func(tx *db.Tx) (int, error) {
			return 0, tx.RecordUnder(ctx, "000-023", "call.publish", "call:c1", map[string]int{"n": 1})
		})
		if err != nil {
			t.Fatal(err)
		}
		var at, person, unit, role, subject, clause, commitment, salt, payload string
		_, err = db.View(ctx, d, func(r db.Reader) (int, error) {
			return 0, r.QueryRow(ctx, "SELECT at, person, unit, role, subject, clause, commitment, salt, payload FROM journal").
				Scan(&at, &person, &unit, &role, &subject, &clause, &commitment, &salt, &payload)
		})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join([]string{at, person, unit, role, subject, clause, payload}, "|")
		if want := `2024-11-27T04:00:00.000Z|p1|u1|officer|call:c1|000-023|{"n":1}`; got != want {
			t.Errorf("line %s, want %s", got, want)
		}
		if len(salt) != 32 || len(commitment) != 64 {
			t.Errorf("salt %q, commitment %q", salt, commitment)
		}
	})
}

func TestNoChangeWithoutAnAccount(t *testing.T) {
	d := dbtest.SQLite(t)
	if _, err := db.Update(t.Context(), d, db.By{}, func(*db.Tx) (int, error) { return 0, nil }); err == nil {
		t.Error("a write began without an author")
	}
}

func TestNoChangeWithoutALine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		silent := func(tx *db.Tx) (int, error) {
			_, err := tx.Exec(ctx, "DELETE FROM journal")
			return 0, err
		}
		if _, err := db.Update(ctx, d, officer(), silent); err == nil {
			t.Error("a change without a journal line was committed")
		}
		if _, err := db.Keep(ctx, d, silent); err != nil {
			t.Errorf("housekeeping: %v", err)
		}
	})
}

func TestAFailedActWritesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stop := errors.New("stop")
		_, err := db.Update(t.Context(), d, officer(), func(tx *db.Tx) (int, error) {
			if err := tx.Record(t.Context(), "call.publish", "call:c1", nil); err != nil {
				return 0, err
			}
			return 0, stop
		})
		if !errors.Is(err, stop) || len(dbtest.Lines(t, d)) != 0 {
			t.Errorf("error %v, lines %v", err, dbtest.Lines(t, d))
		}
	})
}

func TestAReaderCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := db.View(t.Context(), d, func(r db.Reader) (int, error) {
			rows, err := r.Query(t.Context(), "DELETE FROM journal RETURNING id")
			if err != nil {
				return 0, err
			}
			defer rows.Close()
			for rows.Next() {
			}
			return 0, rows.Err()
		})
		if err == nil {
			t.Error("a reader deleted")
		}
	})
}

func TestWritersDoNotLoseEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 10
		var wait sync.WaitGroup
		for range writers {
			wait.Go(func() {
				for range each {
					if _, err := db.Update(t.Context(), d, officer(), func(tx *db.Tx) (int, error) {
						return 0, tx.Record(t.Context(), "call.publish", "call:c1", nil)
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if n := len(dbtest.Lines(t, d)); n != writers*each {
			t.Errorf("%d lines, want %d", n, writers*each)
		}
	})
}

func TestTimesKeepTheirOrder(t *testing.T) {
	d := dbtest.SQLite(t)
	closing := time.Date(2024, 12, 2, 17, 0, 0, 0, clock.Zone)
	var texts []string
	for _, off := range []time.Duration{-time.Millisecond, 0, time.Millisecond, time.Hour} {
		texts = append(texts, db.Time(closing.Add(off)))
	}
	if !sort.StringsAreSorted(texts) || texts[1] != "2024-12-02T09:00:00.000Z" {
		t.Errorf("times %v", texts)
	}
	var back time.Time
	_, err := db.View(t.Context(), d, func(r db.Reader) (int, error) {
		return 0, r.QueryRow(t.Context(), "SELECT $1", texts[0]).Scan(db.Into(&back))
	})
	if err != nil || !back.Equal(closing.Add(-time.Millisecond)) {
		t.Errorf("%v came back as %v (%v)", closing, back, err)
	}
}

func TestForgetfulDatabaseIsRefused(t *testing.T) {
	_, err := db.Open(t.Context(), ":memory:") // it has no write-ahead log
	if err == nil || fault.Of(err).Key != "db.durable" {
		t.Errorf("error %v", err)
	}
}

func TestOpeningWhatIsNoDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), db.File)
	if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), file); err == nil {
		t.Error("a text file was opened as a database")
	}
}

// schema is what a reader of the code can rest on: both databases have the
// tables of schema.sql.
func TestSchema(t *testing.T) {
	text := sqliteSchema(t, dbtest.SQLite(t))
	if *update {
		if err := os.WriteFile("schema.sql", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Error("schema.sql is not what the migrations make: go test ./internal/db -update")
	}
}

func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	columns := func(d *db.DB, q string) map[string]string {
		out := map[string]string{}
		_, err := db.View(t.Context(), d, func(r db.Reader) (int, error) {
			rows, err := r.Query(t.Context(), q)
			if err != nil {
				return 0, err
			}
			defer rows.Close()
			for rows.Next() {
				var table, column, kind string
				if err := rows.Scan(&table, &column, &kind); err != nil {
					return 0, err
				}
				out[table+"."+column] = strings.ToUpper(kind)
			}
			return 0, rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	lite := columns(dbtest.SQLite(t), `SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`)
	pg := columns(dbtest.Postgres(t), `SELECT table_name, column_name, data_type FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`)
	for name, kind := range lite {
		if pg[name] != kind {
			t.Errorf("%s is %s on SQLite and %q on PostgreSQL", name, kind, pg[name])
		}
	}
	if len(pg) != len(lite) || len(lite) == 0 {
		t.Errorf("%d columns on PostgreSQL, %d on SQLite", len(pg), len(lite))
	}
}

func sqliteSchema(t *testing.T, d *db.DB) string {
	var b strings.Builder
	_, err := db.View(t.Context(), d, func(r db.Reader) (int, error) {
		rows, err := r.Query(context.Background(), `SELECT sql FROM sqlite_master
			WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND tbl_name NOT LIKE 'goose_%' ORDER BY tbl_name, type DESC, name`)
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				return 0, err
			}
			b.WriteString(one + ";\n\n")
		}
		return 0, rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
