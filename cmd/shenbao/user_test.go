package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// tell runs a user command and returns what it writes as JSON.
func tell(t *testing.T, data string, args ...string) userJSON {
	t.Helper()
	text := ok(t, append([]string{"user", "--data", data, "--json"}, args...)...)
	documented(t, text)
	var u userJSON
	if err := json.Unmarshal([]byte(text), &u); err != nil {
		t.Fatal(err)
	}
	return u
}

// The operator's way in, while the platform serves: a link to an account, another
// role, a link to a new password, and the end of the account.
func TestUserCommands(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := start(t, data)
	u := tell(t, data, "add", "li@example.org", "--role", "sysadmin", "--url", "https://sb.example.org/")
	token, good := strings.CutPrefix(u.Link, "https://sb.example.org/join/")
	if !good || u.Email != "li@example.org" {
		t.Fatalf("added %+v", u)
	}
	if code, _ := r.get(t, "/join/"+token); code != http.StatusOK {
		t.Errorf("the page of the link: %d", code)
	}
	s := opened(t, data)
	a, _ := testApp()
	a.Getenv = func(string) string { return "" }
	if err := s.openKeys(a, false); err != nil {
		t.Fatal(err)
	}
	gate := actor.NewGate(s.db, s.keys, actor.DefaultSettings())
	if _, err := gate.Join(t.Context(), token, actor.NewPerson{Name: "李经办"}, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	fails(t, "actor.has_role", "user", "grant", "LI@example.org", "--role", "sysadmin", "--data", data)
	fails(t, "actor.apart", "user", "grant", "li@example.org", "--role", "auditor", "--data", data)
	fails(t, "user.missing", "user", "grant", "nobody@example.org", "--role", "auditor", "--data", data)
	fails(t, "actor.missing", "user", "add", "wang@example.org", "--role", "officer", "--unit", "no-such-unit", "--data", data)

	u = tell(t, data, "reset", "li@example.org")
	token = u.Link[strings.LastIndexByte(u.Link, '/')+1:]
	if code, _ := r.get(t, "/reset/"+token); code != http.StatusOK {
		t.Errorf("the page of the link: %d", code)
	}
	if err := gate.ResetPassword(t.Context(), token, "another horse battery"); err != nil {
		t.Error(err)
	}
	fails(t, "user.missing", "user", "reset", "nobody@example.org", "--data", data)

	// The last administrator stays; of two, one may go.
	code, _, _ := shenbao(t, "zh", "", "user", "disable", "li@example.org", "--data", data)
	if code != exitFindings {
		t.Errorf("the last administrator was disabled: exit %d", code)
	}
	second := tell(t, data, "add", "wang@example.org", "--role", "sysadmin")
	if _, err := gate.Join(t.Context(), second.Link[strings.LastIndexByte(second.Link, '/')+1:], actor.NewPerson{Name: "王管理"}, "yet another horse"); err != nil {
		t.Fatal(err)
	}
	tell(t, data, "disable", "li@example.org")
	fails(t, "user.disabled_already", "user", "reset", "li@example.org", "--data", data)
	lines := dbtest.Lines(t, s.db)
	for _, verb := range []string{"actor.invite", "actor.ask", "actor.disable_person"} {
		if !slices.Contains(lines, verb) {
			t.Errorf("no %s in the journal: %v", verb, lines)
		}
	}
	if len(letters(t, s.db)) != 0 {
		t.Error("a letter waits that the operator handed over")
	}
}

// letters are the jobs that send letters.
func letters(t *testing.T, d *db.DB) []string {
	t.Helper()
	n, err := db.View(t.Context(), d, func(r db.Reader) (int, error) {
		var n int
		err := r.QueryRow(t.Context(), "SELECT COUNT(*) FROM jobs WHERE kind = $1 AND state <> 'done'", string(sendLetter)).Scan(&n)
		return n, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return make([]string, n)
}

func TestNoDataNoUsers(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for _, args := range [][]string{
		{"user", "add", "li@example.org", "--role", "sysadmin"}, {"job", "list"}, {"journal", "checkpoint"}, {"verify-data"},
		{"backup", filepath.Join(t.TempDir(), "b")}, {"migrate"},
	} {
		fails(t, "serve.no_data", append(args, "--data", none)...)
	}
}
