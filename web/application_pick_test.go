package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"shenbao/internal/db"
	"shenbao/registry"
)

// offered are the rows that a page offers for a fact, by what stands in their
// first column.
func offered(t testing.TB, page, fact string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`name="page:row:`+regexp.QuoteMeta(fact)+`" value="([0-9a-f]+)"[^>]*></td><td[^>]*>([^<]*)</td>`).FindAllStringSubmatch(page, -1) {
		out[m[2]] = m[1]
	}
	return out
}

func some(rows map[string]string) (name, id string) {
	for name, id = range rows {
		break
	}
	return
}

// A person is picked from the roster without a script: what was typed is saved
// with it, its source is shown, no number is.
func TestPickPerson(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	to := h.path(id, "/form/director")
	page := h.get("host editor", to)
	want(t, page, `<details class="pick" id="pick-director-person"><summary>从人员名册选取</summary>`, `type="radio" name="page:row:director.person"`, `name="fact" value="director.person" formaction="`+to+`/pick"`, "只显示前 50 行")
	rows := offered(t, page, "director.person")
	name, row := some(rows)
	if len(rows) != rosterRows {
		t.Fatalf("%d rows are offered", len(rows))
	}
	a := h.post("host editor", to+"/pick", http.StatusSeeOther, "page:tab", "t", "director.record", "长期从事研究", "fact", "director.person", "page:row:director.person", row)
	if got := a.Header().Get("Location"); got != to+"#f-director.person" {
		t.Errorf("sent on to %s", got)
	}
	page = h.get("host editor", to)
	want(t, page, `name="director.name" value="`+name+`"`, "来自单位档案·人员名册", "长期从事研究</textarea>", `name="director.fulltime"`)
	for _, one := range h.house.Host.Lists[registry.StaffList] {
		without(t, page, one["person"])
		without(t, a.Body.String(), one["person"])
	}

	found := h.post("host editor", to, http.StatusSeeOther, "page:tab", "t", "page:then", "find:director.person", "page:find:director.person", name).Header().Get("Location")
	if found != to+"?find=director.person&text="+url.QueryEscape(name)+"#pick-director-person" {
		t.Errorf("sent on to %s", found)
	}
	found, _, _ = strings.Cut(found, "#")
	searched := h.get("host editor", found)
	want(t, searched, `id="pick-director-person" open>`, `name="page:find:director.person" value="`+name+`"`)
	if got := offered(t, searched, "director.person"); got[name] != row || len(got) > 5 {
		t.Errorf("found %v", got)
	}
	want(t, h.get("host editor", to+"?find=director.person&text=%E6%97%A0%E6%AD%A4%E4%BA%BA"), "没有符合的行", "/profile/staff")

	h.autosave("host editor", to, "page:tab", "t", "mine:director.name", "1", "director.name", "另一人")
	delete(rows, name)
	other, row := some(rows)
	said := h.post("host editor", to+"/pick", http.StatusOK, "page:tab", "t2", "fact", "director.person", "page:row:director.person", row).Body.String()
	want(t, said, `role="status"`, "保持不变：主任.姓名", `name="director.name" value="另一人"`)
	h.post("host editor", to+"/pick", http.StatusSeeOther, "page:tab", "t2", "fact", "director.person", "page:row:director.person", row, "page:over:director.person", "1")
	want(t, h.get("host editor", to), `name="director.name" value="`+other+`"`)
	if a := h.ask(h.who("host editor"), request{method: http.MethodPost, path: to + "/pick", form: []string{"fact", "director.person"}}); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "请先勾选要选取的行") {
		t.Errorf("nothing chosen: %d", a.Code)
	}
}

// Rows of a roster are added to a list once; those that are there are marked.
func TestPickStaff(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	to := h.path(id, "/form/team")
	want(t, h.get("host editor", to), `id="pick-staff"`, "已在表中")
	form := h.house.Form(id)
	var sent []string
	for _, row := range form.Rows("staff") {
		sent = append(sent, "drop:staff/"+row, "1", "mine:staff/"+row, "1")
	}
	h.post("host editor", to, http.StatusSeeOther, append(sent, "page:tab", "t")...)
	page := h.get("host editor", to)
	rows := offered(t, page, "staff")
	name, row := some(rows)
	blank := db.NewID()
	h.post("host editor", to+"/pick", http.StatusSeeOther, "page:tab", "t", "staff/"+blank+"/name", "手填者", "fact", "staff", "page:row:staff", row)
	page = h.get("host editor", to)
	want(t, page, `value="手填者"`, `/name" value="`+name+`"`, "已有 2 行", "已在表中", "来自单位档案·人员名册")
	if got := offered(t, page, "staff"); got[name] != "" {
		t.Error("a row that is there is offered again")
	}
	said := h.post("host editor", to+"/pick", http.StatusOK, "page:tab", "t", "fact", "staff", "page:row:staff", row).Body.String()
	want(t, said, "1 行表中已有，没有重复添加", "已有 2 行")
	without(t, h.autosave("host editor", to, "page:tab", "t", "staff/"+blank+"/name", "改"), "pick-staff")
}

// A partner is offered its own roster for rows of its own, and nothing of the
// host's; neither takes rows of the other.
func TestPartnersRoster(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	to := h.path(id, "/form/team")
	h.do(h.house.Staff["partner admin"], func(tx *db.Tx) error {
		_, err := registry.Edit(t.Context(), tx, h.keys, registry.Batch{Unit: h.house.Units["partner"].ID, List: registry.StaffList,
			Changes: []registry.Change{{Cells: map[string]string{"name": "乙方研究员", "birth": "1981-01-01"}}}})
		return err
	})
	rows := offered(t, h.get("partner editor", to), "staff")
	if len(rows) != 1 || rows["乙方研究员"] == "" {
		t.Fatalf("the partner is offered %v", rows)
	}
	without(t, h.get("partner editor", h.path(id, "/form/director")), "pick-director-person")
	without(t, h.get("host editor", to), "乙方研究员")
	h.post("host editor", to+"/pick", http.StatusNotFound, "page:tab", "t", "fact", "staff", "page:row:staff", rows["乙方研究员"])
	h.post("host editor", h.path(id, "/form/director")+"/pick", http.StatusNotFound, "page:tab", "t", "fact", "director.person", "page:row:director.person", rows["乙方研究员"])
	h.post("other admin", to+"/pick", http.StatusNotFound, "page:tab", "t", "fact", "staff", "page:row:staff", rows["乙方研究员"])
	at := h.post("partner editor", to+"/pick", http.StatusSeeOther, "page:tab", "t", "fact", "staff", "page:row:staff", rows["乙方研究员"]).Header().Get("Location")
	at, _, _ = strings.Cut(at, "#")
	want(t, h.get("partner editor", at), `/name" value="乙方研究员"`)
	form, owned := h.house.Form(id), 0
	for _, f := range form.Fields {
		if f.Owner == h.house.Units["partner"].ID && f.Source == "profile.staff" {
			owned++
		}
	}
	if owned != 1 {
		t.Errorf("%d rows belong to the partner", owned)
	}
}
