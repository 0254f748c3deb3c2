package rule

import (
	"math"
	"slices"
)

// A Dead (死条件) is a part of a rule that cannot change the rule's answer, found
// by looking at the tree alone.
type Dead struct {
	// Kind is always or never: Node has that answer whatever the facts;
	// excludes: Node and Other cannot both hold, and the rule wants both;
	// implied: Node adds nothing beside Other.
	Kind        string
	Node, Other Node
}

// Lint finds the parts of a tree that cannot matter: thresholds that the facts'
// own limits decide, alternatives that contain each other, conditions that
// cannot hold together. Parameters count with their present values.
func Lint(n Node) []Dead {
	var out []Dead
	Walk(n, func(n Node) bool {
		out = append(out, lintNode(n)...)
		return true
	})
	return out
}

func lintNode(n Node) []Dead {
	switch n := n.(type) {
	case *All:
		return append(lintExcluding(n), lintImplied(n.Of, false)...)
	case *Any:
		return lintImplied(n.Of, true)
	case *If:
		if implies(n.Cond, n.Then) {
			return []Dead{{Kind: "always", Node: n}}
		}
	}
	c, ok := constraintOf(n)
	if !ok || c.codes != nil {
		return nil
	}
	switch {
	case c.lo <= c.min && c.max <= c.hi:
		return []Dead{{Kind: "always", Node: n}}
	case c.hi < c.min || c.max < c.lo:
		return []Dead{{Kind: "never", Node: n}}
	}
	return nil
}

// lintExcluding finds two parts of a conjunction that cannot both hold.
func lintExcluding(n *All) []Dead {
	var out []Dead
	for i, a := range n.Of {
		for _, b := range n.Of[i+1:] {
			if excludes(a, b) {
				out = append(out, Dead{"excludes", b, a})
			}
		}
	}
	return out
}

// lintImplied finds parts that add nothing: in a conjunction the weaker of two,
// in an alternative the narrower.
func lintImplied(parts []Node, alternative bool) []Dead {
	var out []Dead
	gone := map[int]bool{}
	for i, a := range parts {
		for j, b := range parts {
			if i == j || gone[i] || gone[j] {
				continue
			}
			strong, weak := b, a
			if alternative {
				strong, weak = a, b
			}
			if implies(strong, weak) {
				gone[i] = true
				out = append(out, Dead{"implied", a, b})
			}
		}
	}
	return out
}

// implies reports whether b certainly holds where a does. It may miss some.
func implies(a, b Node) bool {
	switch b := b.(type) {
	case *All:
		return every(b.Of, func(x Node) bool { return implies(a, x) })
	case *Any:
		if slices.ContainsFunc(b.Of, func(x Node) bool { return implies(a, x) }) {
			return true
		}
	case *Not:
		if x, ok := a.(*Not); ok {
			return implies(b.X, x.X)
		}
	}
	switch a := a.(type) {
	case *All:
		return slices.ContainsFunc(a.Of, func(x Node) bool { return implies(x, b) })
	case *Any:
		return every(a.Of, func(x Node) bool { return implies(x, b) })
	}
	return leafImplies(a, b)
}

func every(ns []Node, fn func(Node) bool) bool {
	return !slices.ContainsFunc(ns, func(n Node) bool { return !fn(n) })
}

func leafImplies(a, b Node) bool {
	if x, ok := a.(*Exists); ok {
		y, ok := b.(*Exists)
		return ok && x.List == y.List && implies(x.Where, y.Where)
	}
	if x, ok := a.(*Every); ok {
		y, ok := b.(*Every)
		return ok && x.List == y.List && implies(x.Where, y.Where)
	}
	ca, oka := constraintOf(a)
	cb, okb := constraintOf(b)
	if oka && okb && ca.key == cb.key {
		if (ca.codes == nil) != (cb.codes == nil) {
			return false
		}
		if ca.codes != nil {
			return !slices.ContainsFunc(ca.codes, func(c string) bool { return !slices.Contains(cb.codes, c) })
		}
		return cb.lo <= ca.lo && ca.hi <= cb.hi
	}
	return !oka && !okb && isLeaf(a) && isLeaf(b) && Hash(a) == Hash(b)
}

// excludes reports whether a and b certainly cannot both hold.
func excludes(a, b Node) bool {
	if x, ok := b.(*Not); ok && implies(a, x.X) {
		return true
	}
	if x, ok := a.(*Not); ok && implies(b, x.X) {
		return true
	}
	ca, oka := constraintOf(a)
	cb, okb := constraintOf(b)
	if !oka || !okb || ca.key != cb.key || (ca.codes == nil) != (cb.codes == nil) {
		return false
	}
	if ca.codes != nil {
		return !slices.ContainsFunc(ca.codes, func(c string) bool { return slices.Contains(cb.codes, c) })
	}
	return ca.hi < cb.lo || cb.hi < ca.lo
}

// constraint is a leaf about one quantity as the interval or the options that
// it allows, and the interval that the quantity's own limits leave.
type constraint struct {
	key      string
	lo, hi   int64
	codes    []string // of a choice; nil for a quantity
	min, max int64
}

// constraintOf reads a leaf that sets one quantity, day, year or choice against
// what is fixed. Not every leaf is one.
func constraintOf(n Node) (constraint, bool) {
	switch n := n.(type) {
	case *Compare:
		return compareConstraint(n.L, n.Op, n.R)
	case *Between:
		lo, ok1 := Constant(n.Lo)
		hi, ok2 := Constant(n.Hi)
		min, max := domain(n.X)
		return constraint{key: describe(n.X), lo: lo, hi: hi, min: min, max: max}, ok1 && ok2
	case *During:
		lo, hi := n.Window.bounds(n.Fact.Kind == DateKind)
		min, max := domain(&FactOf{n.Fact})
		return constraint{key: n.Fact.Path(), lo: lo, hi: hi, min: min, max: max}, true
	case *In:
		codes := n.Set.Codes
		if n.Set.Param != nil {
			codes = n.Set.Param.Codes
		}
		return constraint{key: n.Fact.Path(), codes: codes}, true
	case *Not:
		if x, ok := n.X.(*Compare); ok {
			return compareConstraint(x.L, x.Op.under(true), x.R)
		}
	}
	return constraint{}, false
}

func compareConstraint(l Operand, op Op, r Operand) (constraint, bool) {
	v, fixed := Constant(r)
	if _, also := Constant(l); !fixed || also || op == NotEqual {
		return constraint{}, false
	}
	c := constraint{key: describe(l), lo: math.MinInt64, hi: math.MaxInt64}
	c.min, c.max = domain(l)
	switch op {
	case AtLeast:
		c.lo = v
	case Greater:
		c.lo = v + 1
	case AtMost:
		c.hi = v
	case Less:
		c.hi = v - 1
	case Equal:
		c.lo, c.hi = v, v
	}
	return c, true
}

// domain is the interval that the declarations leave to an operand's value. One
// step inside the ends of int64 stands for "no limit", so that no interval of a
// rule covers it by chance.
func domain(o Operand) (lo, hi int64) {
	lo, hi = math.MinInt64+1, math.MaxInt64-1
	switch o := o.(type) {
	case *FactOf:
		if o.Fact.Min != nil {
			lo = *o.Fact.Min
		}
		if o.Fact.Max != nil {
			hi = *o.Fact.Max
		}
	case *Length:
		lo = 0
		if o.Of.MaxChars > 0 {
			hi = int64(o.Of.MaxChars)
		}
	case *Age:
		lo, hi = 0, 150
	case *Agg:
		return aggDomain(o)
	}
	return lo, hi
}

func aggDomain(a *Agg) (lo, hi int64) {
	lo, hi = math.MinInt64+1, math.MaxInt64-1
	if a.Fn == "count" {
		return 0, int64(a.Of.MaxItems)
	}
	n := int64(1)
	if a.Fn == "sum" && a.Over != nil {
		n = a.Over.To - a.Over.From + 1
	}
	if a.Of.Min != nil {
		lo = *a.Of.Min * n
		if a.Fn == "sum" && a.Over == nil {
			lo = min(0, *a.Of.Min*int64(a.Of.list.MaxItems))
		}
	}
	if a.Of.Max != nil && (a.Fn != "sum" || a.Over != nil) {
		hi = *a.Of.Max * n
	}
	return lo, hi
}
