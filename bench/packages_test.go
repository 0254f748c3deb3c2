package bench

import (
	"math/rand/v2"
	"testing"

	"cel.dev/cel-go/cel"

	"shenbao/rule"
)

// TestOracleOnPackages asks the oracle about the rules of the real packages, on
// random applications around every limit of them. Rules that need a named check
// are passed over. The programmes of a guide share most rules, so each is asked
// less.
func TestOracleOnPackages(t *testing.T) {
	for _, e := range library(t).List() {
		t.Run(e.ID, func(t *testing.T) {
			p := load(t, e.ID)
			for _, m := range p.Members {
				t.Run(m.ID, func(t *testing.T) { askAbout(t, m.Program, 100) })
			}
			if len(p.Members) == 0 {
				askAbout(t, p.Program, 1000)
			}
		})
	}
}

// askAbout compares the rules of one programme with the oracle on n random
// applications.
func askAbout(t *testing.T, p *rule.Program, n int) {
	o, err := NewOracle(p.Schema, 4)
	if err != nil {
		t.Fatal(err)
	}
	asked := translated(t, o, p.Rules)
	if len(asked)*2 < len(p.Rules) {
		t.Errorf("only %d of %d rules can be asked about", len(asked), len(p.Rules))
	}
	g := &around{r: rand.New(rand.NewPCG(3, 4)), limits: limitsOf(p.Rules)}
	res, pairs := p.NewResult(), 0
	for i := range n {
		g.unknown = []float64{0, 0.05, 0.2}[i%3]
		f := g.facts(g.facts(p.Schema.NewFacts()))
		v, err := o.Vars(f)
		if err != nil {
			t.Fatal(err)
		}
		p.Eval(f, res)
		for j, prog := range asked {
			want, err := o.Answer(prog, v)
			if pairs++; err != nil || want != res.Rules[j] {
				t.Fatalf("%s: rule says %s, the oracle %s %v\n%s", p.Rules[j].ID, res.Rules[j], want, err, FactsJSON(f))
			}
		}
	}
	t.Logf("%d pairs of %d rules", pairs, len(asked))
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
