package fits

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"shenbao/rule"
)

// A set is the values with which a condition on one operand is met: runs of
// whole numbers in ascending order that do not touch, and whether the condition
// is met when there is no such quantity. The zero set is met by nothing.
type set struct {
	runs []run
	none bool
}

// A run is the numbers from lo to hi, both included.
type run struct{ lo, hi int64 }

// compared are the numbers x for which "x op n" is met.
func compared(op rule.Op, n int64) set {
	switch op {
	case rule.AtLeast:
		return span(n, math.MaxInt64)
	case rule.AtMost:
		return span(math.MinInt64, n)
	case rule.Greater:
		return set{runs: span(math.MinInt64, n).not().runs}
	case rule.Less:
		return set{runs: span(n, math.MaxInt64).not().runs}
	case rule.NotEqual:
		return set{runs: span(n, n).not().runs}
	}
	return span(n, n)
}

// span are the numbers from lo to hi; there are none when lo is the greater.
func span(lo, hi int64) set {
	if lo > hi {
		return set{}
	}
	return set{runs: []run{{lo, hi}}}
}

// spans are the numbers of any of some runs, which may overlap.
func spans(of []run) set {
	slices.SortFunc(of, func(a, b run) int { return cmp.Compare(a.lo, b.lo) })
	var s set
	for _, r := range of {
		last := len(s.runs) - 1
		if last >= 0 && (s.runs[last].hi == math.MaxInt64 || r.lo <= s.runs[last].hi+1) {
			s.runs[last].hi = max(s.runs[last].hi, r.hi)
			continue
		}
		s.runs = append(s.runs, r)
	}
	return s
}

// has reports whether n is in the set.
func (s set) has(n int64) bool {
	for _, r := range s.runs {
		if n <= r.hi {
			return n >= r.lo
		}
	}
	return false
}

// not is everything else.
func (s set) not() set {
	out := set{none: !s.none}
	next := int64(math.MinInt64)
	for _, r := range s.runs {
		if r.lo > next {
			out.runs = append(out.runs, run{next, r.lo - 1})
		}
		if r.hi == math.MaxInt64 {
			return out
		}
		next = r.hi + 1
	}
	out.runs = append(out.runs, run{next, math.MaxInt64})
	return out
}

// and is what is in both.
func (s set) and(t set) set {
	out := set{none: s.none && t.none}
	for i, j := 0, 0; i < len(s.runs) && j < len(t.runs); {
		a, b := s.runs[i], t.runs[j]
		if lo, hi := max(a.lo, b.lo), min(a.hi, b.hi); lo <= hi {
			out.runs = append(out.runs, run{lo, hi})
		}
		if a.hi < b.hi {
			i++
		} else {
			j++
		}
	}
	return out
}

// or is what is in either.
func (s set) or(t set) set { return s.not().and(t.not()).not() }

// edges are the numbers at which being in the set changes, in ascending order.
func (s set) edges() []int64 {
	var out []int64
	for _, r := range s.runs {
		if r.lo != math.MinInt64 {
			out = append(out, r.lo)
		}
		if r.hi != math.MaxInt64 {
			out = append(out, r.hi+1)
		}
	}
	return out
}

// key tells sets apart.
func (s set) key() string {
	b := make([]byte, 0, 16*len(s.runs)+1)
	for _, r := range s.runs {
		b = binary.BigEndian.AppendUint64(b, uint64(r.lo))
		b = binary.BigEndian.AppendUint64(b, uint64(r.hi))
	}
	if s.none {
		b = append(b, 1)
	}
	return string(b)
}

// A literal is one condition on one operand.
type literal struct {
	on int // place in builder.operands
	in set
}

// A conj is literals that must all be met, at most one an operand.
type conj []literal

// with adds a literal. Two on one operand become one: each is unknown when the
// operand is, and otherwise both are yes or no, so that the sets say it all.
func (c conj) with(l literal) conj {
	i := slices.IndexFunc(c, func(x literal) bool { return x.on == l.on })
	out := slices.Clone(c)
	if i < 0 {
		return append(out, l)
	}
	out[i].in = c[i].in.and(l.in)
	return out
}
