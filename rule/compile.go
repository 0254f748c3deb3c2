package rule

import (
	"regexp"
	"slices"

	"shenbao/internal/fault"
)

// Modality is how strongly a clause is meant (语气).
type Modality string

// The modalities of docs/rule-language.md section 4. NoModality asks nothing of anyone.
const (
	Must       Modality = "must"
	Should     Modality = "should"
	Prefer     Modality = "prefer"
	Roughly    Modality = "about"
	NoModality Modality = "none"
)

// Effect is what follows when a rule is unmet.
type Effect string

// The effects of docs/rule-language.md section 4.
const (
	Refuse    Effect = "refuse"
	Ask       Effect = "ask"
	Flag      Effect = "flag"
	Route     Effect = "route"
	Advantage Effect = "advantage"
	Inform    Effect = "inform"
	Veto      Effect = "veto"
)

// A Rule (规则) is a tree with its clauses and what follows from it.
type Rule struct {
	ID       string
	Clauses  []string // full ids: 000-023
	Node     Node
	Modality Modality
	Effect   Effect
	Route    string // the track of a Route effect
	Label    string
	LabelEN  string
	Evidence []string // ids of the materials that prove it
	Note     string
}

// A Program (规则集) is a set of rules made ready to run on facts of one schema.
// It is immutable and may be used by many goroutines.
type Program struct {
	Schema *Schema
	Rules  []Rule

	roots  []*code
	order  []int // rules in the order that references ask for
	leaves []*code
	byID   map[string]int
}

// code is a node made ready to run: names are slots, sets are masks.
type code struct {
	node Node
	op   opcode
	kids []*code
	leaf int // place in Result.leaves; -1 in a row condition
	k    int // of Least; rule index of Ref

	cmp         Op
	a, b, c     *value
	slot, slot2 int
	cols        int // columns of the list at slot
	closed      bool
	where       *code
	mask        []uint64
	ranges      [][2]int64
	from, to    int64
	without     bool
	class       func(rune) bool
	re          *regexp.Regexp
	str         string
	call        *Check
	args        []Arg
}

type opcode uint8

const (
	opAll opcode = iota
	opAny
	opNot
	opLeast
	opIf
	opRef
	opIs
	opGivenText
	opGivenKey
	opGivenList
	opCompare
	opAbout
	opBetween
	opRatio
	opIn
	opHas
	opWithin
	opDuring
	opClass
	opMatch
	opSame
	opExists
	opEvery
	opCall
)

// value is an operand made ready to run.
type value struct {
	op     valueOp
	n      int64  // constant
	slot   int    // scalar, list, or first year
	years  int    // how many slots from there
	cols   int    // columns of the list
	col    int    // column summed
	fn     string // sum, max, min
	where  *code
	closed bool
	at     *value
}

type valueOp uint8

const (
	constValue valueOp = iota
	slotValue
	lengthValue
	ageValue
	seriesValue
	countValue
	rowsValue
)

// Compile checks the rules together (ids once, references to existing rules,
// no cycle) and makes them ready to run.
func Compile(s *Schema, rules []Rule) (*Program, []*fault.Fault) {
	p := &Program{Schema: s, Rules: rules, byID: map[string]int{}}
	var faults []*fault.Fault
	for i, r := range rules {
		if _, ok := p.byID[r.ID]; ok {
			faults = append(faults, problem("rule_twice", r.ID).In(r.ID))
		}
		p.byID[r.ID] = i
	}
	for _, r := range rules {
		Walk(r.Node, func(n Node) bool {
			if ref, ok := n.(*Ref); ok {
				if _, ok := p.byID[ref.Rule]; !ok {
					faults = append(faults, problem("no_rule", ref.Rule, near(ref.Rule, keys(p.byID))).In(r.ID))
				}
			}
			return true
		})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if id := p.sort(); id != "" {
		return nil, []*fault.Fault{problem("cycle", id).In(id)}
	}
	for _, r := range rules {
		p.roots = append(p.roots, p.compile(r.Node, true))
	}
	return p, nil
}

// sort puts rules after those they refer to; it returns a rule of a cycle, or "".
func (p *Program) sort() string {
	state := make([]uint8, len(p.Rules)) // 0 new, 1 open, 2 done
	var visit func(i int) string
	visit = func(i int) (cycle string) {
		if state[i] == 1 {
			return p.Rules[i].ID
		}
		if state[i] == 2 {
			return ""
		}
		state[i] = 1
		Walk(p.Rules[i].Node, func(n Node) bool {
			if r, ok := n.(*Ref); ok && cycle == "" {
				cycle = visit(p.byID[r.Rule])
			}
			return cycle == ""
		})
		state[i] = 2
		p.order = append(p.order, i)
		return cycle
	}
	for i := range p.Rules {
		if id := visit(i); id != "" {
			return id
		}
	}
	return ""
}

// Rule returns the index of the rule with the given id, or -1.
func (p *Program) Rule(id string) int {
	if i, ok := p.byID[id]; ok {
		return i
	}
	return -1
}

func (p *Program) compile(n Node, top bool) *code {
	c := &code{node: n, leaf: -1}
	if top && isLeaf(n) {
		c.leaf = len(p.leaves)
		p.leaves = append(p.leaves, c)
	}
	for _, kid := range Children(n) {
		c.kids = append(c.kids, p.compile(kid, top))
	}
	switch n := n.(type) {
	case *All:
		c.op = opAll
	case *Any:
		c.op = opAny
	case *Not:
		c.op = opNot
	case *Least:
		c.op, c.k = opLeast, n.K
	case *If:
		c.op = opIf
	case *Ref:
		c.op, c.k = opRef, p.byID[n.Rule]
	case *Compare:
		c.op, c.cmp, c.a, c.b = opCompare, n.Op, p.value(n.L), p.value(n.R)
	case *About:
		c.op, c.a, c.b, c.c = opAbout, p.value(n.L), p.value(n.V), p.value(n.Within)
	case *Between:
		c.op, c.a, c.b, c.c = opBetween, p.value(n.X), p.value(n.Lo), p.value(n.Hi)
	case *Ratio:
		c.op, c.cmp, c.a, c.b, c.c = opRatio, n.Op, p.value(n.L), p.value(n.Share), p.value(n.Of)
	case *Call:
		c.op, c.call, c.args = opCall, n.Check, n.Args
	case *Exists:
		p.quantify(c, opExists, n.List, n.Where)
	case *Every:
		p.quantify(c, opEvery, n.List, n.Where)
	default:
		c.scalarLeaf(n)
	}
	return c
}

func (p *Program) quantify(c *code, op opcode, list *Fact, where Node) {
	c.op, c.slot, c.cols, c.closed = op, list.slot, len(list.Columns), list.Closed
	c.where = p.compile(where, false)
}

// scalarLeaf fills in a leaf that looks at one fact.
func (c *code) scalarLeaf(n Node) {
	switch n := n.(type) {
	case *Is:
		c.op, c.slot = opIs, n.Fact.slot
	case *Given:
		c.op, c.slot, c.closed = opGivenText, n.Fact.slot, n.Fact.Closed
		switch {
		case n.Fact.Kind == FileKind:
			c.op = opIs
		case n.Fact.Kind == ListKind:
			c.op = opGivenList
		case n.Fact.Kind.isKey():
			c.op = opGivenKey
		}
	case *In:
		c.op, c.slot, c.mask = opIn, n.Fact.slot, n.Set.mask(n.Fact)
	case *Has:
		c.op, c.slot, c.without, c.mask = opHas, n.Fact.slot, n.All, n.Set.mask(n.Fact)
	case *Within:
		c.op, c.slot, c.ranges = opWithin, n.Fact.slot, n.Set.ranges()
	case *During:
		c.op, c.slot = opDuring, n.Fact.slot
		c.from, c.to = n.Window.bounds(n.Fact.Kind == DateKind)
	case *TextClass:
		c.op, c.slot, c.without, c.class = opClass, n.Fact.slot, n.Without, Class(n.Class)
	case *Matches:
		c.op, c.slot, c.re = opMatch, n.Fact.slot, regexp.MustCompile(n.Re)
	case *Same:
		c.op, c.slot, c.str, c.slot2 = opSame, n.Fact.slot, n.Str, -1
		if n.Other != nil {
			c.slot2 = n.Other.slot
		}
	}
}

// mask is the set's options as bits by their index in f.
func (s Set) mask(f *Fact) []uint64 {
	codes := s.Codes
	if s.Param != nil {
		codes = s.Param.Codes
	}
	m := make([]uint64, len(f.Options)/64+1)
	for _, c := range codes {
		i := f.option[c]
		m[i/64] |= 1 << (i % 64)
	}
	return m
}

// ranges is the set's places as runs of codes: a province or city holds all below it.
func (s Set) ranges() [][2]int64 {
	places := s.Places
	if s.Param != nil {
		places = s.Param.Places
	}
	var out [][2]int64
	for _, p := range places {
		out = append(out, placeRange(p))
	}
	return out
}

func placeRange(p int64) [2]int64 {
	switch {
	case p%10000 == 0:
		return [2]int64{p, p + 9999}
	case p%100 == 0:
		return [2]int64{p, p + 99}
	}
	return [2]int64{p, p}
}

// bounds is the window in days or in years.
func (w Window) bounds(days bool) (from, to int64) {
	if w.Days || !days {
		return w.From, w.To
	}
	return yearStart(w.From), yearStart(w.To+1) - 1
}

func (p *Program) value(o Operand) *value {
	switch o := o.(type) {
	case *FactOf:
		return &value{op: slotValue, slot: o.Fact.slot}
	case *Length:
		return &value{op: lengthValue, slot: o.Of.slot}
	case *Age:
		return &value{op: ageValue, slot: o.Of.slot, at: p.value(o.At)}
	case *Agg:
		return p.aggregate(o)
	}
	n, _ := Constant(o)
	return &value{op: constValue, n: n}
}

func (p *Program) aggregate(a *Agg) *value {
	v := &value{fn: a.Fn}
	if a.Over != nil {
		v.op, v.slot = seriesValue, a.Of.slot+int(a.Over.From)-a.Of.Years[0]
		v.years = int(a.Over.To-a.Over.From) + 1
		return v
	}
	list := a.Of
	v.op = countValue
	if a.Of.list != nil {
		list, v.op, v.col = a.Of.list, rowsValue, a.Of.slot
	}
	v.slot, v.cols, v.closed = list.slot, len(list.Columns), list.Closed
	if a.Where != nil {
		v.where = p.compile(a.Where, false)
	}
	return v
}

// Cost is how many leaf evaluations a tree takes at most: each leaf once, each
// leaf of a row condition once a row.
func Cost(n Node) int {
	cost := 0
	Walk(n, func(n Node) bool {
		if !isLeaf(n) {
			return true
		}
		cost++
		if w := Where(n); w != nil {
			cost += Cost(w) * listOf(n).MaxItems
		}
		for _, o := range Operands(n) {
			cost += operandCost(o)
		}
		return false
	})
	return cost
}

func listOf(n Node) *Fact {
	switch n := n.(type) {
	case *Exists:
		return n.List
	case *Every:
		return n.List
	}
	return nil
}

func operandCost(o Operand) int {
	a, ok := o.(*Agg)
	if !ok {
		return 0
	}
	if a.Over != nil {
		return int(a.Over.To - a.Over.From)
	}
	rows := a.Of.MaxItems
	if a.Of.list != nil {
		rows = a.Of.list.MaxItems
	}
	if a.Where == nil {
		return rows
	}
	return Cost(a.Where) * rows
}

// checkLimits refuses a tree past the limits of docs/rule-language.md section 7.
func checkLimits(n Node) *fault.Fault {
	leaves := 0
	Walk(n, func(n Node) bool {
		if isLeaf(n) {
			leaves++
		}
		return true
	})
	switch {
	case leaves > maxLeaves:
		return problem("leaves", leaves, maxLeaves)
	case depth(n) > maxDepth:
		return problem("too_deep", maxDepth)
	}
	if c := Cost(n); c > maxCost {
		return problem("cost", c, maxCost)
	}
	return nil
}

func depth(n Node) int {
	d := 0
	for _, c := range append(slices.Clone(Children(n)), Where(n)) {
		if c != nil {
			d = max(d, depth(c))
		}
	}
	return d + 1
}
