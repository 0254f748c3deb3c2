package pdf

import "strings"

// A block is how paragraphs stand between the margins.
type block struct {
	style   style
	indent  int // of the first line, in thousandths of an em
	align   Align
	justify bool
}

// stretch is the most that is added between two characters to make a line
// flush, in thousandths of an em: more would look, and be read, as spaces.
const stretch = 80

// paragraphs prints a paragraph for each line of s. Of a paragraph, no single
// line stands alone at the foot or the head of a page.
func (d *Document) paragraphs(s string, b block) {
	if d.err != nil {
		return
	}
	limit := thousandths(d.sheet.right-left, b.style)
	for p := range strings.SplitSeq(d.clean(s), "\n") {
		lines := d.face(b.style).lines(p, limit-b.indent, limit)
		for i, l := range lines {
			if d.err != nil {
				return
			}
			d.room(b.style.leading * float64(together(i, len(lines))))
			x := left
			if i == 0 {
				x += millimetres(b.indent, b.style)
			}
			d.line(l, x, b)
			d.y += b.style.leading
		}
	}
}

// together says how many lines must fit on a page for line i of n to stand on
// it: the first two stay together, and the last two.
func together(i, n int) int {
	if n > 1 && (i == 0 || i == n-2) {
		if n == 3 && i == 0 {
			return 3
		}
		return 2
	}
	return 1
}

// line prints one line whose box begins at x and ends at the right margin.
func (d *Document) line(l line, x float64, b block) {
	t := text{x: x, y: d.y + baseline(b.style), s: l.text, style: b.style}
	free := thousandths(d.sheet.right-x, b.style) - l.width
	switch {
	case b.align == Center:
		t.x += millimetres(free/2, b.style)
	case b.align == Right:
		t.x += millimetres(free, b.style)
	case b.justify && !l.last && l.chars > 1 && free > 0 && free/(l.chars-1) <= stretch:
		t.spacing = millimetres(free, b.style) / float64(l.chars-1)
	}
	d.put(t)
}

// baseline is how far below the top of its line a text stands: its em square
// is in the middle of the leading, with 0.88 of it above the base line.
func baseline(st style) float64 {
	size := millimetres(em, st)
	return (st.leading-size)/2 + 0.88*size
}
