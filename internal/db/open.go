package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	sqlite "modernc.org/sqlite"

	"shenbao/internal/clock"
	"shenbao/internal/fault"
)

// File is the name of the SQLite database in a data directory.
const File = "shenbao.db"

// Open opens a database and brings its schema up to date. A dsn that begins
// postgres:// or postgresql:// names a PostgreSQL database; any other is the
// path of a SQLite file.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d, err := Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Connect is Open for programs that operate on a database as it is, of whatever
// version: it leaves the schema alone.
func Connect(ctx context.Context, dsn string) (*DB, error) {
	d, err := connect(dsn)
	if err != nil {
		return nil, err
	}
	if err := d.ready(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func connect(dsn string) (*DB, error) {
	d := &DB{Clock: clock.System{}}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		pool, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, fault.New(fault.Invalid, "db.dsn").Because(err)
		}
		pool.SetMaxOpenConns(32)
		pool.SetMaxIdleConns(16)
		pool.SetConnMaxIdleTime(5 * time.Minute)
		d.postgres, d.read, d.write = true, pool, pool
		return d, nil
	}
	for pool, readOnly := range map[**sql.DB]bool{&d.write: false, &d.read: true} {
		c, err := sqlite.NewConnector(address(dsn, readOnly))
		if err != nil {
			return nil, err
		}
		*pool = sql.OpenDB(keeper{c})
	}
	d.write.SetMaxOpenConns(1)
	d.read.SetMaxOpenConns(max(4, 2*runtime.GOMAXPROCS(0)))
	d.read.SetMaxIdleConns(max(4, 2*runtime.GOMAXPROCS(0)))
	return d, nil
}

// address is the SQLite address of a file. The write-ahead log with full
// synchronisation is what "acknowledged means stored" rests on: with NORMAL a
// power cut loses transactions that were already answered. The writer keeps the
// pages of a busy hour (32 MiB), and copies the log back after 8,000 pages: what
// a thousand submissions change again and again is copied once.
func address(file string, readOnly bool) string {
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "temp_store(MEMORY)"}}
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
		q.Add("_pragma", "cache_size(-8192)")
	} else {
		q.Add("_pragma", "cache_size(-32768)")
		q.Add("_pragma", "wal_autocheckpoint(8000)")
		q.Set("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath() + "?" + q.Encode()
}

// ready checks that the database is what we rest on.
func (d *DB) ready(ctx context.Context) error {
	if err := d.write.PingContext(ctx); err != nil {
		return fault.New(fault.Internal, "db.open").Because(err)
	}
	if d.postgres {
		return nil
	}
	return d.durable(ctx)
}

// durable refuses a SQLite database that could forget what it acknowledged.
func (d *DB) durable(ctx context.Context) error {
	var mode string
	var sync int
	if err := d.write.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if err := d.write.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return err
	}
	if mode != "wal" || sync < 2 {
		return fault.New(fault.Refused, "db.durable", mode, sync)
	}
	return nil
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.read.PingContext(ctx); err != nil {
		return fmt.Errorf("ping the database: %w", err)
	}
	return nil
}

// Close closes the database; a transaction that runs is waited for.
func (d *DB) Close() error {
	err := d.read.Close()
	if d.write != d.read {
		if e := d.write.Close(); err == nil {
			err = e
		}
	}
	return err
}
