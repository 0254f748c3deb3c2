package journal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/journal"
)

func none(string) string { return "" }

func TestTheKeyIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	if _, err := journal.OpenKey(dir, none, false); err == nil || fault.Of(err).Key != "journal.lost_key" {
		t.Errorf("a lost key: %v", err)
	}
	first, err := journal.OpenKey(dir, none, true)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, journal.KeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file %v, %v", info, err)
	}
	for _, fresh := range []bool{true, false} {
		again, err := journal.OpenKey(dir, none, fresh)
		if err != nil || again.KeyHash() != first.KeyHash() {
			t.Errorf("opened again: %v", err)
		}
	}
	// The file of public keys checks what the key signs.
	d := dbtest.SQLite(t)
	act(t, d, 2)
	c := seal(t, &journal.Sealer{DB: d, Key: first})
	known, err := journal.OpenPublic(filepath.Join(dir, journal.PublicFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.OpenCheckpoint(c.Note, known); err != nil {
		t.Error(err)
	}
	public, err := os.ReadFile(filepath.Join(dir, journal.PublicFile))
	if err != nil || strings.Contains(string(public), "PRIVATE") || strings.Count(string(public), "\n") != 1 {
		t.Errorf("public keys %q, %v", public, err)
	}
}

// Several machines share a key by the environment; a machine's own file of
// public keys still names it, beside those of earlier keys.
func TestTheKeyOfTheEnvironment(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	if _, err := journal.OpenKey(dir, none, true); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, journal.KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.OpenKey(other, none, true); err != nil {
		t.Fatal(err)
	}
	env := func(name string) string { return map[string]string{journal.KeyEnv: string(text)}[name] }
	for range 2 {
		if _, err := journal.OpenKey(other, env, false); err != nil {
			t.Fatal(err)
		}
	}
	public, err := os.ReadFile(filepath.Join(other, journal.PublicFile))
	if err != nil || strings.Count(string(public), "\n") != 2 {
		t.Errorf("public keys %q, %v", public, err)
	}
	if _, err := journal.OpenKey(other, func(string) string { return "PRIVATE+KEY+x" }, false); err == nil || fault.Of(err).Key != "journal.key" {
		t.Errorf("a broken key: %v", err)
	}
}
