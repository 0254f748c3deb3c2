package programme_test

import (
	"os"
	"strings"
	"testing"

	"shenbao/programme"
	"shenbao/rule"
)

// The quota of the comprehensive centres counts those alone; what is not known
// is neither counted nor passed.
func TestWhichApplicationsCount(t *testing.T) {
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load("shanxi-tic-2024")
	if err != nil {
		t.Fatal(err)
	}
	quotas := map[string]*programme.Quota{}
	for _, q := range p.Call.Quotas {
		quotas[q.ID] = q
	}
	for id, q := range quotas {
		if q.Letter != (id == "comprehensive_city") {
			t.Errorf("%s is counted by letters: %v", id, q.Letter)
		}
	}
	for _, c := range []struct {
		facts, quota string
		want         rule.Truth
	}{
		{`{"centre.kind": "comprehensive"}`, "comprehensive_city", rule.Met},
		{`{"centre.kind": "field"}`, "comprehensive_city", rule.Unmet},
		{`{}`, "comprehensive_city", rule.Unknown},
		{`{}`, "one_recommender", rule.Met},
		{`{"centre.kind": "field"}`, "platform_year", rule.Met},
	} {
		facts, faults := p.Schema.ReadFacts(strings.NewReader(c.facts))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		if got := p.Counts(quotas[c.quota], facts); got != c.want {
			t.Errorf("%s on %s: %v, want %v", c.quota, c.facts, got, c.want)
		}
		for id := range p.Needed(facts) {
			if strings.HasPrefix(id, "quota") {
				t.Errorf("%s is asked of the applicant", id)
			}
		}
	}
}
