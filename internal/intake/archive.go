package intake

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shenbao/internal/fault"
)

// The limits of archives: a file may unpack to a hundred times
// its size and something more, as sheets full of the same number do. Deflate
// itself would allow a thousand.
const (
	maxUnpacked  = 2 << 30  // bytes of everything together
	maxRatio     = 100      // unpacked over packed,
	freeUnpacked = 64 << 20 // after so many bytes
	maxEntries   = 10_000   // of all archives together
	maxDirectory = 3 << 20  // bytes of one archive's directory: it is kept in memory
	maxDepth     = 3        // a workbook in a document in an archive
	maxTemp      = 256 << 20
)

// An archive is an opened ZIP archive, which may be a document.
type archive struct {
	*zip.Reader
	names []string // of the entries, in UTF-8 with /
}

// open reads the directory of an archive, and checks it before anything is
// unpacked.
func (l *look) open(c content) (*archive, error) {
	limited := &allowance{r: c, left: maxDirectory}
	z, err := zip.NewReader(limited, c.size)
	switch {
	case errors.Is(err, errAllowance):
		return nil, bad("intake.entries", maxEntries)
	case errors.Is(err, zip.ErrInsecurePath):
		return nil, bad("intake.entry_name", "..")
	case err != nil:
		return nil, damaged(err)
	case len(z.File) == 0:
		return nil, bad("intake.no_entries")
	}
	limited.r, limited.left = c, -1
	if l.entries += len(z.File); l.entries > maxEntries {
		return nil, bad("intake.entries", maxEntries)
	}
	a := &archive{Reader: z}
	seen := make(map[string]bool, len(z.File))
	var unpacked uint64
	for _, f := range z.File {
		name, err := entryName(f)
		if err != nil {
			return nil, err
		}
		if low := strings.ToLower(name); seen[low] {
			return nil, damaged(errors.New("two entries are called " + low))
		} else if seen[low] = true; f.Flags&0x1 != 0 {
			return nil, bad("intake.locked")
		}
		a.names = append(a.names, name)
		if unpacked += min(f.UncompressedSize64, maxUnpacked+1); unpacked > maxUnpacked || int64(unpacked) > l.allowed() {
			return nil, bad("intake.bomb")
		}
	}
	return a, a.apart(c)
}

// allowed is how much the uploaded file may unpack to.
func (l *look) allowed() int64 { return min(maxUnpacked, maxRatio*l.size+freeUnpacked) }

// apart checks that the entries lie one behind the other from the beginning of
// the file: overlapping ones unpack the same bytes again and again, and a gap at
// the front holds another file.
func (a *archive) apart(c content) error {
	type extent struct{ from, to int64 }
	var all []extent
	for _, f := range a.File {
		from, err := f.DataOffset()
		if err != nil || f.CompressedSize64 > uint64(c.size) || from+int64(f.CompressedSize64) > c.size {
			return damaged(errors.Join(err, errors.New("an entry lies outside of the file")))
		}
		all = append(all, extent{from, from + int64(f.CompressedSize64)})
	}
	slices.SortFunc(all, func(x, y extent) int { return cmp.Compare(x.from, y.from) })
	for i := range all[1:] {
		if all[i+1].from < all[i].to+30 { // the header of an entry has 30 bytes and its name
			return bad("intake.bomb").Because(errors.New("entries overlap"))
		}
	}
	if h := c.head(30); len(h) < 30 || all[0].from != 30+int64(binary.LittleEndian.Uint16(h[26:]))+int64(binary.LittleEndian.Uint16(h[28:])) {
		return bad("intake.two_files", label(ZIP))
	}
	return a.ends(c)
}

// ends checks that the directory stands where its end says that it does: else
// one program would read this directory and the next another. Large archives
// have two more records between.
func (a *archive) ends(c content) error {
	at, end := directoryEnd(c)
	if end == nil {
		return nil
	}
	size, from := binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	if from != 0xffffffff && size != 0xffffffff && int64(from)+int64(size) != at && int64(from)+int64(size)+56+20 != at {
		return bad("intake.two_files", label(ZIP))
	}
	return nil
}

// entryName checks that an entry unpacks into the folder it is unpacked to, as
// a file or folder. Names that say no encoding are those of Windows in China.
func entryName(f *zip.File) (string, error) {
	name := f.Name
	if !utf8.ValidString(name) {
		if gbk, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = gbk
		}
	}
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "\ufffd"), `\`, "/")
	mode := f.Mode()
	switch {
	case mode&fs.ModeType != 0 && !mode.IsDir():
		return "", bad("intake.entry_link", shown(name, longest))
	case name == "" || name[0] == '/' || len(name) > 1000 || strings.ContainsAny(name, ":\x00\r\n"):
		return "", bad("intake.entry_name", shown(name, longest))
	}
	for i, part := range strings.Split(strings.TrimSuffix(name, "/"), "/") {
		first, _, _ := strings.Cut(strings.ToLower(part), ".")
		if part == "" && i == 0 || part == ".." || slices.Contains(reserved, strings.TrimRight(first, " ")) {
			return "", bad("intake.entry_name", shown(name, longest))
		}
	}
	return name, nil
}

// packKind is what an archive is: a document made of parts, or an archive.
func (l *look) packKind(a *archive) (Kind, error) {
	has := func(name string) bool { return slices.Contains(a.names, name) }
	switch {
	case has("[Content_Types].xml"):
		return l.officeKind(a)
	case has("OFD.xml"):
		return OFD, nil
	case has("classes.dex"), has("META-INF/MANIFEST.MF") && slices.ContainsFunc(a.names, func(n string) bool { return strings.HasSuffix(n, ".class") }):
		return program, nil
	case has("mimetype"):
		kind := ZIP
		err := l.part(a.File[slices.Index(a.names, "mimetype")], func(r io.Reader) error {
			text, err := io.ReadAll(io.LimitReader(r, 200))
			for _, k := range []Kind{ODT, ODS, ODP} {
				if string(bytes.TrimSpace(text)) == kinds[k].mime {
					kind = k
				}
			}
			return err
		})
		return kind, err
	}
	return ZIP, nil
}

// unpack reads every entry to its end, so that nothing is wrong with any.
func (l *look) unpack(c content, kind Kind, a *archive) error {
	if err := l.beforeParts(kind, a); err != nil {
		return err
	}
	for i, f := range a.File {
		name := a.names[i]
		if err := l.part(f, func(r io.Reader) error { return l.entry(kind, name, r) }); err != nil {
			return err
		}
	}
	return nil
}

// part opens an entry, gives it to read and reads the rest, whose sum is
// checked.
func (l *look) part(f *zip.File, read func(io.Reader) error) error {
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return bad("intake.method").Because(err)
	}
	if err != nil {
		return damaged(err)
	}
	defer r.Close()
	m := &meter{l: l, r: r}
	if err = read(m); err == nil {
		_, err = io.Copy(io.Discard, m)
	}
	return l.why(err)
}

// entry reads one entry of an archive or document.
func (l *look) entry(kind Kind, name string, r io.Reader) error {
	in := bufio.NewReaderSize(r, partBuffer)
	head, err := in.Peek(headSize)
	if err != nil && err != io.EOF {
		return err
	}
	if strings.HasSuffix(name, "/") || len(head) == 0 {
		return nil
	}
	if kind != ZIP && textPart(name) {
		return l.documentPart(kind, name, in)
	}
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if kind != ZIP && ending == "svg" {
		return nil // a drawing beside its picture: Office runs nothing in it
	}
	inner := sniff(head)
	nested := inner == PDF || bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, compoundMagic)
	if err := harmless(inner, ending); err != nil {
		return bad("intake.inside", shown(path.Base(name), longest), err)
	}
	if inner == packed {
		return bad("intake.inside", shown(path.Base(name), longest), bad("intake.unreadable", label(inner)))
	}
	if !nested || strings.HasPrefix(name, "__MACOSX/") {
		return nil
	}
	if l.depth+1 >= maxDepth {
		return bad("intake.nested", maxDepth)
	}
	return l.spooled(in, func(c content) error { return l.nested(kind, name, c) })
}

// nested checks a file in a file. Of one embedded in a document only what would
// run matters; a file in an archive is checked as if it came alone.
func (l *look) nested(outer Kind, name string, c content) error {
	l.depth++
	defer func() { l.depth-- }()
	kind, pack, err := l.recognise(c)
	if err == nil {
		err = harmless(kind, "")
	}
	if outer != ZIP {
		l.warn("intake.warn.embedded")
	}
	if err == nil && kind != "" && slices.Contains(known, kind) {
		err = l.inside(c, kind, pack)
	}
	if err = l.why(err); err == nil || l.bomb || l.disk != nil || l.ctx.Err() != nil {
		return err
	}
	if f, ok := errors.AsType[*fault.Fault](err); ok && (f.Key == "intake.inside" || f.Key == "intake.nested" || f.Key == "intake.entries") {
		return f // it says enough
	}
	return bad("intake.inside", shown(path.Base(name), longest), err)
}

// spooled keeps what r gives in a file of its own while it is read.
func (l *look) spooled(r io.Reader, read func(content) error) error {
	f, err := os.CreateTemp("", "shenbao-intake-*")
	if err != nil {
		l.disk = err
		return err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	w := &disk{l: l, w: f}
	n, err := io.Copy(w, io.LimitReader(r, maxTemp+1))
	if err != nil {
		return err
	}
	if n > maxTemp {
		l.bomb = true
		return errBomb
	}
	return read(content{&source{ctx: l.ctx, r: f, size: n}, n, ""})
}

// disk remembers that it was the disk that failed.
type disk struct {
	l *look
	w io.Writer
}

func (d *disk) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	if err != nil {
		d.l.disk = err
	}
	return n, err
}

// A meter counts what comes out of compressed parts and stops at the limit.
type meter struct {
	l *look
	r io.Reader
}

var errBomb = errors.New("it unpacks to too much")

func (m *meter) Read(p []byte) (int, error) {
	if err := m.l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if m.l.unpacked += int64(n); m.l.unpacked > m.l.allowed() {
		m.l.bomb = true
		return n, errBomb
	}
	return n, err
}

// An allowance lets so many bytes be read while left is not negative.
type allowance struct {
	r    io.ReaderAt
	left int64
}

var errAllowance = errors.New("the directory is too long")

// ReadAt implements io.ReaderAt.
func (a *allowance) ReadAt(p []byte, off int64) (int, error) {
	if a.left >= 0 {
		if a.left -= int64(len(p)); a.left < 0 {
			a.left = 0
			return 0, errAllowance
		}
	}
	return a.r.ReadAt(p, off)
}
