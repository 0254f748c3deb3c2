package sweep

import (
	"math"
	"math/bits"
	"unsafe"

	"shenbao/rule"
)

// Rows are handled in batches. What else grows with the rows grows by chunks.
const (
	batchRows  = 4096
	batchWords = batchRows / 64
	batchParts = batchRows / lineRows
	chunkRows  = 4 * batchRows
)

// words is one bit for every row of a batch.
type words [batchWords]uint64

// storage is how the values of a column are kept.
type storage uint8

const (
	numberStore storage = iota // bit planes, from the least value of a batch
	bitStore                   // bit planes from zero: a flag, or an option of a set, each
	plainStore                 // years of a series: numbers to reckon with, from the least of a batch
	textStore                  // codes of a dictionary
)

// column holds one fact of every row.
type column struct {
	fact    *rule.Fact
	store   storage
	dict    *dictionary // of texts, units and persons
	batches []batch
	n       int
	tail    []int64 // the values of the newest batch
	sealed  int     // rows that stand in their batches
	lo, hi  int64   // of all sealed values, and zero
}

// batch is a run of rows of a column.
type batch struct {
	valid  words
	cut    sliced   // of plain numbers without planes
	codes  []uint32 // of texts; of plain numbers the units that they are more than base
	wide   []int64  // plain numbers, when 32 bits do not hold that
	why    []byte   // states of the unknown rows; nil while all are not supplied
	stated bool     // an unknown row has a value
}

func newColumn(fact *rule.Fact) *column {
	c := &column{fact: fact}
	switch fact.Kind {
	case rule.BoolKind, rule.FileKind, rule.ChoicesKind:
		c.store = bitStore
	case rule.SeriesKind:
		c.store = plainStore
	case rule.TextKind, rule.LongTextKind, rule.UnitKind, rule.PersonKind:
		c.store, c.dict = textStore, newDictionary()
	}
	return c
}

// add appends a value of the column's fact.
func (c *column) add(v rule.Value) {
	switch {
	case c.store == textStore:
		c.put(v.State, int64(c.dict.code(v.S, v.Label)))
	case c.fact.Kind == rule.ChoicesKind:
		c.put(v.State, int64(v.Set))
	case c.store == bitStore:
		c.put(v.State, int64(bit(v.N != 0)))
	default:
		c.put(v.State, v.N)
	}
}

// put appends a value that is already a number.
func (c *column) put(state rule.State, n int64) {
	i := c.n % batchRows
	if i == 0 {
		c.batches, c.tail = append(c.batches, batch{}), c.tail[:0]
	}
	k := &c.batches[len(c.batches)-1]
	if c.store == textStore {
		if i == 0 {
			k.codes = make([]uint32, batchRows)
		}
		k.codes[i] = uint32(n)
	} else {
		c.tail = append(c.tail, n)
	}
	if state == rule.Known {
		k.valid[i/64] |= 1 << (i % 64)
	} else {
		k.unknown(i, state)
		k.stated = k.stated || n != 0
	}
	if c.n++; c.n%batchRows == 0 {
		c.seal()
	}
}

// seal lays out the rows added since the last time. More may be added
// afterwards: the values of a batch that is not full stay besides.
func (c *column) seal() {
	if c.sealed == c.n || c.store == textStore {
		return
	}
	c.sealed = c.n
	k := &c.batches[len(c.batches)-1]
	keep := &k.valid // what is unknown and has no value does not count; it stands there as the least
	if k.stated {
		keep = &allRows
	}
	lo, hi, all := int64(math.MaxInt64), int64(math.MinInt64), uint64(0)
	for i, n := range c.tail {
		if keep[i/64]>>(i%64)&1 == 1 {
			lo, hi, all = min(lo, n), max(hi, n), all|uint64(n)
		}
	}
	if lo > hi {
		lo, hi = 0, 0
	}
	c.lo, c.hi = min(c.lo, lo), max(c.hi, hi)
	if c.store == bitStore {
		k.cut = sliced{unit: 1, width: bits.Len64(all)}
	} else {
		k.cut = frameOf(c.tail, keep, lo, hi)
	}
	if c.store == plainStore {
		k.pack(c.tail, keep)
	} else {
		k.cut.fill(c.tail, keep)
	}
}

// pack keeps numbers as they are, or in 32 bits the units that they are more
// than base.
func (k *batch) pack(v []int64, keep *words) {
	if k.codes, k.wide = nil, nil; k.cut.width > 32 {
		k.wide = make([]int64, batchRows)
	} else {
		k.codes = make([]uint32, batchRows)
	}
	for i, n := range v {
		if keep[i/64]>>(i%64)&1 == 0 {
			n = k.cut.base
		}
		if k.wide != nil {
			k.wide[i] = n
		} else {
			k.codes[i] = uint32(uint64(n-k.cut.base) / k.cut.unit)
		}
	}
}

// unknown notes why row i, the newest, is not known.
func (k *batch) unknown(i int, state rule.State) {
	if k.why == nil {
		if state == rule.NotSupplied {
			return
		}
		k.why = make([]byte, k.invalid(i))
	}
	k.why = append(k.why, byte(state))
}

// invalid counts the unknown rows before row i.
func (k *batch) invalid(i int) int {
	known := 0
	for _, w := range k.valid[:i/64] {
		known += bits.OnesCount64(w)
	}
	known += bits.OnesCount64(k.valid[i/64] & (1<<(i%64) - 1))
	return i - known
}

// state says whether row i is known.
func (k *batch) state(i int) rule.State {
	switch {
	case k.valid[i/64]>>(i%64)&1 == 1:
		return rule.Known
	case k.why != nil:
		return rule.State(k.why[k.invalid(i)])
	}
	return rule.NotSupplied
}

// raw is what put was given for a row.
func (c *column) raw(row int) (rule.State, int64) {
	k, i := &c.batches[row/batchRows], row%batchRows
	state := k.state(i)
	switch {
	case c.store == textStore:
		return state, int64(k.codes[i])
	case state != rule.Known && !k.stated:
		return state, 0
	case row >= c.n-len(c.tail):
		return state, c.tail[i]
	case k.wide != nil:
		return state, k.wide[i]
	case c.store == plainStore:
		return state, k.cut.base + int64(k.cut.unit)*int64(k.codes[i])
	}
	return state, k.cut.at(i)
}

// value rebuilds the value of a row.
func (c *column) value(row int) rule.Value {
	state, n := c.raw(row)
	switch {
	case c.store == textStore:
		e := &c.dict.entries[n]
		return rule.Value{State: state, N: int64(e.chars), S: e.text[:e.cut], Label: e.text[e.cut:]}
	case c.fact.Kind == rule.ChoicesKind:
		return rule.Value{State: state, Set: uint64(n)}
	}
	return rule.Value{State: state, N: n}
}

// known returns the bits of the rows of batch b that are known.
func (c *column) known(b int) *words { return &c.batches[b].valid }

// fetch reads a word of every cache line of the small parts of batch b, so that
// the memory brings them all at once and not one after the other when they are
// needed. What it returns means nothing.
func (c *column) fetch(b int) (x uint64) {
	k := &c.batches[b]
	for i := 0; i < batchWords; i += lineWords {
		x |= k.valid[i]
	}
	for i := range k.cut.lines {
		x |= k.cut.lines[i][0]
	}
	return x
}

// cut returns the numbers of batch b.
func (c *column) cut(b int) *sliced { return &c.batches[b].cut }

// bits are the rows of batch b whose value has bit i, if any has.
func (c *column) bits(b, i int) (w words) {
	s := &c.batches[b].cut
	for h := range batchParts {
		if p := s.part(h); i < len(p) {
			copy(w[h*lineWords:], p[i][:])
		}
	}
	return w
}

// planes are the reasons of the unknown rows of a batch: the bits of the rows
// for each reason, in the order of rule.Reasons.
type planes [6]words

// The planes by their reason.
const (
	missingPlane = iota
	unverifiedPlane
	expiredPlane
	conflictPlane
	openPlane
	registerPlane
)

var planeOf = [...]int{rule.NotSupplied: missingPlane, rule.IsUnverified: unverifiedPlane, rule.IsExpired: expiredPlane, rule.InConflict: conflictPlane}

// reasons adds why the rows of batch b are unknown. Rows past the end count as
// not supplied; whoever reads masks them.
func (c *column) reasons(b int, p *planes) {
	valid, why := c.known(b), c.batches[b].why
	if why == nil {
		for w := range valid {
			p[missingPlane][w] |= ^valid[w]
		}
		return
	}
	i := 0
	for w := range valid {
		for u := ^valid[w]; u != 0 && i < len(why); u &= u - 1 {
			p[planeOf[why[i]]][w] |= u & -u
			i++
		}
	}
}

// batchBytes is what a batch takes beside its values.
const batchBytes = int64(unsafe.Sizeof(batch{}))

// bytes is what the column takes in memory.
func (c *column) bytes() int64 {
	n := int64(cap(c.tail) * 8)
	for i := range c.batches {
		k := &c.batches[i]
		n += batchBytes + int64(len(k.cut.lines)*lineBytes+len(k.codes)*4+len(k.wide)*8+cap(k.why))
	}
	if c.dict != nil {
		n += c.dict.bytes()
	}
	return n
}
