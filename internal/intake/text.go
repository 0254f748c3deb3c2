package intake

import (
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// text reads a plain text through: UTF-8, UTF-16 with a mark, or GB 18030.
func (l *look) text(c content) error {
	var tries []encoding.Encoding
	switch head := c.head(2); {
	case bytes.Equal(head, []byte("\xff\xfe")), bytes.Equal(head, []byte("\xfe\xff")):
		tries = append(tries, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))
	default:
		tries = append(tries, nil, simplifiedchinese.GB18030)
	}
	for _, e := range tries {
		t := encoding.UTF8Validator
		if e != nil {
			t = e.NewDecoder()
		}
		if _, err := io.Copy(words{}, transform.NewReader(c.section(0, c.size), t)); err == nil {
			return nil
		}
		if err := l.ctx.Err(); err != nil {
			return err
		}
	}
	return bad("intake.unknown", endings(known))
}

// words takes a text in UTF-8 and fails at what no text holds.
type words struct{}

var errNoText = errors.New("no text")

// Write implements io.Writer.
func (words) Write(p []byte) (int, error) {
	if bytes.IndexByte(p, 0) >= 0 || bytes.Contains(p, []byte("\ufffd")) {
		return 0, errNoText
	}
	return len(p), nil
}
