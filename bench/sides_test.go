package bench

import (
	"math/rand/v2"
	"strings"
	"testing"

	"shenbao/rule"
)

// TestSidesAgree holds the benchmarks to their word: what is timed side by side
// must answer the same rules alike, on the example, with one fact after the
// other taken away, and on random applications around every limit of the rules.
func TestSidesAgree(t *testing.T) {
	p := load(t, packageID)
	s := newSides(t, p, p.Program.Rules, true)
	s.agree(t, s.facts, true)
	s.agree(t, application(t, p.Schema, false), false)
	for _, fact := range p.Schema.Facts {
		f := s.facts.Clone()
		switch fact.Kind {
		case rule.ListKind:
			f.SetRows(fact, true, nil)
			s.agree(t, f, true)
			f.Rows(fact).State = rule.NotSupplied
		case rule.SeriesKind:
			f.SetYear(fact, 2022, rule.Value{})
		default:
			f.Set(fact, rule.Value{})
		}
		s.agree(t, f, false)
	}
	g := &around{r: rand.New(rand.NewPCG(1, 2)), limits: limitsOf(p.Program.Rules)}
	seen := make([][3]int, len(s.rules))
	for range 3000 {
		f := g.facts(s.facts)
		for i, truth := range s.agree(t, f, true) {
			seen[i][truth]++
		}
		if t.Failed() {
			return
		}
	}
	for i, r := range s.rules {
		if _, call := r.Node.(*rule.Call); !call && (seen[i][rule.Met] < 20 || seen[i][rule.Unmet] < 20) {
			t.Errorf("%s: %d times met and %d times unmet: the random applications do not try it", r.ID, seen[i][rule.Met], seen[i][rule.Unmet])
		}
	}
}

// agree compares the answers; by hand only where all is known.
func (s *sides) agree(t *testing.T, f *rule.Facts, known bool) []rule.Truth {
	t.Helper()
	res := s.program.NewResult()
	s.program.Eval(f, res)
	truths, bools := make([]rule.Truth, len(s.rules)), make([]bool, len(s.rules))
	for _, d := range []*Idiom{s.idiom, s.tracked} {
		if err := d.Eval(d.Vars(f), truths); err != nil {
			t.Fatal(err)
		}
		for i, r := range s.rules {
			if truths[i] != res.Rules[i] {
				t.Errorf("%s: rule says %s, CEL %s: %s\n%s", r.ID, res.Rules[i], truths[i], d.Texts[i], FactsJSON(f))
			}
		}
	}
	if known {
		s.hand.eval(newCentre(f), f, bools)
		for i, r := range s.rules {
			if _, call := r.Node.(*rule.Call); !call && rule.Of(bools[i]) != res.Rules[i] {
				t.Errorf("%s: rule says %s, by hand %v\n%s", r.ID, res.Rules[i], bools[i], FactsJSON(f))
			}
		}
	}
	return res.Rules
}

// around draws applications whose values lie at the limits of the rules, one
// below and one above.
type around struct {
	r       *rand.Rand
	limits  map[rule.Dimension][]int64
	unknown float64 // how often a value drawn is not known
}

// limitsOf gathers the constants that rules compare with, by dimension. An
// amount is also taken as one of three years.
func limitsOf(rules []rule.Rule) map[rule.Dimension][]int64 {
	out := map[rule.Dimension][]int64{rule.MoneyDim: {0, 20_000_000_000}}
	for _, r := range rules {
		rule.Walk(r.Node, func(n rule.Node) bool {
			for _, o := range rule.Operands(n) {
				if q, ok := o.(*rule.Number); ok && q.Unit != nil {
					d := q.Unit.Dim
					out[d] = append(out[d], q.N-1, q.N, q.N+1)
					if d == rule.MoneyDim {
						out[d] = append(out[d], q.N/3-1, q.N/3, q.N/3, q.N/3+1)
					}
				}
			}
			return true
		})
	}
	out[rule.CharsDim] = append(out[rule.CharsDim], 0, 1, 2249, 2250, 2750, 2751)
	return out
}

func (g *around) facts(base *rule.Facts) *rule.Facts {
	f := base.Clone()
	for _, fact := range f.Schema.Facts {
		switch fact.Kind {
		case rule.ListKind:
			if g.r.IntN(3) > 0 {
				g.rows(f, fact)
			}
		case rule.SeriesKind:
			if g.r.IntN(2) == 0 {
				for y := fact.Years[0]; y <= fact.Years[1]; y++ {
					f.SetYear(fact, y, g.value(fact, rule.Value{}))
				}
			}
		default:
			if g.r.IntN(3) == 0 {
				f.Set(fact, g.value(fact, f.Value(fact)))
			}
		}
	}
	if g.r.IntN(8) == 0 { // 3000 万元, and 3 % of the income to the 分
		g.threePercent(f)
	}
	return f
}

func (g *around) threePercent(f *rule.Facts) {
	rd, income := f.Schema.Fact("rd_expense"), f.Schema.Fact("main_income")
	if rd == nil || income == nil {
		return
	}
	for y, n := range map[int]int64{2021: 33_333_333_333, 2022: 33_333_333_333, 2023: 33_333_333_334} {
		f.SetYear(rd, y, rule.Value{State: rule.Known, N: 1_000_000_000})
		f.SetYear(income, y, rule.Value{State: rule.Known, N: n})
	}
}

// rows draws a few rows, or about fifty where there were as many.
func (g *around) rows(f *rule.Facts, list *rule.Fact) {
	old := f.Rows(list)
	n := g.r.IntN(5)
	if old.N > 40 {
		n = 50 + g.r.IntN(3)
	}
	var cells []rule.Value
	for i := range n {
		for j, c := range list.Columns {
			v := rule.Value{State: rule.Known}
			if old.N > 0 {
				v = old.Cells[i%old.N*len(list.Columns)+j]
			}
			if old.N <= 40 || g.r.IntN(60) == 0 {
				v = g.value(c, v)
			}
			cells = append(cells, v)
		}
	}
	f.SetRows(list, g.r.Float64() >= g.unknown, cells)
}

// value draws a value; what is no number, day or option stays as it was.
func (g *around) value(f *rule.Fact, old rule.Value) rule.Value {
	if g.r.Float64() < g.unknown {
		return rule.Value{State: rule.IsExpired}
	}
	v := rule.Value{State: rule.Known, S: old.S, Label: old.Label}
	switch k := f.Kind; k {
	case rule.BoolKind, rule.FileKind:
		v.N = int64(g.r.IntN(2))
	case rule.ChoiceKind:
		v.N = int64(g.r.IntN(len(f.Options)))
	case rule.ChoicesKind:
		v.Set = g.r.Uint64() | g.r.Uint64() | g.r.Uint64()
		v.Set &= 1<<len(f.Options) - 1
	case rule.PlaceKind:
		v.N = []int64{370114, 370100, 370000, 110000, 380000, 360000}[g.r.IntN(6)]
	case rule.YearKind:
		v.N = int64(2018 + g.r.IntN(8))
	case rule.DateKind:
		v.N = dayOf([]string{"1963-12-02", "1963-12-03", "1978-12-02", "1978-12-03", "1990-01-01", "1950-01-01"}[g.r.IntN(6)])
	case rule.TextKind, rule.LongTextKind:
		v.S = strings.Repeat("字", int(g.limit(rule.CharsDim)))
	default:
		v.N = g.limit(f.Dim())
	}
	return v
}

func (g *around) limit(d rule.Dimension) int64 {
	of := g.limits[d]
	if len(of) == 0 {
		return 0
	}
	return of[g.r.IntN(len(of))]
}
