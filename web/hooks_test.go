package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/inbox"
)

var shownSecret = regexp.MustCompile(`<code class="wrap">([\w-]{43})</code>`)

func TestHooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := populate(t, siteOn(t, d))
		admin := w.people["office_admin"]
		before := len(dbtest.Lines(t, d))
		good := []string{"name", "值班群<b>", "address", "https://oapi.example.org/robot/send?access_token=geheim", "format", "json", "kinds", "recommend.notice.arrived", "kinds", "apply."}
		for field, value := range map[string]string{"name": "", "address": "http://oapi.example.org/", "format": "xml"} {
			form := slices.Clone(good)
			form[slices.Index(form, field)+1] = value
			if a := w.ask(admin, request{method: "POST", path: "/hooks", form: form}); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "#f-"+field) {
				t.Errorf("%s: %d %s", field, a.Code, answer{text: a.Body.String()}.main())
			}
		}
		for _, address := range []string{"https://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/", "https://10.1.2.3:8443/x", "https://192.168.1.1/"} {
			form := slices.Clone(good)
			form[3] = address
			if a := w.ask(admin, request{method: "POST", path: "/hooks", form: form}); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "内部网络") {
				t.Errorf("%s: %d", address, a.Code)
			}
		}
		a := w.ask(admin, request{method: "POST", path: "/hooks", form: good})
		m := shownSecret.FindStringSubmatch(a.Body.String())
		if a.Code != http.StatusOK || m == nil {
			t.Fatalf("added: %d %s", a.Code, answer{text: a.Body.String()}.main())
		}
		p := w.page("office_admin", "/hooks")
		if strings.Contains(p, m[1]) || strings.Contains(p, "geheim") || !strings.Contains(p, "oapi.example.org/…") || !strings.Contains(p, "值班群&lt;b&gt;") || !strings.Contains(p, "新到的办件、申报书的各种消息") {
			t.Errorf("afterwards: %s", answer{text: p}.main())
		}
		var list hooksPage
		if err := json.Unmarshal(w.ask(admin, request{method: "GET", path: apiPrefix + "/hooks"}).Body.Bytes(), &list); err != nil || len(list.Hooks) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		at := "/hooks/" + list.Hooks[0].ID
		if a := w.ask(admin, request{method: "POST", path: at + "/try"}); a.Code != http.StatusSeeOther {
			t.Errorf("tried: %d", a.Code)
		}
		if p := w.page("office_admin", "/hooks"); !strings.Contains(p, "待发送") {
			t.Errorf("after a test: %s", answer{text: p}.main())
		}
		for name, want := range map[string]int{"stranger": 401, "quan": 404, "officer": 404, "head": 404, "editor": 404, "sysadmin": 404, "officer_abroad": 404} {
			for _, r := range []request{{method: "POST", path: at + "/state", form: []string{"state", "removed"}}, {method: "POST", path: at + "/try"}} {
				if a := w.ask(w.people[name], r); a.Code != want {
					t.Errorf("%s: %s: %d, want %d", name, r.path, a.Code, want)
				}
			}
		}
		for _, state := range []string{"stopped", "x", ""} {
			if a := w.ask(admin, request{method: "POST", path: at + "/state", form: []string{"state", state}}); a.Code != http.StatusUnprocessableEntity {
				t.Errorf("turned %q: %d", state, a.Code)
			}
		}
		for _, state := range []string{"paused", "active", "removed"} {
			if a := w.ask(admin, request{method: "POST", path: at + "/state", form: []string{"state", state}}); a.Code != http.StatusSeeOther {
				t.Errorf("turned %s: %d", state, a.Code)
			}
		}
		if p := w.page("office_admin", "/hooks"); strings.Contains(p, "oapi.example.org") {
			t.Error("removed, and yet there")
		}
		if lines := dbtest.Lines(t, d)[before:]; !slices.Equal(lines, []string{"hook.add", "hook.try", "hook.paused", "hook.active", "hook.removed"}) {
			t.Errorf("lines %v", lines)
		}
	})
}

// The secret of a robot is typed once and never shown: not on the page that says
// that something else was wrong, not afterwards, not by the API.
func TestHookOfASigningRobot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := populate(t, siteOn(t, d))
		admin := w.people["office_admin"]
		send := func(format, address, secret string) (int, string) {
			a := w.ask(admin, request{method: "POST", path: "/hooks", form: []string{"name", "值班群", "address", address, "format", format, "secret", secret}})
			return a.Code, a.Body.String()
		}
		const robot, typed = "https://open.example.org/bot/v2/hook/pfad", "SECgeheim012"
		for _, c := range [][3]string{{"wecom", robot, typed}, {"json", robot, typed}, {"dingtalk", "http://x", typed}, {"feishu", robot, typed + " x"}} {
			code, page := send(c[0], c[1], c[2])
			if code != http.StatusUnprocessableEntity || strings.Contains(page, "geheim") || c[1] == robot && !strings.Contains(page, "#f-secret") {
				t.Errorf("%v: %d %s", c, code, answer{text: page}.main())
			}
		}
		for _, format := range []string{"dingtalk", "feishu"} {
			if code, page := send(format, robot, typed); code != http.StatusOK || strings.Contains(page, "geheim") || shownSecret.MatchString(page) || strings.Contains(page, "hook/pfad") {
				t.Errorf("%s: %d %s", format, code, answer{text: page}.main())
			}
		}
		for _, path := range []string{"/hooks", apiPrefix + "/hooks"} {
			a := w.ask(admin, request{method: "GET", path: path})
			if text := a.Body.String(); a.Code != http.StatusOK || strings.Contains(text, "geheim") || strings.Contains(text, "pfad") {
				t.Errorf("%s tells: %s", path, text)
			}
		}
		if p := w.page("office_admin", "/hooks"); strings.Count(p, "<dd>有</dd>") != 2 {
			t.Errorf("signed: %s", answer{text: p}.main())
		}
	})
}

// How people want to be written to is their own choice.
func TestMailing(t *testing.T) {
	w := populate(t, newSite(t))
	chosen := func(name string) (c inbox.Choice) {
		c, err := db.View(t.Context(), w.db, func(r db.Reader) (inbox.Choice, error) {
			return w.server.Digest.ChoiceOf(t.Context(), r, w.people[name].by.Person)
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if p := w.page("officer", "/account"); !strings.Contains(p, `<option value="at_once" selected>`) {
		t.Errorf("at first: %s", answer{text: p}.main())
	}
	if a := w.ask(w.people["officer"], request{method: "POST", path: "/account/mailing", form: []string{"digest", "daily"}}); a.Code != http.StatusSeeOther {
		t.Errorf("chosen: %d", a.Code)
	}
	if a := w.ask(w.people["officer"], request{method: "POST", path: "/account/mailing", form: []string{"digest", "weekly"}}); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("no choice: %d", a.Code)
	}
	if p := w.page("officer", "/account"); !strings.Contains(p, `<option value="daily" selected>`) || chosen("officer") != inbox.Daily || chosen("head") != inbox.AtOnce {
		t.Errorf("afterwards: %s, %s", chosen("officer"), chosen("head"))
	}
}
