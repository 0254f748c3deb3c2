package pdf

import (
	"fmt"

	"rsc.io/qr"
)

// QR prints content as a QR code (二维码) of 28 mm with lines of text beside
// it: what it says, for people, and for whom it is. Up to about 500 bytes can
// be scanned from paper.
func (d *Document) QR(content string, lines ...string) {
	const size, quiet = 28.0, 4.0
	code, err := qr.Encode(content, qr.M)
	if err != nil {
		d.fail(fmt.Errorf("pdf: QR code of %d bytes: %w", len(content), err))
	}
	d.room(size + 4)
	if d.err != nil {
		return
	}
	// Modules overlap by a hair, so that no white seams show between them.
	module := size / float64(code.Size)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for code.Black(x, y) {
				x++
			}
			if x > from {
				d.page().boxes = append(d.page().boxes, box{left + float64(from)*module, d.y + float64(y)*module,
					(float64(x-from) + 0.02) * module, 1.02 * module})
			}
		}
	}
	x, y := left+size+quiet, d.y
	limit := thousandths(d.sheet.right-x, noteStyle)
	for _, s := range lines {
		for _, l := range d.fonts.regular.lines(d.single(s), limit, limit) {
			d.put(text{x: x, y: y + baseline(noteStyle), s: l.text, style: noteStyle})
			y += noteStyle.leading
		}
	}
	d.y = max(d.y+size, y) + 4
}
