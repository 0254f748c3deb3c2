package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

var keyField = regexp.MustCompile(`name="key" value="([0-9a-f]+)"`)
var seenField = regexp.MustCompile(`name="seen" value="([^"]+)"`)

// submission reads what the page of the check would send.
func (h *hall) submission(who string, id apply.ID) []string {
	h.t.Helper()
	page := h.get(who, h.path(id, "/check"))
	key, seen := keyField.FindStringSubmatch(page), seenField.FindStringSubmatch(page)
	if key == nil || seen == nil {
		h.t.Fatalf("no form to submit\n%s", answer{text: page}.main())
	}
	return []string{"key", key[1], "seen", seen[1], "pledges", "integrity", "pledges", "declassified", "acknowledged", "on"}
}

// Everything that stands in the way is in one list, and every line leads to the
// field that it is about.
func TestCheckList(t *testing.T) {
	h := newHall(t)
	id := h.house.Begin().ID
	page := h.get("host admin", h.path(id, "/check"))
	want(t, page, "项需处理后才能提交", `/form/centre?check=1#f-centre.name"`, `/files#f-material.plan"`, "必填，尚未填写", `disabled`, `data-until=`, "以服务器完整收到")
	links := regexp.MustCompile(`href="(/applications/[^"]+/form/[^"#]+)#f-([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 10 {
		t.Fatalf("%d links", len(links))
	}
	seen := map[string]string{}
	for _, m := range links {
		if seen[m[1]] == "" {
			seen[m[1]] = h.get("host admin", m[1])
		}
		if !strings.Contains(seen[m[1]], `id="f-`+m[2]+`"`) {
			t.Errorf("%s has no #f-%s", m[1], m[2])
		}
	}
}

// Submitting gives a version with its receipt; the same request again gives the
// same one, and a request that changed nothing since is needed.
func TestSubmit(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	send := h.submission("host admin", id)
	without(t, h.get("host admin", h.path(id, "/check")), "项需处理后才能提交")
	a := h.post("host admin", h.path(id, "/submit"), http.StatusUnprocessableEntity, send[:4]...)
	want(t, a.Body.String(), "请阅读并勾选诚信承诺")
	a = h.post("host admin", h.path(id, "/submit"), http.StatusOK, send...)
	if got := a.Header().Get("Content-Location"); got != h.path(id, "/versions/1") {
		t.Errorf("the receipt stands at %s", got)
	}
	want(t, a.Body.String(), "shenbao receipt", h.path(id, "/versions/1/receipt.pdf"), `data-address="`+h.path(id, "/versions/1")+`"`, h.path(id, "/versions/1?lang=en"))
	lines := len(dbtest.Lines(t, h.db))
	again := h.post("host admin", h.path(id, "/submit"), http.StatusOK, send...)
	if got := again.Header().Get("Content-Location"); got != h.path(id, "/versions/1") || len(dbtest.Lines(t, h.db)) != lines {
		t.Errorf("the same request twice answers with %s", got)
	}
	body, _ := json.Marshal(map[string]any{"key": send[1], "seen": send[3], "pledges": apply.Pledges, "acknowledged": true})
	v := struct {
		Number   int64     `json:"number"`
		Receipt  string    `json:"receipt"`
		Received time.Time `json:"received"`
	}{}
	data := h.ask(h.who("host admin"), request{method: http.MethodPost, path: apiPrefix + h.path(id, "/submit"), json: string(body)})
	if err := json.Unmarshal(data.Body.Bytes(), &v); err != nil || v.Number != 1 || !strings.HasPrefix(v.Receipt, "shenbao receipt\n") || !v.Received.Equal(dbtest.Noon) {
		t.Errorf("%v %+v\n%s", err, v, data.Body)
	}
	want(t, h.get("host admin", h.path(id, "")), "查看回执", "撤回后本次提交作废")
	want(t, h.get("district officer", "/applications"), string(id))
}

// What changed since the page was made is not submitted unseen; and a body that
// is longer than its few fields is not read.
func TestSubmitWhatWasSeen(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	send := h.submission("host admin", id)
	h.autosave("host editor", h.path(id, "/form/centre"), "page:tab", "t", "mine:centre.chain", "1", "centre.chain", "机器人产业链")
	a := h.post("host admin", h.path(id, "/submit"), http.StatusConflict, send...)
	want(t, a.Body.String(), "检查之后内容又有变动")
	a = h.post("host admin", h.path(id, "/submit"), http.StatusUnprocessableEntity, append(send, "long", strings.Repeat("x", maxSmall))...)
	want(t, a.Body.String(), "内容太大")
	h.post("host admin", h.path(id, "/submit"), http.StatusOK, h.submission("host admin", id)...)
}

// An editor is told who may submit.
func TestEditorMayNotSubmit(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	page := h.get("host editor", h.path(id, "/check"))
	want(t, page, "由单位管理员提交", "<strong>某人</strong>")
	without(t, page, `action="`+h.path(id, "/submit")+`"`)
	a := h.ask(h.who("host editor"), request{method: http.MethodPost, path: h.path(id, "/submit"), form: []string{"key", db.NewID()}})
	if a.Code != http.StatusNotFound && a.Code != http.StatusForbidden {
		t.Errorf("an editor submits: %d", a.Code)
	}
}

// What counts is when the request was fully received: one millisecond before the
// end is in time, the end itself is late.
func TestSubmitAtTheEnd(t *testing.T) {
	for _, one := range []struct {
		before time.Duration
		status int
	}{{time.Millisecond, http.StatusOK}, {0, http.StatusGone}, {-time.Millisecond, http.StatusGone}} {
		h := newHall(t)
		id := h.house.Ready()
		send := h.submission("host admin", id)
		h.db.Clock = clock.At(h.house.Call.Closes.Add(-one.before))
		h.people = map[string]*player{} // their sessions are over
		h.post("host admin", h.path(id, "/submit"), one.status, send...)
	}
}

// Withdrawing and dropping say first what they do; what was returned says field
// by field what is to be mended.
func TestTakeBackAndReturn(t *testing.T) {
	h := newHall(t)
	id := h.house.Ready()
	h.post("host admin", h.path(id, "/submit"), http.StatusOK, h.submission("host admin", id)...)
	want(t, h.get("district officer", h.path(id, "")), `<option value="centre.name">`, `<option value="material.plan">`, "退回后，申报单位可修改")
	a := h.post("district officer", h.path(id, "/return"), http.StatusUnprocessableEntity, "reason", "", "until", "", "field", "centre.name", "remark", "名称<b>太宽")
	want(t, a.Body.String(), "请写明退回原因", `value="名称&lt;b&gt;太宽"`, `<option value="centre.name" selected>`)
	h.post("district officer", h.path(id, "/return"), http.StatusSeeOther, "reason", "请补正", "until", "2024-12-01T17:00", "field", "centre.name", "remark", "名称太宽", "field", "", "remark", "", "field", "staff", "remark", "缺人")
	page := h.get("host editor", h.path(id, ""))
	want(t, page, "章丘区工业信息化和科技局退回修改", "请补正", "名称太宽", `/form/centre#r-centre.name"`, "按意见修改")
	want(t, h.get("host editor", h.path(id, "/form/centre")), `id="r-centre.name"><strong>修改意见：</strong> 名称太宽`)
	// An authority does not see what is being mended.
	mended := h.get("district officer", h.path(id, ""))
	want(t, mended, "申报书正在修改")
	for _, rest := range []string{"/form/centre", "/check"} {
		if a := h.ask(h.who("district officer"), request{method: http.MethodGet, path: h.path(id, rest)}); a.Code < 400 {
			t.Errorf("an officer opens %s of what is being mended: %d", rest, a.Code)
		}
	}
	h.post("host admin", h.path(id, "/submit"), http.StatusOK, h.submission("host admin", id)...)
	h.post("host admin", h.path(id, "/withdraw"), http.StatusSeeOther)
	want(t, h.get("host admin", h.path(id, "")), "目前没有有效的提交", "放弃后这份申报书不能再填")
	h.post("host admin", h.path(id, "/drop"), http.StatusSeeOther)
	want(t, h.get("host admin", h.path(id, "")), "这份申报书已放弃")
	h.post("host editor", h.path(id, "/form/centre"), http.StatusConflict, "page:tab", "t", "centre.name", "x")
}

// A press, a second press and a reload begin one application; what was typed
// into the short form goes with it; a visitor is led to the sign-in and back.
func TestBeginOnce(t *testing.T) {
	h := newHall(t)
	call := "/calls/" + string(h.house.Call.ID)
	key := keyField.FindStringSubmatch(h.get("host editor", call))
	if key == nil {
		t.Fatal("nothing to begin with")
	}
	first := h.post("host editor", call+"/apply", http.StatusSeeOther, "key", key[1]).Header().Get("Location")
	second := h.post("host editor", call+"/apply", http.StatusSeeOther, "key", key[1]).Header().Get("Location")
	if first != second || !strings.HasSuffix(first, "/form") {
		t.Errorf("%s and %s", first, second)
	}
	h.post("host editor", call+"/apply", http.StatusUnprocessableEntity, "key", "")
	check := h.get("host editor", call+"/check")
	want(t, check, `formaction="`+call+`/apply"`)
	third := h.post("host editor", call+"/apply", http.StatusSeeOther, "key", keyField.FindStringSubmatch(check)[1], "direction", "humanoid_robot", "pilot_base", "true").Header().Get("Location")
	if again := h.post("host editor", call+"/apply", http.StatusSeeOther, "key", keyField.FindStringSubmatch(check)[1], "direction", "humanoid_robot").Header().Get("Location"); again != third {
		t.Errorf("a second press leads to %s, not %s", again, third)
	}
	if third == first {
		t.Error("another page begins the same application")
	}
	id := apply.ID(strings.Split(third, "/")[2])
	want(t, h.get("host editor", h.path(id, "/form/centre")), `<option value="humanoid_robot" selected>`)
	want(t, h.get("stranger", call), `href="/sign-in?next=`+"%2Fcalls%2F"+string(h.house.Call.ID)+`"`)
	h.house.Hire("newcomer", "", actor.Visitor)
	want(t, h.get("newcomer", call), "先登记单位再申报")
	without(t, h.get("district officer", call), "/apply")
	for _, who := range []string{"stranger", "newcomer", "district officer"} {
		if a := h.ask(h.who(who), request{method: http.MethodPost, path: call + "/apply", form: []string{"key", db.NewID()}}); a.Code < 400 {
			t.Errorf("%s begins an application: %d", who, a.Code)
		}
	}
}

// The list holds the reader's own, narrowed by what they ask for, in pages.
func TestApplicationsList(t *testing.T) {
	h := newHall(t)
	want(t, h.get("host editor", "/applications"), "还没有申报书", `href="/calls"`)
	id := h.house.Ready()
	h.post("host admin", h.path(id, "/submit"), http.StatusOK, h.submission("host admin", id)...)
	draft := h.house.Begin().ID
	list := h.get("host editor", "/applications")
	want(t, list, string(id), string(draft), "继续填报", "查看回执", "2024年12月2日")
	without(t, h.get("host editor", "/applications?state=submitted"), string(draft))
	without(t, h.get("host editor", "/applications?q=nothing"), string(draft), string(id))
	want(t, h.get("host editor", "/applications?call="+string(h.house.Call.ID)), string(draft), string(id))
	without(t, h.get("other admin", "/applications"), string(draft), string(id))
	without(t, h.get("abroad officer", "/applications"), string(draft), string(id))
	for _, who := range []string{"district officer", "city head", "province officer", "programme officer"} {
		page := h.get(who, "/applications")
		want(t, page, string(id), "收到的申报")
		without(t, page, string(draft))
	}
	h.house.Copies(id, 60)
	first := h.get("district officer", "/applications")
	next := regexp.MustCompile(`href="(/applications\?after=[^"]+)"`).FindStringSubmatch(first)
	if next == nil {
		t.Fatal("one page holds them all")
	}
	want(t, h.get("district officer", strings.ReplaceAll(next[1], "&amp;", "&")), "data-row")
}
