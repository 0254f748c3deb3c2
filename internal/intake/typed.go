package intake

import (
	"strings"
	"unicode"
)

// joiners change how their neighbours look, though they do not show themselves.
const joiners = "\u200c\u200d\u180e"

// CleanText returns a text that somebody typed (a reason, a remark, an answer)
// as it is kept: without what does not show or turns the direction of reading,
// and without blanks around it. Line ends and tabs stay. A text of nothing that
// shows is "".
func CleanText(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', strings.ContainsRune(joiners, r):
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")))
	if strings.Trim(s, joiners) == "" {
		return ""
	}
	return s
}
