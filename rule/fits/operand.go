package fits

import (
	"fmt"
	"math"
	"strings"
	"time"

	"shenbao/rule"
)

// An operand is what conditions are about: a number that a unit has once, for
// all calls. Yes or no is 1 or 0, a choice the place of its option, a leaf
// answered by the reference engine 1 or 0.
type operand struct {
	how      how
	fn       string // of several years or rows: sum, max, min
	from, to int    // the years of a series
	side     side
	homes    []home // where it is read: the first is as good as any other
	column   column
}

// how says how an operand is read.
type how uint8

const (
	plain  how = iota // the value of a fact
	yesNo             // yes or no, a file
	series            // over the years of a series
	count             // of a list's rows
	rows              // over a column of a list's rows
	asked             // a leaf that the reference engine answers
)

// side tells the two operands of a count apart. A list that is open has a least
// and no greatest count: a lower limit fails by the one, an upper limit by the
// other.
type side uint8

const (
	point side = iota
	lower      // limited from below
	upper      // limited from above
)

// A home is a frame that an operand can be read in.
type home struct {
	frame      int
	fact, list *rule.Fact
	schema     *rule.Schema // of a leaf that is asked
	node       rule.Node
}

// A number is an operand's value: known between lo and hi, not known, or known
// not to exist.
type number struct {
	lo, hi        int64
	unknown, none bool
}

// leaf is a leaf as a form.
func (b *builder) leaf(n rule.Node, negated bool) (*form, bool) {
	switch n := n.(type) {
	case *rule.Compare:
		if x, op, c, ok := limited(n); ok {
			return b.limit(x, op, c, negated), true
		}
	case *rule.Between:
		lo, ok1 := rule.Constant(n.Lo)
		hi, ok2 := rule.Constant(n.Hi)
		if ok1 && ok2 && measured(n.X, lo) && measured(n.X, hi) {
			return join(under(allOf, negated), b.limit(n.X, rule.AtLeast, lo, negated), b.limit(n.X, rule.AtMost, hi, negated)), true
		}
	}
	if f, s, ok := single(n); ok {
		how := plain
		if f.Kind == rule.BoolKind || f.Kind == rule.FileKind {
			how = yesNo
		}
		return b.literal(b.signature(f), operand{how: how}, home{fact: f}, s, negated), true
	}
	key := b.leafKey(n)
	if b.users[key] < b.shared {
		return nil, false
	}
	h := home{schema: b.program.Schema, node: n}
	return b.literal(key, operand{how: asked}, h, span(1, math.MaxInt64), negated), true
}

// asks reports whether a leaf is one that the reference engine answers.
func asks(n rule.Node) bool {
	switch n := n.(type) {
	case *rule.Compare:
		_, _, _, ok := limited(n)
		return !ok
	case *rule.Between:
		lo, ok1 := rule.Constant(n.Lo)
		hi, ok2 := rule.Constant(n.Hi)
		return !ok1 || !ok2 || !measured(n.X, lo) || !measured(n.X, hi)
	}
	_, _, ok := single(n)
	return !ok
}

// limited takes a comparison apart into an operand, an operator and a fixed
// number.
func limited(n *rule.Compare) (x rule.Operand, op rule.Op, c int64, ok bool) {
	if c, ok = rule.Constant(n.R); ok && measured(n.L, c) {
		return n.L, n.Op, c, true
	}
	mirror := [...]rule.Op{0, rule.AtMost, rule.AtLeast, rule.Less, rule.Greater, rule.Equal, rule.NotEqual}
	if c, ok = rule.Constant(n.L); ok && measured(n.R, c) {
		return n.R, mirror[n.Op], c, true
	}
	return nil, 0, 0, false
}

// The days and ages for which an age is turned into a birthday: some five
// hundred years around 1970, and nobody older than three hundred.
const (
	farDay = 200_000
	oldest = 300
)

// measured reports whether the index reads an operand itself, for a limit c.
func measured(o rule.Operand, c int64) bool {
	switch o := o.(type) {
	case *rule.FactOf, *rule.Length:
		return true
	case *rule.Age:
		at, ok := rule.Constant(o.At)
		return ok && max(at, -at) < farDay && max(c, -c) <= oldest
	case *rule.Agg:
		return o.Where == nil
	}
	return false
}

// limit is a comparison of an operand with a fixed number.
func (b *builder) limit(x rule.Operand, op rule.Op, c int64, negated bool) *form {
	s := compared(op, c)
	switch x := x.(type) {
	case *rule.FactOf:
		return b.literal(b.signature(x.Fact), operand{}, home{fact: x.Fact}, s, negated)
	case *rule.Length: // what is stored of a text as a number is its length
		return b.literal(b.signature(x.Of), operand{}, home{fact: x.Of}, s, negated)
	case *rule.Age:
		at, _ := rule.Constant(x.At)
		return b.literal(b.signature(x.Of), operand{}, home{fact: x.Of}, births(s, at), negated)
	}
	a := x.(*rule.Agg)
	switch {
	case a.Over != nil:
		o := operand{how: series, fn: a.Fn, from: int(a.Over.From), to: int(a.Over.To)}
		if o.from == o.to {
			o.fn = "sum" // of one year all are the same
		}
		key := fmt.Sprintf("%s %s %d..%d", b.signature(a.Of), o.fn, o.from, o.to)
		return b.literal(key, o, home{fact: a.Of}, s, negated)
	case a.Fn == "count":
		return b.counted(a.Of, op, c, negated)
	}
	list := listOf(b.program.Schema, a.Of)
	key := fmt.Sprintf("%s %s(%s)", b.signature(list), a.Fn, a.Of.Code)
	return b.literal(key, operand{how: rows, fn: a.Fn}, home{fact: a.Of, list: list}, s, negated)
}

// counted is a limit on the number of rows of a list: of two limits each has an
// operand of its own.
func (b *builder) counted(list *rule.Fact, op rule.Op, c int64, negated bool) *form {
	if negated { // there always is a count
		op = [...]rule.Op{0, rule.Less, rule.Greater, rule.AtMost, rule.AtLeast, rule.NotEqual, rule.Equal}[op]
	}
	half := func(op rule.Op) *form {
		o := operand{how: count, side: lower}
		if op == rule.AtMost || op == rule.Less {
			o.side = upper
		}
		key := fmt.Sprintf("%s count %d", b.signature(list), o.side)
		return b.literal(key, o, home{list: list}, compared(op, c), false)
	}
	switch op {
	case rule.Equal:
		return join(allOf, half(rule.AtLeast), half(rule.AtMost))
	case rule.NotEqual:
		return join(anyOf, half(rule.Less), half(rule.Greater))
	}
	return half(op)
}

// births are the birthdays of those whose age at a day is in s.
func births(s set, at int64) set {
	var out []run
	for _, r := range s.runs {
		b := run{math.MinInt64, math.MaxInt64}
		if r.lo != math.MinInt64 {
			b.hi = bornBy(r.lo, at)
		}
		if r.hi != math.MaxInt64 {
			b.lo = bornBy(r.hi+1, at) + 1
		}
		out = append(out, b)
	}
	return spans(out)
}

// bornBy is the last birthday with which somebody has had n full years on a day.
func bornBy(n, at int64) int64 {
	y, m, d := time.Unix(at*86400, 0).UTC().Date()
	born := time.Date(y-int(n), m, d, 0, 0, 0, 0, time.UTC)
	if born.Month() != m { // 29 February of a common year
		born = born.AddDate(0, 0, -1)
	}
	return born.Unix() / 86400
}

// single is a leaf that looks at one value: the fact, and the numbers with which
// the leaf is met.
func single(n rule.Node) (f *rule.Fact, s set, ok bool) {
	switch n := n.(type) {
	case *rule.Is:
		return n.Fact, span(1, math.MaxInt64), true
	case *rule.Given:
		return n.Fact, span(1, math.MaxInt64), n.Fact.Kind == rule.FileKind
	case *rule.In:
		return n.Fact, optionsIn(n.Fact, n.Set), true
	case *rule.Within:
		return n.Fact, placesIn(n.Set), true
	case *rule.During:
		from, to := n.Window.From, n.Window.To
		if n.Fact.Kind == rule.DateKind && !n.Window.Days {
			from, to = newYear(from), newYear(to+1)-1
		}
		return n.Fact, span(from, to), true
	}
	return nil, set{}, false
}

func newYear(year int64) int64 {
	return time.Date(int(year), 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// optionsIn are the places of the options that a set names.
func optionsIn(f *rule.Fact, s rule.Set) set {
	codes := s.Codes
	if s.Param != nil {
		codes = s.Param.Codes
	}
	var out []run
	for i, o := range f.Options {
		for _, c := range codes {
			if c == o.Code || c == o.Name {
				out = append(out, run{int64(i), int64(i)})
			}
		}
	}
	return spans(out)
}

// placesIn are the places inside those of a set: a province or city holds all
// below it.
func placesIn(s rule.Set) set {
	places := s.Places
	if s.Param != nil {
		places = s.Param.Places
	}
	var out []run
	for _, p := range places {
		switch {
		case p%10000 == 0:
			out = append(out, run{p, p + 9999})
		case p%100 == 0:
			out = append(out, run{p, p + 99})
		default:
			out = append(out, run{p, p})
		}
	}
	return spans(out)
}

// listOf is the list that a column belongs to.
func listOf(s *rule.Schema, column *rule.Fact) *rule.Fact {
	for _, f := range s.Facts {
		for _, c := range f.Columns {
			if c == column {
				return f
			}
		}
	}
	return nil
}

// leafKey tells leaves apart that the reference engine answers: their canonical
// form, the values of their parameters, and the attributes that they are about.
// A named check may look at anything, so it stays within its frame.
func (b *builder) leafKey(n rule.Node) string {
	if k, ok := b.keys[n]; ok {
		return k
	}
	var k strings.Builder
	k.Write(rule.Canonical(n))
	for _, p := range rule.ParamsUsed(n) {
		fmt.Fprintf(&k, " %s=%d:%d..%d:%q:%d", p.Code, p.Quantity.N, p.From, p.To, p.Codes, p.Places)
	}
	for _, f := range rule.FactsUsed(n) {
		k.WriteString(" " + b.signature(f))
	}
	if _, ok := n.(*rule.Call); ok {
		fmt.Fprintf(&k, " frame %d", b.frame)
	}
	b.keys[n] = k.String()
	return b.keys[n]
}
