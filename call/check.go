package call

import (
	"bytes"
	"slices"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
	"shenbao/rule"
)

// maxFacts bounds the facts that a visitor sends.
const maxFacts = 256 << 10

// A Condition is one rule of the call with its answer, where it stands in the
// notice, and what proves it.
type Condition struct {
	rule.View
	Sign      string   `json:"sign"` // ✓ ✗ ? or – for what fails nobody
	Word      string   `json:"word"` // the verdict in a word
	Locator   string   `json:"locator"`
	Decides   bool     `json:"decides"`   // the overall answer rests on it
	Materials []string `json:"materials"` // names of what to hand in as evidence
}

// A Section holds the conditions of one part of the notice, in its order.
type Section struct {
	Name       string      `json:"name"`            // as the notice numbers it: 二, 附1
	Title      string      `json:"title,omitempty"` // of an annex
	Conditions []Condition `json:"conditions"`
}

// Checked (核验结果) is what a unit's facts come to under a call. The machine
// proposes: every refusal is signed by a person.
type Checked struct {
	Package    string               `json:"package"`
	Hash       string               `json:"hash"` // of the version that was asked
	Answer     rule.Answer          `json:"answer"`
	Text       string               `json:"answer_text"`
	Track      string               `json:"track,omitempty"`
	Because    []string             `json:"because"` // labels of the conditions that decided it
	Counts     programme.Counts     `json:"counts"`  // of the conditions; advantages that are not there are not counted
	Sections   []Section            `json:"sections"`
	Evidence   []programme.Lack     `json:"evidence"` // what could still change a verdict
	Gaps       []programme.Lack     `json:"gaps"`     // what failed, and by how much
	Nearest    []programme.Near     `json:"nearest"`  // of every failed any-of, the branch that lacks least
	Exceptions []string             `json:"exceptions"`
	Advantages []string             `json:"advantages"`
	Judged     []programme.Question `json:"judged"` // what people decide, and no machine
}

// Check (能不能报) answers every condition of a package on facts as JSON: those
// of programmes/FORMAT.md and the tallies of [Questions]. Facts that are not
// given are not known: they make nobody fail.
func Check(p *programme.Package, facts []byte, lang string) (*Checked, error) {
	if len(facts) > maxFacts {
		return nil, fault.New(fault.Invalid, "call.facts_large", maxFacts>>10)
	}
	asked := p
	if p.Program != nil {
		var err error
		if asked, err = stating(p, answered(talliesOf(p, bindingRules(p.Program)), facts)); err != nil {
			return nil, err
		}
	}
	report, err := asked.Try(bytes.NewReader(facts), lang)
	if err != nil {
		return nil, err
	}
	return checkedOf(p, report, lang), nil
}

// Answer is [Check] for facts that were read already, with the registers that
// the named checks ask.
func Answer(p *programme.Package, facts *rule.Facts, lang string) *Checked {
	return checkedOf(p, p.Explain(facts, lang), lang)
}

func checkedOf(p *programme.Package, report *programme.Report, lang string) *Checked {
	out := &Checked{Package: p.ID, Hash: p.Hash, Answer: report.Answer, Text: report.AnswerText, Track: trackName(p, report.Track), Because: []string{},
		Counts: programme.Counts{Questions: report.Counts.Questions}, Evidence: report.Evidence, Gaps: report.Gaps, Nearest: report.Nearest, Judged: report.Questions,
		Exceptions: labels(report, report.Exceptions), Advantages: labels(report, report.Advantages)}
	locators := map[string]string{}
	for _, c := range p.Clauses {
		locators[p.ClauseIDs([]string{c.Number})[0]] = c.Locators()[0]
	}
	for _, v := range report.Findings {
		c := Condition{View: v, Locator: locators[v.Clause], Decides: slices.Contains(report.Because, v.Rule), Materials: []string{}}
		for _, id := range v.Evidence {
			c.Materials = append(c.Materials, materialName(p, id))
		}
		c.Sign, c.Word = verdictOf(v, lang)
		if c.Decides {
			out.Because = append(out.Because, v.Label)
		}
		out.count(c)
		out.add(p, c)
	}
	return out
}

// count counts a condition by its sign: what only gives an advantage, and is not
// there, is no condition that failed.
func (c *Checked) count(one Condition) {
	switch one.Sign {
	case "✓":
		c.Counts.Met++
	case "✗":
		c.Counts.Unmet++
	case "?":
		c.Counts.Unknown++
	}
}

// verdictOf is a condition's answer as a sign and a word. What gives an
// advantage and is unmet fails nobody.
func verdictOf(v rule.View, lang string) (sign, word string) {
	optional := v.Effect == rule.Advantage || v.Effect == rule.Inform || v.Effect == rule.Flag
	say := func(key string) string { return locale.Text(lang, "call.verdict."+key) }
	switch {
	case v.Verdict == "met" && !v.Applies:
		return "✓", say("not_asked")
	case v.Verdict == "met":
		return "✓", say("met")
	case v.Verdict == "unmet" && optional:
		return "–", say("without")
	case v.Verdict == "unmet":
		return "✗", say("unmet")
	}
	return "?", say("unknown")
}

// add puts a condition into the section that it stands in.
func (c *Checked) add(p *programme.Package, one Condition) {
	name := programme.SectionOf(one.Locator)
	i := slices.IndexFunc(c.Sections, func(s Section) bool { return s.Name == name })
	if i < 0 {
		s := Section{Name: name}
		for _, part := range p.Call.Source.Parts {
			if part.ID == name {
				s.Title = part.Title
			}
		}
		c.Sections = append(c.Sections, s)
		i = len(c.Sections) - 1
	}
	c.Sections[i].Conditions = append(c.Sections[i].Conditions, one)
}

// labels are the labels of rules.
func labels(report *programme.Report, ids []string) []string {
	out := []string{}
	for _, v := range report.Findings {
		if slices.Contains(ids, v.Rule) {
			out = append(out, v.Label)
		}
	}
	return out
}

func materialName(p *programme.Package, id string) string {
	for _, m := range p.Form.Materials {
		if m.ID == id {
			return m.Name
		}
	}
	return id
}

func trackName(p *programme.Package, id string) string {
	for _, t := range p.Call.Tracks {
		if t.ID == id {
			return t.Name
		}
	}
	return id
}

// Views are the findings, in the order of the notice.
func (c *Checked) Views() []rule.View {
	out := []rule.View{}
	for _, s := range c.Sections {
		for _, one := range s.Conditions {
			out = append(out, one.View)
		}
	}
	return out
}
