package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/recommend"
	"shenbao/rule"
)

// casePage is one case: findings, evidence and clauses side by side, questions
// to be signed, and the decision.
type casePage struct {
	*recommend.Case
	Todo      []recommend.Todo         `json:"todo"`
	Findings  []rule.View              `json:"findings"`
	Files     []*apply.File            `json:"-"`
	Conflicts []apply.Clash            `json:"conflicts"`
	Appeals   []*recommend.Appeal      `json:"appeals,omitempty"`
	Before    recommend.StepID         `json:"before,omitempty"`
	Next      recommend.StepID         `json:"next,omitempty"`
	File      apply.FileID             `json:"-"` // shown beside
	Page      int64                    `json:"-"`
	Rule      string                   `json:"-"`               // looked at
	Paper     *recommend.PaperStanding `json:"paper,omitempty"` // nil when none is asked for
	Letters   []*recommend.Letter      `json:"letters,omitempty"`
	pkg       *programme.Package
	narrowing narrowing
}

func (p casePage) title(*visit) string           { return p.Application.UnitName }
func (p casePage) body(v *visit) templ.Component { return caseBody(v, p) }
func (p casePage) address() string               { return "/queue/" + string(p.Step.ID) }

// to is the address of another case of the same queue.
func (p casePage) to(id recommend.StepID) string {
	if q := p.narrowing.query(); q != "" {
		return "/queue/" + string(id) + "?back=" + url.QueryEscape(q)
	}
	return "/queue/" + string(id)
}

func (p casePage) open() bool { return p.MayDecide }
func (p casePage) answer(t recommend.Todo) *recommend.Answer {
	for i, a := range p.Answers {
		if a.Step == p.Step.ID && a.Version == p.Version && a.Kind == t.Kind && a.Item == t.Item {
			return &p.Answers[i]
		}
	}
	return nil
}

// left is how many things are not answered yet.
func (p casePage) left() int {
	n := 0
	for _, t := range p.Todo {
		if t.Must && p.answer(t) == nil {
			n++
		}
	}
	return n
}

func (s *Server) showCase(v *visit, in struct {
	Step recommend.StepID `json:"step" in:"path"`
	Back string           `json:"back"` // the query of the queue that the reader came from
	File apply.FileID     `json:"file"`
	Page int64            `json:"page"`
	Rule string           `json:"rule"`
}) (casePage, error) {
	p, err := s.casePage(v, in.Step, narrowed(in.Back))
	p.File, p.Page, p.Rule = in.File, max(in.Page, 1), in.Rule
	if err == nil && p.Seen != p.Application.Version {
		s.looked(v, in.Step)
	}
	return p, err
}

// looked notes that the reader has seen a case. A page without the note is better
// than none.
func (s *Server) looked(v *visit, id recommend.StepID) {
	_, err := db.Keep(v.Context(), s.DB, func(tx *db.Tx) (int, error) { return 0, recommend.Look(v.Context(), tx, v.By(), id) })
	if err != nil && v.Context().Err() == nil {
		s.Log.ErrorContext(v.Context(), "note a look", "request", v.Number, "error", err.Error())
	}
}

func (s *Server) casePage(v *visit, id recommend.StepID, n narrowing) (casePage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p casePage, err error) {
		p.narrowing = n
		if p.Case, err = recommend.Find(v.Context(), r, v.By(), id); err != nil {
			return p, err
		}
		if p.pkg, err = s.shelf.Package(v.Context(), r, p.Submitted.Package); err != nil {
			return p, err
		}
		p.Todo, p.Findings = recommend.TodoOf(p.pkg, p.Step, p.Submitted), p.Submitted.Findings
		if p.Files, err = p.Sight.FilesOf(v.Context(), r, p.Submitted); err != nil {
			return p, err
		}
		if p.Conflicts, err = s.conflicts(v, r, p.Sight); err != nil {
			return p, err
		}
		if p.Appeals, err = recommend.AppealsIn(v.Context(), r, p.Step); err != nil {
			return p, err
		}
		if p.Letters, err = recommend.LettersOf(v.Context(), r, p.Case); err != nil {
			return p, err
		}
		if p.Paper, err = s.recommending().StandingOf(v.Context(), r, p.Sight, p.Submitted); err != nil {
			return p, err
		}
		p.Before, p.Next, err = recommend.Next(v.Context(), r, v.By(), n.filter(v), id)
		return p, err
	})
}

// conflicts are those of what was submitted; of what is being mended since the
// authorities see nothing.
func (s *Server) conflicts(v *visit, r db.Reader, of *apply.Sight) ([]apply.Clash, error) {
	if of.Stand() == 0 {
		return nil, nil
	}
	form, err := s.office.FormOf(v.Context(), r, of)
	if err != nil {
		return nil, err
	}
	return s.office.Conflicts(v.Context(), r, v.By(), form)
}

// actedOn runs an act on a case and shows the case as it then is, or the next one
// of the queue when it was decided.
func (s *Server) actedOn(v *visit, id recommend.StepID, n narrowing, act func(tx *db.Tx, o *recommend.Office) (*recommend.Step, error)) (page, error) {
	before, err := s.casePage(v, id, n)
	if err != nil {
		return nil, err
	}
	after, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Step, error) {
		return act(tx, s.recommending())
	})
	if err != nil {
		return before, err
	}
	if v.JSON() {
		return s.casePage(v, id, n)
	}
	if after.State != recommend.Open && before.Next != "" {
		return moved{before.to(before.Next)}, nil
	}
	if after.State != recommend.Open {
		return moved{"/queue" + n.query()}, nil
	}
	return moved{before.to(id)}, nil
}

// deciding is what a decision is sent with. Remarks are fields of their own:
// remark:FIELD.
type deciding struct {
	Step    recommend.StepID `json:"step" in:"path"`
	Version int64            `json:"version"`
	Reason  string           `json:"reason"`
	Clause  string           `json:"clause"`
	Until   string           `json:"until"`
	Back    string           `json:"back"` // the query of the queue
	Rest    rest             `json:"remarks"`
}

// decision is what the room is told. A remark without a text says nothing.
func (in deciding) decision() (recommend.Decision, error) {
	d := recommend.Decision{Step: in.Step, Version: in.Version, Reason: in.Reason, Clause: in.Clause}
	var err error
	if d.Until, err = instant("until", in.Until); err != nil {
		return d, err
	}
	for name, values := range in.Rest {
		field, ok := strings.CutPrefix(name, "remark:")
		if !ok {
			return d, fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
		if text := strings.Join(values, "\n"); strings.TrimSpace(text) != "" {
			d.Remarks = append(d.Remarks, apply.Remark{Field: field, Text: text})
		}
	}
	slices.SortFunc(d.Remarks, func(a, b apply.Remark) int { return strings.Compare(a.Field, b.Field) })
	return d, nil
}

// deciders are the acts that decide a case, by their word in the address.
var deciders = map[string]func(context.Context, *db.Tx, *recommend.Office, recommend.Decision) (*recommend.Step, error){
	"endorse": recommend.Endorse, "return": recommend.SendBack, "refuse": recommend.Refuse, "file": recommend.File, "receive": recommend.Receive,
}

// decideCase is the handler of one of them.
func (s *Server) decideCase(word string) func(v *visit, in deciding) (page, error) {
	return func(v *visit, in deciding) (page, error) {
		d, err := in.decision()
		if err != nil {
			p, e := s.casePage(v, in.Step, narrowed(in.Back))
			if e != nil {
				return nil, e
			}
			return p, err
		}
		return s.actedOn(v, in.Step, narrowed(in.Back), func(tx *db.Tx, o *recommend.Office) (*recommend.Step, error) {
			return deciders[word](v.Context(), tx, o, d)
		})
	}
}

// signCase signs one answer.
func (s *Server) signCase(v *visit, in struct {
	Step    recommend.StepID     `json:"step" in:"path"`
	Version int64                `json:"version"`
	Kind    recommend.AnswerKind `json:"kind"`
	Item    string               `json:"item"`
	Answer  string               `json:"answer"`
	Remark  string               `json:"remark"`
	Back    string               `json:"back"`
}) (page, error) {
	return s.actedOn(v, in.Step, narrowed(in.Back), func(tx *db.Tx, o *recommend.Office) (*recommend.Step, error) {
		a, err := recommend.Sign(v.Context(), tx, o, recommend.Signing{Step: in.Step, Version: in.Version, Kind: in.Kind, Item: in.Item, Answer: in.Answer, Remark: in.Remark})
		if err != nil {
			return nil, err
		}
		return &recommend.Step{ID: a.Step, State: recommend.Open}, nil
	})
}

// signItems signs the items of the form check that were answered, each by
// itself. Answers are fields of their own: answer:ITEM and remark:ITEM.
func (s *Server) signItems(v *visit, in struct {
	Step    recommend.StepID `json:"step" in:"path"`
	Version int64            `json:"version"`
	Back    string           `json:"back"`
	Rest    rest             `json:"answers"`
}) (page, error) {
	for name, values := range in.Rest {
		if head, _, _ := strings.Cut(name, ":"); head != "answer" && head != "remark" {
			return nil, fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
		if len(values) > 1 {
			return nil, fault.New(fault.Invalid, "web.twice", name).In(name)
		}
	}
	return s.actedOn(v, in.Step, narrowed(in.Back), func(tx *db.Tx, o *recommend.Office) (*recommend.Step, error) {
		for _, name := range slices.Sorted(maps.Keys(in.Rest)) {
			item, ok := strings.CutPrefix(name, "answer:")
			if !ok || in.Rest.Get(name) == "" {
				continue
			}
			g := recommend.Signing{Step: in.Step, Version: in.Version, Kind: recommend.ToItem, Item: item, Answer: in.Rest.Get(name), Remark: in.Rest.Get("remark:" + item)}
			if _, err := recommend.Sign(v.Context(), tx, o, g); err != nil {
				return nil, err
			}
		}
		return &recommend.Step{ID: in.Step, State: recommend.Open}, nil
	})
}

// answerAppeal answers the request to look again at a case.
func (s *Server) answerAppeal(v *visit, in struct {
	Step   recommend.StepID   `json:"step" in:"path"`
	Appeal recommend.AppealID `json:"appeal"`
	Answer string             `json:"answer"`
	Reopen bool               `json:"reopen"`
}) (page, error) {
	return s.actedOn(v, in.Step, narrowing{}, func(tx *db.Tx, o *recommend.Office) (*recommend.Step, error) {
		_, err := recommend.AnswerAppeal(v.Context(), tx, o, recommend.Reply{Appeal: in.Appeal, Reopen: in.Reopen, Answer: in.Answer})
		return &recommend.Step{ID: in.Step, State: recommend.Open}, err
	})
}

// askAppeal asks that a refusal is looked at again.
func (s *Server) askAppeal(v *visit, in struct {
	Application apply.ID         `json:"application" in:"path"`
	Step        recommend.StepID `json:"step"`
	Ground      string           `json:"ground"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Appeal, error) {
		return recommend.Ask(v.Context(), tx, s.recommending(), in.Step, in.Ground)
	})
	if err != nil {
		return nil, err
	}
	return moved{"/applications/" + string(in.Application)}, nil
}
