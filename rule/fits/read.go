package fits

import (
	"math"

	"shenbao/rule"
)

// read reads operand i from one of its homes.
func (m *Matcher) read(i int, o *operand, h *home) number {
	f := m.facts[h.frame]
	switch o.how {
	case series:
		return overYears(f, o, h)
	case count:
		l := f.Rows(h.list)
		n := number{lo: int64(l.N), hi: int64(l.N)}
		if l.State != rule.Known {
			n.lo, n.hi = 0, math.MaxInt64
		} else if !l.Complete && !h.list.Closed {
			n.hi = math.MaxInt64
		}
		return n
	case rows:
		return overRows(f, o, h)
	case asked:
		return m.answer(i, h)
	}
	v := f.Value(h.fact)
	if v.State != rule.Known {
		return number{unknown: true}
	}
	if o.how == yesNo && v.N != 0 {
		v.N = 1
	}
	return number{lo: v.N, hi: v.N}
}

// gather takes a value into a sum, greatest or least value; first says that
// there is none yet.
func (n *number) gather(fn string, v rule.Value, first bool) {
	switch {
	case v.State != rule.Known:
		n.unknown = true
	case fn == "sum":
		n.lo += v.N
	case first || fn == "max" && v.N > n.lo || fn == "min" && v.N < n.lo:
		n.lo = v.N
	}
	n.hi = n.lo
}

func overYears(f *rule.Facts, o *operand, h *home) number {
	var n number
	for y := o.from; y <= o.to && !n.unknown; y++ {
		n.gather(o.fn, f.YearValue(h.fact, y), y == o.from)
	}
	return n
}

func overRows(f *rule.Facts, o *operand, h *home) number {
	l := f.Rows(h.list)
	n := number{unknown: l.State != rule.Known || !l.Complete && !h.list.Closed}
	if n.unknown {
		return n
	}
	for i := range l.N {
		n.gather(o.fn, f.Cell(h.fact, i), i == 0)
	}
	n.none = !n.unknown && l.N == 0 && o.fn != "sum"
	return n
}

// answer asks the reference engine about a leaf.
func (m *Matcher) answer(i int, h *home) number {
	a := &m.leaves[i]
	if a.program == nil || a.frame != h.frame {
		p, _ := rule.Compile(h.schema, []rule.Rule{{ID: "leaf", Node: h.node}}) // it is a leaf of a program that compiled
		*a = answerer{h.frame, p, p.NewResult()}
	}
	a.program.Eval(m.facts[h.frame], a.result)
	switch a.result.Rules[0] {
	case rule.Met:
		return number{lo: 1, hi: 1}
	case rule.Unmet:
		return number{}
	}
	return number{unknown: true}
}
