package rule_test

import (
	"strings"
	"testing"

	"shenbao/rule"
)

// FuzzParse holds the parser to its promise on any text: a tree that comes
// back from its own print, or a fault; never a panic.
func FuzzParse(f *testing.F) {
	for _, p := range pairs {
		f.Add(p[0])
		f.Add(p[1])
	}
	f.Add("若 若 若")
	f.Add("((((独立法人")
	f.Add("研发费用.近三年合计 不少于 99999999999999999999 亿元")
	s := testSchema(f)
	f.Fuzz(func(t *testing.T, text string) {
		n, fault := s.Parse(text)
		if fault != nil {
			return
		}
		for _, lang := range []string{"zh", "en"} {
			printed := rule.Format(n, lang)
			back, fault := s.Parse(printed)
			if fault != nil || rule.Hash(back) != rule.Hash(n) {
				t.Fatalf("%q prints as %q, which does not come back: %v", text, printed, fault)
			}
		}
		if _, fault := s.Decode(rule.Canonical(n)); fault != nil {
			t.Fatalf("%s does not decode: %v", rule.Canonical(n), fault)
		}
	})
}

// FuzzReadFacts holds the reader to faults instead of panics, and what it
// accepts to an answer for every rule.
func FuzzReadFacts(f *testing.F) {
	f.Add(`{"rd": {"2021": "1000 万元"}, "staff": {"complete": true, "rows": [{"full_time": true}]}}`)
	f.Add(`{"主任": {"出生日期": "1979-12-03"}, "registers": {"platforms": [{"kind": "x"}]}}`)
	f.Add(`{"area": {"value": "3000 平方米", "status": "unverified"}, "as_of": "2024-12-02"}`)
	s := testSchema(f)
	var rules []rule.Rule
	for i, p := range pairs {
		if n, fault := s.Parse(p[0]); fault == nil && !strings.Contains(p[0], "规则") {
			rules = append(rules, rule.Rule{ID: "r" + string(rune('a'+i)), Node: n, Effect: rule.Refuse})
		}
	}
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		f.Fatal(faults[0])
	}
	f.Fuzz(func(t *testing.T, doc string) {
		facts, faults := s.ReadFacts(strings.NewReader(doc))
		if len(faults) > 0 {
			return
		}
		res := p.NewResult()
		p.Eval(facts, res)
		fds := p.Findings(facts, res)
		p.Judge(facts, res, fds)
		for i := range fds {
			fds[i].Render(facts, "zh")
		}
	})
}
