package web

import (
	archive "archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/apply"
)

// Two worlds differ in one fact that somebody may not know. They ask for
// everything in both, and must get the same answers: whatever differs tells them
// the fact (research: G-B1).

// A quest is what is asked for: the values that stand for the parameters of
// paths and queries.
type quest struct {
	m      *maze
	path   map[string][]string
	values map[string][]string
}

// quest is everything that concerns a fact, as its worlds have it. A parameter
// of a path that is not here fails the test.
func (m *maze) quest(of []apply.ID) *quest {
	q := &quest{m: m}
	apps := append(slices.Clone(m.own[:1:1]), of...)
	apps = append(append(apps, m.own[2]), m.fresh...)
	names, steps, files := []string{}, []string{}, []string{strings.Repeat("0", 64)}
	for i, id := range apps {
		m.known[string(id)] = true
		names = append(names, string(id))
		steps = append(steps, m.ids(`SELECT id FROM recommend_steps WHERE application = $1 ORDER BY position LIMIT 1`, id)...)
		if i > 0 {
			files = append(files, m.ids(`SELECT id FROM application_files WHERE application = $1 ORDER BY id DESC LIMIT 1`, id)...)
		}
	}
	host, neighbour := string(m.house.Units["host"].ID), string(m.house.Units["neighbour"].ID)
	q.path = map[string][]string{"application": names, "step": steps, "file": files, "call": {string(m.house.Call.ID)}, "section": {"centre", "units"}, "number": {"1"},
		"table": m.ids(`SELECT id FROM recommend_lists`), "complaint": append(m.ids(`SELECT id FROM complaints`), "nothing"), "unit": {host, neighbour},
		"list": {"staff"}, "register": {"platforms"}, "upload": {"nothing"}, "token": {"nothing"}, "letter": {"nothing"}, "$": {""}}
	q.values = map[string][]string{"q": {"技术创新中心", "仿生", m.house.Host.Name}, "state": {"draft", "submitted", "returned", "withdrawn", "open", "waiting", "all"},
		"sort": {"name", "unmet", "unknown", "due"}, "call": q.path["call"], "kind": {"check", "recommend", "enterprise"}, "verdict": {"unmet"}, "clause": {"000-001"},
		"place": {"370000"}, "phase": {"open"}, "year": {"2024"}, "show": {"missing", "late"}, "file": files[len(files)-1:], "rule": {"nothing"}, "back": {"?state=all&sort=name"},
		"subject": {"application:" + names[len(names)-1]}, "person": {m.house.Staff["host admin"].Person}, "under": {host}, "from": {"1"}, "to": {"1", "2"}, "assignee": {"me", m.house.Staff["district officer"].Person}}
	return q
}

var pathParameter = regexp.MustCompile(`\{([^}]+)\}`)

// paths are all that a route is asked for: every filling of its path, and with
// the first of them every value of its query. A parameter of a query that
// nobody thought of is tried with a word that stands in what is hidden.
func (q *quest) paths(rt route) (out []string) {
	q.m.t.Helper()
	all := []string{rt.pattern}
	for _, name := range pathParameter.FindAllStringSubmatch(rt.pattern, -1) {
		values, ok := q.path[name[1]]
		if !ok {
			q.m.t.Fatalf("GET %s: what stands for {%s}? Say it in quest", rt.pattern, name[1])
		}
		var next []string
		for _, path := range all {
			for _, value := range values {
				next = append(next, strings.Replace(path, name[0], value, 1))
			}
		}
		all = next
	}
	for _, path := range all[:min(len(all), 1)] {
		for i := range rt.in.NumField() {
			f := rt.in.Field(i)
			if f.Tag.Get("in") == "path" || f.Type == reflect.TypeFor[upload]() || f.Type == reflect.TypeFor[octets]() {
				continue
			}
			for _, value := range q.valuesOf(f) {
				out = append(out, path+"?"+fieldName(f)+"="+url.QueryEscape(value))
			}
		}
	}
	if len(out) > 0 && !strings.Contains(rt.pattern, "{") { // two together
		out = append(out, out[0]+"&"+strings.SplitN(out[len(out)-1], "?", 2)[1])
	}
	return append(out, all...)
}

func (q *quest) valuesOf(f reflect.StructField) []string {
	values, ok := q.values[fieldName(f)]
	switch {
	case f.Type.Kind() == reflect.Bool:
		return []string{"1"}
	case ok:
		return values
	case f.Type.Kind() == reflect.Int64, f.Type.Kind() == reflect.Int:
		return []string{"1"}
	case f.Type.Kind() == reflect.String:
		return []string{"仿生"}
	}
	return nil
}

// all are the requests of a quest, pages and API.
func (q *quest) all() (out []string) {
	for _, rt := range q.m.server.routes() {
		if rt.method != http.MethodGet {
			continue
		}
		for _, path := range q.paths(rt) {
			out = append(out, path)
			if !rt.hidden {
				out = append(out, apiPrefix+path)
			}
		}
	}
	return out
}

// entitled reports that an auditor sees in the journal that something was done.
func entitled(who, path string) bool {
	return who == "auditor" && strings.HasPrefix(strings.TrimPrefix(path, apiPrefix), "/journal")
}

// Accidents of one answer: numbers of requests, form tokens, keys of forms.
var (
	accident = regexp.MustCompile(`name="form_token" value="[^"]*"|"instance":"[^"]*"|"token":"[^"]*"|"form_token":"[^"]*"|<code>[A-Za-z0-9-]{6,40}</code>`)
	anID     = regexp.MustCompile(`[0-9a-f]{32}`)
)

// told is an answer without its accidents.
func (m *maze) told(who, path string) string {
	r := request{method: http.MethodGet, path: path}
	a := m.ask(m.who(who), r)
	h := a.Header().Clone()
	h.Del("Set-Cookie")
	if a.Code >= http.StatusInternalServerError {
		m.t.Errorf("%s opens %s: %d", who, path, a.Code)
	}
	body := a.Body.String()
	if strings.HasPrefix(body, "PK") {
		body = m.unpacked(a.Body.Bytes())
	}
	if !strings.Contains(h.Get("Content-Type"), "pdf") {
		body = accident.ReplaceAllString(body, "·")
		body = anID.ReplaceAllStringFunc(body, func(id string) string {
			if m.known[id] {
				return id
			}
			return "·"
		})
	}
	return fmt.Sprintln(a.Code, h, len(body)) + body
}

// unpacked is a workbook by its parts: their order in the file is by chance.
func (m *maze) unpacked(content []byte) string {
	z, err := archive.NewReader(bytes.NewReader(content), int64(len(content)))
	must(m.t, err)
	var parts []string
	for _, f := range z.File {
		r, err := f.Open()
		must(m.t, err)
		text, err := io.ReadAll(r)
		must(m.t, err)
		parts = append(parts, f.Name+"\n"+string(text))
	}
	slices.Sort(parts)
	return strings.Join(parts, "\n")
}

func (m *maze) mayNot(f hiddenFact) (out []string) {
	for _, who := range append(slices.Clone(outsiders), f.more...) {
		if !slices.Contains(f.but, who) {
			out = append(out, who)
		}
	}
	return out
}

// TestNoninterference asks for everything in both worlds of every fact.
func TestNoninterference(t *testing.T) {
	if testing.Short() {
		t.Skip("asks thousands of times")
	}
	m := newMaze(t)
	for _, who := range append(slices.Clone(outsiders), append(aboveHost, "host admin", "host editor", "city head")...) {
		m.who(who) // signs in before the worlds part
	}
	base, n, began := m.leave(), 0, time.Now()
	for _, f := range hiddenFacts {
		t.Run(f.name, func(t *testing.T) {
			n += m.compare(t, f, base)
		})
	}
	t.Logf("%d comparisons of %d facts and %d outsiders in %s", n, len(hiddenFacts), len(outsiders), time.Since(began).Round(time.Second))
	if n < 100_000 {
		t.Errorf("only %d comparisons", n)
	}
}

// compare asks for everything in both worlds of a fact and counts.
func (m *maze) compare(t *testing.T, f hiddenFact, base string) (n int) {
	m.fresh = nil
	files := [2]string{}
	for i, happens := range []func(*maze){f.a, f.b} {
		m.enter(base)
		if happens != nil {
			happens(m)
		}
		files[i] = m.leave()
	}
	var of []apply.ID
	if f.of != nil {
		of = f.of(m)
	}
	paths := m.quest(of).all()
	asked := map[string][sha256.Size]byte{}
	m.enter(files[0])
	who := append(m.mayNot(f), f.who)
	for _, name := range who {
		for _, path := range paths {
			asked[name+path] = sha256.Sum256([]byte(m.told(name, path)))
		}
	}
	m.enter(files[1])
	sees := 0
	for _, name := range who {
		for _, path := range paths {
			n++
			text := m.told(name, path)
			switch same := sha256.Sum256([]byte(text)) == asked[name+path]; {
			case same || entitled(name, path):
			case name == f.who:
				sees++
			default:
				m.enter(files[0])
				t.Errorf("%s opens %s and learns: %s\n%s", name, path, f.name, parted(m.told(name, path), text))
				m.enter(files[1])
			}
		}
	}
	if sees == 0 {
		t.Errorf("%s sees no difference either: the fact is none", f.who)
	}
	return n
}

// parted is where two texts begin to differ.
func parted(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return strings.ToValidUTF8(a[max(0, i-120):min(len(a), i+160)]+"\n— and —\n"+b[max(0, i-120):min(len(b), i+160)], "")
}

// Saying that something is not there takes its time, whatever was looked up: see
// docs/hostile.md. A page that nobody has is said at once.
func TestMissingTakesItsTime(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	took := func(path string) time.Duration {
		begun := time.Now()
		if a := h.ask(h.who("other admin"), request{method: http.MethodGet, path: path}); a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Code)
		}
		return time.Since(begun)
	}
	h.who("other admin")
	h.server.Even = 300 * time.Millisecond
	for _, path := range []string{"/applications/" + string(id), "/applications/nothing", apiPrefix + "/applications/" + string(id), "/calls/nothing"} {
		if d := took(path); d < h.server.Even {
			t.Errorf("%s is answered after %v", path, d)
		}
	}
	h.server.Even = time.Hour
	took("/no-such-page")
}
