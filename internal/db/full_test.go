package db_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
)

// large is the member whose line takes about half a mebibyte.
func large(subject string) member {
	return func(ctx context.Context, tx *db.Tx) error {
		return tx.Record(ctx, "call.publish", subject, strings.Repeat("x", 1<<19))
	}
}

// limit sets the most pages that a SQLite database may have, 0 for no more than
// it has, and returns how many it has.
func limit(t *testing.T, d *db.DB, pages int) int {
	t.Helper()
	n, err := db.Keep(t.Context(), d, func(tx *db.Tx) (n int, err error) {
		err = tx.QueryRow(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", max(pages, 1))).Scan(&n)
		return n, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// isFull reports whether err says that the disk is full.
func isFull(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Kind == fault.Internal && f.Key == "db.full"
}

// When there is no space a write says so and leaves nothing, whoever shared its
// transaction and fits is kept, and with space again there is service again.
func TestDatabaseFull(t *testing.T) {
	d := dbtest.SQLite(t)
	limit(t, d, limit(t, d, 0)+40) // 160 KiB more
	errs := together(t, d, records("call:a"), large("call:x"), records("call:b"), large("call:y"), records("call:c"))
	for i, err := range errs {
		if bad := i == 1 || i == 3; bad != isFull(err) || !bad && err != nil {
			t.Errorf("member %d: %v", i, err)
		}
	}
	if got := sorted(subjects(t, d)); got != "call:a call:b call:c" {
		t.Errorf("lines about %s", got)
	}
	limit(t, d, 1<<20)
	if err := together(t, d, large("call:x"))[0]; err != nil {
		t.Errorf("with space again: %v", err)
	}
	if found, err := d.Intact(t.Context()); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v", found, err)
	}
}

// The disk itself is full, in the middle of a batch or when it commits. What
// was told is true.
func TestDiskFull(t *testing.T) {
	root := t.TempDir()
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	})
	d, err := db.Open(t.Context(), filepath.Join(root, db.File))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	var mu sync.Mutex
	var wait sync.WaitGroup
	told, refused := map[string]bool{}, 0
	for w := range 8 {
		wait.Go(func() {
			for i := range 40 {
				subject := fmt.Sprintf("call:%d-%02d", w, i)
				_, err := db.Update(t.Context(), d, officer(), func(tx *db.Tx) (int, error) {
					return 0, tx.Record(t.Context(), "call.publish", subject, strings.Repeat("x", 40_000))
				})
				mu.Lock()
				if told[subject] = err == nil; err != nil {
					refused++
				}
				mu.Unlock()
				if err != nil && !isFull(err) {
					t.Errorf("%s: %v", subject, err)
				}
			}
		})
	}
	wait.Wait()
	if refused == 0 {
		t.Error("the disk did not get full")
	}
	kept := map[string]bool{}
	for _, s := range subjects(t, d) {
		kept[s] = true
	}
	for s, yes := range told {
		if yes != kept[s] {
			t.Errorf("%s: told %t, kept %t", s, yes, kept[s])
		}
	}
	if err := syscall.Mount("tmpfs", root, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if err := together(t, d, large("call:x"))[0]; err != nil {
		t.Errorf("with space again: %v", err)
	}
}

// PostgreSQL says it with a code.
func TestPostgresDiskFull(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := together(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Record(ctx, "call.publish", "call:a", nil); err != nil {
				return err
			}
			return fmt.Errorf("keep it: %w", &pgconn.PgError{Code: "53100", Message: "could not extend file: No space left on device"})
		})[0]
		if !isFull(err) || len(subjects(t, d)) != 0 {
			t.Errorf("error %v, lines about %v", err, subjects(t, d))
		}
	})
}
