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
		d := rule.Share(v.n, within.n)
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
		return l.within(col[n.Fact], maskRuns(optionMask(n.Fact, n.Set)))
	case *rule.Has:
		return l.has(col[n.Fact], optionMask(n.Fact, n.Set)[0], n.All)
	case *rule.Within:
		return l.within(col[n.Fact], placeRuns(n.Set))
	case *rule.During:
		from, to := windowBounds(n.Window, n.Fact.Kind == rule.DateKind)
		return l.within(col[n.Fact], [][2]int64{{from, to}})
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
	return l.not(l.within(col, [][2]int64{{0, 0}}))
}

// leafOf adds a leaf whose met rows fill finds among the known ones.
func (l *level) leafOf(c *column, fill func(w *work, dst *words)) int {
	l.reads(c)
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

// flag is the value of a yes or no.
func (l *level) flag(c *column) int {
	l.reads(c)
	dst := l.register()
	l.add(func(w *work) {
		d, known, s := &w.truth[dst], c.known(w.batch), c.cut(w.batch)
		if s.width == 0 {
			d.t, d.f = words{}, *known
			return
		}
		for h := range batchParts {
			yes, at := &s.part(h)[0], h*lineWords
			k, t, f := (*line)(known[at:]), (*line)(d.t[at:]), (*line)(d.f[at:])
			for i := range yes {
				t[i], f[i] = k[i]&yes[i], k[i]&^yes[i]
			}
		}
	}, func(w *work) {
		p := w.blank(0)
		c.reasons(w.batch, p)
		w.keep(dst, p)
	})
	return dst
}

// has is a set with all, or one, of the options of a mask.
func (l *level) has(c *column, mask uint64, all bool) int {
	return l.leafOf(c, func(w *work, dst *words) {
		s := c.cut(w.batch)
		for h := range batchParts {
			d := (*line)(dst[h*lineWords:])
			options(d, s.part(h), mask, all)
		}
	})
}

// within is a number in one of some runs, both ends included.
func (l *level) within(c *column, runs [][2]int64) int {
	return l.leafOf(c, func(w *work, dst *words) {
		s := c.cut(w.batch)
		*dst = words{}
		for _, r := range runs {
			var from, past words
			s.reach(&from, r[0])
			s.reach(&past, r[1]+1)
			for i := range dst {
				dst[i] |= from[i] &^ past[i]
			}
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
	return l.leafOf(c, func(w *work, dst *words) { listed(dst, c.batches[w.batch].codes, mask, w.from, w.to) })
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
		cx, cy := x.batches[w.batch].codes, y.batches[w.batch].codes
		for i := w.from; i < w.to; i++ {
			var eq uint64
			for j := range 64 {
				a := &x.dict.entries[cx[i*64+j]]
				b := &y.dict.entries[cy[i*64+j]]
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

// maskRuns are the runs of ones in a mask.
func maskRuns(mask []uint64) (out [][2]int64) {
	for i := range int64(len(mask) * 64) {
		if mask[i/64]>>(i%64)&1 == 0 {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n][1] == i-1 {
			out[n][1] = i
		} else {
			out = append(out, [2]int64{i, i})
		}
	}
	return out
}

// placeRuns is a set of places as runs of codes: a province or city holds all
// below it.
func placeRuns(s rule.Set) [][2]int64 {
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
