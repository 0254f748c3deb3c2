// Package dbtest gives tests a database of their own: SQLite always,
// PostgreSQL when TEST_DATABASE names a server. Under CI=true a missing server
// fails the test instead of passing over it.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
)

// Noon is where the clock of every test database stands: 2024-11-27 12:00 in
// Shanghai, inside the windows of the sample calls.
var Noon = time.Date(2024, 11, 27, 12, 0, 0, 0, clock.Zone)

// Each runs fn on a fresh database of every kind. When tests are to be short it
// leaves SQLite out if PostgreSQL is there: it is part of the program, and the
// race detector makes it slower than all else.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		if testing.Short() && os.Getenv("TEST_DATABASE") != "" {
			t.Skip("asked on PostgreSQL")
		}
		fn(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite returns a fresh SQLite database with the clock at Noon.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), db.File)
	if err := os.WriteFile(file, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, file)
}

// sqliteTemplate is a migrated database, made once in each test binary.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dbtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, db.File)
	d, err := db.Open(context.Background(), file)
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // the last connection folds the log into the file
		return nil, err
	}
	return os.ReadFile(file)
})

// Postgres returns a fresh PostgreSQL database with the clock at Noon, or skips
// the test when there is no server.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	server := os.Getenv("TEST_DATABASE")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("TEST_DATABASE is not set: the PostgreSQL half did not run")
		}
		t.Skip("TEST_DATABASE names no PostgreSQL server")
	}
	template, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + db.NewID()
	if err := administer(server, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	// Cleanups run last to first: the database is closed before it is dropped.
	t.Cleanup(func() { administer(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return open(t, named(server, name))
}

// postgresTemplate is the name of a migrated database, made once in each test
// binary. Test binaries run side by side: each makes its own.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	server := os.Getenv("TEST_DATABASE")
	h := fnv.New64a()
	fmt.Fprint(h, os.Args[0], os.Getpid(), time.Now().UnixNano())
	name := fmt.Sprintf("template%016x", h.Sum64())
	if err := administer(server, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	d, err := db.Open(context.Background(), named(server, name))
	if err != nil {
		return "", err
	}
	return name, d.Close()
})

func open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.Clock = clock.At(Noon)
	return d
}

// named is the address of another database of a server.
func named(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

// administer runs a statement on the server's own database.
func administer(server, statement string) error {
	conn, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Exec(statement)
	return err
}
