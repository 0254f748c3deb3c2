package verify_test

import (
	"context"
	"slices"
	"testing"

	"shenbao/assign"
	"shenbao/assign/batch"
	"shenbao/assign/verify"
	"shenbao/internal/fault"
)

// panelProblem has two applications with two seats each; E0 is recused from A0,
// E1 and E2 are of one unit and from the place of A0.
func panelProblem() *batch.Problem {
	p := &batch.Problem{
		Seats:        []batch.Seat{{Name: "学术", PerUnit: 1, Local: 1}, {Name: "产业", PerUnit: batch.NoCap, Local: batch.NoCap}},
		Applications: []batch.Application{{ID: "A0", Place: "P", Needs: []int{2, 0}}, {ID: "A1", Place: "Q", Needs: []int{2, 0}}},
		Experts: []batch.Expert{{ID: "E0", Load: 2}, {ID: "E1", Unit: "U", Place: "P", Load: 2}, {ID: "E2", Unit: "U", Place: "P", Load: 2},
			{ID: "E3", Place: "P", Load: 2}, {ID: "E4", Load: 1}, {ID: "E5", Load: 2, Seat: 1}},
		Recusals: []batch.Recusal{{Application: 0, Expert: 0, Rule: "same-unit"}},
		Scores:   batch.NewMatrix(6, [][]int32{{batch.Recused, 9, 9, 8, 8, 9}, {9, 7, 7, 5, 7, 9}}),
	}
	return p
}

func share(row, expert int) batch.Share { return batch.Share{Row: row, Expert: expert, Units: 1} }

// Each rule that a list can break is noticed, by its own name.
func TestPlanRefuses(t *testing.T) {
	p := panelProblem()
	r, err := assign.Solve(context.Background(), p, assign.Options{Floor: true})
	if err != nil || r.Shortage != nil {
		t.Fatal(r, err)
	}
	if err := verify.Plan(p, verify.Claim{Plan: r.Plan, Floor: true}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key    string
		change func(*batch.Plan)
	}{
		{"assign.verify.rule", func(x *batch.Plan) { x.Shares = []batch.Share{share(0, 0), share(0, 4), share(1, 0), share(1, 3)} }},
		{"assign.verify.unit", func(x *batch.Plan) { x.Shares = []batch.Share{share(0, 3), share(0, 4), share(1, 1), share(1, 2)} }},
		{"assign.verify.local", func(x *batch.Plan) { x.Shares = []batch.Share{share(0, 1), share(0, 3), share(1, 0), share(1, 4)} }},
		{"assign.verify.load", func(x *batch.Plan) { x.Shares = []batch.Share{share(0, 1), share(0, 4), share(1, 0), share(1, 4)} }},
		{"assign.verify.need", func(x *batch.Plan) { x.Shares = x.Shares[1:] }},
		{"assign.verify.seat", func(x *batch.Plan) { x.Shares = []batch.Share{share(0, 1), share(0, 5), share(1, 0), share(1, 4)} }},
		{"assign.verify.order", func(x *batch.Plan) { slices.Reverse(x.Shares) }},
		{"assign.verify.floor", func(x *batch.Plan) { x.Floor++ }},
		{"assign.verify.chance", func(x *batch.Plan) { x.Shares[0].Units = 2 }},
		{"assign.index", func(x *batch.Plan) { x.Shares[0].Expert = 9 }},
		{"assign.verify.bound", func(x *batch.Plan) { x.Shares = []batch.Share{share(0, 3), share(0, 4), share(1, 0), share(1, 1)} }},
		{"assign.verify.weights", func(x *batch.Plan) { x.Proofs[1].Weights.Score = 2 }},
		{"assign.verify.price", func(x *batch.Plan) { x.Proofs[1].Experts[0] = -1 }},
		{"assign.verify.missing", func(x *batch.Plan) { x.Proofs = x.Proofs[:1] }},
		{"assign.verify.large", func(x *batch.Plan) { x.Proofs[1].Rows[0] = 1 << 60 }},
	} {
		plan := *r.Plan
		plan.Shares, plan.Proofs = slices.Clone(plan.Shares), slices.Clone(plan.Proofs)
		for i := range plan.Proofs {
			plan.Proofs[i].Rows, plan.Proofs[i].Experts = slices.Clone(plan.Proofs[i].Rows), slices.Clone(plan.Proofs[i].Experts)
		}
		c.change(&plan)
		err := verify.Plan(p, verify.Claim{Plan: &plan, Floor: true})
		if err == nil || fault.Of(err).Key != c.key {
			t.Errorf("%s: %v", c.key, err)
		}
	}
}
