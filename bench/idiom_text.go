package bench

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"shenbao/rule"
)

// idiomWriter writes rules as CEL that reads like CEL.
type idiomWriter struct {
	opts   *[]cel.EnvOption // grows by a function a named check
	refs   map[string]bool  // rules that others refer to
	inRow  bool
	checks int
	err    error
}

func (w *idiomWriter) fail(x any) string {
	if w.err == nil {
		w.err = fmt.Errorf("no CEL idiom for %T", x)
	}
	return "false"
}

func (w *idiomWriter) ident(f *rule.Fact) string {
	if w.inRow {
		return "r." + factName(f)
	}
	return factName(f)
}

func (w *idiomWriter) nodes(of []rule.Node, op string) string {
	var terms []string
	for _, n := range of {
		terms = append(terms, w.node(n))
	}
	return join(terms, op)
}

func (w *idiomWriter) node(n rule.Node) string {
	switch n := n.(type) {
	case *rule.All:
		return w.nodes(n.Of, " && ")
	case *rule.Any:
		return w.nodes(n.Of, " || ")
	case *rule.Least:
		if n.K == 1 {
			return w.nodes(n.Of, " || ")
		}
	case *rule.Not:
		return "!" + w.node(n.X)
	case *rule.If:
		return "(!" + w.node(n.Cond) + " || " + w.node(n.Then) + ")"
	case *rule.Ref:
		w.refs[n.Rule] = true
		return ruleName(n.Rule)
	case *rule.Exists:
		return factName(n.List) + ".exists(r, " + w.where(n.Where) + ")"
	case *rule.Every:
		return factName(n.List) + ".all(r, " + w.where(n.Where) + ")"
	case *rule.Call:
		return w.call(n)
	case *rule.Compare:
		return w.compare(n)
	case *rule.Between:
		x := w.operand(n.X)
		return "(" + x + " >= " + w.operand(n.Lo) + " && " + x + " <= " + w.operand(n.Hi) + ")"
	case *rule.About:
		return w.about(n)
	case *rule.Ratio:
		l, of := w.operand(n.L), w.operand(n.Of)
		return fmt.Sprintf("(%s > 0 && %s * 10000 %s %s * %s)", of, l, n.Op, of, w.operand(n.Share))
	}
	return w.leaf(n)
}

func (w *idiomWriter) where(n rule.Node) string {
	w.inRow = true
	text := w.node(n)
	w.inRow = false
	return text
}

func (w *idiomWriter) leaf(n rule.Node) string {
	switch n := n.(type) {
	case *rule.Is:
		return w.ident(n.Fact)
	case *rule.Given:
		return w.given(n.Fact)
	case *rule.In:
		at := indexes(n.Fact, codes(n.Set))
		if len(at) == 1 {
			return "(" + w.ident(n.Fact) + " == " + at[0] + ")"
		}
		return "(" + w.ident(n.Fact) + " in [" + strings.Join(at, ", ") + "])"
	case *rule.Has:
		terms := indexes(n.Fact, codes(n.Set))
		for i, c := range terms {
			terms[i] = c + " in " + w.ident(n.Fact)
		}
		if n.All {
			return join(terms, " && ")
		}
		return join(terms, " || ")
	case *rule.Within:
		return w.within(n)
	case *rule.During:
		from, to := n.Window.From, n.Window.To
		switch {
		case n.Window.Days:
			from, to = calendar(from), calendar(to)
		case n.Fact.Kind == rule.DateKind:
			from, to = from*10000+101, to*10000+1231
		}
		return fmt.Sprintf("(%[1]s >= %[2]d && %[1]s <= %[3]d)", w.ident(n.Fact), from, to)
	}
	return w.fail(n)
}

// indexes are the option codes as the numbers that stand for them.
func indexes(f *rule.Fact, codes []string) []string {
	var out []string
	for _, c := range codes {
		for i, o := range f.Options {
			if o.Code == c {
				out = append(out, fmt.Sprint(i))
			}
		}
	}
	return out
}

func (w *idiomWriter) given(f *rule.Fact) string {
	switch f.Kind {
	case rule.FileKind:
		return w.ident(f)
	case rule.ListKind:
		return "(" + factName(f) + ".size() > 0)"
	case rule.UnitKind, rule.PersonKind:
		return "(" + w.ident(f) + ` != "")`
	}
	return "(" + w.length(f) + " > 0)"
}

func (w *idiomWriter) length(f *rule.Fact) string { return w.ident(f) + "_length" }

func (w *idiomWriter) within(n *rule.Within) string {
	places := n.Set.Places
	if n.Set.Param != nil {
		places = n.Set.Param.Places
	}
	var terms []string
	for _, p := range places {
		to := p
		if p%10000 == 0 {
			to = p + 9999
		} else if p%100 == 0 {
			to = p + 99
		}
		if to == p {
			terms = append(terms, fmt.Sprintf("(%s == %d)", w.ident(n.Fact), p))
			continue
		}
		terms = append(terms, fmt.Sprintf("(%[1]s >= %[2]d && %[1]s <= %[3]d)", w.ident(n.Fact), p, to))
	}
	return join(terms, " || ")
}

// compare turns an age on a fixed day into a bound on the date of birth.
func (w *idiomWriter) compare(n *rule.Compare) string {
	if a, ok := n.L.(*rule.Age); ok {
		at, fixed := dayFixed(a.At)
		years, number := n.R.(*rule.Number)
		if fixed && number {
			younger := calendar(at) - (years.N+1)*10000 // born after it: at most years old
			older := calendar(at) - years.N*10000       // born on it or before: at least years old
			switch n.Op {
			case rule.AtMost:
				return fmt.Sprintf("(%s > %d)", w.ident(a.Of), younger)
			case rule.Greater:
				return fmt.Sprintf("(%s <= %d)", w.ident(a.Of), younger)
			case rule.AtLeast:
				return fmt.Sprintf("(%s <= %d)", w.ident(a.Of), older)
			case rule.Less:
				return fmt.Sprintf("(%s > %d)", w.ident(a.Of), older)
			}
		}
	}
	sign := n.Op.String()
	if n.Op == rule.Equal {
		sign = "=="
	}
	return "(" + w.operand(n.L) + " " + sign + " " + w.operand(n.R) + ")"
}

func dayFixed(o rule.Operand) (int64, bool) {
	switch o := o.(type) {
	case *rule.Day:
		return o.N, true
	case *rule.ParamOf:
		return o.Param.From, o.Param.Type == rule.DateParam
	}
	return 0, false
}

func (w *idiomWriter) about(n *rule.About) string {
	v, okV := fixed(n.V)
	share, okShare := fixed(n.Within)
	if !okV || !okShare || v < 0 || v > 1e15 {
		return w.fail(n)
	}
	x, d := w.operand(n.L), v/10000*share+v%10000*share/10000
	return fmt.Sprintf("(%[1]s >= %[2]d && %[1]s <= %[3]d)", x, v-d, v+d)
}

func fixed(o rule.Operand) (int64, bool) {
	switch o := o.(type) {
	case *rule.Number:
		return o.N, true
	case *rule.ParamOf:
		return o.Param.Quantity.N, o.Param.Type == rule.QuantityParam
	}
	return 0, false
}

func (w *idiomWriter) operand(o rule.Operand) string {
	switch o := o.(type) {
	case *rule.FactOf:
		return w.ident(o.Fact)
	case *rule.Number:
		return fmt.Sprint(o.N)
	case *rule.Day:
		return fmt.Sprint(calendar(o.N))
	case *rule.ParamOf:
		if at, ok := dayFixed(o); ok {
			return fmt.Sprint(calendar(at))
		}
		return fmt.Sprint(o.Param.Quantity.N)
	case *rule.Length:
		return w.length(o.Of)
	case *rule.Age:
		return age(w.ident(o.Of), w.operand(o.At))
	case *rule.Agg:
		return w.aggregate(o)
	}
	return w.fail(o)
}

func (w *idiomWriter) aggregate(a *rule.Agg) string {
	switch {
	case a.Fn == "count" && a.Where == nil:
		return factName(a.Of) + ".size()"
	case a.Fn == "count":
		return factName(a.Of) + ".filter(r, " + w.where(a.Where) + ").size()"
	case a.Over != nil && a.Fn == "sum":
		var years []string
		for y := a.Over.From; y <= a.Over.To; y++ {
			years = append(years, yearName(a.Of, int(y)))
		}
		return join(years, " + ")
	}
	return w.fail(a)
}

// call makes a CEL function of a named check: the same Go function, given the
// same facts.
func (w *idiomWriter) call(n *rule.Call) string {
	w.checks++
	name := fmt.Sprintf("check_%d", w.checks)
	run, args := n.Check.Run, n.Args
	*w.opts = append(*w.opts, cel.Function(name, cel.Overload(name+"_app", []*cel.Type{cel.DynType}, cel.BoolType,
		cel.UnaryBinding(func(v ref.Val) ref.Val {
			switch t, _ := run(v.(*wholeApp).facts, args); t {
			case rule.Met:
				return types.True
			case rule.Unmet:
				return types.False
			}
			return notKnown
		}))))
	return name + "(app)"
}
