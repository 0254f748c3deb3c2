package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// A dossier is an application that is being filled in, on a site with people
// near and far from it.
type dossier struct {
	*hall
	id apply.ID
}

func newDossier(t testing.TB, d *db.DB) *dossier {
	t.Helper()
	now := d.Clock.(*clock.Manual)
	now.Set(dbtest.Noon.AddDate(0, 0, -10))
	h := hallOn(t, siteOn(t, d))
	now.Set(dbtest.Noon)
	return &dossier{h, h.house.Begin().ID}
}

func (f *dossier) path(more string) string { return "/applications/" + string(f.id) + more }

// raw sends a body as it is.
func (f *dossier) raw(who, method, path, kind string, body io.Reader) *httptest.ResponseRecorder {
	f.t.Helper()
	r := f.request(f.who(who), request{method: http.MethodGet, path: path})
	q := httptest.NewRequest(method, path, body)
	q.RemoteAddr, q.Header = r.RemoteAddr, r.Header
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	rec := httptest.NewRecorder()
	f.server.Handler().ServeHTTP(rec, q)
	return rec
}

// form is a multipart form with a file; name is written as it is.
func (f *dossier) form(who, material, name string, content []byte) (kind string, body *bytes.Buffer) {
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	m.WriteField(formToken, f.formToken(f.who(who)))
	m.WriteField("material", material)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", mime.FormatMediaType("form-data", map[string]string{"name": "file", "filename": name}))
	if h.Get("Content-Disposition") == "" {
		h.Set("Content-Disposition", `form-data; name="file"; filename="`+strings.NewReplacer("\\", "\\\\", `"`, `\"`).Replace(name)+`"`)
	}
	part, _ := m.CreatePart(h)
	part.Write(content)
	m.Close()
	return m.FormDataContentType(), body
}

// attach sends a whole file.
func (f *dossier) attach(who, material, name string, content []byte) *httptest.ResponseRecorder {
	f.t.Helper()
	kind, body := f.form(who, material, name, content)
	return f.raw(who, http.MethodPost, f.path("/files"), kind, body)
}

// api asks the API and reads its answer.
func (f *dossier) api(who, method, path string, in, out any) int {
	f.t.Helper()
	var body io.Reader
	kind := ""
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			f.t.Fatal(err)
		}
		body, kind = bytes.NewReader(text), jsonType
	}
	a := f.raw(who, method, apiPrefix+path, kind, body)
	if out != nil {
		if err := json.Unmarshal(a.Body.Bytes(), out); err != nil {
			f.t.Fatalf("%s: %v: %s", path, err, a.Body)
		}
	}
	return a.Code
}

// files are those of a material, as the API lists them.
func (f *dossier) files(material string) []*apply.File {
	f.t.Helper()
	p := filesPage{}
	if code := f.api("host editor", http.MethodGet, f.path("/files"), nil, &p); code != 200 {
		f.t.Fatalf("the list: %d", code)
	}
	for _, m := range p.Materials {
		if m.ID == material {
			return m.Files
		}
	}
	return nil
}

// aPDF is a document that is sound, unlike one with another mark.
func aPDF(mark string, n int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n% " + mark + "\n")
	line := "% " + strings.Repeat("x", 997) + "\n"
	for b.Len() < n {
		b.WriteString(line)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 1\n0000000000 65535 f \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", at)
	return b.Bytes()
}

func sha(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// TestFilesPage: what a person without scripts does, from the list to the
// download and the removal.
func TestFilesPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newDossier(t, d)
		page := func(who string) string {
			return f.raw(who, http.MethodGet, f.path("/files"), "", nil).Body.String()
		}
		for _, want := range []string{"建设方案", "必交·未上传", "视填写内容而定", "后续阶段或由他人提交的材料（", "视频答辩材料", "PDF", "50 MB", "须签字并盖章后扫描", "000-058"} {
			if !strings.Contains(page("host editor"), want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		content := aPDF("page", 30_000)
		if a := f.attach("host editor", "plan", "方案 终稿.pdf", content); a.Code != http.StatusSeeOther || a.Header().Get("Location") != f.path("/files#m-plan") {
			t.Fatalf("attaching: %d %s %s", a.Code, a.Header().Get("Location"), answer{text: a.Body.String()}.main())
		}
		file := f.files("plan")[0]
		text := page("host editor")
		for _, want := range []string{"方案 终稿.pdf", "已上传 1 个", sha(content)[:12], "PDF 文件", "1 页", "预览 方案 终稿.pdf", "移除"} {
			if !strings.Contains(text, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		a := f.raw("host editor", http.MethodGet, fileAddress(file), "", nil)
		_, named, _ := mime.ParseMediaType(a.Header().Get("Content-Disposition"))
		if a.Code != 200 || !bytes.Equal(a.Body.Bytes(), content) || named["filename"] != "方案 终稿.pdf" || a.Header().Get("Content-Type") != "application/pdf" ||
			!strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") || a.Header().Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(a.Header().Get("Content-Security-Policy"), "sandbox") || a.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("download: %d %d bytes %v", a.Code, a.Body.Len(), a.Header())
		}
		if a := f.raw("host editor", http.MethodGet, fileAddress(file)+"/view?page=1", "", nil); a.Code != 200 || !strings.Contains(a.Body.String(), "/preview?page=1") || strings.Contains(a.Body.String(), "page=2") {
			t.Errorf("view: %d", a.Code)
		}
		if a := f.raw("host editor", http.MethodPost, fileAddress(file)+"/remove", "application/x-www-form-urlencoded", strings.NewReader(formToken+"="+f.formToken(f.who("host editor")))); a.Code != http.StatusSeeOther {
			t.Errorf("remove: %d %s", a.Code, a.Body)
		}
		if len(f.files("plan")) != 0 || f.raw("host editor", http.MethodGet, fileAddress(file), "", nil).Code != 404 {
			t.Error("a file that was removed is still there")
		}
		if a := f.attach("host editor", "plan", "a.pdf", []byte("MZ")); a.Code != 422 || !strings.Contains(a.Body.String(), `id="e-file-files-plan"`) {
			t.Errorf("a file that is refused: %d\n%s", a.Code, answer{text: a.Body.String()}.main())
		}
	})
}

// TestRanges: parts of a file can be asked for, and a picture is made of one.
func TestRanges(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	content := aPDF("range", 30_000)
	f.attach("host editor", "plan", "a.pdf", content)
	file := f.files("plan")[0]
	for _, one := range []struct {
		want   string
		status int
		from   int
		to     int
	}{{"bytes=0-9", 206, 0, 10}, {"bytes=100-", 206, 100, len(content)}, {"bytes=-5", 206, len(content) - 5, len(content)}, {"bytes=999999999-", 416, 0, 0}, {"lines=1", 416, 0, 0}} {
		r := f.request(f.who("host editor"), request{method: http.MethodGet, path: fileAddress(file), header: map[string]string{"Range": one.want, "Accept-Encoding": "gzip"}})
		rec := httptest.NewRecorder()
		f.server.Handler().ServeHTTP(rec, r)
		if rec.Code != one.status || rec.Code == 206 && !bytes.Equal(rec.Body.Bytes(), content[one.from:one.to]) || rec.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %d, %d bytes, %v", one.want, rec.Code, rec.Body.Len(), rec.Header())
		}
	}
}

// send uploads a file in parts, as the script of the page does.
func (f *dossier) send(who, material, name string, content []byte, step int) (*apply.File, int) {
	f.t.Helper()
	u := uploadPage{}
	if code := f.api(who, http.MethodPost, f.path("/uploads"), map[string]any{"material": material, "name": name, "size": len(content)}, &u); code != 200 {
		return nil, code
	}
	for at := 0; at < len(content); at += step {
		if code := f.part(who, u.Upload, int64(at), bytes.NewReader(content[at:min(at+step, len(content))]), nil); code != 200 {
			return nil, code
		}
	}
	file := &apply.File{}
	return file, f.api(who, http.MethodPost, f.path("/uploads/"+string(u.ID)+"/end"), object{}, file)
}

func (f *dossier) part(who string, u *apply.Upload, offset int64, content io.Reader, out *uploadPage) int {
	a := f.raw(who, http.MethodPost, fmt.Sprintf("%s/applications/%s/uploads/%s/parts?offset=%d", apiPrefix, f.id, u.ID, offset), octetType, content)
	if out != nil && a.Code == 200 {
		if err := json.Unmarshal(a.Body.Bytes(), out); err != nil {
			f.t.Fatal(err)
		}
	}
	return a.Code
}

// TestUploads sends a file in parts through the API.
func TestUploads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newDossier(t, d)
		content := aPDF("parts", 300_000)
		file, code := f.send("host editor", "plan", "方案.pdf", content, 70_000)
		if code != 200 || string(file.Hash) != sha(content) {
			t.Fatalf("%d %+v", code, file)
		}
		u := uploadPage{}
		f.api("host editor", http.MethodPost, f.path("/uploads"), map[string]any{"material": "plan", "name": "b.pdf", "size": 1000}, &u)
		f.part("host editor", u.Upload, 0, bytes.NewReader(content[:600]), nil)
		page := f.raw("host editor", http.MethodGet, f.path("/files"), "", nil).Body.String()
		if !strings.Contains(page, `data-name="b.pdf"`) || !strings.Contains(page, "未传完") {
			t.Error("the page does not offer what is not finished")
		}
		again := uploadPage{}
		if code := f.api("second editor", http.MethodGet, f.path("/uploads/"+string(u.ID)+"?sums=1"), nil, &again); code != 200 || again.Received != 600 || string(again.Parts[0].Sum) != sha(content[:600]) {
			t.Errorf("%d %+v", code, again.Upload)
		}
		if code := f.api("host editor", http.MethodPost, f.path("/uploads/"+string(u.ID)+"/drop"), object{}, nil); code != 200 {
			t.Errorf("dropping: %d", code)
		}
		if code := f.api("host editor", http.MethodGet, f.path("/uploads/"+string(u.ID)), nil, nil); code != 404 {
			t.Errorf("what was dropped: %d", code)
		}
	})
}

// TestUploadsOfOthers asks for every route about files of an application as
// people who have nothing to do with it, and under another application.
func TestUploadsOfOthers(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	f.attach("host editor", "plan", "a.pdf", aPDF("mine", 400))
	file := f.files("plan")[0]
	u := uploadPage{}
	f.api("host editor", http.MethodPost, f.path("/uploads"), map[string]any{"material": "plan", "name": "b.pdf", "size": 1000}, &u)
	other := f.house.Begin().ID
	others := []string{"stranger", "other admin", "partner admin", "district officer", "district head", "programme officer", "abroad officer"}
	for _, who := range others[1:] {
		f.who(who)
	}
	lines := len(dbtest.Lines(t, f.db))
	ask := func(who string, rt route, application apply.ID) int {
		path := strings.NewReplacer("{application}", string(application), "{file}", string(file.ID), "{upload}", string(u.ID)).Replace(rt.pattern)
		switch {
		case rt.method == http.MethodGet:
			return f.raw(who, rt.method, path, "", nil).Code
		case rt.uploads:
			kind, body := f.form(who, "plan", "a.pdf", aPDF("theirs", 400))
			return f.raw(who, rt.method, path, kind, body).Code
		case rt.octets:
			return f.raw(who, rt.method, apiPrefix+path+"?offset=0", octetType, strings.NewReader("x")).Code
		case strings.HasSuffix(rt.pattern, "/uploads"):
			return f.raw(who, rt.method, apiPrefix+path, jsonType, strings.NewReader(`{"material":"plan","name":"a.pdf","size":9}`)).Code
		}
		return f.raw(who, rt.method, apiPrefix+path, jsonType, strings.NewReader(`{}`)).Code
	}
	n := 0
	for _, rt := range f.server.routes() {
		if !strings.Contains(rt.pattern, "/files") && !strings.Contains(rt.pattern, "/uploads") || !strings.HasPrefix(rt.pattern, "/applications") {
			continue
		}
		for _, who := range others {
			want := 404
			if who == "stranger" {
				want = 401
			}
			if code := ask(who, rt, f.id); code != want {
				t.Errorf("%s: %s %s: %d, want %d", who, rt.method, rt.pattern, code, want)
			}
			n++
		}
		if strings.Contains(rt.pattern, "{file}") || strings.Contains(rt.pattern, "{upload}") {
			if code := ask("host editor", rt, other); code != 404 {
				t.Errorf("under another application: %s %s: %d", rt.method, rt.pattern, code)
			}
			n++
		}
	}
	if n < 80 || len(dbtest.Lines(t, f.db)) != lines || len(f.files("plan")) != 1 {
		t.Errorf("%d requests; something was changed", n)
	}
}

// TestFilesOfPartners: a partner brings and removes its own.
func TestFilesOfPartners(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	f.house.Confirm(f.id)
	if a := f.attach("partner editor", "agreement", "协议.pdf", aPDF("theirs", 400)); a.Code != http.StatusSeeOther {
		t.Fatalf("the partner's file: %d", a.Code)
	}
	f.attach("host editor", "plan", "方案.pdf", aPDF("ours", 400))
	theirs, ours := f.files("agreement")[0], f.files("plan")[0]
	if a := f.raw("host editor", http.MethodGet, f.path("/files"), "", nil); !strings.Contains(a.Body.String(), "由京北理工大学上传") {
		t.Error("the page does not say whose file it is")
	}
	if code := f.api("partner editor", http.MethodPost, f.path("/files/"+string(ours.ID)+"/remove"), object{}, nil); code != 403 {
		t.Errorf("the partner removes the host's: %d", code)
	}
	if a := f.raw("partner editor", http.MethodGet, f.path("/files"), "", nil); strings.Contains(a.Body.String(), fileAddress(ours)+"/remove") || !strings.Contains(a.Body.String(), fileAddress(theirs)+"/remove") {
		t.Error("the partner is offered to remove what it may not, or not what it may")
	}
	if code := f.api("partner editor", http.MethodPost, f.path("/files/"+string(theirs.ID)+"/remove"), object{}, nil); code != 200 {
		t.Errorf("the partner removes its own: %d", code)
	}
}

// TestPreview: a picture is shown as one of our making.
func TestPreview(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	m := f.house.Form(f.id).Material("licence")
	before := m.Formats
	m.Formats = []string{"png"}
	defer func() { m.Formats = before }()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	f.attach("host editor", "licence", "a.png", picture.Bytes())
	file := f.files("licence")[0]
	a := f.raw("host editor", http.MethodGet, fileAddress(file)+"/preview?page=1", "", nil)
	if shown, err := png.Decode(a.Body); a.Code != 200 || err != nil || shown.Bounds().Dx() != 30 || a.Header().Get("Content-Type") != "image/png" {
		t.Errorf("preview: %d %v", a.Code, err)
	}
	for _, page := range []string{"2", "-1", "999999999999", "x"} {
		a := f.raw("host editor", http.MethodGet, fileAddress(file)+"/preview?page="+page, "", nil)
		if page != "-1" && (a.Code < 400 || a.Code >= 500) {
			t.Errorf("page %s: %d", page, a.Code)
		}
	}
}
