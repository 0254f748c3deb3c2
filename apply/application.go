package apply

import (
	"encoding/json"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/fault"
	"shenbao/internal/textindex"
	"shenbao/rule"
)

// ID is the key of an [Application].
type ID string

// State is where an application stands.
type State string

// The states.
const (
	Drafted   State = "draft"     // 填写中
	Submitted State = "submitted" // 已提交
	Returned  State = "returned"  // 退回修改
	Withdrawn State = "withdrawn" // 已撤回: can be mended and submitted again while the window is open
	Dropped   State = "dropped"   // 已放弃: was never submitted, or was taken back for good
)

// States are all of them.
var States = []State{Drafted, Submitted, Returned, Withdrawn, Dropped}

// An Application (申报书) is what a unit fills in and submits under a call.
type Application struct {
	ID        ID           `json:"id"`
	Call      call.ID      `json:"call"`
	Hash      string       `json:"hash"` // of the package version that it is filled in under
	Unit      actor.UnitID `json:"unit"` // the host (依托单位)
	UnitName  string       `json:"unit_name"`
	Name      string       `json:"name"` // of what is applied for; "" until it is filled in
	State     State        `json:"state"`
	Begun     time.Time    `json:"begun"`
	Changed   time.Time    `json:"changed"`
	Submitted time.Time    `json:"submitted,omitzero"` // last
	Version   int64        `json:"version"`            // how often it was submitted
	MendUntil time.Time    `json:"mend_until,omitzero"`
	Reason    string       `json:"reason,omitempty"` // why it was returned
	Answer    rule.Answer  `json:"answer,omitempty"` // of the conditions, as it was submitted last
	Met       int64        `json:"met"`
	Unmet     int64        `json:"unmet"`
	Unknown   int64        `json:"unknown"`

	BegunBy    actor.PersonID `json:"-"`
	ChangedBy  actor.PersonID `json:"-"`
	ReturnedBy actor.UnitID   `json:"-"`

	revision int64 // how often its row was changed
}

// Editable reports whether the application can be filled in: it was not
// submitted, or it came back.
func (a *Application) Editable() bool {
	return a.State == Drafted || a.State == Returned || a.State == Withdrawn
}

// Until is the first instant that is too late to submit: that of the call, or
// the later one by which a returned application is to be mended. The zero time
// is "no end".
func (a *Application) Until(c *call.Call) time.Time {
	if a.State == Returned && !c.Closes.IsZero() && a.MendUntil.After(c.Closes) {
		return a.MendUntil
	}
	return c.Closes
}

// inTime asks that something fully received at an instant is inside the window
// of the call, or inside the time given to mend.
func (a *Application) inTime(c *call.Call, received time.Time) error {
	if c.State != call.Published {
		return fault.New(fault.Conflict, "apply.call_ended", fault.Key("call.state."+string(c.State)))
	}
	if until := a.Until(c); !until.IsZero() && !received.Before(until) {
		return fault.New(fault.Late, "apply.late", shown(received), shown(until))
	}
	if !c.Opens.IsZero() && received.Before(c.Opens) {
		return fault.New(fault.Conflict, "apply.early", shown(c.Opens))
	}
	return nil
}

// editable asks that the application can be changed.
func (a *Application) editable() error {
	if !a.Editable() {
		return fault.New(fault.Conflict, "apply.not_editable", fault.Key("apply.state."+string(a.State)))
	}
	return nil
}

// submit makes a version of a draft that stands.
func (a *Application) submit(c *call.Call, received, now time.Time) error {
	if err := a.editable(); err != nil {
		return err
	}
	if err := a.inTime(c, received); err != nil {
		return err
	}
	a.State, a.Submitted = Submitted, now
	a.Version++
	a.Reason, a.MendUntil, a.ReturnedBy = "", time.Time{}, ""
	return nil
}

// withdraw takes a submitted application back, while another could still be
// submitted.
func (a *Application) withdraw(c *call.Call, received time.Time) error {
	if a.State != Submitted {
		return fault.New(fault.Conflict, "apply.not_submitted", fault.Key("apply.state."+string(a.State)))
	}
	if err := a.inTime(c, received); err != nil {
		return err
	}
	a.State = Withdrawn
	return nil
}

// giveBack returns a submitted application to be mended before an instant.
func (a *Application) giveBack(reason string, until time.Time, now time.Time) error {
	if a.State != Submitted {
		return fault.New(fault.Conflict, "apply.not_submitted", fault.Key("apply.state."+string(a.State)))
	}
	if !until.IsZero() && !until.After(now) {
		return fault.New(fault.Invalid, "apply.mend_past").In("until")
	}
	a.State, a.Reason, a.MendUntil = Returned, reason, until
	return nil
}

// drop gives a draft up.
func (a *Application) drop() error {
	if err := a.editable(); err != nil {
		return err
	}
	a.State = Dropped
	return nil
}

// folded is the text by which lists find the application.
func (a *Application) folded() string { return textindex.Fold(a.Name + "\n" + a.UnitName) }

// A Remark (修改意见) says what is to be mended, and where.
type Remark struct {
	Field  string `json:"field"`            // of the form; "" about the whole
	Clause string `json:"clause,omitempty"` // that it rests on, as 000-023
	Text   string `json:"remark"`
}

// Facts are an application's facts as rules read them (programmes/FORMAT.md).
type Facts = json.RawMessage

// The limits of what people type outside the form.
const (
	maxReason  = 1000 // characters
	maxRemarks = 200
)

// shown is an instant in a message, to the millisecond where that decides.
func shown(t time.Time) string {
	t = t.In(clock.Zone)
	if t.Second() == 0 && t.Nanosecond() == 0 {
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02 15:04:05.000")
}
