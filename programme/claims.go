package programme

import (
	"io"
	"strconv"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// Claims lists what the package says about each clause: its places in the
// source and every figure that the package carries for it. An entry that
// carries several clauses is a claim of its own, whose figures may stand at any
// of their places. A parameter with a choice is our reading and not claimed.
func (p *Package) Claims() []Claim {
	if len(p.Members) > 0 {
		return p.guideClaims()
	}
	return p.claims()
}

// claims are the claims of the package's own entries and those it inherits.
func (p *Package) claims() []Claim {
	b := &claimer{Package: p, own: map[string]int{}}
	for _, c := range p.Clauses {
		b.own[c.Number] = len(b.claims)
		b.claims = append(b.claims, Claim{Clause: c.Number, Locators: []string{c.Locator}, File: c.pos.File, Line: c.pos.Line})
		for _, l := range c.prose {
			b.text([]string{c.Number}, Pos{File: c.pos.File, Line: l.line}, "clause prose", l.text, OpNone)
		}
	}
	p.eachRule(func(_ *Clause, r *RuleBlock) {
		if r.node != nil {
			b.rule(r)
		}
	})
	b.call()
	b.later()
	b.ledger()
	return b.claims
}

// Verify holds the package against the official text.
func (p *Package) Verify(src io.Reader) (*VerifyReport, error) {
	if p.guide != nil {
		return nil, fault.New(fault.Invalid, "programme.verify_guide", p.ID, p.guide.ID)
	}
	outline, err := p.ReadSource(src)
	if err != nil {
		return nil, err
	}
	report := Verify(outline, p.Claims())
	report.Clauses = len(p.Coverage())
	return report, nil
}

// claimer gathers claims.
type claimer struct {
	*Package
	claims []Claim
	own    map[string]int // clause number → its own claim
}

// text cites the figures of a text. A given operator stands in for one that the
// text does not say.
func (b *claimer) text(clauses []string, pos Pos, field, text string, op FigureOp) {
	if len(clauses) == 0 || text == "" {
		return
	}
	var cited []Cited
	for _, f := range Figures(text) {
		if f.Op == OpNone {
			f.Op = op
		}
		cited = append(cited, Cited{f, pos.File, pos.Line, field})
	}
	b.cite(clauses, pos, cited)
}

// cite adds figures to the claim of their clause, or as a claim of their own
// when they may stand at the places of several.
func (b *claimer) cite(clauses []string, pos Pos, cited []Cited) {
	if len(cited) == 0 {
		return
	}
	if len(clauses) == 1 {
		if i, ok := b.own[clauses[0]]; ok {
			b.claims[i].Figures = append(b.claims[i].Figures, cited...)
		}
		return
	}
	claim := Claim{Clause: clauses[0], File: pos.File, Line: pos.Line, Figures: cited}
	for _, n := range clauses {
		if c := b.clause(n); c != nil {
			claim.Locators = append(claim.Locators, c.Locator)
		}
	}
	b.claims = append(b.claims, claim)
}

// rule cites the literals of a rule with their operators, and the values of
// parameters that carry one of its clauses.
func (b *claimer) rule(r *RuleBlock) {
	pos, field := r.textPos("require", 1, 1), "rule "+r.ID
	literal := func(o rule.Operand, op FigureOp) {
		switch o := o.(type) {
		case *rule.Number:
			b.literal(r.Carries(), pos, field, o.Quantity, op)
		case *rule.Day:
			b.text(r.Carries(), pos, field, rule.FormatDay(o.N), op)
		case *rule.ParamOf:
			if q := b.parameter(o.Param.Code); q != nil && q.Choice == nil && len(q.Clauses) > 0 {
				b.text(q.Clauses, pos, field+" · "+q.ID, q.Value.Text(), op)
			}
		}
	}
	negated := map[rule.Node]bool{}
	rule.Walk(r.node, func(n rule.Node) bool {
		switch n := n.(type) {
		case *rule.Not:
			// The figure stays, but the comparison is turned round: leave it open.
			rule.Walk(n.X, func(x rule.Node) bool { negated[x] = true; return true })
		case *rule.Compare:
			op := opOf(n.Op, negated[n])
			literal(n.L, OpNone)
			literal(n.R, op)
		case *rule.Ratio:
			literal(n.Share, opOf(n.Op, negated[n]))
		case *rule.Between:
			literal(n.Lo, opOf(rule.AtLeast, negated[n]))
			literal(n.Hi, opOf(rule.AtMost, negated[n]))
		case *rule.About:
			literal(n.V, OpAbout)
			literal(n.Within, OpNone)
		case *rule.During:
			b.window(r, pos, field, n.Window)
		}
		for _, o := range rule.Operands(n) {
			if a, ok := o.(*rule.Age); ok {
				literal(a.At, OpNone)
			}
		}
		return true
	})
}

// literal cites a number of a rule. None and one of something are ways of
// saying "any": the source need not print them.
func (b *claimer) literal(clauses []string, pos Pos, field string, q rule.Quantity, op FigureOp) {
	text := q.Dec
	if q.Unit != nil {
		text += " " + q.Unit.Name
	}
	var cited []Cited
	for _, f := range Figures(text) {
		f.Op = op
		if q.Dec == "0" || q.Dec == "1" && (q.Unit == nil || q.Unit.Base == 1) {
			f.Weak, f.Op = true, OpNone
		}
		cited = append(cited, Cited{f, pos.File, pos.Line, field})
	}
	b.cite(clauses, pos, cited)
}

func (b *claimer) window(r *RuleBlock, pos Pos, field string, w rule.Window) {
	if w.Param != nil {
		return // the parameter is cited at its own place
	}
	if w.Days {
		b.text(r.Carries(), pos, field, rule.FormatDay(w.From)+" "+rule.FormatDay(w.To), OpNone)
		return
	}
	b.text(r.Carries(), pos, field, strconv.FormatInt(w.From, 10)+".."+strconv.FormatInt(w.To, 10), OpNone)
}

func opOf(op rule.Op, negated bool) FigureOp {
	if negated {
		return OpNone
	}
	switch op {
	case rule.AtLeast:
		return OpAtLeast
	case rule.AtMost:
		return OpAtMost
	case rule.Greater:
		return OpOver
	case rule.Less:
		return OpUnder
	}
	return OpNone
}

func (p *Package) parameter(id string) *Parameter {
	for _, q := range p.Call.Parameters {
		if q.ID == id {
			return q
		}
	}
	return nil
}

// call cites what call.yaml holds.
func (b *claimer) call() {
	d := &b.Call.Document
	b.text(d.Clauses, d.In("title"), "document", d.Title, OpNone)
	b.text(d.Clauses, d.In("number"), "document", d.Number, OpNone)
	if d.Issued != nil {
		b.text(d.Clauses, d.In("issued"), "document", d.Issued.String(), OpNone)
	}
	for _, q := range b.Call.Parameters {
		if q.Choice == nil && q.Type != "set" && q.Type != "places" {
			b.text(q.Clauses, q.In("value"), "parameter "+q.ID, q.Value.Text(), OpNone)
		}
	}
	for _, s := range b.Call.Stages {
		field := "stage " + s.ID
		if s.From != nil {
			b.text(s.Clauses, s.In("from"), field, s.From.String(), OpNone)
		}
		if s.Until != nil {
			b.text(s.Clauses, s.In("until"), field, s.Until.String(), OpNone)
		}
		b.text(s.Clauses, s.In("to"), field, s.To, OpNone)
		b.text(s.Clauses, s.In("does"), field, s.Does, OpNone)
	}
	for _, q := range b.Call.Quotas {
		n := rule.Quantity{Dec: strconv.Itoa(q.Limit)}
		b.literal(q.Clauses, q.In("limit"), "quota "+q.ID, n, OpAtMost)
	}
	for _, c := range b.Call.Contacts {
		for _, t := range c.Phone {
			b.text(c.Clauses, c.In("phone"), "contact "+c.ID, t, OpNone)
		}
		b.text(c.Clauses, c.In("address"), "contact "+c.ID, c.Address, OpNone)
	}
	for _, l := range b.Call.Links {
		b.text(l.Clauses, l.In("url"), "link "+l.ID, l.URL, OpNone)
		b.text(l.Clauses, l.In("name"), "link "+l.ID, l.Name, OpNone)
	}
	for _, r := range b.Call.References {
		b.text(r.Clauses, r.In("number"), "by_reference "+r.ID, r.Number, OpNone)
	}
	if v := b.Call.Valid; v != nil && v.Until != nil {
		b.text(v.Clauses, v.In("until"), "valid", v.Until.String(), OpNone)
	}
}

// later cites what the other files hold.
func (b *claimer) later() {
	for _, t := range b.Tables.Tables {
		for _, l := range t.Limits {
			b.text(l.Clauses, l.In("max"), "table "+t.ID+"."+l.Column, l.Max, OpAtMost)
		}
	}
	for _, d := range b.After.Duties {
		b.text(d.Clauses, d.In("due"), "duty "+d.ID, d.Due, OpNone)
		b.text(d.Clauses, d.In("when"), "duty "+d.ID, d.When, OpNone)
	}
	for _, m := range b.After.Money {
		b.text(m.Clauses, m.In("amount"), "money "+m.ID, m.Amount, OpNone)
	}
	if n := b.After.Publicity.Days; n != nil {
		b.text(b.After.Publicity.Clauses, b.After.Publicity.In("days"), "publicity", strconv.Itoa(*n), OpNone)
	}
	if n := b.After.Build.Years; n != nil {
		b.text(b.After.Build.Clauses, b.After.Build.In("years"), "build", strconv.Itoa(*n)+"年", OpNone)
	}
}
