package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
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
