package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// startDemo runs the demonstration in a temporary folder of its own and returns
// what it said, its data folder, and how to stop it.
func startDemo(t *testing.T, flags ...string) (demoJSON, string, func() int) {
	t.Helper()
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	var log buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"demo", "--addr", "127.0.0.1:0", "--json"}, flags...), func(string) string { return "" }, strings.NewReader(""), out, &log)
		out.Close()
		ended <- code
	}()
	stop := sync.OnceValue(func() int { cancel(); return <-ended })
	var d demoJSON
	if err := json.NewDecoder(in).Decode(&d); err != nil {
		t.Fatalf("%v: exit %d\n%s", err, stop(), log.String())
	}
	go io.Copy(io.Discard, in)
	found, err := filepath.Glob(filepath.Join(tmp, "shenbao-demo-*", "data"))
	if err != nil || len(found) != 1 {
		t.Fatalf("data folders %v, %v", found, err)
	}
	return d, found[0], stop
}

func TestDemo(t *testing.T) {
	begun := time.Now()
	d, data, stop := startDemo(t)
	defer stop()
	code, body := get(t, http.DefaultClient, d.Address+"/calls")
	t.Logf("the first page after %s", time.Since(begun))
	if code != http.StatusOK || !strings.Contains(body, "2024年山东省技术创新中心") {
		t.Errorf("/calls: %d without the call that is open", code)
	}
	if _, body := get(t, http.DefaultClient, d.Address+"/calls?phase=closed"); !strings.Contains(body, "2024年山西省技术创新中心") {
		t.Error("the call that is over is not there")
	}
	ok(t, "verify-data", "--data", data)
	ok(t, "journal", "checkpoint", "--data", data)
	ok(t, "journal", "verify", "--data", data)

	roles := map[string]loginJSON{}
	for _, l := range d.Logins {
		roles[l.Role] = l
	}
	for _, role := range []string{"editor", "unit_admin", "officer", "head", "programme_officer", "expert", "finance", "auditor", "sysadmin"} {
		l, there := roles[role]
		if !there {
			t.Errorf("nobody to sign in as %s", role)
			continue
		}
		signIn(t, d.Address, l)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	documented(t, string(text))
	s := opened(t, data)
	for table, least := range map[string]int{"units": 41, "calls": 2, "call_extensions": 1, "profile_rows": 1000, "register_editions": 10} {
		if n := count(t, s.db, table); n < least {
			t.Errorf("%d %s, want %d", n, table, least)
		}
	}
	s.close()
	if code := stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
	if _, err := os.Stat(filepath.Dir(data)); !os.IsNotExist(err) {
		t.Errorf("the data are still there: %v", err)
	}
}

// Whoever only takes note of an application opens its case: no authority above its
// host.
func TestDemoOfShanxi(t *testing.T) {
	d, _, stop := startDemo(t, "--call", "shanxi")
	defer stop()
	if _, body := get(t, http.DefaultClient, d.Address+"/calls"); !strings.Contains(body, "2024年山西省技术创新中心") {
		t.Error("Shanxi's call is not open")
	}
	for _, l := range d.Logins {
		if l.Email != "officer.jyt.shanxi@demo.example" {
			continue
		}
		c := signIn(t, d.Address, l)
		_, queue := get(t, c, d.Address+"/queue?kind=filing&state=filed")
		to := regexp.MustCompile(`/queue/\w{32}`).FindString(queue)
		if code, body := get(t, c, d.Address+to); to == "" || code != http.StatusOK || !strings.Contains(body, "已备案") {
			t.Errorf("%q: %d", to, code)
		}
	}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// signIn signs in as a browser does, and asks for the person's own page.
func signIn(t *testing.T, address string, l loginJSON) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	_, page := get(t, c, address+"/sign-in")
	form := url.Values{"email": {l.Email}, "password": {l.Password}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	a, err := c.PostForm(address+"/sign-in", form)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if code, body := get(t, c, address+"/account"); code != http.StatusOK || !strings.Contains(body, l.Name) {
		t.Errorf("%s: %d then %d", l.Email, a.StatusCode, code)
	}
	return c
}

// What is printed for people: a short table, in both languages.
func TestDemoTable(t *testing.T) {
	d := demoJSON{announceJSON: announceJSON{URL: "http://127.0.0.1:8080/"}, Logins: []loginJSON{
		{"admin@demo.example", demoPassword, "甲", "sysadmin", ""}, {"unit01@demo.example", demoPassword, "乙", "unit_admin", "某公司"},
		{"unit02@demo.example", demoPassword, "丙", "unit_admin", "另一公司"}, {"unit04@demo.example", demoPassword, "丁", "unit_admin", "第四公司"},
	}}
	for lang, words := range map[string][]string{"zh": {"系统管理员", "单位管理员", "口令都是 " + demoPassword}, "en": {"all with the password " + demoPassword}} {
		a, _ := testApp()
		var out strings.Builder
		a.Lang = lang
		a.out.Reset(&out)
		if err := a.announceDemo(d, "/tmp/x"); err != nil {
			t.Fatal(err)
		}
		words = append(words, "admin@demo.example", "unit01@demo.example", "unit04@demo.example", "/tmp/x")
		for _, w := range words {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: no %q in\n%s", lang, w, out.String())
			}
		}
		if strings.Contains(out.String(), "unit02@demo.example") {
			t.Error("a long table")
		}
	}
}
