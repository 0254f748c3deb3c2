// Package chinacode checks and reads the codes that Chinese administration
// gives to units, people and places: the unified social credit code
// (统一社会信用代码, GB 32100-2015), the identity number (公民身份号码,
// GB 11643-1999) and the code of a place (行政区划代码, GB/T 2260).
//
// It computes and looks up; it keeps nothing. Where the table of places comes
// from stands in SOURCE.md.
package chinacode

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// clean returns a code as it is meant: full-width characters made narrow,
// letters made capital, spaces and hyphens between the characters left out.
func clean(s string) string {
	if len(s) > 200 { // no code is that long: spare the work
		return s
	}
	s = strings.ToUpper(norm.NFKC.String(s))
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\t', '\u200b', '\ufeff', '\u2013', '\u2014':
			return -1
		}
		return r
	}, s)
}
