package fits

import (
	"cmp"
	"slices"
	"strings"

	"shenbao/rule"
)

// sharedBy is how many calls must have a leaf that the reference engine answers
// for it to be answered once and kept in a column: a leaf of fewer calls is
// cheaper asked of those that are still undecided.
const sharedBy = 16

// NewIndex makes an index over calls, which are known by their places in the
// list. Two named checks with one code must be one check. The programs are kept;
// they and their schemas do not change afterwards.
func NewIndex(calls []*rule.Program) *Index { return newIndex(calls, sharedBy) }

func newIndex(calls []*rule.Program, shared int) *Index {
	b := &builder{index: &Index{calls: calls, frame: make([]int32, len(calls)), rest: make([]*rule.Program, len(calls))}, shared: shared,
		bySchema: map[*rule.Schema]int{}, byContent: map[string]int{}, byKey: map[string]int{}, seen: map[[2]int]bool{},
		signatures: map[*rule.Fact]string{}, keys: map[rule.Node]string{}, users: map[string]int{}}
	for i, p := range calls {
		f := b.frameOf(p.Schema)
		b.index.frame[i] = int32(f)
		b.index.frames[f].calls = append(b.index.frames[f].calls, i)
		b.turn(i)
		b.countLeaves()
	}
	asks := make([]demand, len(calls))
	for i := range calls {
		b.turn(i)
		asks[i] = b.demand()
		b.index.rest[i] = remainder(calls[i], asks[i].rest)
	}
	b.layOut(asks)
	b.findShared()
	return b.index
}

// builder makes an index.
type builder struct {
	index  *Index
	shared int

	// The call at hand.
	program *rule.Program
	frame   int
	left    int // literals that the condition at hand may still take

	operands   []*operand
	bySchema   map[*rule.Schema]int
	byContent  map[string]int
	byKey      map[string]int
	seen       map[[2]int]bool // operand and frame
	signatures map[*rule.Fact]string
	keys       map[rule.Node]string // of leaves that are asked
	users      map[string]int       // calls that have such a leaf
}

func (b *builder) turn(call int) {
	b.program, b.frame = b.index.calls[call], int(b.index.frame[call])
}

// binding says what a rule does to the class of a unit: whether it counts, and
// whether it fails the unit when it is unmet.
func binding(r *rule.Rule) (binds, fails bool) {
	switch r.Effect {
	case rule.Refuse, rule.Veto, rule.Route:
		return true, true
	case rule.Ask:
		return true, false
	}
	return false, false
}

// countLeaves counts the call for every leaf of it that is asked.
func (b *builder) countLeaves() {
	mine := map[string]bool{}
	var walk func(n rule.Node)
	walk = func(n rule.Node) {
		if ref, ok := n.(*rule.Ref); ok {
			walk(b.program.Rules[b.program.Rule(ref.Rule)].Node)
			return
		}
		kids := rule.Children(n)
		for _, k := range kids {
			walk(k)
		}
		if len(kids) == 0 && asks(n) {
			mine[b.leafKey(n)] = true
		}
	}
	for i := range b.program.Rules {
		if binds, _ := binding(&b.program.Rules[i]); binds {
			walk(b.program.Rules[i].Node)
		}
	}
	for key := range mine {
		b.users[key]++
	}
}

// literal is a condition on an operand, which is made when it is new.
func (b *builder) literal(key string, o operand, h home, s set, negated bool) *form {
	on, ok := b.byKey[key]
	if !ok {
		on = len(b.operands)
		b.byKey[key] = on
		b.operands = append(b.operands, &o)
	}
	if at := [2]int{on, b.frame}; !b.seen[at] {
		b.seen[at] = true
		h.frame = b.frame
		b.operands[on].homes = append(b.operands[on].homes, h)
	}
	if negated {
		s = s.not()
	}
	s.none = s.none && o.how == rows // nothing else can be without a value
	return of(literal{on, s})
}

// A demand is what a call asks, in the form of the index: conditions that must
// all be met, groups of which one alternative must be, and the rules that are
// left to the reference engine.
type demand struct {
	direct conj
	groups []group
	rest   []int
}

type group struct {
	rule int
	of   []conj
}

// demand brings the call at hand into form.
func (b *builder) demand() demand {
	var d demand
	for i := range b.program.Rules {
		r := &b.program.Rules[i]
		binds, fails := binding(r)
		if !binds {
			continue
		}
		for _, part := range b.parts(r.Node, fails) {
			b.left = maxLiterals
			f, ok := b.part(part, fails)
			if !ok || !d.take(f, i) {
				d.rest = append(d.rest, i)
			}
		}
	}
	slices.SortStableFunc(d.groups, func(x, y group) int { return cmp.Compare(len(y.of), len(x.of)) })
	for len(d.groups) > maxGroups { // the widest go
		d.rest = append(d.rest, d.groups[0].rule)
		d.groups = d.groups[1:]
	}
	slices.Sort(d.rest)
	d.rest = slices.Compact(d.rest)
	return d
}

// parts takes apart what must all be met, so that a part that has no form
// leaves the others theirs.
func (b *builder) parts(n rule.Node, fails bool) (out []rule.Node) {
	switch n := n.(type) {
	case *rule.Ref:
		return b.parts(b.program.Rules[b.program.Rule(n.Rule)].Node, fails)
	case *rule.All:
		if fails {
			for _, k := range n.Of {
				out = append(out, b.parts(k, fails)...)
			}
			return out
		}
	}
	return []rule.Node{n}
}

// part is the form of a part of a rule. A rule that fails nobody counts by being
// unknown alone: it stands as "met or not met", which is unknown when it is.
func (b *builder) part(n rule.Node, fails bool) (*form, bool) {
	f, ok := b.form(n, false)
	if !ok || fails {
		return f, ok
	}
	not, ok := b.form(n, true)
	if !ok {
		return nil, false
	}
	return join(anyOf, f, not), true
}

// take adds a form to the demand, whose literals on one operand become one.
func (d *demand) take(f *form, rule int) bool {
	switch f.op {
	case isLiteral:
		d.direct = d.direct.with(f.lit)
		return true
	case allOf:
		ok := true
		for _, k := range f.of {
			ok = d.take(k, rule) && ok
		}
		return ok
	}
	of, ok := f.alternatives()
	if ok {
		d.groups = append(d.groups, group{rule, of})
	}
	return ok
}

// remainder is the program of some rules and those that they refer to; nil for
// none.
func remainder(p *rule.Program, rules []int) *rule.Program {
	if len(rules) == 0 {
		return nil
	}
	need := map[int]bool{}
	var add func(i int)
	add = func(i int) {
		if need[i] {
			return
		}
		need[i] = true
		rule.Walk(p.Rules[i].Node, func(n rule.Node) bool {
			if ref, ok := n.(*rule.Ref); ok {
				add(p.Rule(ref.Rule))
			}
			return true
		})
	}
	for _, i := range rules {
		add(i)
	}
	var out []rule.Rule
	for i, r := range p.Rules {
		if need[i] {
			out = append(out, r)
		}
	}
	rest, _ := rule.Compile(p.Schema, out) // rules of a program compile, all that they refer to being there
	return rest
}

// shapeOf is how many alternatives the groups of a demand have, the most first,
// rounded up so that there are few shapes.
func (d *demand) shapeOf() string {
	var k strings.Builder
	for _, g := range d.groups {
		for _, n := range []int{2, 3, 4, 8, maxAlternatives} {
			if len(g.of) <= n {
				k.WriteByte(byte(n))
				break
			}
		}
	}
	return k.String()
}
