package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/job"
	"shenbao/internal/journal"
)

func TestJournalCommands(t *testing.T) {
	dir := t.TempDir()
	data := newData(t)
	s := opened(t, data)
	for range 5 {
		act(t, s.db)
	}
	note := filepath.Join(dir, "checkpoint.txt")
	if err := os.WriteFile(note, []byte(ok(t, "journal", "checkpoint", "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	documented(t, ok(t, "journal", "checkpoint", "--data", data, "--json"))
	text := ok(t, "journal", "verify", "--data", data, "--checkpoint", note, "--json")
	documented(t, text)
	var report journalJSON
	if err := json.Unmarshal([]byte(text), &report); err != nil || report.Sealed != report.Lines || report.Lines < 5 || report.Newest == nil {
		t.Errorf("report %+v, %v", report, err)
	}

	// A receipt is checked with the public key alone.
	receipt := filepath.Join(dir, "receipt.json")
	body, err := db.View(t.Context(), s.db, func(r db.Reader) ([]byte, error) {
		lines, err := journal.Lines(t.Context(), r, journal.Filter{Subject: "test:1"})
		if err != nil {
			return nil, err
		}
		p, err := journal.Prove(t.Context(), r, lines[0].ID)
		if err != nil {
			return nil, err
		}
		return json.Marshal(p)
	})
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(receipt, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(string(body))
	documented(t, string(body))
	key := filepath.Join(data, journal.PublicFile)
	documented(t, ok(t, "journal", "verify", "--receipt", receipt, "--key", key, "--data", "nowhere", "--json"))
	if out := ok(t, "journal", "verify", "--receipt", receipt, "--key", key, "--lang", "en"); !strings.Contains(out, "holds. Line ") {
		t.Error(out)
	}
	write(strings.Replace(string(body), "test.act", "test.other", 1))
	fails(t, "journal.receipt", "journal", "verify", "--receipt", receipt, "--key", key)
	write("{")
	fails(t, "journal.receipt", "journal", "verify", "--receipt", receipt, "--key", key)
	fails(t, "file.missing", "journal", "verify", "--receipt", "no-such-file", "--key", key)
	fails(t, "journal.key", "journal", "verify", "--key", "no-such-file", "--data", data)

	// Everything is put back to an earlier state.
	for range 3 {
		act(t, s.db)
	}
	if err := os.WriteFile(note, []byte(ok(t, "journal", "checkpoint", "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	change(t, s.db, "DELETE FROM journal_checkpoints WHERE size > $1", report.Sealed)
	change(t, s.db, "DELETE FROM journal WHERE seq > $1", report.Sealed)
	ok(t, "journal", "verify", "--data", data)
	fails(t, "journal.rolled_back", "journal", "verify", "--data", data, "--checkpoint", note)
	change(t, s.db, "UPDATE journal SET verb = 'x' WHERE seq = 2")
	code, out, _ := shenbao(t, "en", "", "journal", "verify", "--data", data)
	if code != exitFindings || !strings.Contains(out, "line 2 (") {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestAJournalWithoutLines(t *testing.T) {
	data := newData(t)
	s := opened(t, data)
	change(t, s.db, "DELETE FROM journal_checkpoints")
	change(t, s.db, "DELETE FROM journal")
	fails(t, "journal.empty", "journal", "checkpoint", "--data", data)
}

func TestJobCommands(t *testing.T) {
	data := newData(t)
	s := opened(t, data)
	const kind job.Kind[string] = "test.job"
	if _, err := db.Keep(t.Context(), s.db, func(tx *db.Tx) (int, error) {
		return 0, job.Enqueue(t.Context(), tx, kind, "x", job.Options{})
	}); err != nil {
		t.Fatal(err)
	}
	change(t, s.db, "UPDATE jobs SET state = 'dead', due = '', error = $1 WHERE kind = $2", "no\x1b[31m such address\nat line 2", string(kind))
	text := ok(t, "job", "list", "--data", data, "--json")
	documented(t, text)
	var all []job.Job
	if err := json.Unmarshal([]byte(text), &all); err != nil || len(all) != 1 || all[0].Kind != string(kind) {
		t.Fatalf("%v, %s", err, text)
	}
	if out := ok(t, "job", "list", "--data", data); strings.Count(out, "\n") != 1 || strings.Contains(out, "\x1b") || !strings.Contains(out, "such address") {
		t.Errorf("%q", out)
	}
	ok(t, "job", "retry", string(all[0].ID), "--data", data)
	if lines := dbtest.Lines(t, s.db); lines[len(lines)-1] != "job.retry" {
		t.Errorf("journal %v", lines)
	}
	fails(t, "job.not_dead", "job", "retry", string(all[0].ID), "--data", data)
	fails(t, "job.missing", "job", "retry", "none", "--data", data)
	if out := ok(t, "job", "list", "--data", data, "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("dead jobs: %s", out)
	}
}

func TestMigrateCommand(t *testing.T) {
	data := newData(t)
	s := opened(t, data)
	documented(t, ok(t, "migrate", "--data", data, "--json"))
	has, _, err := s.db.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// As a newer program leaves it.
	change(t, s.db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, true)", has+1)
	for _, args := range [][]string{{"migrate"}, {"migrate", "--check"}, {"verify-data"}, {"serve", "--addr", "127.0.0.1:0"}} {
		fails(t, "serve.newer", append(args, "--data", data)...)
	}
	change(t, s.db, "DELETE FROM goose_db_version WHERE version_id > $1", has)
	ok(t, "migrate", "--check", "--data", data)

	// As the oldest program left it: without a table.
	data = t.TempDir()
	if err := os.WriteFile(filepath.Join(data, db.File), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := shenbao(t, "zh", "", "migrate", "--check", "--data", data); code != exitFindings {
		t.Errorf("migrate --check: exit %d", code)
	}
	fails(t, "serve.older", "job", "list", "--data", data)
	var m migrateJSON
	if err := json.Unmarshal([]byte(ok(t, "migrate", "--data", data, "--json")), &m); err != nil || m != (migrateJSON{0, has, has}) {
		t.Errorf("%v, %+v", err, m)
	}
	ok(t, "job", "list", "--data", data)
	ok(t, "migrate", "--check", "--data", data)
}
