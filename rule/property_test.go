package rule_test

import (
	"math/rand/v2"
	"testing"

	"shenbao/internal/locale"
	"shenbao/rule"
	"shenbao/rule/ruletest"
)

// rounds is how many random cases a property is tried on.
const rounds = 20_000

func newGen(seed uint64) *ruletest.Gen {
	return &ruletest.Gen{R: rand.New(rand.NewPCG(seed, 7)), S: ruletest.Schema()}
}

// answer evaluates trees on facts, each as a rule of its own.
func answer(t *testing.T, s *rule.Schema, f *rule.Facts, nodes ...rule.Node) []rule.Truth {
	t.Helper()
	var rules []rule.Rule
	for i, n := range nodes {
		rules = append(rules, rule.Rule{ID: string(rune('a' + i)), Node: n})
	}
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	res := p.NewResult()
	p.Eval(f, res)
	for i, w := range res.Why {
		if (w != 0) != (res.Rules[i] == rule.Unknown) {
			t.Fatalf("%s: answer %s with reasons %v", rule.Format(nodes[i], "zh"), res.Rules[i], w.Codes())
		}
	}
	return res.Rules
}

func TestEvidenceIsMonotone(t *testing.T) {
	g := newGen(1)
	for range rounds {
		n := g.Fill(g.Tree(4))
		f := g.Facts(0.4)
		before := answer(t, g.S, f, n)[0]
		after := answer(t, g.S, g.Learn(f), n)[0]
		if before != rule.Unknown && after != before {
			t.Fatalf("%s: %s became %s by evidence", rule.Format(n, "zh"), before, after)
		}
	}
}

func TestDeMorgan(t *testing.T) {
	g := newGen(2)
	for range rounds {
		a, b := g.Fill(g.Tree(3)), g.Fill(g.Tree(3))
		f := g.Facts(0.3)
		got := answer(t, g.S, f,
			&rule.Not{X: &rule.All{Of: []rule.Node{a, b}}}, &rule.Any{Of: []rule.Node{&rule.Not{X: a}, &rule.Not{X: b}}},
			&rule.Not{X: &rule.Any{Of: []rule.Node{a, b}}}, &rule.All{Of: []rule.Node{&rule.Not{X: a}, &rule.Not{X: b}}},
			&rule.If{Cond: a, Then: b}, &rule.Any{Of: []rule.Node{&rule.Not{X: a}, b}},
			&rule.Least{K: 1, Of: []rule.Node{a, b}}, &rule.Any{Of: []rule.Node{a, b}},
			&rule.Least{K: 2, Of: []rule.Node{a, b}}, &rule.All{Of: []rule.Node{a, b}})
		for i := 0; i < len(got); i += 2 {
			if got[i] != got[i+1] {
				t.Fatalf("law %d fails for %s and %s: %s, %s", i/2, rule.Format(a, "zh"), rule.Format(b, "zh"), got[i], got[i+1])
			}
		}
	}
}

func TestQuantifiersMirror(t *testing.T) {
	g := newGen(3)
	list := g.S.Fact("staff")
	for range rounds {
		w := rule.Where(g.Fill(&rule.Every{List: list}))
		got := answer(t, g.S, g.Facts(0.4),
			&rule.Every{List: list, Where: w}, &rule.Not{X: &rule.Exists{List: list, Where: &rule.Not{X: w}}})
		if got[0] != got[1] {
			t.Fatalf("%s: every %s, not exists not %s", rule.Format(w, "zh"), got[0], got[1])
		}
	}
}

func TestRoundTrip(t *testing.T) {
	g := newGen(4)
	for range rounds {
		n := g.Fill(g.Tree(4))
		for _, lang := range []string{"zh", "en"} {
			text := rule.Format(n, lang)
			back, f := g.S.Parse(text)
			if f != nil {
				t.Fatalf("%s: %s", text, locale.Fault("en", f))
			}
			if rule.Hash(back) != rule.Hash(n) {
				t.Fatalf("%s\n%s\n%s", text, rule.Canonical(n), rule.Canonical(back))
			}
		}
		if back, f := g.S.Decode(rule.Canonical(n)); f != nil || rule.Hash(back) != rule.Hash(n) {
			t.Fatalf("%s does not decode: %v", rule.Canonical(n), f)
		}
	}
}

// TestFindingsExplain holds the explanation to the answer: what a finding says
// must follow from its leaves, and a decisive leaf must decide.
func TestFindingsExplain(t *testing.T) {
	g := newGen(5)
	for range rounds / 4 {
		n := g.Fill(g.Tree(3))
		p, faults := rule.Compile(g.S, []rule.Rule{{ID: "r", Node: n, Effect: rule.Refuse, Modality: rule.Must}})
		if len(faults) > 0 {
			t.Fatal(faults[0])
		}
		f := g.Facts(0.3)
		res := p.NewResult()
		p.Eval(f, res)
		fds := p.Findings(f, res)
		j := p.Judge(f, res, fds)
		live := 0
		for _, l := range fds[0].Leaves {
			if l.Live {
				live++
			}
			if l.Decisive && l.Verdict != rule.Unknown {
				t.Fatalf("%s: a known leaf is decisive", rule.Format(n, "zh"))
			}
		}
		if live == 0 {
			t.Fatalf("%s (%s): no leaf explains it", rule.Format(n, "zh"), fds[0].Verdict)
		}
		want := map[rule.Truth]rule.Answer{rule.Met: rule.Eligible, rule.Unmet: rule.NotEligible, rule.Unknown: rule.NotYetProvable}[fds[0].Verdict]
		if j.Answer != want {
			t.Fatalf("%s: answer %s, want %s", rule.Format(n, "zh"), j.Answer, want)
		}
		if (len(j.Evidence) > 0) != (fds[0].Verdict == rule.Unknown) || (len(j.Gaps) > 0) != (fds[0].Verdict == rule.Unmet) {
			t.Fatalf("%s (%s): %d evidence, %d gaps", rule.Format(n, "zh"), fds[0].Verdict, len(j.Evidence), len(j.Gaps))
		}
		for _, lang := range []string{"zh", "en"} {
			fds[0].Render(f, lang)
		}
	}
}

func TestEvalDoesNotAllocate(t *testing.T) {
	g := newGen(6)
	var rules []rule.Rule
	for i := range 50 {
		rules = append(rules, rule.Rule{ID: "r" + string(rune('a'+i)), Node: g.Fill(g.Tree(4))})
	}
	p, faults := rule.Compile(g.S, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	f, res := g.Facts(0.2), p.NewResult()
	if n := testing.AllocsPerRun(100, func() { p.Eval(f, res) }); n != 0 {
		t.Errorf("Eval allocates %v times", n)
	}
}

// TestGapIsSmallest moves a fact by the gap that its finding names: the rule
// is met then, and not yet one base unit before.
func TestGapIsSmallest(t *testing.T) {
	g := newGen(8)
	fact := g.S.Fact("m0")
	tried := 0
	for range rounds {
		n := g.Tree(1)
		switch l := n.(type) {
		case *rule.Compare:
			l.L = &rule.FactOf{Fact: fact}
			if q, ok := l.R.(*rule.Number); !ok || q.Unit.Dim != rule.MoneyDim {
				continue
			}
		case *rule.Ratio:
			l.L = &rule.FactOf{Fact: fact}
		default:
			continue
		}
		f := g.Facts(0)
		for i, m := range []string{"m0", "m1"} { // odd bases, so that shares are not whole
			f.Set(g.S.Fact(m), rule.Value{State: rule.Known, N: int64(g.R.IntN(9_999_999) - i)})
		}
		p, _ := rule.Compile(g.S, []rule.Rule{{ID: "r", Node: n, Effect: rule.Refuse}})
		res := p.NewResult()
		p.Eval(f, res)
		leaf := p.Findings(f, res)[0].Leaves[0]
		c, isCompare := n.(*rule.Compare)
		if r, ok := n.(*rule.Ratio); ok {
			if of, ok := r.Of.(*rule.FactOf); ok && of.Fact == fact {
				continue // the base would move with the part
			}
		}
		if leaf.Gap == 0 || isCompare && (c.Op == rule.Equal || c.Op == rule.NotEqual) {
			continue
		}
		tried++
		at := func(d int64) rule.Truth {
			m := f.Clone()
			m.Set(fact, rule.Value{State: rule.Known, N: f.Value(fact).N + d})
			return answer(t, g.S, m, n)[0]
		}
		up := leaf.Gap
		if at(up) != rule.Met {
			up = -up
		}
		step := up / leaf.Gap
		if at(up) != rule.Met || at(up-step) != rule.Unmet {
			t.Fatalf("%s with %d: gap %d", rule.Format(n, "zh"), f.Value(fact).N, leaf.Gap)
		}
	}
	if tried < 500 {
		t.Errorf("only %d gaps tried", tried)
	}
}
