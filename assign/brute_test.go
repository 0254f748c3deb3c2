package assign

import "shenbao/assign/batch"

// A worth is what the goals of a plan reached, in their order.
type worth struct{ kept, locals, worst, total int64 }

// better compares by the goals that were asked for.
func (a worth) better(b worth, o Options, remote bool) bool {
	switch {
	case o.Before != nil && a.kept != b.kept:
		return a.kept > b.kept
	case remote && a.locals != b.locals:
		return a.locals < b.locals
	case o.Floor && a.worst != b.worst:
		return a.worst > b.worst
	}
	return a.total > b.total
}

// brute tries every plan without randomness. filled is the most seats that can
// be filled, best the worth of the best plan that fills all.
type brute struct {
	p      *batch.Problem
	o      Options
	rows   []batch.Row
	load   []int
	found  bool
	best   worth
	filled int
	before map[[2]int]bool
}

func bruteForce(p *batch.Problem, o Options) *brute {
	b := &brute{p: p, o: o, rows: p.Rows(), load: make([]int, len(p.Experts)), before: map[[2]int]bool{}}
	for _, s := range o.Before {
		b.before[[2]int{s.Row, s.Expert}] = true
	}
	b.row(0, worth{worst: batch.MaxScore}, 0)
	return b
}

// row tries every panel of a row, those with empty seats too.
func (b *brute) row(r int, w worth, filled int) {
	if r == len(b.rows) {
		b.filled = max(b.filled, filled)
		if filled == b.p.Demand() && (!b.found || w.better(b.best, b.o, b.p.RemoteFirst)) {
			b.found, b.best = true, w
		}
		return
	}
	b.choose(r, 0, nil, w, filled)
}

func (b *brute) choose(r, from int, panel []int, w worth, filled int) {
	b.row(r+1, w, filled)
	if len(panel) == b.rows[r].Need {
		return
	}
	for j := from; j < len(b.p.Experts); j++ {
		if !b.may(r, j, panel) {
			continue
		}
		next := w
		a := b.rows[r].Application
		score := int64(b.p.Scores.Of(a, j))
		next.total += score
		next.worst = min(next.worst, score)
		if b.p.Local(a, j) {
			next.locals++
		}
		if b.before[[2]int{r, j}] {
			next.kept++
		}
		b.load[j]++
		b.choose(r, j+1, append(panel[:len(panel):len(panel)], j), next, filled+1)
		b.load[j]--
	}
}

// may reports whether an expert can join a panel.
func (b *brute) may(r, j int, panel []int) bool {
	row, e := b.rows[r], b.p.Experts[j]
	if e.Seat != row.Seat || b.load[j] == e.Load || b.p.Scores.Of(row.Application, j) == batch.Recused {
		return false
	}
	seat := b.p.Seats[row.Seat]
	unit, local := 0, 0
	for _, k := range panel {
		if e.Unit != "" && b.p.Experts[k].Unit == e.Unit {
			unit++
		}
		if b.p.Local(row.Application, k) {
			local++
		}
	}
	if seat.PerUnit != batch.NoCap && unit >= seat.PerUnit {
		return false
	}
	return seat.Local == batch.NoCap || !b.p.Local(row.Application, j) || local < seat.Local
}
