package bench

import (
	"fmt"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"shenbao/rule"
	"shenbao/rule/fits"
	"shenbao/rule/sqltext"
	"shenbao/rule/sweep"
)

// leastAgreed is how many pairs of rule and unit every run compares on every
// back end; nightly runs ask for ten million by AGREE_PAIRS.
const leastAgreed = 100_000

// TestAllAgree is where all back ends meet: on the same random rules and the
// same random facts, the reference engine with its findings, the sweep with its
// reasons, the index of calls, the SQL text on every database at hand, and the
// oracle give the same answers. AGREE_SEED asks for others.
func TestAllAgree(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // programs come and go
	want := max(leastAgreed, setting(t, "AGREE_PAIRS", leastAgreed))
	seed := uint64(setting(t, "AGREE_SEED", 20241123))
	s := Schema()
	o, err := NewOracle(s, rows)
	if err != nil {
		t.Fatal(err)
	}
	m := &meeting{T: t, oracle: o, dbs: databases(t), pairs: map[string]int{}}
	start := time.Now()
	for block := uint64(0); m.pairs["reference"] < want; block++ {
		m.block(newGenerator(s, seed, block), fmt.Sprintf("AGREE_SEED=%d, block %d", seed, block))
	}
	for side, n := range m.pairs {
		t.Logf("%9d pairs by %s", n, side)
		if n < want*9/10 {
			t.Errorf("%s answered only %d pairs of %d", side, n, want)
		}
	}
	t.Logf("in %v", time.Since(start).Round(time.Millisecond))
}

// A meeting is the back ends, and how many pairs each has answered.
type meeting struct {
	*testing.T
	oracle *Oracle
	dbs    []database
	pairs  map[string]int
}

// A round is the rules and facts that all are asked about.
type round struct {
	*ruleSet
	name   string
	facts  []*rule.Facts
	truths [][]rule.Truth // by unit, then by rule
	why    [][]rule.Reasons
}

// The size of a round.
const roundRules, roundFacts = 20, 250

func (m *meeting) block(g *generator, name string) {
	rs, err := Run{Rules: roundRules}.rules(m.oracle, g)
	if err != nil {
		m.Fatal(name, err)
	}
	r := &round{ruleSet: rs, name: name}
	p, res := rs.program, rs.program.NewResult()
	for i := range roundFacts {
		f := g.facts([]float64{0, 0.1, 0.3, 0.5}[i%4])
		p.Eval(f, res)
		r.facts = append(r.facts, f)
		r.truths = append(r.truths, slices.Clone(res.Rules))
		r.why = append(r.why, slices.Clone(res.Why))
		for j, x := range p.Findings(f, res) {
			m.compare(r, "findings", j, i, x.Verdict)
		}
	}
	m.pairs["reference"] += len(r.facts) * len(p.Rules)
	m.oracleSide(r)
	m.sweepSide(r)
	m.fitsSide(r)
	for _, db := range m.dbs {
		m.sqlSide(r, db)
	}
}

// compare holds one answer, to rule i, to that of the reference engine.
func (m *meeting) compare(r *round, side string, i, unit int, got rule.Truth) {
	m.Helper()
	m.pairs[side]++
	if want := r.truths[unit][i]; got != want {
		m.Fatalf("%s, rule %d, facts %d: %s says %s, the reference %s\n  %s\n  facts %s", r.name, i, unit, side, got, want,
			rule.Format(r.given[i], "en"), FactsJSON(r.facts[unit]))
	}
}

func (m *meeting) oracleSide(r *round) {
	for i, f := range r.facts {
		v, err := m.oracle.Vars(f)
		if err != nil {
			m.Fatal(r.name, err)
		}
		for j, p := range r.programs {
			got, err := m.oracle.Answer(p, v)
			if err != nil {
				m.Fatal(r.name, r.texts[j], err)
			}
			m.compare(r, "oracle", j, i, got)
		}
	}
}

func (m *meeting) sweepSide(r *round) {
	t := sweep.NewTable(r.program.Schema, r.program.Rules)
	for _, f := range r.facts {
		t.Append(f)
	}
	plan, f := sweep.NewPlan(r.program, t)
	if f != nil {
		m.Fatal(r.name, f.Key, f.Args)
	}
	v, err := plan.Run(m.Context(), 0)
	if err != nil {
		m.Fatal(err)
	}
	err = plan.Reasons(m.Context(), func(unit int, answers []rule.Truth, why []rule.Reasons) bool {
		for j := range answers {
			m.compare(r, "sweep", j, unit, v.Truth(j, unit))
			m.compare(r, "sweep with reasons", j, unit, answers[j])
			if why[j] != r.why[unit][j] {
				m.Fatalf("%s, rule %d, facts %d: sweep gives the reasons %v, the reference %v", r.name, j, unit, why[j].Codes(), r.why[unit][j].Codes())
			}
		}
		return true
	})
	if err != nil {
		m.Fatal(err)
	}
}

// copies is how often a call stands in the index, which leaves rare leaves to
// the reference engine.
const copies = 16

// fitsSide asks the index about calls of one rule each: the class of such a call
// is the answer to its rule.
func (m *meeting) fitsSide(r *round) {
	var calls []*rule.Program
	for i := range r.program.Rules {
		p, faults := rule.Compile(r.program.Schema, alone(r.program, i))
		if len(faults) > 0 {
			m.Fatal(r.name, faults[0].Key, faults[0].Args)
		}
		calls = append(calls, slices.Repeat([]*rule.Program{p}, copies)...)
	}
	truth := map[sweep.Class]rule.Truth{sweep.Qualifying: rule.Met, sweep.Could: rule.Unknown, sweep.Not: rule.Unmet}
	match := fits.NewIndex(calls).NewMatcher()
	for i, f := range r.facts {
		match.Match(f)
		for j := range r.program.Rules {
			m.compare(r, "index", j, i, truth[match.Class(j*copies+copies-1)])
		}
	}
}

// alone is a rule that refuses, after those that it refers to, which do nothing.
func alone(p *rule.Program, i int) []rule.Rule {
	need := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		need[i] = true
		rule.Walk(p.Rules[i].Node, func(n rule.Node) bool {
			if ref, ok := n.(*rule.Ref); ok {
				visit(p.Rule(ref.Rule))
			}
			return true
		})
	}
	visit(i)
	var out []rule.Rule
	for j, r := range p.Rules {
		if r.Effect, r.Modality = rule.Inform, rule.Must; j == i {
			r.Effect = rule.Refuse
		}
		if need[j] {
			out = append(out, r)
		}
	}
	return out
}

func (m *meeting) sqlSide(r *round, db database) {
	text, f := sqltext.New(r.program, db.dialect, "units")
	if f != nil {
		m.Fatal(r.name, f.Key, f.Args)
	}
	db.fill(m, text, len(r.facts), func(i int) *rule.Facts { return r.facts[i] })
	defer db.drop(m, text)
	units := 0
	err := db.answers(text, func(unit int, answers []rule.Truth) {
		units++
		for j, got := range answers {
			m.compare(r, string(db.dialect), text.Rules[j], unit, got)
		}
	})
	if err != nil || units != len(r.facts) {
		m.Fatal(r.name, db.dialect, units, err)
	}
}
