package pdf

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"shenbao/internal/hanzi"
)

// broken breaks a paragraph into lines of n Chinese characters.
func broken(t *testing.T, paragraph string, n int) []string {
	t.Helper()
	f, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range f.regular.lines(paragraph, n*em, n*em) {
		out = append(out, l.text)
	}
	return out
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string // lines, parted by |
	}{
		{"山东省重点研发计划", 5, "山东省重点|研发计划"},
		{"申报单位盖章，负责人签字。", 6, "申报单位盖|章，负责人签|字。"},
		{"应当符合（一）至（三）项", 5, "应当符合|（一）至|（三）项"},
		{"简称《管理办法》第三条", 4, "简称《管|理办法》|第三条"},
		{"研发经费1,280.50万元", 6, "研发经费|1,280.50万元"},
		{"续航超过36 个月", 5, "续航超过|36 个月"},
		{"增长了12.5%以上", 5, "增长了|12.5%以上"},
		{"满足第12条要求", 4, "满足|第12条|要求"},
		{"国际专利4件——其中", 6, "国际专利4件|——其中"},
		{"按照equipment执行", 6, "按照|equipment|执行"},
		{"a well-known method", 7, "a well-known|method"},
		{"他说“don’t”", 6, "他说|“don’t”"},
		{"自2027-03-01起", 6, "自|2027-03-01|起"},
		{"　　缩进  两处 ", 9, "缩进  两处"},
		{"", 9, ""},
		{" \u3000", 9, ""},
	} {
		if got := strings.Join(broken(t, c.text, c.n), "|"); got != c.want {
			t.Errorf("%s in %d: %s, want %s", c.text, c.n, got, c.want)
		}
	}
}

// prose makes up a paragraph: Chinese words, Latin words and numbers with their
// units, in brackets or not, with punctuation as people set it.
func prose(r *rand.Rand, standard []rune) string {
	var b strings.Builder
	pick := func(of ...string) { b.WriteString(of[r.IntN(len(of))]) }
	han := func(n int) {
		for range n {
			b.WriteRune(standard[r.IntN(len(standard))])
		}
	}
	for range 20 + r.IntN(60) {
		pick("", "", "“", "（", "《", "【", "‘", "：“", "（《", " ")
		switch r.IntN(4) {
		case 0:
			pick("AI", "5G", "Shenbao", "well-known", "don’t", "a/b", "https://example.org/a", "μm", "CO₂")
		case 1:
			pick("1,280.50万元", "36 个月", "12.5%", "2027年", "第3条", "￥80", "3亿元", "15 个工作日", "2.5 m", "98℃")
		default:
			han(1 + r.IntN(6))
		}
		pick("", "，", "。", "；", "：", "？", "！", "、", "……", "。”", "）。", "》，", "’", " ", "——", "·", "/", "－")
		han(1 + r.IntN(3))
	}
	return b.String()
}

// standard lists the 8,105 characters.
func standard() (out []rune) {
	for r := rune(0x3400); r < 0x30000; r++ {
		if hanzi.Standard(r) {
			out = append(out, r)
		}
	}
	return out
}

func TestLinesOfRandomProse(t *testing.T) {
	r, all := rand.New(rand.NewPCG(1, 2)), standard()
	for range 3000 {
		checkLines(t, prose(r, all), 24+r.IntN(25))
	}
}

// checkLines breaks a text into lines of n characters and asks that none is too
// wide, begins or ends as none should, or parts what belongs together, and that
// all characters are there.
func checkLines(t *testing.T, paragraph string, n int) {
	t.Helper()
	text, at := []rune(strings.Trim(paragraph, " ")), 0
	f, _ := fonts()
	for i, l := range broken(t, paragraph, n) {
		for text[at] == ' ' {
			at++
		}
		if i > 0 {
			if why := badStart(text, at); why != "" {
				t.Fatalf("in %d: line %d %q %s\n%s", n, i+1, l, why, paragraph)
			}
		}
		if f.regular.textWidth(l) > n*em {
			t.Fatalf("in %d: line %q is too wide", n, l)
		}
		line := []rune(l)
		if end := at + len(line); end > len(text) || string(text[at:end]) != l {
			t.Fatalf("in %d: line %d is %q\n%s", n, i+1, l, paragraph)
		}
		at += len(line)
	}
	if at != len(text) {
		t.Fatalf("in %d: the end is lost: %q", n, string(text[at:]))
	}
}

// badStart says why no line may begin with text[at], by rules written down
// apart from those that break lines.
func badStart(text []rune, at int) string {
	before, spaced := at-1, false
	for text[before] == ' ' {
		before, spaced = before-1, true
	}
	a, b := text[before], text[at]
	word := func(r rune) bool { return strings.ContainsRune("0123456789.,", r) || r < 0x250 && unicode.IsLetter(r) }
	switch {
	case strings.ContainsRune("，。、；：？！）】》、”’…·", b):
		return "begins with punctuation"
	case strings.ContainsRune("（【《“‘￥", a):
		return "follows an opening bracket"
	case a == '—' && b == '—' || a == '…' && b == '…':
		return "parts a dash"
	case !spaced && word(a) && word(b):
		return "parts a word"
	case unicode.IsDigit(a) && strings.ContainsRune("万亿年条%℃个m", b):
		return "parts a number and its unit"
	case strings.ContainsRune("万亿", a) && b == '元' && unicode.IsDigit(text[before-1]):
		return "parts a unit"
	case a == '第' && unicode.IsDigit(b):
		return "parts an ordinal"
	}
	return ""
}

func TestLinesOfHostileText(t *testing.T) {
	for name, s := range map[string]string{
		"only stops":     strings.Repeat("。", 5000),
		"only brackets":  strings.Repeat("（", 5000),
		"one long word":  strings.Repeat("W", 5000),
		"only digits":    strings.Repeat("7", 5000),
		"only dashes":    strings.Repeat("—", 5000),
		"only spaces":    strings.Repeat(" ", 5000),
		"accents":        "e" + strings.Repeat("\u0301", 5000),
		"long and short": "A" + strings.Repeat(" （", 3000) + strings.Repeat("）", 3000),
	} {
		for _, n := range []int{1, 2, 7, 40} {
			lines := broken(t, s, n)
			if strip(strings.Join(lines, "")) != strip(s) {
				t.Errorf("%s in %d: characters were lost", name, n)
			}
			if f, _ := fonts(); n > 1 {
				for _, l := range lines {
					if f.regular.textWidth(l) > n*em {
						t.Errorf("%s in %d: a line of %d characters", name, n, len([]rune(l)))
						break
					}
				}
			}
		}
	}
}

func strip(s string) string { return strings.ReplaceAll(s, " ", "") }

func FuzzLines(f *testing.F) {
	f.Add("研发经费1,280.50万元（占 31.2%），", uint16(8))
	f.Add("A"+strings.Repeat("（", 40), uint16(3))
	f.Fuzz(func(t *testing.T, text string, n uint16) {
		text = strings.ReplaceAll(clean(text), "\n", "")
		got := strings.Join(broken(t, text, int(n)), "")
		space := strings.NewReplacer(" ", "", "\u3000", "")
		if space.Replace(got) != space.Replace(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
