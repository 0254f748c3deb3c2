package intake

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf16"
)

// maxPixels is how large a picture may be: whoever opens it unpacks four bytes
// for each.
const maxPixels = 100_000_000

var errShort = errors.New("the file is cut short")

// sizeOf refuses a picture that is too large to unpack.
func sizeOf(width, height int64) error {
	if width <= 0 || height <= 0 {
		return damaged(errors.New("a picture without area"))
	}
	if width > maxPixels || height > maxPixels || width*height > maxPixels {
		return bad("intake.pixels", width, height, maxPixels/1_000_000)
	}
	return nil
}

// png walks through the chunks to the last and checks the sum of each.
func (l *look) png(c content) error {
	r := bufio.NewReaderSize(c.section(8, c.size), partBuffer)
	for n := 0; ; n++ {
		var h [8]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return damaged(errShort)
		}
		length, name := int64(binary.BigEndian.Uint32(h[:])), string(h[4:])
		if n == 0 && (name != "IHDR" || length != 13) || length > c.size {
			return damaged(errors.New("no chunk of a PNG: " + name))
		}
		sum := crc32.NewIEEE()
		sum.Write(h[4:])
		kept := &keeper{limit: 64 << 10}
		if got, err := io.CopyN(io.MultiWriter(sum, kept), r, length); err != nil || got < length {
			return damaged(errShort)
		}
		var want [4]byte
		if _, err := io.ReadFull(r, want[:]); err != nil || binary.BigEndian.Uint32(want[:]) != sum.Sum32() {
			return damaged(errors.New("the sum of a chunk is wrong: " + name))
		}
		switch name {
		case "IHDR":
			if err := sizeOf(int64(binary.BigEndian.Uint32(kept.b)), int64(binary.BigEndian.Uint32(kept.b[4:]))); err != nil {
				return err
			}
		case "eXIf":
			l.exif(kept.b)
		case "tEXt":
			if key, value, ok := strings.Cut(string(kept.b), "\x00"); ok && key == "Author" {
				l.author(value)
			}
		case "iTXt":
			if key, rest, ok := strings.Cut(string(kept.b), "\x00"); ok && key == "Author" {
				l.author(rest[strings.LastIndexByte(rest, 0)+1:])
			} else if ok {
				l.xmp([]byte(rest))
			}
		case "IEND":
			return nil
		}
	}
}

// A keeper keeps the first bytes that are written to it.
type keeper struct {
	b     []byte
	limit int
}

func (k *keeper) Write(p []byte) (int, error) {
	k.b = append(k.b, p[:min(len(p), k.limit-len(k.b))]...)
	return len(p), nil
}

// jpeg walks through the segments to the end of the image.
func (l *look) jpeg(c content) error {
	sized := false
	err := segments(c.section(2, c.size), func(m byte, b []byte) error {
		switch {
		case frameHeader(m):
			if len(b) < 5 {
				return errShort
			}
			sized = true
			return sizeOf(int64(binary.BigEndian.Uint16(b[3:])), int64(binary.BigEndian.Uint16(b[1:])))
		case m == 0xe1 && bytes.HasPrefix(b, exifMark):
			l.exif(b[len(exifMark):])
		case m == 0xe1:
			l.xmp(b)
		}
		return nil
	})
	if err == nil && !sized {
		err = errors.New("a JPEG without a picture")
	}
	return l.why(err)
}

var exifMark = []byte("Exif\x00\x00")

// frameHeader reports whether a marker begins the header that says the size.
func frameHeader(m byte) bool { return m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc }

// segments gives the segments of a JPEG to each, to the end of the image.
func segments(from io.Reader, each func(marker byte, data []byte) error) error {
	r := bufio.NewReaderSize(from, partBuffer)
	for {
		m, err := marker(r)
		switch {
		case err != nil:
			return errShort
		case m == 0xd9:
			return nil
		case m == 0x01 || m >= 0xd0 && m <= 0xd8:
			continue // they stand alone
		}
		var h [2]byte
		if _, err := io.ReadFull(r, h[:]); err != nil || binary.BigEndian.Uint16(h[:]) < 2 {
			return errShort
		}
		b := make([]byte, binary.BigEndian.Uint16(h[:])-2)
		if _, err := io.ReadFull(r, b); err != nil {
			return errShort
		}
		if err := each(m, b); err != nil {
			return err
		}
	}
}

// marker skips to the next marker of a JPEG that is not part of the data.
func marker(r *bufio.Reader) (byte, error) {
	for {
		if _, err := r.ReadSlice(0xff); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		} else if err != nil {
			continue
		}
		b, err := r.ReadByte()
		for b == 0xff && err == nil {
			b, err = r.ReadByte()
		}
		if err != nil || b != 0 {
			return b, err
		}
	}
}

// A tag is a field that a camera writes (TIFF).
type tag struct {
	id    uint16
	value int64 // of a number, or where the data stands
	data  []byte
	short uint16 // of a number of two bytes
}

// tags gives the fields of the first directory to each.
func tags(b []byte, each func(tag, binary.ByteOrder)) {
	if len(b) < 8 {
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return
	}
	for i := range int64(order.Uint16(b[at:])) {
		e := at + 2 + 12*i
		if e+12 > int64(len(b)) {
			return
		}
		count := int64(order.Uint32(b[e+4:]))
		t := tag{id: order.Uint16(b[e:]), value: int64(order.Uint32(b[e+8:])), short: order.Uint16(b[e+8:])}
		switch {
		case count <= 4:
			t.data = b[e+8 : e+8+count]
		case count <= 1000 && t.value+count <= int64(len(b)):
			t.data = b[t.value : t.value+count]
		}
		each(t, order)
	}
}

// exif looks into the fields of a camera: who and where.
func (l *look) exif(b []byte) {
	tags(b, func(t tag, order binary.ByteOrder) {
		switch t.id {
		case 0x013b: // Artist
			l.author(pdfText(strings.TrimRight(string(t.data), "\x00")))
		case 0x9c9d: // XPAuthor, in UTF-16
			var units []uint16
			for d := t.data; len(d) >= 2; d = d[2:] {
				units = append(units, binary.LittleEndian.Uint16(d))
			}
			l.author(strings.TrimRight(string(utf16.Decode(units)), "\x00"))
		case 0x8825: // GPS; its version alone is no place
			if t.value+2 <= int64(len(b)) && order.Uint16(b[t.value:]) > 1 {
				l.warn("intake.warn.place")
			}
		}
	})
}

// xmp looks for who and where in an XMP packet, as text.
func (l *look) xmp(b []byte) {
	if bytes.Contains(b, []byte("GPSLatitude")) {
		l.warn("intake.warn.place")
	}
	_, after, ok := bytes.Cut(b, []byte("<dc:creator"))
	if !ok {
		return
	}
	within, _, _ := bytes.Cut(after, []byte("</dc:creator"))
	if _, item, ok := bytes.Cut(within, []byte("<rdf:li")); ok {
		_, item, _ = bytes.Cut(item, []byte(">"))
		name, _, _ := bytes.Cut(item, []byte("<"))
		l.author(string(name))
	}
}

// gif walks through the blocks to the last.
func (l *look) gif(c content) error {
	h := c.head(13)
	if len(h) < 13 {
		return damaged(errShort)
	}
	if err := sizeOf(int64(binary.LittleEndian.Uint16(h[6:])), int64(binary.LittleEndian.Uint16(h[8:]))); err != nil {
		return err
	}
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	r := bufio.NewReaderSize(c.section(13, c.size), partBuffer)
	_, err := r.Discard(table(h[10]))
	for frames := 0; err == nil; {
		var b byte
		switch b, err = r.ReadByte(); {
		case err == io.EOF && frames > 0:
			return nil // some programs write no end
		case err != nil:
		case b == 0x3b && frames > 0:
			return nil
		case b == 0x21: // an extension: its label and blocks
			if _, err = r.Discard(1); err == nil {
				err = gifBlocks(r)
			}
		case b == 0x2c:
			var d [9]byte
			if _, err = io.ReadFull(r, d[:]); err == nil {
				if _, err = r.Discard(table(d[8]) + 1); err == nil {
					err = gifBlocks(r)
				}
			}
			if frames++; frames > 5000 {
				return damaged(errors.New("too many frames"))
			}
		default:
			return damaged(errors.New("no block of a GIF"))
		}
	}
	return damaged(errShort)
}

func gifBlocks(r *bufio.Reader) error {
	for {
		n, err := r.ReadByte()
		if err != nil || n == 0 {
			return err
		}
		if _, err := r.Discard(int(n)); err != nil {
			return err
		}
	}
}
