package pdf

import (
	"bytes"
	"fmt"
	"io"

	"github.com/signintech/gopdf"
)

// WriteTo writes the document as a PDF file. It may be called again.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	if d.err != nil {
		return 0, d.err
	}
	raw, err := d.draw()
	if err != nil {
		return 0, fmt.Errorf("pdf: draw: %w", err)
	}
	file, err := d.complete(raw)
	if err != nil {
		return 0, fmt.Errorf("pdf: complete: %w", err)
	}
	n, err := w.Write(file)
	return int64(n), err
}

// A pen draws pages with gopdf and keeps its first error.
type pen struct {
	pdf   *gopdf.GoPdf
	fonts *typefaces
	err   error
}

// draw has gopdf write the pages.
func (d *Document) draw() ([]byte, error) {
	p := &pen{pdf: &gopdf.GoPdf{}, fonts: d.fonts}
	p.pdf.Start(gopdf.Config{Unit: gopdf.UnitMM, PageSize: gopdf.Rect{W: d.sheet.width, H: d.sheet.height}})
	for _, f := range []*face{d.fonts.regular, d.fonts.bold} {
		p.keep(p.pdf.AddTTFFontFromFontContainer(f.name, &d.fonts.parsed))
	}
	for i, page := range d.pages {
		p.pdf.AddPage()
		p.boxes(page.shades, 0.95)
		p.watermark(d.sheet, d.meta.Watermark, d.width(d.meta.Watermark, style{size: 1, bold: true}))
		p.boxes(page.boxes, 0)
		p.rules(page.rules)
		for _, t := range page.texts {
			p.text(t)
		}
		d.margins(p, i)
	}
	if p.err != nil {
		return nil, p.err
	}
	var b bytes.Buffer
	_, err := p.pdf.WriteTo(&b)
	return b.Bytes(), err
}

// margins prints head, foot and page number of page i.
func (d *Document) margins(p *pen, i int) {
	if d.meta.Header != "" {
		p.text(text{x: left, y: 16, s: d.fit(d.meta.Header, d.sheet.right-left), style: marginStyle})
		p.rules([]rule{{left, 18, d.sheet.right, 18, 170}})
	}
	number := d.word("pdf.page", i+1, len(d.pages))
	width := d.width(number, marginStyle)
	p.text(text{x: d.sheet.right - width, y: d.sheet.height - 12, s: number, style: marginStyle})
	if d.meta.Footer != "" {
		p.text(text{x: left, y: d.sheet.height - 12, s: d.fit(d.meta.Footer, d.sheet.right-left-width-4), style: marginStyle})
	}
}

// fit shortens a text to the millimetres there are.
func (d *Document) fit(s string, mm float64) string {
	if d.width(s, marginStyle) <= mm {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && d.width(string(r), marginStyle) > mm-4 {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

func (p *pen) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *pen) boxes(boxes []box, grey float64) {
	if len(boxes) > 0 {
		p.pdf.SetGrayFill(grey)
	}
	for _, b := range boxes {
		p.pdf.RectFromUpperLeftWithStyle(b.x, b.y, b.w, b.h, "F")
	}
}

func (p *pen) rules(rules []rule) {
	grey := -1
	for _, r := range rules {
		if grey < 0 {
			p.pdf.SetLineWidth(0.18)
		}
		if int(r.grey) != grey {
			grey = int(r.grey)
			p.pdf.SetGrayStroke(float64(r.grey) / 255)
		}
		p.pdf.Line(r.x1, r.y1, r.x2, r.y2)
	}
}

func (p *pen) text(t text) {
	f := p.fonts.regular
	if t.style.bold {
		f = p.fonts.bold
	}
	p.keep(p.pdf.SetFont(f.name, "", t.style.size))
	p.keep(p.pdf.SetCharSpacing(t.spacing))
	p.pdf.SetTextColor(t.style.grey, t.style.grey, t.style.grey)
	p.pdf.SetXY(t.x, t.y)
	p.keep(p.pdf.Text(t.s))
}

// watermark prints s slanted across the page; width is that of s at one point.
func (p *pen) watermark(paper sheet, s string, width float64) {
	if s == "" {
		return
	}
	longest, largest := min(200.0, paper.height*0.9), 130.0 // in millimetres and points
	size := min(largest, longest/width)
	x, y := paper.width/2, paper.height/2
	p.pdf.Rotate(50, x, y)
	p.text(text{x: x - width*size/2, y: y + 0.35*size*25.4/72, s: s, style: style{size: size, bold: true, grey: 232}})
	p.pdf.RotateReset()
}
