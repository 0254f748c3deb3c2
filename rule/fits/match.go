package fits

import (
	"math/bits"
	"slices"

	"shenbao/rule"
	"shenbao/rule/sweep"
)

// A Matcher asks an index about one unit after another. It is reused: once it
// has grown, Match allocates nothing. It belongs to one goroutine.
type Matcher struct {
	ix    *Index
	facts []*rule.Facts
	odd   []bool // frames that hold something else than another of an attribute they share

	failed, open []uint64 // by item; an item may be in both, and has then failed
	fails, opens [][]uint64
	copies       [][]uint64 // two an operand: bitmaps that are none of the column's own
	shelf        shelf      // of the copies

	leaves   []answerer // by operand: of those that are asked
	answered map[*rule.Program]*rule.Result
}

// answerer is a leaf made ready to be asked in one frame.
type answerer struct {
	frame   int
	program *rule.Program
	result  *rule.Result
}

// NewMatcher returns a matcher.
func (ix *Index) NewMatcher() *Matcher {
	return &Matcher{ix: ix, odd: make([]bool, len(ix.frames)), failed: make([]uint64, ix.words), open: make([]uint64, ix.words), shelf: shelf{words: ix.words},
		copies: make([][]uint64, 2*len(ix.operands)), leaves: make([]answerer, len(ix.operands)), answered: map[*rule.Program]*rule.Result{}}
}

// Match answers every call for a unit. It takes the unit's facts for every
// schema of Index.Schemas, in that order.
func (m *Matcher) Match(facts ...*rule.Facts) {
	m.facts = append(m.facts[:0], facts...)
	m.compare()
	copy(m.failed, m.ix.start)
	clear(m.open)
	m.fails, m.opens = m.fails[:0], m.opens[:0]
	for i, o := range m.ix.operands {
		if o.how != asked {
			m.look(i, o)
		}
	}
	m.spread()
	m.fails, m.opens = m.fails[:0], m.opens[:0]
	for i, o := range m.ix.operands {
		if o.how == asked && m.wanted(&o.column) {
			m.look(i, o)
		}
	}
	if len(m.fails)+len(m.opens) > 0 {
		m.spread()
	}
	m.join()
	m.finish()
}

// compare finds the frames that hold something else of an attribute than the
// first that has it.
func (m *Matcher) compare() {
	clear(m.odd)
	for _, places := range m.ix.shared {
		p := places[0]
		for _, q := range places[1:] {
			if !m.odd[q.frame] && !same(m.facts[p.frame], p, m.facts[q.frame], q) {
				m.odd[q.frame] = true
			}
		}
	}
}

// look reads an operand and notes which items fail by it and which it leaves
// open.
func (m *Matcher) look(i int, o *operand) {
	h := slices.IndexFunc(o.homes, func(h home) bool { return !m.odd[h.frame] })
	if h < 0 {
		return // all its calls are answered by the reference engine
	}
	n := m.read(i, o, &o.homes[h])
	fail, open := n.lo, n.lo // an item fails when its condition is not met at the one, and is open when at the other
	switch o.side {
	case lower:
		fail = n.hi
	case upper:
		open = n.hi
	}
	c := &o.column
	switch {
	case !c.dense:
		m.rare(c, n, fail, open)
	case n.unknown:
		m.opens = append(m.opens, c.member)
	case n.none:
		m.fails = append(m.fails, c.lacking)
	default:
		m.fails = m.add(m.fails, 2*i, c, fail)
		if open != fail {
			m.opens = m.add(m.opens, 2*i+1, c, open)
		}
	}
}

// rare marks the items of a rare operand.
func (m *Matcher) rare(c *column, n number, fail, open int64) {
	for i := range c.sets {
		s := &c.sets[i]
		dst := m.failed
		switch {
		case n.unknown:
			dst = m.open
		case n.none && s.none:
			continue
		case n.none || !s.has(fail):
		case open != fail && !s.has(open):
			dst = m.open
		default:
			continue
		}
		for _, item := range c.items[i] {
			dst[item/64] |= 1 << (item % 64)
		}
	}
}

// add adds the items of a frequent operand that fail at a value, if there are
// any: a bitmap of the column, or a copy in place with what has changed since.
func (m *Matcher) add(list [][]uint64, place int, c *column, v int64) [][]uint64 {
	failed, but := c.failing(v)
	if len(but) == 0 {
		if failed == nil {
			return list
		}
		return append(list, failed)
	}
	own := m.copies[place]
	if own == nil {
		own = m.shelf.bitmap()
		m.copies[place] = own
	}
	if failed == nil {
		clear(own)
	}
	copy(own, failed)
	for _, item := range but {
		own[item/64] ^= 1 << (item % 64)
	}
	return append(list, own)
}

// wanted reports whether a column can still fail or open an item.
func (m *Matcher) wanted(c *column) bool {
	for i, x := range c.member {
		if x&^m.failed[i] != 0 {
			return true
		}
	}
	for _, items := range c.items {
		for _, item := range items {
			if m.failed[item/64]>>(item%64)&1 == 0 {
				return true
			}
		}
	}
	return false
}

// finish asks the reference engine about what the index leaves to it: rules of
// calls that are still undecided, and the calls of odd frames.
func (m *Matcher) finish() {
	for _, call := range m.ix.left {
		if !m.has(m.failed, call) && !m.odd[m.ix.frame[call]] {
			m.ask(call, m.ix.rest[call])
		}
	}
	for i, odd := range m.odd {
		if !odd {
			continue
		}
		for _, call := range m.ix.frames[i].calls {
			w, bit := m.bit(int32(call))
			m.failed[w] &^= bit
			m.open[w] &^= bit
			m.ask(int32(call), m.ix.calls[call])
		}
	}
}

// ask adds the answers of a program's rules to those of a call.
func (m *Matcher) ask(call int32, p *rule.Program) {
	res := m.answered[p]
	if res == nil {
		res = p.NewResult()
		m.answered[p] = res
	}
	p.Eval(m.facts[m.ix.frame[call]], res)
	w, bit := m.bit(call)
	for i, t := range res.Rules {
		binds, fails := binding(&p.Rules[i])
		switch {
		case binds && t == rule.Unknown:
			m.open[w] |= bit
		case fails && t == rule.Unmet:
			m.failed[w] |= bit
		}
	}
}

// bit is where the answer of a call stands.
func (m *Matcher) bit(call int32) (word int, bit uint64) {
	item := m.ix.item[call]
	return int(item / 64), 1 << (item % 64)
}

func (m *Matcher) has(plane []uint64, call int32) bool {
	w, bit := m.bit(call)
	return plane[w]&bit != 0
}

// Class is the answer for a call: what its overall answer comes to.
func (m *Matcher) Class(call int) sweep.Class {
	switch {
	case m.has(m.failed, int32(call)):
		return sweep.Not
	case m.has(m.open, int32(call)):
		return sweep.Could
	}
	return sweep.Qualifying
}

// Count is how many calls the unit fits, could fit and does not fit.
func (m *Matcher) Count() (qualifying, could, not int) {
	for i := range m.ix.segments {
		s := &m.ix.segments[i]
		for w := s.first; w < s.first+s.words; w++ {
			could += bits.OnesCount64(m.open[w] &^ m.failed[w])
			qualifying += bits.OnesCount64(^(m.open[w] | m.failed[w]))
		}
	}
	return qualifying, could, len(m.ix.calls) - qualifying - could
}

// Append appends the calls of a class to list, in their order.
func (m *Matcher) Append(list []int, c sweep.Class) []int {
	from := len(list)
	for i := range m.ix.segments {
		s := &m.ix.segments[i]
		for w := range s.words {
			failed, open := m.failed[s.first+w], m.open[s.first+w]
			x := [...]uint64{sweep.Not: failed, sweep.Could: open &^ failed, sweep.Qualifying: ^(open | failed)}[c]
			for ; x != 0; x &= x - 1 {
				if call := m.ix.order[s.calls+w*64+bits.TrailingZeros64(x)]; call >= 0 {
					list = append(list, int(call))
				}
			}
		}
	}
	slices.Sort(list[from:])
	return list
}

// Judge has the reference engine explain one call: the findings of all its
// rules, and the overall answer with what would change it.
func (m *Matcher) Judge(call int) (rule.Judgement, []rule.Finding) {
	p, facts := m.ix.calls[call], m.facts[m.ix.frame[call]]
	res := p.NewResult()
	p.Eval(facts, res)
	findings := p.Findings(facts, res)
	return p.Judge(facts, res, findings), findings
}
