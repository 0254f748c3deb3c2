package apply

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"shenbao/programme"
	"shenbao/rule"
)

// numbering is how headings are numbered, in the ways that are usual: 第三章, 三、,
// （三）, 3., 3.1, ③, III. — after full-width signs were made narrow.
var numbering = regexp.MustCompile(`^(?:第\s*([一二三四五六七八九十百\d]+)\s*[章节篇部分]+|\(\s*([一二三四五六七八九十百\d]+)\s*\)|([一二三四五六七八九十百]+)(?:\s*[、.,:)]|\s)|(\d+(?:\.\d+)*)\s*[、.,:)]?|([IVX]+)(?:\s*[、.,:)]|\s))\s*`)

// inContents is the end of a line of a table of contents: dots or a wide space,
// and the number of a page.
var inContents = regexp.MustCompile(`(?:\.{3,}|…+|·{3,}|-{3,}|_{3,}|\s)\s*\d{1,4}$`)

// A mark is how a heading is numbered.
type mark struct {
	number string // 三, 3, III
	inner  bool   // in brackets or with dots: the heading of a part of a section
}

// narrow is a line with full-width letters, digits and signs made narrow.
func narrow(line string) string { return strings.TrimSpace(norm.NFKC.String(line)) }

// cut takes the number off a heading.
func cut(line string) (m mark, rest string) {
	g := numbering.FindStringSubmatch(line)
	if g == nil {
		return mark{}, line
	}
	m.inner = g[2] != "" || strings.Contains(g[4], ".")
	m.number = chineseNumber(g[1] + g[2] + g[3] + g[4] + g[5])
	return m, line[len(g[0]):]
}

// chineseNumber writes the numbers of the first sections in one way.
func chineseNumber(s string) string {
	for i, forms := range [][]string{{"一", "1", "I"}, {"二", "2", "II"}, {"三", "3", "III"}, {"四", "4", "IV"}, {"五", "5", "V"}, {"六", "6", "VI"},
		{"七", "7", "VII"}, {"八", "8", "VIII"}, {"九", "9", "IX"}, {"十", "10", "X"}} {
		if slices.Contains(forms, s) {
			return []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}[i]
		}
	}
	return s
}

// letters is a text without spaces and signs.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, s)
}

// plainName is the name of a section without its number, spaces and signs.
func plainName(name string) string {
	_, rest := cut(narrow(name))
	return letters(rest)
}

// A candidate is a line of a plan that may begin a section.
type candidate struct {
	section int    // of the outline
	line    int    // from 0
	rank    int    // the surest has the highest
	rest    string // of the line, after the heading: 摘要：本中心…
	chars   int    // 字 up to the next candidate
}

// The ranks of candidates.
const (
	rankLike   = iota + 1 // numbered, with more words around the name
	rankInner             // the name, numbered as a part of a section
	rankBare              // the name without a number
	rankName              // the name with another number
	rankNumber            // the name, numbered as the outline has it
)

// The limits of headings.
const (
	maxHeading  = 60      // characters of a line that is one
	maxBegin    = 400     // bytes of a line that are looked at
	maxMore     = 8       // characters beyond the name
	maxPlanLine = 100_000 // lines of a plan that are looked at
)

// A title is a line, or what stands before its colon, as it may be a heading.
type title struct {
	number mark
	name   string // without the number
	whole  string // with it
	rest   string // of the line, after the colon
}

// titles are the ways in which a line may be a heading: all of it, and 摘要：本中心….
func titles(line string) []title {
	begin := line
	if len(line) > maxBegin {
		begin = strings.ToValidUTF8(line[:maxBegin], "")
	}
	text := narrow(begin)
	head, _, run := strings.Cut(text, ":")
	var out []title
	for i, t := range []string{text, head} {
		if i == 1 && !run || len([]rune(t)) > maxHeading || inContents.MatchString(t) {
			continue
		}
		number, name := cut(t)
		one := title{number: number, name: letters(name), whole: letters(t)}
		if i == 1 {
			_, one.rest, _ = strings.Cut(strings.Replace(line, "：", ":", 1), ":")
		}
		out = append(out, one)
	}
	return out
}

// match tells how surely a title begins a section with a name; 0 is not at all.
func (t title) match(wanted title, annex bool) int {
	longer := len([]rune(t.name)) - len([]rune(wanted.name))
	switch {
	case t.name == wanted.name && t.number == wanted.number:
		return rankNumber
	case t.name == wanted.name && t.number.inner:
		return rankInner
	case t.name == wanted.name && t.number.number != "":
		return rankName
	case t.name == wanted.name, t.whole == wanted.name: // the name itself may begin with a number
		return rankBare
	case t.number.number != "" && !t.number.inner && longer <= maxMore && strings.Contains(t.name, wanted.name),
		annex && longer <= 2*maxMore && strings.HasPrefix(t.name, wanted.name):
		return rankLike
	}
	return 0
}

// findSections finds the sections of an outline in the text of a plan. Headings
// are recognised however they are numbered and spaced; a table of contents is
// none. Where several lines may begin a section, the one counts that is numbered
// as the outline has it, then the one with most text under it.
func (fm *Form) findSections(text string) []PlanSection {
	lines := strings.Split(text, "\n")
	outline := fm.Package.Form.Outline
	chosen := choose(candidates(lines, outline, fm.isAnnex), len(outline))
	var begins []int // lines at which a section begins
	for _, c := range chosen {
		if c != nil {
			begins = append(begins, c.line)
		}
	}
	slices.Sort(begins)
	stays := inOrder(chosen)
	var out []PlanSection
	for i, s := range outline {
		if fm.isAnnex(s) {
			continue
		}
		section := fm.section(s)
		if c := chosen[i]; c != nil {
			end := len(lines)
			if next := slices.IndexFunc(begins, func(line int) bool { return line > c.line }); next >= 0 {
				end = begins[next]
			}
			section.Text = strings.TrimSpace(c.rest + "\n" + strings.Join(lines[c.line+1:end], "\n"))
			section.Chars = rule.CountChars(section.Text)
			section.Heading, section.Line, section.Moved = heading(lines[c.line], c.rest), c.line+1, !stays[i]
		}
		out = append(out, section)
	}
	return out
}

// heading is the line that begins a section as it is shown.
func heading(line, rest string) string {
	return strings.TrimRight(strings.TrimSpace(strings.TrimSuffix(line, rest)), ":：")
}

// candidates are all lines that may begin a section, in the order of the text.
func candidates(lines []string, outline []*programme.OutlineSection, annex func(*programme.OutlineSection) bool) []*candidate {
	var out []*candidate
	wanted := make([]title, len(outline))
	for i, s := range outline {
		name := narrow(s.Name)
		number, rest := cut(name)
		wanted[i] = title{number: number, name: letters(rest), whole: letters(name)}
	}
	for n, line := range lines[:min(len(lines), maxPlanLine)] {
		for _, t := range titles(line) {
			for i, s := range outline {
				if rank := t.match(wanted[i], annex(s)); rank > 0 {
					out = append(out, &candidate{section: i, line: n, rank: rank, rest: t.rest})
				}
			}
		}
	}
	for i, c := range out {
		end := len(lines)
		if i+1 < len(out) {
			end = out[i+1].line
		}
		c.chars = rule.CountChars(c.rest)
		for _, line := range lines[min(c.line+1, end):end] {
			c.chars += rule.CountChars(line)
		}
	}
	return out
}

// choose takes the best candidate of every section; nil for a section that has
// none.
func choose(all []*candidate, sections int) []*candidate {
	best := make([]*candidate, sections)
	for _, c := range all {
		if old := best[c.section]; old == nil || c.rank > old.rank || c.rank == old.rank && c.chars >= old.chars {
			best[c.section] = c
		}
	}
	return best
}

// inOrder tells of every section whether it stands where the outline has it: the
// longest run of sections in order stays, the others have moved.
func inOrder(chosen []*candidate) []bool {
	longest, before := make([]int, len(chosen)), make([]int, len(chosen))
	last := -1
	for i, c := range chosen {
		before[i] = -1
		if c == nil {
			continue
		}
		longest[i] = 1
		for j, d := range chosen[:i] {
			if d != nil && d.line <= c.line && longest[j] >= longest[i] {
				longest[i], before[i] = longest[j]+1, j
			}
		}
		if last < 0 || longest[i] > longest[last] {
			last = i
		}
	}
	stays := make([]bool, len(chosen))
	for ; last >= 0; last = before[last] {
		stays[last] = true
	}
	return stays
}
