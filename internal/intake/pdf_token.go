package intake

import (
	"bufio"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func skipLine(r *bufio.Reader) error {
	for {
		b, err := r.ReadByte()
		if err != nil || b == '\n' || b == '\r' {
			return err
		}
	}
}

// maxToken is how much of a token is kept.
const maxToken = 1000

// literal reads a string in parentheses.
func literal(r *bufio.Reader) (string, error) {
	var out []byte
	for deep := 1; ; {
		b, err := r.ReadByte()
		if err != nil {
			return "", err
		}
		switch b {
		case '(':
			deep++
		case ')':
			deep--
		case '\\':
			if b, err = r.ReadByte(); err != nil {
				return "", err
			}
			b = escaped(r, b)
		}
		if deep == 0 {
			return string(out), nil
		}
		if len(out) < maxToken {
			out = append(out, b)
		}
	}
}

// escaped is the byte that \b stands for.
func escaped(r *bufio.Reader, b byte) byte {
	switch b {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	if b < '0' || b > '7' {
		return b
	}
	n := int(b - '0')
	for range 2 {
		d := peek(r)
		if d < '0' || d > '7' {
			break
		}
		_, _ = r.Discard(1)
		n = n*8 + int(d-'0')
	}
	return byte(n)
}

// hexadecimal reads a string in angle brackets.
func hexadecimal(r *bufio.Reader) (string, error) {
	var out []byte
	high, half := 0, false
	for {
		b, err := r.ReadByte()
		if err != nil || b == '>' {
			return string(out), err
		}
		d := strings.IndexByte("0123456789abcdef", lower(b))
		if d < 0 {
			continue
		}
		if half && len(out) < maxToken {
			out = append(out, byte(high<<4|d))
		}
		high, half = d, !half
	}
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func isRegular(b byte) bool {
	return b > ' ' && b < 0x7f && !strings.ContainsRune("()<>[]{}/%", rune(b))
}

// regular reads the rest of a name, number or keyword.
func regular(r *bufio.Reader) string {
	var out []byte
	for isRegular(peek(r)) {
		b, _ := r.ReadByte()
		if len(out) < maxToken {
			out = append(out, b)
		}
	}
	return string(out)
}

// pdfName resolves #4A and the like in a name, by which words are hidden.
func pdfName(s string) string {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '#')
		if i < 0 {
			return s
		}
		i += from
		if i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				s = s[:i] + string([]byte{byte(n)}) + s[i+3:]
			}
		}
		from = i + 1
	}
}

// pdfText is the text of a string: UTF-16 with a mark, UTF-8, else what Chinese
// programs write there.
func pdfText(s string) string {
	if strings.HasPrefix(s, "\xfe\xff") || strings.HasPrefix(s, "\xff\xfe") {
		if out, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().String(s); err == nil {
			return out
		}
	}
	s = strings.TrimPrefix(s, "\ufeff")
	if utf8.ValidString(s) {
		return s
	}
	if out, err := simplifiedchinese.GB18030.NewDecoder().String(s); err == nil && !slices.Contains([]rune(out), utf8.RuneError) {
		return out
	}
	return ""
}
