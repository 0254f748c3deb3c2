package fits

import (
	"cmp"
	"slices"
	"strings"
)

// A segment is the calls of one shape. Its first words hold their items, a bit a
// call; then come as many words for each alternative of each group, in which the
// item of a call stands at the place of the call.
type segment struct {
	first int    // word of its first item
	words int    // of calls
	calls int    // place of its first call in Index.order
	shape []byte // alternatives by group
}

// planes is how many items a call has: its own, and one an alternative.
func (s *segment) planes() int {
	n := 1
	for _, k := range s.shape {
		n += int(k)
	}
	return n
}

// layOut gives every call its items, and the operands their columns.
func (b *builder) layOut(asks []demand) {
	ix := b.index
	order := b.arrange(asks)
	ix.item = make([]uint32, len(asks))
	for from := 0; from < len(order); {
		shape := asks[order[from]].shapeOf()
		to := from
		for to < len(order) && asks[order[to]].shapeOf() == shape {
			to++
		}
		s := segment{first: ix.words, words: (to - from + 63) / 64, calls: len(ix.order), shape: []byte(shape)}
		ix.words += s.words * s.planes()
		ix.segments = append(ix.segments, s)
		for i := range s.words * 64 {
			call := int32(-1)
			if from+i < to {
				call = int32(order[from+i])
				ix.item[call] = uint32(s.first*64 + i)
			}
			ix.order = append(ix.order, call)
		}
		from = to
	}
	ix.start = make([]uint64, ix.words)
	for i := range ix.segments {
		b.fill(&ix.segments[i], asks)
	}
	s := shelf{words: ix.words}
	for _, o := range b.operands {
		if len(o.column.sets) > 0 { // none when all that had it was left to the reference engine
			o.column.finish(&s)
			ix.operands = append(ix.operands, o)
		}
	}
	slices.SortStableFunc(ix.operands, func(x, y *operand) int { return cmp.Compare(y.column.power, x.column.power) })
	ix.bitmaps = s.taken
}

// fill posts the conditions of a segment's items. What has no call, and what is
// no alternative, fails from the start.
func (b *builder) fill(s *segment, asks []demand) {
	ix := b.index
	for i := range s.words * 64 {
		at := uint32(s.first*64 + i)
		call := ix.order[s.calls+i]
		if call < 0 {
			ix.start[at/64] |= 1 << (at % 64)
			continue
		}
		d := &asks[call]
		b.post(d.direct, at)
		if ix.rest[call] != nil {
			ix.left = append(ix.left, call)
		}
		for g, k := range s.shape {
			for j := range int(k) {
				at += uint32(s.words * 64)
				if j < len(d.groups[g].of) {
					b.post(d.groups[g].of[j], at)
				} else {
					ix.start[at/64] |= 1 << (at % 64)
				}
			}
		}
	}
}

// post enters an item in the columns of its conditions.
func (b *builder) post(c conj, item uint32) {
	for _, l := range c {
		col := &b.operands[l.on].column
		i := col.intern(l.in)
		col.items[i] = append(col.items[i], item)
	}
}

// arrange orders the calls by shape, and within one so that calls which fail
// together stand together: by their conditions on the two operands that fail the
// most. A unit of one district then looks at few of the calls of all others.
func (b *builder) arrange(asks []demand) []int {
	trial := make([]column, len(b.operands))
	for i := range asks {
		for _, l := range asks[i].direct {
			c := &trial[l.on]
			j := c.intern(l.in)
			c.items[j] = append(c.items[j], uint32(i))
		}
	}
	first, second := -1, -1
	for i := range trial {
		trial[i].weigh()
		switch {
		case first < 0 || trial[i].power > trial[first].power:
			first, second = i, first
		case second < 0 || trial[i].power > trial[second].power:
			second = i
		}
	}
	keys := make([]string, len(asks))
	order := make([]int, len(asks))
	for i := range asks {
		order[i] = i
		keys[i] = asks[i].shapeOf() + "\x00" + asks[i].direct.on(first) + "\x00" + asks[i].direct.on(second)
	}
	slices.SortStableFunc(order, func(x, y int) int { return strings.Compare(keys[x], keys[y]) })
	return order
}

// on is the key of the condition on an operand, "" when there is none.
func (c conj) on(operand int) string {
	for _, l := range c {
		if l.on == operand {
			return l.in.key()
		}
	}
	return ""
}
