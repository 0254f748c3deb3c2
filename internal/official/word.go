package official

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"shenbao/internal/fault"
)

const (
	wordPart   = "word/document.xml" // the part of a .docx that holds the text
	maxWordXML = 8 * maxText         // bytes of that part, unpacked
)

// readWord reads the paragraphs of a .docx, those of tables too, a line each.
// Numbers that Word itself puts before paragraphs are not in the file's text.
func readWord(content []byte) (string, error) {
	wrong := func(err error) error { return fault.New(fault.Invalid, "official.word").Because(err) }
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return "", wrong(err)
	}
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == wordPart })
	if i < 0 {
		return "", fault.New(fault.Invalid, "official.type") // a spreadsheet, or files packed together
	}
	f, err := z.File[i].Open()
	if err != nil {
		return "", wrong(err)
	}
	defer f.Close()
	limited := &io.LimitedReader{R: f, N: maxWordXML}
	text, err := paragraphs(limited)
	switch {
	case errors.Is(err, errLong), err != nil && limited.N == 0:
		return "", tooLong()
	case err != nil:
		return "", wrong(err)
	}
	return text, nil
}

var errLong = errors.New("the text is too long")

// unread are the elements whose text is not the document's: properties with
// their tab stops, what was moved away while changes were tracked, and the second
// copy of a text box for older programs.
var unread = []string{"pPr", "rPr", "moveFrom", "Fallback"}

func paragraphs(r io.Reader) (string, error) {
	d := xml.NewDecoder(r)
	var b strings.Builder
	fresh, inText := true, false // at the beginning of a line; inside a run's text
	endLine := func() {
		b.WriteByte('\n')
		fresh = true
	}
	for b.Len() <= maxText {
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
			switch name := t.Name.Local; {
			case slices.Contains(unread, name):
				if err := d.Skip(); err != nil {
					return "", err
				}
			case name == "p" && !fresh, name == "br", name == "cr": // a text box stands inside a paragraph
				endLine()
			case name == "tab":
				b.WriteByte(' ')
			case name == "noBreakHyphen":
				b.WriteByte('-')
			}
		case xml.EndElement:
			inText = false
			if t.Name.Local == "p" {
				endLine()
			}
		case xml.CharData:
			if inText {
				b.Write(t)
				fresh = false
			}
		}
	}
	return "", errLong
}
