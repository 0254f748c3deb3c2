// Package official reads the text of an official notice (通知原文) out of the file
// in which it came: plain text, Word (.docx) or PDF. A PDF of scanned pages, or
// one on a machine without pdftotext, gives an empty text; the file is kept all
// the same.
package official

import (
	"bytes"
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"

	"shenbao/internal/fault"
)

// The types of files that a notice comes in.
const (
	Text = "text/plain"
	Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	PDF  = "application/pdf"
)

// The limits of what is read, in bytes.
const (
	MaxFile = 50 << 20 // of the file
	maxText = 8 << 20  // of its text, unpacked
)

// Read returns the type of a file by its content, and its text: lines end with
// \n, and control characters are left out. Other types than the three are
// refused, and so are a Word file that is broken and a text that is too long.
func Read(ctx context.Context, content []byte) (kind, text string, err error) {
	switch {
	case len(content) > MaxFile:
		return "", "", fault.New(fault.Invalid, "official.large", MaxFile>>20)
	case bytes.HasPrefix(content, []byte("%PDF-")):
		kind, text = PDF, readPDF(ctx, content)
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		kind = Word
		text, err = readWord(content)
	default:
		kind = Text
		text, err = plain(content)
	}
	if err != nil {
		return "", "", err
	}
	return kind, clean(text), nil
}

// plain reads UTF-8, with or without a mark, UTF-16 with one, and GB 18030 with
// the older GBK and GB 2312 in it.
func plain(content []byte) (string, error) {
	var from encoding.Encoding
	switch {
	case len(content) > maxText:
		return "", tooLong()
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		from = utf16.UTF16(utf16.BigEndian, utf16.UseBOM)
	case bytes.IndexByte(content, 0) >= 0:
		return "", fault.New(fault.Invalid, "official.type")
	case !utf8.Valid(content):
		from = simplifiedchinese.GB18030
	}
	if from != nil {
		decoded, err := from.NewDecoder().Bytes(content)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) || bytes.IndexByte(decoded, 0) >= 0 {
			return "", fault.New(fault.Invalid, "official.type").Because(err)
		}
		if len(decoded) > maxText {
			return "", tooLong()
		}
		content = decoded
	}
	return string(bytes.TrimPrefix(content, []byte("\ufeff"))), nil
}

func tooLong() error { return fault.New(fault.Invalid, "official.long", maxText>>20) }

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// clean ends every line with \n and leaves out what a database refuses or a
// reader does not see.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.Is(unicode.Cc, r) {
			return -1
		}
		return r
	}, lineEnds.Replace(strings.ToValidUTF8(text, "")))
}
