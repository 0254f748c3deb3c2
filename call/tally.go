package call

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
	"shenbao/rule"
)

// A tally (合计项) is what a short form asks for instead of a list: how many rows
// of a kind there are, what they add up to, or whether there is one. To state it
// decides the conditions that compare it and no others: what a condition needs
// of the rows themselves stays to be proven.
type tally struct {
	code      string // asked.<list>_<hash of what is asked>: an amendment that asks something else has another code
	list      *rule.Fact
	fact      *rule.Fact // as a fact of its own, in no schema
	canonical string
}

// asked begins the codes of tallies in facts.
const askedPrefix = "asked."

// talliesOf are the tallies that decide conditions of a package, in the order
// of its rules, each once. rules are those that bind, with those they refer to.
func talliesOf(p *programme.Package, rules []*rule.Rule) []*tally {
	var out []*tally
	seen := map[string]bool{}
	names := map[string]bool{}
	add := func(t *tally) {
		if t == nil || seen[t.canonical] {
			return
		}
		seen[t.canonical] = true
		taken := func() bool {
			return names[t.fact.Name] || p.Schema.Fact(t.fact.Name) != nil || p.Schema.Param(t.fact.Name) != nil || len(t.fact.Name) > 200
		}
		if t.fact.Kind == rule.BoolKind && taken() {
			t.fact.Name = "有" + t.fact.Name
		}
		if taken() {
			t.fact.Name = words(t.list.Name) + "_" + t.code[len(t.code)-8:]
		}
		names[t.fact.Name] = true
		out = append(out, t)
	}
	for _, r := range rules {
		add(rowTally(r))
		rule.Walk(r.Node, func(n rule.Node) bool {
			for _, o := range rule.Operands(n) {
				add(numberTally(p, o))
			}
			return rule.Where(n) == nil
		})
	}
	return out
}

// rowTally asks whether a list has a row, for a rule that asks nothing else.
func rowTally(r *rule.Rule) *tally {
	var list *rule.Fact
	switch n := r.Node.(type) {
	case *rule.Exists:
		list = n.List
	case *rule.Every:
		list = n.List
	default:
		return nil
	}
	t := newTally(list, r.Node)
	t.fact.Kind, t.fact.Name, t.fact.LabelEN = rule.BoolKind, words(r.Label), r.LabelEN
	return t
}

// numberTally asks for a count or sum of rows.
func numberTally(p *programme.Package, o rule.Operand) *tally {
	a, ok := o.(*rule.Agg)
	if !ok || a.Over != nil || a.Of.Kind == rule.SeriesKind || a.Fn != "count" && a.Fn != "sum" {
		return nil
	}
	list := a.Of
	if a.Fn == "sum" {
		list = p.Schema.Fact(strings.TrimSuffix(a.Of.Path(), "."+a.Of.Code))
	}
	if list == nil || list.Kind != rule.ListKind {
		return nil
	}
	t := newTally(list, &rule.Compare{L: a, Op: rule.Equal, R: a})
	t.fact.Kind, t.fact.Unit = rule.IntegerKind, list.Unit
	name, nameEN := list.Name, list.Label(locale.EN)
	if a.Fn == "sum" {
		t.fact.Kind, t.fact.Unit, t.fact.Min = a.Of.Kind, a.Of.Unit, a.Of.Min
		name, nameEN = list.Name+a.Of.Name, nameEN+": "+a.Of.Label(locale.EN)
	} else {
		zero := int64(0)
		t.fact.Min = &zero
	}
	where := ""
	if a.Where != nil {
		where = rule.Format(a.Where, locale.ZH) + "的"
		nameEN += " where " + rule.Format(a.Where, locale.EN)
	}
	t.fact.Name = words(where + name + locale.Text(locale.ZH, "call.tally."+a.Fn))
	t.fact.LabelEN = locale.Text(locale.EN, "call.tally."+a.Fn) + nameEN
	return t
}

// newTally makes the code from what is asked, and from the values of the
// parameters that it rests on.
func newTally(list *rule.Fact, n rule.Node) *tally {
	h := sha256.New()
	canonical := rule.Canonical(n)
	h.Write(canonical)
	for _, q := range rule.ParamsUsed(n) {
		fmt.Fprintf(h, "\n%s %d %d %v %v %d", q.Code, q.From, q.To, q.Codes, q.Places, q.Quantity.N)
	}
	code := askedPrefix + strings.ReplaceAll(list.Code, ".", "_") + "_" + hex.EncodeToString(h.Sum(nil))[:8]
	return &tally{code: code, list: list, fact: &rule.Fact{Code: code}, canonical: string(canonical)}
}

// words leaves of a text what may stand in the name of a fact.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			return r
		}
		return -1
	}, s)
}

// answered are the tallies that facts as JSON state.
func answered(all []*tally, facts []byte) (out []*tally) {
	var root map[string]json.RawMessage
	if json.Unmarshal(facts, &root) != nil {
		return nil
	}
	var inner map[string]json.RawMessage
	_ = json.Unmarshal(root[strings.TrimSuffix(askedPrefix, ".")], &inner) // what is no object is told when the facts are read
	for _, t := range all {
		_, flat := root[t.code]
		_, nested := inner[strings.TrimPrefix(t.code, askedPrefix)]
		if flat || nested {
			out = append(out, t)
		}
	}
	return out
}

// stating is the package with tallies as facts of their own, which its
// conditions compare instead of the rows. The package itself is not changed.
func stating(p *programme.Package, tallies []*tally) (*programme.Package, error) {
	if len(tallies) == 0 {
		return p, nil
	}
	var facts []*rule.Fact
	for _, f := range p.Schema.Facts {
		facts = append(facts, copyOf(f))
	}
	stated := map[string]*rule.Fact{}
	for _, t := range tallies {
		f := *t.fact
		facts = append(facts, &f)
		stated[t.canonical] = &f
	}
	schema, faults := rule.NewSchema(facts, p.Schema.Params, p.Schema.Checks)
	rules := make([]rule.Rule, len(p.Program.Rules))
	for i, r := range p.Program.Rules {
		node, f := schema.Parse(rule.Format(r.Node, locale.EN))
		if f != nil {
			faults = append(faults, f)
			continue
		}
		r.Node = replaced(node, stated)
		rules[i] = r
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("state tallies of %s: %w", p.ID, fault.Of(faults[0]))
	}
	program, faults := rule.Compile(schema, rules)
	if len(faults) > 0 {
		return nil, fmt.Errorf("state tallies of %s: %w", p.ID, fault.Of(faults[0]))
	}
	q := *p
	q.Schema, q.Program = schema, program
	return &q, nil
}

// copyOf is a fact that another schema may take: a schema numbers its facts.
func copyOf(f *rule.Fact) *rule.Fact {
	c := *f
	c.Columns = nil
	for _, column := range f.Columns {
		c.Columns = append(c.Columns, copyOf(column))
	}
	return &c
}

// replaced puts the facts in the place of what they state.
func replaced(n rule.Node, stated map[string]*rule.Fact) rule.Node {
	switch n.(type) {
	case *rule.Exists, *rule.Every:
		if f := stated[string(rule.Canonical(n))]; f != nil {
			return &rule.Is{Fact: f}
		}
	}
	operand := func(o *rule.Operand) {
		if a, ok := (*o).(*rule.Agg); ok {
			if f := stated[string(rule.Canonical(&rule.Compare{L: a, Op: rule.Equal, R: a}))]; f != nil {
				*o = &rule.FactOf{Fact: f}
			}
		}
	}
	rule.Walk(n, func(n rule.Node) bool {
		switch n := n.(type) {
		case *rule.Compare:
			operand(&n.L)
			operand(&n.R)
		case *rule.About:
			operand(&n.L)
			operand(&n.V)
		case *rule.Between:
			operand(&n.X)
			operand(&n.Lo)
			operand(&n.Hi)
		case *rule.Ratio:
			operand(&n.L)
			operand(&n.Of)
		}
		return rule.Where(n) == nil
	})
	return n
}
