package batch

import (
	"cmp"
	"context"
	"slices"
)

// planColumns are those of a written plan.
var planColumns = [][2]string{{"application", "申报书"}, {"expert", "专家"}, {"seat", "席位"}, {"score", "得分"}, {"chance", "概率"}}

// ReadPlan reads the pairs of a plan before from a CSV file with the columns
// application and expert; the others that a written plan has are not used. Who
// is no longer in the batch is left out. The result is never nil.
func (p *Problem) ReadPlan(ctx context.Context, src Source) ([]Share, error) {
	t := newTable(ctx, src)
	at, ok := t.columns(planColumns, 2)
	if !ok {
		return nil, t.err()
	}
	n := p.numbers()
	rows := map[[2]int]int{}
	for r, row := range p.Rows() {
		rows[[2]int{row.Application, row.Seat}] = r
	}
	out := []Share{}
	seen := map[[2]int]bool{}
	for t.next() {
		a, known := n.applications[t.cell(at[0])]
		j, still := n.experts[t.cell(at[1])]
		if !known || !still {
			continue
		}
		if seen[[2]int{a, j}] {
			t.fault(t.cell(at[0])+" × "+t.cell(at[1]), "assign.pair_twice")
		}
		seen[[2]int{a, j}] = true
		if r, ok := rows[[2]int{a, p.Experts[j].Seat}]; ok {
			out = append(out, Share{Row: r, Expert: j, Units: 1})
		}
	}
	slices.SortFunc(out, func(a, b Share) int { return cmp.Or(a.Row-b.Row, a.Expert-b.Expert) })
	return out, t.err()
}
