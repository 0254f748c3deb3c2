package verify

import (
	"math/big"

	"shenbao/assign/batch"
)

// bound adds up the prices of a proof: what no plan can be worth more than. It
// goes once over every pair that may be.
func (v *checker) bound(p *batch.Proof) (int64, error) {
	if len(p.Rows) != len(v.rows) || len(p.Experts) != len(v.p.Experts) {
		return 0, wrong("assign.verify.price", p.Goal)
	}
	if !v.small(p) {
		return 0, wrong("assign.verify.large")
	}
	sum := new(total)
	units := int64(v.c.Plan.Units)
	for r, price := range p.Rows {
		sum.add(price, int64(v.rows[r].Need)*units)
	}
	for j, price := range p.Experts {
		if price < 0 {
			return 0, wrong("assign.verify.price", p.Goal)
		}
		sum.add(price, int64(v.p.Experts[j].Load)*units)
	}
	locals := make([]int64, len(v.rows))
	for _, x := range p.Locals {
		if x.Row < 0 || x.Row >= len(v.rows) || x.Price < 0 || locals[x.Row] != 0 || v.seat(x.Row).Local == batch.NoCap {
			return 0, wrong("assign.verify.price", p.Goal)
		}
		locals[x.Row] = x.Price
		sum.add(x.Price, int64(v.seat(x.Row).Local)*units)
	}
	groups := make([]map[int]int64, len(v.rows))
	for _, x := range p.Units {
		if x.Row < 0 || x.Row >= len(v.rows) || x.Unit < 0 || x.Unit >= v.units || x.Price < 0 || v.seat(x.Row).PerUnit == batch.NoCap {
			return 0, wrong("assign.verify.price", p.Goal)
		}
		if groups[x.Row] == nil {
			groups[x.Row] = map[int]int64{}
		}
		if _, twice := groups[x.Row][x.Unit]; twice {
			return 0, wrong("assign.verify.price", p.Goal)
		}
		groups[x.Row][x.Unit] = x.Price
		sum.add(x.Price, int64(v.seat(x.Row).PerUnit)*units)
	}
	for r := range v.rows {
		v.excess(p, r, locals[r], groups[r], sum)
	}
	return sum.value()
}

// small asks that no price or weight is so large that a sum of a few of them
// overflows.
func (v *checker) small(p *batch.Proof) bool {
	fits := func(x, limit int64) bool { return -limit < x && x < limit }
	w := p.Weights
	if !fits(w.Score, 1<<32) || !fits(w.Local, 1<<58) || !fits(w.Kept, 1<<58) || !fits(w.One, 1<<58) {
		return false
	}
	for _, list := range [][]int64{p.Rows, p.Experts} {
		for _, x := range list {
			if !fits(x, 1<<58) {
				return false
			}
		}
	}
	for _, list := range [][]batch.Price{p.Locals, p.Units} {
		for _, x := range list {
			if !fits(x.Price, 1<<58) {
				return false
			}
		}
	}
	return true
}

func (v *checker) seat(row int) *batch.Seat { return &v.p.Seats[v.rows[row].Seat] }

// excess adds what a row's pairs are worth beyond their prices.
func (v *checker) excess(p *batch.Proof, r int, local int64, groups map[int]int64, sum *total) {
	row := v.rows[r]
	place, cap := v.p.Applications[row.Application].Place, v.p.Seats[row.Seat].Local
	experts, scores := v.p.Scores.Row(row.Application)
	most := int64(v.c.Plan.Most)
	for k, score := range scores {
		if int(score) < max(0, p.Floor) {
			continue
		}
		j := k
		if experts != nil {
			j = int(experts[k])
		}
		// No plan can be worth more by this pair than its score and every
		// bonus: most pairs end here.
		gain := p.Weights.Score*int64(score) + p.Weights.One + p.Weights.Kept + max(0, p.Weights.Local) - p.Rows[r] - p.Experts[j]
		if gain <= 0 {
			continue
		}
		e := &v.p.Experts[j]
		if e.Seat != row.Seat || e.Load == 0 {
			continue
		}
		here := place != "" && e.Place == place
		if here && cap == 0 {
			continue
		}
		gain = p.Weights.Of(score, here, v.before[[2]int{r, j}]) - p.Rows[r] - p.Experts[j]
		if here {
			gain -= local
		}
		if u := v.unit[j]; u >= 0 {
			gain -= groups[int(u)]
		}
		if gain > 0 {
			sum.add(gain, most)
		}
	}
}

// total adds products without overflow.
type total struct{ sum big.Int }

func (t *total) add(a, b int64) {
	if a == 0 || b == 0 {
		return
	}
	var x big.Int
	t.sum.Add(&t.sum, x.Mul(big.NewInt(a), big.NewInt(b)))
}

func (t *total) value() (int64, error) {
	if !t.sum.IsInt64() {
		return 0, wrong("assign.verify.large")
	}
	return t.sum.Int64(), nil
}
