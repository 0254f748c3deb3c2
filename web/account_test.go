package web

import (
	"net/http"
	"strings"
	"testing"

	"shenbao/internal/dbtest"
)

func TestFirstRun(t *testing.T) {
	s, b := begun(t)
	// The role asks for a second factor before anything else.
	b.get("/account").want(t, 200, "周正", "系统管理员", "尚未绑定第二因素")
	if got := dbtest.Lines(t, s.db); len(got) == 0 || got[0] != "actor.first_token" {
		t.Errorf("journal %v", got)
	}
	b.get("/first/again").want(t, 200)
	b.send("/first/again", "/first/again", "name", "王二", "email", "b@example.gov.cn", "password", "another long sentence").want(t, http.StatusGone)
}

func TestSignInSaysNothingOfAccounts(t *testing.T) {
	s, _ := begun(t)
	stranger := s.browser(t)
	known := stranger.send("/sign-in", "/sign-in", "email", "admin@example.gov.cn", "password", "wrong wrong wrong")
	unknown := stranger.send("/sign-in", "/sign-in", "email", "nobody@example.gov.cn", "password", "wrong wrong wrong")
	if known.status != unknown.status || strings.ReplaceAll(tokenField.ReplaceAllString(known.text, ""), "admin@", "nobody@") != tokenField.ReplaceAllString(unknown.text, "") {
		t.Errorf("the answers differ: %d %d", known.status, unknown.status)
	}
	known.want(t, http.StatusForbidden)
}

func TestFormNeedsItsToken(t *testing.T) {
	s, b := begun(t)
	r, err := http.NewRequest(http.MethodPost, s.URL+"/account", strings.NewReader("name=x&language=zh"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.do(r).want(t, http.StatusForbidden, "冒名")
	r, _ = http.NewRequest(http.MethodPost, s.URL+"/account", strings.NewReader("name=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if a := b.do(r); a.status != http.StatusForbidden {
		t.Errorf("cross-site form: %d", a.status)
	}
}

func TestUnknownFieldsAreRefused(t *testing.T) {
	_, b := begun(t)
	b.send("/account", "/account", "name", "周正", "language", "zh", "role", "sysadmin").want(t, http.StatusUnprocessableEntity, "role")
	b.send("/account", "/account", "name", "周正", "name", "周反", "language", "zh").want(t, http.StatusUnprocessableEntity)
}

func TestSignOut(t *testing.T) {
	_, b := begun(t)
	b.send("/account", "/sign-out")
	b.get("/account").want(t, http.StatusUnauthorized, "登录")
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/sign-in", "/nowhere", "/static/shenbao.css", "/api/v1/account"} {
		h := s.browser(t).get(path).header
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestProblemsOfTheAPI(t *testing.T) {
	s := newSite(t)
	a := s.browser(t).get("/api/v1/account").want(t, http.StatusUnauthorized, `"key":"web.sign_in_first"`)
	if a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("content type %s", a.header.Get("Content-Type"))
	}
}
