package pdf

import (
	"errors"
	"fmt"
	"strings"
)

// A Table has a head that is repeated on every page, and rows that stay in one
// piece where a page can hold them.
type Table struct {
	Caption string // above the table; on further pages with （续）
	Columns []Column
	Rows    [][]string // a cell may have several lines
	Totals  []string   // the last row, in bold (合计); may be empty
}

// A Column is one column of a table.
type Column struct {
	Head  string
	Width float64 // in millimetres; columns with 0 share equally what is left
	Align Align   // of its cells; heads stand in the middle
}

// A Fact is one line of a list of facts: what it is, and its value.
type Fact struct{ Term, Value string }

const (
	padX, padY   = 1.6, 1.1 // between the frame of a cell and its text
	narrowest    = 6.0      // what a column without a width gets at least
	termColumn   = 42.0     // the first column of a list of facts
	frameGrey    = 120
	splitAtLeast = 2 // lines of a row that is longer than a page
)

// A grid is a table while it is being printed.
type grid struct {
	doc     *Document
	edges   []float64 // of the columns, from left to right
	columns []Column
	caption string
	head    *tableRow // nil when no column has one
	terms   bool      // the first column is shaded and bold
	open    bool      // the table has begun
}

// A tableRow is a row whose cells are broken into lines.
type tableRow struct {
	cells [][]line
	most  int // lines of the highest cell, at least 1
	style style
	head  bool
}

// Facts prints a list of facts as a table of two columns.
func (d *Document) Facts(facts ...Fact) {
	g := &grid{doc: d, terms: true, columns: []Column{{Width: termColumn}, {}}}
	g.edges = d.sheet.edges(g.columns)
	for _, f := range facts {
		g.print(g.row([]string{f.Term, f.Value}, cellStyle))
	}
	d.y += 3
}

// Table prints a table. A row with more cells than there are columns is an
// error of the caller, one with fewer is filled up.
func (d *Document) Table(t Table) {
	if d.err != nil || len(t.Columns) == 0 {
		return
	}
	g := &grid{doc: d, columns: t.Columns, caption: d.single(t.Caption), edges: d.sheet.edges(t.Columns)}
	var heads []string
	for _, c := range t.Columns {
		heads = append(heads, c.Head)
	}
	if strings.Join(heads, "") != "" {
		g.head = g.row(heads, headStyle)
		g.head.head = true
	}
	if g.above() > (d.sheet.bottom-top)/2 {
		d.fail(errors.New("pdf: the head of a table takes more than half a page"))
	}
	if len(t.Rows) == 0 {
		g.begin(0)
	}
	for _, r := range t.Rows {
		g.print(g.row(r, cellStyle))
	}
	if len(t.Totals) > 0 {
		g.print(g.row(t.Totals, headStyle))
	}
	d.y += 3
}

// edges divides the width between the margins.
func (s sheet) edges(columns []Column) []float64 {
	fixed, open := 0.0, 0
	for _, c := range columns {
		fixed += max(0, c.Width)
		if c.Width <= 0 {
			open++
		}
	}
	share := 0.0
	if open > 0 {
		share = max(narrowest, (s.right-left-fixed)/float64(open))
	}
	scale := min(1, (s.right-left)/(fixed+share*float64(open)))
	out := []float64{left}
	for i, c := range columns {
		w := c.Width
		if w <= 0 {
			w = share
		}
		out = append(out, out[i]+w*scale)
	}
	return out
}

// row breaks the cells of a row into lines.
func (g *grid) row(cells []string, st style) *tableRow {
	r := &tableRow{most: 1, style: st}
	if len(cells) > len(g.columns) {
		g.doc.fail(fmt.Errorf("pdf: a row of %d cells in a table of %d columns", len(cells), len(g.columns)))
		return r
	}
	for i, s := range cells {
		var lines []line
		limit := max(em, thousandths(g.edges[i+1]-g.edges[i]-2*padX, st))
		for p := range strings.SplitSeq(g.doc.clean(s), "\n") {
			lines = append(lines, g.doc.face(g.styleOf(i, st)).lines(p, limit, limit)...)
		}
		r.cells = append(r.cells, lines)
		r.most = max(r.most, len(lines))
	}
	return r
}

// styleOf is the style of the cells in column i of a row.
func (g *grid) styleOf(i int, st style) style {
	if g.terms && i == 0 {
		return headStyle
	}
	return st
}

// height is that of n lines of r.
func (r *tableRow) height(n int) float64 { return float64(n)*r.style.leading + 2*padY }

// print prints a row, on several pages only when none holds it.
func (g *grid) print(r *tableRow) {
	d := g.doc
	for from := 0; from < r.most && d.err == nil; {
		rest := r.most - from
		if r.height(rest) <= d.sheet.bottom-top-g.above() {
			g.begin(r.height(rest))
		} else {
			g.begin(r.height(splitAtLeast))
		}
		n := max(1, min(rest, int((d.sheet.bottom-d.y-2*padY)/r.style.leading)))
		g.draw(r, from, from+n)
		from += n
	}
}

// above is the height of caption and head.
func (g *grid) above() (h float64) {
	if g.caption != "" {
		limit := thousandths(g.doc.sheet.right-left, headStyle)
		h += float64(len(g.doc.fonts.bold.lines(g.caption, limit, limit)))*headStyle.leading + 1
	}
	if g.head != nil {
		h += g.head.height(g.head.most)
	}
	return h
}

// begin makes sure that mm are left on the page, and prints caption and head
// where the table begins on one.
func (g *grid) begin(mm float64) {
	d := g.doc
	caption := g.caption
	switch {
	case !g.open:
		g.open = true
		d.room(g.above() + mm)
	case d.y+mm <= d.sheet.bottom:
		return
	default:
		d.PageBreak()
		if caption != "" {
			caption = d.word("pdf.continued", caption)
		}
	}
	if d.err != nil {
		return
	}
	if caption != "" {
		d.paragraphs(caption, block{style: headStyle, align: Center})
		d.y += 1
	}
	if g.head != nil {
		g.shade(d.sheet.right-left, g.head.height(g.head.most))
		g.draw(g.head, 0, g.head.most)
	}
}

// shade colours what is drawn next.
func (g *grid) shade(width, height float64) {
	p := g.doc.page()
	p.shades = append(p.shades, box{left, g.doc.y, min(width, g.edges[len(g.edges)-1]-left), height})
}

// draw prints lines from to to of the cells of a row, with their frame.
func (g *grid) draw(r *tableRow, from, to int) {
	d := g.doc
	if d.err != nil {
		return
	}
	p, h, end := d.page(), r.height(to-from), g.edges[len(g.edges)-1]
	p.rules = append(p.rules, rule{left, d.y, end, d.y, frameGrey}, rule{left, d.y + h, end, d.y + h, frameGrey})
	for _, x := range g.edges {
		p.rules = append(p.rules, rule{x, d.y, x, d.y + h, frameGrey})
	}
	if g.terms {
		g.shade(g.edges[1]-left, h)
	}
	for i, lines := range r.cells {
		align := g.columns[i].Align
		if r.head {
			align = Center
		}
		for k := from; k < min(to, len(lines)); k++ {
			t := text{x: g.edges[i] + padX, y: d.y + padY + float64(k-from)*r.style.leading, s: lines[k].text, style: g.styleOf(i, r.style)}
			free := g.edges[i+1] - g.edges[i] - 2*padX - millimetres(lines[k].width, t.style)
			t.x += free * float64(align) / 2
			t.y += baseline(t.style)
			d.put(t)
		}
	}
	d.y += h
}
