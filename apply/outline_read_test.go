package apply

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"shenbao/internal/blob"
	"shenbao/internal/pdf"
)

// planWord is a .docx with a paragraph for every line.
func planWord(t testing.TB, text string) []byte {
	t.Helper()
	var body, out bytes.Buffer
	for line := range strings.SplitSeq(text, "\n") {
		body.WriteString("<w:p><w:r><w:t>")
		if err := xml.EscapeText(&body, []byte(line)); err != nil {
			t.Fatal(err)
		}
		body.WriteString("</w:t></w:r></w:p>")
	}
	z := zip.NewWriter(&out)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`},
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `</w:body></w:document>`},
	} {
		w, err := z.Create(part.name)
		if err == nil {
			_, err = w.Write([]byte(part.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// planPDF is a PDF with the sections given, headings in their own type.
func planPDF(t testing.TB, text string) []byte {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed: a PDF has no text to compare")
	}
	d := pdf.New(pdf.Meta{Title: "建设方案", Footer: "第一稿"})
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if len([]rune(line)) < 15 {
			d.Heading(1, line)
		} else {
			d.Text(line)
		}
	}
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// planUploaded is a form whose plan is a file with a content.
func planUploaded(t testing.TB, content []byte) (*Office, *Form) {
	t.Helper()
	blobs, err := blob.OpenDir(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	hash, size, err := blobs.Put(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	fm := formOf(t, "shandong-tic-2024")
	fm.Files = []*File{{ID: "f", Material: planMaterial, Hash: hash, Size: size}}
	return &Office{Blobs: blobs}, fm
}

// readAs are the warnings about a file in short.
func readAs(t testing.TB, content []byte) string {
	t.Helper()
	o, fm := planUploaded(t, content)
	if err := o.ReadPlan(t.Context(), fm); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, w := range fm.Warnings(fm.Plan) {
		word := strings.TrimPrefix(w.Key, "apply.issue.plan_")
		if w.Section != nil {
			word += " " + w.Section.ID
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}

func TestReadPlan(t *testing.T) {
	whole, some := planText(outline...), planText(with("四、建设任务", "四、其他事项")...)
	for name, tt := range map[string]struct {
		content func() []byte
		want    string
	}{
		"Word":                       {func() []byte { return planWord(t, whole) }, ""},
		"Word without one":           {func() []byte { return planWord(t, some) }, "missing tasks"},
		"Word without text":          {func() []byte { return planWord(t, "") }, "unread"},
		"PDF":                        {func() []byte { return planPDF(t, whole) }, ""},
		"PDF without one":            {func() []byte { return planPDF(t, some) }, "missing tasks"},
		"PDF of scanned pages":       {func() []byte { return planPDF(t, "") }, "unread"},
		"a PDF that is none":         {func() []byte { return []byte("%PDF-1.7 and no more") }, "unread"},
		"a Word file that is broken": {func() []byte { return planWord(t, whole)[:300] }, "broken"},
		"another kind of file":       {func() []byte { return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") }, "unread"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := readAs(t, tt.content()); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A file is read once by however many ask, and again when it was put aside; who
// gives up waiting leaves nothing half read.
func TestReadingsAreKept(t *testing.T) {
	o, fm := planUploaded(t, planWord(t, planText(outline...)))
	gone, stop := context.WithCancel(t.Context())
	stop()
	if err := o.ReadPlan(gone, fm); err == nil || len(o.readings.kept) != 0 {
		t.Errorf("%v, and %d texts are kept", err, len(o.readings.kept))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			copied := *fm
			if err := o.ReadPlan(t.Context(), &copied); err != nil || copied.Plan.Sections[0].Line == 0 {
				t.Errorf("%v, %+v", err, copied.Plan)
			}
		})
	}
	wg.Wait()
	if len(o.readings.kept) != 1 || len(o.readings.order) != 1 {
		t.Errorf("%d texts are kept, %d in order", len(o.readings.kept), len(o.readings.order))
	}
	large := strings.Repeat("x", maxReadings/2)
	for _, h := range []blob.Hash{"a", "b", "c"} {
		o.readings.keep(h, reading{text: large})
	}
	if _, ok := o.readings.find(fm.Files[0].Hash); ok || o.readings.bytes > maxReadings || len(o.readings.kept) != 2 {
		t.Errorf("%d texts of %d bytes are kept", len(o.readings.kept), o.readings.bytes)
	}
	if err := o.Blobs.Delete(t.Context(), fm.Files[0].Hash); err != nil {
		t.Fatal(err)
	}
	if err := o.ReadPlan(t.Context(), fm); err == nil {
		t.Error("a file that is gone was read")
	}
}
