package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/journal"
	"shenbao/internal/secret"
)

// aReceipt submits an application under a signing key in dir and returns its
// receipt, as text and with its proof.
func aReceipt(t *testing.T, dir string) (text, proof []byte) {
	t.Helper()
	d := dbtest.SQLite(t)
	key, err := journal.OpenKey(dir, func(string) string { return "" }, true)
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.OpenDir(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	office := &apply.Office{Keys: secret.New(), Shelf: &call.Shelf{}, Blobs: blobs, Sign: key}
	h := applytest.Build(t, d, office)
	id := h.Ready()
	v, err := applytest.Do(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
		return apply.Submit(ctx, tx, office, applytest.Submission(id))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&journal.Sealer{DB: d, Key: key}).Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	proof, err = db.View(t.Context(), d, func(r db.Reader) ([]byte, error) {
		p, err := v.Prove(t.Context(), r)
		if err != nil {
			return nil, err
		}
		return p.File()
	})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(v.Receipt), proof
}

// TestReceiptOfASubmission checks both forms with the public key alone, and
// refuses every byte that was changed.
func TestReceiptOfASubmission(t *testing.T) {
	dir := t.TempDir()
	text, proof := aReceipt(t, dir)
	key := filepath.Join(dir, journal.PublicFile)
	for name, body := range map[string][]byte{"receipt.txt": text, "receipt.json": proof, "copied.txt": []byte(strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\r\n"))} {
		file := filepath.Join(dir, name)
		write := func(body []byte) {
			t.Helper()
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		verify := []string{"journal", "verify", "--receipt", file, "--key", key, "--data", "nowhere"}
		write(body)
		told := ok(t, append(verify, "--json")...)
		documented(t, told)
		var all []receiptJSON
		if err := json.Unmarshal([]byte(told), &all); err != nil || len(all) != 1 || all[0].Submission == nil || all[0].Submission.Number != 1 || (all[0].Seq > 0) != (name == "receipt.json") {
			t.Errorf("%s: %v %s", name, err, told)
		}
		for _, lang := range []string{"zh", "en"} {
			if out := ok(t, append(verify, "--lang", lang)...); !strings.Contains(out, all[0].Submission.Manifest) || strings.Count(out, "\n") != 1 {
				t.Errorf("%s: %s", name, out)
			}
		}
		for i := 0; i < len(body)-1; i += 1 + len(body)/150 { // every byte: apply.TestReceipt, apply.TestProof
			changed := bytes.Clone(body)
			changed[i] ^= 1
			write(changed)
			if code, out, complaint := shenbao(t, "zh", "", verify...); code != exitFindings || out != "" || complaint == "" {
				t.Errorf("%s: byte %d changed: exit %d\n%s%s", name, i, code, out, complaint)
			}
		}
		write(body)
		other := t.TempDir()
		if _, err := journal.OpenKey(other, func(string) string { return "" }, true); err != nil {
			t.Fatal(err)
		}
		fails(t, "apply.receipt", "journal", "verify", "--receipt", file, "--key", filepath.Join(other, journal.PublicFile))
	}
	if code, _, _ := shenbao(t, "zh", "", "journal", "verify", "--receipt"); code != exitUsage {
		t.Errorf("--receipt without a file: exit %d", code)
	}
}
