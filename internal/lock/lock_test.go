package lock_test

import (
	"errors"
	"path/filepath"
	"testing"

	"shenbao/internal/lock"
)

func TestOneHolder(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	first, err := lock.File(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.File(name); !errors.Is(err, lock.ErrHeld) {
		t.Errorf("the second holder: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := lock.File(name)
	if err != nil {
		t.Fatalf("after the first let go: %v", err)
	}
	again.Close()
}
