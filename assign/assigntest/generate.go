// Package assigntest makes batches (评审批次) for tests and benchmarks, shaped
// like those of a science plan: subject codes in three levels, few of them
// popular, units with several experts, recusals of one's own unit. The same
// size gives the same batch on every machine.
package assigntest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"shenbao/assign/batch"
)

// The shape of GB/T 13745: so many codes of the first and second level, and
// about so many of the third in each of the second.
const (
	fields    = 62
	subfields = 11
	topics    = 4
)

// A Size says how large a batch is to be.
type Size struct {
	Applications, Experts, Need, Load int
	Listed                            int // about so many candidates an application
	Caps                              bool
}

// code is a subject code: a number for each level.
type code struct{ field, sub, topic int }

// Generate makes a batch of candidate lists. Every application lists the
// experts who share its field, at most twice Listed, and some from elsewhere.
func Generate(size Size) *batch.Problem {
	rnd := rand.New(rand.NewPCG(uint64(size.Applications), uint64(size.Experts)))
	units := max(2, size.Experts*16/100)
	seat := batch.Seat{PerUnit: batch.NoCap, Local: batch.NoCap}
	if size.Caps {
		seat.PerUnit, seat.Local = 1, 1
	}
	p := &batch.Problem{Seats: []batch.Seat{seat}}
	codes := make([][2]code, size.Experts)
	byField := make([][]int32, fields)
	for j := range size.Experts {
		u := skewed(rnd, units)
		p.Experts = append(p.Experts, batch.Expert{ID: fmt.Sprintf("E%05d", j+1), Unit: fmt.Sprintf("U%04d", u+1), Place: fmt.Sprintf("P%02d", u%16+1), Load: size.Load})
		codes[j] = [2]code{randomCode(rnd), randomCode(rnd)}
		for k, c := range codes[j] {
			if k == 0 || c.field != codes[j][0].field {
				byField[c.field] = append(byField[c.field], int32(j))
			}
		}
	}
	lists := batch.NewLists(size.Experts)
	var own []batch.Recusal
	for a := range size.Applications {
		u := skewed(rnd, units)
		p.Applications = append(p.Applications, batch.Application{ID: fmt.Sprintf("A%05d", a+1), Place: fmt.Sprintf("P%02d", u%16+1), Needs: []int{size.Need}})
		c := randomCode(rnd)
		for _, j := range listed(rnd, byField[c.field], size) {
			score := 400_000 * (rnd.Int32N(1000) * rnd.Int32N(1000) / 1000) / 1000
			score += max(agreement(c, codes[j][0]), agreement(c, codes[j][1])*9/10)
			if p.Experts[j].Unit == fmt.Sprintf("U%04d", u+1) {
				own = append(own, batch.Recusal{Application: a, Expert: int(j), Rule: "same-unit"})
				score = batch.Recused
			}
			lists.Add(j, score)
		}
		lists.Next()
	}
	p.Recusals, p.Scores = own, lists.Scores()
	return p
}

// listed are an application's candidates, sorted.
func listed(rnd *rand.Rand, near []int32, size Size) []int32 {
	out := make([]int32, 0, size.Listed)
	skip := max(1, len(near)/max(1, 2*size.Listed))
	for k := rnd.IntN(skip); k < len(near); k += skip {
		out = append(out, near[k])
	}
	for range max(20, size.Listed/10) {
		out = append(out, rnd.Int32N(int32(size.Experts)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// agreement is what two codes have in common, in millionths.
func agreement(a, b code) int32 {
	switch {
	case a.field != b.field:
		return 0
	case a.sub != b.sub:
		return 150_000
	case a.topic != b.topic:
		return 360_000
	}
	return 600_000
}

func randomCode(rnd *rand.Rand) code {
	return code{skewed(rnd, fields), skewed(rnd, subfields), rnd.IntN(topics)}
}

// skewed is a number below n; small ones are more frequent.
func skewed(rnd *rand.Rand, n int) int {
	return min(rnd.IntN(n), rnd.IntN(n))
}
