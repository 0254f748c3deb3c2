package programme

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"shenbao/internal/locale"
	"shenbao/internal/terminal"
	"shenbao/rule"
)

// A ClauseView is a clause with what carries it out and what proves it.
type ClauseView struct {
	Clause   string      `json:"clause"`
	Locator  string      `json:"locator"`
	Kind     ClauseKind  `json:"kind"`
	Modality Modality    `json:"modality"`
	Text     string      `json:"text"`
	Rules    []RuleView  `json:"rules"`
	Judges   []Question  `json:"judges"`
	Notes    []string    `json:"notes"`
	Carriers []Carrier   `json:"carriers"`
	Cases    []CaseShown `json:"cases"`
}

// A RuleView is a rule as people read it, in both languages.
type RuleView struct {
	ID        string   `json:"id"`
	Label     string   `json:"label"`
	Require   string   `json:"require"`
	RequireEN string   `json:"require_en"`
	Modality  Modality `json:"modality"`
	Effect    Effect   `json:"effect"`
	Route     string   `json:"route,omitempty"`
	Evidence  []string `json:"evidence"`
	Clauses   []string `json:"clauses"`
	Note      string   `json:"note,omitempty"`
	Hash      string   `json:"hash"` // of the rule's canonical form
}

// A CaseShown is a worked case that expects something of a clause.
type CaseShown struct {
	File    string  `json:"file"`
	Name    string  `json:"name"`
	Rule    string  `json:"rule"` // rule id or clause number, as the case says
	Verdict Verdict `json:"verdict"`
}

// Show lists every clause with its rules and cases side by side, in the order
// of the inventory; of a guide, also those of its programmes.
func (p *Package) Show(lang string) []ClauseView {
	out := p.show(lang, true)
	for _, m := range p.Members {
		out = append(out, m.show(lang, false)...)
	}
	slices.SortStableFunc(out, func(a, b ClauseView) int { return strings.Compare(a.Clause, b.Clause) })
	return out
}

// show lists the clauses of the package, with or without the inherited ones.
func (p *Package) show(lang string, inherited bool) []ClauseView {
	carried := p.carriers()
	questions := p.Questions()
	out := make([]ClauseView, 0, len(p.Clauses))
	for _, c := range p.Clauses {
		if c.inherited && !inherited {
			continue
		}
		v := ClauseView{Clause: p.clauseID(c.Number), Locator: c.Locator, Kind: c.Kind, Modality: c.Modality, Text: c.Prose,
			Rules: []RuleView{}, Judges: []Question{}, Notes: []string{}, Carriers: carried[c.Number], Cases: p.casesOf(c)}
		for _, b := range c.Rules {
			v.Rules = append(v.Rules, p.ruleView(c, b, lang))
		}
		for _, q := range questions {
			if q.Clause == v.Clause {
				v.Judges = append(v.Judges, q)
			}
		}
		for _, n := range c.Notes {
			v.Notes = append(v.Notes, n.Why)
		}
		out = append(out, v)
	}
	return out
}

func (p *Package) ruleView(c *Clause, b *RuleBlock, lang string) RuleView {
	if b.node == nil {
		for _, m := range p.Members { // a guide is compiled with each of its programmes
			if mc, mb := m.ruleBlock(b.ID); mb != nil && mb.node != nil {
				c, b = mc, mb
				break
			}
		}
	}
	r := p.ruleOf(c, b)
	v := RuleView{ID: b.ID, Label: label(&r, lang), Require: b.Require, Modality: Modality(r.Modality), Effect: b.Effect,
		Route: b.Route, Evidence: appendNew([]string{}, b.Evidence...), Clauses: r.Clauses, Note: b.Note}
	if b.node != nil {
		v.Require, v.RequireEN, v.Hash = rule.Format(b.node, locale.ZH), rule.Format(b.node, locale.EN), rule.Hash(b.node)
	}
	return v
}

// ruleBlock finds a rule by its id.
func (p *Package) ruleBlock(id string) (clause *Clause, block *RuleBlock) {
	p.eachRule(func(c *Clause, b *RuleBlock) {
		if b.ID == id && block == nil {
			clause, block = c, b
		}
	})
	return clause, block
}

// casesOf lists the cases that expect something of the clause or of one of its
// rules.
func (p *Package) casesOf(c *Clause) []CaseShown {
	keys := []string{c.Number}
	for _, b := range c.Rules {
		keys = append(keys, b.ID)
	}
	out := []CaseShown{}
	for _, f := range p.Cases {
		for _, k := range f.Cases {
			for _, key := range keys {
				if v, ok := k.Expect[key]; ok {
					out = append(out, CaseShown{f.Name, k.Name, key, v})
				}
			}
		}
	}
	return out
}

// WriteShow writes the clauses as a page for a terminal.
func (p *Package) WriteShow(w io.Writer, style terminal.Style, lang string) error {
	s := &page{Report: &Report{Title: p.Title, pkg: p}, style: style, lang: lang}
	for _, line := range terminal.Wrap(p.Title, style.Columns) {
		s.b.WriteString(style.Paint(terminal.Bold, line) + "\n")
	}
	s.para(0, s.t("show.head", p.Issuer, p.ID, p.Hash[:12]))
	for _, v := range p.show(lang, true) {
		s.clause(&v)
	}
	for _, m := range p.Members {
		s.Report = &Report{Title: m.Title, pkg: m}
		s.b.WriteString("\n" + style.Paint(terminal.Bold, m.Title) + "\n")
		for _, v := range m.show(lang, false) {
			s.clause(&v)
		}
	}
	_, err := io.WriteString(w, s.b.String())
	return err
}

func (p *page) clause(v *ClauseView) {
	kind := locale.Text(p.lang, "coverage.kind."+strings.ReplaceAll(string(v.Kind), " ", "_"))
	modality := locale.Text(p.lang, "coverage.modality."+string(v.Modality))
	p.b.WriteString("\n" + p.style.Paint(terminal.Bold, fmt.Sprintf("%s · %s · %s · %s", v.Clause, v.Locator, kind, modality)) + "\n")
	p.para(2, v.Text)
	for _, r := range v.Rules {
		require := r.Require
		if p.lang == locale.EN && r.RequireEN != "" {
			require = r.RequireEN
		}
		p.hanging(2, p.t("show.rule"), r.ID+" · "+r.Label+" · "+p.t("effect."+string(r.Effect)))
		p.para(4, require)
		if r.Note != "" {
			p.hanging(4, p.t("show.remark"), r.Note)
		}
	}
	for _, q := range v.Judges {
		p.hanging(2, p.t("show.judge"), p.t("stage", p.t("who."+string(q.Who)), p.stageName(q.Stage))+" · "+q.Ask)
	}
	for _, n := range v.Notes {
		p.hanging(2, p.t("show.note"), n)
	}
	p.otherCarriers(v)
	p.cases(v)
}

// otherCarriers names what carries the clause beside the blocks just shown.
func (p *page) otherCarriers(v *ClauseView) {
	var parts []string
	for _, c := range v.Carriers {
		own := slices.ContainsFunc(v.Rules, func(r RuleView) bool { return c.Type == "rule" && r.ID == c.ID }) ||
			slices.ContainsFunc(v.Judges, func(q Question) bool { return c.Type == "judge" && q.ID == c.ID }) ||
			c.Type == "note" && len(v.Notes) > 0 && v.Clause == p.pkg.clauseID(c.ID)
		if !own {
			parts = append(parts, locale.Text(p.lang, "coverage.type."+c.Type)+" "+c.ID)
		}
	}
	if len(parts) > 0 {
		p.hanging(2, p.t("show.carriers"), strings.Join(parts, p.t("comma")))
	}
}

func (p *page) cases(v *ClauseView) {
	for _, verdict := range []Verdict{"met", "unmet", "unknown"} {
		var names []string
		for _, c := range v.Cases {
			if c.Verdict == verdict {
				names = appendNew(names, c.Name)
			}
		}
		if len(names) > 0 {
			p.hanging(2, p.t("show.cases", p.t("verdict."+string(verdict))), strings.Join(names, p.t("semicolon")))
		}
	}
}
