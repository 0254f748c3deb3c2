package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"shenbao/rule"
	"shenbao/rule/sqltext"
)

// A database answers rules by their SQL text.
type database struct {
	*sql.DB
	dialect sqltext.Dialect
}

// databases are SQLite in memory and, when TEST_DATABASE names one, PostgreSQL
// with a schema of its own. With CI=true it must be named.
func databases(tb testing.TB) []database {
	tb.Helper()
	lite, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		tb.Fatal(err)
	}
	lite.SetMaxOpenConns(1) // every connection has a memory of its own
	tb.Cleanup(func() { lite.Close() })
	out := []database{{lite, sqltext.SQLite}}
	switch address := os.Getenv("TEST_DATABASE"); {
	case address != "":
		out = append(out, openPostgres(tb, address))
	case os.Getenv("CI") == "true":
		tb.Fatal("TEST_DATABASE is not set: scripts/test starts a PostgreSQL and sets it")
	default:
		tb.Log("no PostgreSQL: set TEST_DATABASE=postgres://… to ask one too")
	}
	return out
}

func openPostgres(tb testing.TB, address string) database {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	name := fmt.Sprintf("bench_%d", rand.Uint64())
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			tb.Error(err)
		}
		db.Close()
	})
	return database{db, sqltext.Postgres}
}

// fill makes the tables of a text and takes in n units, which are called 0, 1, …
func (db database) fill(tb testing.TB, text *sqltext.Text, n int, unit func(i int) *rule.Facts) {
	tb.Helper()
	for _, statement := range text.Create() {
		if _, err := db.Exec(statement); err != nil {
			tb.Fatalf("%v\n%s", err, statement)
		}
	}
	rows := make([][][]any, len(text.Tables))
	for i := range n {
		for j, of := range text.Rows(strconv.Itoa(i), unit(i)) {
			rows[j] = append(rows[j], of...)
		}
		if i%10_000 < 9_999 && i < n-1 {
			continue
		}
		for j := range rows {
			if err := db.take(&text.Tables[j], rows[j]); err != nil {
				tb.Fatal(err)
			}
			rows[j] = rows[j][:0]
		}
	}
}

// take appends rows to a table: PostgreSQL by COPY, SQLite by INSERT.
func (db database) take(t *sqltext.Table, rows [][]any) error {
	if db.dialect == sqltext.Postgres {
		return db.copy(t, rows)
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	many := 1 + 300/len(t.Columns)
	for len(rows) > 0 {
		part := rows[:min(many, len(rows))]
		rows = rows[len(part):]
		var args []any
		for _, row := range part {
			args = append(args, row...)
		}
		if _, err := tx.Exec(t.Insert(len(part)), args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (db database) copy(t *sqltext.Table, rows [][]any) error {
	c, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer c.Close()
	var names []string
	for _, x := range t.Columns {
		names = append(names, x.Name)
	}
	return c.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(context.Background(), pgx.Identifier{t.Name}, names, pgx.CopyFromRows(rows))
		return err
	})
}

// drop forgets the tables of a text.
func (db database) drop(tb testing.TB, text *sqltext.Text) {
	tb.Helper()
	for _, t := range text.Tables {
		if _, err := db.Exec("DROP TABLE " + pgx.Identifier{t.Name}.Sanitize()); err != nil {
			tb.Fatal(err)
		}
	}
}

// answers calls fn with the answers of every unit to the rules of the text.
func (db database) answers(text *sqltext.Text, fn func(unit int, answers []rule.Truth)) error {
	q := text.Query(false)
	rows, err := db.Query(q.SQL, q.Args...)
	if err != nil {
		return fmt.Errorf("%w\n%.4000s", err, q.SQL)
	}
	defer rows.Close()
	var name string
	answers, values, into := make([]rule.Truth, len(text.Rules)), make([]sql.NullInt64, len(text.Rules)), []any{&name}
	for i := range values {
		into = append(into, &values[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		unit, err := strconv.Atoi(name)
		if err != nil {
			return err
		}
		for i, v := range values {
			if answers[i] = rule.Unknown; v.Valid {
				answers[i] = rule.Of(v.Int64 != 0)
			}
		}
		fn(unit, answers)
	}
	return rows.Err()
}
