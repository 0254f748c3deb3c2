package web

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPains reads docs/pains.md: it lists 28 pains, a pain of a step that stands
// has a test, and every test that it names is in the tree.
func TestPains(t *testing.T) {
	text, err := os.ReadFile("../docs/pains.md")
	must(t, err)
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| (.+) \| (.+) \|(.*)\|$`).FindAllStringSubmatch(string(text), -1)
	if len(rows) != 28 {
		t.Errorf("%d pains", len(rows))
	}
	for _, row := range rows {
		tests := strings.Fields(row[4])
		if len(tests) == 0 && regexp.MustCompile(`apply|recommend`).MatchString(row[3]) {
			t.Errorf("no test for pain %s", row[1])
		}
		for _, name := range tests {
			room, test, ok := strings.Cut(name, ".")
			if !ok || !declared(t, room, test) {
				t.Errorf("pain %s names %s, which does not exist", row[1], name)
			}
		}
	}
}

// declared reports whether a room has a test.
func declared(t *testing.T, room, test string) bool {
	for _, pattern := range []string{"../" + room, "../internal/" + room, "../cmd/" + room} {
		files, err := filepath.Glob(pattern + "/*_test.go")
		must(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			must(t, err)
			if strings.Contains(string(text), "\nfunc "+test+"(t *testing.T) {") {
				return true
			}
		}
	}
	return false
}

// A form that nobody has touched shows no error; the list of what is missing is
// the checker's, and it does not say that all is well.
func TestAnUntouchedFormIsNotScolded(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	for _, section := range h.house.Form(id).Package.Form.Sections {
		without(t, h.get("host editor", h.path(id, "/form/"+section.ID)), `class="error"`, `aria-invalid`)
	}
	h.post("host admin", h.path(id, "/submit"), http.StatusForbidden, h.submission("host admin", id)...)
}

// An act on several cases says what became of each of them, also of those for
// which it failed.
func TestEveryChosenCaseIsAnswered(t *testing.T) {
	h := newHall(t)
	for _, do := range []string{"endorse", "assign", "refuse"} {
		a := h.ask(h.who("district officer"), request{method: http.MethodPost, path: "/queue/batch", form: []string{"case", "nothing:1", "case", "nowhere:1", "do", do, "reason", "", "to", "", "back", ""}})
		if a.Code != http.StatusOK {
			t.Fatalf("%s: %d", do, a.Code)
		}
		want(t, a.Body.String(), "nothing", "nowhere")
	}
}
