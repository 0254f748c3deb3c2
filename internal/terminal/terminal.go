// Package terminal lays text out for a terminal: widths that count East Asian
// characters as two columns, line breaks that keep Chinese punctuation where it
// belongs, and colour only where somebody looks.
package terminal

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// The columns of a terminal that does not say, and the fewest and most that a
// page is laid out for: longer lines are hard to read.
const (
	defaultColumns = 80
	minColumns     = 40
	maxColumns     = 100
)

// Width is how many columns s takes.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || r == '\u200b':
		return 0
	case r < 0x1100:
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Pad fills s with spaces to the given width.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Width(s)))
}

// Clean replaces the control characters of a text that came from outside, which
// a terminal would obey. Line ends stay.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// The characters that do not begin a line, and those that do not end one.
const (
	noStart = "，。、；：！？）》」』】〕〉”’％…·,.;:!?)]}%"
	noEnd   = "（《「『【〔〈“‘([{"
)

// Wrap breaks s into lines of at most the given width: between Chinese
// characters, and at spaces. A word too long for a line is cut.
func Wrap(s string, columns int) []string {
	columns = max(columns, 2)
	var lines []string
	for _, para := range strings.Split(Clean(s), "\n") {
		lines = append(lines, wrapLine(para, columns)...)
	}
	return lines
}

func wrapLine(s string, columns int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	flush := func() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
		line.Reset()
		used = 0
	}
	for _, chunk := range chunks(s) {
		w := Width(chunk)
		if used+Width(strings.TrimRight(chunk, " ")) > columns && used > 0 {
			flush()
			chunk = strings.TrimLeft(chunk, " ")
			w = Width(chunk)
		}
		for w > columns {
			head := cut(chunk, columns)
			line.WriteString(head)
			flush()
			chunk = chunk[len(head):]
			w = Width(chunk)
		}
		line.WriteString(chunk)
		used += w
	}
	if used > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// chunks cuts s into the pieces between which a line may break.
func chunks(s string) []string {
	var out []string
	var cur []rune
	for _, r := range s {
		if len(cur) > 0 && mayBreak(cur[len(cur)-1], r) {
			out = append(out, string(cur))
			cur = nil
		}
		cur = append(cur, r)
	}
	if len(cur) > 0 {
		out = append(out, string(cur))
	}
	return out
}

func mayBreak(before, after rune) bool {
	switch {
	case after == ' ' || before == '.' || strings.ContainsRune(noStart, after) || strings.ContainsRune(noEnd, before):
		return false
	case before == ' ':
		return true
	}
	return runeWidth(before) == 2 || runeWidth(after) == 2
}

// cut is the longest beginning of s that fits, at least one character.
func cut(s string, columns int) string {
	n := 0
	for i, r := range s {
		if n += runeWidth(r); n > columns && i > 0 {
			return s[:i]
		}
	}
	return s
}

// A Style says how wide a page is and whether it has colour.
type Style struct {
	Columns int
	Colour  bool
}

// StyleOf asks the terminal behind w. COLUMNS overrides the width; NO_COLOR and
// TERM=dumb switch colour off. What is no terminal has none.
func StyleOf(w io.Writer, getenv func(string) string) Style {
	s := Style{Columns: defaultColumns}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.Colour = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			s.Columns = n
		}
	}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		s.Columns = n
	}
	s.Columns = min(max(s.Columns, minColumns), maxColumns)
	return s
}

// The colours of a page.
const (
	Bold   = "1"
	Red    = "31"
	Green  = "32"
	Yellow = "33"
	Faint  = "2"
)

// Paint colours text, if the page has colour. No colour leaves it as it is.
func (s Style) Paint(colour, text string) string {
	if !s.Colour || text == "" || colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
