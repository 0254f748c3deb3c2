package official_test

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenbao/internal/official"
)

// packed is a zip archive of one file.
func packed(t testing.TB, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const wordHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>`

// word is the smallest .docx that holds a body.
func word(t testing.TB, body string) []byte {
	return packed(t, "word/document.xml", wordHead+body+"</w:body></w:document>")
}

func TestWord(t *testing.T) {
	run := func(s string) string { return "<w:r><w:t xml:space=\"preserve\">" + s + "</w:t></w:r>" }
	tests := []struct{ name, body, want string }{
		{"paragraphs", "<w:p>" + run("一、条件") + "</w:p><w:p/><w:p>" + run("二") + "</w:p>", "一、条件\n\n二\n"},
		{"runs of one paragraph", "<w:p>" + run("不少于") + "<w:r><w:rPr><w:b/></w:rPr><w:t>3000</w:t></w:r>" + run("万元 ") + "</w:p>", "不少于3000万元 \n"},
		{"a table", "<w:tbl><w:tr><w:tc><w:p>" + run("序号") + "</w:p></w:tc><w:tc><w:p>" + run("名称") + "</w:p></w:tc></w:tr></w:tbl>", "序号\n名称\n"},
		{"a line break", "<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:cr/><w:t>三</w:t><w:tab/><w:t>四</w:t></w:r></w:p>", "一\n二\n三 四\n"},
		{"tab stops are no text", "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr>" + run("一") + "</w:p>", "一\n"},
		{"what was struck out", "<w:p>" + run("不少于") + "<w:del><w:r><w:delText>2000</w:delText></w:r></w:del><w:ins>" + run("3000") + "</w:ins><w:moveFrom>" + run("旧") + "</w:moveFrom></w:p>", "不少于3000\n"},
		{"a text box, once", "<w:p>" + run("上") + "<mc:AlternateContent><mc:Choice><w:txbxContent><w:p>" + run("框") + "</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p>" +
			run("框") + "</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>" + run("下") + "</w:p>", "上\n框\n下\n"},
		{"signs", "<w:p><w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b &lt; c &#x20164;</w:t></w:r></w:p>", "a-b < c 𠅤\n"},
		{"a code of a field is no text", "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>" + run("1") + "</w:p>", "1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, text, err := official.Read(t.Context(), word(t, tt.body))
			if err != nil || kind != official.Word || text != tt.want {
				t.Errorf("%q as %s: %v", text, kind, err)
			}
		})
	}
}

// Hostile files are refused, soon, and take little memory.
func TestHostileWord(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a hundred megabytes")
	}
	entity := `<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w><t>&b;</t></w>`
	outside := `<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]><w><t>&a;</t></w>`
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"spaces without end", packed(t, "word/document.xml", wordHead+strings.Repeat(" ", 100<<20)), "official.long"},
		{"a text without end", packed(t, "word/document.xml", wordHead+"<w:p><w:r><w:t>"+strings.Repeat("一", 10<<20)+"</w:t></w:r></w:p>"), "official.long"},
		{"one attribute without end", packed(t, "word/document.xml", `<w a="`+strings.Repeat("a", 100<<20)+`"/>`), "official.long"},
		{"ten million empty paragraphs", word(t, strings.Repeat("<w:p/>", 9<<20)), "official.long"},
		{"a million elements inside each other", packed(t, "word/document.xml", strings.Repeat("<a>", 1_000_000)), "official.word"},
		{"properties inside each other", packed(t, "word/document.xml", strings.Repeat("<pPr>", 1_000_000)), "official.word"},
		{"entities of entities", packed(t, "word/document.xml", entity), "official.word"},
		{"an entity of another file", packed(t, "word/document.xml", outside), "official.word"},
		{"a document type", packed(t, "word/document.xml", "<!DOCTYPE w><w><p><t>a</t></p></w>"), "official.word"},
		{"an unknown entity", word(t, "<w:p><w:r><w:t>&nbsp;</w:t></w:r></w:p>"), "official.word"},
		{"another encoding", packed(t, "word/document.xml", `<?xml version="1.0" encoding="utf-7"?><w/>`), "official.word"},
		{"a NUL", word(t, "<w:p><w:r><w:t>a\x00b</w:t></w:r></w:p>"), "official.word"},
		{"cut short", word(t, "<w:p/>")[:200], "official.word"},
		{"not an archive", []byte("PK\x03\x04 and nothing more"), "official.word"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			_, text, err := official.Read(t.Context(), tt.content)
			if refused(err) != tt.want || text != "" {
				t.Errorf("%d bytes of text: %q, want %s", len(text), refused(err), tt.want)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestAMillionParagraphs(t *testing.T) {
	_, text, err := official.Read(t.Context(), word(t, strings.Repeat("<w:p><w:r><w:t>一</w:t></w:r></w:p>", 1_000_000)))
	if err != nil || text != strings.Repeat("一\n", 1_000_000) {
		t.Errorf("%d bytes: %v", len(text), err)
	}
}

// LibreOffice's own .docx reads like the text that it was made from.
func TestWordOfLibreOffice(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed; TestWord has files made by hand")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notice.txt"), []byte(notice), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless",
		"--infilter=Text (encoded):UTF8", "--convert-to", "docx", "--outdir", dir, filepath.Join(dir, "notice.txt"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("LibreOffice does not convert here (its Writer is not installed?): %s", out)
	}
	content, err := os.ReadFile(filepath.Join(dir, "notice.docx"))
	if err != nil {
		t.Skip("LibreOffice made no file: its Writer is not installed")
	}
	if _, text, err := official.Read(t.Context(), content); err != nil || strings.TrimSpace(text) != strings.TrimSpace(notice) {
		t.Errorf("%q: %v", text, err)
	}
}
