package sweep

import (
	"shenbao/rule"
)

// truth is the answers of a batch: bits of the rows that are met, and unmet.
type truth struct{ t, f words }

// work is the registers of one level while a batch runs.
type work struct {
	*machine
	batch    int
	from, to int // the words of the batch that matter
	truth    []truth
	why      []planes // nil unless reasons are asked for
	num      []number
}

// machine runs a plan, one batch after the other. It is used by one goroutine.
type machine struct {
	plan    *Plan
	top     work
	lists   []*gathered
	facts   *rule.Facts // of the row that a check is asked about
	asked   map[*rule.Program]*rule.Result
	scratch [2]planes
	fetched uint64 // see column.fetch
}

// number is an operand's values in a batch: a point, or for a count of rows an
// interval. known rows have a value unless they are among none: there is no
// such quantity.
type number struct {
	buf, high   []int64
	known, none words
	why         planes
}

// numberSpec says what a number register needs.
type numberSpec struct{ interval bool }

// gathered holds what the row conditions of a list said of the rows of one
// batch of units.
type gathered struct {
	work
	level *listLevel
	first int      // the row of the list at bit 0
	at    []uint32 // where each unit's rows begin, and the last end
	conds []gatheredBits
	cells []gatheredCells
}

type gatheredBits struct {
	t, f []uint64
	why  [6][]uint64
}

type gatheredCells struct {
	n     []int64
	known []uint64
	why   [6][]uint64
}

func (p *Plan) machine(reasons bool) *machine {
	m := &machine{plan: p, asked: map[*rule.Program]*rule.Result{}}
	m.top = m.work(p.top, reasons)
	m.top.to = batchWords
	for _, l := range p.lists {
		g := &gathered{work: m.work(&l.level, reasons), level: l, at: make([]uint32, batchRows+1)}
		n := (l.list.span+63)/64 + 2
		side := func() (why [6][]uint64) {
			for r := range why {
				if reasons {
					why[r] = make([]uint64, n)
				}
			}
			return why
		}
		for range l.conds {
			g.conds = append(g.conds, gatheredBits{make([]uint64, n), make([]uint64, n), side()})
		}
		for range l.cells {
			g.cells = append(g.cells, gatheredCells{make([]int64, n*64), make([]uint64, n), side()})
		}
		m.lists = append(m.lists, g)
	}
	return m
}

func (m *machine) work(l *level, reasons bool) work {
	w := work{machine: m, truth: make([]truth, l.registers), num: make([]number, len(l.numbers))}
	if reasons {
		w.why = make([]planes, l.registers)
	}
	for i, s := range l.numbers {
		n := &w.num[i]
		n.buf = make([]int64, batchRows)
		n.high = n.buf
		if s.interval {
			n.high = make([]int64, batchRows)
		}
	}
	return w
}

// run answers the rules for one batch of units.
func (m *machine) run(batch int) {
	for _, g := range m.lists {
		g.gather(batch)
	}
	for _, c := range m.plan.top.columns {
		m.fetched |= c.fetch(batch)
	}
	m.top.batch = batch
	m.top.answer(m.plan.top)
}

func (w *work) answer(l *level) {
	for i := range l.steps {
		l.steps[i].run(w)
	}
	if w.why == nil {
		return
	}
	for i := range w.why {
		w.why[i] = planes{}
	}
	for i := range w.num {
		w.num[i].why = planes{}
	}
	for i := range l.steps {
		if why := l.steps[i].why; why != nil {
			why(w)
		}
	}
}

// unknown are the rows of a register that are neither met nor unmet.
func (w *work) unknown(reg int) (u words) {
	for i := range u {
		u[i] = ^(w.truth[reg].t[i] | w.truth[reg].f[i])
	}
	return u
}

// blank returns a set of planes to fill; i tells apart those that are needed
// at once.
func (m *machine) blank(i int) *planes {
	m.scratch[i] = planes{}
	return &m.scratch[i]
}

// gather answers the row conditions for the rows of a batch of units.
func (g *gathered) gather(batch int) {
	l := g.level.list
	first := int(l.start[batch*batchWords])
	g.first = first &^ 63
	at := uint32(first - g.first)
	for i, n := range l.count[batch] {
		g.at[i] = at
		at += uint32(n)
	}
	g.at[batchRows] = at
	end := g.first + int(at)
	if len(g.conds)+len(g.cells) == 0 {
		return
	}
	for row := g.first; row < end; row = (row/batchRows + 1) * batchRows {
		g.batch = row / batchRows
		start := g.batch * batchRows
		g.from, g.to = (row-start)/64, min(batchWords, (end-start+63)/64)
		g.answer(&g.level.level)
		g.keep((start - g.first) / 64)
	}
}

// keep copies the results of a batch of rows behind those before.
func (g *gathered) keep(shift int) {
	for i, reg := range g.level.conds {
		c := &g.conds[i]
		copy(c.t[shift+g.from:], g.truth[reg].t[g.from:g.to])
		copy(c.f[shift+g.from:], g.truth[reg].f[g.from:g.to])
		for r := range c.why {
			if g.why != nil {
				copy(c.why[r][shift+g.from:], g.why[reg][r][g.from:g.to])
			}
		}
	}
	for i, reg := range g.level.cells {
		c, n := &g.cells[i], &g.num[reg]
		copy(c.n[(shift+g.from)*64:], n.buf[g.from*64:g.to*64])
		copy(c.known[shift+g.from:], n.known[g.from:g.to])
		for r := range c.why {
			if g.why != nil {
				copy(c.why[r][shift+g.from:], n.why[r][g.from:g.to])
			}
		}
	}
}
