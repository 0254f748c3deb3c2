package chinacode

import (
	"strings"
	"time"
	"unicode/utf8"

	"shenbao/internal/fault"
)

// An Identity (公民身份号码) is a checked identity number and what can be read
// from it.
type Identity struct {
	Number string    // 18 characters, the last a digit or X
	Birth  time.Time // midnight UTC of the date of birth
	Male   bool
}

// The checking of GB 11643: weights of the first 17 digits modulo 11, and the
// check character for each remainder.
var identityWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const (
	identityChecks = "10X98765432"
	identityLength = 18
	oldestBirth    = 1850 // nobody who was born earlier applies
)

// ParseIdentity checks an identity number of a citizen, of a resident of Hong
// Kong, Macao or Taiwan (81–83), or of a foreign permanent resident (beginning
// with 9) and reads it. Full-width characters, a small x, spaces and hyphens
// are forgiven. The faults never repeat the number.
func ParseIdentity(s string) (Identity, error) {
	number := clean(s)
	if n := utf8.RuneCountInString(number); n != identityLength {
		return Identity{}, fault.New(fault.Invalid, "chinacode.identity_length", identityLength, n)
	}
	for i, r := range []rune(number) {
		if (r < '0' || r > '9') && (r != 'X' || i != identityLength-1) {
			return Identity{}, fault.New(fault.Invalid, "chinacode.identity_character", i+1)
		}
	}
	if !identityRegion(number[:2]) {
		return Identity{}, fault.New(fault.Invalid, "chinacode.identity_region")
	}
	birth, err := time.Parse("20060102", number[6:14])
	if err != nil || birth.Year() < oldestBirth {
		return Identity{}, fault.New(fault.Invalid, "chinacode.identity_birth")
	}
	if number[identityLength-1] != identityCheck(number) {
		return Identity{}, fault.New(fault.Invalid, "chinacode.identity_check")
	}
	return Identity{Number: number, Birth: birth, Male: (number[16]-'0')%2 == 1}, nil
}

// identityRegion reports whether numbers begin so. Only the province is looked
// at: the county is that of the first registration, often long abolished.
func identityRegion(province string) bool {
	if province[0] == '9' || province == "83" { // foreigners; residents of Taiwan, whose place has the code 71
		return true
	}
	_, ok := FindPlace(province + "0000")
	return ok
}

func identityCheck(number string) byte {
	sum := 0
	for i, w := range identityWeights {
		sum += w * int(number[i]-'0')
	}
	return identityChecks[sum%11]
}

// MaskIdentity returns an identity number as it may be shown: the first three
// and the last four characters, as 110***********1234. Anything too short for
// that is all stars.
func MaskIdentity(number string) string { return mask(number, 3, 4) }

// MaskPhone returns a telephone number as it may be shown: 138****5678.
func MaskPhone(number string) string { return mask(number, 3, 4) }

// mask replaces all but the first head and the last tail characters by stars.
// At least four are replaced.
func mask(s string, head, tail int) string {
	r := []rune(s)
	if len(r) < head+tail+4 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
