package official_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"

	"shenbao/internal/fault"
	"shenbao/internal/official"
)

// notice is invented; it holds what a code page may lose.
const notice = "关于组织申报的通知\n各有关单位：\n一、条件（第1批）\n研发费用不少于3000万元，占比≥3%。\n\n联系人：李𠅤　0531-00000000\n"

// refused is the key of the fault that an error is, "" for none.
func refused(err error) string {
	if err == nil {
		return ""
	}
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		return f.Key
	}
	return "internal: " + err.Error()
}

func encoded(t testing.TB, name, text string) []byte {
	t.Helper()
	encoders := map[string]func(string) (string, error){
		"gb18030": simplifiedchinese.GB18030.NewEncoder().String,
		"gbk":     simplifiedchinese.GBK.NewEncoder().String,
		"utf16le": utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewEncoder().String,
		"utf16be": utf16.UTF16(utf16.BigEndian, utf16.UseBOM).NewEncoder().String,
	}
	out, err := encoders[name](text)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func TestPlainText(t *testing.T) {
	common := strings.ReplaceAll(notice, "𠅤", "明")
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"UTF-8", []byte(notice), notice},
		{"UTF-8 with a mark", []byte("\ufeff" + notice), notice},
		{"GB 18030, a character of four bytes", encoded(t, "gb18030", notice), notice},
		{"GBK", encoded(t, "gbk", common), common},
		{"UTF-16, little end first", encoded(t, "utf16le", notice), notice},
		{"UTF-16, big end first", encoded(t, "utf16be", notice), notice},
		{"lines of Windows", []byte(strings.ReplaceAll(notice, "\n", "\r\n")), notice},
		{"lines of an old Mac", []byte(strings.ReplaceAll(notice, "\n", "\r")), notice},
		{"pages", []byte("一\f二\v三\u2028四"), "一\n二\n三\n四"},
		{"control characters", []byte("一\x1b[31m二\x07\u0090三\t四"), "一[31m二三\t四"},
		{"empty", nil, ""},
		{"a mark alone", []byte("\ufeff"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, text, err := official.Read(t.Context(), tt.content)
			if err != nil || kind != official.Text || text != tt.want {
				t.Errorf("%q as %s: %v", text, kind, err)
			}
		})
	}
}

func TestOtherTypesAreRefused(t *testing.T) {
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"), "official.type"},
		{"Word 97", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"), "official.type"},
		{"a program", []byte("\x7fELF\x02\x01\x01\x00"), "official.type"},
		{"neither UTF-8 nor GBK", []byte("\xff\xff\xff\x80 abc"), "official.type"},
		{"half a character of GBK", []byte("\xb9\xd8\xd3"), "official.type"},
		{"half a character of UTF-16", []byte("\xff\xfe\x00"), "official.type"},
		{"UTF-16 with a NUL", []byte("\xff\xfea\x00\x00\x00"), "official.type"},
		{"a spreadsheet", packed(t, "xl/workbook.xml", "<workbook/>"), "official.type"},
		{"too large", make([]byte, official.MaxFile+1), "official.large"},
		{"too long", []byte(strings.Repeat("长", 3<<20)), "official.long"},
		{"too long when decoded", []byte(strings.Repeat("\xb3\xa4", 3<<20)), "official.long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, text, err := official.Read(t.Context(), tt.content)
			if refused(err) != tt.want || kind != "" || text != "" {
				t.Errorf("%s %d bytes: %q, want %s", kind, len(text), refused(err), tt.want)
			}
		})
	}
}

// Whatever comes in, what comes out fits a database and a page.
func FuzzRead(f *testing.F) {
	for _, seed := range [][]byte{[]byte(notice), encoded(f, "gb18030", notice), encoded(f, "utf16le", notice),
		word(f, "<w:p><w:r><w:t>一</w:t></w:r></w:p>"), packed(f, "word/document.xml", "<a><b></a>"), []byte("PK\x03\x04"), {0xff, 0xfe}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if strings.HasPrefix(string(content), "%PDF-") {
			t.Skip("another program reads these")
		}
		kind, text, err := official.Read(t.Context(), content)
		if err != nil {
			if k := refused(err); !strings.HasPrefix(k, "official.") || kind != "" || text != "" {
				t.Errorf("%s %q: %v", kind, text, err)
			}
			return
		}
		if strings.ToValidUTF8(text, "") != text || strings.ContainsAny(text, "\x00\r\x1b") {
			t.Errorf("%q", text)
		}
		if kind == official.Text && strings.ToValidUTF8(string(content), "") == string(content) {
			if _, again, err := official.Read(t.Context(), []byte(text)); err != nil || strings.TrimPrefix(text, "\ufeff") != again {
				t.Errorf("%q read again is %q: %v", text, again, err)
			}
		}
	})
}

// installed returns the path of a program of this machine, or skips the test.
// Where everything must run, a missing one fails it.
func installed(t *testing.T, found string, err error, name string) string {
	t.Helper()
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", name)
	}
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return found
}
