package intake

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
)

// maxPart bounds the small parts that are read as a whole.
const maxPart = 4 << 20

// longest is how many bytes of a value out of a file stand in a sentence.
const longest = 120

// partBuffer is how much of a part is looked at together.
const partBuffer = 32 << 10

// mainParts are the content types of the part that an Office document begins
// with, and what the document is.
var mainParts = []struct {
	has  string
	kind Kind
}{
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", DOCX},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", XLSX},
	{"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", PPTX},
	{"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml", PPTX},
}

// officeKind reads the list of content types (ISO/IEC 29500-2).
func (l *look) officeKind(a *archive) (Kind, error) {
	var types struct {
		Override []struct {
			Type string `xml:"ContentType,attr"`
		}
		Default []struct {
			Type string `xml:"ContentType,attr"`
		}
	}
	err := l.part(a.File[slices.Index(a.names, "[Content_Types].xml")], func(r io.Reader) error { return decode(r, &types) })
	if err != nil {
		return "", err
	}
	var kind Kind
	for _, t := range append(types.Override, types.Default...) {
		switch low := strings.ToLower(t.Type); {
		case strings.Contains(low, "macroenabled"), strings.HasSuffix(low, "vnd.ms-office.vbaproject"), strings.Contains(low, "ms-excel.macrosheet"), strings.Contains(low, "ms-excel.intlmacrosheet"):
			return "", bad("intake.macros")
		}
		for _, m := range mainParts {
			if kind == "" && t.Type == m.has {
				kind = m.kind
			}
		}
	}
	if kind == "" {
		return "", bad("intake.other_office") // a template, a drawing, a package of something else
	}
	return kind, nil
}

// beforeParts looks at the names of a document's parts.
func (l *look) beforeParts(kind Kind, a *archive) error {
	for _, name := range a.names {
		low := strings.ToLower(name)
		switch {
		case kind == ZIP:
		case strings.Contains(low, "vbaproject"), strings.Contains(low, "vbadata.xml"), strings.HasPrefix(low, "xl/macrosheets/"),
			strings.HasPrefix(low, "basic/"), strings.HasPrefix(low, "scripts/"):
			return bad("intake.macros")
		case strings.Contains(low, "/activex/"):
			return bad("intake.active")
		case strings.Contains(low, "/embeddings/"):
			l.warn("intake.warn.embedded")
		}
	}
	if kind == PPTX {
		slides := 0
		for _, name := range a.names {
			if ok, _ := path.Match("ppt/slides/slide*.xml", name); ok {
				slides++
			}
		}
		l.pages(slides)
	}
	return nil
}

// textPart reports whether a part of a document is XML.
func textPart(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".rels", ".rdf", ".vml":
		return true
	}
	return false
}

// documentPart reads a part of XML.
func (l *look) documentPart(kind Kind, name string, in *bufio.Reader) error {
	if err := prolog(in); err != nil {
		return err
	}
	low := strings.ToLower(name)
	switch {
	case strings.HasSuffix(low, ".rels"):
		return l.relationships(in)
	case low == "docprops/core.xml", low == "docprops/app.xml", low == "meta.xml", low == "ofd.xml":
		return l.properties(in)
	case low == "meta-inf/manifest.xml":
		return l.search(in, clue{"encryption-data", "", "intake.locked"})
	case strings.HasPrefix(low, "word/"):
		return l.search(in, clue{"<w:ins ", "intake.warn.changes", ""}, clue{"<w:del ", "intake.warn.changes", ""}, clue{"<w:moveFrom ", "intake.warn.changes", ""},
			clue{"<w:comment ", "intake.warn.comments", ""}, clue{"DDEAUTO", "", "intake.active"})
	case strings.HasPrefix(low, "xl/"):
		return l.search(in, clue{"<ddeLink", "", "intake.active"}, clue{"<comment ", "intake.warn.comments", ""}, clue{"<threadedComment ", "intake.warn.comments", ""},
			clue{`state="hidden"`, "intake.warn.hidden", ""}, clue{`state="veryHidden"`, "intake.warn.hidden", ""})
	case strings.HasPrefix(low, "ppt/"):
		return l.search(in, clue{"<p:cm ", "intake.warn.comments", ""}, clue{"<p188:cm ", "intake.warn.comments", ""}, clue{`ppaction://program`, "", "intake.active"}, clue{`ppaction://macro`, "", "intake.active"})
	}
	return nil
}

// prolog refuses a part with a document type, which may define entities that
// grow without end or stand for other files. It stands before the first
// element, if anywhere. What cannot be read that far is refused as well: it may
// hide one.
func prolog(in *bufio.Reader) error {
	head, err := in.Peek(in.Size()) // the first element of a document may name dozens of namespaces
	if err != nil && err != io.EOF {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(head))
	for {
		switch t, err := d.RawToken(); t := t.(type) {
		case xml.Directive:
			return bad("intake.entities")
		case xml.StartElement:
			return nil
		default:
			if err != nil && t == nil {
				return damaged(err)
			}
		}
	}
}

// decode reads a small part of XML without a document type.
func decode(r io.Reader, into any) error {
	text, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	if err != nil {
		return err
	}
	if len(text) > maxPart {
		return errors.New("a part is too long")
	}
	if err := prolog(bufio.NewReaderSize(bytes.NewReader(text), partBuffer)); err != nil {
		return err
	}
	return xml.Unmarshal(text, into)
}

// relationships reads what a part refers to. Links for readers are allowed;
// what a program fetches by itself when it opens the document is not: it tells
// somebody who reads it, and may be a template with macros.
func (l *look) relationships(r io.Reader) error {
	var links struct {
		Relationship []struct {
			Type   string `xml:",attr"`
			Target string `xml:",attr"`
			Mode   string `xml:"TargetMode,attr"`
		}
	}
	if err := decode(r, &links); err != nil {
		return err
	}
	for _, r := range links.Relationship {
		if !strings.EqualFold(r.Mode, "External") {
			continue
		}
		low := strings.ToLower(strings.TrimSpace(r.Target))
		switch kind := path.Base(r.Type); {
		case kind == "hyperlink":
			l.warn("intake.warn.links")
		case strings.HasPrefix(low, "file:///") && !strings.HasPrefix(low, `file:///\\`) && !strings.HasPrefix(low, "file:////"), !strings.Contains(low, ":") && !strings.HasPrefix(low, `\\`) && !strings.HasPrefix(low, "//"):
			l.warn("intake.warn.outside", shown(path.Base(strings.ReplaceAll(r.Target, `\`, "/")), longest))
		default:
			return bad("intake.remote", shown(r.Target, longest))
		}
	}
	return nil
}

// properties reads who wrote a document.
func (l *look) properties(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxPart))
	if err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	name := ""
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			name = t.Name.Local
		case xml.EndElement:
			name = ""
		case xml.CharData:
			l.property(name, string(t))
		}
	}
}

// authors are properties that name people, units the ones that name where they
// work.
var (
	authors = []string{"creator", "lastModifiedBy", "initial-creator", "Manager", "Author", "Creator"}
	units   = []string{"Company"}
	writers = []string{"microsoft", "wps", "libreoffice", "openoffice", "adobe", "python-docx", "openpyxl", "word", "excel", "powerpoint", "foxit", "skia", "cairo"}
)

func (l *look) property(name, value string) {
	switch n, err := strconv.Atoi(strings.TrimSpace(value)); {
	case slices.Contains(authors, name):
		l.author(value)
	case slices.Contains(units, name):
		if value = shown(value, longest); value != "" {
			l.warn("intake.warn.unit", value)
		}
	case (name == "Pages" || name == "Slides") && err == nil && l.found.Pages == 0:
		l.pages(n)
	}
}

// author warns of a name in the properties, but not of a program's.
func (l *look) author(name string) {
	name = shown(name, longest)
	low := strings.ToLower(name)
	if name == "" || slices.ContainsFunc(writers, func(w string) bool { return strings.HasPrefix(low, w) }) {
		return
	}
	l.warn("intake.warn.author", name)
}

// A clue is a text whose presence in a part means a warning or a fault.
type clue struct{ text, warning, fault string }

// search reads r to its end and says what the clues in it mean.
func (l *look) search(r io.Reader, clues ...clue) error {
	size := 0 // of the longest clue, which may lie across two pieces
	for _, c := range clues {
		size = max(size, len(c.text))
	}
	buf := make([]byte, 0, 64<<10)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		for _, c := range clues {
			switch {
			case !bytes.Contains(buf, []byte(c.text)):
			case c.fault != "":
				return fault.New(fault.Invalid, c.fault)
			default:
				l.warn(c.warning)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if keep := min(len(buf), size-1); cap(buf)-len(buf) < 4<<10 {
			buf = append(buf[:0], buf[len(buf)-keep:]...)
		}
	}
}
