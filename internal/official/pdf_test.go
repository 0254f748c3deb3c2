package official_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"shenbao/internal/official"
)

// A printed is a line of a page: how many characters it is moved in, and text.
type printed struct {
	indent int
	text   string
}

// pdf prints pages in a font that is named by character codes and not
// contained, 12 points to a Chinese character.
func pdf(pages ...[]printed) []byte {
	var b bytes.Buffer
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	stream := func(s string) { object("<< /Length %d >>\nstream\n%s\nendstream", len(s), s) }
	b.WriteString("%PDF-1.4\n")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 7+2*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(pages))
	object("<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>")
	object("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 1000 /W [32 126 500] >>")
	object("<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 80 >>")
	stream("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end")
	for i, page := range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>", 8+2*i)
		var c strings.Builder
		for row, l := range page {
			fmt.Fprintf(&c, "BT /F 12 Tf %d %d Td <", 72+12*l.indent, 770-20*row)
			for _, unit := range utf16.Encode([]rune(l.text)) {
				fmt.Fprintf(&c, "%04X", unit)
			}
			c.WriteString("> Tj ET\n")
		}
		stream(c.String())
	}
	list := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, list)
	return b.Bytes()
}

// The lines of a page become paragraphs again, over the end of the page too;
// its number goes.
func TestPDF(t *testing.T) {
	path, err := exec.LookPath("pdftotext")
	installed(t, path, err, "pdftotext")
	tests := []struct {
		name  string
		pages [][]printed
		want  string
	}{
		{"paragraphs", [][]printed{{{8, "关于申报的通知"}, {0, "各有关单位："}, {2, "一、申报条件要求，每个单位限报一项，逾期不受"}, {0, "理；名称应当突出特色，不宜宽泛。"}, {2, "二、时间"}}},
			"关于申报的通知\n各有关单位：\n一、申报条件要求，每个单位限报一项，逾期不受理；名称应当突出特色，不宜宽泛。\n二、时间"},
		{"over the end of a page", [][]printed{{{2, "管理系统的开放时间是十一月二十七日，请在二零"}, {10, "— 1 —"}}, {{0, "二四年十二月二日之前填报。"}, {2, "三"}, {10, "2"}}},
			"管理系统的开放时间是十一月二十七日，请在二零二四年十二月二日之前填报。\n三"},
		{"an address that does not break", [][]printed{{{2, "请将材料在规定的时间以前全部发送至"}, {0, "office-of-science@example.gov.cn。"}, {2, "其他"}, {2, "本行一共有二十四个汉字用来表示右边界在哪里。"}}},
			"请将材料在规定的时间以前全部发送至office-of-science@example.gov.cn。\n其他\n本行一共有二十四个汉字用来表示右边界在哪里。"},
		{"characters by their look-alikes", [][]printed{{{0, "⼀、申报（⼆）：①，Ａ"}}}, "一、申报（二）：①，Ａ"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, text, err := official.Read(t.Context(), pdf(tt.pages...))
			if err != nil || kind != official.PDF || text != tt.want {
				t.Errorf("as %s: %v\n%s\nwant\n%s", kind, err, text, tt.want)
			}
		})
	}
}

// A PDF that cannot be read is kept, and gives no text.
func TestBrokenPDF(t *testing.T) {
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	whole := pdf([]printed{{0, "一"}})
	for name, read := range map[string]func() (string, string, error){
		"cut short":              func() (string, string, error) { return official.Read(t.Context(), whole[:40]) },
		"empty":                  func() (string, string, error) { return official.Read(t.Context(), []byte("%PDF-1.7\n")) },
		"not asked for any more": func() (string, string, error) { return official.Read(cancelled, whole) },
	} {
		t.Run(name, func(t *testing.T) {
			if kind, text, err := read(); kind != official.PDF || text != "" || err != nil {
				t.Errorf("%s %q: %v", kind, text, err)
			}
		})
	}
}

// A PDF that prints more than a notice holds is given up, and not waited for.
func TestLongPDF(t *testing.T) {
	path, err := exec.LookPath("pdftotext")
	installed(t, path, err, "pdftotext")
	line := printed{0, strings.Repeat("长", 30)}
	page := make([]printed, 35)
	for i := range page {
		page[i] = line
	}
	pages := make([][]printed, 3000) // 9 MB of text
	for i := range pages {
		pages[i] = page
	}
	began := time.Now()
	kind, text, err := official.Read(t.Context(), pdf(pages...))
	if kind != official.PDF || text != "" || err != nil {
		t.Errorf("%s, %d bytes: %v", kind, len(text), err)
	}
	if took := time.Since(began); took > 19*time.Second {
		t.Errorf("took %v: it waited for a program that nobody reads", took)
	}
}
