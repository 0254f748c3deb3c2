package intake

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// compoundMagic begins a compound file (MS-CFB): Word, Excel and PowerPoint
// before 2007, and every encrypted Office document.
var compoundMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// maxStreams bounds the directory of a compound file.
const maxStreams = 20_000

// lastSector is where the numbers of sectors end; those above it say that there
// is none.
const lastSector = 0xfffffffa

// A compound is a compound file with its directory read.
type compound struct {
	content
	sector  int64
	fat     []uint32
	miniFAT []uint32
	streams []stream
	mini    []byte // the beginning of the stream that holds the small ones
	class   string // of the root
}

// A stream is a file or folder in a compound file.
type stream struct {
	name  string
	start uint32
	size  int64
}

var errCompound = errors.New("the compound file makes no sense")

// readCompound reads the tables of a compound file. Each is bounded by the size
// of the file, and a chain by the number of its sectors.
func readCompound(c content) (*compound, error) {
	h := c.head(512)
	if len(h) < 512 {
		return nil, errCompound
	}
	f := &compound{content: c, sector: int64(1) << (binary.LittleEndian.Uint16(h[30:]) & 31)}
	if f.sector != 512 && f.sector != 4096 {
		return nil, errCompound
	}
	if err := f.readFAT(h); err != nil {
		return nil, err
	}
	directory := f.chain(binary.LittleEndian.Uint32(h[48:]), maxStreams*128)
	for i := 0; i+128 <= len(directory) && len(f.streams) < maxStreams; i += 128 {
		f.entry(directory[i : i+128])
	}
	if len(f.streams) == 0 {
		return nil, errCompound
	}
	for b := f.chain(binary.LittleEndian.Uint32(h[60:]), 1<<20); len(b) >= 4; b = b[4:] {
		f.miniFAT = append(f.miniFAT, binary.LittleEndian.Uint32(b))
	}
	f.mini = f.chain(f.streams[0].start, 4<<20)
	return f, nil
}

// readFAT reads which sector follows which, and checks that the file is as long
// as that says.
func (f *compound) readFAT(h []byte) error {
	most := int(f.size/f.sector) + 1
	var tables []uint32
	add := func(list []byte) {
		for ; len(list) >= 4; list = list[4:] {
			if n := binary.LittleEndian.Uint32(list); n < lastSector && len(tables) <= most {
				tables = append(tables, n)
			}
		}
	}
	add(h[76:512])
	next := binary.LittleEndian.Uint32(h[68:])
	for range most {
		b := f.at(next)
		if next >= lastSector || int64(len(b)) < f.sector {
			break
		}
		add(b[:f.sector-4])
		next = binary.LittleEndian.Uint32(b[f.sector-4:])
	}
	last := uint32(0) // the last sector that another leads to
	for _, t := range tables {
		b := f.at(t)
		if int64(len(b)) < f.sector {
			return errShort
		}
		for ; len(b) >= 4 && len(f.fat) <= most; b = b[4:] {
			n := binary.LittleEndian.Uint32(b)
			if f.fat = append(f.fat, n); n < lastSector {
				last = max(last, n)
			}
		}
	}
	if (int64(last)+1)*f.sector >= f.size || len(f.fat) == 0 {
		return errShort
	}
	return nil
}

// at returns the sector n, or what there is of it.
func (f *compound) at(n uint32) []byte {
	if n >= lastSector {
		return nil
	}
	from := (int64(n) + 1) * f.sector
	if from >= f.size {
		return nil
	}
	b := make([]byte, min(f.sector, f.size-from))
	if got, _ := f.ReadAt(b, from); got < len(b) {
		return b[:got]
	}
	return b
}

// chain returns up to limit bytes of the sectors that begin with start.
func (f *compound) chain(start uint32, limit int64) (out []byte) {
	for n := start; n < uint32(min(len(f.fat), lastSector-1)) && int64(len(out)) < limit; n = f.fat[n] {
		b := f.at(n)
		if len(b) == 0 {
			break
		}
		out = append(out, b...)
		if int64(len(out)) > f.size {
			break // a circle
		}
	}
	return out[:min(int64(len(out)), limit)]
}

// entry reads an entry of the directory.
func (f *compound) entry(b []byte) {
	n := int(binary.LittleEndian.Uint16(b[64:]))
	if b[66] == 0 || n < 2 || n > 64 {
		if len(f.streams) == 0 {
			f.streams = append(f.streams, stream{})
		}
		return
	}
	var units []uint16
	for i := 0; i < n-2; i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	if b[66] == 5 {
		f.class = string(b[80:96])
	}
	f.streams = append(f.streams, stream{string(utf16.Decode(units)), binary.LittleEndian.Uint32(b[116:]), int64(binary.LittleEndian.Uint32(b[120:]))})
}

// has reports whether a stream or folder of this name exists.
func (f *compound) has(names ...string) bool {
	return slices.ContainsFunc(f.streams, func(s stream) bool { return slices.Contains(names, s.name) })
}

// read returns the first bytes of a stream, nil when there is none.
func (f *compound) read(name string, limit int64) (out []byte) {
	i := slices.IndexFunc(f.streams, func(s stream) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	s := f.streams[i]
	limit = min(limit, s.size)
	if s.size >= 4096 {
		return f.chain(s.start, limit)
	}
	for n := s.start; int64(n) < int64(len(f.miniFAT)) && int64(len(out)) < limit; n = f.miniFAT[n] {
		from := int64(n) * 64
		if from+64 > int64(len(f.mini)) {
			break
		}
		out = append(out, f.mini[from:from+64]...)
	}
	return out[:min(int64(len(out)), limit)]
}

// installer is the class of an installation package of Windows.
const installer = "\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"

// compoundKind says what a compound file is.
func compoundKind(c content) (Kind, error) {
	f, err := readCompound(c)
	switch {
	case err != nil:
		return "", damaged(err)
	case f.class == installer, f.has("\x01Ole10Native") && !f.has("WordDocument", "Workbook", "Book", "PowerPoint Document"):
		return program, nil // a package of any file, which a click runs
	case f.has("EncryptedPackage", "EncryptionInfo"):
		return "", bad("intake.locked")
	case f.has("WordDocument"):
		return DOC, nil
	case f.has("Workbook", "Book"):
		return XLS, nil
	case f.has("PowerPoint Document"):
		return PPT, nil
	}
	return "", nil
}

// oldOffice checks a document of the formats before 2007.
func (l *look) oldOffice(c content, kind Kind) error {
	f, err := readCompound(c)
	if err != nil {
		return damaged(err)
	}
	switch {
	case f.has("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"):
		return bad("intake.macros")
	case f.has("\x01Ole10Native"):
		return bad("intake.active")
	case f.locked(kind):
		return bad("intake.locked")
	case f.has("ObjectPool"):
		l.warn("intake.warn.embedded")
	}
	l.summary(f.read("\x05SummaryInformation", 64<<10))
	return nil
}

// locked reports whether a document asks for a password before it opens: a bit
// in the head of a Word document, a FILEPASS record near the beginning of a
// workbook, a mark in PowerPoint's stream of the current user.
func (f *compound) locked(kind Kind) bool {
	switch kind {
	case DOC:
		fib := f.read("WordDocument", 32)
		return len(fib) > 11 && fib[11]&0x01 != 0
	case PPT:
		user := f.read("Current User", 16)
		return len(user) >= 16 && binary.LittleEndian.Uint32(user[12:]) == 0xf3d1c4df
	}
	name := "Workbook"
	if !f.has(name) {
		name = "Book"
	}
	for b := f.read(name, 16<<10); len(b) >= 4; {
		record, length := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if record == 0x2f {
			return true
		}
		if record == 0x85 || len(b) < 4+length { // the list of sheets comes after it
			break
		}
		b = b[4+length:]
	}
	return false
}

// summary reads author and last author of a set of properties (MS-OLEPS).
func (l *look) summary(b []byte) {
	word := func(at int) int {
		if at < 0 || at+4 > len(b) {
			return -1
		}
		return int(binary.LittleEndian.Uint32(b[at:]))
	}
	section := word(44)
	count := word(section + 4)
	if section < 48 || count < 0 || count > 200 {
		return
	}
	values := map[int]int{} // where the value of a property begins
	for i := range count {
		values[word(section+8+8*i)] = section + word(section+12+8*i)
	}
	utf8Page := false
	if at, ok := values[1]; ok {
		utf8Page = word(at+4)&0xffff == 65001
	}
	for _, id := range []int{4, 8} {
		at, ok := values[id]
		n := word(at + 4)
		if !ok || word(at) != 0x1e || n < 1 || n > 1000 || at+8+n > len(b) {
			continue
		}
		name := strings.TrimRight(string(b[at+8:at+8+n]), "\x00")
		if !utf8Page {
			if gbk, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
				name = gbk
			}
		}
		l.author(name)
	}
	if at, ok := values[14]; ok && word(at) == 3 {
		l.pages(word(at + 4))
	}
}
