package bench

import (
	"strings"
	"testing"

	"shenbao/rule"
)

// foundWithin is how many pairs may pass before a planted fault must be seen.
const foundWithin = 40_000

// faults are small errors as somebody could make them in an evaluator or in
// reading a clause. Each changes one place of a tree and reports whether it
// found one to change.
var faults = map[string]func(n rule.Node) bool{
	"the limit itself": func(n rule.Node) bool {
		c, ok := n.(*rule.Compare)
		if ok {
			c.Op = [...]rule.Op{0, rule.Greater, rule.Less, rule.AtLeast, rule.AtMost, rule.AtLeast, rule.Less}[c.Op]
		}
		return ok
	},
	"the other side": func(n rule.Node) bool {
		c, ok := n.(*rule.Compare)
		if ok {
			c.Op = [...]rule.Op{0, rule.AtMost, rule.AtLeast, rule.Less, rule.Greater, rule.NotEqual, rule.Equal}[c.Op]
		}
		return ok
	},
	"a part of 且 dropped": func(n rule.Node) bool {
		a, ok := n.(*rule.All)
		if ok {
			a.Of = a.Of[1:]
		}
		return ok
	},
	"a part of 或 dropped": func(n rule.Node) bool {
		a, ok := n.(*rule.Any)
		if ok {
			a.Of = a.Of[1:]
		}
		return ok
	},
	"非 dropped": func(n rule.Node) bool {
		x, ok := n.(*rule.Not)
		if ok {
			x.X = &rule.Not{X: x.X}
		}
		return ok
	},
	"若 and 则 exchanged": func(n rule.Node) bool {
		x, ok := n.(*rule.If)
		if ok {
			x.Cond, x.Then = x.Then, x.Cond
		}
		return ok
	},
	"one fewer of 至少": func(n rule.Node) bool {
		x, ok := n.(*rule.Least)
		if ok {
			x.K--
		}
		return ok
	},
	"a share off by 0.01%": func(n rule.Node) bool {
		r, ok := n.(*rule.Ratio)
		if !ok {
			return false
		}
		s, ok := r.Share.(*rule.Number)
		if ok {
			s.N++
		}
		return ok
	},
	"between without its end": func(n rule.Node) bool {
		b, ok := n.(*rule.Between)
		if !ok {
			return false
		}
		hi, ok := b.Hi.(*rule.Number)
		if ok {
			hi.N--
		}
		return ok
	},
	"a window a year short": func(n rule.Node) bool {
		d, ok := n.(*rule.During)
		if ok && !d.Window.Days {
			d.Window.To--
		}
		return ok && !d.Window.Days
	},
	"any for all": func(n rule.Node) bool {
		h, ok := n.(*rule.Has)
		if ok {
			h.All = !h.All
		}
		return ok
	},
	"only for without": func(n rule.Node) bool {
		c, ok := n.(*rule.TextClass)
		if ok {
			c.Without = !c.Without
		}
		return ok
	},
	"greatest for sum": func(n rule.Node) bool { return aggregateFault(n, "sum", "max") },
	"least for greatest": func(n rule.Node) bool {
		return aggregateFault(n, "max", "min")
	},
	"存在 turned round": func(n rule.Node) bool {
		e, ok := n.(*rule.Exists)
		if ok {
			e.Where = &rule.Not{X: e.Where}
		}
		return ok
	},
	"所有 turned round": func(n rule.Node) bool {
		e, ok := n.(*rule.Every)
		if ok {
			e.Where = &rule.Not{X: e.Where}
		}
		return ok
	},
	"a row condition of a count dropped": func(n rule.Node) bool {
		for _, o := range rule.Operands(n) {
			if a, ok := o.(*rule.Agg); ok && a.Fn == "count" && a.Where != nil {
				a.Where = nil
				return true
			}
		}
		return false
	},
}

func aggregateFault(n rule.Node, from, to string) bool {
	for _, o := range rule.Operands(n) {
		if a, ok := o.(*rule.Agg); ok && a.Fn == from {
			a.Fn = to
			return true
		}
	}
	return false
}

// plant returns a Run.Mutate that makes the fault once in a copy of each tree
// that has a place for it.
func plant(fault func(n rule.Node) bool) func(g *generator, n rule.Node) rule.Node {
	return func(g *generator, n rule.Node) rule.Node {
		copied, f := g.S.Parse(rule.Format(n, "en"))
		if f != nil {
			return n
		}
		done := false
		rule.Walk(copied, func(n rule.Node) bool {
			done = done || fault(n)
			return !done
		})
		return copied
	}
}

// TestOracleSeesFaults plants each fault in what package rule is given: the
// comparison must turn red, and its report must say how to see it again.
func TestOracleSeesFaults(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			r := Run{Seed: 5, Rules: 10, Facts: 100, Blocks: foundWithin / 1000, Workers: 1, Mutate: plant(fault)}
			got, err := r.Compare()
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Mismatches) == 0 {
				t.Fatalf("not seen in %d pairs", got.Pairs)
			}
			m := got.Mismatches[0]
			text := m.String()
			for _, want := range []string{"seed 5", m.ZH, m.EN, m.CEL, `"b0":`} {
				if want == "" || !strings.Contains(text, want) {
					t.Errorf("report lacks %q: %s", want, text)
				}
			}
			t.Logf("seen after %d pairs: %s", got.Pairs, m.EN)
		})
	}
}
