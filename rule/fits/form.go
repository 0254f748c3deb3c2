package fits

import "shenbao/rule"

// The bounds of the form that the index can hold; what is larger is left to the
// reference engine.
const (
	maxLiterals     = 256 // of one condition while it is rewritten
	maxChoices      = 24  // ways to choose k of n
	maxAlternatives = 16  // of one group
	maxGroups       = 6   // of one call
)

// formOp says what a form is.
type formOp byte

const (
	isLiteral formOp = iota
	allOf
	anyOf
)

// A form is a rule's tree with "not" pushed to the leaves, so that only "all"
// and "any" join them. Every step is exact in Kleene's logic, which is a
// distributive lattice in which De Morgan's laws hold.
type form struct {
	op  formOp
	lit literal
	of  []*form
}

func of(l literal) *form { return &form{lit: l} }

// join is all or any of some forms: nested ones of the same kind are taken up,
// and literals on one operand become one.
func join(op formOp, parts ...*form) *form {
	out := &form{op: op}
	for _, p := range parts {
		out.take(p)
	}
	if len(out.of) == 1 {
		return out.of[0]
	}
	return out
}

func (f *form) take(p *form) {
	if p.op == f.op {
		for _, k := range p.of {
			f.take(k)
		}
		return
	}
	if p.op == isLiteral {
		for i, k := range f.of {
			if k.op == isLiteral && k.lit.on == p.lit.on {
				f.of[i] = of(literal{k.lit.on, f.merge(k.lit.in, p.lit.in)})
				return
			}
		}
	}
	f.of = append(f.of, p)
}

func (f *form) merge(a, b set) set {
	if f.op == allOf {
		return a.and(b)
	}
	return a.or(b)
}

// alternatives writes the form as any of some conjunctions; ok is false when
// there would be too many.
func (f *form) alternatives() (out []conj, ok bool) {
	switch f.op {
	case isLiteral:
		return []conj{{f.lit}}, true
	case anyOf:
		for _, k := range f.of {
			more, ok := k.alternatives()
			if !ok || len(out)+len(more) > maxAlternatives {
				return nil, false
			}
			out = append(out, more...)
		}
		return out, true
	}
	out = []conj{nil}
	for _, k := range f.of {
		more, ok := k.alternatives()
		if !ok || len(out)*len(more) > maxAlternatives {
			return nil, false
		}
		out = product(out, more)
	}
	return out, true
}

func product(left, right []conj) (out []conj) {
	for _, a := range left {
		for _, b := range right {
			c := a
			for _, l := range b {
				c = c.with(l)
			}
			out = append(out, c)
		}
	}
	return out
}

// form brings the condition of a rule into form; ok is false when it would grow
// past the bounds, or rests on a leaf that too few calls have.
func (b *builder) form(n rule.Node, negated bool) (f *form, ok bool) {
	switch n := n.(type) {
	case *rule.Not:
		return b.form(n.X, !negated)
	case *rule.Ref:
		return b.form(b.program.Rules[b.program.Rule(n.Rule)].Node, negated)
	case *rule.If:
		cond, ok1 := b.form(n.Cond, !negated)
		then, ok2 := b.form(n.Then, negated)
		if !ok1 || !ok2 {
			return nil, false
		}
		return join(under(anyOf, negated), cond, then), true
	case *rule.All, *rule.Any, *rule.Least:
		var parts []*form
		for _, k := range rule.Children(n) {
			p, ok := b.form(k, negated)
			if !ok {
				return nil, false
			}
			parts = append(parts, p)
		}
		return junction(n, parts, negated)
	}
	if b.left--; b.left < 0 {
		return nil, false
	}
	return b.leaf(n, negated)
}

// under is what a junction becomes under a negation.
func under(op formOp, negated bool) formOp {
	if negated {
		return allOf + anyOf - op
	}
	return op
}

// junction joins parts that are negated already.
func junction(n rule.Node, parts []*form, negated bool) (*form, bool) {
	k := 1
	switch n := n.(type) {
	case *rule.All:
		k = len(parts)
	case *rule.Least:
		k = n.K
	}
	if negated { // not at least k of n: at least n-k+1 are not
		k = len(parts) - k + 1
	}
	switch {
	case k <= 1:
		return join(anyOf, parts...), true
	case k >= len(parts):
		return join(allOf, parts...), true
	case choices(len(parts), k) > maxChoices:
		return nil, false
	}
	var ways []*form
	choose(parts, k, nil, func(way []*form) { ways = append(ways, join(allOf, way...)) })
	return join(anyOf, ways...), true
}

// choices is how many ways there are to choose k of n.
func choices(n, k int) int {
	ways := 1
	for i := range min(k, n-k) {
		if ways = ways * (n - i) / (i + 1); ways > maxChoices {
			break // it only grows
		}
	}
	return ways
}

func choose(parts []*form, k int, way []*form, fn func([]*form)) {
	if k == 0 {
		fn(way)
		return
	}
	for i := 0; i+k <= len(parts); i++ {
		choose(parts[i+1:], k-1, append(way[:len(way):len(way)], parts[i]), fn)
	}
}
