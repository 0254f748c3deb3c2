package sweep

import (
	"slices"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// A Plan is a set of rules made ready to run over a table. Parts that rules
// share are answered once. It does not change, and may run many times; the
// table must not grow meanwhile.
type Plan struct {
	Table   *Table
	Program *rule.Program

	rules []int // which of the program's rules the plan answers
	roots []int // their registers
	top   *level
	lists []*listLevel
	given *Verdicts // answers of the rules that the plan does not answer
}

// level is the steps over one frame: the units, or the rows of a list.
type level struct {
	steps      []step
	registers  int
	numbers    []numberSpec
	truths     map[string]int
	operands   map[string]operand
	loaded     map[*column]int // number register + 1
	columns    []*column       // that the steps read
	conditions *listLevel      // what the level's results are gathered in; nil for units
}

// step is one operation on the registers of a batch. why adds the reasons of
// what it left unknown; it may be nil.
type step struct{ run, why func(w *work) }

// listLevel is the row conditions and columns of a list that the units' level
// asks for.
type listLevel struct {
	level
	list  *list
	conds []int // registers
	cells []int // numbers
}

// builder turns trees into steps.
type builder struct {
	plan    *Plan
	program *rule.Program
	table   *Table
	done    map[int]int // registers of the rules answered so far
	fault   *fault.Fault
}

// NewPlan makes the rules of a program ready to run over a table that holds
// the facts they use.
func NewPlan(p *rule.Program, t *Table) (*Plan, *fault.Fault) {
	all := make([]int, len(p.Rules))
	for i := range all {
		all[i] = i
	}
	return newPlan(p, t, all, nil)
}

// newPlan plans some rules of a program. The answers of the others that they
// refer to are read from given, if there is one.
func newPlan(p *rule.Program, t *Table, rules []int, given *Verdicts) (*Plan, *fault.Fault) {
	t.seal()
	b := &builder{table: t, program: p, done: map[int]int{},
		plan: &Plan{Table: t, Program: p, rules: rules, top: newLevel(nil), given: given}}
	for _, i := range rules {
		b.plan.roots = append(b.plan.roots, b.rule(i))
	}
	return b.plan, b.fault
}

func newLevel(l *listLevel) *level {
	return &level{truths: map[string]int{}, operands: map[string]operand{}, loaded: map[*column]int{}, conditions: l}
}

// rule returns the register of a rule's answer.
func (b *builder) rule(i int) int {
	if r, ok := b.done[i]; ok {
		return r
	}
	if b.plan.given != nil && !slices.Contains(b.plan.rules, i) {
		b.done[i] = b.plan.top.cached(b.plan.given, i)
	} else {
		b.done[i] = b.node(b.plan.top, b.program.Rules[i].Node)
	}
	return b.done[i]
}

// cached is the answer that another run gave.
func (l *level) cached(v *Verdicts, rule int) int {
	dst := l.register()
	l.add(func(w *work) {
		at := w.batch * batchWords
		copy(w.truth[dst].t[:], v.met[rule][at:])
		copy(w.truth[dst].f[:], v.unmet[rule][at:])
	}, nil)
	return dst
}

func (l *level) register() int {
	l.registers++
	return l.registers - 1
}

// reads notes that the steps read a column.
func (l *level) reads(c *column) {
	if !slices.Contains(l.columns, c) {
		l.columns = append(l.columns, c)
	}
}

func (l *level) add(run, why func(w *work)) { l.steps = append(l.steps, step{run, why}) }

// listLevel returns the steps over the rows of a list.
func (b *builder) listLevel(fact *rule.Fact) *listLevel {
	for _, l := range b.plan.lists {
		if l.list.fact == fact {
			return l
		}
	}
	l := &listLevel{list: b.table.byList[fact]}
	l.level = *newLevel(l)
	b.plan.lists = append(b.plan.lists, l)
	return l
}

// frame is where the columns of the level's facts stand.
func (b *builder) frame(l *level) *frame {
	if l.conditions != nil {
		return &l.conditions.list.frame
	}
	return &b.table.top
}

// node returns the register of a node's answer, and plans it when it is new.
func (b *builder) node(l *level, n rule.Node) int {
	if ref, ok := n.(*rule.Ref); ok && l.conditions == nil {
		return b.rule(b.program.Rule(ref.Rule))
	}
	key := string(rule.Canonical(n))
	if r, ok := l.truths[key]; ok {
		return r
	}
	r := b.plan1(l, n)
	l.truths[key] = r
	return r
}

func (b *builder) plan1(l *level, n rule.Node) int {
	var kids []int
	for _, k := range rule.Children(n) {
		kids = append(kids, b.node(l, k))
	}
	switch n := n.(type) {
	case *rule.All:
		return l.all(kids)
	case *rule.Any:
		return l.any(kids)
	case *rule.Not:
		return l.not(kids[0])
	case *rule.If:
		return l.any([]int{l.not(kids[0]), kids[1]})
	case *rule.Least:
		switch n.K {
		case 1:
			return l.any(kids)
		case len(kids):
			return l.all(kids)
		}
		return l.atLeast(n.K, kids)
	}
	return b.leaf(l, n)
}

// union adds to dst the reasons of its parts where it is unknown itself.
func union(dst int, parts []int) func(w *work) {
	return func(w *work) {
		d, u := &w.why[dst], w.unknown(dst)
		for _, k := range parts {
			for r := range d {
				for i := w.from; i < w.to; i++ {
					d[r][i] |= w.why[k][r][i] & u[i]
				}
			}
		}
	}
}

func (l *level) all(kids []int) int {
	dst := l.register()
	l.add(func(w *work) {
		d := &w.truth[dst]
		*d = w.truth[kids[0]]
		for _, k := range kids[1:] {
			s := &w.truth[k]
			for i := w.from; i < w.to; i++ {
				d.t[i] &= s.t[i]
				d.f[i] |= s.f[i]
			}
		}
	}, union(dst, kids))
	return dst
}

func (l *level) any(kids []int) int {
	dst := l.register()
	l.add(func(w *work) {
		d := &w.truth[dst]
		*d = w.truth[kids[0]]
		for _, k := range kids[1:] {
			s := &w.truth[k]
			for i := w.from; i < w.to; i++ {
				d.t[i] |= s.t[i]
				d.f[i] &= s.f[i]
			}
		}
	}, union(dst, kids))
	return dst
}

func (l *level) not(kid int) int {
	dst := l.register()
	l.add(func(w *work) {
		s := &w.truth[kid]
		w.truth[dst].t, w.truth[dst].f = s.f, s.t
	}, func(w *work) { w.why[dst] = w.why[kid] })
	return dst
}

// atLeast counts, in bits stacked on one another, how many parts are met and
// how many are not unmet.
func (l *level) atLeast(k int, kids []int) int {
	dst := l.register()
	l.add(func(w *work) {
		d := &w.truth[dst]
		for i := w.from; i < w.to; i++ {
			var met, may [9]uint64
			for _, kid := range kids {
				count(&met, w.truth[kid].t[i])
				count(&may, ^w.truth[kid].f[i])
			}
			d.t[i] = reached(&met, k)
			d.f[i] = ^reached(&may, k)
		}
	}, union(dst, kids))
	return dst
}

// count adds one in the rows of x.
func count(n *[9]uint64, x uint64) {
	for i := range n {
		n[i], x = n[i]^x, n[i]&x
	}
}

// reached are the rows whose count is at least k.
func reached(n *[9]uint64, k int) uint64 {
	more, same := uint64(0), ^uint64(0)
	for i := len(n) - 1; i >= 0; i-- {
		if k>>i&1 == 1 {
			same &= n[i]
		} else {
			more |= same & n[i]
			same &^= n[i]
		}
	}
	return more | same
}
