package rule

import (
	"unicode"

	"shenbao/internal/hanzi"
)

// CountChars counts 字 as Word counts 字数: each Han character and each
// full-width mark is one, each run of other visible characters is one, white
// space is none.
func CountChars(s string) int {
	n, inRun := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			inRun = false
		case wide(r):
			n++
			inRun = false
		case !inRun:
			n++
			inRun = true
		}
	}
	return n
}

// wide reports whether r counts as a character of its own.
func wide(r rune) bool {
	switch {
	case unicode.Is(unicode.Han, r):
		return true
	case r >= 0x3000 && r <= 0x30FF, r >= 0xFF00 && r <= 0xFFEF, r >= 0xAC00 && r <= 0xD7A3:
		return true
	}
	return r == '“' || r == '”' || r == '‘' || r == '’' || r == '—' || r == '…' || r == '·'
}

// Class returns the test of a character class (字符类) of docs/rule-language.md
// section 3, by its code.
func Class(code string) func(rune) bool {
	switch code {
	case "standard_han":
		return hanzi.Standard
	case "han":
		return func(r rune) bool { return unicode.Is(unicode.Han, r) }
	case "letters":
		return func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) }
	case "digits":
		return unicode.IsNumber
	case "spaces":
		return unicode.IsSpace
	}
	return func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
}
