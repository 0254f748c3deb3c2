package programme

import (
	"fmt"
	"unicode"

	"shenbao/internal/hanzi"
)

// charClass says what a character is that a name may not hold.
type charClass byte

const (
	standardChar charClass = iota
	otherHan               // of several, each is named by itself
	letterChar
	pinyinChar
	digitChar
	punctChar
	spaceChar
	symbolChar
	markChar
	unseenChar
	brokenChar
)

var charNames = map[charClass]both{
	letterChar: {"字母", "letters"},
	pinyinChar: {"带声调的汉语拼音", "pinyin with tones"},
	digitChar:  {"数字", "digits"},
	punctChar:  {"标点符号", "punctuation"},
	spaceChar:  {"空格", "a space"},
	symbolChar: {"符号", "a sign"},
	markChar:   {"附加符号", "a combining mark"},
	unseenChar: {"不可见字符", "an invisible character"},
	brokenChar: {"无法识别的字符", "no readable character"},
}

// toned are the letters that pinyin alone makes of a, e, i, o, u, ü, n and m.
const toned = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿĀÁǍÀĒÉĚÈĪÍǏÌŌÓǑÒŪÚǓÙǕǗǙǛÜŃŇǸḾ"

func charClassOf(r rune) charClass {
	switch {
	case hanzi.Standard(r):
		return standardChar
	case r == unicode.ReplacementChar:
		return brokenChar
	case unicode.Is(unicode.Han, r):
		return otherHan
	case unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Me, r):
		return markChar
	case unicode.IsLetter(r):
		for _, p := range toned {
			if p == r {
				return pinyinChar
			}
		}
		return letterChar
	case unicode.IsNumber(r):
		return digitChar
	case unicode.IsSpace(r):
		return spaceChar
	case unicode.IsPunct(r):
		return punctChar
	case unicode.IsSymbol(r):
		return symbolChar
	}
	return unseenChar
}

// flaw is a stretch of characters of one class; from and to count from 1. A
// combining mark stands at the place of the character that it is put on.
type flaw struct {
	class    charClass
	from, to int
	text     []rune
}

// flawsOf lists what is not standard in a name. Letters and what is put on them
// are one stretch, and pinyin when a tone is among them.
func flawsOf(name string) []flaw {
	var out []flaw
	at := 0
	for _, r := range name {
		class := charClassOf(r)
		if class != markChar || at == 0 {
			at++
		}
		if class == standardChar {
			continue
		}
		last := len(out) - 1
		if last >= 0 && out[last].to >= at-1 && joins(out[last].class, class) {
			f := &out[last]
			f.text, f.to = append(f.text, r), at
			if f.class == letterChar && (class == pinyinChar || class == markChar) {
				f.class = pinyinChar
			}
			continue
		}
		out = append(out, flaw{class, at, at, []rune{r}})
	}
	return out
}

// joins reports whether a character continues a stretch of a class.
func joins(stretch, next charClass) bool {
	letters := stretch == letterChar || stretch == pinyinChar
	switch next {
	case otherHan:
		return false
	case letterChar, pinyinChar, markChar:
		return letters
	}
	return stretch == next
}

// characters says which characters of a name are not standard, where and why.
func (n *notes) characters(name string) {
	for _, f := range flawsOf(name) {
		where := both{fmt.Sprintf("第 %d 字", f.from), fmt.Sprintf("character %d", f.from)}
		if f.to > f.from {
			where = both{fmt.Sprintf("第 %d–%d 字", f.from, f.to), fmt.Sprintf("characters %d–%d", f.from, f.to)}
		}
		switch f.class {
		case otherHan:
			n.say("%s“%s”不在通用规范汉字表内%s", "%s, %s, is not among the standard characters%s", where, string(f.text), formOf(f.text[0]))
		case spaceChar, unseenChar, markChar, brokenChar:
			n.say("%s是%s（U+%04X）", "%s: %s (U+%04X)", where, charNames[f.class], f.text[0])
		default:
			text := both{string(f.text), string(f.text)} // a quotation mark is shown as it is
			n.say("%s“%s”是%s", "%s, %s: %s", where, text, charNames[f.class])
		}
	}
}

// formOf names the standard character that another form stands for.
func formOf(r rune) both {
	to, form := hanzi.StandardOf(r)
	switch form {
	case hanzi.Traditional:
		return both{fmt.Sprintf("，是“%c”的繁体字", to), fmt.Sprintf(" (traditional form of %c)", to)}
	case hanzi.Variant:
		return both{fmt.Sprintf("，可能是“%c”的异体字", to), fmt.Sprintf(" (probably a variant of %c)", to)}
	case hanzi.Lookalike:
		return both{fmt.Sprintf("，形似“%c”", to), fmt.Sprintf(" (looks like %c)", to)}
	}
	return both{}
}
