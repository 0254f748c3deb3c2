package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// Every kind of fact has its input, what the profile knows is in it with its
// source, and nothing is called wrong before anything was typed.
func TestFormKinds(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	for section, parts := range map[string][]string{
		"centre":      {`<input class="form-control" id="f-centre.name" name="centre.name"`, `<select class="form-select" id="f-direction" name="direction"`, `<textarea class="form-control" id="f-centre.fit"`, `0 / 500 字`, `data-max="500"`, "写出特色技术"},
		"host":        {`name="rd_expense:2019"`, `name="rd_expense:2024"`, `<span class="unit">万元</span>`, `data-place="#o-host-place"`, `name="host.unit"`, `来自单位档案`, `name="platforms/complete" id="f-platforms/complete" value="true"`},
		"team":        {`type="checkbox" name="teams" value="leader"`, `type="hidden" name="teams" value=""`, `class="person"`, `type="date"`, "/name\"", `name="drop:staff/`},
		"conditions":  {`<span class="unit">平方米</span>`, `<select class="form-select" id="f-pilot_base"`},
		"cooperation": {`<span class="unit">%</span>`, `name="was:units/`, `data-rows="units" data-most="20"`},
		"director":    {`data-blank`, `<datalist id="oh-titles-title">`, `data-add="projects"`},
	} {
		page := h.get("host editor", h.path(id, "/form/"+section))
		want(t, page, parts...)
		want(t, page, `data-autosave`, `id="saved"`, `name="page:tab"`, `id="beside"`, `clauses#c000-`)
		without(t, page, `class="error"`, `aria-invalid`)
	}
	checked := h.get("host editor", h.path(id, "/form/centre?check=1"))
	want(t, checked, `<p class="error">必填，尚未填写</p>`)
}

// The first button of every form is one that takes nothing back: Enter in a
// field presses it (pain 3). Every act that does stands in a form of its own.
func TestFirstButtons(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	for _, path := range []string{"", "/form/centre", "/form/team", "/check"} {
		d := parsed(t, h.get("host admin", h.path(id, path)))
		for _, form := range d.find("form") {
			taking := regexp.MustCompile(`/(withdraw|drop)$`).MatchString(attr(form, "action"))
			for n := range form.Descendants() {
				if n.Data == "input" && attr(n, "type") != "hidden" && taking {
					t.Errorf("%s: Enter in %s sends %s", path, attr(n, "name"), attr(form, "action"))
				}
				if n.Data == "button" && regexp.MustCompile(`withdraw|drop`).MatchString(attr(n, "formaction")) {
					t.Errorf("%s: a button of another form sends %s", path, attr(n, "formaction"))
				}
			}
		}
	}
}

// What was typed is there again, without a script: any part of it, whatever else
// is empty; numbers with other units are turned into the field's.
func TestSaveSection(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	h.who("host editor")
	before := len(dbtest.Lines(t, h.db))
	to := h.path(id, "/form/centre")
	a := h.post("host editor", to, http.StatusSeeOther, "page:tab", "t1", "page:then", "stay", "centre.name", "灵巧手技术创新中心", "direction", "humanoid_robot", "centre.fit", "做机械臂\r\n和灵巧手")
	if got := a.Header().Get("Location"); got != to {
		t.Errorf("sent on to %s", got)
	}
	page := h.get("host editor", to)
	want(t, page, `value="灵巧手技术创新中心"`, `<option value="humanoid_robot" selected>`, "做机械臂\n和灵巧手</textarea>", `8 / 500 字`)
	a = h.fillIn("host editor", h.path(id, "/form/host"), http.StatusSeeOther, "page:then", "next", "rd_expense:2023", "1.2亿")
	if got := a.Header().Get("Location"); got != h.path(id, "/form/team") {
		t.Errorf("the next section is %s", got)
	}
	want(t, h.get("host editor", h.path(id, "/form/host")), `name="rd_expense:2023" value="12000"`)
	h.post("host editor", h.path(id, "/form/team"), http.StatusSeeOther, "page:tab", "t1", "teams", "", "teams", "leader", "teams", "core")
	want(t, h.get("host editor", h.path(id, "/form/team")), `value="leader" id="f-teams-leader" checked`, `value="core" id="f-teams-core" checked`)
	h.post("host editor", h.path(id, "/form/team"), http.StatusSeeOther, "page:tab", "t1", "teams", "")
	without(t, h.get("host editor", h.path(id, "/form/team")), `id="f-teams-leader" checked`)
	if got := len(dbtest.Lines(t, h.db)); got != before {
		t.Errorf("filling in left %d lines in the journal", got-before)
	}
	want(t, h.get("host editor", "/applications"), "灵巧手技术创新中心")
}

// A section sent back as it came changes nothing, whatever its fields are shown
// as: places with their names, numbers without their units, masked people.
func TestSavedAsItWas(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	form := h.house.Form(id)
	for _, s := range form.Package.Form.Sections {
		h.fillIn("second editor", h.path(id, "/form/"+s.ID), http.StatusSeeOther)
		now := h.house.Form(id)
		if now.Digest() != form.Digest() {
			t.Errorf("%s is not what it was", s.ID)
		}
		for name, f := range now.Fields {
			if string(f.Value) != string(form.Fields[name].Value) {
				t.Errorf("%s: %s became %s", name, form.Fields[name].Value, f.Value)
			}
		}
	}
}

// A list takes new rows, changes and drops them; blank rows leave nothing.
func TestSaveRows(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	to := h.path(id, "/form/director")
	one, two := db.NewID(), db.NewID()
	h.post("host editor", to, http.StatusSeeOther, "page:tab", "t1",
		"projects/"+one+"/title", "灵巧手项目", "projects/"+one+"/programme", "国家重点研发计划", "projects/"+one+"/grant", "500", "projects/"+one+"/year", "2022",
		"projects/"+two+"/title", "", "projects/"+two+"/grant", "", "projects/complete", "", "projects/complete", "true")
	form := h.house.Form(id)
	if rows := form.Rows("projects"); len(rows) != 1 || rows[0] != one {
		t.Fatalf("rows %v", rows)
	}
	want(t, h.get("host editor", to), `value="灵巧手项目"`, `<option value="national_key_rd" selected>`, `id="f-projects/complete" value="true" checked`)
	h.post("host editor", to, http.StatusSeeOther, "page:tab", "t1", "projects/"+one+"/title", "改", "drop:projects/"+one, "1", "projects/complete", "")
	if form = h.house.Form(id); len(form.Rows("projects")) != 0 || form.Complete(form.Package.Schema.Fact("projects")) {
		t.Errorf("still there: %v", form.Rows("projects"))
	}
}

// More than fifty rows come in pages; what is not on the page stays.
func TestRowPages(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	sent := []string{"page:tab", "t1"}
	for i := range 120 {
		sent = append(sent, "projects/"+db.NewID()+"/title", "项目"+strconv.Itoa(i))
	}
	to := h.path(id, "/form/director")
	h.post("host editor", to, http.StatusSeeOther, sent...)
	first := h.get("host editor", to)
	want(t, first, `value="项目0"`, `value="项目49"`, "51–100", "101–120", "已有 120 行，最多 50 行")
	without(t, first, `value="项目50"`)
	last := h.get("host editor", to+"?list=projects&from=100")
	want(t, last, `value="项目100"`, `value="项目119"`, `<input type="hidden" name="page:list" value="projects">`)
	checked := h.get("host editor", to+"?check=1")
	want(t, checked, `id="s-projects"><p class="error">`)
	h.get("host editor", to+"?list=projects&from=99999999")
}

var wasField = regexp.MustCompile(`name="was:centre.name" value="([0-9a-f]+)"`)

// Two people write the same field: neither text is lost. Without a script both
// are shown, and saving again keeps the sender's; other fields are saved.
func TestConflict(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	to := h.path(id, "/form/centre")
	was := wasField.FindStringSubmatch(h.get("second editor", to))[1]
	h.post("host editor", to, http.StatusSeeOther, "page:tab", "t1", "was:centre.name", was, "centre.name", "甲中心")
	a := h.post("second editor", to, http.StatusOK, "page:tab", "t2", "was:centre.name", was, "centre.name", "乙中心", "centre.chain", "机器人").Body.String()
	want(t, a, "某人 于", "<dd>甲中心</dd>", "<dd>乙中心</dd>", `name="centre.name" value="乙中心"`, "再次保存即以您的为准", `name="centre.chain" value="机器人"`)
	if got := h.house.Form(id).NameOf(); got != "甲中心" {
		t.Errorf("overwritten with %q", got)
	}
	now := wasField.FindStringSubmatch(a)[1]
	h.post("second editor", to, http.StatusSeeOther, "page:tab", "t3", "was:centre.name", now, "centre.name", "乙中心")
	if got := h.house.Form(id).NameOf(); got != "乙中心" {
		t.Errorf("kept %q", got)
	}
	// A page that did not touch the field takes nothing back.
	h.post("host editor", to, http.StatusSeeOther, "page:tab", "t4", "was:centre.name", now, "centre.name", "甲中心", "centre.fit", "说明")
	if got := h.house.Form(id).NameOf(); got != "乙中心" {
		t.Errorf("an untouched field became %q", got)
	}
}

// An autosave answers with the parts of the page that it changes, and no more.
func TestAutosave(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	to := h.path(id, "/form/host")
	part := h.autosave("host editor", to, "page:tab", "t1", "mine:rd_expense:2023", "1", "rd_expense:2023", "3亿")
	want(t, part, `id="saved"`, "已保存 "+dbtest.Noon.In(clock.Zone).Format(time.TimeOnly), `id="s-rd_expense:2023"`, `name="was:rd_expense:2023"`, "记作 30000 万元", `id="beside"`)
	without(t, part, "<html", `id="s-main_income:2023"`)
	part = h.autosave("host editor", to, "page:tab", "t1", "rd_expense:2023", "三亿吧")
	want(t, part, `<p class="error">`)
	part = h.autosave("host editor", h.path(id, "/form/centre"), "page:tab", "t1", "centre.fit", strings.Repeat("字", 501))
	want(t, part, "现有 501 字，最多 500 字")
	row := db.NewID()
	part = h.autosave("host editor", h.path(id, "/form/team"), "page:tab", "t1", "staff/"+row+"/birth", "不知道")
	want(t, part, `<tr class="says" id="s-staff/`+row+`">`, "出生日期：")
	other := h.autosave("second editor", h.path(id, "/form/team"), "page:tab", "t2", "was:staff/"+row, "0", "staff/"+row+"/name", "王")
	want(t, other, `data-conflict="staff/`+row+`"`, `data-state="conflict"`, `data-mine="staff/`+row+`"`)
}

// A page whose session is over gets told so, and a new token once its person
// signed in again: what was typed can still be saved.
func TestSessionOver(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	p := h.who("host editor")
	old := h.formToken(p)
	gone := &player{name: "gone", token: "nothing"}
	a := h.ask(gone, request{method: http.MethodPost, path: h.path(id, "/form/centre"), form: []string{"page:tab", "t", "centre.name", "甲"}, formToken: old, header: map[string]string{"HX-Request": "true", "HX-Target": savedPart}})
	if a.Code != http.StatusForbidden && a.Code != http.StatusUnauthorized {
		t.Errorf("answered %d", a.Code)
	}
	a = h.ask(gone, request{method: http.MethodGet, path: "/api/v1/form-token"})
	want(t, a.Body.String(), `"signed_in":false`)
	a = h.ask(p, request{method: http.MethodGet, path: "/api/v1/form-token"})
	m := regexp.MustCompile(`"form_token":"([^"]+)","signed_in":true`).FindStringSubmatch(a.Body.String())
	if m == nil {
		t.Fatal(a.Body.String())
	}
	a = h.ask(p, request{method: http.MethodPost, path: h.path(id, "/form/centre"), form: []string{"page:tab", "t", "centre.name", "甲"}, formToken: m[1]})
	if a.Code != http.StatusSeeOther {
		t.Errorf("the new token is answered with %d", a.Code)
	}
}

// What the profile says today is taken again; what somebody typed stays.
func TestRefill(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	to := h.path(id, "/form/host")
	income := regexp.MustCompile(`name="main_income:2023" value="([0-9]+)"`)
	before := income.FindString(h.get("host editor", to))
	h.fillIn("host editor", to, http.StatusSeeOther, "rd_expense:2023", "1", "main_income:2023", "")
	without(t, h.get("host editor", to), before)
	h.fillIn("host editor", to, http.StatusSeeOther, "page:then", "refill", "rd_expense:2022", "2")
	page := h.get("host editor", to)
	want(t, page, `name="rd_expense:2023" value="1"`, `name="rd_expense:2022" value="2"`, before)
}

// Text in every kind of field is text on every page that shows it (A1).
func TestHostileForm(t *testing.T) {
	if testing.Short() {
		t.Skip("a long table")
	}
	h := newHall(t)
	id := h.house.Begin().ID
	row, unit := db.NewID(), db.NewID()
	for _, script := range scripts {
		for section, inputs := range map[string][]string{
			"centre":      {"centre.name", "direction", "centre.fit", "centre.chain"},
			"host":        {"host.unit", "host.place", "host.legal_person", "rd_expense:2023"},
			"team":        {"teams", "staff/" + row + "/name", "staff/" + row + "/person", "staff/" + row + "/birth", "staff/" + row + "/post"},
			"conditions":  {"lab_area", "equipment_value"},
			"cooperation": {"units/" + unit + "/unit", "units/" + unit + "/role", "units/" + unit + "/place", "own.staff"},
		} {
			sent := []string{"page:tab", script, "page:list", script, "page:from", script}
			for _, name := range inputs {
				sent = append(sent, name, script)
			}
			h.autosave("host editor", h.path(id, "/form/"+section), sent...)
			for _, page := range []string{h.get("host editor", h.path(id, "/form/"+section+"?check=1")), h.autosave("second editor", h.path(id, "/form/"+section), append(sent, inputs[0], script+"2")[2:]...)} {
				d := parsed(t, page)
				for _, n := range d.all {
					d.harmless(t, section, script, n)
				}
			}
		}
		for _, path := range []string{"/applications", "/applications?q=" + url.QueryEscape(script) + "&state=" + url.QueryEscape(script) + "&call=" + url.QueryEscape(script), h.path(id, ""), h.path(id, "/check")} {
			d := parsed(t, h.get("host editor", path))
			for _, n := range d.all {
				d.harmless(t, path, script, n)
			}
		}
	}
}

// What the form does not have is refused, and leaves nothing.
func TestForeignFields(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	for _, name := range []string{"nothing", "staff", "staff/x/name", "staff/" + db.NewID() + "/nothing", "material.plan", "rd_expense", "outline/nothing", "centre.name/x"} {
		h.post("host editor", h.path(id, "/form/centre"), http.StatusUnprocessableEntity, "page:tab", "t", name, "1")
	}
	h.post("host editor", h.path(id, "/form/nothing"), http.StatusNotFound, "page:tab", "t", "centre.name", "1")
}

// Who may not see an application is told what is told of none.
func TestFormIsPrivate(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	for _, who := range []string{"other admin", "partner admin", "district officer", "province head", "programme officer"} {
		for _, rest := range []string{"", "/form", "/form/centre", "/check"} {
			if a := h.ask(h.who(who), request{method: http.MethodGet, path: h.path(id, rest)}); a.Code != http.StatusNotFound {
				t.Errorf("%s opens a draft's %q: %d", who, rest, a.Code)
			}
		}
	}
	list := h.get("district officer", "/applications")
	without(t, list, string(id))
}

// The partner sees what it fills in, and the host's fields as text.
func TestPartnersPart(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	page := h.get("partner editor", h.path(id, "/form/centre"))
	want(t, page, "您所在单位是共建单位")
	without(t, page, `name="centre.name"`)
	want(t, h.get("partner editor", "/applications"), "共建", string(id))
}

// A fact that is needed only when another says so is folded and marked until it
// does, and an autosave of the other says so at once.
func TestConditionalFacts(t *testing.T) {
	h := newHall(t)
	var id apply.ID
	h.do(db.System, func(tx *db.Tx) (err error) {
		h.house.Units["qingdao"], err = actor.AddAuthority(t.Context(), tx, actor.Authority{Name: "青岛市科学技术局", Place: "370200", Level: actor.City})
		return err
	})
	h.do(h.house.Hire("qingdao officer", "qingdao", actor.Officer), func(tx *db.Tx) error {
		c, err := call.Draft(t.Context(), tx, versionOf(t, "qingdao-tic-2019"), "")
		if err != nil {
			return err
		}
		if c, err = call.Publish(t.Context(), tx, c.ID, "试办"); err != nil {
			return err
		}
		tx.By = h.house.Staff["host editor"]
		a, err := apply.Begin(t.Context(), tx, h.server.office, apply.Beginning{Call: c.ID, Key: "k"})
		if err == nil {
			id = a.ID
		}
		return err
	})
	form := h.house.Form(id)
	for _, s := range form.Package.Form.Sections {
		for _, d := range s.Facts {
			if !conditional(d) {
				continue
			}
			page := h.get("host editor", h.path(id, "/form/"+s.ID))
			want(t, page, `<details class="fact when"`, `id="n-`+d.ID+`"`, "视其他项而定")
		}
	}
	to := h.path(id, "/form/mode")
	want(t, h.autosave("host editor", to, "page:tab", "t", "mode", "joint"), `data-needed="met">必填</span>`)
	want(t, h.autosave("host editor", to, "page:tab", "t", "mode", "research"), `data-needed="unmet">现在不需要填</span>`)
	folded := h.get("host editor", to)
	want(t, folded, `<details class="fact when"><summary>`)
	h.autosave("host editor", to, "page:tab", "t", "mode", "leader")
	want(t, h.get("host editor", to), `<details class="fact when" open><summary>`)
}
