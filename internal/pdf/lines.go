package pdf

import (
	"strings"
	"unicode"
)

// A line is one line of a paragraph.
type line struct {
	text  string
	width int  // in thousandths of an em, without the spaces at its end
	chars int  // how many characters it has
	last  bool // the paragraph ends here, so that it is not stretched
}

// The characters that may not stand at the beginning or the end of a line
// (避头尾, GB/T 15834), Chinese and Western.
const (
	neverFirst = "，。、；：？！）】》〉」』〕〗］｝”’…·‧•～〜・％‰℃°′″々〻ー,.;:?!)]}%/" +
		"ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞"
	neverLast = "（【《〈「『〔〖［｛“‘￥¥$€£＄￡№§([{#﹙﹛﹝"
)

const (
	notFirst = 1 << iota
	notLast
)

var classes = func() map[rune]byte {
	m := map[rune]byte{}
	for _, r := range neverFirst {
		m[r] |= notFirst
	}
	for _, r := range neverLast {
		m[r] |= notLast
	}
	return m
}()

// class says at which ends of a line r may not stand.
func class(r rune) byte {
	if r >= 0x4E00 && r <= 0x9FFF || r >= 'a' && r <= 'z' {
		return 0
	}
	if unicode.Is(unicode.Mn, r) {
		return notFirst
	}
	return classes[r]
}

// isSpace: the spaces at which a line may end. The no-break space is none.
func isSpace(r rune) bool { return r == ' ' || r == 0x3000 }

// isWide reports whether r is Chinese writing, which parts between any two
// characters, and not part of a Western word or number.
func isWide(r rune) bool {
	return r >= 0x2460 || strings.ContainsRune("‘’“”—…·‧•※‖", r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// parts says before which characters of a paragraph a new line may begin. It
// never does so before a space: a line ends with it.
func parts(text []rune) []bool {
	open := make([]bool, len(text))
	before := -1 // the last character that is no space
	for i, r := range text {
		if isSpace(r) {
			continue
		}
		if before >= 0 {
			open[i] = mayPart(text, before, i)
		}
		before = i
	}
	keepUnits(text, open)
	return open
}

// mayPart reports whether a line may end with text[a] and the next begin with
// text[b]. Nothing but spaces stands between the two.
func mayPart(text []rune, a, b int) bool {
	x, y := text[a], text[b]
	switch {
	case class(x)&notLast != 0, class(y)&notFirst != 0:
		return false
	case a+1 < b:
		return true
	case x == y && (x == '—' || x == '⸺'):
		return false
	case x == '第' && isDigit(y):
		return false
	case x == '’':
		return !between(text, a) // don’t
	case x == '/', x == '-':
		return between(text, a) // an address, a compound; never a date
	}
	return isWide(x) || isWide(y)
}

// between reports whether text[i] stands between two Western letters.
func between(text []rune, i int) bool {
	return i > 0 && isLatin(text[i-1]) && i+1 < len(text) && isLatin(text[i+1])
}

func isLatin(r rune) bool { return !isWide(r) && unicode.IsLetter(r) }

// units stay with the number before them; of several that fit, the longest.
var units = func() map[rune][]string {
	m := map[rune][]string{}
	for u := range strings.FieldsSeq("元 美元 欧元 港元 人民币 年 年度 月 个月 月份 日 天 周 个 小时 分钟 分 秒 时 点 人 人次 人月 名 项 家 件 台 套 篇 次 条 章 款 页 字 份 期 批 户 岁 级 类 种 只 倍 成 亩 吨 克 千克 公斤 毫克 米 平方米 立方米 千米 公里 厘米 毫米 公顷 升 毫升 度 瓦 千瓦 兆瓦 千瓦时 个百分点 工作日 个工作日 " +
		"kg g mg km m cm mm nm kW MW GW kWh kV V A GB TB MB Hz MHz GHz t ha h min s K Pa MPa mL L m² m³ ㎡ ㎏ ㎞ ㎜ ㎝ ℃ % ‰") {
		first := []rune(u)[0]
		m[first] = append(m[first], u)
	}
	return m
}()

// keepUnits forbids a new line between a number and its unit, a single space
// between them or not, and inside the unit: 1,200 万元, 3 个月.
func keepUnits(text []rune, open []bool) {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) || i+1 < len(text) && isDigit(text[i+1]) {
			continue
		}
		j := i + 1
		if j < len(text) && isSpace(text[j]) {
			j++
		}
		for j < len(text) && strings.ContainsRune("十百千万亿余多", text[j]) {
			open[j] = false
			j++
		}
		for n := unitAt(text, j); n > 0; n-- {
			open[j] = false
			j++
		}
	}
}

// unitAt returns how many characters the unit at text[i:] has, or 0.
func unitAt(text []rune, i int) (longest int) {
	if i >= len(text) {
		return 0
	}
	for _, u := range units[text[i]] {
		r := []rune(u)
		if len(r) <= longest || i+len(r) > len(text) || string(text[i:i+len(r)]) != u {
			continue
		}
		if end := i + len(r); isLatin(r[0]) && end < len(text) && isLatin(text[end]) {
			continue // the beginning of a word, no unit
		}
		longest = len(r)
	}
	return longest
}

// lines breaks one paragraph into lines, the first at most first wide and the
// others rest, in thousandths of an em. Nothing but spaces at the ends of lines
// is lost. A stretch without a place to break that is longer than a line is
// broken anyway.
func (f *face) lines(paragraph string, first, rest int) []line {
	text := []rune(strings.Trim(paragraph, " \u3000"))
	open := parts(text)
	var out []line
	limit := first
	for start := 0; start < len(text); {
		end := f.fill(text, open, start, limit)
		s := strings.TrimRight(string(text[start:end]), " \u3000")
		out = append(out, line{text: s, width: f.textWidth(s), chars: len([]rune(s))})
		for end < len(text) && isSpace(text[end]) {
			end++
		}
		start, limit = end, rest
	}
	if len(out) > 0 {
		out[len(out)-1].last = true
	}
	return out
}

// fill returns where the line that begins at start ends: as late as its
// characters fit and may part. Spaces hang over its end.
func (f *face) fill(text []rune, open []bool, start, limit int) int {
	width, fits := 0, start
	for i := start; i < len(text); i++ {
		if open[i] {
			fits = i
		}
		width += f.width(text[i])
		switch {
		case width <= limit || isSpace(text[i]) || i == start:
		case fits > start:
			return fits
		default:
			return forced(text, start, i)
		}
	}
	return len(text)
}

// forced returns where to end a line that has no place to break before end: if
// it can be, not so that the next begins or this one ends as none should.
func forced(text []rune, start, end int) int {
	for i := end; i > start; i-- {
		if class(text[i])&notFirst == 0 && class(text[i-1])&notLast == 0 {
			return i
		}
	}
	return end
}
