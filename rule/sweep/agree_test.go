package sweep

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"shenbao/internal/locale"
	"shenbao/rule"
	"shenbao/rule/ruletest"
)

// rounds is how many worlds the comparison draws: nightly runs ask for 500,
// which is more than 10^7 pairs.
var rounds = flag.Int("rounds", 20, "random worlds that the sweep is compared on")

// agree holds the sweep to the reference engine: every answer and every reason
// of every rule for every unit, answered in both ways that the plan has.
func agree(t *testing.T, s *rule.Schema, rules []rule.Rule, units []*rule.Facts) (pairs int) {
	t.Helper()
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		t.Fatal(locale.Fault("en", faults[0]))
	}
	table := NewTable(s, rules)
	for _, f := range units {
		table.Append(f)
		table.Registers = f.Registers
	}
	plan, fault := NewPlan(p, table)
	if fault != nil {
		t.Fatal(locale.Fault("en", fault))
	}
	v, err := plan.Run(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	res := p.NewResult()
	err = plan.Reasons(t.Context(), func(unit int, answers []rule.Truth, why []rule.Reasons) bool {
		p.Eval(units[unit], res)
		for i := range rules {
			if answers[i] != res.Rules[i] || why[i] != res.Why[i] || v.Truth(i, unit) != res.Rules[i] {
				t.Fatalf("unit %d, %s: %s: sweep says %s, %s %v, the reference %s %v", unit, rules[i].ID, rule.Format(rules[i].Node, "en"),
					v.Truth(i, unit), answers[i], why[i].Codes(), res.Rules[i], res.Why[i].Codes())
			}
			pairs++
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return pairs
}

// TestAgreement is the fuzzed comparison with the reference engine.
func TestAgreement(t *testing.T) {
	pairs := 0
	for seed := range uint64(12) {
		g := &ruletest.Gen{R: rand.New(rand.NewPCG(seed, 3)), S: ruletest.Schema()}
		var rules []rule.Rule
		for i := range 12 {
			rules = append(rules, rule.Rule{ID: fmt.Sprintf("r%d", i), Node: g.Fill(g.Tree(1 + i%4))})
		}
		var units []*rule.Facts
		for range 1100 {
			units = append(units, g.Facts(0.25))
		}
		pairs += agree(t, g.S, rules, units)
	}
	orgs := rule.Registers{"orgs": rule.NewRegister([]map[string]string{{"name": "甲", "valid_from": "2024-05-07"}}, true)}
	for seed := range uint64(*rounds) {
		w := newWorld(seed)
		registers := orgs
		if seed%2 == 0 {
			registers = nil
		}
		var units []*rule.Facts
		for range 1100 {
			units = append(units, w.facts(0.05+0.3*float64(seed%3), registers))
		}
		pairs += agree(t, w.s, w.rules(24), units)
	}
	if pairs < 100_000 {
		t.Errorf("only %d pairs were compared", pairs)
	}
	t.Logf("%d pairs of rule and unit", pairs)
}

// A table of any length is answered whole.
func TestLengths(t *testing.T) {
	w := newWorld(99)
	rules := w.rules(8)
	for _, n := range []int{0, 1, 63, 64, 65, 1023, 1024, 1025} {
		var units []*rule.Facts
		for range n {
			units = append(units, w.facts(0.2, nil))
		}
		if pairs := agree(t, w.s, rules, units); pairs != 8*n {
			t.Errorf("%d pairs of %d rows", pairs, n)
		}
	}
}
