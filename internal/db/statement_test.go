package db_test

import (
	"context"
	"fmt"
	"testing"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// Statements are kept between uses, and nobody notices: the same text inside
// its own rows, after it failed, after the tables changed, and among more texts
// than are kept.
func TestKeptStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		do := func(q string, args ...any) error {
			_, err := db.Keep(ctx, d, func(tx *db.Tx) (int64, error) { return tx.Exec(ctx, q, args...) })
			return err
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(do("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL)"))
		const insert, all = "INSERT INTO things (id, name) VALUES ($1, $2)", "SELECT * FROM things WHERE id >= $1 ORDER BY id"
		for i := range 3 {
			must(do(insert, i, fmt.Sprint("thing ", i)))
		}
		if err := do(insert, 1, "again"); !db.Unique(err) {
			t.Errorf("the same key: %v", err)
		}
		must(do(insert, 3, "thing 3"))
		if !d.Postgres() { // whose connections answer one question at a time
			n, err := db.View(ctx, d, func(r db.Reader) (n int, err error) { return nested(ctx, r, all, 0) })
			if must(err); n != 10 {
				t.Errorf("%d rows inside rows", n)
			}
		}
		must(do("ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'"))
		must(do(insert, 4, "thing 4"))
		for i := range 500 {
			must(do(fmt.Sprintf("UPDATE things SET name = $1 WHERE id = 4 AND %d = %d", i, i), fmt.Sprint("name ", i)))
		}
		must(do("UPDATE things SET name = $1 WHERE id = 4 AND 7 = 7", "last"))
		got, err := db.View(ctx, d, func(r db.Reader) (string, error) {
			var name, colour string
			err := r.QueryRow(ctx, "SELECT name, colour FROM things WHERE id = $1", 4).Scan(&name, &colour)
			return name + " " + colour, err
		})
		if must(err); got != "last red" {
			t.Errorf("found %q", got)
		}
		cut, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := db.View(cut, d, func(r db.Reader) (int, error) { return nested(cut, r, all, 0) }); err == nil {
			t.Error("a question without an end of its own was answered")
		}
		n, err := db.View(ctx, d, func(r db.Reader) (n int, err error) {
			err = db.Each(ctx, r, func(row db.Scanner) error { n++; return nil }, "SELECT id FROM things")
			return n, err
		})
		if must(err); n != 5 {
			t.Errorf("%d rows", n)
		}
	})
}

// nested asks, for every row from an id on, for those after it.
func nested(ctx context.Context, r db.Reader, q string, from int) (n int, err error) {
	err = db.Each(ctx, r, func(row db.Scanner) error {
		var id int
		var name string
		if err := row.Scan(&id, &name); err != nil {
			return err
		}
		n++
		if id != from {
			return nil
		}
		below, err := nested(ctx, r, q, id+1)
		n += below
		return err
	}, q, from)
	return n, err
}
