package intake

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is how many bytes a name may have: with a folder before it, it still
// fits the 255 that file systems and archives take.
const maxName = 200

// reserved are names that Windows keeps for devices, with any ending.
var reserved = strings.Fields("con prn aux nul conin$ conout$ com0 com1 com2 com3 com4 com5 com6 com7 com8 com9 com¹ com² com³ lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 lpt¹ lpt² lpt³")

// CleanName returns a name as it may be kept, offered for saving and packed on
// every system: the last part of a path, without what does not show or turns
// the direction of reading (a "gpj.exe" can be made to look like a picture),
// without what Windows refuses, at most 200 bytes. What is too long is cut in
// the middle: the ending says what the file is. Of nothing it makes "file".
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "_")
	name = strings.TrimRight(visible(name[strings.LastIndexAny(name, `/\`)+1:]), ". ")
	ending := path.Ext(name)
	if len(ending) > 16 {
		ending = ""
	}
	return joined(strings.TrimSuffix(name, ending), ending)
}

// joined puts an ending behind a stem, both without what does not show.
func joined(stem, ending string) string {
	stem = strings.Trim(stem, ". ")
	if strings.HasPrefix(stem, "-") {
		stem = "_" + stem[1:] // a command would take it for an option
	}
	if first, _, _ := strings.Cut(stem, "."); slices.Contains(reserved, strings.ToLower(strings.TrimRight(first, " "))) {
		stem = "_" + stem
	}
	if stem = strings.TrimRight(short(stem, maxName-len(ending)), ". "); stem == "" {
		stem = "file"
	}
	return stem + ending
}

// visible leaves out what does not show and puts _ for what Windows refuses.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*/\`, r) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, seen(s))
}

// seen leaves out what does not show, or turns the direction of reading, and
// composes characters.
func seen(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point), r == 0x115f, r == 0x3164, r == 0xffa0:
			return -1
		case unicode.IsSpace(r) && r != '\u3000':
			return ' '
		}
		return r
	}, s)
	return norm.NFC.String(s)
}

// shown is a text out of a file, at most n bytes of it, as it may stand in a
// sentence.
func shown(s string, n int) string {
	return short(strings.TrimSpace(seen(strings.ToValidUTF8(s, ""))), n)
}

// short cuts a text to at most n bytes, between characters and not before a
// mark that belongs to the one in front of it.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && (!utf8.RuneStart(s[n]) || mark(s[n:])) {
		n--
	}
	return s[:n]
}

func mark(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.M, r)
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// NameBy makes a name by the rule of a call, such as
// "{direction}{centre.name}{director.name}": what stands in braces is replaced
// by its value, nothing by one that is missing, and the whole is cleaned as by
// [CleanName], except that a stroke in a value is no folder. Ext is the ending,
// with or without its dot.
func NameBy(pattern string, values map[string]string, ext string) string {
	name := placeholder.ReplaceAllStringFunc(pattern, func(p string) string {
		return strings.Join(strings.Fields(values[p[1:len(p)-1]]), " ")
	})
	ext = short(strings.Trim(visible(strings.ToValidUTF8(ext, "_")), ". "), 16)
	if ext != "" {
		ext = "." + ext
	}
	return joined(visible(strings.ToValidUTF8(name, "_")), ext)
}
