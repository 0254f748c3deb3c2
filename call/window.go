package call

import (
	"slices"
	"time"

	"shenbao/internal/fault"
	"shenbao/programme"
)

// A Window (时间窗口) is a stage of the call with its instants. Something is in
// time when it was fully received at or after From and before Until: Until is
// the first instant that is too late. The zero time is "not given".
type Window struct {
	Stage    string    `json:"stage"` // id in call.yaml
	Name     string    `json:"name"`
	Act      string    `json:"act"`
	Who      string    `json:"who"`
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Received bool      `json:"received"`       // what counts is the instant of receipt, not of handing in
	Late     string    `json:"late,omitempty"` // what happens to what comes late: refuse or show
	Channel  string    `json:"channel,omitempty"`
	To       string    `json:"to,omitempty"`
	Does     string    `json:"does,omitempty"`
	Clauses  []string  `json:"clauses,omitempty"`

	// The instants that the notice itself gives. They differ from From and Until
	// when the issuer filled in what the notice leaves open, set other times for
	// its own round, or moved the end.
	NoticeFrom  time.Time `json:"notice_from,omitzero"`
	NoticeUntil time.Time `json:"notice_until,omitzero"`
}

// Open reports whether something received at t is inside the window.
func (w Window) Open(t time.Time) bool {
	return (w.From.IsZero() || !t.Before(w.From)) && (w.Until.IsZero() || t.Before(w.Until))
}

// Stage returns the window of a stage.
func (c *Call) Stage(id string) (Window, bool) {
	i := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Stage == id })
	if i < 0 {
		return Window{}, false
	}
	return c.Windows[i], true
}

// Open reports whether what belongs to a stage of the call is accepted when it
// was fully received at t. A call that is not published accepts nothing.
func (c *Call) Open(stage string, t time.Time) bool {
	w, ok := c.Stage(stage)
	return ok && c.State == Published && w.Open(t)
}

// windowsOf are the stages of a package as instants. A day without a time of
// day begins at midnight, and ends with the midnight after it.
func windowsOf(p *programme.Package) []Window {
	var out []Window
	for _, s := range p.Call.Stages {
		w := Window{Stage: s.ID, Name: s.Name, Act: string(s.Act), Who: string(s.Who), Received: s.UntilRule == "received",
			Late: string(s.Late), Channel: string(s.Channel), To: s.To, Does: s.Does, Clauses: p.ClauseIDs(s.Clauses)}
		if s.From != nil {
			w.From = s.From.UTC()
		}
		if s.Until != nil {
			w.Until = s.Until.End().UTC()
		}
		w.NoticeFrom, w.NoticeUntil = w.From, w.Until
		out = append(out, w)
	}
	return out
}

// carry gives the windows of an amendment what was filled in, set or moved in
// the call that it amends, where the notice itself says what it said before.
func (c *Call) carry(old *Call) {
	for i := range c.Windows {
		w := &c.Windows[i]
		before, ok := old.Stage(w.Stage)
		if ok && before.NoticeFrom.Equal(w.NoticeFrom) && before.NoticeUntil.Equal(w.NoticeUntil) {
			w.From, w.Until = before.From, before.Until
		}
	}
	c.span()
}

// notEarlier asks that an amendment ends no window before the call that it
// amends: what people were promised stays.
func (c *Call) notEarlier(old *Call) error {
	for _, w := range c.Windows {
		before, ok := old.Stage(w.Stage)
		if ok && !before.Until.IsZero() && !w.Until.IsZero() && w.Until.Before(before.Until) {
			return fault.New(fault.Refused, "call.amend_earlier", w.Name, shown(w.Until), shown(before.Until)).In(w.Stage)
		}
	}
	return nil
}

// applying are the acts of stages in which applicants hand something in, the
// one that lists are about first.
var applying = []string{"apply", "filing", "claim", "intent"}

// span sets Opens and Closes from the windows: those of the stage in which
// applications are filled in and handed in. Of several the one that ends last
// counts.
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
