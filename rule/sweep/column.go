package sweep

import (
	"math"
	"math/bits"

	"shenbao/rule"
)

// Rows are handled in batches and stored in chunks of batches, so that a column
// grows without being copied and takes the width that each part of it needs.
const (
	batchRows    = 1024
	batchWords   = batchRows / 64
	chunkBatches = 16
	chunkRows    = chunkBatches * batchRows
)

// words is one bit for every row of a batch.
type words [batchWords]uint64

// storage is how the values of a column are kept.
type storage uint8

const (
	flagStore storage = iota // a bit a row
	numberStore
	textStore // codes of a dictionary
)

// column holds one fact of every row.
type column struct {
	fact   *rule.Fact
	store  storage
	dict   *dictionary // of texts, units and persons
	chunks []*chunk
	n      int
	lo, hi int64 // of all values stored
}

// chunk is a run of rows of a column. Numbers are kept in 32 bits until one of
// them needs 64.
type chunk struct {
	valid  [chunkRows / 64]uint64
	flags  []uint64
	narrow []int32
	wide   []int64
	why    [chunkBatches][]byte // states of the unknown rows; nil while all are not supplied
}

func newColumn(fact *rule.Fact) *column {
	c := &column{fact: fact, store: numberStore, lo: math.MaxInt64, hi: math.MinInt64}
	switch fact.Kind {
	case rule.BoolKind, rule.FileKind:
		c.store = flagStore
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
	default:
		c.put(v.State, v.N)
	}
}

// put appends a value that is already a number.
func (c *column) put(state rule.State, n int64) {
	i := c.n % chunkRows
	if i == 0 {
		c.grow()
	}
	k := c.chunks[len(c.chunks)-1]
	c.lo, c.hi = min(c.lo, n), max(c.hi, n)
	switch {
	case c.store == flagStore:
		if n != 0 {
			k.flags[i/64] |= 1 << (i % 64)
		}
	case k.wide != nil:
		k.wide[i] = n
	case n == int64(int32(n)):
		k.narrow[i] = int32(n)
	default:
		k.widen()
		k.wide[i] = n
	}
	if state == rule.Known {
		k.valid[i/64] |= 1 << (i % 64)
	} else {
		k.unknown(i, state)
	}
	c.n++
}

func (c *column) grow() {
	k := &chunk{}
	if c.store == flagStore {
		k.flags = make([]uint64, chunkRows/64)
	} else {
		k.narrow = make([]int32, chunkRows)
	}
	c.chunks = append(c.chunks, k)
}

func (k *chunk) widen() {
	k.wide = make([]int64, chunkRows)
	for i, n := range k.narrow {
		k.wide[i] = int64(n)
	}
	k.narrow = nil
}

// unknown notes why row i, the newest, is not known.
func (k *chunk) unknown(i int, state rule.State) {
	b := i / batchRows
	if k.why[b] == nil {
		if state == rule.NotSupplied {
			return
		}
		k.why[b] = make([]byte, k.invalid(i))
	}
	k.why[b] = append(k.why[b], byte(state))
}

// invalid counts the unknown rows of i's batch before i.
func (k *chunk) invalid(i int) int {
	first := i &^ (batchRows - 1)
	known := 0
	for w := first / 64; w < i/64; w++ {
		known += bits.OnesCount64(k.valid[w])
	}
	known += bits.OnesCount64(k.valid[i/64] & (1<<(i%64) - 1))
	return i - first - known
}

// state says whether row i of the chunk is known.
func (k *chunk) state(i int) rule.State {
	if k.valid[i/64]>>(i%64)&1 == 1 {
		return rule.Known
	}
	if why := k.why[i/batchRows]; why != nil {
		return rule.State(why[k.invalid(i)])
	}
	return rule.NotSupplied
}

func (k *chunk) number(i int) int64 {
	switch {
	case k.flags != nil:
		return int64(k.flags[i/64] >> (i % 64) & 1)
	case k.wide != nil:
		return k.wide[i]
	}
	return int64(k.narrow[i])
}

// value rebuilds the value of a row.
func (c *column) value(row int) rule.Value {
	k, i := c.chunks[row/chunkRows], row%chunkRows
	v := rule.Value{State: k.state(i), N: k.number(i)}
	switch {
	case c.store == textStore:
		e := &c.dict.entries[v.N]
		v.N, v.S, v.Label = int64(e.chars), e.text[:e.cut], e.text[e.cut:]
	case c.fact.Kind == rule.ChoicesKind:
		v.Set, v.N = uint64(v.N), 0
	}
	return v
}

// batch returns the column's part of batch b: its chunk and the first row in it.
func (c *column) batch(b int) (k *chunk, first int) {
	return c.chunks[b/chunkBatches], b % chunkBatches * batchRows
}

// known returns the bits of the rows of batch b that are known.
func (c *column) known(b int) *words {
	k, first := c.batch(b)
	return (*words)(k.valid[first/64:])
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
	k, _ := c.batch(b)
	why := k.why[b%chunkBatches]
	valid := c.known(b)
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

// bytes is what the column takes in memory.
func (c *column) bytes() int64 {
	n := int64(0)
	for _, k := range c.chunks {
		n += int64(len(k.valid)*8 + len(k.flags)*8 + len(k.narrow)*4 + len(k.wide)*8)
		for _, w := range k.why {
			n += int64(cap(w))
		}
	}
	if c.dict != nil {
		n += c.dict.bytes()
	}
	return n
}
