// Package pdf writes A4 documents in Chinese: application forms, receipts,
// notices. A Document is filled from top to bottom with headings, paragraphs,
// lists of facts, tables and the like; it breaks lines as Chinese typesetting
// asks (避头尾), breaks pages, and writes head, foot and page numbers. The fonts
// are embedded, only the characters that occur. The same calls give the same
// bytes.
//
// Lengths are in millimetres. Text may come from anybody: what cannot be seen
// (control characters, marks of direction) is dropped, and a character that the
// fonts lack is a fault that names it.
package pdf

import (
	"fmt"
	"strings"
	"time"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// Meta is what holds for a whole document. All of it may be empty.
type Meta struct {
	Title     string    // the name of the document, shown by readers of PDF; not printed
	Lang      string    // language of the words that the document adds: "zh" (also when empty) or "en"
	Header    string    // printed at the top of every page, on one line
	Footer    string    // printed at the foot of every page beside the page number: the version, say
	Watermark string    // 水印: printed large, slanted and pale behind every page, as 草稿
	Created   time.Time // written into the file; when zero, the file has no time
	Spell     bool      // print a character that the fonts lack as [U+1F600] instead of refusing it
	Landscape bool      // the long side of the paper lies: for wide tables
}

// The page, in millimetres from its upper left corner.
const (
	shortSide, longSide = 210.0, 297.0
	left, top           = 25.0, 25.0
	maxPages            = 3000 // 1 MB of text has 200
)

// A sheet is the paper, and where its margins at the right and at the foot
// begin.
type sheet struct{ width, height, right, bottom float64 }

func sheetOf(m Meta) sheet {
	s := sheet{width: shortSide, height: longSide}
	if m.Landscape {
		s.width, s.height = s.height, s.width
	}
	s.right, s.bottom = s.width-left, s.height-22
	return s
}

// A style is how a piece of text is set.
type style struct {
	size    float64 // of the type, in points
	leading float64 // from line to line, in millimetres
	bold    bool
	grey    uint8 // 0 is black, 255 white
}

var (
	titleStyle    = style{size: 18, leading: 10, bold: true}
	headingStyles = []style{{size: 14, leading: 8.5, bold: true}, {size: 12, leading: 7.5, bold: true}, {size: 10.5, leading: 6.5, bold: true}}
	textStyle     = style{size: 10.5, leading: 6.2}
	noteStyle     = style{size: 9, leading: 5, grey: 90}
	cellStyle     = style{size: 9.5, leading: 5.2}
	headStyle     = style{size: 9.5, leading: 5.2, bold: true}
	marginStyle   = style{size: 8, leading: 4, grey: 90}
)

// Align says where in its column a text stands.
type Align int

// Text stands at the left unless it says otherwise; numbers stand at the right.
// The value is how many halves of the free width are before the text.
const (
	Left Align = iota
	Center
	Right
)

// A Document is being written. Its methods add to its end; the first fault is
// kept and given by WriteTo. It is not safe for concurrent use.
type Document struct {
	meta    Meta
	sheet   sheet
	fonts   *typefaces
	pages   []*page
	y       float64 // where the next thing begins
	section string  // the last heading, for faults
	outline []bookmark
	err     error
}

// A page is what stands on a sheet, head and foot not included.
type page struct {
	shades []box  // behind the watermark
	boxes  []box  // black
	rules  []rule // lines
	texts  []text
}

type box struct{ x, y, w, h float64 }

type rule struct {
	x1, y1, x2, y2 float64
	grey           uint8
}

type text struct {
	x, y    float64 // of the base line
	s       string
	style   style
	spacing float64 // added after every character, in millimetres
}

// A bookmark leads from the outline (书签) to a heading.
type bookmark struct {
	level int // from 1
	title string
	page  int // from 0
	y     float64
}

// New begins a document.
func New(m Meta) *Document {
	d := &Document{meta: m, sheet: sheetOf(m)}
	d.fonts, d.err = fonts()
	if d.err == nil {
		d.meta.Header, d.meta.Footer = d.single(m.Header), d.single(m.Footer)
		d.meta.Watermark = d.single(m.Watermark)
		d.PageBreak()
	}
	return d
}

// Pages returns how many pages there are so far.
func (d *Document) Pages() int { return len(d.pages) }

// PageBreak goes on with a new page.
func (d *Document) PageBreak() {
	if len(d.pages) >= maxPages {
		d.fail(fault.New(fault.Invalid, "pdf.pages", maxPages))
	}
	if d.err == nil {
		d.pages = append(d.pages, &page{})
		d.y = top
	}
}

// Space leaves mm empty, unless a page ends there.
func (d *Document) Space(mm float64) { d.y += mm }

// Title prints the name of the document in large letters in the middle.
func (d *Document) Title(name string) {
	d.room(4 * titleStyle.leading)
	d.paragraphs(name, block{style: titleStyle, align: Center})
	d.y += 4
}

// Heading prints a heading of level 1 to 3, never as the last on a page, and
// puts it into the outline.
func (d *Document) Heading(level int, name string) {
	level = min(max(level, 1), len(headingStyles))
	st := headingStyles[level-1]
	if d.y > top {
		d.y += st.leading / 2
	}
	d.room(st.leading + 20)
	if name = d.single(name); name == "" || d.err != nil {
		return
	}
	d.section = name
	d.outline = append(d.outline, bookmark{level: level, title: name, page: len(d.pages) - 1, y: d.y})
	d.paragraphs(name, block{style: st})
	d.y += 1
}

// Text prints paragraphs, one for each line of s, indented by two characters
// and set flush on both sides.
func (d *Document) Text(s string) {
	d.paragraphs(s, block{style: textStyle, indent: 2 * em, justify: true})
	d.y += 1
}

// Note prints small grey paragraphs without an indent.
func (d *Document) Note(s string) {
	d.paragraphs(s, block{style: noteStyle, justify: true})
	d.y += 1
}

// Rule draws a line from margin to margin, but none at the top of a page.
func (d *Document) Rule() {
	d.room(4)
	if d.err != nil || d.y == top {
		return
	}
	d.page().rules = append(d.page().rules, rule{left, d.y + 2, d.sheet.right, d.y + 2, 120})
	d.y += 4
}

// SealLine (盖章处) prints places to sign or to stamp, one under the other in
// the right half of the page and kept together. A label is short, as
// 申报单位（盖章）： or 日期：; the line to write on follows it.
func (d *Document) SealLine(labels ...string) {
	const pitch = 13.0
	from := d.sheet.width/2 - 5
	d.room(pitch*float64(len(labels)) + 4)
	d.y += 4
	for _, label := range labels {
		label = d.single(label)
		if d.err != nil {
			return
		}
		base := d.y + pitch - 4
		width := d.width(label, textStyle)
		x := max(left, min(from, d.sheet.right-width-40))
		d.put(text{x: x, y: base, s: label, style: textStyle})
		d.page().rules = append(d.page().rules, rule{x + width + 2, base + 1, d.sheet.right, base + 1, 0})
		d.y += pitch
	}
}

// fail keeps the first error.
func (d *Document) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// page is the one that is being filled.
func (d *Document) page() *page { return d.pages[len(d.pages)-1] }

// room begins a new page unless mm are left on this one.
func (d *Document) room(mm float64) {
	if d.y+mm > d.sheet.bottom && d.y > top {
		d.PageBreak()
	}
}

// put prints one line of text on this page.
func (d *Document) put(t text) {
	if d.err == nil && t.s != "" {
		d.page().texts = append(d.page().texts, t)
	}
}

// face is the weight of a style.
func (d *Document) face(st style) *face {
	if st.bold {
		return d.fonts.bold
	}
	return d.fonts.regular
}

// width is the length of a line of text in millimetres.
func (d *Document) width(s string, st style) float64 {
	return millimetres(d.face(st).textWidth(s), st)
}

// millimetres turns thousandths of an em into millimetres, and thousandths the
// other way.
func millimetres(w int, st style) float64 { return float64(w) / em * st.size * 25.4 / 72 }

func thousandths(mm float64, st style) int { return int(mm * 72 / 25.4 / st.size * em) }

// single cleans a text that stands on one line.
func (d *Document) single(s string) string {
	return strings.Join(strings.Fields(d.clean(s)), " ")
}

// clean makes s printable. A character that the fonts lack is spelled or is a
// fault.
func (d *Document) clean(s string) string {
	s = clean(s)
	if d.err != nil {
		return ""
	}
	has := d.fonts.regular.has
	at := strings.IndexFunc(s, func(r rune) bool { return r != '\n' && !has(r) })
	switch {
	case at < 0:
		return s
	case d.meta.Spell:
		var b strings.Builder
		for _, r := range s {
			if r == '\n' || has(r) {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, "[U+%04X]", r)
			}
		}
		return b.String()
	}
	d.fail(d.lacks(s, at))
	return ""
}

// lacks is the fault of the character at s[at:], with the words around it.
func (d *Document) lacks(s string, at int) error {
	const around = 8
	before, after := []rune(s[:at]), []rune(s[at:])
	r := after[0]
	near := string(before[max(0, len(before)-around):]) + string(after[:min(len(after), around)])
	near = strings.Join(strings.Fields(near), " ")
	code := fmt.Sprintf("U+%04X", r)
	if d.section == "" {
		return fault.New(fault.Invalid, "pdf.glyph", string(r), code, near)
	}
	return fault.New(fault.Invalid, "pdf.glyph_in", string(r), code, near, d.section)
}

// word is a word that the document adds, in its language.
func (d *Document) word(key string, args ...any) string {
	return locale.Text(d.meta.Lang, key, args...)
}
