package programme_test

import (
	"slices"
	"strings"
	"testing"

	"shenbao/programme"
	"shenbao/rule"
)

// For every threshold of every rule of every package: exactly at the limit, one
// base unit below and one above, the leaf answers as its operator says.
func TestThresholds(t *testing.T) {
	tested := 0
	eachProgramme(t, func(t *testing.T, p *programme.Package) {
		for _, r := range p.Program.Rules {
			rule.Walk(r.Node, func(n rule.Node) bool {
				if b := boundaryOf(p.Schema, n); b != nil {
					tested += b.test(t, r.ID)
				}
				return true
			})
		}
	})
	t.Logf("%d boundary cases", tested)
}

// boundary is a leaf about one quantity, with what it must answer.
type boundary struct {
	schema *rule.Schema
	leaf   rule.Node
	limits []int64                           // the values around which to look
	wants  func(v int64) bool                // what the leaf must answer of a value
	set    func(f *rule.Facts, v int64) bool // gives the quantity a value; false when it cannot
	also   func(f *rule.Facts)               // what else the leaf reads
}

func (b *boundary) test(t *testing.T, id string) int {
	program, faults := rule.Compile(b.schema, []rule.Rule{{ID: "x", Node: b.leaf}})
	if len(faults) > 0 {
		return 0 // a leaf of a row condition: its list's own leaves are tested
	}
	n := 0
	res := program.NewResult()
	for _, limit := range b.limits {
		for _, v := range []int64{limit - 1, limit, limit + 1} {
			f := b.schema.NewFacts()
			if b.also != nil {
				b.also(f)
			}
			if !b.set(f, v) {
				continue
			}
			program.Eval(f, res)
			if want := rule.Of(b.wants(v)); res.Rules[0] != want {
				t.Errorf("%s: %s with %d: %v, want %v", id, rule.Format(b.leaf, "zh"), v, res.Rules[0], want)
			}
			n++
		}
	}
	return n
}

// boundaryOf makes a boundary of a leaf that sets one settable quantity against
// fixed ones, or nil.
func boundaryOf(s *rule.Schema, n rule.Node) *boundary {
	switch n := n.(type) {
	case *rule.Compare:
		v, ok := fixed(n.R)
		set := setter(n.L)
		if !ok || set == nil {
			return nil
		}
		return &boundary{schema: s, leaf: n, limits: []int64{v}, set: set, wants: func(x int64) bool { return holds(n.Op, x, v) }}
	case *rule.Between:
		lo, ok1 := fixed(n.Lo)
		hi, ok2 := fixed(n.Hi)
		set := setter(n.X)
		if !ok1 || !ok2 || set == nil {
			return nil
		}
		return &boundary{schema: s, leaf: n, limits: []int64{lo, hi}, set: set, wants: func(x int64) bool { return lo <= x && x <= hi }}
	case *rule.About:
		v, ok1 := fixed(n.V)
		share, ok2 := fixed(n.Within)
		set := setter(n.L)
		if !ok1 || !ok2 || set == nil {
			return nil
		}
		return &boundary{schema: s, leaf: n, limits: []int64{v - v*share/10000, v + v*share/10000}, set: set,
			wants: func(x int64) bool { return max(x-v, v-x)*10000 <= share*v }}
	case *rule.Ratio:
		share, ok := fixed(n.Share)
		set, whole := setter(n.L), setter(n.Of)
		if !ok || set == nil || whole == nil {
			return nil
		}
		// A whole of 10,000 base units makes the share itself the limit.
		return &boundary{schema: s, leaf: n, limits: []int64{share}, set: set, also: func(f *rule.Facts) { whole(f, 10000) },
			wants: func(x int64) bool { return holds(n.Op, x, share) }}
	}
	return nil
}

// holds is the operator, written a second time and on its own.
func holds(op rule.Op, a, b int64) bool {
	return map[string]bool{">=": a >= b, "<=": a <= b, ">": a > b, "<": a < b, "=": a == b, "!=": a != b}[op.String()]
}

func fixed(o rule.Operand) (int64, bool) {
	switch o := o.(type) {
	case *rule.Number:
		return o.N, true
	case *rule.Day:
		return o.N, true
	case *rule.ParamOf:
		if o.Param.Type == rule.DateParam {
			return o.Param.From, true
		}
		return o.Param.Quantity.N, true
	}
	return 0, false
}

// setter returns how to give an operand a value, or nil when there is no plain
// way.
func setter(o rule.Operand) func(*rule.Facts, int64) bool {
	switch o := o.(type) {
	case *rule.FactOf:
		if o.Fact.Path() != o.Fact.Code {
			return nil // a column
		}
		return func(f *rule.Facts, v int64) bool {
			f.Set(o.Fact, rule.Value{State: rule.Known, N: v})
			return true
		}
	case *rule.Length:
		return func(f *rule.Facts, v int64) bool {
			if v < 0 || v > 100_000 {
				return false
			}
			f.Set(o.Of, rule.Value{State: rule.Known, S: strings.Repeat("字", int(v))})
			return true
		}
	case *rule.Age:
		return ageSetter(o)
	case *rule.Agg:
		return aggregateSetter(o)
	}
	return nil
}

// ageSetter takes the day of birth that makes somebody exactly so many years
// old on the day of counting.
func ageSetter(a *rule.Age) func(*rule.Facts, int64) bool {
	day, ok := fixed(a.At)
	if !ok || a.Of.Path() != a.Of.Code {
		return nil
	}
	return func(f *rule.Facts, v int64) bool {
		if v < 0 || v > 120 {
			return false
		}
		at := rule.FormatDay(day)
		born, ok := rule.ParseDay(number4(int(parse4(at)-v)) + at[4:])
		f.Set(a.Of, rule.Value{State: rule.Known, N: born})
		return ok
	}
}

func parse4(s string) int64 {
	n := int64(0)
	for _, c := range s[:4] {
		n = n*10 + int64(c-'0')
	}
	return n
}

func number4(n int) string {
	return string([]byte{byte('0' + n/1000%10), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
}

func aggregateSetter(a *rule.Agg) func(*rule.Facts, int64) bool {
	switch {
	case a.Over != nil:
		return func(f *rule.Facts, v int64) bool {
			for y := a.Over.From; y <= a.Over.To; y++ {
				x := rule.Value{State: rule.Known}
				if y == a.Over.From || a.Fn != "sum" {
					x.N = v
				}
				f.SetYear(a.Of, int(y), x)
			}
			return true
		}
	case a.Fn == "count":
		return func(f *rule.Facts, v int64) bool {
			if v < 0 || v > int64(a.Of.MaxItems) {
				return false
			}
			cells, ok := rowsMeeting(a.Of, a.Where, int(v))
			f.SetRows(a.Of, true, cells)
			return ok
		}
	}
	return nil
}

// rowsMeeting makes n rows that meet a condition.
func rowsMeeting(list *rule.Fact, where rule.Node, n int) ([]rule.Value, bool) {
	row := make([]rule.Value, len(list.Columns))
	for i, c := range list.Columns {
		row[i] = rule.Value{State: rule.Known, S: "x", Label: "x"}
		if c.Kind == rule.PlaceKind {
			row[i].N = 110000
		}
	}
	if where != nil && !meet(list, row, where) {
		return nil, false
	}
	return slices.Repeat(row, n), true
}

// meet sets the cells of a row so that it meets a condition made of the usual
// leaves; false when it cannot be seen how.
func meet(list *rule.Fact, row []rule.Value, n rule.Node) bool {
	set := func(f *rule.Fact, v int64) bool {
		i := slices.Index(list.Columns, f)
		if i < 0 {
			return false
		}
		row[i].N = v
		return true
	}
	option := func(f *rule.Fact, set rule.Set, in bool) (int64, bool) {
		codes := set.Codes
		if set.Param != nil {
			codes = set.Param.Codes
		}
		for i, o := range f.Options {
			if slices.Contains(codes, o.Code) == in {
				return int64(i), true
			}
		}
		return 0, false
	}
	switch n := n.(type) {
	case *rule.All:
		return !slices.ContainsFunc(n.Of, func(x rule.Node) bool { return !meet(list, row, x) })
	case *rule.Any:
		return meet(list, row, n.Of[0])
	case *rule.Is:
		return set(n.Fact, 1)
	case *rule.In:
		v, ok := option(n.Fact, n.Set, true)
		return ok && set(n.Fact, v)
	case *rule.Not:
		switch x := n.X.(type) {
		case *rule.Is:
			return set(x.Fact, 0)
		case *rule.In:
			v, ok := option(x.Fact, x.Set, false)
			return ok && set(x.Fact, v)
		}
	case *rule.During:
		from := n.Window.From
		if n.Window.Param != nil {
			from = n.Window.Param.From
		}
		return set(n.Fact, from)
	case *rule.Compare:
		f, isFact := n.L.(*rule.FactOf)
		v, ok := fixed(n.R)
		if !ok || !isFact {
			return false
		}
		switch n.Op.String() {
		case ">":
			v++
		case "<", "!=":
			v--
		}
		return set(f.Fact, v)
	}
	return false
}
