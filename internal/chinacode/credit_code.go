package chinacode

import (
	"strings"
	"unicode/utf8"

	"shenbao/internal/fault"
)

// creditAlphabet are the 31 characters of a credit code, by value: the digits
// and the capital letters without I, O, S, V and Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditLength is how many characters a credit code has: registering
// authority, kind of unit, six of the place, nine of the unit, the check
// character.
const creditLength = 18

// CreditCode (统一社会信用代码) checks s and returns it in its one right form.
// Small letters, full-width characters, spaces and hyphens are forgiven. The
// faults say what is wrong: the length, a character, or the check character,
// which is wrong after nearly every slip of the pen.
func CreditCode(s string) (string, error) {
	code := clean(s)
	if n := utf8.RuneCountInString(code); n != creditLength {
		return "", fault.New(fault.Invalid, "chinacode.credit_length", creditLength, n)
	}
	for i, r := range []rune(code) {
		if !strings.ContainsRune(creditAlphabet, r) {
			return "", fault.New(fault.Invalid, "chinacode.credit_character", i+1, string(r))
		}
		if i >= 2 && i < 8 && (r < '0' || r > '9') {
			return "", fault.New(fault.Invalid, "chinacode.credit_place", i+1, string(r))
		}
	}
	if code[creditLength-1] != creditCheck(code) {
		return "", fault.New(fault.Invalid, "chinacode.credit_check")
	}
	return code, nil
}

// creditCheck is the check character of the first 17: weights are the powers of
// 3, modulo 31.
func creditCheck(code string) byte {
	sum, weight := 0, 1
	for i := range creditLength - 1 {
		sum += weight * strings.IndexByte(creditAlphabet, code[i])
		weight = weight * 3 % 31
	}
	return creditAlphabet[(31-sum%31)%31]
}
