package db

import (
	"context"
	"database/sql/driver"
	"strings"

	sqlite "modernc.org/sqlite"
)

// A keeper opens connections to SQLite that keep the statements they prepared:
// to read and plan a text takes SQLite longer than to run most of ours. (The
// driver of PostgreSQL does so by itself.)
type keeper struct{ driver.Connector }

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keeping{c.(lite), map[string]driver.Stmt{}}, nil
}

// lite is what is used of a connection of the driver.
type lite interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	sqlite.HookRegisterer
}

// keeping is a connection with the statements that nobody uses at the moment, by
// their texts. A connection is used by one goroutine at a time.
type keeping struct {
	lite
	kept map[string]driver.Stmt
}

// How many statements a connection keeps, and how long their texts may be, in
// bytes: what is longer was made for one use.
const (
	mostKept    = 200
	longestKept = 4000
)

// ExecContext implements driver.ExecerContext.
func (k *keeping) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.take(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.lite.ExecContext(ctx, q, args)
	}
	r, err := s.(driver.StmtExecContext).ExecContext(ctx, args)
	k.give(q, s, err)
	return r, err
}

// QueryContext implements driver.QueryerContext.
func (k *keeping) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.take(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.lite.QueryContext(ctx, q, args)
	}
	r, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		k.give(q, s, err)
		return nil, err
	}
	return &keptRows{r, func(err error) { k.give(q, s, err) }}, nil
}

// take returns the statement of a text, which is the caller's until it is given
// back; nil for a text of which none is kept.
func (k *keeping) take(ctx context.Context, q string) (driver.Stmt, error) {
	if s := k.kept[q]; s != nil {
		delete(k.kept, q)
		return s, nil
	}
	verb, _, _ := strings.Cut(strings.TrimLeft(q, " \t\n"), " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		if len(q) <= longestKept {
			return k.PrepareContext(ctx, q)
		}
	}
	return nil, nil
}

// give takes a statement back. One that failed is not used again.
func (k *keeping) give(q string, s driver.Stmt, failed error) {
	if failed != nil || k.kept[q] != nil {
		_ = s.Close() // what it failed with was told
		return
	}
	for text, other := range k.kept {
		if len(k.kept) < mostKept {
			break
		}
		delete(k.kept, text)
		_ = other.Close()
	}
	k.kept[q] = s
}

// Close implements driver.Conn.
func (k *keeping) Close() error {
	for _, s := range k.kept {
		_ = s.Close() // the connection goes with them
	}
	clear(k.kept)
	return k.lite.Close()
}

// keptRows give their statement back when they are closed.
type keptRows struct {
	driver.Rows
	give func(error)
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	if r.give != nil {
		r.give(err)
		r.give = nil
	}
	return err
}
