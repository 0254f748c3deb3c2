package bench

import (
	"bytes"
	"strings"
	"testing"

	"shenbao/rule"
)

// known are answers worked out by hand from docs/rule-language.md, so that
// package rule and the oracle cannot be wrong together.
var known = []struct{ rule, facts, want string }{
	// Truth tables.
	{"b0 and b1", `{"b0":true}`, "unknown"},
	{"b0 and b1", `{"b0":false}`, "unmet"},
	{"b0 or b1", `{"b0":true}`, "met"},
	{"b0 or b1", `{"b0":false}`, "unknown"},
	{"if b0 then b1", `{"b1":true}`, "met"},
	{"if b0 then b1", `{"b0":false}`, "met"},
	{"at least 2 of (b0; b1; b2)", `{"b0":true}`, "unknown"},
	{"at least 2 of (b0; b1; b2)", `{"b0":true,"b1":false,"b2":true}`, "met"},
	{"at least 2 of (b0; b1; b2)", `{"b0":false,"b1":false}`, "unmet"},
	{"n0 >= 50 people or n0 < 50 people", `{}`, "unknown"},

	// Counts are intervals.
	{"count(staff where (flag)) >= 1 people", `{"staff":[{"flag":true},{}]}`, "met"},
	{"count(staff where (flag)) >= 2 people", `{"staff":{"complete":true,"rows":[{"flag":true},{}]}}`, "unknown"},
	{"count(staff where (flag)) >= 3 people", `{"staff":{"complete":true,"rows":[{"flag":true},{}]}}`, "unmet"},
	{"count(staff where (flag)) >= 3 people", `{"staff":[{"flag":true},{}]}`, "unknown"},
	{"count(staff where (flag)) <= 1 people", `{"staff":{"complete":true,"rows":[{"flag":true},{"flag":true},{}]}}`, "unmet"},
	{"count(staff where (flag)) != 1 people", `{"staff":{"complete":true,"rows":[{"flag":true},{"flag":true},{}]}}`, "met"},
	{"count(staff) = 0 people", `{"staff":{"complete":true,"rows":[]}}`, "met"},
	{"count(staff) = 0 people", `{}`, "unknown"},
	{"count(staff where (flag)) >= 60% of count(staff)", `{"staff":{"complete":true,"rows":[{"flag":true},{"flag":true},{"flag":false}]}}`, "met"},
	{"count(staff where (flag)) >= 67% of count(staff)", `{"staff":{"complete":true,"rows":[{"flag":true},{"flag":true},{}]}}`, "unknown"},
	{"count(staff where (flag)) >= 50% of count(staff)", `{"staff":{"complete":true,"rows":[]}}`, "unmet"},

	// Quantifiers, and lists that may have more rows.
	{"exists staff where (flag)", `{"staff":{"complete":true,"rows":[]}}`, "unmet"},
	{"exists staff where (flag)", `{"staff":[]}`, "unknown"},
	{"exists staff where (flag)", `{"staff":[{"flag":false},{"flag":true}]}`, "met"},
	{"every staff where (flag)", `{"staff":{"complete":true,"rows":[]}}`, "met"},
	{"every staff where (flag)", `{"staff":[]}`, "unknown"},
	{"every staff where (flag)", `{"staff":[{"flag":false},{}]}`, "unmet"},
	{"exists projects where (flag)", `{"projects":[]}`, "unmet"},

	// Sums; quantities that do not exist.
	{"rd.last3.sum >= 3 wan_yuan", `{"rd":{"2021":"1","2022":"1","2023":"1"}}`, "met"},
	{"rd.last3.sum >= 1 wan_yuan", `{"rd":{"2021":"1","2022":"1"}}`, "unknown"},
	{"rd.last3.max >= 1 wan_yuan", `{"rd":{"2021":"1","2022":"1"}}`, "unknown"},
	{"sum(staff.amount) >= 1 wan_yuan", `{"staff":[{"amount":"5"}]}`, "unknown"},
	{"sum(staff.amount where (flag)) <= 0 wan_yuan", `{"staff":{"complete":true,"rows":[{"flag":false}]}}`, "met"},
	{"sum(staff.amount where (flag)) <= 0 wan_yuan", `{"staff":{"complete":true,"rows":[{"amount":"0"}]}}`, "unknown"},
	{"max(staff.amount) >= 0 wan_yuan", `{"staff":{"complete":true,"rows":[]}}`, "unmet"},
	{"max(staff.amount) < 1 wan_yuan", `{"staff":{"complete":true,"rows":[]}}`, "unmet"},
	{"max(staff.amount) < 1 wan_yuan", `{"staff":[]}`, "unknown"},
	{"m0 >= 3% of m1", `{"m0":"3","m1":"100"}`, "met"},
	{"m0 <= 3% of m1", `{"m0":"0","m1":"0"}`, "unmet"},
	{"m0 >= 3% of m1", `{"m0":"3"}`, "unknown"},
	{"m0 >= 3% of m1", `{"m1":"0"}`, "unmet"},
	{"big0 >= 33.33% of big1", `{"big0":"33330","big1":"100000"}`, "met"},
	{"big0 > 33.33% of big1", `{"big0":"33330","big1":"100000"}`, "unmet"},

	// Limits of leaves.
	{"age(birth, age_day) <= 45 years_old", `{"birth":"1979-12-02"}`, "met"},
	{"age(birth, age_day) < 45 years_old", `{"birth":"1979-12-03"}`, "met"},
	{"age(birth, ended) >= 44 years_old", `{"birth":"1980-02-29","ended":"2024-02-29"}`, "met"},
	{"age(birth, ended) >= 43 years_old", `{"birth":"1980-02-29","ended":"2023-02-28"}`, "unmet"},
	{"age(birth, ended) >= 43 years_old", `{"birth":"1980-02-29","ended":"2023-03-01"}`, "met"},
	{"n0 about 10 people within 20%", `{"n0":"8"}`, "met"},
	{"n0 about 10 people within 20%", `{"n0":"13"}`, "unmet"},
	{"n0 between 1 people and 3 people", `{"n0":"3"}`, "met"},
	{"birth during 1979..1980", `{"birth":"1980-12-31"}`, "met"},
	{"place within {370100}", `{"place":"370114"}`, "met"},
	{"place within {370114}", `{"place":"370100"}`, "unmet"},
	{"kind in {a, c}", `{}`, "unknown"},
	{"marks has all {a, b}", `{"marks":["a"]}`, "unmet"},
	{"length(title) = 5 chars", `{"title":"AI 中心，"}`, "unmet"},
	{"length(title) = 4 chars", `{"title":"AI 中心，"}`, "met"},
	{"title only standard_han", `{"title":"創新"}`, "unmet"},
	{"given paper", `{"paper":false}`, "unmet"},
	{"given paper", `{}`, "unknown"},
}

func TestKnownAnswers(t *testing.T) {
	s := Schema()
	o, err := NewOracle(s, rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range known {
		n, f := s.Parse(c.rule)
		if f != nil {
			t.Fatalf("%s: %s %v", c.rule, f.Key, f.Args)
		}
		facts, faults := s.ReadFacts(strings.NewReader(c.facts))
		if len(faults) > 0 {
			t.Fatalf("%s: %s %v", c.facts, faults[0].Key, faults[0].Args)
		}
		got, want := ask(t, o, facts, n)
		if got.String() != c.want || want.String() != c.want {
			t.Errorf("%s on %s: rule says %s, the oracle %s, want %s", c.rule, c.facts, got, want, c.want)
		}
	}
}

// ask answers one rule by package rule and by the oracle.
func ask(t *testing.T, o *Oracle, f *rule.Facts, n rule.Node) (got, want rule.Truth) {
	t.Helper()
	prog, faults := rule.Compile(f.Schema, []rule.Rule{{ID: "r", Node: n}})
	if len(faults) > 0 {
		t.Fatal(faults[0].Key)
	}
	res := prog.NewResult()
	prog.Eval(f, res)
	text, err := o.Text(n, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := o.Vars(f)
	if err != nil {
		t.Fatal(err)
	}
	want, err = o.Answer(p, v)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return res.Rules[0], want
}

// TestFactsJSON holds the file that a report prints to the facts that it came
// from: read back, they must give the same answers.
func TestFactsJSON(t *testing.T) {
	s := Schema()
	s.Fact("rd").Min = nil // random facts may break the limit of the form
	o, err := NewOracle(s, rows)
	if err != nil {
		t.Fatal(err)
	}
	for block := range uint64(20) {
		g := newGenerator(s, 3, block)
		rs, err := Run{Rules: 10}.rules(o, g)
		if err != nil {
			t.Fatal(err)
		}
		before, after := rs.program.NewResult(), rs.program.NewResult()
		for range 20 {
			f := g.facts(0.2)
			text := FactsJSON(f)
			back, faults := s.ReadFacts(bytes.NewReader(text))
			if len(faults) > 0 {
				t.Fatalf("%s: %s %v", text, faults[0].Key, faults[0].Args)
			}
			rs.program.Eval(f, before)
			rs.program.Eval(back, after)
			for i := range before.Rules {
				if before.Rules[i] != after.Rules[i] || before.Why[i] != after.Why[i] {
					t.Fatalf("%s on %s: %s before, %s after", rs.texts[i], text, before.Rules[i], after.Rules[i])
				}
			}
		}
	}
}
