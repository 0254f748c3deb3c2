package rule

import (
	"math"
	"slices"
)

// A Finding (核验结果) is one rule's answer for one application, with all that
// is needed to explain it. Numbers are in base units; Render makes sentences.
type Finding struct {
	Rule    *Rule
	Verdict Truth
	Why     Reasons
	// Applies is false when the rule is "若 A 则 B" and A is unmet: it is met
	// because it asks nothing. Leaves then hold what made A unmet.
	Applies bool
	Leaves  []Leaf
}

// A Leaf is the record of one comparison inside a rule.
type Leaf struct {
	Node    Node
	Branch  *Rule // the rule that was referred to and holds the leaf; nil for the rule's own
	Negated bool  // the rule wants the leaf unmet
	Verdict Truth
	Why     Reasons
	// Live leaves are those the rule's answer rests on: the failed parts of an
	// unmet rule, the unknown parts of an unknown one.
	Live bool
	// Decisive unknown leaves settle the rule by their answer alone.
	Decisive bool

	Actual, Required number // of a comparison
	Base             number // of a ratio: the whole; of between and about: the other limit or tolerance
	Gap              int64  // what is missing or too much; 0 when there is none or it cannot be said
	List             *Fact  // whose rows the leaf is about, or nil

	// Of the rows and of a named check, once Explain was asked:
	Rows, Unsure []int   // rows at fault and rows not known, from 0
	Detail       *Detail // of a named check

	code *code
}

// Findings builds the findings of every rule, in the program's order; res must
// come from Eval of the same facts. Rows and the details of named checks are
// looked up only when somebody reads: see [Leaf.Explain].
func (p *Program) Findings(f *Facts, res *Result) []Finding {
	out := make([]Finding, len(p.Rules))
	e := explainer{p: p, f: f, res: res, leaves: make([]Leaf, 0, 2*len(p.leaves))}
	for i := range p.Rules {
		e.finding(&out[i], i)
	}
	return out
}

// finding fills in the finding of rule i.
func (e *explainer) finding(fd *Finding, i int) {
	*fd = Finding{Rule: &e.p.Rules[i], Verdict: e.res.Rules[i], Why: e.res.Why[i], Applies: true}
	root, first := e.p.roots[i], len(e.leaves)
	if root.op == opIf && e.truth(root.kids[0]) == Unmet {
		fd.Applies = false
		e.collect(root.kids[0], false, true)
	} else {
		e.collect(root, false, true)
	}
	fd.Leaves = e.leaves[first:len(e.leaves):len(e.leaves)]
	if fd.Verdict != Unknown {
		return
	}
	for j := range fd.Leaves {
		l := &fd.Leaves[j]
		if l.Live && l.Verdict == Unknown {
			l.Decisive = e.with(root, l.code, Met) != Unknown && e.with(root, l.code, Unmet) != Unknown
		}
	}
}

// explainer walks an evaluated rule and gathers its leaves.
type explainer struct {
	p      *Program
	f      *Facts
	res    *Result
	leaves []Leaf
	branch *Rule // the rule that is being referred to
}

// truth is the answer of any node, read from the recorded leaves.
func (e *explainer) truth(c *code) Truth { return e.with(c, nil, Unknown) }

// with is the answer of c if the leaf had the answer t.
func (e *explainer) with(c, leaf *code, t Truth) Truth {
	if c == leaf {
		return t
	}
	switch c.op {
	case opRef:
		return e.with(e.p.roots[c.k], leaf, t)
	case opNot:
		return e.with(c.kids[0], leaf, t).Not()
	case opIf:
		return e.with(c.kids[0], leaf, t).Not().Or(e.with(c.kids[1], leaf, t))
	case opAll, opAny, opLeast:
		met, open := 0, 0
		for _, k := range c.kids {
			switch e.with(k, leaf, t) {
			case Met:
				met++
			case Unknown:
				open++
			}
		}
		return least(met, open, c.need())
	}
	return e.res.leaves[c.leaf].truth
}

// need is how many parts of a junction must be met.
func (c *code) need() int {
	switch c.op {
	case opAll:
		return len(c.kids)
	case opAny:
		return 1
	}
	return c.k
}

// collect gathers the leaves under c. negated tells whether the rule wants c
// unmet; live whether the rule's answer rests on c.
func (e *explainer) collect(c *code, negated, live bool) {
	t := e.truth(c)
	switch c.op {
	case opRef:
		outer := e.branch
		e.branch = &e.p.Rules[c.k]
		e.collect(e.p.roots[c.k], negated, live)
		e.branch = outer
	case opNot:
		e.collect(c.kids[0], !negated, live)
	case opIf:
		e.collect(c.kids[0], !negated, live && e.truth(c.kids[0]).Not() == t)
		e.collect(c.kids[1], negated, live && e.truth(c.kids[1]) == t)
	case opAll, opAny, opLeast:
		for _, k := range c.kids {
			e.collect(k, negated, live && e.truth(k) == t)
		}
	default:
		e.leaves = append(e.leaves, e.leaf(c, negated, live))
	}
}

func (e *explainer) leaf(c *code, negated, live bool) Leaf {
	r := &e.res.leaves[c.leaf]
	l := Leaf{Node: c.node, Branch: e.branch, Negated: negated, Verdict: r.truth, Why: r.why, Live: live, code: c}
	switch n := c.node.(type) {
	case *Compare, *Between, *About, *Ratio:
		l.Actual, l.Required, l.Base = r.l, r.r, r.m
		l.Gap = gap(c, r, negated)
		l.List = c.a.countWhere(n)
	case *Exists:
		l.List = n.List
	case *Every:
		l.List = n.List
	case *Call:
		for _, a := range n.Args {
			if a.Fact != nil && a.Fact.Kind == ListKind {
				l.List = a.Fact
				break
			}
		}
	}
	return l
}

// countWhere returns the list of a count with a condition, or nil.
func (v *value) countWhere(n Node) *Fact {
	if v == nil || v.op != countValue || v.where == nil {
		return nil
	}
	return Operands(n)[0].(*Agg).Of
}

// Explain looks up which rows the leaf is about, and what its named check has
// to say. f are the facts that the leaf was made from.
func (l *Leaf) Explain(f *Facts) {
	if l.Rows != nil || l.Unsure != nil || l.Detail != nil {
		return
	}
	c := l.code
	switch n := l.Node.(type) {
	case *Call:
		if n.Check.Explain != nil {
			d := n.Check.Explain(f, n.Args)
			l.Detail, l.Rows, l.Unsure = &d, d.Rows, d.Unknown
		}
	case *Exists:
		l.rows(f, c.where, Met)
		if !l.Negated {
			l.Rows = nil // the rows that meet it are not at fault
		}
	case *Every:
		l.rows(f, c.where, Unmet)
	default:
		if l.List != nil {
			l.rows(f, c.a.where, Unmet)
		}
	}
}

// rows notes the rows that answer want, and those that are not known.
func (l *Leaf) rows(f *Facts, where *code, want Truth) {
	r := run{f: f}
	rows, _ := r.list(l.List.slot, l.List.Closed)
	cols := len(l.List.Columns)
	for i := range rows.N {
		switch t, _ := r.row(where, rows.Cells[i*cols:(i+1)*cols]); t {
		case want:
			l.Rows = append(l.Rows, i)
		case Unknown:
			l.Unsure = append(l.Unsure, i)
		}
	}
}

// gap is how far a failed comparison is from the nearest value that would do.
func gap(c *code, r *leafResult, negated bool) int64 {
	want := Met
	if negated {
		want = Unmet
	}
	a := r.l
	if r.truth == want || r.truth == Unknown || a.none || a.why != 0 || r.r.none || r.r.why != 0 {
		return 0
	}
	switch c.op {
	case opCompare:
		return compareGap(c.cmp.under(negated), a.lo, r.r.lo)
	case opBetween:
		if a.lo < r.r.lo {
			return r.r.lo - a.lo
		}
		return a.lo - r.m.lo
	case opAbout:
		d := Share(r.r.lo, r.m.lo)
		return max(r.r.lo-d-a.lo, a.lo-r.r.lo-d)
	case opRatio:
		if r.m.none || r.m.why != 0 || r.m.lo <= 0 {
			return 0
		}
		return ratioGap(c.cmp.under(negated), a.lo, r.r.lo, r.m.lo)
	}
	return 0
}

// under is the operator that a negation turns o into.
func (o Op) under(negated bool) Op {
	if !negated {
		return o
	}
	return [...]Op{0, Less, Greater, AtMost, AtLeast, NotEqual, Equal}[o]
}

func compareGap(op Op, a, b int64) int64 {
	switch op {
	case AtLeast:
		return b - a
	case Greater:
		return b - a + 1
	case AtMost:
		return a - b
	case Less:
		return a - b + 1
	case Equal:
		return max(a-b, b-a)
	}
	return 0
}

// ratioGap is what the part lacks, or has too much, with the base as it is.
func ratioGap(op Op, part, p, base int64) int64 {
	q := Share(base, p)
	exact := cmp128(q, 10000, base, p) == 0
	switch op {
	case AtLeast, Greater:
		need := q
		if !exact || op == Greater {
			need++
		}
		return need - part
	case Less:
		if exact {
			q--
		}
	}
	return part - q
}

// known reports whether the number is a point that is known.
func (n number) known() bool { return n.why == 0 && !n.none }

// Range is the interval of a number in base units; ok is false when nothing is
// known of it or there is no such quantity. hi is math.MaxInt64 when open.
func (n number) Range() (lo, hi int64, ok bool) {
	return n.lo, n.hi, !n.none && n.lo != math.MinInt64
}

// FactsUsed lists the facts, columns and parameters that a tree reads, sorted.
func FactsUsed(n Node) []*Fact {
	seen := map[*Fact]bool{}
	var out []*Fact
	add := func(fs ...*Fact) {
		for _, f := range fs {
			if f != nil && !seen[f] {
				seen[f] = true
				out = append(out, f)
			}
		}
	}
	Walk(n, func(n Node) bool {
		add(leafFacts(n)...)
		for _, o := range Operands(n) {
			add(operandFacts(o)...)
		}
		return true
	})
	slices.SortFunc(out, func(a, b *Fact) int {
		switch {
		case a.Path() < b.Path():
			return -1
		case a.Path() > b.Path():
			return 1
		}
		return 0
	})
	return out
}

// ParamsUsed lists the parameters that a tree reads, in the order they stand.
func ParamsUsed(n Node) []*Param {
	var out []*Param
	add := func(q *Param) {
		if q != nil && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	Walk(n, func(n Node) bool {
		switch n := n.(type) {
		case *In:
			add(n.Set.Param)
		case *Has:
			add(n.Set.Param)
		case *Within:
			add(n.Set.Param)
		case *During:
			add(n.Window.Param)
		case *Call:
			for _, a := range n.Args {
				add(a.Param)
			}
		}
		for _, o := range Operands(n) {
			add(operandParam(o))
		}
		return true
	})
	return out
}

func operandParam(o Operand) *Param {
	switch o := o.(type) {
	case *ParamOf:
		return o.Param
	case *Agg:
		return o.Over
	case *Age:
		return operandParam(o.At)
	}
	return nil
}

func leafFacts(n Node) []*Fact {
	switch n := n.(type) {
	case *Is:
		return []*Fact{n.Fact}
	case *Given:
		return []*Fact{n.Fact}
	case *In:
		return []*Fact{n.Fact}
	case *Has:
		return []*Fact{n.Fact}
	case *Within:
		return []*Fact{n.Fact}
	case *During:
		return []*Fact{n.Fact}
	case *TextClass:
		return []*Fact{n.Fact}
	case *Matches:
		return []*Fact{n.Fact}
	case *Same:
		return []*Fact{n.Fact, n.Other}
	case *Exists:
		return []*Fact{n.List}
	case *Every:
		return []*Fact{n.List}
	case *Call:
		var fs []*Fact
		for _, a := range n.Args {
			fs = append(fs, a.Fact)
		}
		return fs
	}
	return nil
}

func operandFacts(o Operand) []*Fact {
	switch o := o.(type) {
	case *FactOf:
		return []*Fact{o.Fact}
	case *Agg:
		return []*Fact{o.Of, o.Of.list}
	case *Age:
		return append(operandFacts(o.At), o.Of)
	case *Length:
		return []*Fact{o.Of}
	}
	return nil
}
