package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// given is the value of the session's cookie that an answer sets, or "".
func (w *world) given(a *httptest.ResponseRecorder) string {
	for _, c := range a.Result().Cookies() {
		if c.Name == w.server.prefixed(sessionCookie) {
			return c.Value
		}
	}
	return ""
}

// TestCookies checks what keeps a session's cookie to this site (A15).
func TestCookies(t *testing.T) {
	w := populate(t, newSite(t))
	for _, secure := range []bool{false, true} {
		w.server.Secure = secure
		a := w.ask(w.people["stranger"], request{method: "POST", path: "/sign-in?lang=en", form: []string{"email", "editor@example.cn", "password", password}})
		if a.Code != http.StatusSeeOther || w.given(a) == "" {
			t.Fatal(a.Code, a.Header())
		}
		for _, c := range a.Result().Cookies() {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/" || c.Domain != "" || strings.HasPrefix(c.Name, "__Host-") != secure {
				t.Errorf("secure %v: %s", secure, c)
			}
		}
		if got := a.Header().Get("Strict-Transport-Security") != ""; got != secure {
			t.Errorf("secure %v: Strict-Transport-Security %v", secure, got)
		}
	}
}

// TestSessionsAreNew checks that a token which was seen before is worth nothing
// after its holder gained something, and none after they left (A15).
func TestSessionsAreNew(t *testing.T) {
	w := populate(t, newSite(t))
	alive := func(token string) bool {
		return w.ask(&player{token: token}, request{method: "GET", path: "/account"}).Code == http.StatusOK
	}
	planted := &player{token: strings.Repeat("a", 43)}
	in := w.ask(planted, request{method: "POST", path: "/sign-in", form: []string{"email", "editor@example.cn", "password", password}, formToken: w.formToken(&player{})})
	first := w.given(in)
	if first == "" || first == planted.token || alive(planted.token) {
		t.Fatalf("a planted token is taken over: %d", in.Code)
	}
	me := &player{token: first}
	for _, one := range []struct {
		path string
		form []string
	}{
		{"/account/prove", []string{"password", password, "next", "/account"}},
		{"/account/switch", []string{"membership", w.people["editor"].member}},
		{"/account/password", []string{"current", password, "password", "换了一个足够长的口令 2025"}},
	} {
		a := w.ask(me, request{method: "POST", path: one.path, form: one.form})
		fresh := w.given(a)
		if a.Code != http.StatusSeeOther || fresh == "" || fresh == me.token || alive(me.token) || !alive(fresh) {
			t.Fatalf("%s: %d, the old token lives: %v", one.path, a.Code, alive(me.token))
		}
		if strings.Contains(a.Header().Get("Location"), fresh) {
			t.Errorf("%s: the token is in the address", one.path)
		}
		me.token = fresh
	}
	if alive(w.people["editor"].token) {
		t.Error("another session outlives a change of the password")
	}
	a := w.ask(me, request{method: "POST", path: "/sign-out"})
	if alive(me.token) || a.Header().Get("Clear-Site-Data") == "" || !strings.Contains(strings.Join(a.Header().Values("Set-Cookie"), ";"), "session=; Path=/; Max-Age=0") {
		t.Errorf("after signing out: alive %v, %v", alive(me.token), a.Header())
	}
	w.db.Clock.(*clock.Manual).Add(13 * time.Hour)
	if alive(w.people["quan"].token) {
		t.Error("a session outlives its longest time")
	}
}

// TestAccountsCannotBeFound asks for accounts that there are and that there are
// not: the answers are the same (A17).
func TestAccountsCannotBeFound(t *testing.T) {
	w := populate(t, newSite(t))
	for path, form := range map[string][]string{"/sign-in": {"password", "wrong wrong wrong"}, "/join": nil, "/reset": nil} {
		known := w.ask(w.people["stranger"], request{method: "POST", path: path, form: append([]string{"email", "officer@example.cn"}, form...)})
		other := w.ask(w.people["stranger"], request{method: "POST", path: path, form: append([]string{"email", "nobodyy@example.cn"}, form...)})
		text := func(a *httptest.ResponseRecorder) string {
			return tokenField.ReplaceAllString(strings.NewReplacer("officer@", "", "nobodyy@", "").Replace(a.Body.String()), "")
		}
		if known.Code != other.Code || text(known) != text(other) || len(known.Header()) != len(other.Header()) {
			t.Errorf("%s tells whether there is an account: %d %d", path, known.Code, other.Code)
		}
	}
}

// TestSourcesAreNotBelieved sends headers that claim to come from elsewhere
// (A19).
func TestSourcesAreNotBelieved(t *testing.T) {
	for _, one := range []struct {
		name, peer string
		proxies    []string
		forwarded  []string
		want       string
	}{
		{"no proxy is trusted", "192.0.2.1:1", nil, []string{"1.2.3.4"}, "192.0.2.1"},
		{"another proxy is", "192.0.2.1:1", []string{"10.0.0.1"}, []string{"1.2.3.4"}, "192.0.2.1"},
		{"this one is", "10.0.0.1:1", []string{"10.0.0.1"}, []string{"1.2.3.4"}, "1.2.3.4"},
		{"what stands before is the visitor's", "10.0.0.1:1", []string{"10.0.0.1"}, []string{"9.9.9.9, 1.2.3.4"}, "1.2.3.4"},
		{"in a line of its own", "10.0.0.1:1", []string{"10.0.0.1"}, []string{"9.9.9.9", "1.2.3.4"}, "1.2.3.4"},
		{"two proxies", "10.0.0.1:1", []string{"10.0.0.1", "10.0.0.2"}, []string{"9.9.9.9, 1.2.3.4, 10.0.0.2"}, "1.2.3.4"},
		{"nothing that is an address", "10.0.0.1:1", []string{"10.0.0.1"}, []string{"1.2.3.4, <script>"}, "10.0.0.1"},
		{"nothing", "10.0.0.1:1", []string{"10.0.0.1"}, nil, "10.0.0.1"},
		{"an IPv6 address", "[2001:db8::1]:1", []string{"2001:db8::1"}, []string{"2001:db8::9"}, "2001:db8::9"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = one.peer
		for _, f := range one.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		v := &visit{Request: r, Server: &Server{Options: Options{Proxies: one.proxies}}}
		if got := v.origin().Source; got != one.want {
			t.Errorf("%s: %s, want %s", one.name, got, one.want)
		}
	}
}

// TestTheHostIsNotBelieved checks that no answer rests on what a request says of
// the host, the person or the method (A19).
func TestTheHostIsNotBelieved(t *testing.T) {
	w := populate(t, newSite(t))
	spoofed := map[string]string{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example", "X-Original-URL": "/people", "X-Rewrite-URL": "/people",
		"X-User": "sysadmin", "X-Remote-User": "sysadmin", "X-HTTP-Method-Override": "POST", "Authorization": "Basic c3lzYWRtaW46eA=="}
	for _, path := range []string{"/", "/calls", "/calls.atom", "/calls.ics", "/calls/" + string(w.calls["published"]), "/people", "/sign-in", "/nowhere", "/desk"} {
		plain := w.ask(w.people["stranger"], request{method: "GET", path: path})
		r := w.request(w.people["stranger"], request{method: "GET", path: path, header: spoofed})
		r.Host = "evil.example"
		a := httptest.NewRecorder()
		w.server.Handler().ServeHTTP(a, r)
		if a.Code != plain.Code || strings.Contains(a.Body.String()+a.Header().Get("Location"), "evil.example") {
			t.Errorf("%s believes the request: %d, %d", path, plain.Code, a.Code)
		}
	}
	if a := w.ask(w.people["stranger"], request{method: "GET", path: apiPrefix + "/account", header: map[string]string{"Authorization": "Bearer " + w.people["quan"].token}}); a.Code != http.StatusUnauthorized {
		t.Errorf("a session's token is taken for a personal one: %d", a.Code)
	}
	if a := w.ask(w.people["stranger"], request{method: "GET", path: "/account?session=" + w.people["quan"].token}); a.Code == http.StatusOK {
		t.Error("a token is taken from the address")
	}
}

// TestLeadsNowhereElse signs in with addresses of other sites to go on to.
func TestLeadsNowhereElse(t *testing.T) {
	for _, next := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "http:evil.example",
		" //evil.example", "evil.example", "/ /evil.example", "/\x00/evil.example", "///evil.example", "/\r\nSet-Cookie: a=b"} {
		if got := inside(next); got != "/" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
	for _, next := range []string{"/", "/calls", "/calls?q=a&place=370000", "/units/x/profile/staff#row"} {
		if got := inside(next); got != next {
			t.Errorf("%q leads to %q", next, got)
		}
	}
	w := populate(t, newSite(t))
	for _, path := range []string{"/sign-in", "/account/prove"} {
		a := w.ask(w.people["editor"], request{method: "POST", path: path, form: []string{"password", password, "next", "//evil.example"}})
		if strings.Contains(a.Header().Get("Location"), "evil") {
			t.Errorf("%s leads to %s", path, a.Header().Get("Location"))
		}
	}
}

// TestWhatIsKept checks that nobody's page stays in a cache after they left, and
// that no cache mixes up readers.
func TestWhatIsKept(t *testing.T) {
	w := populate(t, newSite(t))
	for _, one := range []struct{ by, path, want string }{
		{"quan", "/account", "no-store"}, {"quan", "/calls", "no-store"}, {"quan", apiPrefix + "/account", "no-store"}, {"stranger", "/join/x", "no-store"}, {"stranger", "/reset/x", "no-store"}, {"stranger", "/first/x", "no-store"},
		{"stranger", "/calls", "private, no-cache"}, {"stranger", apiPrefix + "/calls", "private, no-cache"}, {"stranger", "/calls.atom", "private, no-cache"}, {"stranger", "/desk", "private, no-cache"},
	} {
		h := w.ask(w.people[one.by], request{method: "GET", path: one.path}).Header()
		if h.Get("Cache-Control") != one.want || !strings.Contains(strings.Join(h.Values("Vary"), ","), "Cookie") || !strings.Contains(strings.Join(h.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s opens %s: %v", one.by, one.path, h)
		}
	}
	if h := w.ask(w.people["quan"], request{method: "GET", path: w.server.assets.url("shenbao.css")}).Header(); !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("an asset is not kept: %v", h)
	}
}

// TestPlatformRolesAreOffered invites an auditor: somebody without a unit.
func TestPlatformRolesAreOffered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := populate(t, siteOn(t, d))
		a := w.ask(w.people["sysadmin"], request{method: "POST", path: "/people/invite", form: []string{"email", "audit@example.cn", "role", "auditor"}})
		if a.Code != 200 || !strings.Contains(a.Body.String(), "audit@example.cn") || w.letters[len(w.letters)-1].To != "audit@example.cn" {
			t.Fatal(a.Code, w.letters)
		}
		moved := w.ask(w.people["sysadmin"], request{method: "POST", path: "/units/" + string(w.units["quan"]) + "/move", form: []string{"under", string(w.units["province"])}})
		if moved.Code != http.StatusSeeOther {
			t.Errorf("moving a unit: %d", moved.Code)
		}
		closed := w.ask(w.people["head"], request{method: "POST", path: "/units/" + string(w.units["hai"]) + "/close", form: []string{"reason", "已经注销"}})
		if closed.Code != http.StatusSeeOther {
			t.Errorf("closing a unit: %d", closed.Code)
		}
		lines := dbtest.Lines(t, d)
		if got := lines[len(lines)-3:]; !slices.Equal(got, []string{"actor.invite", "actor.move_unit", "actor.close_unit"}) {
			t.Errorf("journal %v", got)
		}
	})
}

// TestRowsAreVerifiedOneByOne lets an officer say of one row that it is true.
func TestRowsAreVerifiedOneByOne(t *testing.T) {
	w := populate(t, newSite(t))
	at := "/units/" + string(w.units["quan"]) + "/profile/staff"
	if page := w.ask(w.people["officer"], request{method: "GET", path: at}).Body.String(); !strings.Contains(page, at+"/verify-row") || strings.Contains(page, "/reveal") || strings.Contains(page, identity) {
		t.Error("the officer's page of a roster")
	}
	if page := w.ask(w.people["editor"], request{method: "GET", path: at + "?row=" + string(w.rows["quan"].ID)}).Body.String(); strings.Contains(page, "/reveal") || strings.Contains(page, at+"/confirm") {
		t.Error("an editor is offered what only the administrator may")
	}
	a := w.ask(w.people["officer"], request{method: "POST", path: at + "/verify-row", form: []string{"id", string(w.rows["quan"].ID), "version", "1"}})
	if a.Code != http.StatusSeeOther {
		t.Fatal(a.Code)
	}
	if page := w.ask(w.people["officer"], request{method: "GET", path: at}).Body.String(); strings.Contains(page, at+"/verify-row") || !strings.Contains(page, "已核实") {
		t.Error("the row is not verified")
	}
	w.ask(w.people["quan"], request{method: "POST", path: "/units/" + string(w.units["quan"]) + "/profile/facts", form: []string{"cell.summary", "主营机器人关节。"}})
	if page := w.ask(w.people["officer"], request{method: "GET", path: "/units/" + string(w.units["quan"]) + "/profile/facts"}).Body.String(); !strings.Contains(page, "主营机器人关节。") {
		t.Error("an officer does not see single facts")
	}
	if a := w.ask(w.people["officer"], request{method: "GET", path: "/registers/platforms?number=99"}); a.Code != http.StatusNotFound && a.Code != http.StatusOK {
		t.Errorf("an edition that does not exist: %d", a.Code)
	}
}
