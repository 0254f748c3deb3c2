package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/journal"
	"shenbao/internal/secret"
)

// fill puts attachments and lines into a data folder.
func fill(t *testing.T, s *store, n int) {
	t.Helper()
	for i := range n {
		if _, _, err := s.blobs.Put(t.Context(), bytes.NewReader(bytes.Repeat([]byte{byte(i)}, 1000+i))); err != nil {
			t.Fatal(err)
		}
		act(t, s.db)
	}
}

// act leaves a line in the journal.
func act(t *testing.T, d *db.DB) {
	t.Helper()
	if _, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
		return 0, tx.Record(t.Context(), "test.act", "test:1", nil)
	}); err != nil {
		t.Error(err)
	}
}

func count(t *testing.T, d *db.DB, table string) (n int) {
	t.Helper()
	n, err := db.View(t.Context(), d, func(r db.Reader) (n int, err error) {
		return n, r.QueryRow(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A backup is made while the platform serves and others write; what is restored
// is whole, and is the state of a moment.
func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	data, copied, again := filepath.Join(dir, "data"), filepath.Join(dir, "backup"), filepath.Join(dir, "again")
	start(t, data)
	s := opened(t, data)
	fill(t, s, 30)
	ok(t, "journal", "checkpoint", "--data", data)

	var wait sync.WaitGroup
	done := make(chan struct{})
	wait.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				act(t, s.db)
			}
		}
	})
	before := count(t, s.db, "journal")
	text := ok(t, "backup", copied, "--data", data, "--json")
	close(done)
	wait.Wait()
	after := count(t, s.db, "journal")
	documented(t, text)

	text = ok(t, "restore", copied, "--data", again, "--json")
	documented(t, text)
	restored := opened(t, again)
	if n := count(t, restored.db, "journal"); n < before || n > after {
		t.Errorf("%d lines restored, there were %d before the backup and %d after", n, before, after)
	}
	var kept int
	for e, err := range restored.blobs.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := blob.Check(t.Context(), restored.blobs, e.Hash); err != nil {
			t.Error(err)
		}
		kept++
	}
	if kept != 30 {
		t.Errorf("%d attachments restored", kept)
	}
	for _, name := range keyFiles {
		a, errA := os.ReadFile(filepath.Join(data, name))
		b, errB := os.ReadFile(filepath.Join(again, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: %v, %v", name, errA, errB)
		}
	}
	if info, err := os.Stat(filepath.Join(again, secret.File)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	// The checkpoint in the manifest is one that was kept elsewhere.
	m, err := readManifest(copied)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "checkpoint")
	if err := os.WriteFile(file, []byte(m.Checkpoint), 0o600); err != nil {
		t.Fatal(err)
	}
	ok(t, "verify-data", "--data", again, "--checkpoint", file)
	if code := start(t, again).stop(); code != exitOK {
		t.Errorf("it does not serve: exit %d", code)
	}
}

func TestBackupsThatAreNone(t *testing.T) {
	data := newData(t)
	s := opened(t, data)
	fill(t, s, 3)
	var h blob.Hash
	for e := range s.blobs.List(t.Context()) {
		h = e.Hash
	}
	write := func(name, text string) func(string) {
		return func(dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func(dir string)
		key   string
	}{
		"not finished":            {func(dir string) { os.Remove(filepath.Join(dir, manifestFile)) }, "file.missing"},
		"a strange manifest":      {write(manifestFile, `{"format": 2}`), "backup.manifest"},
		"a broken manifest":       {write(manifestFile, `{`), "backup.manifest"},
		"a damaged database":      {write(db.File, "SQLite format 3"), "backup.damaged"},
		"another key":             {write(journal.KeyFile, "PRIVATE+KEY+x"), "backup.damaged"},
		"a lost database":         {func(dir string) { os.Remove(filepath.Join(dir, db.File)) }, "file.missing"},
		"a damaged attachment":    {write(filepath.Join(blobsFolder, string(h[:2]), string(h)), "x"), "blob.damaged"},
		"a lost attachment":       {func(dir string) { os.Remove(filepath.Join(dir, blobsFolder, string(h[:2]), string(h))) }, "blob.missing"},
		"a manifest that escapes": {escape(t), "backup.damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			copied, again := filepath.Join(dir, "backup"), filepath.Join(dir, "again")
			ok(t, "backup", copied, "--data", data)
			c.spoil(copied)
			fails(t, c.key, "restore", copied, "--data", again)
			if _, err := os.Stat(again); err == nil {
				t.Error("something was restored")
			}
		})
	}
	fails(t, "backup.not_empty", "backup", data, "--data", data)
	copied := filepath.Join(t.TempDir(), "backup")
	ok(t, "backup", copied, "--data", data, "--without-keys")
	if _, err := os.Stat(filepath.Join(copied, secret.File)); err == nil {
		t.Error("the keys are in a backup without keys")
	}
	fails(t, "backup.not_empty", "restore", copied, "--data", data)
	fails(t, "backup.other_database", "restore", copied, "--data", filepath.Join(t.TempDir(), "x"), "--database", "postgres://127.0.0.1:1/x")
	// Damage in the store does not pass into a backup.
	if err := os.WriteFile(filepath.Join(data, blobsFolder, string(h[:2]), string(h)), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, "blob.damaged", "backup", filepath.Join(t.TempDir(), "b"), "--data", data)
}

// escape makes a manifest that names a file outside the backup.
func escape(t *testing.T) func(dir string) {
	return func(dir string) {
		file := filepath.Join(dir, manifestFile)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var m manifest
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		m.Files[0].Name = "../" + m.Files[0].Name
		if text, err = json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// On PostgreSQL the database is the operator's to back up; the rest is ours.
func TestBackupBesidePostgres(t *testing.T) {
	server := postgres(t)
	dir := t.TempDir()
	data, copied := filepath.Join(dir, "data"), filepath.Join(dir, "backup")
	r := startWith(t, func(string) string { return "" }, "serve", "--data", data, "--database", server, "--addr", "127.0.0.1:0")
	if code := r.stop(); code != exitOK {
		t.Fatalf("exit %d\n%s", code, r.stderr)
	}
	out := ok(t, "backup", copied, "--data", data, "--database", server)
	if !strings.Contains(out, "pg_dump") {
		t.Errorf("nothing about pg_dump: %s", out)
	}
	err := filepath.WalkDir(copied, func(name string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(name, db.File) {
			t.Error("a SQLite database in a backup beside PostgreSQL")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fails(t, "backup.other_database", "restore", copied, "--data", filepath.Join(dir, "again"))
	ok(t, "restore", copied, "--data", filepath.Join(dir, "again"), "--database", server)
	ok(t, "verify-data", "--data", data, "--database", server)
}
