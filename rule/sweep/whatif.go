package sweep

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// A Setting (假设) moves the one literal threshold of a rule.
type Setting struct {
	Rule string
	To   rule.Operand // *rule.Number or *rule.Day
	From rule.Operand
}

// String is the setting as a person writes it.
func (s *Setting) String() string { return s.Rule + ".threshold=" + operandText(s.To) }

// ParseSetting reads RULE.threshold=VALUE.
func ParseSetting(p *rule.Program, text string) (*Setting, *fault.Fault) {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return nil, fault.New(fault.Invalid, "sweep.set.form", text)
	}
	id, from, f := threshold(p, strings.TrimSpace(name), text)
	if f != nil {
		return nil, f
	}
	to, ok := valueLike(from, strings.TrimSpace(value))
	if !ok {
		return nil, fault.New(fault.Invalid, "sweep.set.value", strings.TrimSpace(value), operandText(from))
	}
	return &Setting{Rule: id, From: from, To: to}, nil
}

// threshold finds the one literal of the rule that RULE.threshold names.
func threshold(p *rule.Program, name, text string) (id string, from rule.Operand, f *fault.Fault) {
	id, ok := strings.CutSuffix(name, ".threshold")
	if !ok {
		return "", nil, fault.New(fault.Invalid, "sweep.set.form", text)
	}
	i := p.Rule(id)
	if i < 0 {
		return "", nil, fault.New(fault.Missing, "sweep.set.rule", id, nearRule(p, id))
	}
	of := literals(p.Rules[i].Node)
	switch len(of) {
	case 0:
		return "", nil, fault.New(fault.Invalid, "sweep.set.none", id)
	case 1:
		return id, of[0], nil
	}
	var list []string
	for _, o := range of {
		list = append(list, operandText(o))
	}
	return "", nil, fault.New(fault.Invalid, "sweep.set.several", id, len(of), strings.Join(list, ", "))
}

// nearRule asks whether a rule was meant whose id begins or ends alike.
func nearRule(p *rule.Program, id string) any {
	for i := range p.Rules {
		if r := p.Rules[i].ID; strings.HasSuffix(r, id) || strings.HasPrefix(r, id) || strings.EqualFold(r, id) {
			return fault.New(fault.Invalid, "rule.near", r)
		}
	}
	return ""
}

// valueLike reads a value of the same kind as a literal.
func valueLike(o rule.Operand, text string) (rule.Operand, bool) {
	switch o := o.(type) {
	case *rule.Day:
		n, ok := rule.ParseDay(text)
		return &rule.Day{N: n}, ok
	case *rule.Number:
		q, ok := rule.ParseQuantity(text, o.Unit)
		if !ok || (q.Unit == nil) != (o.Unit == nil) || q.Unit != nil && q.Unit.Dim != o.Unit.Dim {
			return nil, false
		}
		return &rule.Number{Quantity: q}, true
	}
	return nil, false
}

// operandText is a literal as written.
func operandText(o rule.Operand) string {
	switch o := o.(type) {
	case *rule.Day:
		return rule.FormatDay(o.N)
	case *rule.Number:
		if o.Unit != nil {
			return o.Dec + " " + o.Unit.Name
		}
		return o.Dec
	}
	return ""
}

// literals are the numbers and days written out in a tree, row conditions and
// all, in the order they stand.
func literals(n rule.Node) (out []rule.Operand) {
	rule.Walk(n, func(n rule.Node) bool {
		for _, o := range rule.Operands(n) {
			switch o := o.(type) {
			case *rule.Number, *rule.Day:
				out = append(out, o)
			case *rule.Age:
				if d, ok := o.At.(*rule.Day); ok {
					out = append(out, d)
				}
			}
		}
		return true
	})
	return out
}

// Apply returns the program with the settings made; the program itself stays
// as it is.
func Apply(p *rule.Program, settings []*Setting) (*rule.Program, []*fault.Fault) {
	rules := slices.Clone(p.Rules)
	for i, s := range settings {
		if slices.ContainsFunc(settings[:i], func(o *Setting) bool { return o.Rule == s.Rule }) {
			return nil, []*fault.Fault{fault.New(fault.Invalid, "sweep.set.twice", s.Rule)}
		}
		at := p.Rule(s.Rule)
		rules[at].Node = replace(rules[at].Node, s.From, s.To)
	}
	return rule.Compile(p.Schema, rules)
}

// replace copies a tree with one operand, found by identity, in the place of
// another.
func replace(n rule.Node, from, to rule.Operand) rule.Node {
	sub := func(n rule.Node) rule.Node { return replace(n, from, to) }
	each := func(of []rule.Node) []rule.Node {
		of = slices.Clone(of)
		for i := range of {
			of[i] = sub(of[i])
		}
		return of
	}
	op := func(o rule.Operand) rule.Operand { return replaceIn(o, from, to) }
	switch n := n.(type) {
	case *rule.All:
		return &rule.All{Of: each(n.Of)}
	case *rule.Any:
		return &rule.Any{Of: each(n.Of)}
	case *rule.Not:
		return &rule.Not{X: sub(n.X)}
	case *rule.Least:
		return &rule.Least{K: n.K, Of: each(n.Of)}
	case *rule.If:
		return &rule.If{Cond: sub(n.Cond), Then: sub(n.Then)}
	case *rule.Exists:
		return &rule.Exists{List: n.List, Where: sub(n.Where)}
	case *rule.Every:
		return &rule.Every{List: n.List, Where: sub(n.Where)}
	case *rule.Compare:
		return &rule.Compare{L: op(n.L), Op: n.Op, R: op(n.R)}
	case *rule.About:
		return &rule.About{L: op(n.L), V: op(n.V), Within: op(n.Within)}
	case *rule.Between:
		return &rule.Between{X: op(n.X), Lo: op(n.Lo), Hi: op(n.Hi)}
	case *rule.Ratio:
		return &rule.Ratio{L: op(n.L), Op: n.Op, Share: op(n.Share), Of: op(n.Of)}
	}
	return n
}

func replaceIn(o, from, to rule.Operand) rule.Operand {
	if o == from {
		return to
	}
	switch o := o.(type) {
	case *rule.Age:
		return &rule.Age{Of: o.Of, At: replaceIn(o.At, from, to)}
	case *rule.Agg:
		if o.Where != nil {
			c := *o
			c.Where = replace(o.Where, from, to)
			return &c
		}
	}
	return o
}

// WhatIf answers the rules of a changed program of which all but the named
// rules are as they were: only these, and those that refer to them, are
// answered again.
func WhatIf(ctx context.Context, changed *rule.Program, t *Table, before *Verdicts, ids ...string) (*Verdicts, error) {
	var again []int
	for i := range changed.Rules {
		if slices.Contains(ids, changed.Rules[i].ID) || refers(changed, changed.Rules[i].Node, ids) {
			again = append(again, i)
		}
	}
	p, f := newPlan(changed, t, again, before)
	if f != nil {
		return nil, f
	}
	return p.Run(ctx, 0)
}

// refers reports whether a tree asks for one of the rules, itself or by others.
func refers(p *rule.Program, n rule.Node, ids []string) (yes bool) {
	rule.Walk(n, func(n rule.Node) bool {
		if r, ok := n.(*rule.Ref); ok && !yes {
			yes = slices.Contains(ids, r.Rule) || refers(p, p.Rules[p.Rule(r.Rule)].Node, ids)
		}
		return !yes
	})
	return yes
}

// A Curve is how the number of qualifying units follows a threshold.
type Curve struct {
	Rule   string
	Points []Point
}

// Point is one threshold of a curve.
type Point struct {
	Threshold         rule.Operand
	Text              string
	Qualifying, Could int
}

// curvePoints is how many thresholds a curve has.
const curvePoints = 21

// DrawCurve reads RULE.threshold=FROM..TO and answers the rule for thresholds
// evenly spread between the two.
func DrawCurve(ctx context.Context, p *rule.Program, t *Table, before *Verdicts, text string) (*Curve, error) {
	name, span, ok1 := strings.Cut(text, "=")
	first, last, ok2 := strings.Cut(span, "..")
	if !ok1 || !ok2 {
		return nil, fault.New(fault.Invalid, "sweep.curve.form", text)
	}
	id, from, f := threshold(p, strings.TrimSpace(name), text)
	if f != nil {
		return nil, f
	}
	low, ok1 := valueLike(from, strings.TrimSpace(first))
	high, ok2 := valueLike(from, strings.TrimSpace(last))
	if !ok1 || !ok2 {
		return nil, fault.New(fault.Invalid, "sweep.set.value", span, operandText(from))
	}
	c := &Curve{Rule: id}
	for _, to := range steps(low, high) {
		changed, faults := Apply(p, []*Setting{{Rule: id, From: from, To: to}})
		if len(faults) > 0 {
			return nil, faults[0]
		}
		v, err := WhatIf(ctx, changed, t, before, id)
		if err != nil {
			return nil, err
		}
		q, could, _ := v.Answers(changed).Classes()
		c.Points = append(c.Points, Point{to, operandText(to), q, could})
	}
	return c, nil
}

// steps spreads thresholds evenly, in the unit of the first, without repeating
// one.
func steps(low, high rule.Operand) (out []rule.Operand) {
	switch low := low.(type) {
	case *rule.Day:
		to := high.(*rule.Day).N
		for i := range int64(curvePoints) {
			out = append(out, &rule.Day{N: low.N + (to-low.N)*i/(curvePoints-1)})
		}
	case *rule.Number:
		unit, base := low.Unit, int64(1)
		if unit != nil {
			base = unit.Base
		}
		from, to := low.N, high.(*rule.Number).N
		if (to-from)/base/(curvePoints-1) == 0 {
			base = max(1, base/10000) // the span is small beside the unit
		}
		for i := range int64(curvePoints) {
			n := from + (to-from)*i/(curvePoints-1)/base*base
			if i == curvePoints-1 {
				n = to
			}
			q := rule.Quantity{Dec: decimal(n, unit), Unit: unit, N: n}
			out = append(out, &rule.Number{Quantity: q})
		}
	}
	return slices.CompactFunc(out, func(a, b rule.Operand) bool { return operandText(a) == operandText(b) })
}

// decimal writes base units exactly in a unit.
func decimal(n int64, u *rule.Unit) string {
	base := int64(1)
	if u != nil {
		base = u.Base
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	whole, rest := n/base, n%base
	s := sign + strconv.FormatInt(whole, 10)
	if rest == 0 {
		return s
	}
	digits := strconv.FormatInt(base+rest, 10)[1:] // with its leading zeros: every base is a power of ten
	return s + "." + strings.TrimRight(digits, "0")
}
