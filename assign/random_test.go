package assign

import (
	"fmt"
	"math/rand/v2"

	"shenbao/assign/batch"
)

// randomProblem makes a small batch: few scores, so that ties abound, with
// recusals and at times seats, caps and places.
func randomProblem(rnd *rand.Rand, applications, experts int) *batch.Problem {
	p := &batch.Problem{}
	kinds := 1 + rnd.IntN(2)
	for k := range kinds {
		s := batch.Seat{Name: fmt.Sprint("seat", k), PerUnit: batch.NoCap, Local: batch.NoCap}
		if rnd.IntN(2) == 0 {
			s.PerUnit = 1 + rnd.IntN(2)
		}
		if rnd.IntN(2) == 0 {
			s.Local = rnd.IntN(3)
		}
		p.Seats = append(p.Seats, s)
	}
	p.RemoteFirst = rnd.IntN(3) == 0
	for a := range applications {
		x := batch.Application{ID: fmt.Sprint("A", a), Place: place(rnd)}
		for range kinds {
			x.Needs = append(x.Needs, rnd.IntN(3))
		}
		p.Applications = append(p.Applications, x)
	}
	units := 1 + rnd.IntN(experts)
	for j := range experts {
		e := batch.Expert{ID: fmt.Sprint("E", j), Load: rnd.IntN(4)}
		u := rnd.IntN(units)
		e.Unit, e.Seat, e.Place = fmt.Sprint("U", u), u%kinds, fmt.Sprint("P", u%3)
		if rnd.IntN(5) == 0 {
			e.Unit = ""
		}
		p.Experts = append(p.Experts, e)
	}
	p.Scores = randomScores(rnd, p)
	return p
}

func place(rnd *rand.Rand) string {
	if k := rnd.IntN(4); k < 3 {
		return fmt.Sprint("P", k)
	}
	return ""
}

func randomScores(rnd *rand.Rand, p *batch.Problem) *batch.Scores {
	levels := []int32{0, 250_000, 500_000, 1_000_000}
	score := func() int32 {
		switch rnd.IntN(10) {
		case 0, 1:
			return batch.Recused
		case 2, 3, 4:
			return rnd.Int32N(batch.MaxScore + 1)
		}
		return levels[rnd.IntN(len(levels))]
	}
	if rnd.IntN(2) == 0 {
		var rows [][]int32
		for range p.Applications {
			var r []int32
			for range p.Experts {
				r = append(r, score())
			}
			rows = append(rows, r)
		}
		return batch.NewMatrix(len(p.Experts), rows)
	}
	l := batch.NewLists(len(p.Experts))
	for range p.Applications {
		for j := range p.Experts {
			if rnd.IntN(5) > 0 {
				l.Add(int32(j), score())
			}
		}
		l.Next()
	}
	return l.Scores()
}

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
