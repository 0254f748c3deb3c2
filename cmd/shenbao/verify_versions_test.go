package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// served opens a data folder as the one process that serves from it, with the
// clock inside the window of the sample call.
func served(t *testing.T, flags *dataFlags) (*store, *apply.Office) {
	t.Helper()
	a, _ := testApp()
	a.ctx, a.Getenv = t.Context(), func(string) string { return "" }
	s, err := flags.openToServe(a)
	if err != nil {
		t.Fatal(err)
	}
	s.db.Clock = clock.At(dbtest.Noon)
	return s, &apply.Office{Keys: s.keys, Shelf: &call.Shelf{}, Blobs: s.blobs, Sign: s.key}
}

// submittedData is a data folder with an application that was submitted, one
// that was submitted twice, and a draft; returned are their ids.
func submittedData(t *testing.T) (data string, once, twice, draft apply.ID) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	s, o := served(t, &dataFlags{Data: data})
	defer s.close()
	h := applytest.Build(t, s.db, o)
	once = h.Ready()
	rest := h.Copies(once, 2)
	twice, draft = rest[0], rest[1]
	for _, id := range []apply.ID{once, twice, ""} {
		if id == "" {
			id = twice
			if _, err := db.Update(t.Context(), s.db, h.Staff["host admin"], func(tx *db.Tx) (*apply.Application, error) {
				return apply.Withdraw(t.Context(), tx, apply.Recall{Application: id})
			}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.Update(t.Context(), s.db, h.Staff["host admin"], func(tx *db.Tx) (*apply.Version, error) {
			return apply.Submit(t.Context(), tx, o, applytest.Submission(id))
		}); err != nil {
			t.Fatal(err)
		}
	}
	return data, once, twice, draft
}

// faultsOf runs verify-data and returns the invariants with the faults found.
func faultsOf(t *testing.T, args ...string) []string {
	t.Helper()
	code, text, stderr := shenbao(t, "zh", "", append([]string{"verify-data", "--json"}, args...)...)
	var r dataReport
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%v: exit %d\n%s", err, code, stderr)
	}
	var found []string
	for _, i := range r.Invariants {
		for _, f := range i.Faults {
			found = append(found, i.ID+" "+strings.TrimPrefix(f.Key, "verify_data."))
		}
	}
	if (code == exitFindings) != (len(found) > 0) {
		t.Errorf("exit %d with %q", code, found)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Every kind of damage to what was submitted is found, under its invariant, and
// nothing else is.
func TestVerifyDataFindsDamagedVersions(t *testing.T) {
	template, once, twice, draft := submittedData(t)
	blobOf := func(t *testing.T, s *store) {
		t.Helper()
		if err := s.blobs.Delete(t.Context(), first(t, s)); err != nil {
			t.Fatal(err)
		}
	}
	const a, v = "UPDATE applications SET ", "UPDATE application_versions SET "
	for _, c := range []struct {
		name  string
		texts []string // statements; $1 is the application that was submitted once, $2 the other, $3 the draft
		spoil func(t *testing.T, s *store)
		want  []string
	}{
		{name: "nothing"},
		{name: "the version is gone", texts: []string{"DELETE FROM application_versions WHERE application = $1", a + "state = 'draft', version = 0 WHERE id = $1"}, want: []string{"I1 version_lost"}},
		{name: "another name in the manifest", texts: []string{v + "manifest = replace(manifest, '泉山', '东山') WHERE application = $1"}, want: []string{"I1 version_manifest"}},
		{name: "no manifest", texts: []string{v + "manifest = '{' WHERE application = $1"}, want: []string{"I1 version_manifest", "I1 version_names", "I1 version_part", "I4 unreadable"}},
		{name: "another hash", texts: []string{v + "hash = 'x' WHERE application = $1"}, want: []string{"I1 version_line", "I1 version_manifest", "I1 version_receipt"}},
		{name: "other facts", texts: []string{v + "facts = replace(facts, '5200', '9200') WHERE application = $1"}, want: []string{"I1 version_part"}},
		{name: "other texts", texts: []string{v + "texts = '{}' WHERE application = $1"}, want: []string{"I1 version_part"}},
		{name: "other findings", texts: []string{v + "findings = '[]' WHERE application = $1"}, want: []string{"I1 version_part"}},
		{name: "another receipt", texts: []string{v + "receipt = receipt || ' ' WHERE application = $1"}, want: []string{"I1 version_receipt"}},
		{name: "the receipt of another", texts: []string{v + "receipt = (SELECT receipt FROM application_versions WHERE application = $2 AND number = 2) WHERE application = $1"}, want: []string{"I1 version_receipt", "I2 twice"}},
		{name: "received a little earlier", texts: []string{v + "received = '2024-11-27T03:59:59.999Z' WHERE application = $1"}, want: []string{"I1 version_names", "I1 version_receipt"}},
		{name: "entered a little earlier", texts: []string{v + "submitted = '2024-11-27T03:59:59.999Z' WHERE application = $1"}, want: []string{"I1 version_receipt"}},
		{name: "under another call", texts: []string{v + "call = 'x' WHERE application = $1"}, want: []string{"I1 version_names"}},
		{name: "another line", texts: []string{v + "line = 'x' WHERE application = $1"}, want: []string{"I1 version_line", "I1 version_lost", "I1 version_receipt"}},
		{name: "the line says otherwise", texts: []string{"UPDATE journal SET payload = replace(payload, '\"hash\"', '\"hush\"') WHERE id = (SELECT line FROM application_versions WHERE application = $1)"},
			want: []string{"I1 version_line", "I5 journal.open_payload"}},
		{name: "another profile", texts: []string{"UPDATE profile_snapshots SET body = body || ' '"}, want: []string{"I1 profile"}},
		{name: "no profile", texts: []string{"DELETE FROM profile_snapshots"}, want: []string{"I1 version_part"}},

		{name: "two stand", texts: []string{v + "state = 'standing' WHERE application = $2"}, want: []string{"I2 twice", "I6 disagrees"}},
		{name: "the same key", texts: []string{"DROP INDEX application_versions_key", v + "submit_key = 'k' WHERE application = $2"}, want: []string{"I2 twice"}},
		{name: "the same line", texts: []string{v + "line = (SELECT line FROM application_versions WHERE application = $1) WHERE application = $2 AND number = 2"},
			want: []string{"I1 version_line", "I1 version_lost", "I1 version_receipt", "I2 twice"}},

		{name: "a lost file", spoil: blobOf, want: []string{"I3 blob.missing"}},
		{name: "a lost file that was taken out", texts: []string{"DELETE FROM application_files"}, spoil: blobOf, want: []string{"I3 blob.missing"}},

		{name: "a strange application", texts: []string{a + "state = 'lost' WHERE id = $3"}, want: []string{"I6 strange_state"}},
		{name: "a strange version", texts: []string{v + "state = 'odd' WHERE application = $2 AND number = 1"}, want: []string{"I6 strange_state"}},
		{name: "a strange partner", texts: []string{"UPDATE application_partners SET state = 'odd' WHERE application = $3"}, want: []string{"I6 strange_state"}},
		{name: "submitted without a version", texts: []string{a + "state = 'submitted' WHERE id = $3"}, want: []string{"I6 disagrees"}},
		{name: "a version of a draft", texts: []string{a + "state = 'draft' WHERE id = $1"}, want: []string{"I6 disagrees"}},
		{name: "none stands", texts: []string{v + "state = 'replaced' WHERE application = $1"}, want: []string{"I6 disagrees"}},
		{name: "one more is counted", texts: []string{a + "version = 3 WHERE id = $2"}, want: []string{"I6 disagrees"}},
		{name: "the first of two is gone", texts: []string{"DELETE FROM application_versions WHERE application = $2 AND number = 1"}, want: []string{"I1 version_lost", "I6 disagrees"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(data, os.DirFS(template)); err != nil {
				t.Fatal(err)
			}
			s := opened(t, data)
			for _, text := range c.texts {
				for i, id := range []apply.ID{once, twice, draft} {
					text = strings.ReplaceAll(text, "$"+string(rune('1'+i)), "'"+string(id)+"'")
				}
				change(t, s.db, text)
			}
			if c.spoil != nil {
				c.spoil(t, s)
			}
			if got := faultsOf(t, "--data", data); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
