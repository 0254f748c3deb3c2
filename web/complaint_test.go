package web

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// files sends a form with files: field, name and content of each.
func (h *hall) files(who, path string, fields map[string]string, sent ...[3]string) *httptest.ResponseRecorder {
	h.t.Helper()
	p := h.people["stranger"]
	if who != "stranger" {
		p = h.who(who)
	}
	return h.parts(p, path, fields, sent...)
}

func (w *world) parts(p *player, path string, fields map[string]string, sent ...[3]string) *httptest.ResponseRecorder {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField(formToken, w.formToken(p))
	for name, value := range fields {
		_ = form.WriteField(name, value)
	}
	for _, f := range sent {
		part, err := form.CreateFormFile(f[0], f[1])
		if err != nil {
			w.t.Fatal(err)
		}
		_, _ = part.Write([]byte(f[2]))
	}
	form.Close()
	req := w.request(p, request{method: http.MethodPost, path: path})
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.RemoteAddr, r.Header = req.RemoteAddr, req.Header
	r.Header.Set("Content-Type", form.FormDataContentType())
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, r)
	return rec
}

// complaint is what a stranger types.
func (w *world) complaintForm() map[string]string {
	return map[string]string{"call": string(w.calls["published"]), "about": "某某咨询公司", "story": "自称能包过", "contact": "13800001111"}
}

var ownLink = regexp.MustCompile(`https://sb\.example\.gov\.cn(/complaints/mine/[\w-]{43})`)

func TestComplaints(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := populate(t, siteOn(t, d))
		to := "/complaints/new?call=" + string(w.calls["published"])
		for _, name := range []string{"stranger", "quan"} {
			if p := w.page(name, "/calls/"+string(w.calls["published"])); !strings.Contains(p, to) {
				t.Errorf("%s finds no way to complain on the page of the call", name)
			}
		}
		if p := w.page("stranger", to); !strings.Contains(p, "章丘区工业信息化和科技局") || !strings.Contains(p, `enctype="multipart/form-data"`) || !strings.Contains(p, "也可以直接联系") {
			t.Errorf("the form: %s", answer{text: p}.main())
		}
		if p := w.page("stranger", "/complaints/new"); !strings.Contains(p, string(w.calls["published"])) || strings.Contains(p, string(w.calls["draft"])) {
			t.Errorf("the choice of calls: %s", answer{text: p}.main())
		}
		before := len(dbtest.Lines(t, d))
		a := w.parts(w.people["quan"], "/complaints/new", w.complaintForm(), [3]string{"file2", "截图.png", tinyPNG})
		m := ownLink.FindStringSubmatch(a.Body.String())
		if a.Code != http.StatusOK || m == nil || a.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("filed: %d %s", a.Code, answer{text: a.Body.String()}.main())
		}
		link := m[1]
		if p := w.page("stranger", link); !strings.Contains(p, "待答复") || strings.Contains(p, "包过") || strings.Contains(p, "咨询公司") {
			t.Errorf("by the link: %s", answer{text: p}.main())
		}
		if a := w.ask(w.people["stranger"], request{method: "GET", path: link}); a.Header().Get("Cache-Control") != "no-store" || a.Header().Get("Referrer-Policy") != "same-origin" {
			t.Errorf("headers %v", a.Header())
		}
		for _, wrong := range []string{link + "x", link[:len(link)-1], "/complaints/mine/x"} {
			if a := w.ask(w.people["stranger"], request{method: "GET", path: wrong}); a.Code != http.StatusNotFound {
				t.Errorf("%s: %d", wrong, a.Code)
			}
		}
		var list complaintsPage
		if err := json.Unmarshal(w.ask(w.people["officer"], request{method: "GET", path: apiPrefix + "/complaints"}).Body.Bytes(), &list); err != nil || len(list.Complaints) != 1 {
			t.Fatalf("the list: %+v, %v", list, err)
		}
		at := "/complaints/" + string(list.Complaints[0].ID)
		if p := w.page("officer", "/inbox"); !strings.Contains(p, "对中介的投诉") {
			t.Error("the officers are not told")
		}
		p := w.page("officer", at)
		if !strings.Contains(p, "某某咨询公司") || !strings.Contains(p, "自称能包过") || !strings.Contains(p, "截图.png") || strings.Contains(p, "13800001111") {
			t.Errorf("the officer sees: %s", answer{text: p}.main())
		}
		if a := w.ask(w.people["head"], request{method: "POST", path: at + "/reveal"}); a.Code != 200 || !strings.Contains(a.Body.String(), "13800001111") {
			t.Errorf("revealed: %d", a.Code)
		}
		for name, path := range map[string]string{"officer": at, "stranger": link} {
			for _, lang := range []string{"zh", "en"} {
				d := parsed(t, w.page(name, withLang(path, lang)))
				for _, fault := range append(d.faults(w, lang), d.untranslated()...) {
					t.Errorf("%s in %s: %s", path, lang, fault)
				}
			}
		}
		i := strings.Index(p, at+"/files/")
		file := p[i : i+strings.IndexByte(p[i:], '"')]
		if a := w.ask(w.people["programme_officer"], request{method: "POST", path: file}); a.Code != 200 || a.Body.String() != tinyPNG || a.Header().Get("Content-Type") != "image/png" {
			t.Errorf("the evidence: %d %v", a.Code, a.Header())
		}
		for _, name := range []string{"stranger", "quan", "officer_abroad", "finance", "office_admin", "sysadmin", "auditor"} {
			for _, r := range []request{{method: "GET", path: at}, {method: "POST", path: at + "/reveal"}, {method: "POST", path: file}, {method: "POST", path: at + "/answer", form: []string{"answer", "x"}}} {
				if a := w.ask(w.people[name], r); a.Code != http.StatusNotFound && a.Code != http.StatusUnauthorized || strings.Contains(a.Body.String(), "包过") {
					t.Errorf("%s: %s %s: %d", name, r.method, r.path, a.Code)
				}
			}
		}
		if a := w.ask(w.people["officer"], request{method: "POST", path: at + "/answer", form: []string{"answer", ""}}); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("no answer: %d", a.Code)
		}
		if a := w.ask(w.people["officer"], request{method: "POST", path: at + "/answer", form: []string{"answer", "已移交<i>"}}); a.Code != http.StatusSeeOther {
			t.Errorf("answered: %d", a.Code)
		}
		if p := w.page("stranger", link); !strings.Contains(p, "已移交&lt;i&gt;") || !strings.Contains(p, "已答复") {
			t.Errorf("the answer: %s", answer{text: p}.main())
		}
		w.followUp(at, link)
		if lines := dbtest.Lines(t, d)[before:]; !slices.Equal(lines, []string{"recommend.complain", "recommend.reveal_complainant", "recommend.open_evidence", "recommend.answer_complaint",
			"recommend.follow_complaint", "recommend.answer_complaint"}) {
			t.Errorf("lines %v", lines)
		}
		filed, err := db.View(t.Context(), d, func(r db.Reader) (by string, err error) {
			err = r.QueryRow(t.Context(), `SELECT person || unit || role FROM journal WHERE verb IN ('recommend.complain', 'recommend.follow_complaint') ORDER BY person || unit || role DESC LIMIT 1`).Scan(&by)
			return by, err
		})
		if err != nil || filed != "visitor" {
			t.Errorf("filed by %q, though by somebody signed in: %v", filed, err)
		}
		if log := w.log.String(); strings.Contains(log, "包过") || strings.Contains(log, "1380000") || strings.Contains(log, "又来要钱") || strings.Contains(log, link[20:]) {
			t.Errorf("the log tells: %s", log)
		}
	})
}

// followUp says more to the answer of a complaint, by somebody who happens to be
// signed in, and answers that.
func (w *world) followUp(at, link string) {
	t := w.t
	t.Helper()
	follow := func(name, text string) *httptest.ResponseRecorder {
		return w.ask(w.people[name], request{method: "POST", path: "/complaints/mine", form: []string{"token", link[len("/complaints/mine/"):], "message", text}})
	}
	if a := follow("stranger", " "); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "#f-message") {
		t.Errorf("nothing: %d", a.Code)
	}
	if a := w.ask(w.people["stranger"], request{method: "POST", path: "/complaints/mine", form: []string{"token", "x", "message", "x"}}); a.Code != http.StatusNotFound {
		t.Errorf("by another link: %d", a.Code)
	}
	if a := follow("quan", "他又来要钱<b>"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != link {
		t.Fatalf("followed up: %d %v", a.Code, a.Header())
	}
	if a := follow("quan", "再问"); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "正在等候答复") {
		t.Errorf("twice: %d %s", a.Code, answer{text: a.Body.String()}.main())
	}
	if p := w.page("stranger", link); !strings.Contains(p, "他又来要钱&lt;b&gt;") || !strings.Contains(p, "待答复") || strings.Contains(p, `name="message"`) {
		t.Errorf("by the link: %s", answer{text: p}.main())
	}
	if p := w.page("officer", "/inbox"); !strings.Contains(p, "有了追问") || strings.Contains(p, "要钱") {
		t.Errorf("the officers are told: %s", answer{text: p}.main())
	}
	p := w.page("officer", at)
	if first, second := strings.Index(p, "已移交&lt;i&gt;"), strings.Index(p, "他又来要钱&lt;b&gt;"); first < 0 || second < first || !strings.Contains(p, `name="seen" value="2"`) {
		t.Errorf("the officer sees: %s", answer{text: p}.main())
	}
	for path, name := range map[string]string{at: "officer", link: "stranger", "/complaints?state=open": "officer"} {
		for _, lang := range []string{"zh", "en"} {
			d := parsed(t, w.page(name, withLang(path, lang)))
			for _, fault := range append(d.faults(w, lang), d.untranslated()...) {
				t.Errorf("%s in %s: %s", path, lang, fault)
			}
		}
	}
	if a := w.ask(w.people["officer"], request{method: "POST", path: at + "/answer", form: []string{"seen", "1", "answer", "已立案"}}); a.Code != http.StatusConflict {
		t.Errorf("answered without having seen it: %d", a.Code)
	}
	if a := w.ask(w.people["officer"], request{method: "POST", path: at + "/answer", form: []string{"seen", "2", "answer", "已立案"}}); a.Code != http.StatusSeeOther {
		t.Errorf("answered again: %d", a.Code)
	}
	p = w.page("stranger", link)
	if i, j := strings.Index(p, "他又来要钱"), strings.Index(p, "已立案"); i < 0 || j < i || !strings.Contains(p, `name="message"`) {
		t.Errorf("the second answer: %s", answer{text: p}.main())
	}
}

// What strangers send is taken as text, or refused; nobody floods the office.
func TestHostileComplaints(t *testing.T) {
	w := populate(t, newSite(t))
	now := w.db.Clock.(*clock.Manual)
	stranger := w.people["stranger"]
	send := func(change map[string]string, files ...[3]string) *httptest.ResponseRecorder {
		now.Add(time.Hour) // so that nobody has to wait
		form := w.complaintForm()
		for name, value := range change {
			form[name] = value
		}
		return w.parts(stranger, "/complaints/new", form, files...)
	}
	for _, text := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'; DROP TABLE complaints; --`, "{{.}} ${7*7} %s %00", "=HYPERLINK(\"http://x\")", "\u202egnp.exe",
		strings.Repeat("𠮷", 200), "https://evil.example/\r\nSet-Cookie: a=b", "javascript:alert(1)"} {
		a := send(map[string]string{"about": text, "story": text, "contact": text})
		if a.Code != http.StatusOK || strings.Contains(a.Body.String(), "<script>alert") {
			t.Errorf("%.40q: %d", text, a.Code)
		}
	}
	now.Set(dbtest.Noon) // the officers are signed in again
	var list complaintsPage
	if err := json.Unmarshal(w.ask(w.people["officer"], request{method: "GET", path: apiPrefix + "/complaints"}).Body.Bytes(), &list); err != nil || len(list.Complaints) != 9 {
		t.Fatalf("%d complaints, %v", len(list.Complaints), err)
	}
	for _, c := range list.Complaints {
		p := w.page("officer", "/complaints/"+string(c.ID))
		for _, bad := range []string{"<script>alert", "<img src=x", "\u202e", `href="javascript`, "Set-Cookie"} {
			if strings.Contains(p, bad) && bad != "Set-Cookie" {
				t.Errorf("a page holds %q", bad)
			}
		}
	}
	for name, c := range map[string]struct {
		change map[string]string
		files  [][3]string
		status int
	}{
		"nobody":            {map[string]string{"about": " "}, nil, 422},
		"nothing":           {map[string]string{"story": "\u202e\u2066"}, nil, 422},
		"too long":          {map[string]string{"story": strings.Repeat("长", 4001)}, nil, 422},
		"no call":           {map[string]string{"call": ""}, nil, 422},
		"another's draft":   {map[string]string{"call": string(w.calls["draft"])}, nil, 404},
		"a call of nowhere": {map[string]string{"call": "../../x"}, nil, 404},
		"broken characters": {map[string]string{"about": "\xff\xfe"}, nil, 422},
		"NUL":               {map[string]string{"about": "a\x00b"}, nil, 422},
		"a field too many":  {map[string]string{"issuer": "x"}, nil, 422},
		"a program":         {nil, [][3]string{{"file", "a.pdf", "MZ\x90\x00"}}, 422},
		"a page":            {nil, [][3]string{{"file", "a.html", "<html><script>x</script>"}}, 422},
		"a script":          {nil, [][3]string{{"file3", "a.txt", "#!/bin/sh\nrm -rf /"}}, 422},
		"too large":         {nil, [][3]string{{"file", "a.txt", strings.Repeat("x", 10<<20+1)}}, 422},
		"two in one field":  {nil, [][3]string{{"file", "a.png", tinyPNG}, {"file", "b.png", tinyPNG}}, 422},
		"a fourth file":     {nil, [][3]string{{"file4", "a.png", tinyPNG}}, 422},
		"an empty file":     {nil, [][3]string{{"file", "a.txt", ""}}, 422},
		"a path for a name": {nil, [][3]string{{"file", "../../etc/passwd.png", tinyPNG}}, 200},
	} {
		if a := send(c.change, c.files...); a.Code != c.status {
			t.Errorf("%s: %d, want %d %s", name, a.Code, c.status, answer{text: a.Body.String()}.main())
		}
	}
	// What was typed is there again, and the fault beside its field.
	if a := send(map[string]string{"about": ""}); !strings.Contains(a.Body.String(), "自称能包过") || !strings.Contains(a.Body.String(), `class="error"`) {
		t.Error("what was typed is gone")
	}
	now.Add(time.Hour)
	statuses := []int{}
	for range 7 {
		statuses = append(statuses, w.parts(stranger, "/complaints/new", w.complaintForm()).Code)
	}
	if !slices.Equal(statuses, []int{200, 200, 200, 200, 200, 429, 429}) {
		t.Errorf("one source after the other: %v", statuses)
	}
}
