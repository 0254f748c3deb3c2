package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/xlsx"
	"shenbao/registry"
)

// keep adopts a part of a register for the authority of somebody.
func (w *world) keep(name, register string, rows ...string) {
	w.t.Helper()
	by := w.people[name].by
	a := registry.Adoption{Register: register, Keeper: actor.UnitID(by.Unit), Name: "a.csv", Data: []byte(strings.Join(rows, "\n")), Document: "一号文", Day: "2024-06-01"}
	w.do(by, func(tx *db.Tx) error {
		p, err := a.Preview(w.t.Context(), tx, by, w.keys)
		if err != nil {
			return err
		}
		a.Accept = p.Accept
		_, err = registry.Adopt(w.t.Context(), tx, w.keys, a)
		return err
	})
}

// A keeper reads its editions and takes the newest back, with a reason.
func TestUndoOnThePage(t *testing.T) {
	w := populate(t, newSite(t))
	w.keep("officer", "sharing_network", "单位名称,统一社会信用代码", "泉山智行机器人有限公司,91370000MA0000001T")
	w.keep("officer", "sharing_network", "单位名称,统一社会信用代码", "海岱精密传感有限公司,91370000MA0000006A")
	const at = "/registers/sharing_network"
	page := w.page("officer", at)
	for _, want := range []string{"撤销第 2 版", "officer", "海岱精密传感有限公司", `name="number" value="2"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	n := len(dbtest.Lines(t, w.db))
	if a := w.ask(w.people["head"], request{method: "POST", path: at + "/undo", form: []string{"number", "2", "why", " "}}); a.Code != 422 && a.Code != 400 || !strings.Contains(a.Body.String(), "请写明撤销的理由") {
		t.Errorf("without a reason: %d", a.Code)
	}
	if a := w.ask(w.people["head"], request{method: "POST", path: at + "/undo", form: []string{"number", "1", "why", "有误"}}); a.Code != 409 {
		t.Errorf("an old edition: %d", a.Code)
	}
	if a := w.ask(w.people["head"], request{method: "POST", path: at + "/undo", form: []string{"number", "2", "why", "名单有误"}}); a.Code != 303 {
		t.Fatalf("undo: %d %s", a.Code, a.Body)
	}
	if got := strings.Join(dbtest.Lines(t, w.db)[n:], " "); got != "registry.undo" {
		t.Errorf("journal %s", got)
	}
	if page = w.page("officer", at); !strings.Contains(page, "名单有误") || strings.Contains(page, "海岱精密传感有限公司") || !strings.Contains(page, "泉山智行机器人有限公司") {
		t.Errorf("after it: %s", answer{text: page}.main())
	}
	if strings.Contains(w.page("quan", "/registers"), "名单有误") || strings.Contains(w.ask(w.people["quan"], request{method: "GET", path: apiPrefix + "/registers"}).Body.String(), "名单有误") {
		t.Error("the reason is public")
	}
}

// A public list is queried on the page, by the API and as a workbook.
func TestRegisterRows(t *testing.T) {
	w := populate(t, newSite(t))
	rows := []string{"单位名称,统一社会信用代码", "泉山智行机器人有限公司,91370000MA0000001T"}
	for i := range 120 {
		rows = append(rows, fmt.Sprintf("齐鲁企业%03d号,", i))
	}
	w.keep("officer", "sharing_network", rows...)
	const at = "/registers/sharing_network/rows"
	if page := w.page("quan", at+"?q=机器人"); !strings.Contains(page, "泉山智行机器人有限公司") || strings.Contains(page, "齐鲁企业") {
		t.Error("the page of a text")
	}
	page := w.page("quan", at)
	next := regexp.MustCompile(`href="([^"]*after=[^"]*)"`).FindStringSubmatch(page)
	if next == nil || strings.Contains(page, "齐鲁企业119号") || !strings.Contains(w.page("quan", strings.ReplaceAll(next[1], "&amp;", "&")), "齐鲁企业119号") {
		t.Error("the second page")
	}
	var got registerRows
	must(t, json.Unmarshal(w.ask(w.people["quan"], request{method: "GET", path: apiPrefix + at + "?code=91370000MA0000001T&day=2024-07-01"}).Body.Bytes(), &got))
	if len(got.Found.Rows) != 1 || got.Found.Parts[0].Adopted.Person != "" || got.Keepers[w.units["district"]] == "" {
		t.Errorf("by the API %+v", got.Found)
	}
	a := w.ask(w.people["quan"], request{method: "GET", path: at + ".xlsx?q=机器人"})
	book, err := xlsx.Open("a.xlsx", a.Body.Bytes(), xlsx.Register)
	must(t, err)
	cells, err := book.Rows(book.Sheets[0])
	must(t, err)
	if len(cells) != 2 || cells[1].Cells[1].Text != "泉山智行机器人有限公司" || !bytes.HasPrefix(a.Body.Bytes(), []byte("PK")) {
		t.Errorf("the workbook holds %v", cells)
	}
	if a := w.ask(w.people["newcomer"], request{method: "GET", path: at}); a.Code != 404 {
		t.Errorf("somebody without a role: %d", a.Code)
	}
}

// A register of people is open to officers in scope alone; what they look at is
// told to the auditor and the keeper, and a number stands in no answer.
func TestLooksOnThePage(t *testing.T) {
	w := populate(t, newSite(t))
	w.keep("officer", "platform_staff", "平台名称,平台类别,所在地,姓名,身份证号,进入日期", "深海装备,省重点实验室,370114,王明远,"+identity+",2019-01-01")
	const at = "/registers/platform_staff"
	n := len(dbtest.Lines(t, w.db))
	for name, want := range map[string]int{"quan": 404, "editor": 404, "finance": 404, "expert": 404, "auditor": 404, "sysadmin": 404, "newcomer": 404} {
		for _, path := range []string{"/rows", "/rows.xlsx", "/rows?q=王"} {
			if a := w.ask(w.people[name], request{method: "GET", path: at + path}); a.Code != want {
				t.Errorf("%s %s: %d", name, path, a.Code)
			}
		}
		if a := w.ask(w.people[name], request{method: "POST", path: at + "/ask", form: []string{"number", identity}}); a.Code != want {
			t.Errorf("%s asks: %d", name, a.Code)
		}
	}
	if got := w.page("officer_abroad", at+"/rows"); strings.Contains(got, "王明远") || strings.Contains(got, "深海装备") || strings.Contains(got, "一号文") {
		t.Error("another authority reads it")
	}
	page := w.page("officer", at+"/rows?q=深海")
	if !strings.Contains(page, "王明远") || strings.Contains(page, identity[14:]) {
		t.Error("the keeper's page")
	}
	a := w.ask(w.people["head"], request{method: "POST", path: at + "/ask", form: []string{"number", identity}})
	if a.Code != 200 || !strings.Contains(a.Body.String(), "在名录中，共 1 行") || strings.Contains(a.Body.String(), identity) {
		t.Errorf("the answer: %d %s", a.Code, answer{text: a.Body.String()}.main())
	}
	a = w.ask(w.people["head"], request{method: "POST", path: at + "/ask", form: []string{"number", "123"}})
	if a.Code < 400 || a.Code >= 500 || !strings.Contains(a.Body.String(), "请填完整的身份证号") {
		t.Errorf("no number: %d", a.Code)
	}
	if got := strings.Join(dbtest.Lines(t, w.db)[n:], " "); got != "registry.look registry.look registry.look" {
		t.Errorf("journal %s", got)
	}
	for _, name := range []string{"auditor", "officer"} {
		page := w.page(name, "/registers/looks")
		for _, want := range []string{"深海", "370***********9017", "平台固定人员名录", "head"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not see %s", name, want)
			}
		}
	}
	if page := w.page("officer_abroad", "/registers/looks"); strings.Contains(page, "深海") || strings.Contains(page, "370***********9017") {
		t.Error("another keeper sees the looks")
	}
	if a := w.ask(w.people["quan"], request{method: "GET", path: "/registers/looks"}); a.Code != 404 {
		t.Errorf("an applicant: %d", a.Code)
	}
}
