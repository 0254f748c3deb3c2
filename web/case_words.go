package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"shenbao/apply"
	"shenbao/recommend"
	"shenbao/rule"
)

// stepColour is how the state of a step is coloured.
func stepColour(s recommend.State) string {
	switch s {
	case recommend.Endorsed, recommend.Filed, recommend.Received:
		return "good"
	case recommend.Rejected:
		return "bad"
	case recommend.Open, recommend.Returned:
		return "open"
	}
	return ""
}

func stepName(v *visit, s *recommend.Step) string {
	if s.Name != "" {
		return s.Name
	}
	return v.Text("recommend.kind." + string(s.Kind))
}

// A findingGroup holds the findings of one verdict; what needs no eye is folded.
type findingGroup struct {
	Verdict, Word string
	Open          bool
	Findings      []rule.View
}

func (g findingGroup) holds(ruleID string) bool {
	return slices.ContainsFunc(g.Findings, func(f rule.View) bool { return f.Rule == ruleID })
}

// findingGroups are the findings with what needs an eye first.
func findingGroups(v *visit, all []rule.View) []findingGroup {
	groups := []findingGroup{{Verdict: "unmet", Open: true}, {Verdict: "unknown", Open: true}, {Verdict: "without"}, {Verdict: "met"}}
	for i := range groups {
		groups[i].Word = v.Text("call.verdict." + groups[i].Verdict)
		for _, f := range all {
			if verdictWord(f) == groups[i].Verdict {
				groups[i].Findings = append(groups[i].Findings, f)
			}
		}
	}
	return slices.DeleteFunc(groups, func(g findingGroup) bool { return len(g.Findings) == 0 })
}

// verdictWord is the verdict of a finding; of an advantage that is not there,
// which fails nobody, it is without.
func verdictWord(f rule.View) string {
	if f.Verdict == "unmet" && (f.Effect == rule.Advantage || f.Effect == rule.Inform || f.Effect == rule.Flag) {
		return "without"
	}
	return f.Verdict
}

func findingWord(v *visit, f rule.View) string {
	word := verdictWord(f)
	return map[string]string{"met": "✓ ", "unmet": "✗ ", "unknown": "? ", "without": "– "}[word] + v.Text("call.verdict."+word)
}

// evidence are the files handed in as materials.
func (p casePage) evidence(materials []string) []*apply.File {
	var out []*apply.File
	for _, f := range p.Files {
		if slices.Contains(materials, f.Material) {
			out = append(out, f)
		}
	}
	return out
}

// look is the address of the case with a page of a file beside it.
func (p casePage) look(file apply.FileID, page int64, ruleID string) string {
	q := url.Values{"file": {string(file)}, "page": {strconv.FormatInt(page, 10)}}
	if back := p.narrowing.query(); back != "" {
		q.Set("back", back)
	}
	anchor := ""
	if ruleID != "" {
		q.Set("rule", ruleID)
		anchor = "#r-" + ruleID
	}
	return p.address() + "?" + q.Encode() + anchor
}

// materialOf is what the call calls the document that a file is.
func materialOf(p casePage, f *apply.File) string {
	for _, m := range p.pkg.Form.Materials {
		if m.ID == f.Material {
			return m.Name
		}
	}
	return f.Name
}

// signedColour is how an answer is coloured.
func signedColour(answer string) string {
	if answer == recommend.Yes {
		return "good"
	}
	return "bad"
}

// form is the visit as one form of the case sees it: see visit.form.
func (p casePage) form(v *visit, word string) *visit { return v.form(p.address()+"/"+word, "") }

// asking is the visit as the form of one question sees it: they all go to one
// address.
func (p casePage) asking(v *visit, t recommend.Todo) *visit {
	w := p.form(v, "sign")
	if w.typed("kind", "") != string(t.Kind) || w.typed("item", "") != t.Item {
		w.Fault = nil
	}
	return w
}

func endorseHelp(v *visit, p casePage) string {
	if p.Application.Unmet == 0 {
		return ""
	}
	return v.T("case.endorse_help", p.Application.Unmet)
}

// clauseOptions are the clauses that a refusal can rest on.
func clauseOptions(v *visit, p casePage) []option {
	out := []option{{"", v.T("case.no_clause")}}
	for _, f := range p.Findings {
		out = append(out, option{f.Clause, f.Clause + " " + f.Label})
	}
	return out
}

func answerOf(a *recommend.Answer) string {
	if a == nil {
		return ""
	}
	return a.Answer
}

func remarkOf(a *recommend.Answer) string {
	if a == nil {
		return ""
	}
	return a.Remark
}

func reasonOr(v *visit, reason string) string {
	if reason == "" {
		return v.T("case.no_reason")
	}
	return reason
}

// closingWord is the act that ends a step in which nothing is decided.
func closingWord(k recommend.Kind) string {
	if k == recommend.Files {
		return "file"
	}
	return "receive"
}

// others are the questions and exceptions that were answered in other steps, and
// the items there that were not in order.
func (p casePage) others() []recommend.Answer {
	var out []recommend.Answer
	for _, a := range p.Answers {
		if a.Step != p.Step.ID && (a.Kind != recommend.ToItem || a.Answer == recommend.No) {
			out = append(out, a)
		}
	}
	return out
}

// authorityOf is who acted in a step of the chain.
func (p casePage) authorityOf(id recommend.StepID) string {
	for _, s := range p.Chain {
		if s.ID == id {
			return s.AuthorityName
		}
	}
	return ""
}

// asked is what an answer is about, in words.
func (p casePage) asked(a recommend.Answer) string {
	switch a.Kind {
	case recommend.ToQuestion:
		for _, q := range p.pkg.Questions() {
			if q.ID == a.Item {
				return q.Ask
			}
		}
	case recommend.ToException:
		for _, f := range p.Findings {
			if f.Rule == a.Item {
				return f.Label
			}
		}
	case recommend.ToItem:
		material, _, _ := strings.Cut(a.Item, "/")
		return materialOf(p, &apply.File{Material: material, Name: material})
	}
	return a.Item
}

// shown is the address of the file that is looked at.
func (p casePage) shown() string {
	return fileAddress(&apply.File{Application: p.Application.ID, ID: p.File})
}

// items are those of the form check.
func (p casePage) items() []recommend.Todo {
	return slices.DeleteFunc(slices.Clone(p.Todo), func(t recommend.Todo) bool { return t.Kind != recommend.ToItem || len(p.evidence(t.Evidence)) == 0 })
}

// markWord is what an item asks to see on a document, with a space behind it.
func markWord(v *visit, t recommend.Todo) string {
	if t.Mark == "" {
		return ""
	}
	return v.T("case.mark."+t.Mark) + " "
}

func tick(on bool) string {
	if on {
		return "✓"
	}
	return ""
}

// answerWord is an answer in the words of what it is about.
func answerWord(v *visit, kind recommend.AnswerKind, answer string) string {
	switch kind {
	case recommend.ToQuestion:
		return v.T("case.answer.question." + answer)
	case recommend.ToException:
		return v.T("case.answer.exception." + answer)
	}
	return v.T("case.answer.item." + answer)
}
