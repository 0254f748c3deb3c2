package programme

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

type enumClass uint8

const (
	enumNone    enumClass = iota
	enumHan               // 一、
	enumHanPair           // （一）
	enumDigit             // 1.  1、
	enumPair              // （1）
	enumHalf              // 1）
	enumRing              // ①
	enumChapter           // 第一章
	enumSection           // 第一节
	enumArticle           // 第一条
	enumName              // 摘要
)

// top reports the classes that only head the large divisions of a text; they
// close a heading by name.
func (c enumClass) top() bool { return c == enumHan || c >= enumChapter }

// enumerator is the number a paragraph or an inline item begins with.
type enumerator struct {
	class enumClass
	label string // as a locator writes it
	value int
	size  int // bytes, without the white space after it
}

const maxEnumerator = 999

// readEnumerator reads the number at the beginning of s.
func readEnumerator(s []byte) enumerator {
	r, size := utf8.DecodeRune(s)
	switch {
	case r == '（' || r == '(':
		return readPair(s, size)
	case r >= '①' && r <= '⑳':
		n := int(r-'①') + 1
		return enumerator{enumRing, strconv.Itoa(n), n, size}
	case r == '第':
		return readChapter(s, size)
	}
	if n, label, end := readHan(s, 0); n > 0 {
		if _, size := oneOf(s, end, "、．."); size > 0 {
			return enumerator{enumHan, label, n, end + size}
		}
		return enumerator{}
	}
	n, end := readDigits(s, 0)
	if n <= 0 {
		return enumerator{}
	}
	if r, size := oneOf(s, end, "．.、）)"); size > 0 {
		if after, _ := readDigits(s, end+size); after >= 0 && (r == '.' || r == '．') {
			return enumerator{}
		}
		class := enumDigit
		if r == '）' || r == ')' {
			class = enumHalf
		}
		return enumerator{class, strconv.Itoa(n), n, end + size}
	}
	return enumerator{}
}

// readPair reads （一） and （1）, and a 、 that some texts put after them.
func readPair(s []byte, at int) enumerator {
	class := enumHanPair
	n, label, end := readHan(s, at)
	if n <= 0 {
		class = enumPair
		n, end = readDigits(s, at)
		label = strconv.Itoa(n)
	}
	if n <= 0 {
		return enumerator{}
	}
	_, size := oneOf(s, end, "）)")
	if size == 0 {
		return enumerator{}
	}
	end += size
	_, size = oneOf(s, end, "、")
	return enumerator{class, label, n, end + size}
}

// readChapter reads 第一章, 第二节 and 第三条; the last only before white space,
// since a sentence may begin with such words.
func readChapter(s []byte, at int) enumerator {
	n, _, end := readHan(s, at)
	if n <= 0 {
		n, end = readDigits(s, at)
	}
	r, size := oneOf(s, end, "章节条")
	if n <= 0 || size == 0 {
		return enumerator{}
	}
	end += size
	if next, _ := utf8.DecodeRune(s[end:]); end < len(s) && !blank(next) {
		return enumerator{}
	}
	class := map[rune]enumClass{'章': enumChapter, '节': enumSection, '条': enumArticle}[r]
	return enumerator{class, string(s[:end]), n, end}
}

// readDigits reads a number up to maxEnumerator, also in full-width digits;
// -1 if there is none.
func readDigits(s []byte, at int) (n, end int) {
	n, end = -1, at
	for end < len(s) {
		r, size := utf8.DecodeRune(s[end:])
		d := int(r - '0')
		if r >= '０' && r <= '９' {
			d = int(r - '０')
		}
		if d < 0 || d > 9 {
			break
		}
		if n < 0 {
			n = 0
		}
		if n = n*10 + d; n > maxEnumerator {
			return -1, at
		}
		end += size
	}
	return n, end
}

// readHan reads a Chinese number below one hundred.
func readHan(s []byte, at int) (n int, label string, end int) {
	end = at
	for end < len(s) && end-at < 12 {
		r, size := utf8.DecodeRune(s[end:])
		if !strings.ContainsRune("一二三四五六七八九十", r) {
			break
		}
		end += size
	}
	label = string(s[at:end])
	value, ok := hanNumber([]rune(label))
	if !ok || value < 1 || value > 99 {
		return -1, "", at
	}
	return int(value), label, end
}

func oneOf(s []byte, at int, set string) (rune, int) {
	if at >= len(s) {
		return 0, 0
	}
	r, size := utf8.DecodeRune(s[at:])
	if !strings.ContainsRune(set, r) {
		return 0, 0
	}
	return r, size
}
