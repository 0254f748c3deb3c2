package call

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/clock"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
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

	compared Comparison // of the attachments with the package
	revision int64      // how often it was changed
}

// An Attachment is a file of the official notice.
type Attachment struct {
	Hash     blob.Hash `json:"hash"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Type     string    `json:"type"`   // by content
	Text     string    `json:"-"`      // when it is part of the official text: see [Call.OfficialText]
	Faults   int       `json:"faults"` // of the official text that it is part of
	Attached time.Time `json:"attached"`

	text string // what could be read of it, "" for nothing
}

// public reports whether anybody may read the call: it is or was published.
func (c *Call) public() bool { return !c.Published.IsZero() }

// Phase says whether applications can be filled in at an instant.
type Phase string

// The phases, as lists are filtered by them.
const (
	Current  Phase = "current"  // 未截止: open or about to open; lists are narrowed by it, no call answers with it
	Upcoming Phase = "upcoming" // 即将开始
	Open     Phase = "open"     // 正在受理
	Closing  Phase = "closing"  // 七日内截止; open as well
	Closed   Phase = "closed"   // 已截止
	Archived Phase = "archived" // 已归档: closed a year ago; closed as well
)

const (
	closingSoon = 7 * 24 * time.Hour   // how long before its end a call is shown as closing
	archivedIn  = 365 * 24 * time.Hour // how long after its end it is put away
)

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
	case !t.Before(c.Closes.Add(archivedIn)):
		return Archived
	case !t.Before(c.Closes):
		return Closed
	case c.Closes.Sub(t) <= closingSoon:
		return Closing
	}
	return Open
}

// schedule gives a window of a draft its instants.
func (c *Call) schedule(s Slot) error {
	if err := c.is(Drafted); err != nil {
		return err
	}
	i := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Stage == s.Stage })
	if i < 0 {
		return fault.New(fault.Missing, "call.no_stage", s.Stage).In("stage")
	}
	c.Windows[i].From, c.Windows[i].Until = cutTime(s.From), cutTime(s.Until)
	c.span()
	return c.ordered()
}

// publish makes a draft public. Faults that the comparison with the official
// text found need a reason.
func (c *Call) publish(reason string, now time.Time) error {
	if err := c.is(Drafted); err != nil {
		return err
	}
	reason, err := cleanReason(reason, false)
	switch {
	case err != nil:
		return err
	case c.compared.Faults > 0 && reason == "":
		return fault.New(fault.Invalid, "call.faults", c.compared.Faults).In("reason")
	}
	if err := c.ordered(); err != nil {
		return err
	}
	c.State, c.Published, c.Reason = Published, now, reason
	return nil
}

// withdraw takes a call back, for a reason.
func (c *Call) withdraw(reason string) error {
	if c.State != Drafted {
		if err := c.is(Published); err != nil {
			return err
		}
	}
	reason, err := cleanReason(reason, true)
	if err != nil {
		return err
	}
	c.State, c.Reason = Withdrawn, reason
	return nil
}

// is asks that the call is in a state.
func (c *Call) is(s State) error {
	switch {
	case c.State == s:
		return nil
	case s == Drafted:
		return fault.New(fault.Conflict, "call.not_draft", fault.Key("call.state."+string(c.State)))
	}
	return fault.New(fault.Conflict, "call.not_published", fault.Key("call.state."+string(c.State)))
}

// The limits of what people type.
const (
	maxReason = 500
	maxName   = 120
)

// cleanReason returns a reason as it is kept and shown.
func cleanReason(reason string, needed bool) (string, error) {
	reason = intake.CleanText(reason)
	switch n := len([]rune(reason)); {
	case n == 0 && needed:
		return "", fault.New(fault.Invalid, "call.reason").In("reason")
	case n > maxReason:
		return reason, fault.New(fault.Invalid, "call.reason_long", maxReason, n).In("reason")
	}
	return reason, nil
}

// cleanName returns the name of a file as it is kept and offered again: its last
// part, without what cannot be seen or turns the direction of writing, and not
// too long.
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r = visible(r); r == '\n' || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_")))
	name = strings.TrimLeft(name, ".")
	if chars := []rune(name); len(chars) > maxName {
		dot := strings.LastIndexByte(name, '.')
		end := ""
		if dot >= 0 && len(name)-dot <= 10 {
			end = name[dot:]
		}
		name = string(chars[:maxName-len(end)]) + end
	}
	if name == "" {
		name = "file"
	}
	return name
}

// visible drops control and format characters; a line end stays.
func visible(r rune) rune {
	if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
		return -1
	}
	return r
}

// cutTime is an instant as it is kept: in UTC, of whole milliseconds.
func cutTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

// shown is an instant in a message, in the time zone of deadlines.
func shown(t time.Time) string { return t.In(clock.Zone).Format("2006-01-02 15:04") }
