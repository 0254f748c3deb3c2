package call_test

import (
	"maps"
	"strings"
	"testing"

	"shenbao/call"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// Whatever stands in facts is answered or refused in words, and what the short
// form shows of them is read again as it was.
func FuzzFacts(f *testing.F) {
	p := version(f, "shandong-tic-2024").Package
	questions := call.Questions(p, locale.ZH)
	for _, seed := range []string{`{}`, `null`, `[]`, `{"rd_expense": {"2021": "760 万元", "2023": 1010}}`, `{"host": {"place": "370114"}}`, `{"host.place": "370114"}`,
		`{"lab_area": 1e999}`, `{"lab_area": "2600.50 平方米", "lab_area": 3}`, `{"host.legal_person": true, "direction": "humanoid_robot", "team.roles": ["a", "b"]}`,
		`{"asked": {"x": -1}}`, `{"staff": {"complete": true, "rows": []}}`, "{\"a\": \"\u0000\xff\"}", strings.Repeat(`{"a":`, 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, facts string) {
		if _, err := call.Check(p, []byte(facts), locale.ZH); err != nil {
			for _, one := range fault.All(err) {
				if one.Kind == fault.Internal {
					t.Errorf("%q: %v", facts, err)
				}
			}
		}
		typed := call.Typed(questions, []byte(facts))
		again, err := call.Facts(questions, typed)
		if err != nil {
			t.Fatal(err)
		}
		once := call.Typed(questions, again)
		twice, err := call.Facts(questions, once)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(once, call.Typed(questions, twice)) {
			t.Errorf("%q: the form shows %v, and then %v", facts, once, call.Typed(questions, twice))
		}
	})
}
