package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/recommend"
	"shenbao/rule"
)

// narrowing is how a queue is narrowed and sorted, as it stands in an address.
type narrowing struct {
	Call                      call.ID
	State                     recommend.State
	Kind                      recommend.Kind
	Clause, Verdict, Assignee string // a person, or me
	Changed, Late             bool
	Q, Sort                   string
}

// filter is what the room is asked for.
func (n narrowing) filter(v *visit) recommend.Filter {
	f := recommend.Filter{Call: n.Call, State: n.State, Kind: n.Kind, Clause: n.Clause, Verdict: n.Verdict, Assignee: actor.PersonID(n.Assignee),
		Changed: n.Changed, Late: n.Late, Text: n.Q, Sort: n.Sort}
	if n.Assignee == "me" {
		f.Assignee = v.Actor.Person
	}
	if n.State == "all" {
		f.State = ""
	} else if n.State == "" {
		f.State = recommend.Open
	}
	return f
}

// query is the narrowing as it stands in an address.
func (n narrowing) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"call": string(n.Call), "state": string(n.State), "kind": string(n.Kind), "clause": n.Clause, "verdict": n.Verdict,
		"assignee": n.Assignee, "q": n.Q, "sort": n.Sort} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, on := range map[string]bool{"changed": n.Changed, "late": n.Late} {
		if on {
			q.Set(name, "1")
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// queuePage is an authority's work (办件).
type queuePage struct {
	Queue      *recommend.Queue    `json:"queue"`
	Colleagues []*actor.Membership `json:"-"`
	Calls      []*call.Call        `json:"-"`
	Results    []batchResult       `json:"results,omitempty"` // of a batch that was just done
	narrowing  narrowing
}

func (queuePage) title(v *visit) string           { return v.T("queue.title") }
func (p queuePage) body(v *visit) templ.Component { return queueBody(v, p) }

// A batchResult is what became of one case of a batch.
type batchResult struct {
	Step  recommend.StepID `json:"step"`
	Done  bool             `json:"done"`
	Fault string           `json:"fault,omitempty"`
}

func (s *Server) listQueue(v *visit, in struct {
	Call     call.ID         `json:"call"`
	State    recommend.State `json:"state"`
	Kind     recommend.Kind  `json:"kind"`
	Clause   string          `json:"clause"`
	Verdict  string          `json:"verdict"`
	Assignee string          `json:"assignee"`
	Changed  bool            `json:"changed"`
	Late     bool            `json:"late"`
	Q        string          `json:"q"`
	Sort     string          `json:"sort"`
	After    string          `json:"after"`
}) (queuePage, error) {
	n := narrowing{in.Call, in.State, in.Kind, in.Clause, in.Verdict, in.Assignee, in.Changed, in.Late, in.Q, in.Sort}
	return s.queuePage(v, n, in.After)
}

func (s *Server) queuePage(v *visit, n narrowing, after string) (queuePage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p queuePage, err error) {
		p.narrowing = n
		f := n.filter(v)
		f.After = after
		if p.Queue, err = recommend.List(v.Context(), r, v.By(), f); err != nil {
			return p, err
		}
		if p.Calls, err = recommend.CallsOf(v.Context(), r, v.By()); err != nil {
			return p, err
		}
		p.Colleagues, err = s.colleagues(v, r)
		return p, err
	})
}

// colleagues are those to whom cases can be given.
func (s *Server) colleagues(v *visit, r db.Reader) ([]*actor.Membership, error) {
	all, err := actor.Members(v.Context(), r, v.By(), v.Actor.Unit)
	if err != nil {
		return nil, ignoreUnseen(err)
	}
	return slices.DeleteFunc(all, func(m *actor.Membership) bool { return m.Role != actor.Officer && m.Role != actor.Head }), nil
}

// ignoreUnseen passes over what the reader may not see.
func ignoreUnseen(err error) error {
	if f := fault.Of(err); f.Kind == fault.Missing || f.Kind == fault.Refused {
		return nil
	}
	return err
}

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

// narrowed reads the query of a queue that a form carried along.
func narrowed(back string) narrowing {
	q, err := url.ParseQuery(strings.TrimPrefix(back, "?"))
	for _, all := range q {
		if err != nil || !readable(all...) { // what cannot be read narrows nothing
			return narrowing{}
		}
	}
	return narrowing{Call: call.ID(q.Get("call")), State: recommend.State(q.Get("state")), Kind: recommend.Kind(q.Get("kind")), Clause: q.Get("clause"),
		Verdict: q.Get("verdict"), Assignee: q.Get("assignee"), Changed: q.Get("changed") != "", Late: q.Get("late") != "", Q: q.Get("q"), Sort: q.Get("sort")}
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

// mostCases is how many cases one batch may name: more than a page of the queue
// shows.
const mostCases = 500

// batch does one thing to the cases that were chosen, each by itself: what fails
// for one is done for the others.
func (s *Server) batch(v *visit, in struct {
	Cases  []string       `json:"case"` // id and version, with a colon between
	Do     string         `json:"do"`
	Reason string         `json:"reason"`
	To     actor.PersonID `json:"to"`
	Back   string         `json:"back"`
	Rest   rest           `json:"reasons"` // reason:STEP of one case
}) (queuePage, error) {
	n := narrowed(in.Back)
	if len(in.Cases) == 0 {
		p, err := s.queuePage(v, n, "")
		if err == nil {
			err = fault.New(fault.Invalid, "web.queue.none_chosen").In("case")
		}
		return p, err
	}
	for name := range in.Rest {
		if !strings.HasPrefix(name, "reason:") {
			return queuePage{}, fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
	}
	if len(in.Cases) > mostCases {
		return queuePage{}, fault.New(fault.Invalid, "web.too_large").In("case")
	}
	var results []batchResult
	for _, one := range in.Cases {
		id, version, _ := strings.Cut(one, ":")
		number, _ := strconv.ParseInt(version, 10, 64) // 0 is no version: refused by the act
		reason := in.Reason
		if own := strings.TrimSpace(strings.Join(in.Rest["reason:"+id], "\n")); own != "" {
			reason = own
		}
		results = append(results, s.batchOne(v, in.Do, in.To, recommend.Decision{Step: recommend.StepID(id), Version: number, Reason: reason}))
	}
	p, err := s.queuePage(v, n, "")
	p.Results = results
	return p, err
}

func (s *Server) batchOne(v *visit, do string, to actor.PersonID, d recommend.Decision) batchResult {
	result := batchResult{Step: d.Step}
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Step, error) {
		if do == "assign" {
			return nil, recommend.Assign(v.Context(), tx, to, []recommend.StepID{d.Step})
		}
		if act := deciders[do]; act != nil && do != "refuse" { // who is refused is refused one by one
			return act(v.Context(), tx, s.recommending(), d)
		}
		return nil, fault.New(fault.Invalid, "web.unknown_field", do).In("do")
	})
	result.Done = err == nil
	if err != nil {
		f := fault.Of(err)
		result.Fault = v.sentence(f)
		if f.Kind == fault.Internal {
			s.Log.ErrorContext(v.Context(), "batch", "request", v.Number, "error", err.Error())
		}
	}
	return result
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

// relay sets what an authority asks of its units under a call.
func (s *Server) relay(v *visit, in struct {
	Call    call.ID `json:"call" in:"path"`
	Until   string  `json:"until"`
	Message string  `json:"message"`
}) (page, error) {
	d, err := deciding{Until: in.Until}.decision()
	if err != nil {
		return nil, err
	}
	_, err = db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Relay, error) {
		return recommend.SetRelay(v.Context(), tx, recommend.Relay{Call: in.Call, Until: d.Until, Message: in.Message})
	})
	if err != nil {
		return nil, err
	}
	return moved{"/calls/" + string(in.Call)}, nil
}
