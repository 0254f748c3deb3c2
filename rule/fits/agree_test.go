package fits

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"shenbao/rule"
	"shenbao/rule/ruletest"
	"shenbao/rule/sweep"
)

// rounds is how many worlds the comparison draws: nightly runs ask for 2000.
var rounds = flag.Int("rounds", 24, "random worlds that the index is compared on")

// reference is the class of a call by the reference engine and its overall
// answer.
func reference(p *rule.Program, f *rule.Facts) sweep.Class {
	res := p.NewResult()
	p.Eval(f, res)
	return sweep.ClassOf(p.Judge(f, res, p.Findings(f, res)).Answer)
}

// agree holds an index to the reference engine, for one unit whose facts are
// given by schema. It counts the classes.
func agree(t *testing.T, m *Matcher, calls []*rule.Program, facts []*rule.Facts, seen *[3]int) {
	t.Helper()
	m.Match(facts...)
	var want [3]int
	for i, p := range calls {
		f := facts[m.ix.frame[i]]
		class := reference(p, f)
		want[class]++
		if got := m.Class(i); got != class {
			t.Errorf("call %d: the index says %s, the reference %s", i, got, class)
			for _, r := range p.Rules {
				t.Logf("%s %s: %s", r.ID, r.Effect, rule.Format(r.Node, "en"))
			}
			t.FailNow()
		}
	}
	q, c, n := m.Count()
	if got := [3]int{sweep.Not: n, sweep.Could: c, sweep.Qualifying: q}; got != want {
		t.Fatalf("counted %v, want %v", got, want)
	}
	for c := range want {
		seen[c] += want[c]
	}
}

// exercised counts what the comparison has been through.
type exercised struct{ groups, dense, rare, copies, asked, left, odd int }

func (x *exercised) add(m *Matcher) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	for i := range m.ix.segments {
		count(&x.groups, len(m.ix.segments[i].shape) > 0)
	}
	for i, o := range m.ix.operands {
		count(&x.dense, o.column.dense)
		count(&x.rare, !o.column.dense)
		count(&x.copies, m.copies[2*i] != nil || m.copies[2*i+1] != nil)
		count(&x.asked, m.leaves[i].program != nil)
	}
	for i := range m.odd {
		count(&x.odd, m.odd[i])
	}
	x.left += len(m.ix.left)
}

// TestAgreement is the fuzzed comparison with the reference engine, on calls of
// many schemas, with all leaves in the index, with some, and with none.
func TestAgreement(t *testing.T) {
	var seen [3]int
	var x exercised
	for seed := range uint64(*rounds) {
		w := newWorld(seed, 1+int(seed%5))
		if seed%3 == 0 {
			w.mixed = 0.02
		}
		var calls []*rule.Program
		for range []int{1, 7, 40, 150}[seed%4] {
			calls = append(calls, w.call(w.schemas[w.pick(len(w.schemas))], 1+w.pick(4)))
		}
		for _, shared := range []int{1, 3, 1000} {
			m := newIndex(calls, shared).NewMatcher()
			for range 12 {
				agree(t, m, calls, laidBy(m.ix, w.unit([]float64{0, 0.08, 0.3}[w.pick(3)])), &seen)
			}
			x.add(m)
		}
	}
	pairs := seen[0] + seen[1] + seen[2]
	if pairs < 20_000 || slices.Min(seen[:]) < pairs/50 {
		t.Errorf("%d pairs, by class %v", pairs, seen)
	}
	if min(x.groups, x.dense, x.rare, x.copies, x.asked, x.left, x.odd) == 0 {
		t.Errorf("not everything was exercised: %+v", x)
	}
	t.Logf("%d pairs of call and unit, by class %v; %+v", pairs, seen, x)
}

// laidBy are a unit's facts in the order of an index's schemas.
func laidBy(ix *Index, unit []*rule.Facts) (out []*rule.Facts) {
	for _, s := range ix.Schemas() {
		out = append(out, unit[slices.IndexFunc(unit, func(f *rule.Facts) bool { return f.Schema == s })])
	}
	return out
}

// The trees of ruletest, on its facts.
func TestAgreementOnTrees(t *testing.T) {
	var seen [3]int
	for seed := range uint64(max(4, *rounds/3)) {
		g := &ruletest.Gen{R: rand.New(rand.NewPCG(seed, 9)), S: ruletest.Schema()}
		var calls []*rule.Program
		for range 60 {
			var rules []rule.Rule
			for i := range 1 + int(g.R.Uint64()%3) {
				rules = append(rules, rule.Rule{ID: fmt.Sprint("r", i), Node: g.Fill(g.Tree(1 + int(g.R.Uint64()%5))), Effect: []rule.Effect{rule.Refuse, rule.Route, rule.Ask}[g.R.Uint64()%3]})
			}
			p, faults := rule.Compile(g.S, rules)
			if len(faults) > 0 {
				t.Fatal(faults[0])
			}
			calls = append(calls, p)
		}
		m := newIndex(calls, 1).NewMatcher()
		for range 60 {
			agree(t, m, calls, []*rule.Facts{g.Facts(0.2)}, &seen)
		}
	}
	t.Logf("%d pairs, by class %v", seen[0]+seen[1]+seen[2], seen)
}
