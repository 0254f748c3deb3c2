package assign

import (
	"context"
	"math/rand/v2"
	"testing"

	"shenbao/assign/assigntest"
	"shenbao/assign/batch"
	"shenbao/assign/verify"
)

// On thousands of small batches the solver finds what trying every plan finds,
// and package verify accepts its proof.
func TestSolveAgainstBruteForce(t *testing.T) {
	t.Run("from many pairs", testBruteForce)
	t.Run("from one pair a row", func(t *testing.T) {
		few(t)
		testBruteForce(t)
	})
}

// few lets the solver begin with one pair a row: pricing must find the others.
func few(t *testing.T) {
	old := start
	start.row, start.perSeat, start.expert = 1, 0, 0
	t.Cleanup(func() { start = old })
}

func testBruteForce(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	plans, short, remote, floors, kept := 0, 0, 0, 0, 0
	for i := range 6000 {
		p := assigntest.Random(rnd, 1+rnd.IntN(4), 1+rnd.IntN(6))
		if p.Demand() == 0 {
			continue
		}
		o := Options{Floor: rnd.IntN(2) == 0}
		if rnd.IntN(4) == 0 {
			o.Before = randomShares(rnd, p)
		}
		want := bruteForce(p, o)
		got, err := Solve(context.Background(), p, o)
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if (got.Shortage == nil) != want.found {
			t.Fatalf("%d: plan found %v, want %v", i, got.Shortage == nil, want.found)
		}
		if !want.found {
			short++
			if got.Shortage.Missing != p.Demand()-want.filled {
				t.Fatalf("%d: %d seats missing, want %d", i, got.Shortage.Missing, p.Demand()-want.filled)
			}
			if err := verify.Short(p, 1, 1, &got.Shortage.Proof); err != nil {
				t.Fatalf("%d: proof of shortage: %v", i, err)
			}
			continue
		}
		plans++
		reached := worth{got.Kept, got.Locals, int64(got.Worst), got.Total}
		if reached.better(want.best, o, p.RemoteFirst) || want.best.better(reached, o, p.RemoteFirst) {
			t.Fatalf("%d: reached %+v, want %+v", i, reached, want.best)
		}
		if err := verify.Plan(p, verify.Claim{Plan: got.Plan, Floor: o.Floor, Before: o.Before}); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if p.RemoteFirst {
			remote++
		}
		if o.Floor {
			floors++
		}
		if o.Before != nil {
			kept++
		}
	}
	if min(plans, short) < 500 || min(remote, floors, kept) < 200 {
		t.Errorf("the batches are one-sided: %d plans, %d short; %d remote first, %d floors, %d with a plan before", plans, short, remote, floors, kept)
	}
}

// randomShares are some pairs of a plan before, not all of which still may be.
func randomShares(rnd *rand.Rand, p *batch.Problem) []batch.Share {
	out := []batch.Share{}
	for r := range p.Rows() {
		for j := range p.Experts {
			if rnd.IntN(3) == 0 {
				out = append(out, batch.Share{Row: r, Expert: j, Units: 1})
			}
		}
	}
	return out
}
