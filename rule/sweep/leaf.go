package sweep

import (
	"slices"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// leaf plans a leaf. What cannot be said in columns is asked of the reference
// engine row by row.
func (b *builder) leaf(l *level, n rule.Node) int {
	switch n := n.(type) {
	case *rule.Compare:
		if r, ok := b.ageLimit(l, n.L, n.Op, n.R); ok {
			return r
		}
		return b.compare(l, b.operandOf(l, n.L), n.Op, b.operandOf(l, n.R))
	case *rule.Between:
		x := b.operandOf(l, n.X)
		lo := b.compare(l, x, rule.AtLeast, b.operandOf(l, n.Lo))
		return l.all([]int{lo, b.compare(l, x, rule.AtMost, b.operandOf(l, n.Hi))})
	case *rule.About:
		x, v, within := b.operandOf(l, n.L), b.operandOf(l, n.V), b.operandOf(l, n.Within)
		if !v.fixed || !within.fixed {
			return b.ask(l, n)
		}
		d := share(v.n, within.n)
		lo := b.compare(l, x, rule.AtLeast, fixed(v.n-d))
		return l.all([]int{lo, b.compare(l, x, rule.AtMost, fixed(v.n+d))})
	case *rule.Ratio:
		s := b.operandOf(l, n.Share)
		if !s.fixed || s.n < 0 {
			return b.ask(l, n)
		}
		return b.ratio(l, b.operandOf(l, n.L), n.Op, s.n, b.operandOf(l, n.Of))
	case *rule.Exists:
		return b.quantified(l, n.List, n.Where, false)
	case *rule.Every:
		return b.quantified(l, n.List, n.Where, true)
	case *rule.Call:
		return b.ask(l, n)
	}
	return b.scalar(l, n)
}

// ageLimit plans the age of somebody at a fixed day against a fixed number: it
// is a question about the birthday.
func (b *builder) ageLimit(l *level, x rule.Operand, op rule.Op, y rule.Operand) (int, bool) {
	age, ok := x.(*rule.Age)
	if !ok {
		return 0, false
	}
	at, limit := b.operandOf(l, age.At), b.operandOf(l, y)
	if !at.fixed || !limit.fixed || limit.n < -300 || limit.n > 300 || at.n < firstDay/2 || at.n > lastDay/2 {
		return 0, false
	}
	born := b.operandOf(l, &rule.FactOf{Fact: age.Of})
	latest, next := fixed(bornBy(limit.n, at.n)), fixed(bornBy(limit.n+1, at.n))
	switch op {
	case rule.AtLeast:
		return b.compare(l, born, rule.AtMost, latest), true
	case rule.Greater:
		return b.compare(l, born, rule.AtMost, next), true
	case rule.Less:
		return b.compare(l, born, rule.Greater, latest), true
	case rule.AtMost:
		return b.compare(l, born, rule.Greater, next), true
	}
	in := l.all([]int{b.compare(l, born, rule.AtMost, latest), b.compare(l, born, rule.Greater, next)})
	if op == rule.NotEqual {
		in = l.not(in)
	}
	return in, true
}

// scalar plans a leaf that looks at one fact.
func (b *builder) scalar(l *level, n rule.Node) int {
	col := b.frame(l).col
	switch n := n.(type) {
	case *rule.Is:
		return l.flag(col[n.Fact])
	case *rule.Given:
		return b.given(l, n.Fact)
	case *rule.In:
		return l.member(col[n.Fact], optionMask(n.Fact, n.Set))
	case *rule.Has:
		mask := optionMask(n.Fact, n.Set)[0]
		if n.All {
			return l.such(col[n.Fact], func(v int64) bool { return uint64(v)&mask == mask })
		}
		return l.such(col[n.Fact], func(v int64) bool { return uint64(v)&mask != 0 })
	case *rule.Within:
		return b.within(l, col[n.Fact], placeRanges(n.Set))
	case *rule.During:
		from, to := windowBounds(n.Window, n.Fact.Kind == rule.DateKind)
		return b.inside(l, col[n.Fact], from, to)
	case *rule.TextClass:
		return l.text(col[n.Fact], askOnce(n.Fact, func(f *rule.Fact) rule.Node {
			return &rule.TextClass{Fact: f, Without: n.Without, Class: n.Class}
		}))
	case *rule.Matches:
		return l.text(col[n.Fact], askOnce(n.Fact, func(f *rule.Fact) rule.Node { return &rule.Matches{Fact: f, Re: n.Re} }))
	case *rule.Same:
		if n.Other != nil {
			return l.same(col[n.Fact], col[n.Other])
		}
		return l.text(col[n.Fact], func(e *entry) bool { return e.text[:e.cut] == n.Str })
	}
	b.refuse(n)
	return l.register()
}

// refuse notes that something has no column form; the language has grown then.
func (b *builder) refuse(n any) {
	if b.fault == nil {
		b.fault = fault.New(fault.Internal, "sweep.node", n)
	}
}

func (b *builder) given(l *level, f *rule.Fact) int {
	col := b.frame(l).col[f]
	switch f.Kind {
	case rule.ListKind:
		return b.givenList(l, f)
	case rule.FileKind:
		return l.flag(col)
	case rule.TextKind, rule.LongTextKind:
		return l.text(col, func(e *entry) bool { return e.chars != 0 })
	case rule.UnitKind, rule.PersonKind:
		return l.text(col, func(e *entry) bool { return e.cut != 0 })
	}
	return l.such(col, func(v int64) bool { return v != 0 })
}

// leafOf adds a leaf whose met rows fill finds among the known ones.
func (l *level) leafOf(c *column, fill func(w *work, dst *words)) int {
	dst := l.register()
	l.add(func(w *work) {
		d, known := &w.truth[dst], c.known(w.batch)
		fill(w, &d.t)
		for i := w.from; i < w.to; i++ {
			d.f[i] = known[i] &^ d.t[i]
			d.t[i] &= known[i]
		}
	}, func(w *work) {
		p := w.blank(0)
		c.reasons(w.batch, p)
		w.keep(dst, p)
	})
	return dst
}

func (l *level) flag(c *column) int {
	dst := l.register()
	l.add(func(w *work) {
		k, first := c.batch(w.batch)
		d := &w.truth[dst]
		known, yes := (*words)(k.valid[first/64:]), (*words)(k.flags[first/64:])
		for i := range known {
			d.t[i], d.f[i] = known[i]&yes[i], known[i]&^yes[i]
		}
	}, func(w *work) {
		p := w.blank(0)
		c.reasons(w.batch, p)
		w.keep(dst, p)
	})
	return dst
}

// member is a value among those of a mask.
func (l *level) member(c *column, mask []uint64) int {
	if len(mask) == 1 {
		return l.leafOf(c, func(w *work, dst *words) {
			if k, first := c.batch(w.batch); k.wide != nil {
				among(dst, k.wide[first:], mask[0], w.from, w.to)
			} else {
				among(dst, k.narrow[first:], mask[0], w.from, w.to)
			}
		})
	}
	return l.leafOf(c, func(w *work, dst *words) {
		if k, first := c.batch(w.batch); k.wide != nil {
			listed(dst, k.wide[first:], mask, w.from, w.to)
		} else {
			listed(dst, k.narrow[first:], mask, w.from, w.to)
		}
	})
}

// such is a value of which fn says so.
func (l *level) such(c *column, fn func(int64) bool) int {
	return l.leafOf(c, func(w *work, dst *words) {
		if k, first := c.batch(w.batch); k.wide != nil {
			test(dst, k.wide[first:], fn, w.from, w.to)
		} else {
			test(dst, k.narrow[first:], fn, w.from, w.to)
		}
	})
}

// text asks once for every distinct text of a column.
func (l *level) text(c *column, fn func(e *entry) bool) int {
	mask := make([]uint64, max(2, len(c.dict.entries)/64+1))
	for i := range c.dict.entries {
		if fn(&c.dict.entries[i]) {
			mask[i/64] |= 1 << (i % 64)
		}
	}
	return l.member(c, mask)
}

// askOnce asks the reference engine about one text, by a leaf over a schema
// that holds nothing else.
func askOnce(fact *rule.Fact, leaf func(*rule.Fact) rule.Node) func(e *entry) bool {
	f := &rule.Fact{Code: fact.Code, Name: fact.Name, Kind: fact.Kind, MaxChars: fact.MaxChars}
	s, _ := rule.NewSchema([]*rule.Fact{f}, nil, nil)
	p, _ := rule.Compile(s, []rule.Rule{{ID: "x", Node: leaf(f)}})
	facts, res := s.NewFacts(), p.NewResult()
	return func(e *entry) bool {
		facts.Set(f, rule.Value{State: rule.Known, S: e.text[:e.cut]})
		p.Eval(facts, res)
		return res.Rules[0] == rule.Met
	}
}

// same is a text equal to another. The first that is unknown says why.
func (l *level) same(x, y *column) int {
	dst := l.register()
	l.add(func(w *work) {
		d, k1, k2 := &w.truth[dst], x.known(w.batch), y.known(w.batch)
		cx, first := x.batch(w.batch)
		cy, _ := y.batch(w.batch)
		for i := w.from; i < w.to; i++ {
			var eq uint64
			for j := range 64 {
				a := &x.dict.entries[cx.number(first+i*64+j)]
				b := &y.dict.entries[cy.number(first+i*64+j)]
				eq |= bit(a.text[:a.cut] == b.text[:b.cut]) << j
			}
			d.t[i], d.f[i] = eq&k1[i]&k2[i], k1[i]&k2[i]&^eq
		}
	}, func(w *work) {
		p, q := w.blank(0), w.blank(1)
		x.reasons(w.batch, p)
		y.reasons(w.batch, q)
		known := x.known(w.batch)
		for r := range p {
			for i := range known {
				p[r][i] |= q[r][i] & known[i]
			}
		}
		w.keep(dst, p)
	})
	return dst
}

// inside is a number between two, both included.
func (b *builder) inside(l *level, c *column, from, to int64) int {
	if from > to {
		return l.such(c, func(int64) bool { return false })
	}
	width := uint64(to) - uint64(from)
	return l.leafOf(c, func(w *work, dst *words) {
		if k, first := c.batch(w.batch); k.wide != nil {
			ranged(dst, k.wide[first:], from, width, w.from, w.to)
		} else {
			ranged32(dst, k.narrow[first:], from, width, w.from, w.to)
		}
	})
}

// within is a place in one of some runs of codes.
func (b *builder) within(l *level, c *column, ranges [][2]int64) int {
	if len(ranges) <= 4 {
		var of []int
		for _, r := range ranges {
			of = append(of, b.inside(l, c, r[0], r[1]))
		}
		if len(of) == 1 {
			return of[0]
		}
		return l.any(of)
	}
	return l.such(c, func(v int64) bool {
		return slices.ContainsFunc(ranges, func(r [2]int64) bool { return v >= r[0] && v <= r[1] })
	})
}

// optionMask is a set of options as bits by their index in f.
func optionMask(f *rule.Fact, s rule.Set) []uint64 {
	codes := s.Codes
	if s.Param != nil {
		codes = s.Param.Codes
	}
	m := make([]uint64, (len(f.Options)+63)/64)
	for i, o := range f.Options {
		if slices.Contains(codes, o.Code) || slices.Contains(codes, o.Name) {
			m[i/64] |= 1 << (i % 64)
		}
	}
	return m
}

// placeRanges is a set of places as runs of codes: a province or city holds all
// below it.
func placeRanges(s rule.Set) [][2]int64 {
	places := s.Places
	if s.Param != nil {
		places = s.Param.Places
	}
	var out [][2]int64
	for _, p := range places {
		switch {
		case p%10000 == 0:
			out = append(out, [2]int64{p, p + 9999})
		case p%100 == 0:
			out = append(out, [2]int64{p, p + 99})
		default:
			out = append(out, [2]int64{p, p})
		}
	}
	return out
}

// windowBounds is a window in days or in years.
func windowBounds(w rule.Window, days bool) (from, to int64) {
	if w.Days || !days {
		return w.From, w.To
	}
	return yearStart(w.From), yearStart(w.To+1) - 1
}
