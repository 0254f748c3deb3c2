package sqltext

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode"

	"shenbao/rule"
)

// charClass is a set of characters as runs, in order and apart.
type charClass struct{ runs [][2]rune }

// The classes that texts are asked about, written out when one is first needed.
var classes = func() map[string]func() *charClass {
	all := map[string]func() *charClass{}
	for _, code := range []string{"standard_han", "han", "letters", "digits", "punctuation", "spaces"} {
		all[code] = sync.OnceValue(func() *charClass { return classOf(rule.Class(code)) })
	}
	return all
}()

func classOf(in func(rune) bool) *charClass {
	c := &charClass{}
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !in(r) {
			continue
		}
		if n := len(c.runs); n > 0 && c.runs[n-1][1] == r-1 {
			c.runs[n-1][1] = r
		} else {
			c.runs = append(c.runs, [2]rune{r, r})
		}
	}
	return c
}

// bracket is the class as a bracket expression of PostgreSQL. Every character
// is written by its number, so that none has a meaning of its own.
func (c *charClass) bracket(outside bool) string {
	var b strings.Builder
	b.WriteString("[")
	if outside {
		b.WriteString("^")
	}
	for _, r := range c.runs {
		b.WriteString(escaped(max(r[0], 1)))
		if r[1] > r[0] {
			b.WriteString("-" + escaped(r[1]))
		}
	}
	return b.String() + "]"
}

// escaped is a character of a PostgreSQL pattern by its number.
func escaped(r rune) string { return fmt.Sprintf(`\U%08x`, r) }

// glob is the class as a set of SQLite's GLOB, which knows no escapes: ] must
// stand first, - directly behind it, and ^ not first.
func (c *charClass) glob(outside bool) string {
	var first, dash, ascii, rest strings.Builder
	for _, run := range c.runs {
		r := run[0]
		for ; r <= min(run[1], unicode.MaxASCII); r++ {
			switch r {
			case ']':
				first.WriteRune(r)
			case '-':
				dash.WriteRune(r)
			default:
				ascii.WriteRune(r)
			}
		}
		switch {
		case r == run[1]:
			rest.WriteRune(r)
		case r < run[1]:
			rest.WriteString(string(r) + "-" + string(run[1]))
		}
	}
	begin := "["
	if outside {
		begin = "[^"
	}
	return begin + first.String() + dash.String() + rest.String() + ascii.String() + "]"
}

// postgresPattern writes an RE2 expression as one of PostgreSQL that matches
// the same texts. Only what both mean alike is written; word is what cannot be,
// "" when all could.
func postgresPattern(re string) (pattern, word string) {
	tree, err := syntax.Parse(re, syntax.Perl)
	if err != nil {
		return "", re
	}
	w := &patternWriter{}
	w.write(tree.Simplify())
	return w.b.String(), w.word
}

type patternWriter struct {
	b    strings.Builder
	word string
}

func (w *patternWriter) write(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		w.b.WriteString("(?:)")
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			w.set(re, cases(r, re.Flags&syntax.FoldCase != 0))
		}
	case syntax.OpCharClass:
		w.set(re, re.Rune)
	case syntax.OpAnyCharNotNL:
		w.set(re, []rune{1, '\n' - 1, '\n' + 1, unicode.MaxRune})
	case syntax.OpAnyChar:
		w.set(re, []rune{1, unicode.MaxRune})
	case syntax.OpBeginText:
		w.b.WriteString(`\A`)
	case syntax.OpEndText:
		w.b.WriteString(`\Z`)
	case syntax.OpCapture:
		w.group(re.Sub, "", "")
	case syntax.OpStar:
		w.group(re.Sub, "", "*")
	case syntax.OpPlus:
		w.group(re.Sub, "", "+")
	case syntax.OpQuest:
		w.group(re.Sub, "", "?")
	case syntax.OpConcat:
		w.group(re.Sub, "", "")
	case syntax.OpAlternate:
		w.group(re.Sub, "|", "")
	default: // line ends, word ends, what never matches
		w.word = re.String()
	}
}

// cases is a character, and with fold its other cases, as pairs.
func cases(r rune, fold bool) []rune {
	pairs := []rune{r, r}
	for f := unicode.SimpleFold(r); fold && f != r; f = unicode.SimpleFold(f) {
		pairs = append(pairs, f, f)
	}
	return pairs
}

// set writes a class given as pairs of first and last. No text of PostgreSQL
// holds the character 0, and no pattern an empty class.
func (w *patternWriter) set(re *syntax.Regexp, pairs []rune) {
	c := &charClass{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] > 0 {
			c.runs = append(c.runs, [2]rune{pairs[i], pairs[i+1]})
		}
	}
	if len(c.runs) == 0 {
		w.word = re.String()
	}
	w.b.WriteString(c.bracket(false))
}

func (w *patternWriter) group(of []*syntax.Regexp, between, after string) {
	w.b.WriteString("(?:")
	for i, re := range of {
		if i > 0 {
			w.b.WriteString(between)
		}
		w.write(re)
	}
	w.b.WriteString(")" + after)
}
