package bench

import (
	"math/rand/v2"
	"testing"

	"cel.dev/cel-go/cel"

	"shenbao/rule"
)

// TestOracleOnPackages asks the oracle about the rules of the real packages, on
// random applications around every limit of them. Rules that need a named check
// are passed over.
func TestOracleOnPackages(t *testing.T) {
	for _, e := range library(t).List() {
		t.Run(e.ID, func(t *testing.T) {
			p := load(t, e.ID)
			o, err := NewOracle(p.Schema, 4)
			if err != nil {
				t.Fatal(err)
			}
			asked := translated(t, o, p.Program.Rules)
			if len(asked)*2 < len(p.Program.Rules) {
				t.Errorf("only %d of %d rules can be asked about", len(asked), len(p.Program.Rules))
			}
			g := &around{r: rand.New(rand.NewPCG(3, 4)), limits: limitsOf(p.Program.Rules)}
			res, pairs := p.Program.NewResult(), 0
			for i := range 1000 {
				g.unknown = []float64{0, 0.05, 0.2}[i%3]
				f := g.facts(g.facts(p.Schema.NewFacts()))
				v, err := o.Vars(f)
				if err != nil {
					t.Fatal(err)
				}
				p.Program.Eval(f, res)
				for j, prog := range asked {
					want, err := o.Answer(prog, v)
					if pairs++; err != nil || want != res.Rules[j] {
						t.Fatalf("%s: rule says %s, the oracle %s %v\n%s", p.Program.Rules[j].ID, res.Rules[j], want, err, FactsJSON(f))
					}
				}
			}
			t.Logf("%d pairs of %d rules", pairs, len(asked))
		})
	}
}

// translated are the CEL programs of the rules that hold no named check, by
// their place among the rules.
func translated(t *testing.T, o *Oracle, rules []rule.Rule) map[int]cel.Program {
	t.Helper()
	refs := map[string]rule.Node{}
	for _, r := range rules {
		refs[r.ID] = r.Node
	}
	out := map[int]cel.Program{}
	for i, r := range rules {
		text, err := o.Text(r.Node, refs)
		if err != nil {
			continue
		}
		p, err := o.Compile(text)
		if err != nil {
			t.Fatalf("%s: %s: %v", r.ID, text, err)
		}
		out[i] = p
	}
	return out
}
