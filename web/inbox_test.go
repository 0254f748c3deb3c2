package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/inbox"
)

// tell sends somebody notices, each with a text of its own.
func (w *world) tell(name, link string, what ...string) {
	w.t.Helper()
	w.do(db.System, func(tx *db.Tx) error {
		for _, one := range what {
			n := inbox.Notice{Person: w.people[name].by.Person, Key: "inbox.subject", Args: []any{one}, Link: link}
			if err := inbox.Send(w.t.Context(), tx, n, ""); err != nil {
				return err
			}
		}
		return tx.Record(w.t.Context(), "test.cause", "test:1", nil)
	})
}

// noticesOf asks the API for somebody's notices.
func (w *world) noticesOf(name, path string) (p inboxPage) {
	w.t.Helper()
	a := w.ask(w.people[name], request{method: "GET", path: apiPrefix + path})
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || a.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, a.Code, a.Body)
	}
	return p
}

// page is the text of a page, as somebody sees it.
func (w *world) page(name, path string) string {
	w.t.Helper()
	a := w.ask(w.people[name], request{method: "GET", path: path})
	if a.Code != http.StatusOK {
		w.t.Fatalf("%s: %d", path, a.Code)
	}
	return a.Body.String()
}

func TestInbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := populate(t, siteOn(t, d))
		quan := w.people["quan"]
		if p := w.page("quan", "/inbox"); !strings.Contains(p, "还没有消息") || strings.Contains(p, "未读") || strings.Contains(p, "/inbox/read") {
			t.Errorf("an empty inbox: %s", answer{text: p}.main())
		}
		w.tell("quan", "/units/"+string(w.units["quan"]), "甲", "乙", "<b>丙</b>")
		w.tell("editor", "/unit", "别人的事")
		if p := w.page("quan", "/calls"); !strings.Contains(p, "3 条未读") {
			t.Error("the frame does not count")
		}
		if p := w.page("quan", "/calls?lang=en"); !strings.Contains(p, "3 unread") {
			t.Error("the frame does not count in English")
		}
		p := w.page("quan", "/inbox")
		if at := []int{strings.Index(p, "&lt;b&gt;丙"), strings.Index(p, "乙"), strings.Index(p, "甲")}; at[0] < 0 || !slices.IsSorted(at) ||
			strings.Contains(p, "别人的事") || strings.Count(p, "<strong>") != 3 || !strings.Contains(p, "全部标为已读") {
			t.Errorf("the list: %v\n%s", at, answer{text: p}.main())
		}
		// Opening leads on, and marks as read; again does no harm.
		second := w.noticesOf("quan", "/inbox").Notices[1]
		for range 2 {
			a := w.ask(quan, request{method: "POST", path: "/inbox/" + second.ID + "/open"})
			if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/units/"+string(w.units["quan"]) {
				t.Fatalf("opened: %d %s", a.Code, a.Header().Get("Location"))
			}
		}
		if got := w.noticesOf("quan", "/inbox"); got.Unread != 2 || got.Notices[1].Read.IsZero() || !got.Notices[0].Read.IsZero() {
			t.Errorf("after opening one: %+v", got)
		}
		if p := w.page("quan", "/inbox"); strings.Count(p, "<strong>") != 2 || strings.Count(p, ">未读<") != 2 || strings.Count(p, ">已读<") != 1 {
			t.Errorf("after opening one: %s", answer{text: p}.main())
		}
		// All at once, but for what came after the page was shown.
		newest := w.noticesOf("quan", "/inbox").Notices[0].ID
		w.tell("quan", "/unit", "刚到的")
		if a := w.ask(quan, request{method: "POST", path: "/inbox/read", form: []string{"newest", newest}}); a.Code != http.StatusSeeOther {
			t.Errorf("all: %d", a.Code)
		}
		if got := w.noticesOf("quan", "/inbox"); got.Unread != 1 || !got.Notices[0].Read.IsZero() {
			t.Errorf("after all: %+v", got)
		}
		if got := w.noticesOf("editor", "/inbox"); got.Unread != 1 || got.Notices[0].Text != "申报平台：别人的事" {
			t.Errorf("somebody else's: %+v", got)
		}
	})
}

// What somebody else was told does not exist, and stays as it was.
func TestInboxOfSomebodyElse(t *testing.T) {
	w := populate(t, newSite(t))
	w.tell("editor", "/unit", "别人的事")
	id := w.noticesOf("editor", "/inbox").Notices[0].ID
	for _, prefix := range []string{"", apiPrefix} {
		r := request{method: "POST", path: prefix + "/inbox/" + id + "/open"}
		if prefix != "" {
			r.json = "{}"
		}
		for _, name := range []string{"quan", "clerk", "sysadmin", "auditor", "newcomer"} {
			if a := w.ask(w.people[name], r); a.Code != http.StatusNotFound || strings.Contains(a.Body.String(), "别人的事") || a.Header().Get("Location") != "" {
				t.Errorf("%s opens %s: %d", name, r.path, a.Code)
			}
		}
		if a := w.ask(w.people["stranger"], r); a.Code != http.StatusUnauthorized {
			t.Errorf("a stranger opens %s: %d", r.path, a.Code)
		}
	}
	// With somebody else's notice as the newest, only the own ones are read.
	w.tell("quan", "/unit", "自己的事")
	w.ask(w.people["quan"], request{method: "POST", path: "/inbox/read", form: []string{"newest", "zzz"}})
	if own, other := w.noticesOf("quan", "/inbox").Unread, w.noticesOf("editor", "/inbox").Unread; own != 0 || other != 1 {
		t.Errorf("unread: own %d, the other's %d", own, other)
	}
	var bearer string
	w.do(w.people["editor"].by, func(tx *db.Tx) (err error) {
		_, bearer, err = actor.CreateAPIToken(t.Context(), tx, "t", actor.Scopes(), 1<<40)
		return err
	})
	program := *w.people["editor"]
	program.bearer = bearer
	if a := w.ask(&program, request{method: "GET", path: apiPrefix + "/inbox"}); a.Code == http.StatusOK || strings.Contains(a.Body.String(), "别人的事") {
		t.Errorf("a personal token reads: %d", a.Code)
	}
}

func TestInboxInPages(t *testing.T) {
	w := populate(t, newSite(t))
	var many []string
	for i := range pageRows + inbox.Most {
		many = append(many, fmt.Sprint("第", i))
	}
	w.tell("quan", "/unit", many...)
	if p := w.page("quan", "/inbox"); strings.Count(p, "<tr data-row>") != pageRows || !strings.Contains(p, "超过 99 条未读") {
		t.Errorf("the first page: %s", answer{text: p}.main())
	}
	var seen []string
	for next := "/inbox"; next != ""; {
		p := w.noticesOf("quan", next)
		for _, n := range p.Notices {
			seen = append(seen, strings.TrimPrefix(n.Text, "申报平台："))
		}
		next = strings.TrimPrefix(p.Next, apiPrefix)
	}
	slices.Reverse(seen)
	if !slices.Equal(seen, many) {
		t.Errorf("the pages hold %d notices, want %d in their order", len(seen), len(many))
	}
	// "All" stands where all that is newer was seen.
	last := w.noticesOf("quan", "/inbox").Notices[pageRows-1].ID
	if p := w.page("quan", "/inbox?after="+last); strings.Contains(p, "/inbox/read") {
		t.Error("a later page marks all as read")
	}
}
