package recommend

import (
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// PaperID is the key of a [Paper].
type PaperID string

// What became of a paper original.
const (
	PaperReceived = "received" // 已接收
	PaperRefused  = "refused"  // 不予接收
)

// A Paper (纸质材料登记) is a line of the register of what came on paper. A line
// is never changed: who corrects it enters another.
type Paper struct {
	ID          PaperID        `json:"id"`
	Application apply.ID       `json:"application"`
	Number      int64          `json:"number"`             // of the lines about an application, from 1
	Corrects    int64          `json:"corrects,omitempty"` // the line that this one stands for
	Version     int64          `json:"version"`            // that was printed
	Hash        string         `json:"hash"`               // of that version
	Keeper      actor.UnitID   `json:"-"`
	Call        call.ID        `json:"call"`
	Received    time.Time      `json:"received"`       // what counts for the deadline
	Until       time.Time      `json:"until,omitzero"` // the first instant that was late
	Late        bool           `json:"late"`
	Copies      int64          `json:"copies"`
	Outcome     string         `json:"outcome"`
	Complete    bool           `json:"complete"`
	Items       []PaperItem    `json:"items"`
	Remark      string         `json:"remark,omitempty"`
	Entered     time.Time      `json:"entered"`
	EnteredBy   actor.PersonID `json:"-"`
	Corrected   bool           `json:"corrected,omitempty"` // another line stands for this one
}

// A PaperItem (清点项) is what was there of one material.
type PaperItem struct {
	Material string `json:"material"`
	Name     string `json:"name"`
	There    bool   `json:"there"`
	Sealed   bool   `json:"sealed"`
	Signed   bool   `json:"signed"`
}

// A PaperAsk is a material that has to come on paper.
type PaperAsk struct {
	Material string `json:"material"`
	Name     string `json:"name"`
	Copies   int64  `json:"copies"`
	Seal     bool   `json:"seal"`
	Sign     bool   `json:"sign"`
	Must     bool   `json:"must"`
}

// there reports whether an item is what is asked.
func (k PaperAsk) there(i PaperItem) bool {
	return i.There && (!k.Seal || i.Sealed) && (!k.Sign || i.Signed)
}

// A PaperPlan is what a call asks on paper of one application.
type PaperPlan struct {
	Stage  string     `json:"stage"`
	Name   string     `json:"name"`
	To     string     `json:"to"`
	Until  time.Time  `json:"until,omitzero"` // the first instant that is late, by receipt
	Late   string     `json:"late"`           // what happens then: refuse or show
	Clause string     `json:"clause"`         // of the deadline
	Copies int64      `json:"copies"`
	Asks   []PaperAsk `json:"asks"`

	after []string // stages that come before
}

// paperPlan is what a package asks on paper of what was submitted; nil when it
// asks nothing.
func paperPlan(p *programme.Package, c *call.Call, facts *rule.Facts) *PaperPlan {
	i := slices.IndexFunc(p.Call.Stages, func(s *programme.Stage) bool {
		return s.Room == room && s.Channel == "paper" && s.Who == "applicant"
	})
	if i < 0 {
		return nil
	}
	s := p.Call.Stages[i]
	w, _ := c.Stage(s.ID)
	plan := &PaperPlan{Stage: s.ID, Name: s.Name, To: s.To, Until: w.Until, Late: string(s.Late), Clause: deadlineOf(p, s.Clauses), Copies: 1, Asks: []PaperAsk{}, after: s.After}
	needed := p.Needed(facts)
	for _, m := range p.Form.Materials {
		need := needed["material."+m.ID]
		if m.Stage != s.ID || need == rule.Unmet && !m.Required.Always {
			continue
		}
		plan.Asks = append(plan.Asks, PaperAsk{Material: m.ID, Name: m.Name, Copies: int64(m.Copies), Seal: m.Seal, Sign: m.Sign, Must: need == rule.Met})
		plan.Copies = max(plan.Copies, int64(m.Copies))
	}
	return plan
}

// deadlineOf is the clause of a stage that gives its end.
func deadlineOf(p *programme.Package, clauses []string) string {
	for _, c := range p.Clauses {
		if c.Kind == "deadline" && slices.Contains(clauses, c.Number) {
			return p.ClauseIDs([]string{c.Number})[0]
		}
	}
	return firstClause(p, clauses)
}

// A PaperEntry is what an officer enters about paper that came.
type PaperEntry struct {
	Application apply.ID
	Version     int64     // that stands on the print
	Received    time.Time // when it came
	Copies      int64
	Items       []PaperItem // what was there; what is not named was not
	Refuse      bool        // it is not accepted
	Corrects    int64       // the line that this one stands for; 0 for none
	Remark      string
}

// maxCopies bounds a number that somebody types.
const maxCopies = 999

// clean asks that an entry can be true.
func (e *PaperEntry) clean(a *apply.Application, now time.Time) error {
	if err := written("remark", &e.Remark, false); err != nil {
		return err
	}
	e.Received = e.Received.UTC().Truncate(time.Millisecond)
	switch {
	case e.Version < 1 || e.Version > a.Version:
		return fault.New(fault.Invalid, "recommend.paper.no_version", e.Version).In("version")
	case e.Received.IsZero():
		return fault.New(fault.Invalid, "recommend.paper.when").In("received")
	case e.Received.After(now):
		return fault.New(fault.Invalid, "recommend.paper.future").In("received")
	case e.Copies < 0 || e.Copies > maxCopies || e.Copies == 0 && !e.Refuse:
		return fault.New(fault.Invalid, "recommend.paper.copies", maxCopies).In("copies")
	case e.Remark == "" && e.Corrects > 0:
		return fault.New(fault.Invalid, "recommend.paper.why").In("remark")
	}
	return nil
}

// follows asks that the entry fits to the lines that are there.
func (e *PaperEntry) follows(lines []*Paper) error {
	for _, l := range lines {
		switch {
		case e.Corrects == l.Number && l.Corrected:
			return fault.New(fault.Conflict, "recommend.paper.corrected", l.Number)
		case e.Corrects == l.Number:
			return nil
		case e.Corrects == 0 && !l.Corrected && l.Outcome == PaperReceived:
			return fault.New(fault.Conflict, "recommend.paper.there", l.Number)
		}
	}
	if e.Corrects > 0 {
		return fault.New(fault.Missing, "recommend.paper.no_line", e.Corrects)
	}
	return nil
}

// line makes the line of an entry: what came is held against the plan. What comes
// late is not accepted where the call says so; what is not complete is accepted
// when the remark says what lacks.
func (e *PaperEntry) line(plan *PaperPlan, a *apply.Application, lines []*Paper) (*Paper, error) {
	l := &Paper{Application: a.ID, Number: int64(len(lines) + 1), Corrects: e.Corrects, Version: e.Version, Received: e.Received, Until: plan.Until,
		Copies: e.Copies, Outcome: PaperReceived, Remark: e.Remark, Items: []PaperItem{}}
	l.Late = !plan.Until.IsZero() && !e.Received.Before(plan.Until)
	l.Complete = e.Copies >= plan.Copies
	for _, ask := range plan.Asks {
		i := PaperItem{Material: ask.Material}
		if at := slices.IndexFunc(e.Items, func(i PaperItem) bool { return i.Material == ask.Material }); at >= 0 {
			i = e.Items[at]
		}
		i.Name = ask.Name
		l.Items = append(l.Items, i)
		l.Complete = l.Complete && (!ask.Must || ask.there(i))
	}
	switch {
	case e.Refuse:
		l.Outcome = PaperRefused
		if e.Remark == "" && !l.Late {
			return nil, fault.New(fault.Invalid, "recommend.paper.why_refused").In("remark")
		}
	case l.Late && plan.Late == "refuse":
		return nil, fault.New(fault.Late, "recommend.paper.late", l.Received, plan.Until).Under(plan.Clause).In("received")
	case e.Version != a.Version:
		return nil, fault.New(fault.Conflict, "recommend.paper.other_version", e.Version, a.Version).In("version")
	case a.State != apply.Submitted:
		return nil, fault.New(fault.Conflict, "recommend.taken_back", fault.Key("apply.state."+string(a.State)))
	case !l.Complete && e.Remark == "":
		return nil, fault.New(fault.Invalid, "recommend.paper.lacks").In("remark")
	}
	return l, nil
}

// passed asks that the steps before the paper are done: it is printed after.
func (plan *PaperPlan) passed(all []*Step) error {
	for _, s := range all {
		if slices.Contains(plan.after, s.Stage) && !slices.Contains([]State{Endorsed, Filed, Received}, s.State) {
			return fault.New(fault.Conflict, "recommend.paper.unchecked", s.Name, fault.Key("recommend.state."+string(s.State)))
		}
	}
	return nil
}

// A PaperStanding (纸质材料情况) is how the paper original of an application
// stands.
type PaperStanding struct {
	Plan    *PaperPlan `json:"plan"`
	Lines   []*Paper   `json:"lines"`             // the newest first
	Current *Paper     `json:"current,omitempty"` // the line that counts
	Matches bool       `json:"matches"`           // what came is the version that stands
}

// markCorrected notes which lines others stand for, and turns them round.
func markCorrected(lines []*Paper) []*Paper {
	for _, l := range lines {
		for _, before := range lines {
			before.Corrected = before.Corrected || before.Number == l.Corrects
		}
	}
	slices.SortFunc(lines, func(a, b *Paper) int { return int(b.Number - a.Number) })
	return lines
}
