// Package db opens the database and hands out transactions.
//
// One SQL text serves SQLite (the embedded default) and PostgreSQL: $1
// placeholders, keys made by [NewID], instants as text in [clock.Layout], money
// as integer 分, `ON CONFLICT … RETURNING`. Columns are TEXT, BIGINT, BOOLEAN or
// BYTEA, which both understand.
//
// Reading is [View], writing is [Update]: nobody writes without saying who they
// are, and no act is committed without a line in the journal. [Keep] is for
// what is no act: sessions, queues, indexes.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite "modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"shenbao/internal/clock"
	"shenbao/internal/fault"
)

// By says on whose account a change is made (经办人): a person, the unit they
// act for and the role they act in. Person is empty for the system itself and
// for a visitor without an account.
type By struct {
	Person string `json:"person"`
	Unit   string `json:"unit"`
	Role   string `json:"role"`
}

// The two that act without an account.
var (
	System  = By{Role: "system"}
	Visitor = By{Role: "visitor"}
)

// A DB is an open database. It may be used by several goroutines.
type DB struct {
	Clock clock.Clock

	postgres bool
	read     *sql.DB
	write    *sql.DB // the same pool on PostgreSQL; one connection on SQLite
	queue    queue   // who waits for that connection: see batch.go
}

// Postgres reports whether the database is PostgreSQL: for the few texts that
// docs/adr/0005-one-sql-text.md allows to differ.
func (d *DB) Postgres() bool { return d.postgres }

// Reader is all that a function needs in order to look and not touch.
type Reader interface {
	Query(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, q string, args ...any) *sql.Row
	At() time.Time // when the transaction began, by the clock of the database
	Postgres() bool
}

// A Tx is a transaction that may write. It knows who writes and when; Now does
// not move while it runs.
type Tx struct {
	By  By
	Now time.Time
	// Line is the id of the journal line that Record or RecordUnder wrote last;
	// "" before that.
	Line string

	tx       *sql.Tx
	postgres bool
	changed  bool // a statement was executed
	recorded bool // a journal line was written
	exempt   bool // no line is asked for: see Keep
}

// Query implements Reader.
func (t *Tx) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, q, args...)
}

// QueryRow implements Reader. A statement that changes something and returns a
// row goes through Change.
func (t *Tx) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, q, args...)
}

// At implements Reader; it is Now.
func (t *Tx) At() time.Time { return t.Now }

// Postgres implements Reader.
func (t *Tx) Postgres() bool { return t.postgres }

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	t.changed = true
	r, err := t.tx.ExecContext(ctx, q, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Change runs a statement with RETURNING and returns its row.
func (t *Tx) Change(ctx context.Context, q string, args ...any) *sql.Row {
	t.changed = true
	return t.tx.QueryRowContext(ctx, q, args...)
}

// Lock is Change for a statement that writes what stands there already, to keep
// others from the row until the transaction ends, or that takes a place unless
// somebody else has it. By itself it is no change: no line is asked for it.
func (t *Tx) Lock(ctx context.Context, q string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, q, args...)
}

// View runs fn in a transaction that sees one state of the database and hands
// back its value.
func View[T any](ctx context.Context, d *DB, fn func(Reader) (T, error)) (v T, err error) {
	opts := &sql.TxOptions{ReadOnly: true}
	if d.postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	err = d.own(ctx, &Tx{postgres: d.postgres}, opts, func(t *Tx) (err error) {
		v, err = fn(t)
		return err
	})
	return v, err
}

// Update runs fn in a write transaction made on behalf of by and hands back its
// value. When fn fails nothing is written; when it returns without an error,
// what it wrote is on the disk. The database may ask for a retry, so fn must
// have no effect outside tx. A write without a journal line ([Tx.Record]) is
// refused. On SQLite other writers wait until fn returns.
func Update[T any](ctx context.Context, d *DB, by By, fn func(*Tx) (T, error)) (T, error) {
	if by.Role == "" {
		var none T
		return none, errors.New("db: a write needs to say on whose account it is made")
	}
	return retry(ctx, d, by, fn)
}

// Keep is Update for what is no act and leaves no line: sessions, queues,
// counters of attempts, indexes that can be made again.
func Keep[T any](ctx context.Context, d *DB, fn func(*Tx) (T, error)) (T, error) {
	return retry(ctx, d, System, func(t *Tx) (T, error) {
		t.exempt = true
		return fn(t)
	})
}

// tries is how often a transaction is begun again when the database asks for it.
const tries = 8

func retry[T any](ctx context.Context, d *DB, by By, fn func(*Tx) (T, error)) (v T, err error) {
	act := func(t *Tx) (err error) {
		v, err = fn(t)
		return err
	}
	alone := false
	for n := 1; ; n++ {
		t := &Tx{By: by, postgres: d.postgres}
		if d.postgres {
			err = d.own(ctx, t, nil, act)
		} else {
			err = d.share(ctx, t, alone, act)
		}
		if n == tries || !transient(err) || ctx.Err() != nil {
			return v, told(err)
		}
		_, spoilt := errors.AsType[*lost](err)
		alone = alone || spoilt
		time.Sleep(time.Duration(rand.Int64N(int64(n) * int64(5*time.Millisecond))))
	}
}

// own runs act in a transaction of its own; with opts it is one that reads.
func (d *DB) own(ctx context.Context, t *Tx, opts *sql.TxOptions, act func(*Tx) error) error {
	pool := d.write
	if opts != nil {
		pool = d.read
	}
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	t.tx, t.Now = tx, d.Clock.Now().UTC()
	if err := t.do(act); err != nil {
		return err
	}
	return tx.Commit()
}

// do runs act and sees to it that what it changed left a line.
func (t *Tx) do(act func(*Tx) error) error {
	if err := act(t); err != nil {
		return err
	}
	if t.changed && !t.recorded && !t.exempt {
		return errors.New("db: a change without a journal line")
	}
	return nil
}

// transient reports whether the transaction is worth another try: a deadlock or
// a serialisation failure of PostgreSQL, a lock of SQLite that another process
// held too long, a transaction that was lost with those of others.
func transient(err error) bool {
	if _, ok := errors.AsType[*lost](err); ok {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code()&0xff == sqlitelib.SQLITE_BUSY
	}
	return false
}

// full reports whether the disk of the database has no space left. SQLite has a
// code of its own for its index of the write-ahead log, which it can only fail
// to lengthen.
func full(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "53100"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code()&0xff == sqlitelib.SQLITE_FULL || lite.Code() == sqlitelib.SQLITE_IOERR_SHMSIZE
	}
	return false
}

// told makes a fault of what the writer can do something about: a full disk, a
// lock that did not come free.
func told(err error) error {
	switch {
	case full(err):
		return fault.New(fault.Internal, "db.full").Because(err)
	case transient(err):
		return fault.New(fault.Conflict, "db.busy").Because(err)
	}
	return err
}

// NewID returns a new key: the 32 hexadecimal digits of a UUID of version 7.
func NewID() string {
	return strings.ReplaceAll(uuid.Must(uuid.NewV7()).String(), "-", "")
}

// Time writes an instant as the database keeps it; the zero time is "".
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(clock.Layout)
}

// Into returns a destination for Scan that reads a column written by [Time].
func Into(t *time.Time) sql.Scanner { return scanTime{t} }

type scanTime struct{ to *time.Time }

// Scan implements sql.Scanner.
func (s scanTime) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("an instant is stored as text, not as %T", src)
	}
	if text == "" {
		*s.to = time.Time{}
		return nil
	}
	t, err := time.Parse(clock.Layout, text)
	*s.to = t
	return err
}

// Unique reports whether err says that a row with the same key is there.
func Unique(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}
