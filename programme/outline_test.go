package programme

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// dumpOf reads a text and returns its dump without the source lines.
func dumpOf(t *testing.T, text string, parts []Part, noise ...string) string {
	t.Helper()
	o := mustOutline(t, text, parts, noise...)
	var b strings.Builder
	if err := o.Dump(&b); err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(b.String()) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		out = append(out, f[0]+" "+strings.ReplaceAll(f[2], "\t", " "))
	}
	return strings.Join(out, "\n")
}

func mustOutline(t *testing.T, text string, parts []Part, noise ...string) *Outline {
	t.Helper()
	var res []*regexp.Regexp
	for _, n := range noise {
		res = append(res, regexp.MustCompile(n))
	}
	o, err := ReadOutline(strings.NewReader(text), parts, res)
	if err != nil {
		t.Fatal(err)
	}
	checkPieces(t, o, text)
	return o
}

// checkPieces holds the promise of Outline: what is not white space belongs to
// exactly one sentence, enumerator, label or piece of noise.
func checkPieces(t *testing.T, o *Outline, text string) {
	t.Helper()
	pieces := slices.SortedFunc(slices.Values(o.pieces), func(a, b piece) int { return cmp.Compare(a.start, b.start) })
	at := 0
	for _, p := range append(pieces, piece{start: len(text), end: len(text)}) {
		if p.start < at {
			t.Fatalf("bytes %d to %d belong to two pieces", p.start, at)
		}
		if rest := strings.TrimFunc(text[at:p.start], blank); rest != "" {
			t.Fatalf("%q belongs to no piece", rest)
		}
		at = p.end
	}
	seen := map[string]bool{}
	for i, s := range o.sentences {
		if s.Text != text[s.Start:s.End] || s.Text == "" || s.Locator == "" || seen[s.Locator] {
			t.Fatalf("sentence %d: %+v", i, s)
		}
		seen[s.Locator] = true
		if got, trouble := o.resolve(s.Locator); trouble != nil || !slices.Equal(got, []int{i}) {
			t.Fatalf("%s picks %v, %v, want %d", s.Locator, got, trouble, i)
		}
	}
}

func TestOutline(t *testing.T) {
	annex := []Part{{"附1", "表格 样式"}}
	tests := []struct {
		name, text string
		parts      []Part
		noise      []string
		want       string
	}{
		{name: "title, salutation, preface, nesting", text: "甲通知\n各单位：\n现通知如下：\n一、范围\n说明文字。\n（一） 名称。内容甲。\n1.子项\n（1）细项\n①点\n2．子项\n（二）另一\n二、条件\n",
			want: "题·1 甲通知\n称·1 各单位：\n序.段1·1 现通知如下：\n一·1 范围 #\n一.段1·1 说明文字。\n一.一·1 名称。\n一.一·2 内容甲。\n一.一.1·1 子项 #\n一.一.1.1·1 细项 #\n一.一.1.1.1·1 点\n一.一.2·1 子项\n一.二·1 另一\n二·1 条件"},
		{name: "no salutation", text: "甲通知\n现将事项通知如下：\n一、范围",
			want: "题·1 甲通知\n序.段1·1 现将事项通知如下：\n一·1 范围"},
		{name: "document number before the salutation", text: "甲通知\n某字〔2030〕7号\n各单位:\n正文。\n一、范围",
			want: "题·1 甲通知\n称·1 各单位:\n序.段1·1 某字〔2030〕7号\n序.段2·1 正文。\n一·1 范围"},
		{name: "byte order mark, CRLF, tabs and wide spaces", text: "\ufeff甲通知\r\n\t一、\u3000范围 \r\n\u3000\u3000甲。乙。\r\n",
			want: "题·1 甲通知\n一·1 范围 #\n一.段1·1 甲。\n一.段1·2 乙。"},
		{name: "numbers below one heading without brackets", text: "题\n一、甲\n1.乙\n二、丙\n1、丁\n01.戊\n",
			want: "题·1 题\n一·1 甲 #\n一.1·1 乙\n二·1 丙 #\n二.1·1 丁\n二.1#2·1 戊"},
		{name: "what only looks like a number", text: "题\n一、甲\n3.5亿元的投入。\n2030年起。\n一般情况。\n第三方机构。\n",
			want: "题·1 题\n一·1 甲 #\n一.段1·1 3.5亿元的投入。\n一.段2·1 2030年起。\n一.段3·1 一般情况。\n一.段4·1 第三方机构。"},
		{name: "chapters and articles", text: "办法\n第一章 总则\n第一条 目的。\n第二条\u3000范围。\n（一）甲；\n第二章 申报\n第三条 条件。",
			want: "题·1 办法\n第一章·1 总则 #\n第一章.第一条·1 目的。\n第一章.第二条·1 范围。\n第一章.第二条.一·1 甲；\n第二章·1 申报 #\n第二章.第三条·1 条件。"},
		{name: "sentences", text: "题\n一、甲；乙！丙？丁：“戊。己；”庚（辛。壬）。癸；；子。”丑,a;b; c",
			want: "题·1 题\n一·1 甲；\n一·2 乙！\n一·3 丙？\n一·4 丁：“戊。己；”庚（辛。壬）。\n一·5 癸；；\n一·6 子。”\n一·7 丑,a;b;\n一·8 c"},
		{name: "a bracket that is never closed", text: "题\n一、甲（乙。丙。丁“戊。",
			want: "题·1 题\n一·1 甲（乙。\n一·2 丙。\n一·3 丁“戊。"},
		{name: "inline list", text: "题\n一、须备下列之一：（1）甲（含乙。）；（2）丙。丁；（3）戊。己。",
			want: "题·1 题\n一·1 须备下列之一：\n一·2 己。\n一.1·1 甲（含乙。）；\n一.2·1 丙。\n一.2·2 丁；\n一.3·1 戊。"},
		{name: "inline list that ends the text", text: "题\n一、下列之一：①甲；②乙",
			want: "题·1 题\n一·1 下列之一： #\n一.1·1 甲；\n一.2·1 乙"},
		{name: "a mention is no list", text: "题\n一、见公式（1）和（2）。\n二、符合（1）者。",
			want: "题·1 题\n一·1 见公式（1）和（2）。\n二·1 符合（1）者。"},
		{name: "several numbers in one line", text: "题\n一、甲\n1.乙；2.丙；3.丁\n4.戊：（1）己；（2）庚。",
			want: "题·1 题\n一·1 甲 #\n一.1·1 乙；\n一.2·1 丙；\n一.3·1 丁\n一.4·1 戊： #\n一.4.1·1 己；\n一.4.2·1 庚。"},
		{name: "tail after a wider gap", text: "题\n一、甲\n1.乙。\n\n联系电话：0100-1234567\n另一行\n",
			want: "题·1 题\n一·1 甲 #\n一.1·1 乙。\n尾.段1·1 联系电话：0100-1234567\n尾.段2·1 另一行"},
		{name: "no tail where gaps are usual", text: "题\n\n一、甲\n\n（一）联系\n\n电话：0100-1234567\n\n（二）地址\n\n某路1号\n\n\n某局\n\n2030年1月2日\n",
			want: "题·1 题\n一·1 甲 #\n一.一·1 联系 #\n一.一.段1·1 电话：0100-1234567\n一.二·1 地址 #\n一.二.段1·1 某路1号\n尾.段1·1 某局\n尾.段2·1 2030年1月2日"},
		{name: "tail with issuer and date", text: "题\n一、甲\n1.乙。\n说明。\n某局\n某委员会\n2030年1月2日\n（公开）",
			want: "题·1 题\n一·1 甲 #\n一.1·1 乙。\n一.1.段1·1 说明。\n尾.段1·1 某局\n尾.段2·1 某委员会\n尾.段3·1 2030年1月2日\n尾.段4·1 （公开）"},
		{name: "list of attachments", text: "题\n一、甲\n1.乙。\n附件：1.丙\n2.丁\n3.戊\n某局\n2030年1月2日",
			want: "题·1 题\n一·1 甲 #\n一.1·1 乙。\n尾.段1·1 附件： #\n尾.段1.1·1 丙\n尾.段1.2·1 丁\n尾.段1.3·1 戊\n尾.段2·1 某局\n尾.段3·1 2030年1月2日"},
		{name: "one attachment", text: "题\n正文。\n附件：1.丙\n",
			want: "题·1 题\n序.段1·1 正文。\n尾.段1·1 附件：1.丙"},
		{name: "attachments on lines of their own", text: "题\n正文。\n附件：\n1.丙\n2.丁\n",
			want: "题·1 题\n序.段1·1 正文。\n尾.段1·1 附件： #\n尾.段1.1·1 丙\n尾.段1.2·1 丁"},
		{name: "part with a label, table cells and a note", text: "题\n一、甲\n附件1\n 表格样式\n单位（章）：\n\t序号\n\t名称\n 注：1.按序填；2.不超过30字。", parts: annex,
			want: "题·1 题\n一·1 甲\n附1.题·1 表格样式 #\n附1.段1·1 单位（章）：\n附1.段2·1 序号\n附1.段3·1 名称\n附1.段4·1 注： #\n附1.段4.1·1 按序填；\n附1.段4.2·1 不超过30字。"},
		{name: "part with headings by name, title in two lines", text: "题\n一、甲\n表格\n样式\n摘要\n甲。乙。\n一、丙\n丁。\n附件\n戊。", parts: annex,
			want: "题·1 题\n一·1 甲\n附1.题·1 表格 #\n附1.题·2 样式 #\n附1.摘要·1 摘要 #\n附1.摘要.段1·1 甲。\n附1.摘要.段1·2 乙。\n附1.一·1 丙 #\n附1.一.段1·1 丁。\n附1.附件·1 附件 #\n附1.附件.段1·1 戊。"},
		{name: "two parts, equal numbers", text: "题\n一、甲\n表格样式\n一、乙\n样式二\n一、丙", parts: append(annex[:1:1], Part{"附2", "样式二"}),
			want: "题·1 题\n一·1 甲\n附1.题·1 表格样式 #\n附1.一·1 乙\n附2.题·1 样式二 #\n附2.一·1 丙"},
		{name: "noise", text: "登录 注册\n题\n一、甲\n[b: x]二、乙[b: y]\n×\n-----\n", noise: []string{`^登录.*`, `\[b: [^\]]*\]`},
			want: "题·1 题\n一·1 甲\n二·1 乙"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := dumpOf(t, tt.text, tt.parts, tt.noise...); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestOutlineNoise(t *testing.T) {
	o := mustOutline(t, "登录\n题\n\n[b]一、甲\n×\n", nil, "^登录$", `^\[b\]`)
	want := []NoiseLine{{1, "登录"}, {4, "[b]"}, {5, "×"}}
	if !slices.Equal(o.Noise(), want) {
		t.Errorf("noise %v, want %v", o.Noise(), want)
	}
	for i, s := range o.Sentences() {
		if want := []int{2, 4}[i]; s.Line != want {
			t.Errorf("%s is on line %d, want %d", s.Text, s.Line, want)
		}
	}
}

func TestOutlineLocators(t *testing.T) {
	o := mustOutline(t, "题\n一、甲\n乙。丙。", nil)
	var got []string
	for _, n := range o.Locators() {
		got = append(got, fmt.Sprintf("%s %d %d %v", n.Locator, n.Line, len(n.Sentences), n.Heading))
	}
	want := []string{"题 1 1 false", "一 2 1 true", "一.段1 3 2 false"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOutlineErrors(t *testing.T) {
	part := []Part{{"附1", "汇总表的样式"}}
	tests := []struct {
		name, text string
		parts      []Part
		key        string
		line       int
	}{
		{"empty", " \n\t\n", nil, "source.empty", 0},
		{"only noise", "---\n", nil, "source.empty", 0},
		{"UTF-16", "\xff\xfe\x18\x98", nil, "source.utf16", 1},
		{"GBK", "题\n\xb9\xd8\xd3\xda", nil, "source.utf8", 2},
		{"cut rune", "题\r\n一\xe4\xb8", nil, "source.utf8", 2},
		{"NUL", "题\n\n%PDF\x00", nil, "source.binary", 3},
		{"large", strings.Repeat("一二三四五六七八。\n", 9<<20/28), nil, "source.size", 0},
		{"100,000 lines", strings.Repeat("行\n", 100_000), nil, "source.lines", maxSourceLines + 2},
		{"long line", "题\n" + strings.Repeat("长", 5<<20/3), nil, "source.line", 2},
		{"sentences", strings.Repeat(strings.Repeat("句。", 1000)+"\n", 200), nil, "source.sentences", 101},
		{"no part", "题\n一、甲", part, "source.part", 0},
		{"part nearly there", "题\n一、甲\n汇总表样式\n二、乙", part, "source.part_near", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadOutline(strings.NewReader(tt.text), tt.parts, nil)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Key != tt.key || f.Line != tt.line {
				t.Fatalf("got %v, want %s on line %d", err, tt.key, tt.line)
			}
			for _, lang := range []string{locale.ZH, locale.EN} {
				if text := locale.Fault(lang, f); strings.HasSuffix(text, tt.key) || strings.Contains(text, "{") {
					t.Errorf("%s: %s", lang, text)
				}
			}
		})
	}
	if _, err := ReadOutline(broken{}, nil, nil); err == nil || !errors.Is(err, errBroken) {
		t.Errorf("a reader that fails: %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

// scrap is what random notices are made of.
var scrap = []string{"一、", "（一）", "1.", "（1）", "①", "第一条 ", "附件：", "附件1", "摘要", "表格样式", "甲", "乙丙", "。", "；", "：", "“", "”", "（", "）", "\n", "\n\n", "\r\n", " ", "\u3000", "2030年1月2日", "某局\n", "2.", "（2）", "②", "注：", "×", "[b]", "3.5", ";", "\ufeff", "，"}

func TestOutlineProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := []*regexp.Regexp{regexp.MustCompile(`\[b\]`)}
	for range 4_000 {
		var b strings.Builder
		for range r.IntN(60) {
			b.WriteString(scrap[r.IntN(len(scrap))])
		}
		for _, parts := range [][]Part{nil, {{"附1", "表格样式"}}} {
			if o, err := ReadOutline(strings.NewReader(b.String()), parts, noise); err == nil {
				checkPieces(t, o, b.String())
			}
		}
	}
}

// TestOutlineLinear reads texts that could make the reader go back and forth.
func TestOutlineLinear(t *testing.T) {
	line := maxSourceLineBytes / 4
	for _, piece := range []string{"（", "（]", "（）", "“”", "1.", "；1.", "（1）", "；（1）", "。（1）", "[b]", "a。", " ", "附件："} {
		long := "题\n一、甲\n" + strings.Repeat(piece, line/len(piece)) + "甲\n"
		many := "题\n一、甲\n" + strings.Repeat(piece+"甲\n", 5_000)
		for _, text := range []string{long, many} {
			start := time.Now()
			o, err := ReadOutline(strings.NewReader(text), nil, []*regexp.Regexp{regexp.MustCompile(`\[b\]`)})
			if err == nil {
				Verify(o, nil)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("%d bytes of %q took %v", len(text), piece, d)
			}
		}
	}
}

func FuzzOutline(f *testing.F) {
	f.Add("题\n各单位：\n一、甲\n1.乙：（1）丙；（2）丁。\n\n附件：1.戊\n2.己\n某局\n2030年1月2日", "己")
	f.Add("\ufeff题\r\n一、“甲。”（乙；）\r\n×\r\n表\r\n注：1.丙；2.丁", "表")
	f.Fuzz(func(t *testing.T, text, title string) {
		o, err := ReadOutline(strings.NewReader(text), []Part{{"附1", title}}, nil)
		if err != nil {
			var known *fault.Fault
			if !errors.As(err, &known) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		checkPieces(t, o, text)
		Verify(o, []Claim{{Clause: "001", Locators: []string{title, "一"}, Figures: cite("prose", title)}})
	})
}

// official opens an official text by its number; without the shared folder the
// test is skipped, but not under CI.
func official(t *testing.T, number string) string {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join("..", "..", "shared", "seeds", number+"*.txt"))
	if len(names) != 1 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("official text %s is not at ../shared/seeds beside the project", number)
		}
		t.Skipf("official text %s is not at ../shared/seeds beside the project", number)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// officialParts are the parts of the official texts that have some.
var officialParts = map[string][]Part{
	"000": {{"附1", "山东省技术创新中心建设方案编写提纲"}, {"附2", "2024年山东省技术创新中心推荐汇总表"}},
	"002": {{"指南", "2019年济南市科技发展计划编制指南"}, {"附1", "《创新发展计划专项申报指南》"}},
	"003": {{"指引", "青岛市技术创新中心建设工作指引"}},
}

func TestOfficialTexts(t *testing.T) {
	tests := []struct {
		number            string
		sentences, demand int
		lines             map[string]int // some places and the lines they stand on
	}{
		{"000", 89, 50, map[string]int{"题·1": 3, "称·1": 4, "一.11·1": 18, "二.8·2": 27, "二.8.5·1": 27, "四.3·1": 37, "尾.段1·1": 39, "尾.段6·1": 45,
			"附1.题·1": 46, "附1.摘要.段1·2": 49, "附1.附件.段1·1": 63, "附2.段1·1": 65, "附2.段12.2·1": 76}},
		{"001", 82, 28, map[string]int{"二.四.2·6": 23, "二.四.4·6": 27, "三.三.段3·1": 63, "四.一·5": 71, "五.三.段2·1": 101, "尾.段1·1": 105, "尾.段3·1": 111}},
		{"002", 0, 0, map[string]int{"尾.段3·1": 15, "指南.四.一.8·1": 127, "附1.一.5·1": 150}},
		{"003", 0, 0, map[string]int{"尾.段3·1": 10, "指引.段1·1": 17, "指引.三.四·4": 58}},
		{"004", 0, 0, map[string]int{"二.四.12·3": 49, "三.三·4": 57}},
	}
	for _, tt := range tests {
		t.Run(tt.number, func(t *testing.T) {
			o := mustOutline(t, official(t, tt.number), officialParts[tt.number], `^(登录|电子邮箱|密码|注册|更多内容|联系电话:1).*|^×.*`, `(\[bookmark: [^\]]*\])+`)
			report := Verify(o, nil)
			if tt.sentences > 0 && (report.Sentences != tt.sentences || report.Figures != tt.demand) {
				t.Errorf("%d sentences and %d figures, want %d and %d", report.Sentences, report.Figures, tt.sentences, tt.demand)
			}
			for locator, line := range tt.lines {
				at, trouble := o.resolve(locator)
				if trouble != nil || o.sentences[at[0]].Line != line {
					t.Errorf("%s: %v %v, want line %d", locator, at, trouble, line)
				}
			}
		})
	}
}
