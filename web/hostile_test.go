package web

import (
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/registry"
)

// scripts would run if a text were written into a page as it came.
var scripts = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onfocus=alert(1) autofocus x='`, `"autofocus onfocus="alert(1)`,
	`<svg/onload=alert(1)>`, `</textarea><script>alert(1)</script>`, `</title><script>alert(1)</script>`, `</option></select><b id=pwned>`,
	`javascript:alert(1)`, `<a href="javascript:alert(1)">x</a>`, `<iframe srcdoc="<script>alert(1)</script>">`, `<math><mi xlink:href="data:x,<script>alert(1)</script>">`,
	`{{constructor.constructor('alert(1)')()}}`, `<!--<script>-->`, `<b id=pwned hx-get=/x hx-trigger=load>`, "<img src=`x`onerror=alert(1)>", `&lt;script&gt;`, `<sCrIpT>alert(1)</ScRiPt>`,
	"\u202e<script>", `<style>@import'//evil.example'</style>`, `<meta http-equiv=refresh content=0;url=//evil.example>`, `<base href=//evil.example>`, `<form action=//evil.example>`,
}

// TestTextIsText puts scripts where people's texts are shown: no element and no
// attribute comes of them (A1).
func TestTextIsText(t *testing.T) {
	w := populate(t, newSite(t))
	quan := "/units/" + string(w.units["quan"])
	for _, one := range []struct {
		name, by, path string
		form           []string // sent; {x} is the text; nil for a query {x}
		shown          string   // where it is seen then; "" on the answer itself
	}{
		{"search", "stranger", "/calls?q={x}", nil, ""},
		{"next", "stranger", "/sign-in?next={x}", nil, ""},
		{"email again", "stranger", "/sign-in", []string{"email", "{x}", "password", "wrong", "next", "{x}"}, ""},
		{"join", "stranger", "/join", []string{"email", "{x}"}, ""},
		{"person", "editor", "/account", []string{"name", "{x}", "phone", "{x}", "language", "zh"}, ""},
		{"person kept", "editor", "/account", []string{"name", "{x}", "phone", "", "language", "zh"}, "/account"},
		{"unit typed", "newcomer", "/units", []string{"name", "{x}", "code", "{x}", "kind", "{x}", "place", "{x}", "under", ""}, ""},
		{"unit kept", "officer", quan + "/change", []string{"name", "{x}", "place", "370114"}, quan},
		{"reason", "officer", "/units/" + string(w.units["fresh"]) + "/refuse", []string{"reason", "{x}", "unheard", "{x}"}, ""},
		{"cell typed", "quan", quan + "/profile/staff", []string{"id", "{x}", "version", "0", "cell.name", "{x}", "cell.person", "{x}"}, ""},
		{"cell kept", "quan", quan + "/profile/honours", []string{"id", "", "version", "0", "cell.name", "{x}", "cell.granted", "2023-01-01"}, quan + "/profile/honours"},
		{"check", "stranger", "/calls/" + string(w.calls["published"]) + "/check", []string{"rd_expense 2023", "{x}", "direction", "{x}", "host.place", "{x}"}, ""},
		{"people", "sysadmin", "/people?q={x}", nil, ""},
		{"journal", "auditor", "/journal?subject={x}&person={x}", nil, ""},
		{"units", "officer", "/units?q={x}&state={x}", nil, ""},
		{"path", "stranger", "/calls/{x}", nil, ""},
		{"language", "stranger", "/help?lang={x}", nil, ""},
	} {
		for _, script := range scripts {
			a := w.show(one.by, one.path, one.form, one.shown, script)
			if a.Code >= 500 {
				t.Errorf("%s: %s: %d", one.name, script, a.Code)
			}
			d := parsed(t, a.Body.String())
			for _, n := range d.all {
				d.harmless(t, one.name, script, n)
			}
			if !strings.Contains(a.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: no policy", one.name)
			}
		}
	}
}

// harmless checks that an element is none that a text brought.
func (d document) harmless(t *testing.T, name, script string, n *html.Node) {
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || attr(n, "id") == "pwned" || a.Key == "srcdoc" ||
			(a.Key == "href" || a.Key == "src" || a.Key == "action") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "data:image/png") {
			t.Errorf("%s: %s made <%s %s=%q>", name, script, n.Data, a.Key, a.Val)
		}
	}
	if slices.Contains([]string{"iframe", "svg", "math", "base", "style", "b", "mi"}, n.Data) ||
		n.Data == "script" && (n.FirstChild != nil || attr(n, "src") == "") || n.Data == "meta" && attr(n, "http-equiv") != "" {
		t.Errorf("%s: %s made <%s>", name, script, n.Data)
	}
}

// show sends a text and returns the page that shows it.
func (w *world) show(by, path string, form []string, shown, text string) *httptest.ResponseRecorder {
	r := request{method: "GET", path: strings.ReplaceAll(path, "{x}", escape(text))}
	if form != nil {
		r = request{method: "POST", path: path}
		for _, one := range form {
			r.form = append(r.form, strings.ReplaceAll(one, "{x}", text))
		}
	}
	a := w.ask(w.people[by], r)
	if shown == "" || a.Code >= 400 {
		return a
	}
	return w.ask(w.people[by], request{method: "GET", path: shown})
}

// escape writes a text into a path or a query, byte by byte.
func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// statements would change or read more than they should if a text became SQL.
var statements = []string{
	`' OR '1'='1`, `'; DROP TABLE people; --`, `" OR 1=1 --`, `%' AND 1=0 UNION SELECT 1,2,3 --`, `1); DELETE FROM calls; --`, `\'; SELECT pg_sleep(3); --`, `' || (SELECT password FROM people) || '`,
	`admin'/*`, `$1`, `$2`, `?`, `:q`, `%`, `_`, `%%%%`, `\`, `\%`, "x\x00y", "\xff\xfe", `'||pg_sleep(3)--`, `" ASC; DROP TABLE units; --`, `0x27`, `CHAR(39)`, "a\r\nb", "；DROP TABLE people", `*:*`, `NEAR(a b)`, `"a"*`, `NULL`, `１＝１`,
}

// TestTextIsNotSQL puts SQL into every query and every name: what is found is
// what a search for those characters finds, nothing breaks, and nothing is
// changed (A2). It runs on both databases: they fail on different texts.
func TestTextIsNotSQL(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := populate(t, siteOn(t, d))
		before := dbtest.Lines(t, d)
		for _, text := range statements {
			x := escape(text)
			for _, one := range []struct{ by, path string }{
				{"stranger", "/calls?q=" + x}, {"stranger", "/calls?place=" + x}, {"stranger", "/calls?field=" + x}, {"stranger", "/calls?mode=" + x},
				{"stranger", "/calls?phase=" + x}, {"stranger", "/calls?after=" + x}, {"stranger", "/calls?" + x + "=1"}, {"stranger", "/calls/" + x}, {"stranger", "/calls.atom?q=" + x},
				{"stranger", "/calls/" + string(w.calls["published"]) + "/check?kept=" + x}, {"stranger", "/places?q=" + x}, {"stranger", "/join/" + x},
				{"officer", "/units?q=" + x}, {"officer", "/units?state=" + x}, {"officer", "/units?after=" + x}, {"officer", "/units/" + x}, {"officer", "/units?sort=" + x},
				{"sysadmin", "/people?q=" + x}, {"sysadmin", "/people?after=" + x}, {"auditor", "/journal?subject=" + x}, {"auditor", "/journal?before=" + x}, {"auditor", "/journal?person=" + x},
				{"quan", "/units/" + string(w.units["quan"]) + "/profile/" + x}, {"quan", "/units/" + string(w.units["quan"]) + "/profile/staff?row=" + x}, {"officer", "/registers/platforms?after=" + x},
			} {
				a := w.ask(w.people[one.by], request{method: "GET", path: one.path})
				if a.Code >= 500 {
					t.Errorf("%s: %d", one.path, a.Code)
				}
				if !readable(text) && a.Code < 400 {
					t.Errorf("%s: %d for a text that no database takes", one.path, a.Code)
				}
				if strings.Contains(one.path, "/units?q=") && a.Code == 200 && strings.Contains(a.Body.String(), "泉山智行") {
					t.Errorf("a search for %q finds every unit", text)
				}
				if strings.Contains(one.path, "/people?q=") && a.Code == 200 && strings.Contains(a.Body.String(), "auditor@example.cn") {
					t.Errorf("a search for %q finds everybody", text)
				}
			}
			w.ask(w.people["stranger"], request{method: "POST", path: "/sign-in", form: []string{"email", text, "password", text}})
		}
		for _, line := range dbtest.Lines(t, d)[len(before):] {
			if line != "actor.sign_in_failed" {
				t.Errorf("a text left the line %s", line)
			}
		}
	})
}

// TestForgedForms sends every change as another site could (A14).
func TestForgedForms(t *testing.T) {
	w := populate(t, newSite(t))
	head, old := w.people["head"], w.formToken(w.people["head"])
	fresh, err := w.server.Gate.Prove(t.Context(), head.token, password, actor.Origin{Source: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	head.token = fresh
	before := dbtest.Lines(t, w.db)
	forgeries := map[string]request{
		"no token":          {formToken: "-"},
		"an old token":      {formToken: old},
		"another's token":   {formToken: w.formToken(w.people["officer"])},
		"a visitor's token": {formToken: w.formToken(w.people["stranger"])},
		"a made-up token":   {formToken: strings.Repeat("A", 64)},
		"another site":      {header: map[string]string{"Sec-Fetch-Site": "cross-site"}},
		"a sister site":     {header: map[string]string{"Sec-Fetch-Site": "same-site"}},
		"another origin":    {header: map[string]string{"Origin": "https://evil.example"}},
		"the null origin":   {header: map[string]string{"Origin": "null"}},
	}
	for _, rt := range w.server.routes() {
		if rt.method != http.MethodPost {
			continue
		}
		s := subjects[rt.method+" "+rt.pattern]
		path := w.fill(rt.pattern, things[s.about][0])
		for name, r := range forgeries {
			r.method, r.path = "POST", path
			for _, value := range s.form {
				r.form = append(r.form, w.fill(value, things[s.about][0]))
			}
			if a := w.ask(head, r); a.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %d", path, name, a.Code)
			}
		}
		if !rt.hidden {
			w.forgedJSON(head, path, asJSON(s.form, rt))
		}
	}
	if after := dbtest.Lines(t, w.db); len(after) != len(before) {
		t.Errorf("forgeries left %v", after[len(before):])
	}
}

// forgedJSON sends what a form of another site can send to the API.
func (w *world) forgedJSON(p *player, path, body string) {
	for name, header := range map[string]map[string]string{
		"as plain text": {"Content-Type": "text/plain"}, "as a form": {"Content-Type": "application/x-www-form-urlencoded"},
		"as parts": {"Content-Type": "multipart/form-data; boundary=x"}, "without a type": {"Content-Type": ""}, "from another site": {"Sec-Fetch-Site": "cross-site"},
	} {
		if a := w.ask(p, request{method: "POST", path: apiPrefix + path, json: body, header: header}); a.Code < 400 {
			w.t.Errorf("%s %s: %d", path, name, a.Code)
		}
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
		if a := w.ask(p, request{method: method, path: path, header: map[string]string{"X-HTTP-Method-Override": "POST"}}); a.Code < 400 {
			w.t.Errorf("%s %s: %d", method, path, a.Code)
		}
	}
}

// TestFileName checks what a name becomes.
func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"a.txt": "a.txt", "../../etc/passwd": "passwd", `..\..\boot.ini`: "boot.ini", "a\x00\r\nb.txt": "ab.txt", "\u202egpj.exe": "gpj.exe", "..": "file", "": "file", "/": "file", " . ": "file",
		"通知（附件１）.txt": "通知（附件１）.txt", "𠮷\U000E0100.txt": "𠮷\U000E0100.txt", strings.Repeat("a", 300) + ".docx": strings.Repeat("a", 250) + ".docx", strings.Repeat("长", 100) + ".txt": strings.Repeat("长", 83) + ".txt",
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

// TestFileNames sends files under names that are no names (A3).
func TestFileNames(t *testing.T) {
	w := populate(t, newSite(t))
	officer, draft := w.people["officer"], "/calls/"+string(w.calls["draft"])
	for i, name := range []string{
		"../../etc/passwd.txt", `..\..\boot.txt`, "..%2f..%2fx.txt", "a\x00b.txt", "a\r\nSet-Cookie: x=1.txt", "\u202egpj.exe.txt", "CON.txt", ".", "..", "/", strings.Repeat("长", 200) + ".txt",
		strings.Repeat("a", 5000), `a";filename="b.html`, "a;b.txt", "<script>.txt", "通知 原文（附件１）.txt", "𠮷野家.txt", "%00.txt", "~/.ssh/id.txt",
	} {
		var body bytes.Buffer
		parts := multipart.NewWriter(&body)
		must(t, parts.WriteField(formToken, w.formToken(officer)))
		to, err := parts.CreateFormFile("file", name)
		must(t, err)
		_, err = to.Write([]byte(fmt.Sprintf("通知原文，第 %d 份。", i)))
		must(t, err)
		must(t, parts.Close())
		a := httptest.NewRecorder()
		w.server.Handler().ServeHTTP(a, withBody(w.request(officer, request{method: "GET", path: draft + "/files"}), parts.FormDataContentType(), body.String()))
		if a.Code >= 500 {
			t.Errorf("%q: %d", name, a.Code)
		}
	}
	c, err := db.View(t.Context(), w.db, func(r db.Reader) (*call.Call, error) { return call.Find(t.Context(), r, officer.by, w.calls["draft"]) })
	must(t, err)
	if len(c.Attachments) < 12 {
		t.Errorf("only %d files were taken", len(c.Attachments))
	}
	for _, f := range c.Attachments {
		a := w.ask(officer, request{method: "GET", path: draft + "/files/" + string(f.Hash)})
		h := a.Header()
		kind, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] == "" || strings.ContainsAny(params["filename"], "/\\\x00\r\n\u202e") || len(params["filename"]) > longestName {
			t.Errorf("%q is offered as %s (%v)", f.Name, h.Get("Content-Disposition"), err)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || strings.Contains(h.Get("Content-Type"), "html") || h.Get("Set-Cookie") != "" {
			t.Errorf("%q: %v", f.Name, h)
		}
	}
	for _, path := range []string{"/static/..%2f..%2fgo.mod", "/static/../go.mod", "/static/%00", draft + "/files/..%2f..%2fkey", draft + "/files/" + strings.Repeat("0", 64), "/.git/config", "/etc/passwd"} {
		if a := w.ask(officer, request{method: "GET", path: path}); a.Code != 404 && a.Code != 301 && a.Code != 307 {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestUnicode sends texts that programs stumble over and reads them back (A22).
func TestUnicode(t *testing.T) {
	w := populate(t, newSite(t))
	quan := w.people["quan"]
	at := "/units/" + string(w.units["quan"]) + "/profile/honours"
	for _, text := range []string{
		"李𠅤", "𪚥𠮷", "\U00030000\U000323AF", "Ｆｕｌｌ", "ﬁ ﬂ", "é", "e\u0301", "Ω\u2126", "a\u200bb", "👩‍👩‍👧", "مرحبا", "ไทย", "𝒳𝓎", "ｱｲｳ", "①②③", "㈱", "葛\U000E0100城", "ß ẞ İ ı", "1e309", "nil", "null", "true", "-0", "0x0", "../x", "%s%n", "${x}", "=1+1", "@SUM(1)", "“引号”", "a&b<c>\"d'",
	} {
		a := w.ask(quan, request{method: "POST", path: apiPrefix + at, json: fmt.Sprintf(`{"id":"","version":0,"cells":{"cell.name":[%q],"cell.granted":["2023-01-01"]}}`, text)})
		if a.Code >= 500 {
			t.Errorf("%q: %d", text, a.Code)
		}
		if a.Code >= 400 {
			continue // refused is no loss; changed is
		}
		rows, err := db.View(t.Context(), w.db, func(r db.Reader) (*registry.Profile, error) {
			return registry.View(t.Context(), r, quan.by, w.units["quan"])
		})
		must(t, err)
		text = strings.ReplaceAll(text, "\u200b", "") // a profile takes no spaces that cannot be seen
		if !slices.ContainsFunc(rows.Rows["honours"], func(r *registry.Row) bool { return r.Cells["name"] == text }) {
			t.Errorf("%q did not come back", text)
		}
		page := w.ask(quan, request{method: "GET", path: at})
		if !strings.Contains(html.UnescapeString(page.Body.String()), text) {
			t.Errorf("%q is shown otherwise", text)
		}
	}
}

// private is what no log line may hold: mail addresses, telephone numbers,
// identity numbers, names, tokens.
var private = regexp.MustCompile(`[\w.]+@[\w.]+\.\w+|\b1[3-9]\d{9}\b|\b\d{17}[\dXx]\b|王明远|sb_[A-Za-z0-9]+`)

// TestLogsAreClean looks at the log of failures of every kind: one line each,
// no personal data, no tokens (A21).
func TestLogsAreClean(t *testing.T) {
	w := populate(t, newSite(t))
	w.db.Close() // now everything fails
	for _, path := range []string{"/join/secret-token", "/reset/secret-token", "/calls?q=13800001234", "/units/370000197708129017", "/people?q=officer@example.cn", "/calls/a%0Alevel=INFO%20msg=forged", "/calls?q=%1b[31mred"} {
		if a := w.ask(w.people["officer"], request{method: "GET", path: path, header: map[string]string{"User-Agent": "x\nlevel=INFO msg=forged", "X-Forwarded-For": "1.2.3.4\nmsg=forged"}}); a.Code != 500 {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
	w.ask(w.people["stranger"], request{method: "POST", path: "/sign-in", form: []string{"email", "officer@example.cn", "password", password}})
	log := w.log.String()
	if lines := strings.Count(log, "\n"); lines != 8 {
		t.Errorf("%d lines:\n%s", lines, log)
	}
	if found := append(private.FindAllString(log, -1), regexp.MustCompile(`secret-token|forged|`+regexp.QuoteMeta(password)+`|\x1b`).FindAllString(log, -1)...); len(found) > 0 {
		t.Errorf("the log holds %q\n%s", found, log)
	}
}
