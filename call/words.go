package call

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Words are how text is found: of Chinese every character and every two that
// stand together, of anything else whole words. Text is made equal first: width
// and capitals do not count.

// wordsOf returns the words under which a text is found, each once.
func wordsOf(texts ...string) []string {
	var out []string
	for _, text := range texts {
		for _, run := range runs(text) {
			if !run.han {
				out = append(out, run.text)
				continue
			}
			chars := []rune(run.text)
			for i := range chars {
				out = append(out, string(chars[i]))
				if i > 0 {
					out = append(out, string(chars[i-1:i+1]))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// wordsAsked returns the words that a text must have to be what somebody looks
// for: of Chinese every two characters, a lone one as it is; of anything else
// the beginning of a word, marked by a star.
func wordsAsked(text string) []string {
	var out []string
	for _, run := range runs(text) {
		chars := []rune(run.text)
		switch {
		case !run.han:
			out = append(out, run.text+"*")
		case len(chars) == 1:
			out = append(out, run.text)
		default:
			for i := 1; i < len(chars); i++ {
				out = append(out, string(chars[i-1:i+1]))
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxAsked)]
}

// maxAsked bounds the words of one question.
const maxAsked = 24

// A run is a stretch of Chinese characters, or of letters and digits.
type run struct {
	text string
	han  bool
}

func runs(text string) (out []run) {
	var b strings.Builder
	han := false
	flush := func() {
		if b.Len() > 0 {
			out = append(out, run{b.String(), han})
			b.Reset()
		}
	}
	for _, r := range norm.NFKC.String(text) {
		switch isHan := unicode.Is(unicode.Han, r); {
		case !isHan && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		default:
			if isHan != han {
				flush()
				han = isHan
			}
			b.WriteRune(unicode.ToLower(r))
		}
	}
	flush()
	return out
}
