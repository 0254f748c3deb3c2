package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/recommend"
)

// A court is a chamber with a thing of every kind that applying and recommending
// know: a draft, an application in front of its district, one on the table of the
// city, a complaint, a letter.
type court struct {
	*chamber
	names map[string]string // {application} and the like, as they stand in the patterns of routes
}

func newCourt(t testing.TB, d *db.DB) *court {
	t.Helper()
	c := &court{chamber: &chamber{hall: hallOn(t, siteOn(t, d))}}
	first := c.house.Ready()
	c.ids = append([]apply.ID{first}, c.house.Copies(first, 2)...)
	for _, id := range c.ids[:2] {
		_, err := applytest.Do(c.house, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
			return apply.Submit(ctx, tx, c.server.office, applytest.Submission(id))
		})
		must(t, err)
		_, err = db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) { return 0, recommend.Arrive(t.Context(), tx, c.server.recommending(), id) })
		must(t, err)
	}
	c.endorse("district officer", c.ids[0])
	c.endorse("city officer", c.ids[0])
	c.table = tableAddress(c.summaries("city officer")[0].ID)
	step := c.stepOf("district officer", c.ids[1])
	complaint := request{method: http.MethodPost, path: "/complaints/new", form: []string{"call", string(c.house.Call.ID), "about", "某公司", "story", "能包过", "contact", "李四"}}
	if a := c.ask(c.people["stranger"], complaint); a.Code != http.StatusOK {
		t.Fatalf("the complaint: %d %s", a.Code, answer{text: a.Body.String()}.main())
	}
	said := c.get("district head", "/complaints")
	c.names = map[string]string{
		"{application}": string(c.ids[2]), "{submitted}": string(c.ids[0]), "{waiting}": string(c.ids[1]), "{call}": string(c.house.Call.ID), "{step}": string(step.ID),
		"{version}": fmt.Sprint(step.Version), "{table}": strings.TrimPrefix(c.table, "/tables/"), "{row}": c.rows("city officer")[0], "{number}": "1", "{section}": "centre",
		"{complaint}": between(said, `href="/complaints/`, `"`), "{key}": db.NewID(), "{file}": "nothing", "{letter}": "nothing", "{upload}": "nothing", "{notice}": "nothing", "{token}": "nothing",
	}
	return c
}

// stepOf is the open step of an application, in front of somebody.
func (c *court) stepOf(who string, id apply.ID) *recommend.Step {
	c.t.Helper()
	q, err := db.View(c.t.Context(), c.db, func(r db.Reader) (*recommend.Queue, error) {
		return recommend.List(c.t.Context(), r, c.house.Staff[who], recommend.Filter{State: recommend.Open})
	})
	must(c.t, err)
	at := slices.IndexFunc(q.Entries, func(e recommend.QueueEntry) bool { return e.Application == id })
	if at < 0 {
		c.t.Fatalf("%s has no open step of %s", who, id)
	}
	return q.Entries[at].Step
}

func (c *court) fill(text string) string {
	for name, value := range c.names {
		text = strings.ReplaceAll(text, name, value)
	}
	return text
}

// A sending is how a route is asked for by somebody who may: the values that it
// needs besides the one that is hostile. Acts that end something come with a
// version or a sight that is not there: they are refused at the last moment.
type sending struct {
	who  string
	form []string
}

// sendings has every route about applying and recommending.
var sendings = map[string]sending{
	"POST /calls/{call}/apply": {"host admin", []string{"key", "{key}"}}, "GET /applications": {"host admin", nil}, "GET /applications/{application}": {"host admin", nil},
	"GET /applications/{application}/files": {"host admin", nil}, "GET /applications/{application}/files/{file}": {"host admin", nil}, "GET /applications/{application}/files/{file}/view": {"host admin", nil},
	"GET /applications/{application}/files/{file}/preview": {"host admin", nil}, "POST /applications/{application}/files": {"host admin", []string{"material", "plan"}},
	"POST /applications/{application}/files/{file}/remove": {"host admin", nil}, "POST /applications/{application}/uploads": {"host admin", []string{"material", "plan", "name", "a.pdf", "size", "9"}},
	"GET /applications/{application}/uploads/{upload}": {"host admin", nil}, "POST /applications/{application}/uploads/{upload}/parts": {"host admin", []string{"offset", "0"}},
	"POST /applications/{application}/uploads/{upload}/end": {"host admin", nil}, "POST /applications/{application}/uploads/{upload}/drop": {"host admin", nil},
	"POST /applications/{application}/follow": {"host admin", nil}, "POST /applications/{application}/return": {"district officer", []string{"reason", "x"}},
	"GET /applications/{application}/form": {"host admin", nil}, "GET /applications/{application}/form/{section}": {"host admin", nil},
	"POST /applications/{application}/form/{section}":      {"host editor", []string{"page:tab", "t", "centre.name", "甲中心", "centre.chain", "链"}},
	"POST /applications/{application}/form/{section}/pick": {"host editor", []string{"page:tab", "t", "fact", "nothing", "rows", "nothing", "centre.name", "甲中心"}},
	"GET /applications/{application}/plan":                 {"host admin", nil}, "POST /applications/{application}/plan": {"host admin", []string{"outline/meaning", "x"}},
	"GET /applications/{application}/partners": {"host admin", nil}, "POST /applications/{application}/partners/invite": {"host admin", []string{"code", "91370000MA0000009K"}},
	"POST /applications/{application}/partners/remove": {"host admin", []string{"unit", "nothing"}}, "POST /applications/{application}/partners/confirm": {"partner admin", []string{"seen", "x"}},
	"POST /applications/{application}/partners/decline": {"partner admin", []string{"state", "nothing", "reason", "x"}}, "GET /applications/{application}/check": {"host admin", nil},
	"POST /applications/{application}/check": {"host admin", []string{"reason", "x"}}, "POST /applications/{application}/submit": {"host admin", []string{"key", "{key}", "seen", "x", "pledges", "x"}},
	"GET /applications/{application}/print.pdf": {"host admin", nil}, "GET /applications/{application}/versions": {"host admin", nil}, "GET /applications/{application}/versions/{number}": {"host admin", nil},
	"GET /applications/{application}/versions/{number}/print.pdf": {"host admin", nil}, "GET /applications/{application}/versions/{number}/receipt.pdf": {"host admin", nil},
	"GET /applications/{application}/versions/{number}/receipt.txt": {"host admin", nil}, "GET /applications/{application}/versions/{number}/receipt.json": {"host admin", nil},
	"GET /applications/{application}/compare": {"host admin", nil}, "POST /applications/{application}/appeal": {"host admin", []string{"step", "{step}", "ground", "x"}},
	"GET /inbox": {"host admin", nil}, "POST /inbox/read": {"host admin", []string{"newest", "nothing"}}, "POST /inbox/{notice}/open": {"host admin", nil},

	"GET /queue": {"district officer", nil}, "GET /queue/{step}": {"district officer", nil}, "POST /queue/batch": {"district officer", []string{"case", "{step}:9", "do", "endorse", "reason", "x"}},
	"POST /queue/{step}/sign": {"district officer", []string{"version", "9", "kind", "question", "item", "x", "answer", "yes"}}, "POST /queue/{step}/items": {"district officer", []string{"version", "9", "answer:x", "yes"}},
	"POST /queue/{step}/endorse": {"district officer", []string{"version", "9", "reason", "x"}}, "POST /queue/{step}/return": {"district officer", []string{"version", "9", "reason", "x", "remark:centre.name", "x"}},
	"POST /queue/{step}/refuse": {"district officer", []string{"version", "9", "reason", "x", "clause", "000-023"}}, "POST /queue/{step}/file": {"district officer", []string{"version", "9", "reason", "x"}},
	"POST /queue/{step}/receive": {"district officer", []string{"version", "9"}}, "POST /queue/{step}/appeal": {"district officer", []string{"appeal", "nothing", "answer", "x"}},
	"POST /queue/{step}/letters": {"district officer", []string{"version", "9", "place", "370114", "number", "章政〔2024〕1号"}}, "GET /queue/{step}/letters/{letter}": {"district officer", nil},
	"POST /queue/{step}/letters/{letter}/remove": {"district officer", nil}, "POST /calls/{call}/relay": {"city officer", []string{"until", "", "message", "请尽早"}},

	"GET /tables": {"city officer", nil}, "POST /tables": {"city officer", []string{"call", "{call}", "stage", "nothing"}}, "GET /tables/{table}": {"city officer", nil},
	"GET /tables/{table}/workbook": {"city officer", nil}, "GET /tables/{table}/print.pdf": {"city officer", nil}, "GET /tables/{table}/seal": {"city officer", nil},
	"POST /tables/{table}/move":  {"city officer", []string{"row", "{row}", "how", "to", "to", "9", "reason", "x"}},
	"POST /tables/{table}/order": {"city officer", []string{"row", "{row}", "seen", "nothing"}}, "POST /tables/{table}/row": {"city officer", []string{"row", "{row}", "seen", "x", "reason", "x", "cell.remark", "x"}},
	"POST /tables/{table}/remove": {"city officer", []string{"row", "nothing", "reason", "x"}}, "POST /tables/{table}/import": {"city officer", []string{"accept", "x"}},
	"POST /tables/{table}/return": {"province officer", []string{"reason", "x"}}, "POST /tables/{table}/seal": {"city officer", []string{"of", "x"}},

	"GET /papers": {"district officer", nil}, "GET /papers/workbook": {"district officer", nil}, "GET /papers/{application}": {"district officer", nil},
	"POST /papers/{application}": {"district officer", []string{"version", "1", "received", "2024-11-27T09:00", "copies", "1", "item", "plan:there", "remark", "x"}},
	"GET /complaints":            {"district head", nil}, "GET /complaints/{complaint}": {"district head", nil}, "POST /complaints/{complaint}/answer": {"district head", []string{"answer", " "}},
	"POST /complaints/{complaint}/reveal": {"district head", nil}, "POST /complaints/{complaint}/files/{file}": {"district head", nil}, "GET /complaints/new": {"stranger", nil},
	"POST /complaints/new": {"stranger", []string{"call", "nothing", "about", "x", "story", "x"}}, "GET /complaints/mine/{token}": {"stranger", nil}, "POST /complaints/mine": {"stranger", []string{"token", "nothing", "message", "x"}},
}

// ending are acts that leave nothing to ask about: their routes are asked for as
// everybody else's, but not here.
var ending = []string{"POST /applications/{application}/withdraw", "POST /applications/{application}/drop", "POST /tables/{table}/hand-up"}

// ours reports whether a route is about applying or recommending.
func ours(rt route) bool {
	return slices.ContainsFunc([]string{"/applications", "/queue", "/tables", "/papers", "/complaints", "/inbox", "/calls/{call}/apply", "/calls/{call}/relay"}, func(p string) bool {
		return strings.HasPrefix(rt.pattern, p)
	})
}

func TestEveryRouteIsAttacked(t *testing.T) {
	have := map[string]bool{}
	for _, rt := range (&Server{}).routes() {
		name := rt.method + " " + rt.pattern
		have[name] = true
		if _, ok := sendings[name]; ours(rt) && !ok && !slices.Contains(ending, name) {
			t.Errorf("%s is not attacked", name)
		}
	}
	for name := range sendings {
		if !have[name] {
			t.Errorf("%s is no route", name)
		}
	}
}

// hostileValues are what no input of ours expects: texts that are code elsewhere,
// bytes that are no text, numbers beyond their kind, days beyond the calendar,
// names beyond their folder, and what is slow to match or to compare.
var hostileValues = []string{
	`'"); DROP TABLE applications; -- %_\`, "x\x00y", "\xff\xfe", "%00", "q=%00&call=%ff", "9223372036854775807", "-9223372036854775808", "2147483648", "99999999999999999999", "1e309",
	"0000-01-01T00:00", "9999-12-31T23:59", `"><img src=x onerror=alert(1)><script>alert(1)</script>`, `javascript:alert(1)`, "../../../../etc/passwd", `..%2f..%2fkey`, "//evil.example/\\x", "a\r\nSet-Cookie: pwned=1",
	"x\nlevel=ERROR msg=forged \x1b[31m", "{{.}} ${7*7} #{7*7} <%= 7*7 %> =1+1", "\u202e\u2066\u200b\ufeff\U000E0001 𠮷\u0301", strings.Repeat("(a+)+$", 2000), strings.Repeat("长", 20_000),
}

// TestHostileValues puts such a value into every field, every part of an address
// and every query of every route, on pages and through the API: nothing fails,
// nothing is slow, nothing of it becomes markup, a header or a line of the log
// (A1–A6, A19, A21, A22). It runs on both databases: they fail on different values.
func TestHostileValues(t *testing.T) {
	if testing.Short() {
		t.Skip("a long table")
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCourt(t, d)
		n := 0
		values := hostileValues
		if d.Postgres() {
			values = values[:12] // the others never reach it as anything but text
		}
		for _, rt := range c.server.routes() {
			s, ok := sendings[rt.method+" "+rt.pattern]
			if !ok {
				continue
			}
			for _, field := range inputsOf(rt, s.form) {
				for _, value := range values {
					if len(value) > 9000 && rt.method == http.MethodGet {
						value = value[:9000]
					}
					n++
					c.attack(t, rt, s, field, value)
				}
			}
		}
		t.Logf("%d values were put in", n)
		if log := c.log.String(); strings.Contains(log, "ERROR") || regexp.MustCompile(`(?m)^level|\x1b|panic`).MatchString(log) {
			t.Errorf("the log holds what it should not")
		}
	})
}

var inPattern = regexp.MustCompile(`\{[a-z]+\}`)

// inputsOf are the names of what a route reads: {NAME} of its path, its fields,
// those of the form that it does not declare, and one that there is not.
func inputsOf(rt route, form []string) []string {
	names := append(inPattern.FindAllString(rt.pattern, -1), bodyNames(rt.in)...)
	for i := 0; i < len(form); i += 2 {
		names = append(names, form[i])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// attack sends one value in one field, as a page sends it, and as the API.
func (c *court) attack(t *testing.T, rt route, s sending, field, value string) {
	path, form := rt.pattern, slices.Clone(s.form)
	if strings.HasPrefix(field, "{") {
		path = strings.ReplaceAll(path, field, escape(value))
	} else if i := slices.Index(form, field); i >= 0 && i%2 == 0 {
		form[i+1] = value
	} else {
		form = append(form, field, value)
	}
	path = c.fill(path)
	for i := range form {
		form[i] = c.fill(form[i])
	}
	requests := []request{{method: rt.method, path: path, form: form}}
	if rt.method == http.MethodGet {
		requests[0] = request{method: rt.method, path: path + queryOf(form)}
	}
	if !rt.hidden && rt.method == http.MethodGet {
		requests = append(requests, request{method: rt.method, path: apiPrefix + path + queryOf(form)})
	} else if !rt.hidden && readable(value) {
		requests = append(requests, request{method: rt.method, path: apiPrefix + path, json: asJSON(form, rt)})
	}
	for _, r := range requests {
		began := time.Now()
		a := c.ask(c.player(s.who), r)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s %s, %s = %.40q takes %s", r.method, rt.pattern, field, value, took)
		}
		c.inspect(t, fmt.Sprintf("%s %s, %s = %.40q", r.method, rt.pattern, field, value), a)
		if !readable(value) && a.Code < 400 {
			t.Errorf("%s %s, %s = %.40q: %d for what is no text", r.method, rt.pattern, field, value, a.Code)
		}
	}
}

func queryOf(form []string) string {
	q := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		q.Add(form[i], form[i+1])
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// player is somebody of the house, or a stranger.
func (c *court) player(name string) *player {
	if name == "stranger" {
		return c.people[name]
	}
	return c.who(name)
}

// inspect looks at an answer for traces of an attack.
func (c *court) inspect(t *testing.T, what string, a *httptest.ResponseRecorder) {
	t.Helper()
	h := a.Header()
	if a.Code >= 500 {
		t.Errorf("%s: %d", what, a.Code)
	}
	for name, all := range h {
		if text := strings.Join(all, ""); strings.ContainsAny(text, "\r\n\x00") || strings.Contains(text, "pwned") && name == "Set-Cookie" {
			t.Errorf("%s: %s: %q", what, name, text)
		}
	}
	if to := h.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, `\`)) {
		t.Errorf("%s: sent to %q", what, to)
	}
	if policy := h.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("%s: the policy is %q", what, policy)
	}
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") && (bytes.Contains(a.Body.Bytes(), []byte("onerror")) || bytes.Contains(a.Body.Bytes(), []byte("javascript:"))) {
		d := parsed(t, a.Body.String())
		for _, n := range d.all {
			d.harmless(t, what, "it", n)
		}
	}
}

// foreign are names that an attacker adds to what a form sends.
var foreign = []string{"role", "state", "unit", "by", "person", "submitted", "is_admin", "_method", "__proto__", "constructor.prototype", "Application", "form_token[]", "version[]", "id", "answers", "remarks.x", "cells", "decided"}

// TestForeignNames adds such names to every form and every body of the API, gives
// names twice, other types, and objects within objects: it is refused, and leaves
// no line (A16). What an object of the API nests is bounded before it costs.
func TestForeignNames(t *testing.T) {
	if testing.Short() {
		t.Skip("a long table")
	}
	c := newCourt(t, dbtest.SQLite(t))
	before := c.gathered()
	for _, rt := range c.server.routes() {
		s, ok := sendings[rt.method+" "+rt.pattern]
		if !ok || rt.method != http.MethodPost {
			continue
		}
		path, p := c.fill(rt.pattern), c.player(s.who)
		refused := func(what string, r request) {
			t.Helper()
			r.method = http.MethodPost
			if a := c.ask(p, r); a.Code < 400 || a.Code >= 500 || a.Code == http.StatusForbidden {
				t.Errorf("%s, %s: %d", rt.pattern, what, a.Code)
			}
		}
		form := make([]string, len(s.form))
		for i, one := range s.form {
			form[i] = c.fill(one)
		}
		for _, name := range foreign {
			if a := c.ask(p, request{method: http.MethodPost, path: path, form: append(slices.Clone(form), name, "sysadmin")}); a.Code != http.StatusUnprocessableEntity && !slices.Contains(bodyNames(rt.in), name) {
				t.Errorf("%s with %s: %d", rt.pattern, name, a.Code)
			}
		}
		for i := 0; i < len(form); i += 2 {
			if f, ok := fieldOf(rt.in, form[i]); ok && f.Type.Kind() != reflect.Slice { // those of a package's own may be lists
				refused(form[i]+" twice", request{path: path, form: append(slices.Clone(form), form[i], "zweitens")})
			}
		}
		if rt.hidden {
			continue
		}
		for what, body := range hostileBodies(bodyNames(rt.in)) {
			began := time.Now()
			refused("the body "+what, request{path: apiPrefix + path, json: body})
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s, the body %s takes %s", rt.pattern, what, took)
			}
		}
	}
	if lines := dbtest.Lines(t, c.db)[before:]; len(lines) > 0 {
		t.Errorf("it left %v", lines)
	}
}

// hostileBodies are JSON texts that no client of ours sends.
func hostileBodies(known []string) map[string]string {
	all := map[string]string{
		"of a list": `[]`, "of nothing": `null`, "of a text": `"a"`, "with more": `{}{}`, "with a comma": `{"a":1,}`, "cut short": `{"a"`, "of an unknown name": `{"role":"sysadmin"}`,
		"of a prototype": `{"__proto__":{"role":"sysadmin"}}`, "of bytes": "{\"a\":\"\xff\"}", "of many names": "{" + manyNames(60_000) + "}", "deep": strings.Repeat(`{"a":`, 100_000), "deep in lists": strings.Repeat("[", 100_000),
	}
	for _, name := range known {
		all["of "+name+" with NUL"] = `{"` + name + `":"a\u0000b"}`
		all["of "+name+" twice"] = `{"` + name + `":"a","` + name + `":"b"}`
		all["of "+name+" and "+strings.ToUpper(name)] = `{"` + name + `":"a","` + strings.ToUpper(name) + `":"b"}`
		all["of "+name+" as a deep list"] = `{"` + name + `":` + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + `}`
		all["of "+name+" as a fraction"] = `{"` + name + `":1.5e309}`
		all["of "+name+" as an object"] = `{"` + name + `":{"$gt":""}}`
	}
	return all
}

// TestThingsOfOthers asks for everything by its right name, as those whose business
// it is not: they are told what they are told of a name that there is not, and
// nothing is changed (A14, A17). Matrix and form tests ask the rest.
func TestThingsOfOthers(t *testing.T) {
	c := newCourt(t, dbtest.SQLite(t))
	file := string(c.house.Form(c.ids[2]).Files[0].ID)
	c.names["{file}"] = file
	before := c.gathered()
	for _, rt := range c.server.routes() {
		name := rt.method + " " + rt.pattern
		s, ok := sendings[name]
		if !ours(rt) || !ok && !slices.Contains(ending, name) || strings.HasPrefix(rt.pattern, "/inbox") || strings.HasPrefix(rt.pattern, "/complaints/mine") {
			continue
		}
		at := inPattern.FindAllString(rt.pattern, -1)
		if len(at) == 0 || at[0] == "{call}" {
			continue
		}
		for _, who := range []string{"stranger", "other admin", "abroad officer", "abroad head"} {
			ask := func(path string) (int, string) {
				r := request{method: rt.method, path: path}
				for _, one := range s.form {
					r.form = append(r.form, c.fill(one))
				}
				a := c.ask(c.player(who), r)
				return a.Code, a.Body.String()
			}
			real := c.fill(rt.pattern)
			none := strings.ReplaceAll(real, c.names[at[0]], db.NewID())
			code, text := ask(real)
			if code < 401 || code == http.StatusUnprocessableEntity && who == "stranger" {
				t.Errorf("%s: %s: %d", who, rt.pattern, code)
			}
			other, same := ask(none)
			if code != other || len(text) != len(same) {
				t.Errorf("%s: %s is answered with %d and %d bytes, what there is not with %d and %d", who, rt.pattern, code, len(text), other, len(same))
			}
		}
	}
	if lines := dbtest.Lines(t, c.db)[before:]; len(lines) > 0 {
		t.Errorf("it left %v", lines)
	}
}

// gathered signs everybody in, and returns how many lines there are then.
func (c *court) gathered() int {
	c.t.Helper()
	for _, who := range []string{"host admin", "host editor", "partner admin", "other admin", "district officer", "district head", "city officer", "city head", "province officer", "abroad officer", "abroad head"} {
		c.who(who)
	}
	return len(dbtest.Lines(c.t, c.db))
}
