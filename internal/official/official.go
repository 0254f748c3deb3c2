// Package official reads the text of an official notice (通知原文) out of the file
// in which it came: plain text, Word (.docx) or PDF. What cannot be read gives
// an empty text, and the file is kept all the same.
package official

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"

	"shenbao/internal/fault"
)

// The types of files that a notice comes in.
const (
	Text = "text/plain"
	Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	PDF  = "application/pdf"
)

// The limits of what is read.
const (
	MaxFile = 50 << 20 // bytes of the file
	maxText = 8 << 20  // bytes of its text, unpacked
)

// Read returns the type of a file by its content, and its text. Other types
// than the three are refused.
func Read(ctx context.Context, content []byte) (kind, text string, err error) {
	switch {
	case len(content) > MaxFile:
		return "", "", fault.New(fault.Invalid, "official.large", MaxFile>>20)
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return PDF, readPDF(ctx, content), nil
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		text, err = readWord(content)
		return Word, text, err
	}
	text, ok := plain(content)
	if !ok {
		return "", "", fault.New(fault.Invalid, "official.type")
	}
	return Text, text, nil
}

// plain reads UTF-8, with or without a mark, and GBK.
func plain(content []byte) (string, bool) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(content)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return "", false
		}
		content = decoded
	}
	if bytes.IndexByte(content, 0) >= 0 || len(content) > maxText {
		return "", false
	}
	return string(content), true
}

// readWord reads the paragraphs of a .docx, those of tables too, a line each.
func readWord(content []byte) (string, error) {
	wrong := func(err error) error { return fault.New(fault.Invalid, "official.word").Because(err) }
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return "", wrong(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		return "", wrong(err)
	}
	defer f.Close()
	text, err := paragraphs(io.LimitReader(f, 8*maxText))
	if err != nil {
		return "", wrong(err)
	}
	return text, nil
}

var errLong = errors.New("the text is too long")

func paragraphs(r io.Reader) (string, error) {
	d := xml.NewDecoder(r)
	var b strings.Builder
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.Directive:
			return "", errors.New("a document type is not allowed")
		case xml.StartElement:
			inText = t.Name.Local == "t"
			if t.Name.Local == "tab" || t.Name.Local == "br" {
				b.WriteByte(' ')
			}
		case xml.EndElement:
			if t.Name.Local == "t" {
				inText = false
			}
			if t.Name.Local == "p" {
				b.WriteByte('\n')
			}
		case xml.CharData:
			if inText {
				b.Write(t)
			}
		}
		if b.Len() > maxText {
			return "", errLong
		}
	}
}

// pdfTime is how long reading a PDF may take.
const pdfTime = 20 * time.Second

// readPDF reads a PDF with pdftotext where it is installed. It runs as a
// process of its own, so that a hostile file harms nothing but itself.
func readPDF(ctx context.Context, content []byte) string {
	path, err := exec.LookPath("pdftotext")
	if err != nil {
		return ""
	}
	ctx, stop := context.WithTimeout(ctx, pdfTime)
	defer stop()
	cmd := exec.CommandContext(ctx, path, "-enc", "UTF-8", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(content)
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(out, maxText))
	if cmd.Wait() != nil || err != nil {
		return ""
	}
	return norm.NFKC.String(strings.ReplaceAll(string(text), "\f", "\n"))
}
