package web

import (
	archive "archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"shenbao/internal/blob"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
)

// fileNames are names that are none, or turn what their reader reads (A3).
var fileNames = []string{
	"../../etc/passwd.pdf", `..\..\boot.pdf`, "..%2f..%2fx.pdf", "/etc/x.pdf", `C:\x\y.pdf`, "a\x00b.pdf", "a\r\nSet-Cookie: x=1.pdf", "\u202efdp.exe.pdf", "CON.pdf", "con", "NUL.pdf", "COM1.pdf",
	".", "..", "/", "", ".pdf", strings.Repeat("长", 100) + ".pdf", strings.Repeat("a", 300) + ".pdf", `a";filename="b.html`, "a;b.pdf", "<script>alert(1)</script>.pdf", "-rf.pdf", "a\u200bb.pdf",
	"通知 原文（附件１）.pdf", "𠮷野家.pdf", "%00.pdf", "~/.ssh/id.pdf", "a.pdf.", "a.pdf ", "{centre.name}.pdf", "=1+1.pdf", "a|b>c?.pdf", "\xff\xfe.pdf",
}

// TestNamesOfFiles sends files under such names, whole and announced: what is
// taken has a name that can be kept anywhere.
func TestNamesOfFiles(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	for i, name := range fileNames {
		if a := f.attach("host editor", "plan", name, aPDF(fmt.Sprint(i), 400)); a.Code >= 500 {
			t.Errorf("%q: %d", name, a.Code)
		}
		u := uploadPage{}
		if code := f.api("host editor", http.MethodPost, f.path("/uploads"), map[string]any{"material": "licence", "name": name, "size": 9}, &u); code >= 500 {
			t.Errorf("%q announced: %d", name, code)
		}
		if u.Upload != nil {
			f.cleanName(name, u.Name)
			f.api("host editor", http.MethodPost, f.path("/uploads/"+string(u.ID)+"/drop"), object{}, nil)
		}
		for _, file := range f.files("plan") {
			a := f.raw("host editor", http.MethodGet, fileAddress(file), "", nil)
			kind, params, err := mime.ParseMediaType(a.Header().Get("Content-Disposition"))
			if err != nil || kind != "attachment" || params["filename"] != file.Name || a.Header().Get("Set-Cookie") != "" {
				t.Errorf("%q is offered as %s (%v)", name, a.Header().Get("Content-Disposition"), err)
			}
			f.cleanName(name, file.Name)
			f.cleanName(name, file.GivenName)
			f.api("host editor", http.MethodPost, f.path("/files/"+string(file.ID)+"/remove"), object{}, nil)
		}
	}
}

func (f *dossier) cleanName(from, name string) {
	f.t.Helper()
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	if name == "" || len(name) > 210 || strings.ContainsAny(name, "/\\\x00\r\n\u202e\u200b<>|?*\":") || slices.Contains([]string{"con", "nul", "com1"}, stem) || strings.HasPrefix(name, "-") {
		f.t.Errorf("%q became %q", from, name)
	}
}

// zipped is an archive of some entries: name, content, name, content …
func zipped(entries ...string) []byte {
	var b bytes.Buffer
	w := archive.NewWriter(&b)
	for i := 0; i+1 < len(entries); i += 2 {
		h := &archive.FileHeader{Name: entries[i], Method: archive.Deflate}
		if strings.HasSuffix(entries[i], ".link") {
			h.SetMode(fs.ModeSymlink | 0o777)
		}
		e, _ := w.CreateHeader(h)
		io.WriteString(e, entries[i+1])
	}
	w.Close()
	return b.Bytes()
}

// word is a document of Word with some more parts.
func word(more ...string) []byte {
	return zipped(append([]string{
		"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml", `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>`}, more...)...)
}

// bomb is an archive whose entry unpacks to n megabytes of nothing.
func bomb(n int) []byte {
	var b bytes.Buffer
	w := archive.NewWriter(&b)
	e, _ := w.CreateHeader(&archive.FileHeader{Name: "a.txt", Method: archive.Deflate})
	nothing := make([]byte, 1<<20)
	for range n {
		e.Write(nothing)
	}
	w.Close()
	return b.Bytes()
}

// wide is a picture that says it has so many pixels.
func wide(w, h uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		out = append(append(out, kind...), data...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 0, 0, 0, 0)), chunk("IEND", nil))
}

// TestContentsOfFiles sends what is no document, or more than one (A8–A12):
// nothing of it is kept, and the page says why beside its box.
func TestContentsOfFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("a long table")
	}
	f := newDossier(t, dbtest.SQLite(t))
	m := f.house.Form(f.id).Material("plan")
	before := m.Formats
	m.Formats = []string{"pdf", "docx", "xlsx", "zip", "png", "jpg", "gif", "mp4", "doc", "txt"}
	defer func() { m.Formats = before }()
	sound := string(aPDF("x", 400))
	page := `<!DOCTYPE html><script>alert(document.cookie)</script>`
	svg := `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
	mp4 := "\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"
	for what, one := range map[string]struct{ name, content string }{
		"a program":                    {"a.pdf", "MZ\x90\x00" + strings.Repeat("\x00", 200)},
		"a program of Linux":           {"a.pdf", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 200)},
		"a script":                     {"a.txt", "#!/bin/sh\nrm -rf /\n"},
		"a script of Windows":          {"a.bat", "@echo off\r\ndel *.*\r\n"},
		"a page as PDF":                {"a.pdf", page},
		"a page as text":               {"a.txt", page},
		"a page":                       {"a.html", page},
		"a picture that runs":          {"a.svg", svg},
		"one as PNG":                   {"a.png", svg},
		"PHP":                          {"a.pdf", "<?php system($_GET[1]);"},
		"MHTML":                        {"a.doc", "MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + page},
		"XML with entities":            {"a.txt", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`},
		"RTF":                          {"a.doc", `{\rtf1{\object\objupdate}}`},
		"RAR":                          {"a.zip", "Rar!\x1a\x07\x01\x00" + strings.Repeat("x", 100)},
		"7z":                           {"a.zip", "7z\xbc\xaf\x27\x1c" + strings.Repeat("x", 100)},
		"a link of Windows":            {"a.pdf", "L\x00\x00\x00\x01\x14\x02\x00" + strings.Repeat("\x00", 100)},
		"Java":                         {"a.pdf", "\xca\xfe\xba\xbe\x00\x00\x00\x34"},
		"PDF behind a page":            {"a.pdf", "<b>x</b>\n" + sound},
		"PDF cut short":                {"a.pdf", sound[:200]},
		"PDF that is an archive too":   {"a.pdf", sound + string(zipped("a.txt", "x"))},
		"PDF that starts a program":    {"a.pdf", strings.Replace(sound, "/Type/Catalog", "/Type/Catalog/OpenAction<</S/Launch/F(cmd.exe)>>", 1)},
		"PDF with a password":          {"a.pdf", strings.Replace(sound, "/Root 1 0 R", "/Root 1 0 R/Encrypt 9 0 R", 1)},
		"a picture that is an archive": {"a.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00;" + string(zipped("a.class", "x"))},
		"a picture without end":        {"a.png", string(wide(50_000, 50_000))},
		"a picture of nothing":         {"a.png", string(wide(0, 0))},
		"a picture cut short":          {"a.jpg", "\xff\xd8\xff\xe0\x00\x10JFIF"},
		"an archive without end":       {"a.zip", string(bomb(300))},
		"a document without end":       {"a.docx", string(word("word/media/a.bin", strings.Repeat("\x00", 200<<20)))},
		"an archive out of its folder": {"a.zip", string(zipped("../../x.txt", "x"))},
		"an archive with a drive":      {"a.zip", string(zipped(`C:\x.txt`, "x"))},
		"an archive with a link":       {"a.zip", string(zipped("a.link", "/etc/passwd"))},
		"an archive with a device":     {"a.zip", string(zipped("a/con.txt", "x"))},
		"an archive with a program":    {"a.zip", string(zipped("a.txt", "MZ\x90\x00"+strings.Repeat("\x00", 200)))},
		"an archive with a page":       {"a.zip", string(zipped("a.html", page))},
		"an archive of nothing":        {"a.zip", string(zipped())},
		"archives in archives":         {"a.zip", string(zipped("b.zip", string(zipped("c.zip", string(zipped("d.zip", string(zipped("e.txt", "x"))))))))},
		"the same name twice":          {"a.zip", string(zipped("a.txt", "x", "A.TXT", "y"))},
		"a document with macros":       {"a.docx", string(word("word/vbaProject.bin", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))},
		"a document with entities":     {"a.docx", string(word("word/x.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>`))},
		"a document of something far":  {"a.docx", string(word("word/_rels/document.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="http://evil.example/x.dotm" TargetMode="External"/></Relationships>`))},
		"an archive as a document":     {"a.docx", string(zipped("a.txt", "x"))},
		"a document as a sheet":        {"a.xlsx", string(word())},
		"a document as PDF":            {"a.pdf", string(word())},
		"an old document of nothing":   {"a.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)},
		"a film cut short":             {"a.mp4", mp4 + "\x00\x00\xff\xffmdat"},
		"a film without pictures":      {"a.mp4", mp4},
		"random bytes":                 {"a.pdf", "\x01\x02\x03\xff\xfe\x00"},
		"random bytes without a name":  {"", "\x01\x02\x03\xff\xfe\x00"},
		"nothing":                      {"a.pdf", ""},
		"one byte":                     {"a.pdf", "%"},
	} {
		began := time.Now()
		a := f.attach("host editor", "plan", one.name, []byte(one.content))
		if a.Code != http.StatusUnprocessableEntity || one.name != "" && !strings.Contains(a.Body.String(), `id="e-file-files-plan"`) {
			t.Errorf("%s: %d\n%s", what, a.Code, answer{text: a.Body.String()}.main())
		}
		if took := time.Since(began); took > 60*time.Second {
			t.Errorf("%s takes %s", what, took)
		}
		if one.content != "" && len(one.content) < 1<<20 {
			if _, code := f.send("host editor", "plan", one.name, []byte(one.content), 1<<20); code != http.StatusUnprocessableEntity {
				t.Errorf("%s, in parts: %d", what, code)
			}
		}
	}
	f.stored(0)
	if n := len(f.files("plan")); n != 0 {
		t.Errorf("%d files were taken", n)
	}
	a := f.attach("host editor", "plan", "a.docx", word())
	if file := f.files("plan"); a.Code != http.StatusSeeOther || len(file) != 1 {
		t.Errorf("a sound document: %d", a.Code)
	}
}

// stored asks that the store of attachments holds n contents.
func (f *dossier) stored(n int) {
	f.t.Helper()
	for _, err := range f.server.Blobs.List(f.t.Context()) {
		if err != nil {
			f.t.Fatal(err)
		}
		n--
	}
	if n != 0 {
		f.t.Errorf("%d contents too many are stored", -n)
	}
}

// TestFormsOfFiles sends forms with files as no browser does (A20), and changes
// that another site could send (A14).
func TestFormsOfFiles(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	u := uploadPage{}
	f.api("host editor", http.MethodPost, f.path("/uploads"), map[string]any{"material": "plan", "name": "b.pdf", "size": 1000}, &u)
	parts := apiPrefix + f.path("/uploads/"+string(u.ID)+"/parts")
	part := func(head, body string) string { return "--B\r\n" + head + "\r\n\r\n" + body + "\r\n" }
	text := func(name, body string) string { return part(`Content-Disposition: form-data; name="`+name+`"`, body) }
	token, material := text(formToken, f.formToken(f.who("host editor"))), text("material", "plan")
	file := part("Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf", string(aPDF("form", 400)))
	const kind, end = "multipart/form-data; boundary=B", "--B--\r\n"
	for what, one := range map[string]struct {
		path, kind, body string
		code             int
		head             []string
	}{
		"two files":                        {"/files", kind, token + material + file + file + end, 422, nil},
		"two materials":                    {"/files", kind, token + material + text("material", "licence") + file + end, 422, nil},
		"another field":                    {"/files", kind, token + material + text("owner", "x") + file + end, 422, nil},
		"another file":                     {"/files", kind, token + material + strings.Replace(file, `"file"`, `"other"`, 1) + end, 422, nil},
		"a text as a file":                 {"/files", kind, token + material + text("file", "x") + end, 422, nil},
		"the material as a file":           {"/files", kind, token + strings.Replace(file, `"file"`, `"material"`, 1) + end, 422, nil},
		"no file":                          {"/files", kind, token + material + end, 422, nil},
		"an empty name":                    {"/files", kind, token + material + strings.Replace(file, "a.pdf", "", 1) + end, 422, nil},
		"no material":                      {"/files", kind, token + file + end, 404, nil},
		"a material that there is not":     {"/files", kind, token + text("material", "../plan") + file + end, 404, nil},
		"a material of bytes":              {"/files", kind, token + text("material", "\xff\x00") + file + end, 422, nil},
		"no boundary":                      {"/files", "multipart/form-data", token + material + file + end, 422, nil},
		"another boundary":                 {"/files", "multipart/form-data; boundary=C", token + material + file + end, 422, nil},
		"a boundary too long":              {"/files", "multipart/form-data; boundary=" + strings.Repeat("B", 5000), token + end, 422, nil},
		"no end":                           {"/files", kind, token + material + file, 422, nil},
		"an end in the middle":             {"/files", kind, token + material + end + file, 422, nil},
		"many parts":                       {"/files", kind, token + material + strings.Repeat(text("a", "x"), 10_000) + end, 422, nil},
		"a giant header":                   {"/files", kind, token + material + part("X: "+strings.Repeat("a", 11<<20), "x") + end, 422, nil},
		"parts in parts":                   {"/files", kind, token + material + part("Content-Disposition: form-data; name=\"file\"\r\nContent-Type: multipart/mixed; boundary=C", "--C\r\n\r\nx\r\n--C--") + end, 422, nil},
		"a field too large":                {"/files", kind, token + text("material", strings.Repeat("a", 15<<20)) + file + end, 422, nil},
		"another kind of parts":            {"/files", "multipart/mixed; boundary=B", token + material + file + end, 422, nil},
		"JSON":                             {"/files", jsonType, `{"material":"plan"}`, 403, nil},
		"no token":                         {"/files", kind, material + file + end, 403, nil},
		"the token in a file":              {"/files", kind, part(`Content-Disposition: form-data; name="form_token"; filename="x"`, f.formToken(f.who("host editor"))) + material + file + end, 403, nil},
		"the token of somebody else":       {"/files", kind, text(formToken, f.formToken(f.who("other admin"))) + material + file + end, 403, nil},
		"from another site":                {"/files", kind, token + material + file + end, 403, []string{"Origin", "https://evil.example"}},
		"across sites":                     {"/files", kind, token + material + file + end, 403, []string{"Sec-Fetch-Site", "cross-site"}},
		"bytes as a form":                  {"/files", octetType, "x", 422, nil},
		"through the API":                  {apiPrefix + "/files", kind, token + material + file + end, 404, nil},
		"a part as a form":                 {parts + "?offset=0", "application/x-www-form-urlencoded", "x=1", 422, nil},
		"a part as text":                   {parts + "?offset=0", "text/plain", "x", 422, nil},
		"a part without a kind":            {parts + "?offset=0", "", "x", 422, nil},
		"a part as JSON":                   {parts + "?offset=0", jsonType, `{}`, 422, nil},
		"a part in parts":                  {parts + "?offset=0", kind, file + end, 422, nil},
		"a part from another site":         {parts + "?offset=0", octetType, "x", 403, []string{"Origin", "https://evil.example"}},
		"a part across sites":              {parts + "?offset=0", octetType, "x", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		"a part outside of the API":        {strings.TrimPrefix(parts, apiPrefix) + "?offset=0", octetType, "x", 422, nil},
		"a part with a gap":                {parts + "?offset=5", octetType, "x", 409, nil},
		"a part before the file":           {parts + "?offset=-5", octetType, "x", 409, nil},
		"a part at no number":              {parts + "?offset=x", octetType, "x", 422, nil},
		"a part beyond all numbers":        {parts + "?offset=9223372036854775808", octetType, "x", 422, nil},
		"a part at the last number":        {parts + "?offset=9223372036854775807", octetType, "x", 409, nil},
		"a part at two places":             {parts + "?offset=0&offset=1", octetType, "x", 422, nil},
		"a part with something more":       {parts + "?offset=0&size=1", octetType, "x", 422, nil},
		"a part of nothing":                {parts + "?offset=0", octetType, "", 422, nil},
		"a part beyond the file":           {parts + "?offset=0", octetType, strings.Repeat("x", 1001), 422, nil},
		"a part that is too large":         {parts + "?offset=0", octetType, strings.Repeat("x", 9<<20), 422, nil},
		"ending early":                     {strings.Replace(parts, "/parts", "/end", 1), jsonType, `{}`, 409, nil},
		"ending with something more":       {strings.Replace(parts, "/parts", "/end", 1), jsonType, `{"hash":"x"}`, 422, nil},
		"ending as bytes":                  {strings.Replace(parts, "/parts", "/end", 1), octetType, `{}`, 422, nil},
		"beginning with a name twice":      {apiPrefix + f.path("/uploads"), jsonType, `{"material":"plan","name":"a.pdf","name":"b.pdf","size":9}`, 422, nil},
		"beginning with a size of words":   {apiPrefix + f.path("/uploads"), jsonType, `{"material":"plan","name":"a.pdf","size":"9"}`, 422, nil},
		"beginning with half a byte":       {apiPrefix + f.path("/uploads"), jsonType, `{"material":"plan","name":"a.pdf","size":9.5}`, 422, nil},
		"beginning with an owner":          {apiPrefix + f.path("/uploads"), jsonType, `{"material":"plan","name":"a.pdf","size":9,"owner":"x"}`, 422, nil},
		"beginning with what was received": {apiPrefix + f.path("/uploads"), jsonType, `{"material":"plan","name":"a.pdf","size":9,"received":9}`, 422, nil},
	} {
		if one.path == "/files" {
			one.path = f.path("/files")
		}
		r := f.request(f.who("host editor"), request{method: http.MethodGet, path: f.path("")})
		q := httptest.NewRequest(http.MethodPost, one.path, strings.NewReader(one.body))
		q.RemoteAddr, q.Header = r.RemoteAddr, r.Header
		if one.kind != "" {
			q.Header.Set("Content-Type", one.kind)
		}
		if len(one.head) > 0 {
			q.Header.Set(one.head[0], one.head[1])
		}
		rec := httptest.NewRecorder()
		f.server.Handler().ServeHTTP(rec, q)
		if rec.Code != one.code {
			t.Errorf("%s: %d, want %d: %s", what, rec.Code, one.code, answer{text: rec.Body.String()}.main()[:min(300, rec.Body.Len())])
		}
	}
	if len(f.files("plan")) != 0 {
		t.Error("a file was taken")
	}
	f.stored(0)
}

// A crowded store has a full disk while it is told so.
type crowded struct {
	blob.Store
	full atomic.Bool
}

func (c *crowded) Put(ctx context.Context, r io.Reader) (blob.Hash, int64, error) {
	if c.full.Load() {
		io.CopyN(io.Discard, r, 1000)
		return "", 0, fault.New(fault.Internal, "blob.full").Because(syscall.ENOSPC)
	}
	return c.Store.Put(ctx, r)
}

// TestFullDisk: on a full disk there is a clean answer that says so, whole and in
// parts; when there is room again, everything goes on.
func TestFullDisk(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	store := &crowded{Store: f.server.Blobs}
	f.server.Blobs, f.server.office.Blobs = store, store
	content := aPDF("full", 5000)
	u := uploadPage{}
	f.api("host editor", http.MethodPost, f.path("/uploads"), map[string]any{"material": "plan", "name": "b.pdf", "size": len(content)}, &u)
	store.full.Store(true)
	if a := f.attach("host editor", "licence", "a.pdf", content); a.Code != http.StatusInsufficientStorage || !strings.Contains(a.Body.String(), "磁盘已满") {
		t.Errorf("a whole file: %d", a.Code)
	}
	a := f.raw("host editor", http.MethodPost, apiPrefix+f.path("/uploads/"+string(u.ID)+"/parts?offset=0"), octetType, bytes.NewReader(content))
	if a.Code != http.StatusInsufficientStorage || !strings.Contains(a.Body.String(), "blob.full") || !strings.Contains(a.Body.String(), "磁盘已满") {
		t.Errorf("a part: %d %s", a.Code, a.Body)
	}
	store.full.Store(false)
	if code := f.part("host editor", u.Upload, 0, bytes.NewReader(content), nil); code != 200 {
		t.Errorf("a part afterwards: %d", code)
	}
	store.full.Store(true)
	if code := f.api("host editor", http.MethodPost, f.path("/uploads/"+string(u.ID)+"/end"), object{}, nil); code != http.StatusInsufficientStorage {
		t.Errorf("the end: %d", code)
	}
	store.full.Store(false)
	if code := f.api("host editor", http.MethodPost, f.path("/uploads/"+string(u.ID)+"/end"), object{}, nil); code != 200 || len(f.files("plan")) != 1 {
		t.Errorf("the end afterwards: %d", code)
	}
	if a := f.attach("host editor", "licence", "a.pdf", content); a.Code != http.StatusSeeOther {
		t.Errorf("a whole file afterwards: %d", a.Code)
	}
	f.stored(1) // the same bytes twice
}

// A silent scanner does not answer.
type silent struct{}

func (silent) Scan(context.Context, io.Reader) (string, error) {
	return "", fault.New(fault.Internal, "intake.scanner").Because(errors.New("gone"))
}

// TestSilentScanner: while the scanner does not answer nothing is taken, and the
// reader learns why.
func TestSilentScanner(t *testing.T) {
	f := newDossier(t, dbtest.SQLite(t))
	f.server.office.Scanner = silent{}
	if a := f.attach("host editor", "plan", "a.pdf", aPDF("x", 400)); a.Code != http.StatusServiceUnavailable || !strings.Contains(a.Body.String(), "现在不能查毒") {
		t.Errorf("%d", a.Code)
	}
	f.stored(0)
}

// TestMemoryOfUploads sends 200 MB whole and in parts over a socket and takes
// them back: the server keeps little of it in memory.
func TestMemoryOfUploads(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 800 MB")
	}
	f := newDossier(t, dbtest.SQLite(t))
	m := f.house.Form(f.id).Material("plan")
	before := m.Formats
	m.Formats = []string{"mp4"}
	defer func() { m.Formats = before }()
	const size = 200 << 20
	most, stop := peak()
	film := func() io.Reader {
		return io.MultiReader(strings.NewReader(filmHead(size)), io.LimitReader(zeros{}, size-60))
	}

	u := uploadPage{}
	if code := f.api("host editor", http.MethodPost, f.path("/uploads"), map[string]any{"material": "plan", "name": "a.mp4", "size": size}, &u); code != 200 {
		t.Fatal(code)
	}
	began := time.Now()
	content := film()
	for at := int64(0); at < size; at += 8 << 20 {
		if code := f.socket(apiPrefix+f.path(fmt.Sprintf("/uploads/%s/parts?offset=%d", u.ID, at)), octetType, io.LimitReader(content, 8<<20)); code != 200 {
			t.Fatalf("the part at %d: %d", at, code)
		}
	}
	if code := f.api("host editor", http.MethodPost, f.path("/uploads/"+string(u.ID)+"/end"), object{}, nil); code != 200 {
		t.Fatalf("the end: %d", code)
	}
	inParts := time.Since(began)

	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		form.WriteField(formToken, f.formToken(f.who("host editor")))
		form.WriteField("material", "plan")
		to, _ := form.CreateFormFile("file", "b.mp4")
		io.Copy(to, film())
		form.Close()
		w.Close()
	}()
	began = time.Now()
	if code := f.socket(f.path("/files"), form.FormDataContentType(), r); code != http.StatusSeeOther {
		t.Fatalf("the whole file: %d", code)
	}
	whole := time.Since(began)
	file := f.files("plan")[0]
	q, err := http.NewRequest(http.MethodGet, f.URL+fileAddress(file), nil)
	must(t, err)
	q.Header = f.request(f.who("host editor"), request{method: http.MethodGet, path: "/"}).Header
	resp, err := http.DefaultClient.Do(q)
	must(t, err)
	n, err := io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if err != nil || n != size {
		t.Errorf("%d bytes came back (%v)", n, err)
	}
	close(stop)
	if len(f.files("plan")) != 1 {
		t.Error("the same film is there twice")
	}
	t.Logf("200 MB: %s in parts, %s whole; at most %d MB of memory in use", inParts.Round(time.Millisecond), whole.Round(time.Millisecond), most.Load()>>20)
	if most.Load() > 64<<20 {
		t.Errorf("it takes %d MB of memory", most.Load()>>20)
	}
}

// peak watches how much of the heap is in use beyond what is now.
func peak() (most *atomic.Int64, stop chan struct{}) {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	base := int64(s.HeapInuse)
	most, stop = &atomic.Int64{}, make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&s)
				most.Store(max(most.Load(), int64(s.HeapInuse)-base))
			}
		}
	}()
	return most, stop
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// filmHead begins a film of n bytes: 60 of them.
func filmHead(n int) string {
	box := func(kind string, size int, content string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(size))) + kind + content
	}
	return box("ftyp", 20, "isom\x00\x00\x02\x00isom") + box("moov", 32, strings.Repeat("\x00", 24)) + box("mdat", n-52, "")
}

// socket sends a body over the network.
func (f *dossier) socket(path, kind string, body io.Reader) int {
	f.t.Helper()
	q, err := http.NewRequest(http.MethodPost, f.URL+path, body)
	must(f.t, err)
	q.Header = f.request(f.who("host editor"), request{method: http.MethodGet, path: "/"}).Header
	q.Header.Set("Content-Type", kind)
	resp, err := (&http.Transport{}).RoundTrip(q)
	must(f.t, err)
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}
