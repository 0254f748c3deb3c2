package web

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"shenbao/internal/locale"
)

// A document is a page as a browser reads it.
type document struct {
	root *html.Node
	all  []*html.Node // elements, in their order
}

func parsed(t testing.TB, text string) document {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	d := document{root: root}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			d.all = append(d.all, n)
		}
	}
	return d
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// find returns the elements of those names.
func (d document) find(names ...string) (out []*html.Node) {
	for _, n := range d.all {
		if slices.Contains(names, n.Data) {
			out = append(out, n)
		}
	}
	return out
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// faults is what is wrong with a page, whatever it is about.
func (d document) faults(w *world, lang string) (found []string) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if n := len(d.find("h1")); n != 1 {
		say("%d h1", n)
	}
	if got := attr(d.find("html")[0], "lang"); got != htmlLang(lang) {
		say("lang %q", got)
	}
	if len(d.find("title")) != 1 || strings.HasPrefix(textOf(d.find("title")[0]), "·") {
		say("no title")
	}
	ids := map[string]bool{}
	for _, n := range d.all {
		if id := attr(n, "id"); id != "" {
			if ids[id] || strings.ContainsAny(id, " \t\n") {
				say("id %q is there twice, or has a space", id)
			}
			ids[id] = true
		}
	}
	for _, n := range d.all {
		d.element(n, ids, say)
		d.leads(w, n, ids, say)
	}
	return append(found, d.labels(ids)...)
}

// element checks what no element may be or have.
func (d document) element(n *html.Node, ids map[string]bool, say func(string, ...any)) {
	if n.Data == "style" || n.Data == "script" && n.FirstChild != nil || n.Data == "iframe" || n.Data == "object" {
		say("<%s> in the page", n.Data)
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on"):
			say("%s on <%s>", a.Key, n.Data)
		case a.Key == "tabindex" && a.Val != "0" && a.Val != "-1":
			say("tabindex %s", a.Val)
		case a.Key == "aria-describedby":
			for id := range strings.FieldsSeq(a.Val) {
				if !ids[id] {
					say("described by %q, which is not there", id)
				}
			}
		case a.Key == "target":
			say("a new window from <%s>", n.Data)
		}
	}
	if n.Data == "img" && attr(n, "alt") == "" {
		say("a picture without words")
	}
	if (n.Data == "button" || n.Data == "a") && textOf(n) == "" && attr(n, "aria-label") == "" {
		say("<%s> without words", n.Data)
	}
}

// labels checks that every field says what it is.
func (d document) labels(ids map[string]bool) (found []string) {
	labelled := map[string]bool{}
	for _, n := range d.find("label") {
		labelled[attr(n, "for")] = textOf(n) != ""
	}
	for _, n := range d.find("input", "select", "textarea") {
		if kind := attr(n, "type"); kind == "hidden" || kind == "submit" {
			continue
		}
		if id := attr(n, "id"); !labelled[id] && attr(n, "aria-label") == "" && !ids[attr(n, "aria-labelledby")] {
			found = append(found, fmt.Sprintf("%s %q has no label", n.Data, attr(n, "name")))
		}
	}
	return found
}

// leads checks that links and forms lead to a route that takes them.
func (d document) leads(w *world, n *html.Node, ids map[string]bool, say func(string, ...any)) {
	method, to := http.MethodGet, ""
	switch n.Data {
	case "a":
		to = attr(n, "href")
		if to == "" {
			say("a link without an address")
		}
	case "link", "script":
		to = attr(n, "href") + attr(n, "src")
	case "form":
		to = attr(n, "action")
		method = strings.ToUpper(attr(n, "method"))
		if method == http.MethodPost && attr(n, "enctype") == "" && !hasToken(n) {
			say("form to %s without its token", to)
		}
	}
	if to == "" || to == "#" {
		return
	}
	if part, ok := strings.CutPrefix(to, "#"); ok {
		if !ids[part] {
			say("nothing at #%s", part)
		}
		return
	}
	u, err := url.Parse(to)
	if err != nil || u.Host != "" && "https://"+u.Host != w.server.Base {
		say("%s leads elsewhere", to)
		return
	}
	if !w.routed(method, u.Path) {
		say("%s %s leads nowhere", method, to)
	}
}

func hasToken(form *html.Node) bool {
	for n := range form.Descendants() {
		if n.Data == "input" && attr(n, "name") == formToken {
			return true
		}
	}
	return false
}

// routed reports whether a path is one of the site's.
func (w *world) routed(method, path string) bool {
	if strings.HasPrefix(path, "/static/") || path == "/robots.txt" || path == apiPrefix+"/openapi.json" {
		return true
	}
	mux := http.NewServeMux()
	for _, rt := range w.server.routes() {
		mux.Handle(rt.method+" "+rt.pattern, http.NotFoundHandler())
	}
	r, err := http.NewRequest(method, path, nil)
	if err != nil {
		return false
	}
	_, pattern := mux.Handler(r)
	return pattern != ""
}

// rawKey recognises a message key that stands where its message should.
var rawKey = regexp.MustCompile(`\b(web|actor|call|registry|fault|inbox)\.[a-z_]+(\.[a-z_]+)*\b|\{[1-9]\}`)

// untranslated returns what of a page's words is a key instead of a message.
func (d document) untranslated() (found []string) {
	for n := range d.root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "code" && n.Parent.Data != "pre" && n.Parent.Data != "script" {
			found = append(found, rawKey.FindAllString(n.Data, -1)...)
		}
	}
	return found
}

// visited are pages of every kind, by who opens them.
func (w *world) visited() map[string][]string {
	c, draft, foreign := "/calls/"+string(w.calls["published"]), "/calls/"+string(w.calls["draft"]), "/calls/"+string(w.calls["foreign"])
	unit := func(name string) string { return "/units/" + string(w.units[name]) }
	lists := func(name string) (out []string) {
		for _, l := range []string{"facts", "finance", "staff", "instruments", "premises", "platforms", "honours", "projects"} {
			out = append(out, unit(name)+"/profile/"+l)
		}
		return out
	}
	return map[string][]string{
		"stranger": {"/", "/calls", "/calls?q=量子纠缠星", c, foreign, c + "/clauses", foreign + "/clauses", c + "/check", foreign + "/check",
			"/complaints/new", "/complaints/new?call=" + string(w.calls["foreign"]), "/registers", "/help", "/sign-in", "/join", "/reset", "/reset/x", "/email/x", "/first/x", "/nowhere", "/desk"},
		"newcomer": {"/account", "/inbox", "/units/new", "/account/password", "/account/prove", "/account/second-factor"},
		"quan": append(lists("quan"), unit("quan"), unit("quan")+"/profile/staff?new=1", unit("quan")+"/profile/staff?row="+string(w.rows["quan"].ID),
			"/account", "/units"),
		"fresh":        {unit("fresh")},
		"officer":      append(lists("quan"), "/desk", "/papers", "/papers?show=awaited", "/complaints", "/account", "/units", unit("quan"), unit("fresh"), unit("district"), c, draft, "/registers", "/registers/platforms"),
		"head":         {"/desk", "/inbox", c, draft, unit("quan")},
		"finance":      {"/", "/units", unit("quan") + "/profile/finance"},
		"office_admin": {unit("district"), "/units", "/hooks", "/account"},
		"sysadmin":     {"/people", "/people?q=nobody", "/authorities/new", "/units", unit("quan"), unit("district")},
		"auditor":      {"/journal", "/journal?subject=nothing"},
	}
}

// TestEveryPage opens every kind of page in both languages: it has to be whole,
// to be usable without a mouse, to hold nothing inline, and to lead nowhere else.
func TestEveryPage(t *testing.T) {
	w := populate(t, newSite(t))
	for name, paths := range w.visited() {
		for _, path := range paths {
			for _, lang := range []string{locale.ZH, locale.EN} {
				a := w.ask(w.people[name], request{method: "GET", path: withLang(path, lang)})
				d := parsed(t, a.Body.String())
				for _, fault := range append(d.faults(w, lang), d.untranslated()...) {
					t.Errorf("%s opens %s in %s: %s", name, path, lang, fault)
				}
				if a.Code >= 500 || a.Code != 200 && path != "/nowhere" && path != "/desk" {
					t.Errorf("%s opens %s: %d", name, path, a.Code)
				}
			}
		}
	}
}

// TestFailedForms checks the pages that are shown again with what is wrong.
func TestFailedForms(t *testing.T) {
	w := populate(t, newSite(t))
	c, quan := "/calls/"+string(w.calls["published"]), "/units/"+string(w.units["quan"])
	draft := "/calls/" + string(w.calls["draft"])
	for _, one := range []struct {
		by, path, at string // at: the field that the fault leads to
		form         []string
	}{
		{"officer", c + "/withdraw", "f-reason-withdraw", []string{"reason", ""}},
		{"officer", c + "/extensions", "f-until-extensions", []string{"stage", "system_open", "until", "soon", "reason", "x"}},
		{"officer", c + "/files", "f-file-files", nil},
		{"officer", draft + "/schedule", "f-until-schedule-system_open", []string{"stage", "system_open", "from", "", "until", "soon"}},
		{"officer", "/units/" + string(w.units["fresh"]) + "/refuse", "f-reason-refuse", []string{"reason", ""}},
		{"head", quan + "/close", "f-reason-close", []string{"reason", ""}},
		{"officer", quan + "/change", "f-name-change", []string{"name", "", "place", "370114"}},
		{"quan", quan + "/members/invite", "f-email-invite", []string{"email", "nobody", "role", "editor"}},
		{"quan", quan + "/profile/staff", "f-cell.person", []string{"id", "", "version", "0", "cell.name", "李文静", "cell.person", "123"}},
		{"newcomer", "/units", "f-code", []string{"name", "新单位", "code", "1", "kind", "enterprise", "place", "370114", "under", ""}},
		{"sysadmin", "/authorities", "f-place", []string{"name", "某局", "level", "city", "place", "999999"}},
		{"sysadmin", "/people/invite", "f-email", []string{"email", "nobody", "role", "auditor"}},
		{"newcomer", "/account/password", "f-password", []string{"current", password, "password", "abc"}},
		{"stranger", "/join", "f-email", []string{"email", "nobody"}},
	} {
		a := w.ask(w.people[one.by], request{method: "POST", path: one.path, form: one.form})
		d := parsed(t, a.Body.String())
		for _, fault := range append(d.faults(w, locale.ZH), d.untranslated()...) {
			t.Errorf("%s: %s", one.path, fault)
		}
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), `href="#`+one.at+`"`) {
			t.Errorf("%s: %d, and no link to %s\n%s", one.path, a.Code, one.at, answer{text: a.Body.String()}.main())
		}
	}
}

func withLang(path, lang string) string {
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	return path + sign + "lang=" + lang
}

// most is how many bytes a page and all that it loads may weigh on the wire.
const most = 150_000

// TestPagesAreLight weighs every page with its assets, compressed.
func TestPagesAreLight(t *testing.T) {
	w := populate(t, newSite(t))
	heaviest, at := 0, ""
	for name, paths := range w.visited() {
		for _, path := range paths {
			weight, text := w.weigh(w.people[name], path)
			for _, n := range parsed(t, text).find("link", "script", "img") {
				if to := attr(n, "href") + attr(n, "src"); strings.HasPrefix(to, "/static/") {
					one, _ := w.weigh(w.people[name], to)
					weight += one
				}
			}
			if weight > most {
				t.Errorf("%s opens %s: %d bytes", name, path, weight)
			}
			if weight > heaviest {
				heaviest, at = weight, path
			}
		}
	}
	t.Logf("the heaviest is %s: %d bytes", at, heaviest)
}

// weigh returns how many bytes an answer has on the wire, and its text.
func (w *world) weigh(p *player, path string) (int, string) {
	a := w.ask(p, request{method: "GET", path: path, header: map[string]string{"Accept-Encoding": "gzip"}})
	n := a.Body.Len()
	if a.Header().Get("Content-Encoding") != "gzip" {
		return n, a.Body.String()
	}
	z, err := gzip.NewReader(a.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	var text strings.Builder
	if _, err := io.Copy(&text, z); err != nil {
		w.t.Fatal(err)
	}
	return n, text.String()
}

// TestFaultsAreShown fails acts that would lead elsewhere: what went wrong is
// said, and nobody is led anywhere.
func TestFaultsAreShown(t *testing.T) {
	w := populate(t, newSite(t))
	for by, path := range map[string]string{"sysadmin": "/people/nobody/disable", "editor": "/join/nothing/accept", "quan": "/email/nothing"} {
		a := w.ask(w.people[by], request{method: "POST", path: path})
		d := parsed(t, a.Body.String())
		if a.Code < 400 || a.Header().Get("Location") != "" || len(d.find("h1")) != 1 || !strings.Contains(a.Body.String(), `class="notice bad"`) {
			t.Errorf("%s: %d %s", path, a.Code, answer{text: a.Body.String()}.main())
		}
	}
	a := w.ask(w.people["finance"], request{method: "GET", path: "/units/" + string(w.units["jin"]) + "/profile/staff/workbook"})
	if a.Code != http.StatusNotFound || a.Header().Get("Content-Disposition") != "" || !strings.Contains(a.Body.String(), "<h1>") {
		t.Errorf("a workbook that is not shown: %d %v", a.Code, a.Header())
	}
}
