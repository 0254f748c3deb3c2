package intake_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"shenbao/internal/intake"
)

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"a.txt": "a.txt", "../../etc/passwd": "passwd", `..\..\boot.ini`: "boot.ini", "a\x00\r\nb.txt": "ab.txt",
		"\u202egpj.exe": "gpj.exe", "a\u2066b\u200b\ufeff.pdf": "ab.pdf", "..": "file", ".": "file", "": "file", "/": "file", " . ": "file", "...": "file",
		"CON": "_CON", "con.txt": "_con.txt", "Nul .pdf": "_Nul.pdf", "COM1.tar.gz": "_COM1.tar.gz", "com¹": "_com¹", "LPT9": "_LPT9", "CONIN$": "_CONIN$", "console.txt": "console.txt", "COM10": "COM10",
		"a.pdf.": "a.pdf", "a.pdf. . ": "a.pdf", "a .pdf": "a.pdf", "a.": "a", ".htaccess": "file.htaccess",
		`a<b>c:d"e|f?g*h.pdf`: "a_b_c_d_e_f_g_h.pdf", "-rf.txt": "_rf.txt", "\xff.txt": "_.txt", "通知（附件１）.txt": "通知（附件１）.txt", "𠮷野家.pdf": "𠮷野家.pdf",
		"e\u0301.pdf": "é.pdf", "a\u00a0b\tc.pdf": "a bc.pdf", "%2e%2e%2fa.pdf": "%2e%2e%2fa.pdf", "a.pdf:stream": "a.pdf_stream",
		strings.Repeat("a", 300) + ".docx":    strings.Repeat("a", 195) + ".docx",
		strings.Repeat("长", 100) + ".txt":     strings.Repeat("长", 65) + ".txt",
		strings.Repeat("a", 199) + "x\u0301b": strings.Repeat("a", 199),
		strings.Repeat("𠮷", 60):               strings.Repeat("𠮷", 50),
		"a." + strings.Repeat("x", 300):       "a." + strings.Repeat("x", 198),
		strings.Repeat("a", 199) + ". x":      strings.Repeat("a", 197) + ". x",
	} {
		if got := intake.CleanName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func TestNameBy(t *testing.T) {
	values := map[string]string{"direction": "智能/制造", "centre.name": "山东省 {x}\n中心", "director.name": "张三", "dots": "..", "con": "con", "long": strings.Repeat("长", 100)}
	for _, c := range []struct{ pattern, ext, want string }{
		{"{direction}{centre.name}{director.name}", "mp4", "智能_制造山东省 {x} 中心张三.mp4"},
		{"{director.name}推荐表", ".pdf", "张三推荐表.pdf"},
		{"{unknown}", "pdf", "file.pdf"},
		{"{dots}/{dots}/{director.name}", "pdf", "_.._张三.pdf"},
		{"{con}", "pdf", "_con.pdf"},
		{"{long}", "pdf", strings.Repeat("长", 65) + ".pdf"},
		{"{director.name}", "", "张三"},
		{"第2.1版", "pdf", "第2.1版.pdf"},
		{"{director.name}", "p/../df", "张三.p_.._df"},
	} {
		if got := intake.NameBy(c.pattern, values, c.ext); got != c.want {
			t.Errorf("%s: %q, want %q", c.pattern, got, c.want)
		}
	}
}

// Whatever comes in, what comes out may be saved on every system, and is clean
// already.
func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a.txt", "../x", "CON.", "\u202eexe.pdf", "a. .", strings.Repeat("长", 90) + ".x", "\xff\xfe", "con . . .txt", "-.-", "e\u0301. ", ".\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := intake.CleanName(s)
		switch {
		case got == "" || len(got) > 200 || !utf8.ValidString(got):
			t.Errorf("%q becomes %q", s, got)
		case strings.ContainsAny(got, `/\<>:"|?*`) || strings.ContainsFunc(got, unicode.IsControl) || strings.Trim(got, " ") != got || strings.HasSuffix(got, ".") || strings.HasPrefix(got, "."):
			t.Errorf("%q becomes %q", s, got)
		case intake.CleanName(got) != got:
			t.Errorf("%q becomes %q, then %q", s, got, intake.CleanName(got))
		}
	})
}
