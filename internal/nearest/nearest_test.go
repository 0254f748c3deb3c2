package nearest_test

import (
	"testing"

	"shenbao/internal/nearest"
)

func TestWord(t *testing.T) {
	names := []string{"研发费用", "主营业务收入", "rd_expense", "staff", "place"}
	for word, want := range map[string]string{
		"研发费":        "研发费用",
		"研发":         "研发费用",
		"费用":         "研发费用",
		"营业务收入":      "主营业务收入",
		"rd_expnese": "rd_expense", // a swap is one mistake
		"staf":       "staff",
		"plcae":      "place",
		"仪器":         "",
		"x":          "",
		"":           "",
	} {
		if got := nearest.Word(word, names); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b  string
		limit int
		want  int
	}{{"", "", 3, 0}, {"甲乙", "乙甲", 3, 1}, {"甲", "甲乙丙", 3, 2}, {"甲乙丙丁", "戊己庚辛", 2, 3}, {"abc", "abd", 0, 1}} {
		if got := nearest.Distance([]rune(tt.a), []rune(tt.b), tt.limit); got != tt.want {
			t.Errorf("%q %q within %d: %d, want %d", tt.a, tt.b, tt.limit, got, tt.want)
		}
	}
}
