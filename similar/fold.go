package similar

import (
	"unicode"

	"shenbao/internal/hanzi"
)

// Fold appends to dst the characters by which a text is compared: traditional
// forms and variants as the standard character, full width as half width,
// lower case; spaces, punctuation, quotation marks, signs and what cannot be
// seen are left out.
func Fold(dst []rune, s string) []rune {
	for _, r := range s {
		if r = fold(r); r != 0 {
			dst = append(dst, r)
		}
	}
	return dst
}

// fold is 0 for a character that does not count.
func fold(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		r -= 0xFEE0
	}
	r, _ = hanzi.StandardOf(r)
	switch {
	case hanzi.Standard(r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z':
		return r
	case r == unicode.ReplacementChar || !unicode.IsLetter(r) && !unicode.IsNumber(r):
		return 0
	}
	return unicode.ToLower(r)
}
