package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
)

// A hall is a site in which people apply: the house of applytest, with a session
// for whoever asks.
type hall struct {
	*world
	house *applytest.House
}

func newHall(t testing.TB) *hall { return hallOn(t, newSite(t)) }

func hallOn(t testing.TB, s *site) *hall {
	t.Helper()
	s.server.Gate.Settings.TwoFactor = nil
	w := &world{site: s, t: t, people: map[string]*player{"stranger": {name: "stranger"}}, keys: s.server.Gate.Keys}
	return &hall{w, applytest.Build(t, s.db, s.server.office)}
}

// who is somebody of the house, signed in.
func (h *hall) who(name string) *player {
	h.t.Helper()
	if p := h.people[name]; p != nil {
		return p
	}
	by, ok := h.house.Staff[name]
	if !ok {
		h.t.Fatalf("nobody is called %s", name)
	}
	person, err := db.View(h.t.Context(), h.db, func(r db.Reader) (*actor.Person, error) {
		return actor.FindPerson(h.t.Context(), r, actor.PersonID(by.Person))
	})
	if err != nil {
		h.t.Fatal(err)
	}
	p := &player{name: name, by: by}
	p.token, err = h.server.Gate.SignIn(h.t.Context(), actor.Credentials{Email: person.Email, Password: applytest.Password}, actor.Origin{Source: "192.0.2.1"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.people[name] = p
	return p
}

// get opens a page, which has to be there.
func (h *hall) get(who, path string) string {
	h.t.Helper()
	a := h.ask(h.who(who), request{method: http.MethodGet, path: path})
	if a.Code != http.StatusOK {
		h.t.Fatalf("%s opens %s: %d %s", who, path, a.Code, answer{text: a.Body.String()}.main())
	}
	return a.Body.String()
}

// post sends a form; it has to be answered with a status.
func (h *hall) post(who, path string, status int, form ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	a := h.ask(h.who(who), request{method: http.MethodPost, path: path, form: form})
	if a.Code != status {
		h.t.Fatalf("%s sends %s: %d, want %d %s", who, path, a.Code, status, answer{text: a.Body.String()}.main())
	}
	return a
}

// autosave sends a form as the script does.
func (h *hall) autosave(who, path string, form ...string) string {
	h.t.Helper()
	a := h.ask(h.who(who), request{method: http.MethodPost, path: path, form: form, header: map[string]string{"HX-Request": "true", "HX-Target": savedPart}})
	if a.Code != http.StatusOK {
		h.t.Fatalf("%s saves %s: %d %s", who, path, a.Code, a.Body.String())
	}
	return a.Body.String()
}

// fillIn opens a section, types into its inputs and presses a button, as a
// browser without a script does: everything else goes as the page has it.
func (h *hall) fillIn(who, path string, status int, typed ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	var sent []string
	over := map[string]bool{}
	for i := 0; i < len(typed); i += 2 {
		over[typed[i]] = true
	}
	for _, pair := range sentBy(h.t, h.get(who, path)) {
		if !over[pair[0]] {
			sent = append(sent, pair[0], pair[1])
		}
	}
	path, _, _ = strings.Cut(path, "?")
	return h.post(who, path, status, append(sent, typed...)...)
}

// sentBy is what a browser would send of the form that saves itself.
func sentBy(t testing.TB, page string) (out [][2]string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	inside := func(n *html.Node) bool {
		for ; n != nil; n = n.Parent {
			if n.Data == "form" {
				return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "data-autosave" })
			}
		}
		return false
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || !inside(n) || attr(n, "name") == "" || attr(n, "name") == formToken || n.Data == "button" {
			continue
		}
		value := attr(n, "value")
		switch {
		case n.Data == "textarea":
			value = textOf(n)
		case n.Data == "select":
			value = chosen(n)
		case (attr(n, "type") == "checkbox" || attr(n, "type") == "radio") && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }):
			continue
		}
		out = append(out, [2]string{attr(n, "name"), value})
	}
	return out
}

func chosen(n *html.Node) string {
	for o := range n.Descendants() {
		if o.Data == "option" && slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
			return attr(o, "value")
		}
	}
	return ""
}

// path is the address of a page of an application.
func (h *hall) path(id apply.ID, rest string) string { return "/applications/" + string(id) + rest }

// want reports what a text does not hold.
func want(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, one := range parts {
		if !strings.Contains(text, one) {
			t.Errorf("%q is missing in\n%s", one, answer{text: text}.main())
		}
	}
}

// without reports what a text holds and should not.
func without(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, one := range parts {
		if strings.Contains(text, one) {
			t.Errorf("%q stands in\n%s", one, answer{text: text}.main())
		}
	}
}
