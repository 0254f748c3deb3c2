package sqltext

import (
	"shenbao/internal/fault"
	"shenbao/rule"
)

// The bounds on what is written. SQLite takes 32,766 values in one text, and a
// rule whose references grow past the text that a database reads at ease is
// refused.
const (
	maxText = 1 << 18
	maxArgs = 32_000
)

// nothing stands in the place of what was refused. It reaches no statement.
var nothing = expr{sql: "NULL"}

// emitter writes trees. It notes which parts of facts they read and what they
// ask of lists, and stops at the first thing that cannot be written.
type emitter struct {
	*Text
	used  map[slot]bool
	rules map[int]expr // those written so far
	lists []*gather
	row   *gather // the list whose rows a condition is about; nil: the unit
	fault *fault.Fault
}

func (t *Text) emitter() *emitter {
	return &emitter{Text: t, used: map[slot]bool{}, rules: map[int]expr{}}
}

// refuse notes why a tree cannot be written.
func (e *emitter) refuse(key string, args ...any) expr {
	if e.fault == nil {
		e.fault = fault.New(fault.Invalid, "sqltext."+key, args...)
	}
	return nothing
}

// cannot refuses a node that no parser makes: the language has grown, or
// somebody built the tree by hand.
func (e *emitter) cannot(n rule.Node) expr { return e.refuse("node", string(rule.Canonical(n))) }

// column is a part of a fact of the unit, or of the row at hand.
func (e *emitter) column(f *rule.Fact, part string) expr {
	s := slot{f, part}
	name, ok := e.namer.of[s]
	if !ok {
		return e.refuse("name", f.Path())
	}
	e.used[s] = true
	if e.row != nil {
		return expr{sql: "r." + quote(name)}
	}
	return expr{sql: "u." + quote(name)}
}

// rule writes a rule of the program.
func (e *emitter) rule(i int) expr {
	x, ok := e.rules[i]
	if !ok {
		x = e.node(e.Program.Rules[i].Node)
		e.rules[i] = x
	}
	return x
}

// node writes a tree as a truth value: true, false or NULL.
func (e *emitter) node(n rule.Node) expr {
	if e.fault != nil {
		return nothing
	}
	x := e.write(n)
	if len(x.sql) > maxText {
		return e.refuse("size")
	}
	return x
}

func (e *emitter) write(n rule.Node) expr {
	switch n := n.(type) {
	case *rule.All:
		return join(e.nodes(n.Of), " AND ")
	case *rule.Any:
		return join(e.nodes(n.Of), " OR ")
	case *rule.Not:
		return say("(NOT @)", e.node(n.X))
	case *rule.If:
		return say("(NOT @ OR @)", e.node(n.Cond), e.node(n.Then))
	case *rule.Least:
		return e.atLeast(n.K, e.nodes(n.Of))
	case *rule.Ref:
		if i := e.Program.Rule(n.Rule); i >= 0 && e.row == nil {
			return e.rule(i)
		}
	case *rule.Exists:
		return e.exists(n)
	case *rule.Every:
		return e.every(n)
	case *rule.Compare:
		return e.comparison(n)
	case *rule.Between:
		x := e.number(n.X)
		return say("(@ AND @)", compare(x, rule.AtLeast, e.number(n.Lo)), compare(x, rule.AtMost, e.number(n.Hi)))
	case *rule.About:
		return e.about(n)
	case *rule.Ratio:
		return e.ratio(n)
	case *rule.Call:
		return e.refuse("check", n.Check.Name, n.Check.Code)
	}
	return e.leaf(n)
}

func (e *emitter) nodes(of []rule.Node) (out []expr) {
	for _, n := range of {
		out = append(out, e.node(n))
	}
	return out
}

// atLeast counts the parts that are met and those that are not unmet.
func (e *emitter) atLeast(k int, of []expr) expr {
	switch k {
	case 1:
		return join(of, " OR ")
	case len(of):
		return join(of, " AND ")
	}
	var met, may []expr
	for _, x := range of {
		met = append(met, say("CASE WHEN @ THEN 1 ELSE 0 END", x))
		may = append(may, say("CASE WHEN NOT @ THEN 0 ELSE 1 END", x))
	}
	return say("CASE WHEN @ >= ? THEN TRUE WHEN @ < ? THEN FALSE END", join(met, " + ").with(int64(k)), join(may, " + ").with(int64(k)))
}

// leaf writes a leaf that looks at one fact.
func (e *emitter) leaf(n rule.Node) expr {
	switch n := n.(type) {
	case *rule.Is:
		return e.column(n.Fact, "")
	case *rule.Given:
		return e.given(n.Fact)
	case *rule.In:
		return e.in(n)
	case *rule.Has:
		return e.has(n)
	case *rule.Within:
		return e.within(n)
	case *rule.During:
		from, to := days(n.Window, n.Fact)
		return e.inside(n.Fact, from, to)
	case *rule.TextClass:
		if class := classes[n.Class]; class != nil {
			return say("(NOT @)", e.Dialect.hasChar(e.column(n.Fact, ""), class(), !n.Without))
		}
	case *rule.Matches:
		return e.matches(n)
	case *rule.Same:
		if n.Other != nil {
			return say("(@ = @)", e.text(n.Fact), e.text(n.Other))
		}
		return say("(@ = ?)", e.text(n.Fact)).with(n.Str)
	}
	return e.cannot(n)
}

// text is a text, a code or an option, compared byte by byte.
func (e *emitter) text(f *rule.Fact) expr { return e.Dialect.bytewise(e.column(f, "")) }

func (e *emitter) in(n *rule.In) expr {
	var codes []expr
	for _, c := range codesOf(n.Set) {
		codes = append(codes, bind(c))
	}
	if len(codes) == 0 {
		return e.cannot(n)
	}
	return say("(@ IN (@))", e.text(n.Fact), list(codes, ", "))
}

func (e *emitter) within(n *rule.Within) expr {
	var of []expr
	for _, p := range placesOf(n.Set) {
		of = append(of, e.inside(n.Fact, p, p+below(p)))
	}
	if len(of) == 0 {
		return e.cannot(n)
	}
	return join(of, " OR ")
}

// inside is a number between two, both included.
func (e *emitter) inside(f *rule.Fact, from, to int64) expr {
	return say("(@ BETWEEN ? AND ?)", e.column(f, "")).with(from).with(to)
}

func (e *emitter) given(f *rule.Fact) expr {
	switch f.Kind {
	case rule.ListKind:
		g := e.gather(f)
		return say("CASE WHEN @ > 0 THEN TRUE WHEN @ THEN FALSE END", g.rows(), g.complete)
	case rule.FileKind:
		return e.column(f, "")
	case rule.UnitKind, rule.PersonKind:
		return say("(@ <> ?)", e.text(f)).with("")
	}
	return e.Dialect.hasChar(e.column(f, ""), classes["spaces"](), true)
}

func (e *emitter) has(n *rule.Has) expr {
	for _, o := range n.Fact.Options {
		if o.Code == "" || containsMark(o.Code) {
			return e.refuse("option", o.Code, n.Fact.Path())
		}
	}
	var of []expr
	for _, c := range codesOf(n.Set) {
		of = append(of, e.Dialect.holds(e.column(n.Fact, ""), optionMark+c+optionMark))
	}
	switch {
	case len(of) == 0:
		return e.cannot(n)
	case n.All:
		return join(of, " AND ")
	}
	return join(of, " OR ")
}

func (e *emitter) matches(n *rule.Matches) expr {
	if e.Dialect == SQLite {
		return e.refuse("regex", n.Re)
	}
	pattern, word := postgresPattern(n.Re)
	if word != "" {
		return e.refuse("pattern", n.Re, word)
	}
	return say("(@ ~ ?)", e.text(n.Fact)).with(pattern)
}
