package web

import (
	"bytes"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/internal/pdf"
)

// The editor has a text for every section, what each should hold, and a counter;
// what is typed is there again, without a script and with one.
func TestPlanEditor(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	at := h.path(id, "/plan")
	page := h.get("host editor", at)
	want(t, page, `name="plan.summary"`, `name="outline/meaning"`, `name="outline/safeguards"`, "应包括：建设背景、", "约 2500 字（2250—2750 字）", "0 / 5000 字",
		`data-autosave`, `data-count="{n} 字"`, `name="was:outline/basis"`, "clauses#c000-081", "/files#m-plan")
	without(t, page, `name="outline/abstract"`, `name="outline/annex"`, `class="error"`)
	h.post("host editor", at, http.StatusSeeOther, "page:tab", "t", "page:then", "stay", "outline/meaning", "建设\r\n意义", "plan.summary", "摘要文字")
	page = h.get("host editor", at)
	want(t, page, "建设\n意义</textarea>", "摘要文字</textarea>", `data-count="{n} 字">4 字`, "4 / 5000 字")
	want(t, h.get("host editor", h.path(id, "/form/plan")), "摘要文字")
	saved := h.autosave("host editor", at, "page:tab", "t", "outline/basis", "基础", "was:outline/basis", hidden(t, page, "was:outline/basis"))
	want(t, saved, `id="saved"`, `data-state="saved"`, `id="s-outline/basis"`, `id="beside"`)
	without(t, saved, "<html", "s-outline/meaning")
	// Somebody else wrote into the same section: neither text is lost.
	conflict := h.autosave("second editor", at, "page:tab", "u", "outline/basis", "我的基础", "was:outline/basis", hidden(t, page, "was:outline/basis"))
	want(t, conflict, `data-state="conflict"`, `data-conflict="outline/basis"`, "我的基础", "基础")
	if got := h.house.Form(id).Written().Sections[2].Text; got != "基础" {
		t.Errorf("the section holds %q", got)
	}
	a := h.post("host editor", at, http.StatusUnprocessableEntity, "page:tab", "t", "outline/nothing", "x")
	want(t, a.Body.String(), "没有“outline/nothing”这一项")
	want(t, h.get("host editor", at+"?check=1"), "建设方案缺这一部分")
}

// aPlan is a PDF of a plan with the headings given.
func aPlan(t *testing.T, headings ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	d := pdf.New(pdf.Meta{Title: "建设方案"})
	for i, heading := range headings {
		d.Heading(1, heading)
		n := 10
		if i == 0 {
			n = 200
		}
		d.Text(strings.Repeat("本中心开展研究并服务企业。", n))
	}
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload hands a file in as a material.
func (h *hall) upload(who string, id apply.ID, material string, content []byte) {
	h.t.Helper()
	_, err := h.server.office.Receive(h.t.Context(), h.db, h.house.Staff[who], apply.Delivery{Content: bytes.NewReader(content),
		Sending: apply.Sending{Application: id, Material: material, Name: "方案.pdf", Size: int64(len(content))}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// A file is compared with the outline, and a person decides.
func TestUploadedPlan(t *testing.T) {
	h := newHall(t)
	for name, tt := range map[string]struct {
		content []byte
		want    []string
	}{
		"whole":    {aPlan(t, "摘要", "一、建设意义", "二、基础条件", "三、总体思路", "四、建设任务", "五、运行机制", "六、保障措施"), []string{"与提纲一致"}},
		"changed":  {aPlan(t, "摘要", "一、建设意义", "三、总体思路", "二、基础条件", "四、建设任务", "五、运行机制"), []string{"2 处请核对", "没有找到这一部分的标题", "不在提纲规定的位置"}},
		"no words": {aPlan(t), []string{"无法核对", "可能是扫描件", "请人工核对"}},
	} {
		id := h.house.Begin().ID
		h.upload("host editor", id, "plan", tt.content)
		for _, who := range []string{"host editor", "host admin"} {
			page := h.get(who, h.path(id, "/plan"))
			want(t, page, tt.want...)
			want(t, page, "已上传文件，以文件为准", `name="plan.summary"`)
			if found := parsed(t, page).untranslated(); len(found) > 0 {
				t.Errorf("%s: %q", name, found)
			}
		}
		want(t, h.get("host editor", h.path(id, "/plan?lang=en")), "The uploaded plan against the outline")
		if name == "changed" {
			want(t, h.get("host editor", h.path(id, "/check")), "没有找到这一部分的标题", `href="`+h.path(id, "/plan"))
		}
	}
}

// A partner and an authority read the plan and change nothing.
func TestPlanByReader(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	at := h.path(id, "/plan")
	page := h.get("partner editor", at)
	want(t, page, "建设方案由依托单位填写")
	without(t, page, "<textarea")
	h.post("partner editor", at, http.StatusForbidden, "page:tab", "t", "outline/meaning", "x")
	if a := h.ask(h.who("district officer"), request{method: http.MethodGet, path: at}); a.Code != http.StatusNotFound {
		t.Errorf("an authority reads a draft: %d", a.Code)
	}
	h.handIn(id)
	for _, who := range []string{"host editor", "district officer"} {
		page := h.get(who, at)
		want(t, page, "摘要")
		without(t, page, "<textarea")
	}
}
