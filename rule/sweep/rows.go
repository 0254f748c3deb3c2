package sweep

import (
	"math"
	"math/bits"
	"slices"

	"shenbao/rule"
)

// The answers about the rows of a list: the row conditions were answered for
// all rows of the batch's units; here they are drawn together by unit.

// condition asks the list's level for a row condition and returns where its
// answers are gathered.
func (b *builder) condition(fact *rule.Fact, where rule.Node) (listAt, cond int) {
	l := b.listLevel(fact)
	listAt = slices.Index(b.plan.lists, l)
	if where == nil {
		return listAt, -1
	}
	reg := b.node(&l.level, where)
	if i := slices.Index(l.conds, reg); i >= 0 {
		return listAt, i
	}
	l.conds = append(l.conds, reg)
	return listAt, len(l.conds) - 1
}

// countBits counts the bits from s up to e.
func countBits(b []uint64, s, e uint32) int {
	if s >= e {
		return 0
	}
	first, last := s/64, (e-1)/64
	head, tail := ^uint64(0)<<(s%64), ^uint64(0)>>(63-(e-1)%64)
	if first == last {
		return bits.OnesCount64(b[first] & head & tail)
	}
	n := bits.OnesCount64(b[first]&head) + bits.OnesCount64(b[last]&tail)
	for _, x := range b[first+1 : last] {
		n += bits.OnesCount64(x)
	}
	return n
}

// more are the units of a batch whose list may have more rows: it is not known,
// or not complete.
func (l *list) more(batch int) (w words) {
	known := l.state.known(batch)
	complete := l.state.bits(batch, 0)
	for i := range w {
		w[i] = ^known[i]
		if !l.fact.Closed {
			w[i] |= ^complete[i]
		}
	}
	return w
}

// reasons adds why there may be more rows.
func (l *list) reasons(batch int, p *planes) {
	l.state.reasons(batch, p)
	known, more := l.state.known(batch), l.more(batch)
	for i := range more {
		p[openPlane][i] |= more[i] & known[i]
	}
}

// gatherReasons adds, for each unit, the reasons found among its rows.
func (g *gathered) gatherReasons(p *planes, of func(r int, word uint32) uint64) {
	for unit := range batchRows {
		s, e := g.at[unit], g.at[unit+1]
		for at := s; at < e; at = at&^63 + 64 {
			mask := ^uint64(0) << (at % 64)
			if e < at&^63+64 {
				mask &= 1<<(e%64) - 1
			}
			for r := range p {
				if of(r, at/64)&mask != 0 {
					p[r][unit/64] |= 1 << (unit % 64)
				}
			}
		}
	}
}

// condReasons adds why the rows' condition is unknown.
func (g *gathered) condReasons(cond int, p *planes) {
	if cond >= 0 {
		c := &g.conds[cond]
		g.gatherReasons(p, func(r int, w uint32) uint64 { return c.why[r][w] })
	}
}

// quantified answers 存在, or with every its mirror 所有.
func (b *builder) quantified(l *level, fact *rule.Fact, where rule.Node, every bool) int {
	at, cond := b.condition(fact, where)
	dst := l.register()
	l.add(func(w *work) {
		g := w.lists[at]
		c, d := &g.conds[cond], &w.truth[dst]
		more := g.level.list.more(w.batch)
		decides, other := c.t, c.f
		if every {
			decides, other = other, decides
		}
		for i := range more {
			var found, open uint64
			for j := range 64 {
				s, e := g.at[i*64+j], g.at[i*64+j+1]
				yes := countBits(decides, s, e)
				found |= bit(yes > 0) << j
				open |= bit(yes+countBits(other, s, e) < int(e-s)) << j
			}
			d.t[i], d.f[i] = found, ^(found | open | more[i])
			if every {
				d.t[i], d.f[i] = d.f[i], d.t[i]
			}
		}
	}, func(w *work) {
		g, p := w.lists[at], w.blank(0)
		g.level.list.reasons(w.batch, p)
		g.condReasons(cond, p)
		w.keep(dst, p)
	})
	return dst
}

// givenList is a list with a row in it.
func (b *builder) givenList(l *level, fact *rule.Fact) int {
	at, _ := b.condition(fact, nil)
	dst := l.register()
	l.add(func(w *work) {
		g, d := w.lists[at], &w.truth[dst]
		more := g.level.list.more(w.batch)
		for i := range more {
			var some uint64
			for j := range 64 {
				some |= bit(g.at[i*64+j+1] > g.at[i*64+j]) << j
			}
			d.t[i], d.f[i] = some, ^(some | more[i])
		}
	}, func(w *work) {
		p := w.blank(0)
		w.lists[at].level.list.reasons(w.batch, p)
		w.keep(dst, p)
	})
	return dst
}

// count is how many rows meet a condition: an interval when some are unknown.
func (b *builder) count(l *level, o *rule.Agg) operand {
	at, cond := b.condition(o.Of, o.Where)
	reg := l.numberRegister(true)
	l.add(func(w *work) {
		g, d := w.lists[at], &w.num[reg]
		more := g.level.list.more(w.batch)
		for i := range batchRows {
			s, e := g.at[i], g.at[i+1]
			met, may := int(e-s), int(e-s)
			if cond >= 0 {
				met = countBits(g.conds[cond].t, s, e)
				may -= countBits(g.conds[cond].f, s, e)
			}
			d.buf[i], d.high[i] = int64(met), int64(may)
			if more[i/64]>>(i%64)&1 == 1 {
				d.high[i] = math.MaxInt64
			}
		}
		d.known = allRows
	}, func(w *work) {
		g, p := w.lists[at], &w.num[reg].why
		g.level.list.reasons(w.batch, p)
		g.condReasons(cond, p)
	})
	return operand{reg: reg, interval: true, lo: 0, hi: math.MaxInt64}
}

// fold is the sum, greatest or least value of a column of the rows that meet a
// condition.
func (b *builder) fold(l *level, o *rule.Agg) operand {
	at, cond := b.condition(b.ownerOf(o.Of), o.Where)
	rows := b.plan.lists[at]
	cell := b.load(&rows.level, b.operandOf(&rows.level, &rule.FactOf{Fact: o.Of}))
	i := slices.Index(rows.cells, cell.reg)
	if i < 0 {
		i = len(rows.cells)
		rows.cells = append(rows.cells, cell.reg)
	}
	f := &folder{at: at, cond: cond, cell: i, fn: o.Fn, reg: l.numberRegister(false)}
	l.add(f.run, f.why)
	r := operand{reg: f.reg, none: o.Fn != "sum", lo: math.MinInt64, hi: math.MaxInt64}
	if most := int64(rows.list.most); cell.lo > -1e14 && cell.hi < 1e14 {
		r.lo, r.hi = min(0, most*cell.lo), max(0, most*cell.hi)
	}
	return r
}

// ownerOf is the list that a column belongs to.
func (b *builder) ownerOf(column *rule.Fact) *rule.Fact {
	for _, l := range b.table.lists {
		if l.col[column] != nil {
			return l.fact
		}
	}
	return nil
}

// folder draws the cells of each unit's rows together.
type folder struct {
	at, cond, cell int
	fn             string
	reg            int
}

func (f *folder) run(w *work) {
	g, d := w.lists[f.at], &w.num[f.reg]
	d.known, d.none = g.level.list.more(w.batch), words{}
	for i := range d.known {
		d.known[i] = ^d.known[i]
	}
	for i := range batchRows {
		known, some := true, false
		var sum int64
		for at := g.at[i]; at < g.at[i+1]; at++ {
			met, unmet := true, false
			if f.cond >= 0 {
				c := &g.conds[f.cond]
				met, unmet = c.t[at/64]>>(at%64)&1 == 1, c.f[at/64]>>(at%64)&1 == 1
			}
			if unmet {
				continue
			}
			cells := &g.cells[f.cell]
			known = known && met && cells.known[at/64]>>(at%64)&1 == 1
			switch v := cells.n[at]; {
			case !some:
				sum = v
			case f.fn == "sum":
				sum += v
			case f.fn == "max":
				sum = max(sum, v)
			default:
				sum = min(sum, v)
			}
			some = true
		}
		d.buf[i] = sum
		d.known[i/64] &^= bit(!known) << (i % 64)
		d.none[i/64] |= bit(!some && f.fn != "sum") << (i % 64)
	}
	for i := range d.none {
		d.none[i] &= d.known[i]
	}
}

func (f *folder) why(w *work) {
	g, p := w.lists[f.at], &w.num[f.reg].why
	g.level.list.reasons(w.batch, p)
	g.condReasons(f.cond, p)
	cells := &g.cells[f.cell]
	g.gatherReasons(p, func(r int, at uint32) uint64 {
		why := cells.why[r][at]
		if f.cond >= 0 {
			why &= g.conds[f.cond].t[at]
		}
		return why
	})
}
