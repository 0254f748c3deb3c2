package sqltext_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"shenbao/internal/locale"
	"shenbao/rule"
	"shenbao/rule/sqltext"
)

// A database is a real one, empty, for one test.
type database struct {
	*sql.DB
	dialect sqltext.Dialect
}

// onBoth runs a test on SQLite and on PostgreSQL. Without TEST_DATABASE the
// latter is left out, but never where everything must be tested.
func onBoth(t *testing.T, test func(t *testing.T, db database)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openSQLite(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := os.Getenv("TEST_DATABASE")
		switch {
		case address != "":
			test(t, openPostgres(t, address))
		case os.Getenv("CI") == "true":
			t.Fatal("TEST_DATABASE is not set: scripts/test starts a PostgreSQL and sets it")
		default:
			t.Skip("no PostgreSQL: set TEST_DATABASE=postgres://… to test against one")
		}
	})
}

func openSQLite(t *testing.T) database {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // every connection has a memory of its own
	t.Cleanup(func() { db.Close() })
	return database{db, sqltext.SQLite}
}

// openPostgres makes a schema for the test alone.
func openPostgres(t *testing.T, address string) database {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("sqltext_%d", rand.Uint64())
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	return database{db, sqltext.Postgres}
}

// written is the rules as text for the database, none refused.
func (db database) written(t *testing.T, s *rule.Schema, rules []rule.Rule) *sqltext.Text {
	t.Helper()
	p, faults := rule.Compile(s, rules)
	for _, f := range faults {
		t.Fatal(locale.Fault("en", f))
	}
	text, f := sqltext.New(p, db.dialect, "units")
	if f != nil {
		t.Fatal(locale.Fault("en", f))
	}
	for _, f := range text.Refused {
		t.Fatal(locale.Fault("en", f))
	}
	return text
}

// fill makes the tables and takes in the units, which are called 0, 1, ….
func (db database) fill(t *testing.T, text *sqltext.Text, units []*rule.Facts) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, statement := range text.Create() {
		db.must(t, tx, statement)
	}
	rows := make([][][]any, len(text.Tables))
	for i, f := range units {
		for j, of := range text.Rows(fmt.Sprint(i), f) {
			rows[j] = append(rows[j], of...)
		}
	}
	for i := range text.Tables {
		x := &text.Tables[i]
		batch := 1 + 300/len(x.Columns) // SQLite looks for the name of a value among all others
		for from := 0; from < len(rows[i]); from += batch {
			part := rows[i][from:min(from+batch, len(rows[i]))]
			var args []any
			for _, row := range part {
				args = append(args, row...)
			}
			db.must(t, tx, x.Insert(len(part)), args...)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func (db database) must(t *testing.T, tx *sql.Tx, statement string, args ...any) {
	t.Helper()
	if _, err := tx.Exec(statement, args...); err != nil {
		t.Fatalf("%v\n%.2000s", err, statement)
	}
}

// drop forgets the tables, for the next round of a test.
func (db database) drop(t *testing.T, text *sqltext.Text) {
	t.Helper()
	for _, x := range text.Tables {
		if _, err := db.Exec(`DROP TABLE "` + x.Name + `"`); err != nil {
			t.Fatal(err)
		}
	}
}

// ask runs a statement and returns its columns and rows.
func (db database) ask(t *testing.T, s sqltext.Statement) (columns []string, out [][]any) {
	t.Helper()
	if strings.ContainsAny(s.SQL, "'?") {
		t.Fatalf("the text holds a value:\n%s", s.SQL)
	}
	rows, err := db.Query(s.SQL, s.Args...)
	if err != nil {
		t.Fatalf("%v\n%.4000s\n%v", err, s.SQL, s.Args)
	}
	defer rows.Close()
	if columns, err = rows.Columns(); err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v\n%.4000s\n%v", err, s.SQL, s.Args)
	}
	return columns, out
}

// truth is an answer as a database gives it.
func truth(v any) rule.Truth {
	switch v {
	case int64(1):
		return rule.Met
	case int64(0):
		return rule.Unmet
	case nil:
		return rule.Unknown
	}
	panic(fmt.Sprintf("%T %v is no answer", v, v))
}
