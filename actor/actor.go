package actor

import (
	"context"
	"slices"
	"time"

	"shenbao/internal/db"
)

// An Actor (操作人) is a person at work: who, for which unit, in which role. It
// is made from a session by [Gate.Resume]; the zero Actor is a visitor without
// an account.
type Actor struct {
	Person     PersonID  `json:"person"`
	PersonName string    `json:"person_name"`
	Unit       UnitID    `json:"unit"`
	UnitName   string    `json:"unit_name"`
	Role       Role      `json:"role"`
	Scope      Scope     `json:"scope"`
	Membership string    `json:"membership"` // id of the membership they act by; "" for none
	Language   string    `json:"language"`   // zh or en; "" for a visitor
	Wants      string    `json:"wants"`      // what they must do first; "" = nothing
	Session    string    `json:"-"`          // id of the session, not its token; "" for a personal token
	Proved     time.Time `json:"-"`          // when they last proved who they are
}

// What an Actor must do before they can act.
const (
	WantsCode     = "code"          // bring the code of the second factor: see Gate.Code; until then they are nobody
	WantsFactor   = "second_factor" // choose a second factor, which the role asks for: see Gate.NewTOTP
	WantsPassword = "password"      // change the password, which is too old: see Gate.ChangePassword
)

// By is the actor as the author of a change. Who must do something first acts
// as a visitor, for their own account alone.
func (a Actor) By() db.By {
	if a.Role == "" || a.Wants != "" {
		return db.By{Person: string(a.Person), Role: string(Visitor)}
	}
	return db.By{Person: string(a.Person), Unit: string(a.Unit), Role: string(a.Role)}
}

// Fresh reports whether the actor proved who they are within the last ten
// minutes: what has far-reaching effects (publish, extend, change an account)
// asks for that. See [Gate.Prove].
func (a Actor) Fresh(now time.Time) bool { return fresh(a.Proved, now) }

func fresh(proved, now time.Time) bool { return now.Sub(proved) <= 10*time.Minute }

// as puts on the actor what they act as by a membership that holds now, or
// leaves them a visitor.
func (a *Actor) as(ctx context.Context, r db.Reader, membership string) error {
	a.Role = Visitor
	if membership == "" {
		return nil
	}
	m, err := findMembership(ctx, r, membership)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	a.Unit, a.UnitName, a.Role, a.Scope, a.Membership = m.Unit, m.UnitName, m.Role, m.Scope, m.ID
	return nil
}

// staff reports whether the role is held by those who decide or run the
// platform: their sessions end sooner.
func (role Role) staff() bool { return !slices.Contains([]Role{Visitor, Editor, UnitAdmin}, role) }
