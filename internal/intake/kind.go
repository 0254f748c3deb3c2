package intake

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"shenbao/internal/fault"
)

// A Kind is what a file is by its content; "" is unknown.
type Kind string

// The kinds that can be read through, and so be accepted.
const (
	PDF  Kind = "pdf"
	DOCX Kind = "docx"
	XLSX Kind = "xlsx"
	PPTX Kind = "pptx"
	DOC  Kind = "doc"
	XLS  Kind = "xls"
	PPT  Kind = "ppt"
	OFD  Kind = "ofd"
	ODT  Kind = "odt"
	ODS  Kind = "ods"
	ODP  Kind = "odp"
	PNG  Kind = "png"
	JPEG Kind = "jpeg"
	GIF  Kind = "gif"
	MP4  Kind = "mp4"
	MOV  Kind = "mov"
	ZIP  Kind = "zip"
	TXT  Kind = "txt"
)

// The kinds that are recognised to say what they are, and never accepted.
const (
	program Kind = "program" // for whatever system
	script  Kind = "script"
	page    Kind = "page" // HTML, SVG, MHTML: a browser runs what is in it
	markup  Kind = "xml"
	rtf     Kind = "rtf"
	packed  Kind = "packed" // archives that are not ZIP
	picture Kind = "picture"
	film    Kind = "film" // film or sound
)

// known are the kinds that can be accepted, the usual ones first.
var known = []Kind{PDF, DOCX, XLSX, PPTX, DOC, XLS, PPT, PNG, JPEG, GIF, MP4, MOV, ZIP, OFD, ODT, ODS, ODP, TXT}

// kinds are the MIME type of each known kind and the endings that its files
// may have, the usual one first. WPS writes the formats of Word, Excel and
// PowerPoint under endings of its own.
var kinds = map[Kind]struct {
	mime    string
	endings []string
}{
	PDF:  {"application/pdf", []string{"pdf"}},
	DOCX: {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{"docx"}},
	XLSX: {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{"xlsx"}},
	PPTX: {"application/vnd.openxmlformats-officedocument.presentationml.presentation", []string{"pptx", "ppsx"}},
	DOC:  {"application/msword", []string{"doc", "wps"}},
	XLS:  {"application/vnd.ms-excel", []string{"xls", "et"}},
	PPT:  {"application/vnd.ms-powerpoint", []string{"ppt", "pps", "dps"}},
	OFD:  {"application/ofd", []string{"ofd"}},
	ODT:  {"application/vnd.oasis.opendocument.text", []string{"odt"}},
	ODS:  {"application/vnd.oasis.opendocument.spreadsheet", []string{"ods"}},
	ODP:  {"application/vnd.oasis.opendocument.presentation", []string{"odp"}},
	PNG:  {"image/png", []string{"png"}},
	JPEG: {"image/jpeg", []string{"jpg", "jpeg", "jpe", "jfif"}},
	GIF:  {"image/gif", []string{"gif"}},
	MP4:  {"video/mp4", []string{"mp4", "m4v"}},
	MOV:  {"video/quicktime", []string{"mov", "qt"}},
	ZIP:  {"application/zip", []string{"zip"}},
	TXT:  {"text/plain", []string{"txt", "csv", "tsv", "md", "log"}},
}

// Kinds returns the kinds that the formats of a call mean: pdf, pptx, jpg … A
// format that nobody knows stays as it is, and no file will be of it. No
// formats give no kinds, which [Rules] read as all.
func Kinds(formats []string) []Kind {
	var out []Kind
	for _, f := range formats {
		f = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(f), "."))
		kind := Kind(f)
		for _, k := range known {
			if slices.Contains(kinds[k].endings, f) {
				kind = k
			}
		}
		if !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return out
}

// label is the name of a kind in the reader's language.
func label(k Kind) fault.Key { return fault.Key("intake.kind." + string(k)) }

// endings lists how files of these kinds end, the usual ending of each.
func endings(of []Kind) string {
	var out []string
	for _, k := range of {
		ending := string(k)
		if e := kinds[k].endings; len(e) > 0 {
			ending = e[0]
		}
		out = append(out, "."+ending)
	}
	return strings.Join(out, " ")
}

// running are endings of files that a system runs, whatever is in them.
var running = strings.Fields(`exe com scr pif msi msp cpl dll sys ocx lnk url scf inf reg hta chm jar class apk app dmg pkg deb rpm run
	bat cmd ps1 psm1 vbs vbe js jse mjs ws wsf wsh sct sh bash zsh csh py pyc pl rb php phtml asp aspx jsp cgi iso img vhd
	docm dotm xlsm xltm xlam xlsb xll pptm potm ppam ppsm sldm svg svgz html htm xhtml xht mht mhtml shtml swf application gadget`)

// harmless refuses what a computer runs.
func harmless(kind Kind, ending string) error {
	switch kind {
	case program, script, page:
		return bad("intake.runs", label(kind))
	}
	if slices.Contains(running, ending) {
		return bad("intake.running_name", ending)
	}
	return nil
}

// magics are beginnings of files, by offset.
var magics = []struct {
	at    int
	magic string
	kind  Kind
}{
	{0, "%PDF-", PDF}, {0, "\x89PNG\r\n\x1a\n", PNG}, {0, "\xff\xd8\xff", JPEG}, {0, "GIF87a", GIF}, {0, "GIF89a", GIF},
	{0, "\x7fELF", program}, {0, "\xca\xfe\xba\xbe", program}, {0, "\xfe\xed\xfa\xce", program}, {0, "\xfe\xed\xfa\xcf", program},
	{0, "\xce\xfa\xed\xfe", program}, {0, "\xcf\xfa\xed\xfe", program}, {0, "dex\n03", program}, {0, "\x00asm", program},
	{0, "L\x00\x00\x00\x01\x14\x02\x00", program}, {0, "ITSF\x03\x00", program}, {0, "!<arch>\n", program}, {0, "\xed\xab\xee\xdb", program},
	{0, "FWS", program}, {0, "CWS", program}, {0, "#!", script}, {0, "<?php", script}, {0, "{\\rtf", rtf},
	{0, "Rar!\x1a\x07", packed}, {0, "7z\xbc\xaf\x27\x1c", packed}, {0, "\x1f\x8b\x08", packed}, {0, "BZh", packed}, {0, "\xfd7zXZ\x00", packed},
	{0, "\x28\xb5\x2f\xfd", packed}, {0, "MSCF\x00\x00", packed}, {257, "ustar", packed},
	{0, "II*\x00", picture}, {0, "MM\x00*", picture}, {0, "8BPS", picture}, {0, "BM", picture},
	{0, "ID3", film}, {0, "\x1aE\xdf\xa3", film}, {0, "OggS", film}, {0, "FLV\x01", film}, {0, "0&\xb2u\x8e\x66\xcf\x11", film},
}

// headSize is how much of a file is looked at to tell what it is.
const headSize = 4096

// recognise says what a file is by its content, without reading through it. Of
// a file made as an archive it returns the archive, opened.
func (l *look) recognise(c content) (Kind, *archive, error) {
	head := c.head(headSize)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")), bytes.HasPrefix(head, []byte("PK\x07\x08")):
		pack, err := l.open(c)
		if err != nil {
			return "", nil, err
		}
		kind, err := l.packKind(pack)
		return kind, pack, err
	case bytes.HasPrefix(head, compoundMagic):
		kind, err := compoundKind(c)
		return kind, nil, err
	}
	kind := sniff(head)
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i > 0 && kind != program && kind != script && kind != page {
		return "", nil, bad("intake.pdf_start")
	}
	return kind, nil, nil
}

// sniff says what a file is by its beginning, but for archives and compound
// files.
func sniff(head []byte) Kind {
	binary0 := bytes.IndexByte(head, 0) >= 0
	for _, m := range magics {
		if len(head) >= m.at && bytes.HasPrefix(head[m.at:], []byte(m.magic)) && (len(m.magic) > 3 || binary0 || m.kind == script || m.kind == JPEG) {
			return m.kind
		}
	}
	switch {
	case len(head) > 64 && head[0] == 'M' && head[1] == 'Z' && binary0:
		return program
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return brand(string(head[8:12]))
	case len(head) >= 12 && string(head[:4]) == "RIFF":
		if string(head[8:12]) == "WEBP" {
			return picture
		}
		return film
	}
	return sniffText(head)
}

// brand is the kind of a film or picture in boxes (ISO 14496-12) by its major
// brand.
func brand(b string) Kind {
	switch {
	case b == "qt  ":
		return MOV
	case slices.Contains([]string{"heic", "heix", "hevc", "mif1", "msf1", "avif"}, b):
		return picture
	case strings.HasPrefix(b, "M4A"), strings.HasPrefix(b, "M4B"), strings.HasPrefix(b, "crx"):
		return film
	}
	return MP4
}

// sniffText tells the texts that a browser or a shell runs from those for
// people.
func sniffText(head []byte) Kind {
	plain := head
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(head[:len(head)&^1])
		if err != nil {
			return ""
		}
		plain = decoded
	}
	if bytes.IndexByte(plain, 0) >= 0 {
		return ""
	}
	low := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(plain, []byte("\ufeff"))))
	begins := func(any ...string) bool {
		return slices.ContainsFunc(any, func(s string) bool { return bytes.HasPrefix(low, []byte(s)) })
	}
	switch {
	case begins("#!", "<?php", "@echo off"):
		return script
	case begins("<svg", "<html", "<script", "mime-version:", "<xml", "<hta:"), strings.HasPrefix(http.DetectContentType(low), "text/html"):
		return page
	case begins("<?xml", "<!doctype", "<!--", "<!entity"):
		if slices.ContainsFunc([]string{"<svg", ":svg", "<html", "<script", "xhtml", "!doctype svg", "!doctype html"}, func(s string) bool { return bytes.Contains(low, []byte(s)) }) {
			return page
		}
		return markup
	case len(low) > 0 && low[0] == '<' && (bytes.Contains(low, []byte("<script")) || bytes.Contains(low, []byte("<svg"))):
		return page
	}
	return TXT
}

// alsoArchive reports whether a file of another kind is a ZIP archive at the
// same time: programs look for its directory at the end, and so would run a
// picture as a program of Java.
func (l *look) alsoArchive(c content) bool {
	_, found := directoryEnd(c)
	return found != nil
}

// directoryEnd returns the record that ends a ZIP archive, and where it stands:
// the last one whose comment reaches to the end of the file.
func directoryEnd(c content) (int64, []byte) {
	const record = 22 // bytes without the comment
	tail := c.tail(record + 1<<16)
	for end := len(tail); ; {
		i := bytes.LastIndex(tail[:end], []byte("PK\x05\x06"))
		if i < 0 {
			return 0, nil
		}
		if i+record <= len(tail) && int(binary.LittleEndian.Uint16(tail[i+20:])) == len(tail)-i-record {
			return c.size - int64(len(tail)-i), tail[i : i+record]
		}
		end = i
	}
}
