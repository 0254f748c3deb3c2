package terminal_test

import (
	"bytes"
	"slices"
	"testing"

	"shenbao/internal/terminal"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "申报": 4, "研发 3,000 万元": 15, "ａ％": 4, "𠅤": 2, "é": 1, "e\u0301": 1, "≥": 1} {
		if got := terminal.Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		s       string
		columns int
		want    []string
	}{
		{"", 10, []string{""}},
		{"近三年研发费用", 6, []string{"近三年", "研发费", "用"}},
		{"近三年，研发费用", 6, []string{"近三", "年，研", "发费用"}},
		{"要求（一）项", 6, []string{"要求", "（一）", "项"}},
		{"actual 2,650 wan", 9, []string{"actual", "2,650 wan"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"一\x1b[31m\r二", 10, []string{"一\ufffd[31m\ufffd二"}},
		{"一\n二", 10, []string{"一", "二"}},
	} {
		got := terminal.Wrap(tt.s, tt.columns)
		if !slices.Equal(got, tt.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.s, tt.columns, got, tt.want)
		}
		for _, l := range got {
			if terminal.Width(l) > tt.columns {
				t.Errorf("Wrap(%q, %d): line %q is too wide", tt.s, tt.columns, l)
			}
		}
	}
}

// Only a terminal gets colour; COLUMNS is heeded within bounds.
func TestStyleOf(t *testing.T) {
	for columns, want := range map[string]int{"": 80, "60": 60, "10": 40, "500": 100, "x": 80} {
		s := terminal.StyleOf(&bytes.Buffer{}, func(k string) string {
			if k == "COLUMNS" {
				return columns
			}
			return ""
		})
		if s.Columns != want || s.Colour {
			t.Errorf("COLUMNS=%q: %+v, want %d columns without colour", columns, s, want)
		}
	}
	if got := (terminal.Style{}).Paint(terminal.Red, "x"); got != "x" {
		t.Errorf("painted without colour: %q", got)
	}
	if got := (terminal.Style{Colour: true}).Paint(terminal.Red, "x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("not painted: %q", got)
	}
}
