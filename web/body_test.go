package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/dbtest"
)

// TestBodiesAreTakenStrictly sends what no form of ours sends (A16).
func TestBodiesAreTakenStrictly(t *testing.T) {
	w := populate(t, newSite(t))
	quan := w.people["quan"]
	path := apiPrefix + "/account"
	for _, body := range []string{
		`{"name":"a","name":"b"}`, `{"name":"a","NAME":"b"}`, `{"Name":"a"}`, `{"role":"sysadmin"}`, `{"name":1}`, `{"name":["a"]}`, `{"name":{"a":1}}`, `{"name":true}`, `[]`, `null`, `"a"`, `1`, ` `,
		`{"name":"a"}{}`, `{"name":"a"} x`, `{"name":"a",}`, `{name:"a"}`, `{'name':'a'}`, `{"name":"a"`, `{"name":"a\u0000b"}`, "{\"name\":\"\xff\"}", `{"name":NaN}`, `{"person":"x"}`,
		strings.Repeat("[", 100_000), `{"name":` + strings.Repeat("[", 100_000), `{"name":` + strings.Repeat(`{"a":`, 50_000), `{"name":"` + strings.Repeat("a", maxForm) + `"}`, "{\"a\":0," + manyNames(60_000) + "}",
	} {
		began := time.Now()
		a := w.ask(quan, request{method: "POST", path: path, json: body})
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Header().Get("Content-Type"), "problem+json") {
			t.Errorf("%.60q: %d %s", body, a.Code, a.Header())
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%.60q took %s", body, took)
		}
	}
	for _, rt := range w.server.routes() {
		if rt.method != http.MethodPost || rt.act != signedIn && !actor.Ever(actor.UnitAdmin, rt.act) {
			continue
		}
		if hasRest(rt.in) {
			continue // a form that a package declares: its room knows the names
		}
		s := subjects[rt.method+" "+rt.pattern]
		thing := strings.Replace(things[s.about][0], "district", "quan", 1)
		for _, extra := range [][]string{{"role", "sysadmin", "role", "sysadmin"}, {"isAdmin", "1"}, {"unit", "x"}, {"_method", "DELETE"}, {"__proto__", "x"}} {
			if slices.Contains(bodyNames(rt.in), extra[0]) {
				continue // it is one of its own
			}
			form := append(slices.Clone(s.form), extra...)
			before := len(dbtest.Lines(t, w.db))
			if a := w.ask(quan, request{method: "POST", path: w.fill(rt.pattern, thing), form: form}); a.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s with %v: %d", rt.pattern, extra, a.Code)
			}
			if !rt.hidden && !slices.Contains(bodyNames(rt.in), "cells") {
				if a := w.ask(quan, request{method: "POST", path: apiPrefix + w.fill(rt.pattern, thing), json: `{"` + extra[0] + `":"x"}`}); extra[0] != "role" && a.Code != http.StatusUnprocessableEntity {
					t.Errorf("%s with %s as JSON: %d", rt.pattern, extra[0], a.Code)
				}
			}
			if len(dbtest.Lines(t, w.db)) != before {
				t.Errorf("%s with %v changed something", rt.pattern, extra)
			}
		}
	}
}

// hasRest reports whether a route takes names that the program does not know.
func hasRest(in reflect.Type) bool {
	for i := range in.NumField() {
		if in.Field(i).Type == reflect.TypeFor[rest]() {
			return true
		}
	}
	return false
}

// TestDepth checks that nesting is refused as such, before it costs anything.
func TestDepth(t *testing.T) {
	in := reflect.TypeFor[struct {
		Cells rest `json:"cells"`
	}]()
	for n, want := range map[int]bool{maxDepth - 1: true, maxDepth: false, 100_000: false} {
		err := strict([]byte(`{"cells":`+strings.Repeat("[", n)+strings.Repeat("]", n)+`}`), in)
		if (err == nil) != want || err != nil && !strings.Contains(err.Error(), "too deep") {
			t.Errorf("%d deep: %v", n, err)
		}
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"n%d":0,`, i)
	}
	return strings.TrimSuffix(b.String(), ",")
}

// TestPartsAreTakenStrictly sends forms in parts as no browser does (A20).
func TestPartsAreTakenStrictly(t *testing.T) {
	w := populate(t, newSite(t))
	path := "/units/" + string(w.units["quan"]) + "/profile/staff/import"
	part := func(head, body string) string { return "--B\r\n" + head + "\r\n\r\n" + body + "\r\n" }
	token := part(`Content-Disposition: form-data; name="form_token"`, w.formToken(w.people["quan"]))
	file := func(name, body string) string {
		return part(`Content-Disposition: form-data; name="file"; filename="`+name+`"`, body)
	}
	const kind = "multipart/form-data; boundary=B"
	for name, one := range map[string]struct{ kind, body string }{
		"two files":             {kind, token + file("a.csv", "x") + file("b.csv", "y") + "--B--\r\n"},
		"another name":          {kind, token + part(`Content-Disposition: form-data; name="other"; filename="a.csv"`, "x") + "--B--\r\n"},
		"a text as a file":      {kind, token + part(`Content-Disposition: form-data; name="file"`, "x") + "--B--\r\n"},
		"a file as a text":      {kind, token + part(`Content-Disposition: form-data; name="name"; filename="a"`, "x") + "--B--\r\n"},
		"a name twice":          {kind, token + part(`Content-Disposition: form-data; name="name"`, "x") + part(`Content-Disposition: form-data; name="name"`, "y") + file("a.csv", "x") + "--B--\r\n"},
		"no boundary":           {"multipart/form-data", token + "--B--\r\n"},
		"no end":                {kind, token + file("a.csv", "x")},
		"10,000 parts":          {kind, token + strings.Repeat(part(`Content-Disposition: form-data; name="a"`, "x"), 10_000) + "--B--\r\n"},
		"a giant header":        {kind, token + part("X-Header: "+strings.Repeat("a", 11<<20), "x") + "--B--\r\n"},
		"many headers":          {kind, token + part(strings.Repeat("X-Header: a\r\n", 20_000)+`Content-Disposition: form-data; name="a"`, "x") + "--B--\r\n"},
		"a charset":             {"text/html; charset=utf-7", "form_token=x"},
		"a kept file of nobody": {kind, token + part(`Content-Disposition: form-data; name="kept"`, strings.Repeat("ab", 32)) + "--B--\r\n"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := w.request(w.people["quan"], request{method: "GET", path: path})
		r = withBody(r, one.kind, one.body)
		a := httptest.NewRecorder()
		w.server.Handler().ServeHTTP(a, r)
		runtime.ReadMemStats(&after)
		if a.Code < 400 || a.Code >= 500 || name == "two files" && !strings.Contains(a.Body.String(), "给了两次") {
			t.Errorf("%s: %d", name, a.Code)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 128<<20 {
			t.Errorf("%s takes %d MB", name, grown>>20)
		}
	}
	// Strangers and routes without files read a form's worth, in parts or not.
	large := "--B\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n" + strings.Repeat("a", maxForm) + "\r\n--B--\r\n"
	for by, at := range map[string]string{"stranger": path, "quan": "/account"} {
		r := withBody(w.request(w.people[by], request{method: "GET", path: at}), kind, large)
		a := httptest.NewRecorder()
		w.server.Handler().ServeHTTP(a, r)
		if a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s sends a large form: %d", by, a.Code)
		}
	}
}

func withBody(r *http.Request, kind, body string) *http.Request {
	n := httptest.NewRequest(http.MethodPost, r.URL.Path, strings.NewReader(body))
	n.Header, n.RemoteAddr = r.Header.Clone(), r.RemoteAddr
	n.Header.Set("Content-Type", kind)
	return n
}
