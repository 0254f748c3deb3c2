package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rsc.io/qr"

	"shenbao/internal/fault"
	"shenbao/internal/hanzi"
	"shenbao/internal/pdf"
)

func standard() (out []rune) {
	for r := rune(0x3400); r < 0x30000; r++ {
		if hanzi.Standard(r) {
			out = append(out, r)
		}
	}
	return out
}

// margins matches what stands at the head and the foot of a page.
var margins = regexp.MustCompile(`(?m)^第 ?\d+ ?页 ?共 ?\d+ ?页$|\f`)

func TestEveryStandardCharacter(t *testing.T) {
	all := standard()
	outside := 0
	for _, r := range all {
		if r > 0xFFFF {
			outside++
		}
	}
	if len(all) != 8105 || outside != 196 {
		t.Fatalf("%d characters, %d outside the basic plane", len(all), outside)
	}
	d := pdf.New(pdf.Meta{})
	d.Text(string(all))
	d.Heading(1, string(all[len(all)-196:])) // in bold
	got := solid(margins.ReplaceAllString(words(t, d), ""))
	if want := string(all) + string(all[len(all)-196:]); got != want {
		g, w := []rune(got), []rune(want)
		for i := range w {
			if i >= len(g) || g[i] != w[i] {
				t.Fatalf("%d of %d characters come back; the first to differ is %q at %d", len(g), len(w), w[i], i)
			}
		}
		t.Fatalf("%d characters come back, want %d", len(g), len(w))
	}
}

// TestNothingIsLost prints random text in paragraphs, lists and tables and
// reads it back.
func TestNothingIsLost(t *testing.T) {
	r, all := rand.New(rand.NewPCG(3, 4)), standard()
	signs := []rune("，。；：？！、（）《》“”…—·1234567890abcXYZ%￥①㎡×±")
	prose := func(n int) string {
		var b strings.Builder
		for range n {
			if r.IntN(5) == 0 {
				b.WriteRune(signs[r.IntN(len(signs))])
			} else {
				b.WriteRune(all[r.IntN(len(all))])
			}
		}
		return b.String()
	}
	for range 5 {
		d := pdf.New(pdf.Meta{})
		var want strings.Builder
		for range 6 {
			paragraph := prose(900)
			d.Text(paragraph)
			term, value := prose(5), prose(300)
			d.Facts(pdf.Fact{Term: term, Value: value})
			want.WriteString(paragraph + term + value)
		}
		got := solid(margins.ReplaceAllString(words(t, d), ""))
		if count(got) != count(solid(nfkc(want.String()))) {
			t.Fatalf("other characters come back:\n%s\n%s", got, solid(nfkc(want.String())))
		}
	}
}

// count gives the characters of s and how often each occurs: the rows of two
// columns may be read in another order than they were printed.
func count(s string) string {
	n := map[rune]int{}
	for _, r := range s {
		n[r]++
	}
	return fmt.Sprint(n) // maps print in the order of their keys
}

func TestTableOverPages(t *testing.T) {
	d := pdf.New(pdf.Meta{})
	table := pdf.Table{Caption: "表 2 设备清单", Columns: []pdf.Column{{Head: "编号", Width: 20}, {Head: "名称"}, {Head: "金额", Width: 30, Align: pdf.Right}}, Totals: []string{"", "合计", "9,999.00"}}
	for i := range 120 {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("SB-%03d", i), "水声信号采集装置", fmt.Sprintf("%d.50", i*10)})
	}
	d.Table(table)
	pages := strings.Split(strings.TrimSuffix(words(t, d), "\f"), "\f")
	if len(pages) != d.Pages() || len(pages) < 4 {
		t.Fatalf("%d pages, Pages says %d", len(pages), d.Pages())
	}
	next := 0
	for i, p := range pages {
		caption := "表 2 设备清单\n"
		if i > 0 {
			caption = "表 2 设备清单(续)\n" // NFKC makes the brackets narrow
		}
		if !strings.HasPrefix(p, caption+"编号\n名称\n金额\n") && !strings.HasPrefix(p, caption+"编号 名称 金额\n") {
			t.Errorf("page %d begins with %.60q", i+1, p)
		}
		for _, row := range regexp.MustCompile(`SB-(\d{3})`).FindAllString(p, -1) {
			if want := fmt.Sprintf("SB-%03d", next); row != want {
				t.Errorf("page %d: row %s, want %s", i+1, row, want)
			}
			next++
		}
	}
	if next != 120 || !strings.Contains(pages[len(pages)-1], "9,999.00") {
		t.Errorf("%d rows, last page:\n%s", next, pages[len(pages)-1])
	}
}

// TestRowLongerThanAPage splits a row only when no page holds it.
func TestRowLongerThanAPage(t *testing.T) {
	d := pdf.New(pdf.Meta{})
	var lines, short []string
	for i := range 130 {
		lines = append(lines, fmt.Sprintf("行%03d", i))
	}
	for i := range 30 {
		short = append(short, fmt.Sprintf("短%03d", i))
	}
	d.Table(pdf.Table{Columns: []pdf.Column{{Head: "说明"}, {Head: "备注"}}, Rows: [][]string{{strings.Join(lines, "\n"), "甲"}, {strings.Join(short, "\n")}}})
	pages := strings.Split(words(t, d), "\f")
	all := strings.Join(pages, "")
	for _, l := range append(lines, short...) {
		if strings.Count(all, l) != 1 {
			t.Errorf("%s stands %d times", l, strings.Count(all, l))
		}
	}
	for _, p := range pages {
		if n := strings.Count(p, "短"); n != 0 && n != 30 {
			t.Errorf("a row that fits on a page is split: %d of 30 lines", n)
		}
	}
	bad := pdf.New(pdf.Meta{})
	bad.Table(pdf.Table{Columns: []pdf.Column{{Head: "一"}}, Rows: [][]string{{"甲", "乙"}}})
	if _, err := bad.WriteTo(&bytes.Buffer{}); err == nil {
		t.Error("a cell without a column was dropped silently")
	}
	tall := pdf.New(pdf.Meta{})
	tall.Table(pdf.Table{Columns: []pdf.Column{{Head: strings.Repeat("长", 2000)}, {Head: "乙", Width: 150}}, Rows: [][]string{{"甲"}}})
	if _, err := tall.WriteTo(&bytes.Buffer{}); err == nil {
		t.Error("a head higher than the page was printed")
	}
}

// TestRightAligned asks the places of the words on the page.
func TestRightAligned(t *testing.T) {
	d := pdf.New(pdf.Meta{})
	d.Table(pdf.Table{Columns: []pdf.Column{{Head: "名"}, {Head: "数", Width: 40, Align: pdf.Right}}, Rows: [][]string{{"甲", "8.00"}, {"乙", "1,234,567.00"}}})
	boxes := run(t, "pdftotext", "-bbox", file(t, d), "-")
	ends := regexp.MustCompile(`xMax="(\d+\.\d)\d*" yMax="[\d.]+">[\d,]+\.00<`).FindAllStringSubmatch(boxes, -1)
	if len(ends) != 2 || ends[0][1] != ends[1][1] {
		t.Errorf("numbers end at %v:\n%s", ends, boxes)
	}
}

// TestHeadingStaysWithItsText fills pages to every height: no heading is last.
func TestHeadingStaysWithItsText(t *testing.T) {
	for lines := 30; lines < 46; lines++ {
		d := pdf.New(pdf.Meta{})
		d.Text(strings.Repeat("行\n", lines))
		d.Heading(2, "标题在此")
		d.Text("紧随其后的正文。")
		for _, p := range strings.Split(words(t, d), "\f") {
			if strings.Contains(p, "标题在此") && !strings.Contains(p, "紧随其后") {
				t.Errorf("after %d lines a heading ends a page", lines)
			}
		}
	}
}

func TestOutline(t *testing.T) {
	d := pdf.New(pdf.Meta{})
	for _, h := range []struct {
		level int
		name  string
	}{{1, "一、概况"}, {2, "（一）单位"}, {2, "（二）团队𠅤"}, {3, "1. 骨干"}, {1, "二、任务"}} {
		d.Heading(h.level, h.name)
		d.Text("正文。")
		d.PageBreak()
	}
	got := run(t, "pdftohtml", "-xml", "-i", "-stdout", file(t, d))
	_, got, _ = strings.Cut(got, "<outline>\n")
	got, _, _ = strings.Cut(got, "</pdf2xml>")
	const want = `<item page="1">一、概况</item>
<outline>
<item page="2">（一）单位</item>
<item page="3">（二）团队𠅤</item>
<outline>
<item page="4">1. 骨干</item>
</outline>
</outline>
<item page="5">二、任务</item>
</outline>
`
	if got != want {
		t.Errorf("the outline is\n%s", got)
	}
}

// TestQRCode renders the page and compares every module.
func TestQRCode(t *testing.T) {
	const content = "https://example.org/v/3f9a51c07be2d1889f05a6c4e3b27d10b1c2d3e4f5061728394a5b6c7d8e9f00"
	d := pdf.New(pdf.Meta{Watermark: "草稿"})
	d.QR(content, "版本")
	out := filepath.Join(t.TempDir(), "page")
	run(t, "pdftoppm", "-r", "300", "-png", "-singlefile", file(t, d), out)
	f, err := os.Open(out + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(content, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	pixel := func(mm float64) int { return int(mm * 300 / 25.4) }
	for y := range code.Size {
		for x := range code.Size {
			side := 28.0 / float64(code.Size)
			c, _, _, _ := picture.At(pixel(25+(float64(x)+0.5)*side), pixel(25+(float64(y)+0.5)*side)).RGBA()
			if black := c < 0x8000; black != code.Black(x, y) {
				t.Fatalf("module %d,%d is wrong", x, y)
			}
		}
	}
	long := pdf.New(pdf.Meta{})
	long.QR(strings.Repeat("x", 5000))
	if _, err := long.WriteTo(&bytes.Buffer{}); err == nil {
		t.Error("a QR code of 5,000 bytes was accepted")
	}
}

func TestHostileText(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"control characters": {"甲\x00\x01\x1b[31m乙\x7f丙\u0085丁", "甲[31m乙丙丁"},
		"direction":          {"金额\u202e000,1\u202c元\u200f\u2066x\u2069", "金额000,1元x"},
		"zero width":         {"申\u200b报\u200d\ufeff书\u2060\u00ad", "申报书"},
		"broken UTF-8":       {"甲\xff\xfe乙", "甲\ufffd乙"},
		"PDF syntax":         {`)Tj ET (\)<</A 1>> endstream endobj`, `)TjET(\)<</A1>>endstreamendobj`},
		"variation":          {"葛\U000E0100飾️", "葛飾"},
		"composed":           {"Ze\u0301", "Zé"},
		"line ends":          {"一\r\n二\r三\u2028四\v五\t六", "一二三四五六"},
	} {
		d := pdf.New(pdf.Meta{Title: c.text})
		d.Text(c.text)
		d.Facts(pdf.Fact{Term: c.text, Value: ""})
		got := solid(margins.ReplaceAllString(words(t, d), ""))
		if want := nfkc(c.want); got != want+want {
			t.Errorf("%s: %q, want %q twice", name, got, want)
		}
	}
}

func TestMegabyteOfText(t *testing.T) {
	d := pdf.New(pdf.Meta{})
	paragraph := strings.Repeat("研究内容与目标，", 1<<20/24)
	d.Text(paragraph)
	read := margins.ReplaceAllString(words(t, d), "")
	if strings.Contains(read, " ") {
		t.Error("the letters of a flush line stand so far apart that they read as words")
	}
	if got := solid(read); got != nfkc(paragraph) {
		t.Errorf("%d bytes come back, want %d", len(got), len(nfkc(paragraph)))
	}
	narrow := pdf.New(pdf.Meta{})
	narrow.Table(pdf.Table{Columns: []pdf.Column{{Width: 8}, {}}, Rows: [][]string{{paragraph, ""}}})
	_, err := narrow.WriteTo(&bytes.Buffer{})
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key != "pdf.pages" {
		t.Errorf("a megabyte in a column of 8 mm: %v, want the fault of too many pages", err)
	}
}

func BenchmarkSixtyPages(b *testing.B) {
	r, all := rand.New(rand.NewPCG(5, 6)), standard()[:3500]
	var text strings.Builder
	for i := range 60 * 1750 {
		text.WriteRune(all[r.IntN(len(all))])
		if i%23 == 22 {
			text.WriteString("，")
		}
		if i%400 == 399 {
			text.WriteString("。\n")
		}
	}
	for b.Loop() {
		d := pdf.New(pdf.Meta{Watermark: "草稿", Footer: "版本 3f9a51c07be2"})
		d.Text(text.String())
		if d.Pages() < 60 {
			b.Fatalf("%d pages", d.Pages())
		}
		written(b, d)
	}
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N), "s/document")
}

func BenchmarkReceipt(b *testing.B) {
	for b.Loop() {
		written(b, sample())
	}
}
