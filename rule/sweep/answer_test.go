package sweep

import (
	"math/rand/v2"
	"testing"

	"shenbao/internal/locale"
	"shenbao/rule"
)

// run fills a table and answers the rules.
func run(t *testing.T, s *rule.Schema, rules []rule.Rule, units []*rule.Facts) (*rule.Program, *Table, *Verdicts) {
	t.Helper()
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	table := NewTable(s, rules)
	for _, f := range units {
		table.Append(f)
	}
	plan, fault := NewPlan(p, table)
	if fault != nil {
		t.Fatal(fault)
	}
	v, err := plan.Run(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return p, table, v
}

// The overall answers are those that the reference engine draws, and the
// tallies count what they say.
func TestAnswers(t *testing.T) {
	seen := map[rule.Answer]int{}
	for seed := range uint64(20) {
		w := newWorld(seed)
		var units []*rule.Facts
		for range 300 {
			units = append(units, w.facts(0.1, nil))
		}
		p, _, v := run(t, w.s, w.rules(5), units)
		a, res := v.Answers(p), p.NewResult()
		alone := map[string]int{}
		for i, f := range units {
			p.Eval(f, res)
			j := p.Judge(f, res, p.Findings(f, res))
			if got := a.Of(i); got != j.Answer {
				t.Fatalf("unit %d: %s, the reference says %s", i, got, j.Answer)
			}
			seen[j.Answer]++
			unmet, unknown, last := 0, 0, ""
			for k, truth := range res.Rules {
				switch {
				case p.Rules[k].WhenUnmet() == "":
				case truth == rule.Unknown:
					unknown++
				case truth == rule.Unmet && p.Rules[k].Effect != rule.Ask:
					unmet, last = unmet+1, p.Rules[k].ID
				}
			}
			if unmet == 1 && unknown == 0 {
				alone[last]++
			}
		}
		for _, x := range v.Tallies(p) {
			if x.Alone != alone[x.Rule.ID] || x.Met+x.Unmet+x.Unknown != len(units) {
				t.Errorf("%s: %+v, want %d alone", x.Rule.ID, x, alone[x.Rule.ID])
			}
		}
		if q, c, n := a.Classes(); q+c+n != len(units) {
			t.Errorf("%d + %d + %d units", q, c, n)
		}
	}
	for _, x := range answersInOrder {
		if seen[x] == 0 {
			t.Errorf("no unit has the answer %s", x)
		}
	}
}

// A threshold that is moved gives the answers of a program with the other
// threshold, also in the rules that refer to it.
func TestWhatIf(t *testing.T) {
	p := enterprises(t)
	ref, f := p.Schema.Parse("rule r5 or rule r3")
	if f != nil {
		t.Fatal(f)
	}
	rules := append(p.Rules[:len(p.Rules):len(p.Rules)], rule.Rule{ID: "r13", Node: ref, Effect: rule.Ask})
	r := rand.New(rand.NewPCG(3, 3))
	var units []*rule.Facts
	for range 3000 {
		f := p.Schema.NewFacts()
		enterprise(r, f)
		units = append(units, f)
	}
	p, table, before := run(t, p.Schema, rules, units)
	for _, text := range []string{"r5.threshold=1000 万元", "r3.threshold=0", "r2.threshold=5%", "r6.threshold=45", "r8.threshold = 100%"} {
		set, f := ParseSetting(p, text)
		if f != nil {
			t.Fatal(locale.Fault("en", f))
		}
		changed, faults := Apply(p, []*Setting{set})
		if len(faults) > 0 {
			t.Fatal(faults[0])
		}
		if rule.Hash(changed.Rules[p.Rule(set.Rule)].Node) == rule.Hash(p.Rules[p.Rule(set.Rule)].Node) {
			t.Errorf("%s changes nothing", text)
		}
		after, err := WhatIf(t.Context(), changed, table, before, set.Rule)
		if err != nil {
			t.Fatal(err)
		}
		res := changed.NewResult()
		enter, leave := 0, 0
		a, b := before.Answers(p), after.Answers(changed)
		for i, f := range units {
			changed.Eval(f, res)
			for k := range changed.Rules {
				if after.Truth(k, i) != res.Rules[k] {
					t.Fatalf("%s: unit %d, %s: %s, want %s", text, i, changed.Rules[k].ID, after.Truth(k, i), res.Rules[k])
				}
			}
			switch x, y := a.Class(i) == Qualifying, b.Class(i) == Qualifying; {
			case y && !x:
				enter++
			case x && !y:
				leave++
			}
		}
		if e, l := a.Moved(b); e != enter || l != leave {
			t.Errorf("%s: %d enter and %d leave, want %d and %d", text, e, l, enter, leave)
		}
	}
}

func TestSettingFaults(t *testing.T) {
	p := enterprises(t)
	for text, want := range map[string]string{
		"r5=3":                  "sweep.set.form",
		"r5.threshold":          "sweep.set.form",
		"r55.threshold=3":       "sweep.set.rule",
		"r12.threshold=3":       "sweep.set.none",
		"r5.threshold=3 人":      "sweep.set.value",
		"r5.threshold=x":        "sweep.set.value",
		"r6.threshold=2020-1-1": "sweep.set.value",
	} {
		if _, f := ParseSetting(p, text); f == nil || f.Key != want {
			t.Errorf("%s: %v, want %s", text, f, want)
		}
	}
	both, f := p.Schema.Parse("staff between 3 people and 5 people")
	if f != nil {
		t.Fatal(f)
	}
	p, faults := rule.Compile(p.Schema, []rule.Rule{{ID: "b", Node: both}})
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	if _, f := ParseSetting(p, "b.threshold=3"); f == nil || f.Key != "sweep.set.several" {
		t.Errorf("several: %v", f)
	}
}

func TestCurve(t *testing.T) {
	p := enterprises(t)
	r := rand.New(rand.NewPCG(5, 3))
	var units []*rule.Facts
	for range 2000 {
		f := p.Schema.NewFacts()
		enterprise(r, f)
		units = append(units, f)
	}
	p, table, v := run(t, p.Schema, p.Rules[2:5], units)
	c, err := DrawCurve(t.Context(), p, table, v, "r3.threshold=0..100")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Points) != curvePoints || c.Points[10].Text != "50 人" || c.Points[10].Qualifying == 0 {
		t.Fatalf("%+v", c)
	}
	q, _, _ := v.Answers(p).Classes()
	if c.Points[10].Qualifying != q {
		t.Errorf("%d qualify at 50, %d before", c.Points[10].Qualifying, q)
	}
	for i, x := range c.Points[1:] {
		if x.Qualifying > c.Points[i].Qualifying {
			t.Errorf("more qualify at %s than at %s", x.Text, c.Points[i].Text)
		}
	}
	if c, err = DrawCurve(t.Context(), p, table, v, "r5.threshold=0..0.1 亿元"); err != nil || c.Points[20].Text != "0.1 亿元" && c.Points[20].Text != "1000 万元" {
		t.Errorf("%v %+v", err, c)
	}
}

// The nearest are the units that miss one limit by the smallest share.
func TestNearest(t *testing.T) {
	p := enterprises(t)
	r := rand.New(rand.NewPCG(9, 3))
	var units []*rule.Facts
	for range 4000 {
		f := p.Schema.NewFacts()
		enterprise(r, f)
		units = append(units, f)
	}
	p, table, v := run(t, p.Schema, p.Rules[:5], units)
	near := table.Nearest(p, v, 10)
	if len(near) != 10 {
		t.Fatalf("%d near", len(near))
	}
	for i, m := range near {
		unmet := 0
		for k := range p.Rules {
			if v.Truth(k, m.Unit) == rule.Unmet {
				unmet++
			}
		}
		if unmet != 1 || len(m.Gaps) != 1 || i > 0 && m.far < near[i-1].far {
			t.Errorf("unit %d: %d unmet, %d gaps, %f far", m.Unit, unmet, len(m.Gaps), m.far)
		}
	}
}
