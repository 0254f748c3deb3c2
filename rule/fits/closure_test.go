package fits

import (
	"testing"

	"shenbao/rule"
	"shenbao/rule/sweep"
)

// The comparison with plain Go: every condition of every call as a closure over
// a unit's numbers, as somebody would write it by hand for these forms.

// A closureUnit is a unit's numbers by field, and which are known.
type closureUnit struct {
	known uint64
	n     [64]int64
}

type closure func(u *closureUnit) rule.Truth

// A closureCall is what a call asks: what must hold, and what must be known.
type closureCall struct{ refuse, ask []closure }

func (c *closureCall) class(u *closureUnit) sweep.Class {
	class := sweep.Qualifying
	for _, fn := range c.refuse {
		switch fn(u) {
		case rule.Unmet:
			return sweep.Not
		case rule.Unknown:
			class = sweep.Could
		}
	}
	for _, fn := range c.ask {
		if fn(u) == rule.Unknown {
			class = sweep.Could
		}
	}
	return class
}

// fieldsOf gives every fact of the forms a place in a closureUnit; a series is
// its sum over three years, as the calls ask.
func fieldsOf(k *market) map[string]int {
	fields := map[string]int{}
	for _, s := range k.schemas {
		for _, f := range s.Facts {
			if _, ok := fields[f.Code]; !ok && f.Kind != rule.ListKind {
				fields[f.Code] = len(fields)
			}
		}
	}
	return fields
}

func closureUnitOf(f *rule.Facts, fields map[string]int) (u closureUnit) {
	for _, fact := range f.Schema.Facts {
		i, ok := fields[fact.Code]
		if !ok {
			continue
		}
		known, n := true, int64(0)
		if fact.Kind == rule.SeriesKind {
			for y := 2021; y <= 2023; y++ {
				v := f.YearValue(fact, y)
				known, n = known && v.State == rule.Known, n+v.N
			}
		} else {
			v := f.Value(fact)
			known, n = v.State == rule.Known, v.N
		}
		if known {
			u.known |= 1 << i
			u.n[i] = n
		}
	}
	return u
}

// inRuns is a number in one of some runs, with each a condition of one operand.
func inRuns(i int, s set) closure {
	if len(s.runs) == 1 {
		lo, hi := s.runs[0].lo, s.runs[0].hi
		return func(u *closureUnit) rule.Truth {
			if u.known>>i&1 == 0 {
				return rule.Unknown
			}
			return rule.Of(u.n[i] >= lo && u.n[i] <= hi)
		}
	}
	return func(u *closureUnit) rule.Truth {
		if u.known>>i&1 == 0 {
			return rule.Unknown
		}
		return rule.Of(s.has(u.n[i]))
	}
}

func closureOf(n rule.Node, fields map[string]int) closure {
	switch n := n.(type) {
	case *rule.Not:
		x := closureOf(n.X, fields)
		return func(u *closureUnit) rule.Truth { return x(u).Not() }
	case *rule.Any:
		var of []closure
		for _, k := range n.Of {
			of = append(of, closureOf(k, fields))
		}
		return func(u *closureUnit) rule.Truth {
			t := rule.Unmet
			for _, x := range of {
				if t = t.Or(x(u)); t == rule.Met {
					break
				}
			}
			return t
		}
	case *rule.Has:
		i, o := fields[n.Fact.Code], optionsIn(n.Fact, n.Set).runs[0].lo
		return func(u *closureUnit) rule.Truth {
			if u.known>>i&1 == 0 {
				return rule.Unknown
			}
			return rule.Of(u.n[i]>>o&1 == 1)
		}
	case *rule.Ratio:
		part, base := fields["rd"], fields["income"]
		share, _ := rule.Constant(n.Share)
		return func(u *closureUnit) rule.Truth {
			switch {
			case u.known>>base&1 == 1 && u.n[base] <= 0:
				return rule.Unmet
			case u.known>>base&1 == 0 || u.known>>part&1 == 0:
				return rule.Unknown
			}
			return rule.Of(u.n[part]*10000 >= u.n[base]*share)
		}
	case *rule.Compare:
		x, op, c, _ := limited(n)
		switch x := x.(type) {
		case *rule.Age:
			at, _ := rule.Constant(x.At)
			return inRuns(fields[x.Of.Code], births(compared(op, c), at))
		case *rule.Agg:
			return inRuns(fields[x.Of.Code], compared(op, c))
		case *rule.FactOf:
			return inRuns(fields[x.Fact.Code], compared(op, c))
		}
	}
	f, s, _ := single(n)
	return inRuns(fields[f.Code], s)
}

func closureCalls(k *market) []closureCall {
	fields := fieldsOf(k)
	out := make([]closureCall, len(k.calls))
	for i, p := range k.calls {
		for j := range p.Rules {
			fn := closureOf(p.Rules[j].Node, fields)
			if _, fails := binding(&p.Rules[j]); fails {
				out[i].refuse = append(out[i].refuse, fn)
			} else {
				out[i].ask = append(out[i].ask, fn)
			}
		}
	}
	return out
}

// BenchmarkClosures is plain Go, which stops at the first condition that fails.
func BenchmarkClosures(b *testing.B) {
	k := marketOf("round")
	calls, fields := closureCalls(k.market), fieldsOf(k.market)
	var units []closureUnit
	for _, u := range k.units {
		units = append(units, closureUnitOf(u[0], fields))
	}
	classes, i := [3]int{}, 0
	for b.Loop() {
		for j := range calls {
			classes[calls[j].class(&units[i&255])]++
		}
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchCalls, "ns/call")
}

// All ways of the benchmarks answer alike.
func TestBenchmarksAgree(t *testing.T) {
	k := newMarket(t, 2000, nil)
	ix, calls, fields := NewIndex(k.calls), closureCalls(k), fieldsOf(k)
	m := ix.NewMatcher()
	for range 5 {
		facts := laidBy(ix, k.unit())
		m.Match(facts...)
		u := closureUnitOf(facts[0], fields)
		for i, p := range k.calls {
			res := p.NewResult()
			p.Eval(facts[ix.frame[i]], res)
			if a, b, c := m.Class(i), calls[i].class(&u), classOf(p, res); a != b || b != c {
				t.Fatalf("call %d: the index says %s, closures %s, the reference %s", i, a, b, c)
			}
		}
	}
}
