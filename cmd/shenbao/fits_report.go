package main

import (
	"cmp"
	"slices"

	"shenbao/programme"
	"shenbao/rule"
)

// fitsReport is what a unit comes to under all calls. Its JSON form is stable.
type fitsReport struct {
	AsOf      string      `json:"as_of"` // the day of judging, "" when none is named
	Classes   classesJSON `json:"classes"`
	Calls     []fitJSON   `json:"calls"`     // those that fit, that could, and with --all those that do not
	Unchecked []string    `json:"unchecked"` // packages without a condition that a program can check
	Faults    []faultJSON `json:"faults"`
}

// fitJSON is one call.
type fitJSON struct {
	Package    string           `json:"package"`
	Title      string           `json:"title"`
	Status     programme.Status `json:"status"`
	Class      string           `json:"class"`
	Answer     rule.Answer      `json:"answer"`
	AnswerText string           `json:"answer_text"`
	Track      string           `json:"track,omitempty"`
	Because    []string         `json:"because"`    // rules that decided the answer
	Exceptions []string         `json:"exceptions"` // rules for which a reason is to be given
	Gaps       []programme.Lack `json:"gaps"`       // of these rules, what failed and by how much
	Nearest    []programme.Near `json:"nearest"`    // of every failed any-of among them the branch that lacks least
	Evidence   []programme.Lack `json:"evidence"`   // what could still change the answer
	Questions  int              `json:"questions"`  // how many questions people decide
	Unread     []string         `json:"unread"`     // fields of the file that this call could not read

	pkg    *programme.Package
	schema int // of the index
	report *programme.Report
}

// nearestFirst puts the calls first that lack the least: of those that could fit
// the fewest proofs.
func nearestFirst(of []fitJSON) {
	slices.SortStableFunc(of, func(x, y fitJSON) int { return cmp.Compare(x.far(), y.far()) })
}

// far adds up what the rules lack that decided, as shares of what they require:
// of an any-of the nearest branch, and one for what is not known or cannot be
// measured.
func (c *fitJSON) far() float64 {
	sum := 0.0
	for _, id := range c.Because {
		for _, l := range c.lacks(id) {
			sum += missing(l)
		}
	}
	return sum
}

func missing(l rule.LeafView) float64 {
	if l.GapN == nil || l.RequiredN == nil || *l.GapN <= 0 || *l.RequiredN <= 0 {
		return 1
	}
	return float64(*l.GapN) / float64(*l.RequiredN)
}

// lacks are the comparisons that a rule fails or does not know: of a failed
// any-of those of the nearest branch.
func (c *fitJSON) lacks(id string) (out []rule.LeafView) {
	for _, n := range c.Nearest {
		if n.Rule == id {
			return n.Lacks
		}
	}
	for _, l := range slices.Concat(c.Gaps, c.Evidence) {
		if l.Rule == id {
			out = append(out, l.LeafView)
		}
	}
	return out
}
