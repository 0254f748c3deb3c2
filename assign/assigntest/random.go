package assigntest

import (
	"fmt"
	"math/rand/v2"

	"shenbao/assign/batch"
)

// Random makes a small batch: few scores, so that ties abound, with
// recusals and at times seats, caps and places.
func Random(rnd *rand.Rand, applications, experts int) *batch.Problem {
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
