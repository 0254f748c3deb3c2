package fits

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"shenbao/rule"
)

// Sets are held to a list of all numbers from -8 to 8, beside the far ends.
func TestSets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	numbers := []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64}
	for n := int64(-8); n <= 8; n++ {
		numbers = append(numbers, n)
	}
	draw := func() set {
		var of []run
		for range r.IntN(4) {
			of = append(of, run{numbers[r.IntN(len(numbers))], numbers[r.IntN(len(numbers))]})
		}
		s := spans(slices.DeleteFunc(of, func(r run) bool { return r.lo > r.hi }))
		s.none = r.IntN(2) == 0
		return s
	}
	for range 5000 {
		a, b := draw(), draw()
		and, or, not := a.and(b), a.or(b), a.not()
		for _, n := range numbers {
			if and.has(n) != (a.has(n) && b.has(n)) || or.has(n) != (a.has(n) || b.has(n)) || not.has(n) == a.has(n) {
				t.Fatalf("%v and %v at %d: and %v, or %v, not %v", a, b, n, and, or, not)
			}
		}
		if and.none != (a.none && b.none) || or.none != (a.none || b.none) || not.none == a.none {
			t.Fatalf("%v and %v without a value: and %v, or %v, not %v", a, b, and, or, not)
		}
		for _, s := range []set{a, and, or, not} {
			for i, run := range s.runs {
				if run.lo > run.hi || i > 0 && s.runs[i-1].hi+1 >= run.lo {
					t.Fatalf("%v is not in order", s)
				}
			}
		}
		if a.not().not().key() != a.key() || (a.key() == b.key()) != (slices.Equal(a.runs, b.runs) && a.none == b.none) {
			t.Fatalf("the keys of %v and %v", a, b)
		}
	}
}

// A comparison at the ends of what a number can be is what it says.
func TestCompared(t *testing.T) {
	ends := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	for _, n := range ends {
		for _, x := range ends {
			for op, want := range map[rule.Op]bool{rule.AtLeast: x >= n, rule.AtMost: x <= n, rule.Greater: x > n, rule.Less: x < n, rule.Equal: x == n, rule.NotEqual: x != n} {
				if s := compared(op, n); s.has(x) != want || s.none {
					t.Errorf("%d %s %d is %v: %v", x, op, n, s.has(x), s)
				}
			}
		}
	}
}

// Ages are birthdays: held to the reference engine on every day around every
// turn of the year and every 29 February.
func TestBirths(t *testing.T) {
	s, faults := rule.NewSchema([]*rule.Fact{{Code: "birth", Name: "出生日期", Kind: rule.DateKind}}, nil, nil)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	f, birth := s.NewFacts(), s.Fact("birth")
	for _, at := range []string{"2024-02-28", "2024-02-29", "2024-03-01", "2023-02-28", "2023-12-31", "2100-03-01", "1969-12-31"} {
		for _, text := range []string{">= 0", "<= 60", "> 45", "< 44", "= 24", "!= 24", "= -1"} {
			n, fault := s.Parse("age(birth, " + at + ") " + text + " years_old")
			if fault != nil {
				t.Fatal(fault)
			}
			p, faults := rule.Compile(s, []rule.Rule{{ID: "r", Node: n, Effect: rule.Refuse}})
			if len(faults) > 0 {
				t.Fatal(faults[0])
			}
			ix, res := NewIndex([]*rule.Program{p}), p.NewResult()
			if ix.operands[0].how != plain {
				t.Fatalf("%s is not indexed as a birthday", text)
			}
			only := &ix.operands[0].column.sets[0]
			for b := day(at) - 75*366; b < day(at)+800; b++ {
				f.Set(birth, rule.Value{State: rule.Known, N: b})
				p.Eval(f, res)
				if only.has(b) != (res.Rules[0] == rule.Met) {
					t.Fatalf("born %s, at %s: age %s is %v, the reference says %s", rule.FormatDay(b), at, text, only.has(b), res.Rules[0])
				}
			}
		}
	}
}
