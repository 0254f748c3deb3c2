package call_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/locale"
	"shenbao/internal/official"
	"shenbao/programme"
)

// A call says and asks what it did, after the folder of its package has changed,
// and after it is gone.
func TestThePinnedCopyStillExplains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("../programmes")); err != nil {
			t.Fatal(err)
		}
		first := s.draftedFrom(dir)
		s.must("district officer", publish(first.ID, ""))
		rules := filepath.Join(dir, "shandong-tic-2024", "rules.md")
		text, err := os.ReadFile(rules)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.ReplaceAll(string(text), "3000 万元", "9000 万元")
		if changed == string(text) {
			t.Fatal("the rules do not name 3000 万元 any more")
		}
		if err := os.WriteFile(rules, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		second := s.draftedFrom(dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if first.Hash == second.Hash {
			t.Fatal("both versions have one hash")
		}
		for id, want := range map[call.ID]string{first.ID: "3,000 万元", second.ID: "9,000 万元"} {
			if got := s.required(id, "000-023"); !strings.Contains(got, want) {
				t.Errorf("the call asks for %q, want %s", got, want)
			}
		}
	})
}

// draftedFrom drafts a call from a folder of packages.
func (s *stage) draftedFrom(dir string) *call.Call {
	s.Helper()
	l, err := programme.Open(os.DirFS(dir))
	if err != nil {
		s.Fatal(err)
	}
	p, err := l.Load("shandong-tic-2024")
	if err != nil {
		s.Fatal(err)
	}
	archive, err := l.Archive("shandong-tic-2024")
	if err != nil {
		s.Fatal(err)
	}
	c, err := db.Update(s.Context(), s.db, s.staff["district officer"], func(tx *db.Tx) (*call.Call, error) {
		return call.Draft(s.Context(), tx, call.Version{Package: p, Archive: archive}, "")
	})
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// required is all that the conditions under a clause ask for.
func (s *stage) required(id call.ID, clause string) string {
	s.Helper()
	c, err := s.find("district officer", id)
	if err != nil {
		s.Fatal(err)
	}
	p, err := db.View(s.Context(), s.db, func(r db.Reader) (*programme.Package, error) { return s.shelf.Package(s.Context(), r, c.Hash) })
	if err != nil {
		s.Fatal(err)
	}
	checked, err := call.Check(p, []byte("{}"), locale.ZH)
	if err != nil {
		s.Fatal(err)
	}
	var out []string
	for _, section := range checked.Sections {
		for _, one := range section.Conditions {
			if one.Clause == clause {
				out = append(out, one.Required)
			}
		}
	}
	return strings.Join(out, "；")
}

// The official texts, attached as files, agree with the packages in every
// figure, and stand beside the clauses.
func TestOfficialTextsAgree(t *testing.T) {
	for number, id := range map[string]string{"000": "shandong-tic-2024", "001": "shanxi-tic-2024", "002": "jinan-2019/social", "003": "qingdao-tic-2019"} {
		t.Run(id, func(t *testing.T) {
			text := seed(t, number)
			s := newStage(t, dbtest.SQLite(t))
			c := s.drafted(id, "")
			kind, read, err := official.Read(t.Context(), []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			v := version(t, id)
			by := s.staff[officerFor(id)]
			c, err = db.Update(t.Context(), s.db, by, func(tx *db.Tx) (*call.Call, error) {
				return call.Attach(t.Context(), tx, c.ID, v.Package, call.File{Hash: blob.Sum([]byte(text)), Name: number + ".txt", Size: int64(len(text)), Type: kind, Text: read})
			})
			if err != nil {
				t.Fatal(err)
			}
			if c.Faults() != 0 || c.OfficialText() == "" {
				t.Errorf("%d faults, %d bytes", c.Faults(), len(c.OfficialText()))
			}
			all, err := call.Clauses(v.Package, c.OfficialText(), locale.ZH)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range all {
				if len(one.Official) == 0 || slices.Contains(one.Official, "") {
					t.Errorf("%s has no official text at %s", one.Clause, one.Locator)
				}
			}
		})
	}
}

// The fifth official text is an action plan: no call is made of it, and the
// package agrees all the same.
func TestTheOfficialPlanAgrees(t *testing.T) {
	_, text, err := official.Read(t.Context(), []byte(seed(t, "004")))
	if err != nil {
		t.Fatal(err)
	}
	report, err := version(t, "shandong-plan-2024").Package.Verify(strings.NewReader(text))
	if err != nil || len(report.Faults) != 0 {
		t.Errorf("%v, %v", report, err)
	}
}
