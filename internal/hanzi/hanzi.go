// Package hanzi knows the 8,105 characters of 通用规范汉字表, the standard
// characters that traditional forms and variants stand for, and how a standard
// character is read. Its data come from the Unicode character database; see
// SOURCE.md.
package hanzi

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed tgh8105.txt
var standardText string

//go:embed variants.txt
var variantsText string

//go:embed readings.txt
var readingsText string

// The two stretches of code points in which the standard characters lie, with
// one bit a character: 10 KiB, so that asking costs one load.
const (
	lowFirst, lowLast   = 0x3400, 0x9FFF
	highFirst, highLast = 0x20000, 0x2CFFF
)

type bitmap struct {
	low  [(lowLast-lowFirst)/64 + 1]uint64
	high [(highLast-highFirst)/64 + 1]uint64
}

var standard = func() *bitmap {
	b := &bitmap{}
	for _, r := range standardText {
		switch {
		case r >= lowFirst && r <= lowLast:
			b.low[(r-lowFirst)/64] |= 1 << ((r - lowFirst) % 64)
		case r >= highFirst && r <= highLast:
			b.high[(r-highFirst)/64] |= 1 << ((r - highFirst) % 64)
		}
	}
	return b
}()

// Standard (规范汉字) reports whether r is one of the 8,105 characters of
// 通用规范汉字表.
func Standard(r rune) bool {
	switch {
	case r >= lowFirst && r <= lowLast:
		return standard.low[(r-lowFirst)/64]&(1<<((r-lowFirst)%64)) != 0
	case r >= highFirst && r <= highLast:
		return standard.high[(r-highFirst)/64]&(1<<((r-highFirst)%64)) != 0
	}
	return false
}

// IsHan (汉字) reports whether r is a Chinese character: an ideograph, standard
// or not, or 〇. Radicals, strokes and 々 are none.
func IsHan(r rune) bool {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF:
		return true
	case r < 0x3007:
		return false
	}
	return r == '〇' || unicode.Is(unicode.Han, r) && unicode.Is(unicode.Lo, r)
}

// Form says how a character that is not standard relates to one that is.
type Form byte

// The forms: 繁体字, 异体字, and characters that only look like a standard one
// (radicals and compatibility characters).
const (
	NoForm Form = iota
	Traditional
	Variant
	Lookalike
)

type form struct {
	form Form
	to   rune
}

var forms = sync.OnceValue(func() map[rune]form {
	kinds := map[byte]Form{'t': Traditional, 'v': Variant, 'c': Lookalike}
	m := make(map[rune]form, 5000)
	for line := range strings.Lines(variantsText) {
		r, n := utf8.DecodeRuneInString(line[1:])
		to, _ := utf8.DecodeRuneInString(line[1+n:])
		m[r] = form{kinds[line[0]], to}
	}
	return m
})

// StandardOf returns the standard character that r is another form of, and
// which form. Of several it is the commonest: 乾 is standard itself and stays.
// For a character that is standard, or stands for none, it returns r and NoForm.
func StandardOf(r rune) (rune, Form) {
	if r < 0x2E80 || Standard(r) {
		return r, NoForm
	}
	if f, ok := forms()[r]; ok {
		return f.to, f.form
	}
	return r, NoForm
}

// sounds numbers the readings. Nearly all standard characters stand in one
// stretch, where a table is many times faster than a map.
type sounds struct {
	table [lowLast - tableFirst + 1]uint16
	other map[rune]uint16
	names []string // by number, from 1
}

const tableFirst = 0x4E00

var readings = sync.OnceValue(func() *sounds {
	s := &sounds{other: map[rune]uint16{}, names: []string{""}}
	for line := range strings.Lines(readingsText) {
		name, chars, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		for _, r := range chars {
			if r >= tableFirst && r <= lowLast {
				s.table[r-tableFirst] = uint16(len(s.names))
			} else {
				s.other[r] = uint16(len(s.names))
			}
		}
		s.names = append(s.names, name)
	}
	return s
})

// Sound returns a number for the commonest Mandarin reading of a standard
// character, tones left out; characters that sound alike share it. It is 0 for
// anything else.
func Sound(r rune) uint16 {
	switch {
	case r >= tableFirst && r <= lowLast:
		return readings().table[r-tableFirst]
	case r < lowFirst:
		return 0
	}
	return readings().other[r]
}

// Pinyin (汉语拼音) returns the commonest Mandarin reading of a standard
// character without its tone, as "shen" or "lü", or "".
func Pinyin(r rune) string {
	return readings().names[Sound(r)]
}
