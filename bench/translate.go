package bench

import (
	"fmt"
	"strconv"
	"strings"

	"shenbao/rule"
)

// Text is the CEL expression of a tree. refs are the rules that it may refer
// to. Rows of lists are spelt out, so that every row is a term of && or || and
// CEL's own connectives are the truth tables of the specification.
func (o *Oracle) Text(n rule.Node, refs map[string]rule.Node) (string, error) {
	t := &translator{rows: o.Rows, refs: refs, facts: o.schema.Facts, row: -1}
	text := t.node(n)
	return text, t.err
}

// translator writes one tree as CEL. In a row condition, row is the number of
// the row and columns stand for its cells.
type translator struct {
	rows  int
	refs  map[string]rule.Node
	facts []*rule.Fact
	list  *rule.Fact
	row   int
	err   error
}

func (t *translator) fail(x any) string {
	if t.err == nil {
		t.err = fmt.Errorf("no translation for %T", x)
	}
	return "false"
}

// ident is the CEL variable of a scalar fact or of a column of the present row.
func (t *translator) ident(f *rule.Fact) string {
	if t.row >= 0 {
		return cellName(t.list, t.row, f)
	}
	return factName(f)
}

func (t *translator) node(n rule.Node) string {
	switch n := n.(type) {
	case *rule.All:
		return join(t.nodes(n.Of), " && ")
	case *rule.Any:
		return join(t.nodes(n.Of), " || ")
	case *rule.Not:
		return "!" + t.node(n.X)
	case *rule.Least:
		return atLeast(n.K, t.nodes(n.Of))
	case *rule.If:
		return "(!" + t.node(n.Cond) + " || " + t.node(n.Then) + ")"
	case *rule.Ref:
		if to := t.refs[n.Rule]; to != nil {
			return t.node(to)
		}
		return t.fail(n)
	case *rule.Exists:
		return join(append(t.counted(n.List, n.Where), moreName(n.List)), " || ")
	case *rule.Every:
		return t.every(n)
	case *rule.Given:
		return t.given(n.Fact)
	}
	return t.leaf(n)
}

func (t *translator) nodes(of []rule.Node) []string {
	var out []string
	for _, n := range of {
		out = append(out, t.node(n))
	}
	return out
}

// join puts terms in brackets with op between them; no terms are false.
func join(terms []string, op string) string {
	if len(terms) == 0 {
		return "false"
	}
	return "(" + strings.Join(terms, op) + ")"
}

// atLeast is true when k of the terms are. It holds no negation, so that in
// Kleene logic it is decided exactly when enough terms are true or false.
func atLeast(k int, terms []string) string {
	switch {
	case k <= 0:
		return "true"
	case k > len(terms):
		return "false"
	case k == len(terms):
		return join(terms, " && ")
	case k == 1:
		return join(terms, " || ")
	}
	return "((" + terms[0] + " && " + atLeast(k-1, terms[1:]) + ") || " + atLeast(k, terms[1:]) + ")"
}

// each writes a row condition for every row, with the row's own variables.
func (t *translator) each(list *rule.Fact, where rule.Node) []string {
	var out []string
	for i := range t.rows {
		in := &translator{rows: t.rows, refs: t.refs, list: list, row: i}
		text := "true"
		if where != nil {
			text = in.node(where)
		}
		if t.err == nil {
			t.err = in.err
		}
		out = append(out, text)
	}
	return out
}

// counted has a term a row: the row is there and meets the condition.
func (t *translator) counted(list *rule.Fact, where rule.Node) []string {
	terms := t.each(list, where)
	for i, c := range terms {
		terms[i] = "(" + rowName(list, i) + " && " + c + ")"
	}
	return terms
}

func (t *translator) every(n *rule.Every) string {
	terms := t.each(n.List, n.Where)
	for i, c := range terms {
		terms[i] = "(!" + rowName(n.List, i) + " || " + c + ")"
	}
	return join(append(terms, "!"+moreName(n.List)), " && ")
}

func (t *translator) given(f *rule.Fact) string {
	switch f.Kind {
	case rule.ListKind:
		return join(append(t.counted(f, nil), moreName(f)), " || ")
	case rule.FileKind:
		return t.ident(f)
	case rule.UnitKind, rule.PersonKind:
		return "(" + t.ident(f) + ` != "")`
	}
	return "(chars(" + t.ident(f) + ") > 0)"
}

func (t *translator) leaf(n rule.Node) string {
	switch n := n.(type) {
	case *rule.Is:
		return t.ident(n.Fact)
	case *rule.In:
		return "(" + t.ident(n.Fact) + " in [" + strings.Join(quoted(codes(n.Set)), ", ") + "])"
	case *rule.Has:
		return t.has(n)
	case *rule.Within:
		return t.within(n)
	case *rule.During:
		return t.during(n)
	case *rule.TextClass:
		return t.class(n)
	case *rule.Matches:
		return t.ident(n.Fact) + ".matches(" + strconv.Quote(n.Re) + ")"
	case *rule.Same:
		if n.Other != nil {
			return "(" + t.ident(n.Fact) + " == " + t.ident(n.Other) + ")"
		}
		return "(" + t.ident(n.Fact) + " == " + strconv.Quote(n.Str) + ")"
	}
	return t.numeric(n)
}

func codes(s rule.Set) []string {
	if s.Param != nil {
		return s.Param.Codes
	}
	return s.Codes
}

func quoted(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, strconv.Quote(w))
	}
	return out
}

func (t *translator) has(n *rule.Has) string {
	terms := quoted(codes(n.Set))
	for i, c := range terms {
		terms[i] = c + " in " + t.ident(n.Fact)
	}
	if n.All {
		return join(terms, " && ")
	}
	return join(terms, " || ")
}

// within compares digits: 370000 holds all that begins with 37, 370100 all that
// begins with 3701.
func (t *translator) within(n *rule.Within) string {
	places := n.Set.Places
	if n.Set.Param != nil {
		places = n.Set.Param.Places
	}
	var terms []string
	for _, p := range places {
		digits := fmt.Sprintf("%06d", p)
		for len(digits) > 2 && strings.HasSuffix(digits, "00") {
			digits = digits[:len(digits)-2]
		}
		terms = append(terms, t.ident(n.Fact)+`.startsWith("`+digits+`")`)
	}
	return join(terms, " || ")
}

func (t *translator) during(n *rule.During) string {
	x, from, to := t.ident(n.Fact), n.Window.From, n.Window.To
	switch {
	case n.Window.Days:
		from, to = calendar(from), calendar(to)
	case n.Fact.Kind == rule.DateKind:
		x += " / 10000"
	}
	return fmt.Sprintf("(%s >= %d && %s <= %d)", x, from, x, to)
}

// standard lists the characters of 通用规范汉字表 among those that random texts use.
const standard = "技术创新中心字"

// class is a regular expression for a text of a class only, and for one with
// any character of the class.
func (t *translator) class(n *rule.TextClass) string {
	any := map[string]string{
		"standard_han": "[" + standard + "]", "han": `\p{Han}`, "digits": `\pN`,
		"punctuation": `[\pP\pS]`, "spaces": `[\pZ\t-\r\x{85}]`,
	}[n.Class]
	only, without := "^"+any+"*$", "^[^"+strings.Trim(any, "[]")+"]*$"
	if n.Class == "letters" { // letters that are no Han characters
		only, without = `^(?:[^\PL\p{Han}])*$`, `^(?:\p{Han}|\PL)*$`
	}
	if n.Without {
		only = without
	}
	return t.ident(n.Fact) + ".matches(" + strconv.Quote(only) + ")"
}
