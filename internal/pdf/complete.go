package pdf

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// complete turns what gopdf wrote into the finished file: it mends the tables
// that say which character a glyph is, which gopdf writes wrongly for characters
// outside the basic plane, and adds title, language, outline and identifier.
func (d *Document) complete(raw []byte) ([]byte, error) {
	objects, err := split(raw)
	if err != nil {
		return nil, err
	}
	var pages []int
	outlines := 0
	for i, o := range objects {
		switch {
		case bytes.HasPrefix(o, []byte("<<\n  /Type /Page\n")):
			pages = append(pages, i+1)
		case bytes.HasPrefix(o, []byte("<<\n\t/Type /Outlines\n")):
			outlines = i + 1
		case bytes.HasPrefix(o, []byte("<<\n/Length ")) && bytes.Contains(o, []byte("/CIDInit")):
			if objects[i], err = toUnicode(o); err != nil {
				return nil, err
			}
		}
	}
	if len(pages) != len(d.pages) || outlines == 0 {
		return nil, fmt.Errorf("%d pages of %d, outline in object %d", len(pages), len(d.pages), outlines)
	}
	root, items := d.bookmarks(pages, outlines, len(objects)+1)
	objects[outlines-1] = root
	objects = append(objects, items...)
	objects[0] = d.catalog(outlines)
	objects = append(objects, d.info())
	return assemble(objects), nil
}

// split cuts the objects out of a file of gopdf, at the places that its table
// names: their streams may hold any bytes. Object n is at index n-1.
func split(raw []byte) ([][]byte, error) {
	broken := errors.New("unexpected shape of the file")
	at := bytes.LastIndex(raw, []byte("startxref\n"))
	if at < 0 {
		return nil, broken
	}
	digits, _, _ := bytes.Cut(raw[at+len("startxref\n"):], []byte("\n"))
	table, err := strconv.Atoi(string(digits))
	if err != nil || table > at {
		return nil, broken
	}
	rows := strings.Split(string(raw[table:at]), "\n")
	var starts []int
	for _, row := range rows {
		if offset, ok := strings.CutSuffix(row, " 00000 n "); ok {
			n, err := strconv.Atoi(offset)
			if err != nil || n > table {
				return nil, broken
			}
			starts = append(starts, n)
		}
	}
	starts = append(starts, table)
	var out [][]byte
	for i, start := range starts[:len(starts)-1] {
		body, opens := bytes.CutPrefix(raw[start:starts[i+1]], fmt.Appendf(nil, "%d 0 obj\n", i+1))
		body, closes := bytes.CutSuffix(body, []byte("endobj\n\n"))
		if !opens || !closes {
			return nil, broken
		}
		out = append(out, body)
	}
	return out, nil
}

// mapping recognises a line of gopdf's table: glyph, glyph, code point.
var mapping = regexp.MustCompile(`(?m)^<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]{4,6})>$`)

// toUnicode writes the table of the glyphs anew, in UTF-16 as the format asks.
// Where one glyph stands for several characters (the middle dots), it is the one
// that compatible forms are turned into, or the lowest.
func toUnicode(o []byte) ([]byte, error) {
	chars := map[uint64]rune{}
	for _, m := range mapping.FindAllSubmatch(o, -1) {
		glyph, _ := strconv.ParseUint(string(m[1]), 16, 16)
		code, err := strconv.ParseUint(string(m[2]), 16, 32)
		if err != nil {
			return nil, err
		}
		if old, ok := chars[glyph]; !ok || better(rune(code), old) {
			chars[glyph] = rune(code)
		}
	}
	var glyphs []uint64
	for g := range chars {
		glyphs = append(glyphs, g)
	}
	slices.Sort(glyphs)
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for block := range slices.Chunk(glyphs, 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, g := range block {
			fmt.Fprintf(&b, "<%04X><%s>\n", g, utf16Hex(string(chars[g])))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return stream(b.String()), nil
}

// better reports whether a is the plainer of two characters with one glyph.
func better(a, b rune) bool {
	plainA, plainB := norm.NFKC.IsNormalString(string(a)), norm.NFKC.IsNormalString(string(b))
	if plainA != plainB {
		return plainA
	}
	return a < b
}

func stream(s string) []byte {
	return fmt.Appendf(nil, "<<\n/Length %d\n>>\nstream\n%s\nendstream\n", len(s), s)
}

// utf16Hex writes s in UTF-16, big endian, as hexadecimal digits.
func utf16Hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// catalog is the root of the file. outlines is the object of the outline.
func (d *Document) catalog(outlines int) []byte {
	var b strings.Builder
	b.WriteString("<<\n/Type /Catalog\n/Pages 2 0 R\n")
	lang := "zh-CN"
	if d.meta.Lang != "" && d.meta.Lang != "zh" {
		lang = d.meta.Lang
	}
	fmt.Fprintf(&b, "/Lang <FEFF%s>\n", utf16Hex(lang))
	if d.meta.Title != "" {
		b.WriteString("/ViewerPreferences << /DisplayDocTitle true >>\n")
	}
	if len(d.outline) > 0 {
		fmt.Fprintf(&b, "/PageMode /UseOutlines\n/Outlines %d 0 R\n", outlines)
	}
	b.WriteString(">>\n")
	return []byte(b.String())
}

// info is what the file says about itself: no author, no program, no time but
// the one given.
func (d *Document) info() []byte {
	var b strings.Builder
	b.WriteString("<<\n")
	if title := strings.Join(strings.Fields(clean(d.meta.Title)), " "); title != "" {
		fmt.Fprintf(&b, "/Title <FEFF%s>\n", utf16Hex(title))
	}
	if !d.meta.Created.IsZero() {
		t := d.meta.Created.Format("20060102150405-0700")
		fmt.Fprintf(&b, "/CreationDate (D:%s'%s')\n", t[:len(t)-2], t[len(t)-2:])
	}
	b.WriteString(">>\n")
	return []byte(b.String())
}

// assemble writes the file. Its identifier is the hash of its objects.
func assemble(objects [][]byte) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	starts := make([]int, len(objects))
	for i, o := range objects {
		starts[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n", i+1)
		b.Write(o)
		b.WriteString("endobj\n")
	}
	id := sha256.Sum256(b.Bytes())
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, s := range starts {
		fmt.Fprintf(&b, "%010d 00000 n \n", s)
	}
	fmt.Fprintf(&b, "trailer\n<<\n/Size %d\n/Root 1 0 R\n/Info %d 0 R\n/ID [<%x> <%x>]\n>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, len(objects), id[:16], id[:16], table)
	return b.Bytes()
}
