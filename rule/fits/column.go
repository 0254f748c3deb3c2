package fits

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// A column answers, for a value of its operand, which items fail: those that
// have a condition on the operand with which it is not met. An item is a run of
// conditions that must all be met: a call's own, or those of an alternative.
//
// A rare operand keeps its items by condition. Of a frequent one the numbers
// are cut where an answer changes; bitmaps of the failing items are kept at some
// of the cuts (with few thresholds, at all), and the items whose answer changes
// between.
type column struct {
	sets  []set
	items [][]uint32 // by set
	byKey map[string]int

	dense   bool
	cuts    []int64  // where an answer changes
	ends    []uint32 // by cell: how many changes lie before its end
	changes []uint32
	marks   []mark
	member  []uint64 // all items with a condition on the operand
	lacking []uint64 // those that fail when there is no such quantity
	power   float64  // how many items it makes fail, for a value anywhere
}

// A mark is a bitmap of the failing items in one cell; nil when there are none.
type mark struct {
	cell   int
	after  uint32 // how many changes it holds
	failed []uint64
}

// A shelf hands out bitmaps. Large ones begin at different places of a page:
// many are read side by side, and would else push each other out of the first
// cache.
type shelf struct{ words, given, taken int }

func (s *shelf) bitmap() []uint64 {
	const line, page = 8, 512 // words
	first := 0
	if s.words >= page {
		first = 3 * line * s.given % page
	}
	s.given++
	s.taken += first + s.words
	return make([]uint64, first+s.words)[first:]
}

func (s *shelf) mark(cell, after int, failed []uint64) mark {
	m := mark{cell: cell, after: uint32(after)}
	if slices.ContainsFunc(failed, func(x uint64) bool { return x != 0 }) {
		m.failed = s.bitmap()
		copy(m.failed, failed)
	}
	return m
}

// intern returns the place of a set among the column's.
func (c *column) intern(s set) int {
	key := s.key()
	i, ok := c.byKey[key]
	if !ok {
		if c.byKey == nil {
			c.byKey = map[string]int{}
		}
		i = len(c.sets)
		c.byKey[key] = i
		c.sets, c.items = append(c.sets, s), append(c.items, nil)
	}
	return i
}

// finish makes the column ready; its bitmaps come from the shelf.
func (c *column) finish(s *shelf) {
	n := 0
	for _, items := range c.items {
		n += len(items)
	}
	c.weigh()
	c.byKey = nil
	if c.dense = 4*n > s.words; !c.dense {
		return
	}
	c.member, c.lacking = s.bitmap(), s.bitmap()
	now := make([]uint64, s.words) // failing in the cell at hand
	for i, set := range c.sets {
		for _, item := range c.items[i] {
			w, bit := item/64, uint64(1)<<(item%64)
			c.member[w] |= bit
			if !set.none {
				c.lacking[w] |= bit
			}
			if !set.has(math.MinInt64) {
				now[w] |= bit
			}
		}
	}
	if slices.Equal(c.lacking, c.member) {
		c.lacking = c.member
	}
	c.cut(now, s)
	c.items = nil
}

// cut lays out the cells. A bitmap is kept where so many answers have changed
// since the last that going through them would take longer than copying it.
func (c *column) cut(now []uint64, s *shelf) {
	most := max(s.words/4, 64)
	type edge struct {
		at  int64
		set int
	}
	var edges []edge
	for i, set := range c.sets {
		for _, at := range set.edges() {
			edges = append(edges, edge{at, i})
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	c.marks = []mark{s.mark(0, 0, now)}
	c.ends = []uint32{0}
	for i := 0; i < len(edges); {
		at := edges[i].at
		for ; i < len(edges) && edges[i].at == at; i++ {
			for _, item := range c.items[edges[i].set] {
				c.changes = append(c.changes, item)
				now[item/64] ^= 1 << (item % 64)
			}
		}
		c.cuts = append(c.cuts, at)
		c.ends = append(c.ends, uint32(len(c.changes)))
		if end := len(c.changes); end-int(c.marks[len(c.marks)-1].after) > most {
			c.marks = append(c.marks, s.mark(len(c.cuts), end, now))
		}
	}
}

// weigh works out the column's power: of every condition, the share of the
// cells in which it fails.
func (c *column) weigh() {
	var cuts []int64
	for _, s := range c.sets {
		cuts = append(cuts, s.edges()...)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i, s := range c.sets {
		met := 0
		for _, r := range s.runs {
			first, last := 0, len(cuts)
			if r.lo != math.MinInt64 {
				first, _ = slices.BinarySearch(cuts, r.lo)
				first++
			}
			if r.hi != math.MaxInt64 {
				last, _ = slices.BinarySearch(cuts, r.hi+1)
			}
			met += last - first + 1
		}
		c.power += float64(len(c.items[i])) * (1 - float64(met)/float64(len(cuts)+1))
	}
}

// failing returns a bitmap of the items that fail at a value, nil for none, and
// those of which it says the contrary.
func (c *column) failing(v int64) (failed []uint64, but []uint32) {
	cell := sort.Search(len(c.cuts), func(i int) bool { return c.cuts[i] > v })
	i := sort.Search(len(c.marks), func(i int) bool { return c.marks[i].cell > cell }) - 1
	m := &c.marks[i]
	return m.failed, c.changes[m.after:c.ends[cell]]
}

// bytes is what the column takes beside its bitmaps.
func (c *column) bytes() int64 {
	n := 8*len(c.cuts) + 4*(len(c.ends)+len(c.changes)) + 40*len(c.marks)
	for i, s := range c.sets {
		n += 16 * len(s.runs)
		if c.items != nil {
			n += 4 * len(c.items[i])
		}
	}
	return int64(n)
}
