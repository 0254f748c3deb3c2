package sweep

import (
	"math/rand/v2"
	"os"
	"testing"

	"shenbao/programme"
	"shenbao/rule"
)

// TestPackages compares the sweep with the reference engine on every rule of
// every real package, on units whose numbers lie on the rules' own limits.
func TestPackages(t *testing.T) {
	lib, err := programme.Open(os.DirFS("../../programmes"))
	if err != nil {
		t.Fatal(err)
	}
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
			b := &borders{world: &world{r: rand.New(rand.NewPCG(uint64(len(p.Program.Rules)), 5)), s: p.Schema}, limits: limits(p.Program.Rules)}
			var units []*rule.Facts
			for range 300 {
				units = append(units, b.facts())
			}
			rules += len(p.Program.Rules)
			pairs += agree(t, p.Schema, p.Program.Rules, units)
		}
	}
	if rules < 50 {
		t.Errorf("only %d rules in the packages", rules)
	}
	t.Logf("%d rules, %d pairs", rules, pairs)
}

// limits are the fixed numbers of the rules, by dimension.
func limits(rules []rule.Rule) map[rule.Dimension][]int64 {
	out := map[rule.Dimension][]int64{}
	for _, r := range rules {
		rule.Walk(r.Node, func(n rule.Node) bool {
			if d, ok := n.(*rule.During); ok {
				out[rule.YearDim] = append(out[rule.YearDim], d.Window.From, d.Window.To)
				out[rule.DateDim] = append(out[rule.DateDim], d.Window.From, d.Window.To)
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
					} else if o.Param.Quantity.Unit != nil {
						out[o.Param.Quantity.Unit.Dim] = append(out[o.Param.Quantity.Unit.Dim], o.Param.Quantity.N)
					}
				}
			}
			return true
		})
	}
	return out
}

// borders draws facts whose numbers lie on limits, or one beside them.
type borders struct {
	*world
	limits map[rule.Dimension][]int64
}

func (b *borders) facts() *rule.Facts {
	unknown := []float64{0, 0.08, 0.3}[b.pick(3)]
	f := b.s.NewFacts()
	f.AsOf = day("2024-05-06")
	for _, fact := range b.s.Facts {
		switch fact.Kind {
		case rule.ListKind:
			var cells []rule.Value
			for range b.pick(min(fact.MaxItems, 6) + 1) {
				for _, c := range fact.Columns {
					cells = append(cells, b.value(c, unknown/2))
				}
			}
			if b.r.Float64() >= unknown/2 {
				f.SetRows(fact, b.r.Float64() >= unknown, cells)
			}
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				f.SetYear(fact, y, b.value(fact, unknown))
			}
		default:
			f.Set(fact, b.value(fact, unknown))
		}
	}
	return f
}

func (b *borders) value(f *rule.Fact, unknown float64) rule.Value {
	v := b.world.value(f, unknown)
	if near := b.limits[f.Dim()]; len(near) > 0 && v.State == rule.Known && b.pick(4) > 0 {
		v.N = near[b.pick(len(near))] + int64(b.pick(3)) - 1
		if f.Kind == rule.SeriesKind {
			v.N /= []int64{1, 3}[b.pick(2)]
		}
	}
	if f.Kind == rule.LongTextKind {
		v.S = "创新"
	}
	return v
}
