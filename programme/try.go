package programme

import (
	"errors"
	"io"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// A Report (核验报告) is what an application's facts come to under a package, in
// one language. Its JSON form is stable.
type Report struct {
	Package    string      `json:"package"`
	Title      string      `json:"title"`
	Hash       string      `json:"hash"`
	AsOf       string      `json:"as_of"` // the day of judging, "" when the facts name none
	Answer     rule.Answer `json:"answer"`
	AnswerText string      `json:"answer_text"`
	Track      string      `json:"track,omitempty"` // where an other_track answer leads
	Because    []string    `json:"because"`         // the rules that decided the answer
	Counts     Counts      `json:"counts"`
	Findings   []rule.View `json:"findings"`
	Questions  []Question  `json:"questions"`  // what people answer and sign
	Evidence   []Lack      `json:"evidence"`   // what could still change a verdict
	Gaps       []Lack      `json:"gaps"`       // what failed, and by how much
	Nearest    []Near      `json:"nearest"`    // of every failed any-of, the branch that lacks least
	Exceptions []string    `json:"exceptions"` // rules for which a reason is to be given
	Advantages []string    `json:"advantages"` // advantage rules that are met
	Unfilled   []string    `json:"unfilled"`   // required facts that were not supplied

	pkg *Package
}

// Counts are how many rules have each verdict.
type Counts struct {
	Met       int `json:"met"`
	Unmet     int `json:"unmet"`
	Unknown   int `json:"unknown"`
	Questions int `json:"questions"`
}

// A Question is a judge block: what a person decides.
type Question struct {
	Clause   string   `json:"clause"`
	ID       string   `json:"id"`
	Who      Who      `json:"who"`
	Stage    string   `json:"stage"`
	Ask      string   `json:"ask"`
	Room     string   `json:"room"`
	Evidence []string `json:"evidence"`
}

// A Lack is one comparison that failed or is not known, with the rule it
// belongs to and the materials that prove it.
type Lack struct {
	Clause    string   `json:"clause"`
	Rule      string   `json:"rule"`
	RuleLabel string   `json:"rule_label"`
	Materials []string `json:"materials"`
	rule.LeafView
}

// Near is the branch of a failed any-of that lacks least.
type Near struct {
	Clause string          `json:"clause"`
	Rule   string          `json:"rule"`
	Branch int             `json:"branch"` // from 1
	Label  string          `json:"label"`
	Lacks  []rule.LeafView `json:"lacks"`
}

// Try reads an application's facts (FACTS.json of FORMAT.md) and answers every
// rule. What is wrong with the facts is an error that holds every fault.
func (p *Package) Try(src io.Reader, lang string) (*Report, error) {
	if len(p.Members) > 0 {
		return nil, fault.New(fault.Invalid, "programme.try_member", p.ID, p.ID+"/"+p.Members[0].member())
	}
	if p.Program == nil {
		return nil, p.problems.Err()
	}
	facts, faults := p.Schema.ReadFacts(src)
	if len(faults) > 0 {
		var errs []error
		for _, f := range faults {
			errs = append(errs, f)
		}
		return nil, errors.Join(errs...)
	}
	return p.Explain(facts, lang), nil
}

// Explain answers every rule on facts at hand.
func (p *Package) Explain(facts *rule.Facts, lang string) *Report {
	p.namePlaces(facts)
	res := p.Program.NewResult()
	p.Program.Eval(facts, res)
	findings := p.Program.Findings(facts, res)
	j := p.Program.Judge(facts, res, findings)
	r := &Report{Package: p.ID, Title: p.Title, Hash: p.Hash, Answer: j.Answer, Track: j.Track,
		AnswerText: locale.Text(lang, "programme.answer."+string(j.Answer)),
		Because:    ids(j.Because), Exceptions: ids(j.Exceptions), Advantages: ids(j.Advantages),
		Evidence: []Lack{}, Gaps: []Lack{}, Nearest: []Near{}, Unfilled: []string{}, pkg: p}
	if facts.AsOf != 0 {
		r.AsOf = rule.FormatDay(facts.AsOf)
	}
	for i := range findings {
		r.Findings = append(r.Findings, findings[i].Render(facts, lang))
		r.Counts.add(findings[i].Verdict)
	}
	for _, e := range j.Evidence {
		r.Evidence = append(r.Evidence, p.lack(e.Finding, e.Leaf, facts, lang))
	}
	for _, g := range j.Gaps {
		r.Gaps = append(r.Gaps, p.lack(g.Finding, g.Leaf, facts, lang))
	}
	for _, b := range j.Nearest {
		r.Nearest = append(r.Nearest, near(b, facts, lang))
	}
	r.Questions = p.Questions()
	r.Counts.Questions = len(r.Questions)
	r.unfilled(facts)
	return r
}

// namePlaces gives the places of the facts the names that the package has for
// them; a place of elsewhere keeps its code.
func (p *Package) namePlaces(facts *rule.Facts) {
	for _, f := range p.Schema.Facts {
		v := rule.Value{}
		if f.Kind == rule.PlaceKind {
			v = facts.Value(f)
		}
		if v.State == rule.NotSupplied || v.Label != "" {
			continue
		}
		for _, place := range p.Call.Places {
			if n, ok := rule.ParsePlace(place.Code); ok && n == v.N {
				v.Label = place.Name
				facts.Set(f, v)
			}
		}
	}
}

func (c *Counts) add(t rule.Truth) {
	switch t {
	case rule.Met:
		c.Met++
	case rule.Unmet:
		c.Unmet++
	default:
		c.Unknown++
	}
}

func ids(findings []*rule.Finding) []string {
	out := []string{}
	for _, f := range findings {
		out = append(out, f.Rule.ID)
	}
	return out
}

func label(r *rule.Rule, lang string) string {
	if lang == locale.EN && r.LabelEN != "" {
		return r.LabelEN
	}
	return r.Label
}

// lack puts a leaf into words. The materials are those that prove its facts (of
// an unknown leaf, the facts not known), else those that the rule names.
func (p *Package) lack(f *rule.Finding, l *rule.Leaf, facts *rule.Facts, lang string) Lack {
	out := Lack{Rule: f.Rule.ID, RuleLabel: label(f.Rule, lang), LeafView: l.Render(facts, lang), Materials: []string{}}
	if len(f.Rule.Clauses) > 0 {
		out.Clause = f.Rule.Clauses[0]
	}
	for _, code := range out.Facts {
		if fact := p.facts[code]; fact != nil && (l.Verdict != rule.Unknown || !known(facts, p.Schema.Fact(code))) {
			out.Materials = appendNew(out.Materials, fact.Evidence...)
		}
	}
	if len(out.Materials) == 0 {
		out.Materials = appendNew(out.Materials, f.Rule.Evidence...)
	}
	return out
}

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		seen := false
		for _, l := range list {
			seen = seen || l == m
		}
		if !seen {
			list = append(list, m)
		}
	}
	return list
}

func near(b rule.Branch, facts *rule.Facts, lang string) Near {
	n := Near{Rule: b.Finding.Rule.ID, Branch: b.Index + 1, Lacks: []rule.LeafView{}}
	if len(b.Finding.Rule.Clauses) > 0 {
		n.Clause = b.Finding.Rule.Clauses[0]
	}
	if b.Rule != nil {
		n.Label = label(b.Rule, lang)
	} else {
		n.Label = rule.Format(b.Node, lang)
	}
	for i := range b.Lacks {
		n.Lacks = append(n.Lacks, b.Lacks[i].Render(facts, lang))
	}
	return n
}

// Questions lists what people answer, in the order of the clauses.
func (p *Package) Questions() []Question {
	out := []Question{}
	for _, c := range p.Clauses {
		for _, b := range c.Judges {
			out = append(out, Question{p.clauseID(c.Number), b.ID, b.Who, b.Stage, b.Ask, b.Room, appendNew([]string{}, b.Evidence...)})
		}
	}
	return out
}

// unfilled lists the facts that the form always requires and that were not
// supplied at all.
func (r *Report) unfilled(facts *rule.Facts) {
	for _, s := range r.pkg.Form.Sections {
		for _, f := range s.Facts {
			if f.Required.Always && !supplied(facts, r.pkg.Schema.Fact(f.ID)) {
				r.Unfilled = append(r.Unfilled, f.ID)
			}
		}
	}
}

// known reports whether a fact of one value is known; of a list or series some
// part may not be.
func known(facts *rule.Facts, f *rule.Fact) bool {
	return f != nil && f.Scalar() && facts.Value(f).State == rule.Known
}

func supplied(facts *rule.Facts, f *rule.Fact) bool {
	switch f.Kind {
	case rule.ListKind:
		return facts.Rows(f).State != rule.NotSupplied
	case rule.SeriesKind:
		for y := f.Years[0]; y <= f.Years[1]; y++ {
			if facts.YearValue(f, y).State != rule.NotSupplied {
				return true
			}
		}
		return false
	}
	return facts.Value(f).State != rule.NotSupplied
}

// FactsFault names the file of a fault that was found in a facts file.
func FactsFault(err error, file string) error {
	var errs []error
	for _, f := range fault.All(err) {
		if f.File == "" {
			f = f.At(file, f.Line, f.Col)
		}
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}
