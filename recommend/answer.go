package recommend

import (
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// AnswerKind is what an [Answer] is about.
type AnswerKind string

// The kinds of answers.
const (
	ToQuestion  AnswerKind = "question"  // a judge clause of the package (人工判断)
	ToItem      AnswerKind = "item"      // an item of the form check (形式审查)
	ToException AnswerKind = "exception" // an exception that the applicant asked for (例外)
)

// The answers.
const (
	Yes = "yes"
	No  = "no"
)

// An Answer (判断) is what a person answered and signed, about one version.
type Answer struct {
	Step    StepID         `json:"step"`
	Version int64          `json:"version"`
	Kind    AnswerKind     `json:"kind"`
	Item    string         `json:"item"` // id of the question, the item or the rule
	Answer  string         `json:"answer"`
	Remark  string         `json:"remark,omitempty"`
	Person  actor.PersonID `json:"person"`
	At      time.Time      `json:"at"`
}

// check asks that the answer is one, about something that is asked in the step.
func (a *Answer) check(todo []Todo) error {
	known := slices.ContainsFunc(todo, func(t Todo) bool { return t.Kind == a.Kind && t.Item == a.Item })
	switch {
	case !known:
		return fault.New(fault.Missing, "recommend.no_question", a.Item).In("item")
	case a.Answer != Yes && a.Answer != No:
		return fault.New(fault.Invalid, "recommend.yes_no").In("answer")
	case a.Answer == No && a.Remark == "":
		return fault.New(fault.Invalid, "recommend.why_no").In("remark")
	}
	return nil
}

// maxReason bounds reasons and remarks, in characters.
const maxReason = 1000

// A Todo (待判断事项) is one thing that a person answers in a step.
type Todo struct {
	Kind     AnswerKind `json:"kind"`
	Item     string     `json:"item"`
	Ask      string     `json:"ask"`
	Clause   string     `json:"clause,omitempty"`
	Evidence []string   `json:"evidence,omitempty"` // materials
	Reason   string     `json:"reason,omitempty"`   // of an exception: the applicant's
	Mark     string     `json:"mark,omitempty"`     // of an item: sign or seal
	Must     bool       `json:"must"`               // the step cannot be passed without an answer
}

// TodoOf lists what is to be answered in a step about a version: the questions
// that the package puts to this stage, the exceptions that were asked for, and
// the items of the form check.
func TodoOf(p *programme.Package, s *Step, v *apply.Version) []Todo {
	out := []Todo{}
	for _, q := range p.Questions() {
		if q.Room == room && q.Stage == s.Stage {
			out = append(out, Todo{Kind: ToQuestion, Item: q.ID, Ask: q.Ask, Clause: q.Clause, Evidence: q.Evidence, Must: true})
		}
	}
	if s.Kind == Files || s.Kind == Receives {
		return out
	}
	for _, view := range v.Findings {
		if view.Verdict == "unmet" && view.Effect == rule.Ask {
			out = append(out, Todo{Kind: ToException, Item: view.Rule, Ask: view.Label, Clause: view.Clause, Reason: v.Texts.Reasons[view.Rule], Must: true})
		}
	}
	return append(out, formCheck(p, v)...)
}

// formCheck is the list of the form check (形式审查), made from the package: of
// every material that was handed in, that it is the right one and can be read,
// and where the call asks for it, that it is signed and sealed. What a machine
// can count (limits, formats, completeness) is not asked again.
func formCheck(p *programme.Package, v *apply.Version) []Todo {
	handed := map[string]bool{}
	for _, part := range v.Manifest.Parts {
		if material, _, ok := strings.Cut(part.Name, "/"); ok && part.Kind == apply.FilePart {
			handed[material] = true
		}
	}
	var out []Todo
	for _, m := range p.Form.Materials {
		if !handed[m.ID] {
			continue
		}
		item := Todo{Kind: ToItem, Item: m.ID, Ask: m.Name, Clause: firstClause(p, m.Clauses), Evidence: []string{m.ID}}
		out = append(out, item)
		for _, mark := range []struct {
			asked bool
			name  string
		}{{m.Sign, SignMark}, {m.Seal, SealMark}} {
			if mark.asked {
				one := item
				one.Item, one.Mark = m.ID+"/"+mark.name, mark.name
				out = append(out, one)
			}
		}
	}
	return out
}

// What a material has to bear.
const (
	SignMark = "sign" // 签字
	SealMark = "seal" // 盖章
)

func firstClause(p *programme.Package, clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	return p.ClauseIDs(clauses[:1])[0]
}

func questionOf(p *programme.Package, id string) programme.Question {
	for _, q := range p.Questions() {
		if q.ID == id {
			return q
		}
	}
	return programme.Question{}
}
