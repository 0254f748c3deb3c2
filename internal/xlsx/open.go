package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"unicode/utf16"

	"shenbao/internal/fault"
)

// part is a part of the package, unpacked when it is read.
type part struct{ file *zip.File }

// The beginnings of files by which their type is known.
var (
	zipMagic = []byte("PK\x03\x04")
	oleMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") // .xls, or an encrypted .xlsx
)

// Open reads what a workbook is made of. Name is the file's name as it was
// uploaded; its ending says whether the file is a workbook or comma-separated
// text. The cells are read by [Book.Rows].
func Open(name string, data []byte, limits Limits) (*Book, error) {
	ending := strings.ToLower(path.Ext(name))
	switch {
	case len(data) > limits.Bytes:
		return nil, fault.New(fault.Invalid, "xlsx.bytes", limits.Bytes>>20)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fault.New(fault.Invalid, "xlsx.empty")
	case bytes.HasPrefix(data, oleMagic):
		return nil, oldOrEncrypted(data)
	case bytes.HasPrefix(data, zipMagic):
		return openZip(data, limits)
	case ending == ".csv" || ending == ".txt" || ending == ".tsv":
		return openCSV(data, limits)
	case isText(data):
		return nil, fault.New(fault.Invalid, "xlsx.text")
	}
	return nil, fault.New(fault.Invalid, "xlsx.type")
}

// oldOrEncrypted tells an encrypted workbook from one of the old format: the
// directory of the former names a stream EncryptedPackage.
func oldOrEncrypted(data []byte) error {
	var name []byte
	for _, c := range utf16.Encode([]rune("EncryptedPackage")) {
		name = append(name, byte(c), byte(c>>8))
	}
	if bytes.Contains(data, name) {
		return fault.New(fault.Invalid, "xlsx.encrypted")
	}
	return fault.New(fault.Invalid, "xlsx.xls")
}

// openZip looks at the directory of the archive before it unpacks anything, and
// then at the list of sheets.
func openZip(data []byte, limits Limits) (*Book, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged(err)
	}
	if len(archive.File) > maxParts {
		return nil, fault.New(fault.Invalid, "xlsx.parts", maxParts)
	}
	b := &Book{limits: limits, parts: map[string]part{}}
	var unpacked uint64
	for _, f := range archive.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		b.parts[name] = part{f}
		if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") {
			continue // pictures and the like are never unpacked
		}
		// Reading stops with an error where a part is longer than it says, so
		// the sum of what they say bounds what is unpacked.
		if unpacked += f.UncompressedSize64; f.UncompressedSize64 > uint64(limits.Unpacked) || unpacked > uint64(limits.Unpacked) {
			return nil, fault.New(fault.Invalid, "xlsx.unpacked", limits.Unpacked>>20)
		}
	}
	if err := b.whatItIs(); err != nil {
		return nil, err
	}
	return b, b.workbook()
}

// whatItIs refuses an archive that is no plain workbook.
func (b *Book) whatItIs() error {
	has := func(name string) bool { _, ok := b.parts[name]; return ok }
	switch {
	case has("xl/vbaproject.bin"):
		return fault.New(fault.Invalid, "xlsx.macros")
	case has("xl/workbook.bin"):
		return fault.New(fault.Invalid, "xlsx.xlsb")
	case has("content.xml") && has("mimetype"):
		return fault.New(fault.Invalid, "xlsx.ods")
	case has("word/document.xml"), has("ppt/presentation.xml"):
		return fault.New(fault.Invalid, "xlsx.type")
	case !has("xl/workbook.xml"):
		return fault.New(fault.Invalid, "xlsx.type")
	}
	return nil
}

// damaged is the fault for a file that cannot be read through; the cause goes
// to the log.
func damaged(err error) error {
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f
	}
	return fault.New(fault.Invalid, "xlsx.damaged").Because(err)
}

// workbook reads the list of sheets, where their parts are, and the date system.
func (b *Book) workbook() error {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Link  []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		}
	}
	if err := errors.Join(b.decode("xl/workbook.xml", &book), b.decode("xl/_rels/workbook.xml.rels", &links)); err != nil {
		return damaged(err)
	}
	b.date1904 = book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true"
	target := map[string]string{}
	for _, l := range links.Relationship {
		if l.Mode != "External" && strings.HasSuffix(l.Type, "/worksheet") {
			target[l.ID] = within(l.Target)
		}
	}
	for _, s := range book.Sheets {
		for _, a := range s.Link {
			if a.Name.Local == "id" && target[a.Value] != "" {
				b.Sheets = append(b.Sheets, Sheet{Name: s.Name, Hidden: s.State != "" && s.State != "visible", part: target[a.Value]})
			}
		}
	}
	if len(b.Sheets) == 0 {
		return fault.New(fault.Invalid, "xlsx.no_sheet")
	}
	return nil
}

// within is the name of a part as the workbook's relationships give it:
// relative to the folder xl, or from the root.
func within(target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.ToLower(path.Clean(target)[1:])
	}
	return strings.ToLower(path.Join("xl", target))
}

// maxDirectory bounds the parts that say where the others are, which are read
// whole.
const maxDirectory = 1 << 20

func (b *Book) decode(name string, into any) error {
	r, err := b.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(io.LimitReader(r, maxDirectory)).Decode(into)
}

func (b *Book) open(name string) (io.ReadCloser, error) {
	p, ok := b.parts[name]
	if !ok {
		return nil, errors.New("no part " + name)
	}
	return p.file.Open()
}
