package call

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// maxFacts bounds the facts that a visitor sends.
const maxFacts = 256 << 10

// A Condition is one rule of the call with its answer, where it stands in the
// notice, and what proves it.
type Condition struct {
	rule.View
	Locator   string   `json:"locator"`
	Materials []string `json:"materials"` // names of what to hand in as evidence
}

// A Section holds the conditions of one part of the notice, in its order.
type Section struct {
	Name       string      `json:"name"` // as the notice numbers it: 二, 附1
	Conditions []Condition `json:"conditions"`
}

// Checked (核验结果) is what a unit's facts come to under a call.
type Checked struct {
	Answer   rule.Answer      `json:"answer"`
	Text     string           `json:"answer_text"`
	Track    string           `json:"track,omitempty"`
	Because  []string         `json:"because"` // labels of the conditions that decided it
	Counts   programme.Counts `json:"counts"`
	Sections []Section        `json:"sections"`
	Nearest  []programme.Near `json:"nearest"`
}

// Check (能不能报) answers every condition of a package on facts as JSON. Facts
// that are not given are not known: they make nobody fail.
func Check(p *programme.Package, facts []byte, lang string) (*Checked, error) {
	if len(facts) > maxFacts {
		return nil, fault.New(fault.Invalid, "call.facts_large", maxFacts>>10)
	}
	report, err := p.Try(bytes.NewReader(facts), lang)
	if err != nil {
		return nil, err
	}
	out := &Checked{Answer: report.Answer, Text: report.AnswerText, Track: trackName(p, report.Track), Counts: report.Counts, Nearest: report.Nearest}
	locators := map[string]string{}
	for _, c := range p.Clauses {
		locators[p.ClauseIDs([]string{c.Number})[0]] = c.Locator
	}
	for _, v := range report.Findings {
		c := Condition{View: v, Locator: locators[v.Clause]}
		for _, id := range v.Evidence {
			c.Materials = append(c.Materials, materialName(p, id))
		}
		if slices.Contains(report.Because, v.Rule) {
			out.Because = append(out.Because, v.Label)
		}
		out.add(c)
	}
	return out, nil
}

// add puts a condition into the section that it stands in.
func (c *Checked) add(one Condition) {
	name := programme.SectionOf(one.Locator)
	i := slices.IndexFunc(c.Sections, func(s Section) bool { return s.Name == name })
	if i < 0 {
		c.Sections = append(c.Sections, Section{Name: name})
		i = len(c.Sections) - 1
	}
	c.Sections[i].Conditions = append(c.Sections[i].Conditions, one)
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

// A Question asks for one decisive fact.
type Question struct {
	Code    string        `json:"code"`
	Label   string        `json:"label"`
	Kind    rule.Kind     `json:"kind"`
	Of      rule.Kind     `json:"of,omitempty"` // of a series: the kind of each year's value
	Unit    string        `json:"unit,omitempty"`
	Years   []int         `json:"years,omitempty"` // of a series: those that conditions look at
	Options []rule.Option `json:"options,omitempty"`
	Help    string        `json:"help,omitempty"`
	Weight  int           `json:"weight"` // how many conditions rest on it
	First   bool          `json:"first"`  // one of the few that decide most
}

// firstQuestions is how many facts the short form asks at first.
const firstQuestions = 15

// Questions are the facts that decide whether a unit can apply and that can be
// asked in one line each, those that decide most first. Lists of people or
// instruments and files are not asked: what rests on them stays to be proven.
func Questions(p *programme.Package, lang string) []Question {
	if p.Program == nil {
		return nil
	}
	weight, years := map[*rule.Fact]int{}, map[*rule.Fact][]int{}
	for i := range p.Program.Rules {
		r := &p.Program.Rules[i]
		if r.Effect != rule.Refuse && r.Effect != rule.Veto && r.Effect != rule.Route {
			continue
		}
		for _, f := range scalarsOf(r.Node, years) {
			weight[f]++
		}
	}
	var out []Question
	for _, f := range p.Schema.Facts {
		if weight[f] > 0 {
			out = append(out, questionOf(p, f, weight[f], lang))
		}
	}
	for i := range out {
		out[i].Years = sorted(years[p.Schema.Fact(out[i].Code)])
	}
	slices.SortStableFunc(out, func(a, b Question) int { return cmp.Compare(hardness(a)-a.Weight, hardness(b)-b.Weight) })
	for i := range out {
		out[i].First = i < firstQuestions
	}
	return out
}

// hardness makes what everybody knows of their unit come before what has to be
// looked up.
func hardness(q Question) int {
	switch q.Kind {
	case rule.PlaceKind:
		return -3
	case rule.ChoiceKind, rule.BoolKind:
		return -1
	case rule.TextKind, rule.LongTextKind:
		return 3
	}
	return 0
}

func questionOf(p *programme.Package, f *rule.Fact, weight int, lang string) Question {
	q := Question{Code: f.Code, Label: f.Label(lang), Kind: f.Kind, Options: f.Options, Weight: weight}
	if f.Kind == rule.SeriesKind {
		q.Of = f.Of
	}
	if f.Unit != nil {
		q.Unit = f.Unit.Code
	}
	for _, s := range p.Form.Sections {
		for _, declared := range s.Facts {
			if declared.ID == f.Code {
				q.Help, q.Unit = declared.Help, declared.Unit
			}
		}
	}
	return q
}

// asked are the kinds of facts that a short form can ask for.
var asked = []rule.Kind{rule.BoolKind, rule.IntegerKind, rule.DecimalKind, rule.MoneyKind, rule.PercentKind, rule.DateKind, rule.YearKind,
	rule.SeriesKind, rule.ChoiceKind, rule.ChoicesKind, rule.PlaceKind, rule.TextKind}

// scalarsOf are the facts of a tree that can be asked for, each once, and the
// years of series that it looks at.
func scalarsOf(n rule.Node, years map[*rule.Fact][]int) []*rule.Fact {
	var out []*rule.Fact
	for _, f := range rule.FactsUsed(n) {
		if slices.Contains(asked, f.Kind) && !slices.Contains(out, f) && f.Path() == f.Code { // no column of a list
			out = append(out, f)
		}
	}
	rule.Walk(n, func(n rule.Node) bool {
		for _, o := range rule.Operands(n) {
			if a, ok := o.(*rule.Agg); ok && a.Over != nil {
				for y := a.Over.From; y <= a.Over.To; y++ {
					years[a.Of] = append(years[a.Of], int(y))
				}
			}
		}
		return true
	})
	return out
}

func sorted(years []int) []int {
	slices.Sort(years)
	return slices.Compact(years)
}

// Facts makes the JSON of facts from what was typed into the short form, by
// question and, of a series, by year ("rd_expense 2021"). What was left empty
// is not supplied.
func Facts(questions []Question, typed map[string]string) ([]byte, error) {
	root := map[string]any{}
	for _, q := range questions {
		if q.Kind == rule.SeriesKind {
			years := map[string]any{}
			for _, y := range q.Years {
				if text := strings.TrimSpace(typed[q.Key(y)]); text != "" {
					years[yearText(y)] = withUnit(text, q.Unit)
				}
			}
			if len(years) > 0 {
				nest(root, q.Code, years)
			}
			continue
		}
		if text := strings.TrimSpace(typed[q.Code]); text != "" {
			nest(root, q.Code, valueOf(q, text))
		}
	}
	return json.Marshal(root)
}
