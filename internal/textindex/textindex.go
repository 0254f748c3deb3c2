// Package textindex says under which words a Chinese text is found (检索词), so
// that a plain table of words, one row a word and text, finds it on any
// database.
//
// Of a run of Han characters the words are every two that stand together, and
// every single one; of letters and digits they are the word and its beginnings.
// Width, capitals, quotation marks and brackets do not count. A text has every
// word of a question if it holds what was asked, but may also have them apart:
// a candidate is looked at again with [Fold] and [Query.Parts].
package textindex

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The limits of what is looked at.
const (
	maxBeginning = 12 // characters of a beginning of letters and digits
	maxQuestion  = 100
	maxWords     = 24 // of one question; what is beyond is found by looking again
)

// Fold is a text as it is compared: compatibility forms made one (NFKC), small
// letters, no quotation marks or brackets, and one space for everything else
// that is neither letter nor digit.
func Fold(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKC.String(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		case !silent(r):
			space = true
		}
	}
	return b.String()
}

// silent reports marks that stand inside a phrase without ending it, and what
// cannot be seen.
func silent(r rune) bool {
	return strings.ContainsRune(`"'“”‘’《》〈〉「」『』【】〔〕()[]{}·・`, r) || unicode.Is(unicode.Cf, r)
}

// Words are the words under which a text is found, each once, in order.
func Words(text string) []string {
	var out []string
	for _, r := range runs(Fold(text)) {
		chars := []rune(r.text)
		if !r.han {
			for n := 1; n <= min(len(chars), maxBeginning); n++ {
				out = append(out, string(chars[:n]))
			}
			continue
		}
		for i := range chars {
			out = append(out, string(chars[i]))
			if i > 0 {
				out = append(out, string(chars[i-1:i+1]))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A Query (检索式) is what somebody looks for.
type Query struct {
	Words []string // what a text must have to be a candidate
	Parts []string // what its folded form must hold, each as it stands
}

// Ask makes a query of what somebody typed. Spaces and punctuation part it, and
// a text must hold every part. What holds neither letter nor digit asks for
// nothing.
func Ask(text string) Query {
	q := Query{Parts: strings.Fields(Fold(cut(text)))}
	for _, part := range q.Parts {
		for _, r := range runs(part) {
			q.Words = append(q.Words, r.asked()...)
		}
	}
	slices.SortFunc(q.Words, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }) // long words narrow down most
	q.Words = slices.Compact(q.Words)
	q.Words = q.Words[:min(len(q.Words), maxWords)]
	return q
}

// cut leaves the first characters of what somebody typed.
func cut(text string) string {
	n := 0
	for i := range text {
		if n++; n > maxQuestion {
			return text[:i]
		}
	}
	return text
}

// A run is a stretch of Han characters, or of letters and digits.
type run struct {
	text string
	han  bool
}

// asked are the words that a text with the run has: of one Han character
// itself, of several every two; of anything else its beginning.
func (r run) asked() (out []string) {
	chars := []rune(r.text)
	switch {
	case !r.han:
		return []string{string(chars[:min(len(chars), maxBeginning)])}
	case len(chars) == 1:
		return []string{r.text}
	}
	for i := 1; i < len(chars); i++ {
		out = append(out, string(chars[i-1:i+1]))
	}
	return out
}

// runs cuts a folded text where Han characters and others meet.
func runs(folded string) (out []run) {
	for word := range strings.FieldsSeq(folded) {
		start, han := 0, false
		for i, r := range word {
			is := unicode.Is(unicode.Han, r)
			if i > 0 && is != han {
				out = append(out, run{word[start:i], han})
				start = i
			}
			han = is
		}
		out = append(out, run{word[start:], han})
	}
	return out
}
