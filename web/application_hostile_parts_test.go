package web

import (
	archive "archive/zip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/internal/dbtest"
)

// TestFormulasInExports puts formulas into what tables and registers are made of
// and exports them: every cell is a text (A7).
func TestFormulasInExports(t *testing.T) {
	c := newCourt(t, dbtest.SQLite(t))
	formulas := []string{`=HYPERLINK("http://evil.example","x")`, "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", `=cmd|' /C calc'!A0`, `=IMPORTXML("http://evil.example","//a")`, `"=1+1`, ";=1+1", "_x003D_1+1"}
	form := c.get("city officer", c.table+"?row="+c.names["{row}"])
	send := []string{"row", c.names["{row}"], "seen", between(form, `name="seen" value="`, `"`), "reason", ""}
	for i, name := range slices.Sorted(maps.Keys(fieldsOf(form))) {
		send = append(send, name, formulas[i%len(formulas)])
	}
	c.post("city officer", c.table+"/row", http.StatusSeeOther, send...)
	honours := "/units/" + string(c.house.Units["host"].ID) + "/profile/honours"
	for _, one := range formulas {
		a := c.ask(c.who("host admin"), request{method: http.MethodPost, path: honours, form: []string{"id", "", "version", "0", "cell.name", one, "cell.granted", "2023-01-01"}})
		if a.Code != http.StatusSeeOther && a.Code != http.StatusUnprocessableEntity { // refused is no loss
			t.Errorf("%q: %d", one, a.Code)
		}
	}
	for who, path := range map[string]string{"city officer": c.table + "/workbook", "host admin": honours + "/workbook", "district officer": "/papers/workbook"} {
		book := c.get(who, path)
		r, err := archive.NewReader(strings.NewReader(book), int64(len(book)))
		must(t, err)
		held := 0
		for _, f := range r.File {
			content, err := f.Open()
			must(t, err)
			text, err := io.ReadAll(content)
			must(t, err)
			if regexp.MustCompile(`<f[ >]|t="(str|e)"|<hyperlink |TargetMode="External"|externalLink|ddeLink`).Match(text) {
				t.Errorf("%s: %s holds a formula or a link", path, f.Name)
			}
			held += strings.Count(string(text), "1+1") + strings.Count(string(text), "SUM(1)") + strings.Count(string(text), "evil.example")
		}
		if held == 0 && path != "/papers/workbook" {
			t.Errorf("%s holds none of the texts", path)
		}
	}
}

// fieldsOf are the names of the cells that a form has.
func fieldsOf(page string) map[string]bool {
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`name="(cell\.[a-z_]+)"`).FindAllStringSubmatch(page, -1) {
		out[m[1]] = true
	}
	return out
}

// TestPartsOfCases sends forms with files, as no browser does, to every route of
// officers and strangers that takes some: they are refused, nothing is kept, and
// they cost little (A20, A8–A12: what is inside a file, see internal/intake).
func TestPartsOfCases(t *testing.T) {
	if testing.Short() {
		t.Skip("a long table")
	}
	c := newCourt(t, dbtest.SQLite(t))
	before := c.gathered()
	stored, sources := c.contents(), 0
	endless, large := string(bomb(300)), string(word("word/media/a.bin", strings.Repeat("\x00", 200<<20)))
	part := func(head, body string) string { return "--B\r\n" + head + "\r\n\r\n" + body + "\r\n" }
	text := func(name, body string) string { return part(`Content-Disposition: form-data; name="`+name+`"`, body) }
	file := func(name, content string) string {
		return part(`Content-Disposition: form-data; name="file"; filename="`+name+`"`, content)
	}
	const kind, end = "multipart/form-data; boundary=B", "--B--\r\n"
	for _, to := range []struct {
		who, path string
		form      []string
	}{
		{"city officer", "/tables/{table}/import", nil}, {"city officer", "/tables/{table}/seal", []string{"of", "x"}}, {"stranger", "/complaints/new", []string{"call", "{call}", "about", "x", "story", "y"}},
		{"district officer", "/queue/{step}/letters", []string{"version", "{version}", "place", "370114", "number", "1"}},
	} {
		p := c.player(to.who)
		head := text(formToken, c.formToken(p))
		for i := 0; i < len(to.form); i += 2 {
			head += text(to.form[i], c.fill(to.form[i+1]))
		}
		for what, body := range map[string]string{
			"two files": head + file("a.pdf", "%PDF-1.4") + file("b.pdf", "%PDF-1.4") + end, "another name": head + strings.Replace(file("a.pdf", "x"), `"file"`, `"other"`, 1) + end,
			"a foreign field": head + text("role", "sysadmin") + file("a.pdf", "x") + end, "a field twice": head + text(formToken, "x") + text("version", "1") + text("version", "2") + text("of", "x") + text("of", "y") + text("about", "z") + end,
			"no end": head + file("a.pdf", "x"), "many parts": head + strings.Repeat(text("a", "x"), 10_000) + end, "a giant header": head + part("X: "+strings.Repeat("a", 11<<20), "x") + end,
			"a page": head + file("a.html", "<script>alert(1)</script>") + end, "a page as PDF": head + file("a.pdf", "<script>alert(1)</script>") + end, "a program": head + file("a.exe", "MZ\x90\x00"+strings.Repeat("\x00", 200)) + end,
			"an archive without end": head + file("a.xlsx", endless) + end, "a document without end": head + file("a.docx", large) + end,
			"entities": head + file("a.xlsx", string(zipped("[Content_Types].xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`))) + end,
		} {
			r := c.request(p, request{method: http.MethodGet, path: c.fill(to.path)})
			sources++
			r.RemoteAddr = fmt.Sprintf("198.51.100.%d:1", sources) // so that none is refused for its number
			a, began := httptest.NewRecorder(), time.Now()
			c.server.Handler().ServeHTTP(a, withBody(r, kind, body))
			if a.Code < 400 || a.Code >= 500 {
				t.Errorf("%s, %s: %d", to.path, what, a.Code)
			}
			if n := c.contents(); n > stored {
				t.Errorf("%s, %s: %d contents are kept", to.path, what, n-stored)
				stored = n
			}
			if took := time.Since(began); took > 50*time.Second {
				t.Errorf("%s, %s takes %s", to.path, what, took)
			}
		}
	}
	if lines := dbtest.Lines(t, c.db)[before:]; len(lines) > 0 {
		t.Errorf("it left %v", lines)
	}
	p := c.people["stranger"] // what a browser sends when no file was chosen
	body := text(formToken, c.formToken(p)) + text("call", c.names["{call}"]) + text("about", "x") + text("story", "y") + file("", "") + strings.Replace(file("", ""), `"file"`, `"file2"`, 1) + end
	a := httptest.NewRecorder()
	r := c.request(p, request{method: http.MethodGet, path: "/complaints/new"})
	r.RemoteAddr = "198.51.100.200:1"
	c.server.Handler().ServeHTTP(a, withBody(r, kind, body))
	if a.Code != http.StatusOK {
		t.Errorf("a complaint without files: %d", a.Code)
	}
}

// contents is how many contents the store of attachments holds.
func (c *court) contents() (n int) {
	for _, err := range c.server.Blobs.List(c.t.Context()) {
		must(c.t, err)
		n++
	}
	return n
}

// TestSentAgain sends what ends something twice, as whoever recorded it could:
// it is done once (A14, A18). A form's token dies with its session.
func TestSentAgain(t *testing.T) {
	c := newCourt(t, dbtest.SQLite(t))
	c.gathered()
	officer, step := "district officer", "/queue/{step}"
	for _, one := range []struct {
		who, path string
		form      []string
		first     int
		second    []int
		lines     int // that both leave
	}{
		{"host admin", "/calls/{call}/apply", []string{"key", "{key}"}, 303, []int{303}, 1},
		{officer, step + "/return", []string{"version", "{version}", "reason", "请补正", "remark:centre.name", "不全"}, 303, []int{409}, 2},
		{officer, step + "/endorse", []string{"version", "{version}", "reason", "同意"}, 409, []int{409}, 0},
		{officer, step + "/sign", []string{"version", "{version}", "kind", "question", "item", "x", "answer", "yes"}, 409, []int{409}, 0},
		{"host admin", "/applications/{application}/withdraw", nil, 409, []int{409}, 0},
		{"host admin", "/applications/{application}/drop", nil, 303, []int{404, 409}, 1},
		{"district head", "/complaints/{complaint}/answer", []string{"answer", "已核实"}, 303, []int{409}, 1},
		{"city head", "/tables/{table}/hand-up", nil, 303, []int{404, 409}, 1},
	} {
		before := len(dbtest.Lines(t, c.db))
		r := request{method: http.MethodPost, path: c.fill(one.path)}
		for _, field := range one.form {
			r.form = append(r.form, c.fill(field))
		}
		for i, want := range [][]int{{one.first}, one.second} {
			if a := c.ask(c.who(one.who), r); !slices.Contains(want, a.Code) {
				t.Errorf("%s, time %d: %d, want %v %s", one.path, i+1, a.Code, want, answer{text: a.Body.String()}.main())
			}
		}
		if lines := dbtest.Lines(t, c.db)[before:]; len(lines) != one.lines {
			t.Errorf("%s left %v", one.path, lines)
		}
	}
	p := c.who("second editor")
	token := c.formToken(p)
	if a := c.ask(p, request{method: http.MethodPost, path: "/sign-out"}); a.Code != http.StatusSeeOther {
		t.Fatalf("signing out: %d", a.Code)
	}
	if a := c.ask(p, request{method: http.MethodPost, path: c.fill("/applications/{submitted}/withdraw"), formToken: token}); a.Code != http.StatusForbidden && a.Code != http.StatusUnauthorized {
		t.Errorf("the session was over: %d", a.Code)
	}
}

// TestHeadersAreNotBelieved asks for what somebody may not have, and for pages, with
// headers that proxies and frameworks believe: they change nothing (A19).
func TestHeadersAreNotBelieved(t *testing.T) {
	c := newCourt(t, dbtest.SQLite(t))
	before := c.gathered()
	draft := c.fill("/applications/{application}")
	for name, value := range map[string]string{
		"X-Original-URL": draft, "X-Rewrite-URL": draft, "X-User": "host admin", "X-Forwarded-User": c.house.Staff["host admin"].Person, "Remote-User": "admin", "X-Role": "sysadmin",
		"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1;host=evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http",
		"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "POST", "Authorization": "Basic YWRtaW46YWRtaW4=", "Accept": "application/json, ../../etc/passwd", "Accept-Language": "../../../etc/passwd",
		"Range": "bytes=0-0,1-1,2-2,3-3", "If-None-Match": "*", "Referer": "javascript:alert(1)", "HX-Request": "true", "HX-Target": `"><script>`, "HX-Current-URL": "//evil.example",
	} {
		header := map[string]string{name: value}
		if a := c.ask(c.who("other admin"), request{method: http.MethodGet, path: draft, header: header}); a.Code < 400 {
			t.Errorf("%s: %s opens a draft of others: %d", name, value, a.Code)
		}
		for _, path := range []string{draft, draft + "/form/centre", draft + "/files", draft + "/partners"} {
			a := c.ask(c.who("host admin"), request{method: http.MethodGet, path: path, header: header})
			c.inspect(t, name+" "+path, a)
			if strings.Contains(a.Body.String()+a.Header().Get("Location"), "evil.example") {
				t.Errorf("%s: %s stands in %s", name, value, path)
			}
		}
	}
	if lines := dbtest.Lines(t, c.db)[before:]; len(lines) > 0 {
		t.Errorf("it left %v", lines)
	}
}
