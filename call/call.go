package call

import (
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/clock"
	"shenbao/internal/fault"
	"shenbao/programme"
)

// ID is the key of a [Call].
type ID string

// State is where a call stands; whether it is open follows from its windows.
type State string

// The states.
const (
	Drafted   State = "draft"     // 拟稿
	Published State = "published" // 已发布
	Withdrawn State = "withdrawn" // 已撤回
	Replaced  State = "replaced"  // 已修订
)

// A Call (申报通知) is one announced round of a programme.
type Call struct {
	ID         ID           `json:"id"`
	Package    string       `json:"package"` // id of its package
	Hash       string       `json:"hash"`    // of the version that it is pinned to
	Title      string       `json:"title"`
	Number     string       `json:"number"` // of the official document
	Issuer     actor.UnitID `json:"issuer"`
	IssuerName string       `json:"issuer_name"`
	Place      string       `json:"place"` // GB/T 2260: where applicants may come from
	Mode       string       `json:"mode"`  // kind of programme, see FORMAT.md
	Year       int64        `json:"year"`
	State      State        `json:"state"`
	Reason     string       `json:"reason,omitempty"` // why it was withdrawn, or published in spite of faults
	Amends     ID           `json:"amends,omitempty"`
	ReplacedBy ID           `json:"replaced_by,omitempty"`
	Drafted    time.Time    `json:"drafted"`
	Published  time.Time    `json:"published,omitzero"`
	Opens      time.Time    `json:"opens,omitzero"`  // of the stage in which applications are filled in; zero = not given
	Closes     time.Time    `json:"closes,omitzero"` // the first instant that is too late; zero = not given

	Windows     []Window     `json:"windows,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Extensions  []Extension  `json:"extensions,omitempty"`
}

// A Window (时间窗口) is a stage of the call with its instants. Until is the
// first instant that is too late; the zero time is "not given".
type Window struct {
	Stage    string    `json:"stage"` // id in call.yaml
	Name     string    `json:"name"`
	Act      string    `json:"act"`
	Who      string    `json:"who"`
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Received bool      `json:"received"` // what counts is the instant of receipt, not of handing in
	Channel  string    `json:"channel,omitempty"`
	To       string    `json:"to,omitempty"`
	Does     string    `json:"does,omitempty"`
	Clauses  []string  `json:"clauses,omitempty"`
}

// Open reports whether something received at t is inside the window.
func (w Window) Open(t time.Time) bool {
	return (w.From.IsZero() || !t.Before(w.From)) && (w.Until.IsZero() || t.Before(w.Until))
}

// An Attachment is a file of the official notice.
type Attachment struct {
	Hash     blob.Hash `json:"hash"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Type     string    `json:"type"` // by content
	Text     string    `json:"-"`    // of a notice that could be read; shown beside the rules
	Faults   int       `json:"faults"`
	Attached time.Time `json:"attached"`
}

// An Extension (延期) moves the end of a window; it counts once a second person
// has approved it.
type Extension struct {
	ID         string         `json:"id"`
	Stage      string         `json:"stage"`
	Before     time.Time      `json:"before"`
	After      time.Time      `json:"after"`
	Reason     string         `json:"reason"`
	Proposed   time.Time      `json:"proposed"`
	ProposedBy actor.PersonID `json:"-"`
	Approved   time.Time      `json:"approved,omitzero"`
	ApprovedBy actor.PersonID `json:"-"`
}

// Stage returns the window of a stage.
func (c *Call) Stage(id string) (Window, bool) {
	i := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Stage == id })
	if i < 0 {
		return Window{}, false
	}
	return c.Windows[i], true
}

// Phase says whether applications can be filled in at t.
type Phase string

// The phases, as lists are filtered by them.
const (
	Upcoming Phase = "upcoming" // 即将开始
	Open     Phase = "open"     // 正在受理
	Closing  Phase = "closing"  // 七日内截止; open as well
	Closed   Phase = "closed"   // 已截止
)

// closingSoon is how long before its end a call is shown as closing.
const closingSoon = 7 * 24 * time.Hour

// Phase is the call's phase at t. A call without an end stays open until it is
// replaced.
func (c *Call) Phase(t time.Time) Phase {
	switch {
	case c.State != Published:
		return Closed
	case !c.Opens.IsZero() && t.Before(c.Opens):
		return Upcoming
	case c.Closes.IsZero():
		return Open
	case !t.Before(c.Closes):
		return Closed
	case c.Closes.Sub(t) <= closingSoon:
		return Closing
	}
	return Open
}

// windowsOf are the stages of a package as instants. A day without a time of
// day begins at midnight, and ends with the midnight after it.
func windowsOf(p *programme.Package) []Window {
	var out []Window
	for _, s := range p.Call.Stages {
		w := Window{Stage: s.ID, Name: s.Name, Act: string(s.Act), Who: string(s.Who), Received: s.UntilRule == "received",
			Channel: string(s.Channel), To: s.To, Does: s.Does, Clauses: p.ClauseIDs(s.Clauses)}
		if s.From != nil {
			w.From = s.From.UTC()
		}
		if s.Until != nil {
			w.Until = s.Until.UTC()
			if !s.Until.Clock {
				w.Until = s.Until.In(clock.Zone).AddDate(0, 0, 1).UTC()
			}
		}
		out = append(out, w)
	}
	return out
}

// applying are the acts of stages in which applicants hand something in, the
// one that lists are about first.
var applying = []string{"apply", "filing", "claim", "intent"}

// span sets Opens and Closes from the windows: those of the stage in which
// applications are filled in and handed in.
func (c *Call) span() {
	c.Opens, c.Closes = time.Time{}, time.Time{}
	for _, act := range applying {
		found := false
		for _, w := range c.Windows {
			if w.Act != act {
				continue
			}
			found = true
			if !w.Until.IsZero() && w.Until.After(c.Closes) {
				c.Opens, c.Closes = w.From, w.Until
			} else if c.Closes.IsZero() && c.Opens.IsZero() {
				c.Opens = w.From
			}
		}
		if found {
			return
		}
	}
}

// ordered checks that no window ends before it begins.
func (c *Call) ordered() error {
	for _, w := range c.Windows {
		if !w.From.IsZero() && !w.Until.IsZero() && !w.From.Before(w.Until) {
			return fault.New(fault.Invalid, "call.window", w.Name).In(w.Stage)
		}
	}
	return nil
}

// schedule gives the windows that a draft leaves open their instants.
func (c *Call) schedule(stage string, from, until time.Time) error {
	if c.State != Drafted {
		return fault.New(fault.Conflict, "call.not_draft", fault.Key("call.state."+string(c.State)))
	}
	i := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Stage == stage })
	if i < 0 {
		return fault.New(fault.Missing, "call.no_stage", stage).In("stage")
	}
	c.Windows[i].From, c.Windows[i].Until = from, until
	c.span()
	return c.ordered()
}

// publish makes a draft public. Faults that the comparison with the official
// text found need a reason.
func (c *Call) publish(reason string, now time.Time) error {
	faults := 0
	for _, a := range c.Attachments {
		faults += a.Faults
	}
	switch {
	case c.State != Drafted:
		return fault.New(fault.Conflict, "call.not_draft", fault.Key("call.state."+string(c.State)))
	case faults > 0 && strings.TrimSpace(reason) == "":
		return fault.New(fault.Invalid, "call.faults", faults).In("reason")
	}
	if err := c.ordered(); err != nil {
		return err
	}
	c.State, c.Published, c.Reason = Published, now, strings.TrimSpace(reason)
	return nil
}

// withdraw takes a published call back, for a reason.
func (c *Call) withdraw(reason string) error {
	switch {
	case c.State != Published && c.State != Drafted:
		return fault.New(fault.Conflict, "call.not_published", fault.Key("call.state."+string(c.State)))
	case strings.TrimSpace(reason) == "":
		return fault.New(fault.Invalid, "call.reason").In("reason")
	}
	c.State, c.Reason = Withdrawn, strings.TrimSpace(reason)
	return nil
}

// propose checks that a window can be moved to end at after, and returns the
// proposal.
func (c *Call) propose(stage, reason string, after, now time.Time) (Extension, error) {
	w, ok := c.Stage(stage)
	switch {
	case !ok:
		return Extension{}, fault.New(fault.Missing, "call.no_stage", stage).In("stage")
	case c.State != Published:
		return Extension{}, fault.New(fault.Conflict, "call.not_published", fault.Key("call.state."+string(c.State)))
	case w.Until.IsZero():
		return Extension{}, fault.New(fault.Invalid, "call.no_end", w.Name).In("stage")
	case !after.After(w.Until):
		return Extension{}, fault.New(fault.Invalid, "call.earlier", shown(w.Until)).In("until")
	case !after.After(now):
		return Extension{}, fault.New(fault.Invalid, "call.past", shown(now)).In("until")
	case strings.TrimSpace(reason) == "":
		return Extension{}, fault.New(fault.Invalid, "call.reason").In("reason")
	}
	return Extension{Stage: stage, Before: w.Until, After: after.UTC(), Reason: strings.TrimSpace(reason), Proposed: now}, nil
}

// extend makes an approved extension count.
func (c *Call) extend(e Extension) error {
	i := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Stage == e.Stage })
	switch {
	case c.State != Published:
		return fault.New(fault.Conflict, "call.not_published", fault.Key("call.state."+string(c.State)))
	case i < 0 || !c.Windows[i].Until.Equal(e.Before):
		return fault.New(fault.Conflict, "call.moved")
	}
	c.Windows[i].Until = e.After
	c.span()
	return nil
}

// shown is an instant in a message, in the time zone of deadlines.
func shown(t time.Time) string { return t.In(clock.Zone).Format("2006-01-02 15:04") }
