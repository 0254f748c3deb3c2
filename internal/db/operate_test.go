package db_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// Connecting leaves the schema alone, opening brings it up to date.
func TestConnectDoesNotMigrate(t *testing.T) {
	file := filepath.Join(t.TempDir(), db.File)
	d, err := db.Connect(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	has, knows, err := d.Version(t.Context())
	if err != nil || has != 0 || knows == 0 {
		t.Errorf("before: %d of %d, %v", has, knows, err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if has, knows, err = d.Version(t.Context()); err != nil || has != knows {
		t.Errorf("after: %d of %d, %v", has, knows, err)
	}
}

// A snapshot is a database of its own with the state of its moment.
func TestSnapshot(t *testing.T) {
	d := dbtest.SQLite(t)
	record := func() {
		if _, err := db.Update(t.Context(), d, officer(), func(tx *db.Tx) (int, error) {
			return 0, tx.Record(t.Context(), "call.publish", "call:c1", nil)
		}); err != nil {
			t.Fatal(err)
		}
	}
	record()
	file := filepath.Join(t.TempDir(), "it's a copy.db")
	if err := d.Snapshot(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	record()
	again, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if n := len(dbtest.Lines(t, again)); n != 1 {
		t.Errorf("the snapshot has %d lines", n)
	}
	if err := d.Snapshot(t.Context(), file); err == nil {
		t.Error("a snapshot was written over a file")
	}
}

func TestIntact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if found, err := d.Intact(t.Context()); err != nil || len(found) != 0 {
			t.Errorf("found %v, %v", found, err)
		}
	})
	file := filepath.Join(t.TempDir(), db.File)
	d, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	careless, err := sql.Open("sqlite", file) // asks for no foreign keys
	if err != nil {
		t.Fatal(err)
	}
	defer careless.Close()
	if _, err := careless.Exec("INSERT INTO recovery_codes (person, code) VALUES ('nobody', 'x')"); err != nil {
		t.Fatal(err)
	}
	if found, err := d.Intact(t.Context()); err != nil || len(found) != 1 || !strings.Contains(found[0], "recovery_codes") {
		t.Errorf("found %v, %v", found, err)
	}
}
