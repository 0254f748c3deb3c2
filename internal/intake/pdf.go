package intake

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"strconv"
)

// maxObjects bounds what one stream of objects may unpack to.
const maxObjects = 32 << 20

// pdf reads the objects of a PDF (ISO 32000) from the first to the last, those
// in compressed streams too, and says what their dictionaries hold. Pictures,
// fonts and the text of pages are skipped.
func (l *look) pdf(c content) error {
	tail := c.tail(2048)
	if !bytes.Contains(tail, []byte("%%EOF")) || !bytes.Contains(tail, []byte("startxref")) {
		return damaged(errShort)
	}
	p := &pdfScan{l: l}
	if err := p.scan(bufio.NewReaderSize(c.section(0, c.size), 64<<10), true); err != nil {
		return err
	}
	switch {
	case p.locked:
		return bad("intake.locked")
	case p.launch:
		return bad("intake.launch")
	case p.pages == 0 && !p.unread:
		return damaged(errors.New("a PDF without pages"))
	}
	if p.count > 0 && p.count < p.pages {
		l.pages(p.count) // pages that were changed later stand there twice
	} else {
		l.pages(p.pages)
	}
	for _, w := range []struct {
		found bool
		key   string
	}{
		{p.script, "intake.warn.script"}, {p.embedded, "intake.warn.embedded"}, {p.links, "intake.warn.links"},
		{p.sends, "intake.warn.sends"}, {p.comments, "intake.warn.comments"},
	} {
		if w.found {
			l.warn(w.key)
		}
	}
	l.author(pdfText(p.author))
	return nil
}

// pdfScan is what was found in a PDF so far.
type pdfScan struct {
	l            *look
	pages, count int
	author       string
	unread       bool // there are objects that we cannot unpack

	locked, script, launch, embedded, links, sends, comments bool

	open    []frame // dictionaries and arrays that are not closed yet
	last    frame   // the dictionary that was closed last
	trailer bool    // the next dictionary is the trailer
}

// A frame is a dictionary or an array while it is read.
type frame struct {
	array   bool
	key     string // whose value comes next; "" when a key comes
	typ     string // the values of /Type and /S or /Subtype
	action  string
	filters []string
	locked  bool
}

// scan reads tokens to the end of r. Streams occur at the top only.
func (p *pdfScan) scan(r *bufio.Reader, top bool) error {
	for {
		b, err := r.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case b == '%':
			err = skipLine(r)
		case b == '(':
			var text string
			text, err = literal(r)
			p.text(text)
		case b == '<' && peek(r) == '<':
			_, err = r.Discard(1)
			p.push(frame{})
		case b == '<':
			var text string
			text, err = hexadecimal(r)
			p.text(text)
		case b == '>' && peek(r) == '>':
			_, err = r.Discard(1)
			p.pop(false)
		case b == '[':
			p.push(frame{array: true})
		case b == ']':
			p.pop(true)
		case b == '/':
			p.name(pdfName(regular(r)))
		case isRegular(b):
			err = p.word(r, string(b)+regular(r), top)
		}
		if err != nil && err != io.EOF {
			return err
		}
		if len(p.open) > 500 {
			return errors.New("dictionaries within dictionaries without end")
		}
	}
}

func peek(r *bufio.Reader) byte {
	b, err := r.Peek(1)
	if err != nil {
		return 0
	}
	return b[0]
}

func (p *pdfScan) push(f frame) { p.open = append(p.open, f) }

// pop closes a dictionary or an array.
func (p *pdfScan) pop(array bool) {
	n := len(p.open) - 1
	if n < 0 || p.open[n].array != array {
		return
	}
	f := p.open[n]
	p.open = p.open[:n]
	if n > 0 && array && p.open[n-1].key == "Filter" {
		p.open[n-1].filters = f.filters
	}
	if n > 0 {
		p.open[n-1].key = ""
	}
	if array {
		return
	}
	p.last = f
	switch f.typ {
	case "Page":
		p.pages++
	case "EmbeddedFile":
		p.embedded = true
	}
	switch f.action {
	case "JavaScript", "Rendition":
		p.script = true
	case "Launch":
		p.launch = true
	case "URI":
		p.links = true
	case "SubmitForm", "ImportData", "GoToE":
		p.sends = true
	case "Popup":
		p.comments = true
	}
	if n == 0 && f.locked && (p.trailer || f.typ == "XRef") {
		p.locked = true
	}
	if n == 0 {
		p.trailer = false
	}
}

// name takes a name: a key, a value, or an item of an array.
func (p *pdfScan) name(s string) {
	if len(p.open) == 0 {
		return
	}
	f := &p.open[len(p.open)-1]
	switch {
	case f.array:
		f.filters = append(f.filters[:min(len(f.filters), 8)], s)
		return
	case f.key == "":
		f.key = s
		p.keyed(f, s)
		return
	}
	switch f.key {
	case "Type":
		f.typ = s
	case "S", "Subtype":
		f.action = s
	case "Filter":
		f.filters = []string{s}
	}
	f.key = ""
}

// keyed notes what a key alone says.
func (p *pdfScan) keyed(f *frame, key string) {
	switch key {
	case "JS", "JavaScript":
		p.script = true
	case "EmbeddedFiles", "EF":
		p.embedded = true
	case "URI":
		p.links = true
	case "Encrypt":
		f.locked = true
	}
}

// text takes a string.
func (p *pdfScan) text(s string) {
	if len(p.open) == 0 || p.open[len(p.open)-1].array {
		return
	}
	f := &p.open[len(p.open)-1]
	if f.key == "Author" && s != "" {
		p.author = s
	}
	f.key = ""
}

// word takes a number or a keyword.
func (p *pdfScan) word(r *bufio.Reader, s string, top bool) error {
	switch s {
	case "obj", "endobj", "trailer":
		p.open, p.trailer = p.open[:0], s == "trailer"
	case "stream":
		if top && len(p.open) == 0 {
			return p.stream(r)
		}
	default:
		if len(p.open) == 0 {
			return nil
		}
		f := &p.open[len(p.open)-1]
		if n, err := strconv.Atoi(s); err == nil && f.key == "Count" && (f.typ == "Pages" || f.typ == "") {
			p.count = max(p.count, n)
		}
		f.key = ""
	}
	return nil
}

// stream reads on behind the keyword: into a stream of objects, into XMP, and
// past everything else.
func (p *pdfScan) stream(r *bufio.Reader) error {
	if peek(r) == '\r' {
		_, _ = r.Discard(1)
	}
	if peek(r) == '\n' {
		_, _ = r.Discard(1)
	}
	f := p.last
	p.last = frame{}
	switch {
	case f.typ == "ObjStm" && !(len(f.filters) == 0 || len(f.filters) == 1 && f.filters[0] == "FlateDecode"):
		p.unread = true
	case f.typ == "ObjStm" && len(f.filters) == 0:
		return nil // its objects follow as they are, then the keyword endstream
	case f.typ == "ObjStm":
		if err := p.objects(r); err != nil {
			return err
		}
	case f.typ == "Metadata" && len(f.filters) == 0:
		kept := &keeper{limit: 256 << 10}
		err := skipStream(r, kept)
		p.l.xmp(kept.b)
		return err
	}
	return skipStream(r, io.Discard)
}

// objects reads a compressed stream of objects. One that is damaged is for those
// who open the file to mend; one that is too long is not.
func (p *pdfScan) objects(r *bufio.Reader) error {
	z, err := zlib.NewReader(r)
	if err != nil {
		p.unread = true
		return nil
	}
	limited := &io.LimitedReader{R: z, N: maxObjects}
	err = p.scan(bufio.NewReader(&meter{l: p.l, r: limited}), false)
	p.open = p.open[:0]
	if limited.N <= 0 {
		p.l.bomb = true
		return errBomb
	}
	if p.l.bomb || p.l.ctx.Err() != nil {
		return err
	}
	p.unread = p.unread || err != nil
	return nil
}

var endStream = []byte("endstream")

// skipStream reads to the keyword that ends a stream. Its length, which may
// stand in an object further on, is not trusted.
func skipStream(r *bufio.Reader, w io.Writer) error {
	for {
		if _, err := r.Peek(len(endStream)); err != nil {
			return err
		}
		b, _ := r.Peek(r.Buffered())
		i := bytes.Index(b, endStream)
		n := len(b) - len(endStream) + 1
		if i >= 0 {
			n = i
		}
		_, _ = w.Write(b[:n])
		if _, err := r.Discard(n); err != nil || i >= 0 {
			_, _ = r.Discard(len(endStream))
			return err
		}
	}
}
