package intake_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"compress/zlib"
)

// A packed is an entry of an archive. Its header may be bent before it is
// written.
type entry struct {
	name, text string
	bend       func(*zip.FileHeader)
}

// archive packs entries, compressed.
func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.bend != nil {
			e.bend(h)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const ooxml = "application/vnd.openxmlformats-officedocument."

// types is the list of content types of a document whose main part has a type.
func types(main string) entry {
	return entry{name: "[Content_Types].xml", text: `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/main.xml" ContentType="` + main + `"/></Types>`}
}

// word packs a Word document: its text and further parts.
func word(t testing.TB, text string, more ...entry) []byte {
	return archive(t, append([]entry{types(ooxml + "wordprocessingml.document.main+xml"),
		{name: "word/document.xml", text: `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body><w:p>` + text + `</w:p></w:body></w:document>`}}, more...)...)
}

func workbook(t testing.TB, more ...entry) []byte {
	return archive(t, append([]entry{types(ooxml + "spreadsheetml.sheet.main+xml"), {name: "xl/workbook.xml", text: `<workbook/>`}}, more...)...)
}

func slides(t testing.TB, more ...entry) []byte {
	return archive(t, append([]entry{types(ooxml + "presentationml.presentation.main+xml"), {name: "ppt/presentation.xml", text: `<p/>`},
		{name: "ppt/slides/slide1.xml", text: `<p/>`}, {name: "ppt/slides/slide2.xml", text: `<p/>`}}, more...)...)
}

// relation is a part of references with one that leads outside.
func relation(kind, target string) entry {
	return entry{name: "word/_rels/document.xml.rels", text: `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + target + `" TargetMode="External"/></Relationships>`}
}

// printed is a PDF of some objects behind the catalogue and one page; extra is
// put into the trailer.
func printed(extra string, objects ...string) []byte {
	var b bytes.Buffer
	var at []int
	all := append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"}, objects...)
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	for i, o := range all {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	list := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, extra, list)
	return b.Bytes()
}

// objects is a compressed stream of objects, which a PDF hides things in.
func objects(text string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = io.WriteString(z, "9 0 "+text)
	_ = z.Close()
	return fmt.Sprintf("<< /Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode] /Length %d >>\nstream\r\n%s\nendstream", b.Len(), b.String())
}

// picture draws a picture that is red at the left and blue at the right.
func picture(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func asPNG(t testing.TB, w, h int) []byte {
	return encoded(t, func(b io.Writer) error { return png.Encode(b, picture(w, h)) })
}

func asJPEG(t testing.TB, w, h int) []byte {
	return encoded(t, func(b io.Writer) error { return jpeg.Encode(b, picture(w, h), nil) })
}

func asGIF(t testing.TB, w, h int) []byte {
	return encoded(t, func(b io.Writer) error { return gif.Encode(b, picture(w, h), nil) })
}

func encoded(t testing.TB, encode func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunk is a chunk of a PNG.
func chunk(name, data string) string {
	sum := crc32.ChecksumIEEE([]byte(name + data))
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(data)))) + name + data + string(binary.BigEndian.AppendUint32(nil, sum))
}

// withChunk puts a chunk behind the head of a PNG.
func withChunk(whole []byte, c string) []byte {
	const head = 8 + 25
	return []byte(string(whole[:head]) + c + string(whole[head:]))
}

// hugePNG says that it has so many pixels, and has none.
func hugePNG(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return []byte("\x89PNG\r\n\x1a\n" + chunk("IHDR", string(head)+"\x08\x02\x00\x00\x00") + chunk("IDAT", "\x78\x9c\x03\x00\x00\x00\x00\x01") + chunk("IEND", ""))
}

// exif is a segment of a JPEG with one field, little end first.
func exif(id, kind uint16, count, value uint32, data string) string {
	le := binary.LittleEndian
	b := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00"), 1, 0)
	b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, id), kind), count), value)
	b = append(le.AppendUint32(b, 0), data...)
	return "\xff\xe1" + string(binary.BigEndian.AppendUint16(nil, uint16(len(b)+2))) + string(b)
}

// exifData is where the data behind the one field of exif stands.
const exifData = 8 + 2 + 12 + 4

// withSegment puts a segment behind the beginning of a JPEG.
func withSegment(whole []byte, s string) []byte {
	return []byte(string(whole[:2]) + s + string(whole[2:]))
}

// box is a box of a film.
func box(name, data string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(data)))) + name + data
}

func film(brand string) []byte {
	return []byte(box("ftyp", brand+"\x00\x00\x02\x00isom") + box("moov", box("mvhd", strings.Repeat("\x00", 100))) + box("mdat", strings.Repeat("\x01", 500)))
}

// compound is a compound file (MS-CFB) with streams, each in whole sectors.
func compound(class string, streams ...entry) []byte {
	le := binary.LittleEndian
	dirs := (len(streams) + 4) / 4
	fat := []uint32{0xfffffffd} // sector 0 is the table itself
	link := func(n int) {
		for i := range n {
			next := uint32(len(fat) + 1)
			if i == n-1 {
				next = 0xfffffffe
			}
			fat = append(fat, next)
		}
	}
	link(dirs)
	var body []byte
	directory := dirEntry("Root Entry", 5, class, 0xfffffffe, 0)
	for _, s := range streams {
		text := s.text + strings.Repeat("\x00", max(4096, (len(s.text)+511)/512*512)-len(s.text))
		directory = append(directory, dirEntry(s.name, 2, "", uint32(len(fat)), len(text))...)
		link(len(text) / 512)
		body = append(body, text...)
	}
	directory = append(directory, make([]byte, dirs*512-len(directory))...)
	head := make([]byte, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xfffe)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], 1)
	le.PutUint32(head[48:], 1)
	le.PutUint32(head[56:], 4096)
	le.PutUint32(head[60:], 0xfffffffe)
	le.PutUint32(head[68:], 0xfffffffe)
	for i := 76; i < 512; i += 4 {
		le.PutUint32(head[i:], 0xffffffff)
	}
	le.PutUint32(head[76:], 0)
	table := make([]byte, 0, 512)
	for i := range 128 {
		n := uint32(0xffffffff)
		if i < len(fat) {
			n = fat[i]
		}
		table = le.AppendUint32(table, n)
	}
	return append(append(append(head, table...), directory...), body...)
}

func dirEntry(name string, kind byte, class string, start uint32, size int) []byte {
	b := make([]byte, 128)
	units := utf16.Encode([]rune(name))
	for i, u := range units {
		binary.LittleEndian.PutUint16(b[2*i:], u)
	}
	binary.LittleEndian.PutUint16(b[64:], uint16(2*len(units)+2))
	b[66] = kind
	copy(b[80:], class)
	binary.LittleEndian.PutUint32(b[116:], start)
	binary.LittleEndian.PutUint32(b[120:], uint32(size))
	return b
}

// summary is a set of properties with an author (MS-OLEPS).
func summary(author string) string {
	le := binary.LittleEndian
	b := make([]byte, 44)
	b = le.AppendUint32(b, 48)
	value := le.AppendUint32(le.AppendUint32(nil, 0x1e), uint32(len(author)+1))
	value = append(append(value, author...), 0)
	b = le.AppendUint32(b, uint32(16+len(value)))
	b = le.AppendUint32(b, 1)
	b = le.AppendUint32(le.AppendUint32(b, 4), 16)
	return string(append(b, value...))
}
