package sqltext_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/locale"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/rule/ruletest"
	"shenbao/rule/sqltext"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestPackages asks both databases every rule of every package that can be
// written, of units whose numbers lie on the rules' own limits. The golden file
// lists the rules that cannot, and why.
func TestPackages(t *testing.T) {
	lib, err := programme.Open(os.DirFS("../../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]string{} // of a guide's common rules once, with the dialects
	onBoth(t, func(t *testing.T, db database) {
		pairs, rules := 0, 0
		for _, e := range lib.List() {
			p, err := lib.Load(e.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range append([]*programme.Package{p}, p.Members...) {
				if p.Program == nil || len(p.Members) > 0 {
					continue
				}
				text, f := sqltext.New(p.Program, db.dialect, "units")
				if f != nil {
					t.Fatal(f)
				}
				for _, f := range text.Refused {
					guide, _, _ := strings.Cut(p.ID, "/")
					line := guide + " " + locale.Fault("en", f)
					if !strings.Contains(refused[line], string(db.dialect)) {
						refused[line] += " " + string(db.dialect)
					}
				}
				rules += len(text.Rules)
				pairs += agree(t, db, text, borderUnits(p.Program, 120))
			}
		}
		if rules < 100 {
			t.Errorf("only %d rules in the packages", rules)
		}
		t.Logf("%d rules, %d pairs", rules, pairs)
	})
	if os.Getenv("TEST_DATABASE") != "" {
		lines := []string{}
		for line, dialects := range refused {
			lines = append(lines, line+" ("+strings.TrimSpace(dialects)+")")
		}
		slices.Sort(lines)
		golden(t, "refused.golden", strings.Join(lines, "\n")+"\n")
	}
}

// golden compares a text with the file of that name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = "testdata/" + name
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || got != string(want) {
		t.Errorf("%s differs (%v); got\n%s", name, err, got)
	}
}

// borders draws facts whose numbers lie on limits, or one beside them.
type borders struct {
	*world
	limits map[rule.Dimension][]int64
}

func borderUnits(p *rule.Program, n int) (units []*rule.Facts) {
	gen := &ruletest.Gen{R: rand.New(rand.NewPCG(uint64(len(p.Rules)), 5)), S: p.Schema}
	b := &borders{&world{gen, p.Schema}, limits(p.Rules)}
	for range n {
		units = append(units, b.facts([]float64{0, 0.08, 0.3}[b.pick(3)]))
	}
	return units
}

// limits are the fixed numbers of the rules, by dimension.
func limits(rules []rule.Rule) map[rule.Dimension][]int64 {
	out := map[rule.Dimension][]int64{}
	for _, r := range rules {
		rule.Walk(r.Node, func(n rule.Node) bool {
			if d, ok := n.(*rule.During); ok {
				out[d.Fact.Dim()] = append(out[d.Fact.Dim()], d.Window.From, d.Window.To)
			}
			for _, o := range rule.Operands(n) {
				switch o := o.(type) {
				case *rule.Number:
					if o.Unit != nil {
						out[o.Unit.Dim] = append(out[o.Unit.Dim], o.N)
					}
				case *rule.Day:
					out[rule.DateDim] = append(out[rule.DateDim], o.N)
				case *rule.ParamOf:
					if o.Param.Type == rule.DateParam {
						out[rule.DateDim] = append(out[rule.DateDim], o.Param.From)
					} else if u := o.Param.Quantity.Unit; u != nil {
						out[u.Dim] = append(out[u.Dim], o.Param.Quantity.N)
					}
				}
			}
			return true
		})
	}
	return out
}

func (b *borders) facts(unknown float64) *rule.Facts {
	f := b.s.NewFacts()
	for _, fact := range b.s.Facts {
		switch fact.Kind {
		case rule.ListKind:
			var cells []rule.Value
			for range b.pick(min(fact.MaxItems, 6) + 1) {
				for _, c := range fact.Columns {
					cells = append(cells, b.near(c, unknown/2))
				}
			}
			if b.R.Float64() >= unknown/2 {
				f.SetRows(fact, b.R.Float64() >= unknown, cells)
			}
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				f.SetYear(fact, y, b.near(fact, unknown))
			}
		default:
			f.Set(fact, b.near(fact, unknown))
		}
	}
	return f
}

// near is a value, most often on a limit or one beside it.
func (b *borders) near(f *rule.Fact, unknown float64) rule.Value {
	v := b.value(f, unknown)
	if on := b.limits[f.Dim()]; len(on) > 0 && v.State == rule.Known && b.pick(4) > 0 {
		v.N = on[b.pick(len(on))] + int64(b.pick(3)) - 1
		if f.Kind == rule.SeriesKind {
			v.N /= []int64{1, 3}[b.pick(2)]
		}
	}
	return v
}
