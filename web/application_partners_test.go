package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/sample"
)

// hidden is the value of a hidden field of a page.
func hidden(t testing.TB, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no field %s in\n%s", name, answer{text: page}.main())
	}
	return m[1]
}

// handIn submits an application that is ready.
func (h *hall) handIn(id apply.ID) {
	h.t.Helper()
	_, err := applytest.Do(h.house, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
		return apply.Submit(ctx, tx, h.server.office, applytest.Submission(id))
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// From the list of units to a confirmation, without a script; the host changes
// the partner's row, and it is confirmed again.
func TestPartnersJourney(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := hallOn(t, siteOn(t, d))
		id := h.house.Begin().ID
		at, partner := h.path(id, "/partners"), h.house.Units["partner"]
		want(t, h.get("host editor", at), "目前没有共建单位", `name="code"`, "共建协议", "/files#m-agreement")
		h.post("host editor", at+"/invite", http.StatusSeeOther, "code", strings.ToLower(partner.Code))
		page := h.get("host editor", at)
		want(t, page, partner.Name, "待确认", "等待这家单位确认", "移出")
		without(t, page, "重新邀请")

		want(t, h.get("partner editor", "/inbox"), "邀请贵单位共建")
		want(t, h.get("partner editor", "/applications"), h.path(id, ""))
		page = h.get("partner editor", at)
		want(t, page, h.house.Host.Name+"邀请贵单位共建", "去填写", "请本单位的管理员在本页确认", partner.Name)
		without(t, page, `name="seen"`)
		h.post("partner editor", h.path(id, "/form/team"), http.StatusSeeOther, "page:tab", "p", "staff/"+db.NewID()+"/name", "欧阳若水")
		page = h.get("partner admin", at)
		want(t, page, "欧阳若水", "我代表"+partner.Name+"确认")
		h.post("partner admin", at+"/confirm", http.StatusSeeOther, "seen", hidden(t, page, "seen"))
		page = h.get("partner admin", at)
		want(t, page, "已确认")
		without(t, page, `name="seen"`)
		want(t, h.get("host admin", at), "已确认", "填写 1 行、上传 0 份文件")

		row := h.house.Form(id).Naming(h.house.Form(id).PartnerOf(partner.ID)).Name
		h.post("host editor", h.path(id, "/form/cooperation"), http.StatusSeeOther, "page:tab", "h", "mine:"+row, "1", row+"/prior", "true")
		want(t, h.get("partner admin", at), "内容有变，待重新确认", "确认后，下列内容有变动", `name="seen"`)
		page = h.get("host editor", at)
		want(t, page, "内容有变，待重新确认", "请对方重新确认")
		h.post("host editor", at+"/invite", http.StatusSeeOther, "code", partner.Code)
		h.post("partner admin", at+"/confirm", http.StatusSeeOther, "seen", hidden(t, h.get("partner admin", at), "seen"))
		want(t, h.get("host editor", at), "已确认")
		h.post("host editor", at+"/remove", http.StatusConflict, "unit", string(partner.ID))
		a := h.post("host editor", at+"/remove", http.StatusConflict, "unit", string(partner.ID))
		want(t, a.Body.String(), "请先逐项删除")
	})
}

// Who declines says why, and sees nothing any more.
func TestDecliningPage(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	at := h.path(id, "/partners")
	a := h.post("partner admin", at+"/decline", http.StatusUnprocessableEntity, "state", "confirmed", "reason", " ")
	want(t, a.Body.String(), "请写明谢绝的理由", `<details open`)
	h.post("partner admin", at+"/decline", http.StatusConflict, "state", "invited", "reason", "另有安排")
	a = h.post("partner admin", at+"/decline", http.StatusSeeOther, "state", "confirmed", "reason", "另有安排")
	if to := a.Header().Get("Location"); to != "/applications" {
		t.Errorf("sent to %s", to)
	}
	if a := h.ask(h.who("partner admin"), request{method: http.MethodGet, path: at}); a.Code != http.StatusNotFound {
		t.Errorf("who declined opens the page: %d", a.Code)
	}
	without(t, h.get("partner editor", "/applications"), h.path(id, ""))
	page := h.get("host editor", at)
	want(t, page, "已谢绝", "这家单位谢绝了邀请：另有安排", "重新邀请", "移出")
	h.post("host editor", at+"/remove", http.StatusSeeOther, "unit", string(h.house.Units["partner"].ID))
	want(t, h.get("host editor", at), "目前没有共建单位")
}

// A unit that is not registered: what to do, and a text to send to it.
func TestUnregisteredPartner(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	at, stranger := h.path(id, "/partners"), sample.Units()[3]
	a := h.post("host editor", at+"/invite", http.StatusUnprocessableEntity, "code", stranger.Code)
	want(t, a.Body.String(), "没有在平台注册", `value="`+stranger.Code+`"`, "/join", "readonly", `data-copy="letter-new"`)
	row := "units/" + db.NewID()
	h.post("host editor", h.path(id, "/form/cooperation"), http.StatusSeeOther, "page:tab", "h", row+"/unit", stranger.Code+" "+stranger.Name, row+"/role", "partner")
	page := h.get("host editor", at)
	want(t, page, stranger.Name, "未邀请", "尚未邀请这家单位", "还没有在平台登记", stranger.Name+"：")
	for code, text := range map[string]string{h.house.Units["host"].Code: "依托单位自己", "91370000": ""} {
		a := h.post("host editor", at+"/invite", http.StatusUnprocessableEntity, "code", code)
		want(t, a.Body.String(), text, `aria-invalid="true"`)
	}
}

// Everybody sees what is theirs, in both languages, with one heading and no
// message left out; nobody sees a button that is not for them.
func TestPartnersByReader(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	at := h.path(id, "/partners")
	for who, tt := range map[string]struct{ there, away []string }{
		"host editor":    {[]string{at + "/invite", at + "/remove"}, []string{at + "/confirm", at + "/decline"}},
		"partner admin":  {[]string{at + "/decline"}, []string{at + "/invite", at + "/remove"}},
		"partner editor": {nil, []string{at + "/invite", at + "/remove", at + "/confirm", at + "/decline"}},
	} {
		for _, lang := range []string{"zh", "en"} {
			page := h.get(who, at+"?lang="+lang)
			want(t, page, tt.there...)
			without(t, page, tt.away...)
			if found := parsed(t, page).untranslated(); len(found) > 0 {
				t.Errorf("%s, %s: %q", who, lang, found)
			}
		}
	}
	h.handIn(id)
	for _, who := range []string{"host admin", "partner admin", "district officer"} {
		without(t, h.get(who, at), at+"/invite", at+"/remove", at+"/confirm", at+"/decline")
	}
	if a := h.ask(h.who("other admin"), request{method: http.MethodGet, path: at}); a.Code != http.StatusNotFound {
		t.Errorf("a stranger opens the page: %d", a.Code)
	}
}

// The API says the same, and takes the same.
func TestPartnersAPI(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	page := h.get("partner admin", apiPrefix+h.path(id, "/partners"))
	fm := h.house.Form(id)
	want(t, page, `"seen":"`+fm.Part(fm.PartnerOf(h.house.Units["partner"].ID))+`"`, `"stands":true`, `"state":"confirmed"`, `"registered":true`)
	without(t, page, h.house.Staff["host editor"].Person)
}
