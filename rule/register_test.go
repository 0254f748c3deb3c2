package rule_test

import (
	"testing"

	"shenbao/rule"
)

func TestRegisterValid(t *testing.T) {
	r := rule.NewRegister([]map[string]string{
		{"valid_from": "2020-01-01", "valid_to": "2024-12-31"},
		{"valid_from": "2020-01-01", "valid_to": ""},
		{},
		{"valid_from": "去年", "valid_to": "2024-12-31"},
	}, true)
	for _, c := range []struct {
		row  int
		day  string
		want rule.Truth
	}{
		{0, "2019-12-31", rule.Unmet}, {0, "2020-01-01", rule.Met}, {0, "2024-12-31", rule.Met}, {0, "2025-01-01", rule.Unmet},
		{1, "2019-12-31", rule.Unmet}, {1, "2199-01-01", rule.Met},
		{2, "1900-01-01", rule.Met},
		{3, "2024-12-31", rule.Unknown}, {3, "2025-01-01", rule.Unmet},
		{4, "2024-12-31", rule.Unknown}, {-1, "2024-12-31", rule.Unknown},
	} {
		day, ok := rule.ParseDay(c.day)
		if got := r.Valid(c.row, day); !ok || got != c.want {
			t.Errorf("row %d on %s: %s, want %s", c.row, c.day, got, c.want)
		}
	}
}

func TestRegisterKeep(t *testing.T) {
	type key struct{}
	r, made := rule.NewRegister(nil, true), 0
	derive := func(*rule.Register) any { made++; return &made }
	for range 3 {
		if r.Keep(key{}, derive) != any(&made) {
			t.Error("another value")
		}
	}
	if n := testing.AllocsPerRun(100, func() { r.Keep(key{}, derive) }); made != 1 || n != 0 {
		t.Errorf("made %d times, %v allocations", made, n)
	}
}
