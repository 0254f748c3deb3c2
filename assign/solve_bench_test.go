package assign

import (
	"context"
	"testing"

	"shenbao/assign/assigntest"
	"shenbao/assign/verify"
)

// The time for the optimum, and apart from it for checking the proof.
func BenchmarkSolve(b *testing.B) {
	for _, c := range []struct {
		name string
		size assigntest.Size
		o    Options
	}{
		{"1000x500", assigntest.Size{Applications: 1000, Experts: 500, Need: 5, Load: 12, Listed: 100}, Options{}},
		{"10000x5000", assigntest.Size{Applications: 10000, Experts: 5000, Need: 5, Load: 12, Listed: 300}, Options{}},
		{"10000x5000floor", assigntest.Size{Applications: 10000, Experts: 5000, Need: 5, Load: 12, Listed: 300}, Options{Floor: true}},
		{"10000x5000caps", assigntest.Size{Applications: 10000, Experts: 5000, Need: 5, Load: 12, Listed: 300, Caps: true}, Options{}},
		{"10000x5000chance", assigntest.Size{Applications: 10000, Experts: 5000, Need: 5, Load: 12, Listed: 300}, Options{Units: 4, Most: 3}},
		{"20000x10000", assigntest.Size{Applications: 20000, Experts: 10000, Need: 5, Load: 12, Listed: 300}, Options{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := assigntest.Generate(c.size)
			var r *Result
			var err error
			for b.Loop() {
				if r, err = Solve(context.Background(), p, c.o); err != nil || r.Shortage != nil {
					b.Fatal(err, r.Shortage)
				}
			}
			b.ReportMetric(float64(p.Scores.Pairs()), "pairs")
			b.ReportMetric(float64(r.Stats.Pivots), "pivots")
			b.ReportMetric(float64(r.Stats.Rounds), "rounds")
			if err := verify.Plan(p, verify.Claim{Plan: r.Plan, Floor: c.o.Floor}); err != nil {
				b.Fatal(err)
			}
		})
	}
}
