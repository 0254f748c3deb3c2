package actor

import (
	"context"
	"slices"
	"strings"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Membership (成员关系) is a person's role in a unit, for a time.
type Membership struct {
	ID         string    `json:"id"`
	Person     PersonID  `json:"person"`
	PersonName string    `json:"person_name"`
	Unit       UnitID    `json:"unit"` // "" for a role of the whole platform
	UnitName   string    `json:"unit_name"`
	Role       Role      `json:"role"`
	Scope      Scope     `json:"scope"` // programmes; empty = not limited
	From       time.Time `json:"from"`
	Until      time.Time `json:"until"` // zero = no end set
	GrantedBy  PersonID  `json:"granted_by"`
}

// apart are the roles that nobody holds beside another: who runs the platform
// and who audits it stay out of its business and of each other's.
var apart = []Role{SysAdmin, Auditor}

// addMembership stores a new membership after the rules that hold whoever
// grants it: the role fits the unit, and nobody who runs or audits the platform
// holds another role.
func addMembership(ctx context.Context, tx *db.Tx, m *Membership) error {
	if err := checkOffer(ctx, tx, Offer{Unit: m.Unit, Role: m.Role, Scope: m.Scope, Until: m.Until}); err != nil {
		return err
	}
	if err := lockPerson(ctx, tx, m.Person); err != nil {
		return err
	}
	others, err := membershipsOf(ctx, tx, m.Person)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Role != m.Role && (slices.Contains(apart, o.Role) || slices.Contains(apart, m.Role)) {
			return fault.New(fault.Refused, "actor.apart", fault.Key("actor.role."+string(o.Role)), fault.Key("actor.role."+string(m.Role)))
		}
	}
	m.ID, m.From, m.GrantedBy = db.NewID(), tx.Now, PersonID(tx.By.Person)
	ok, err := storeMembership(ctx, tx, m)
	if err == nil && !ok {
		return fault.New(fault.Conflict, "actor.has_role", fault.Key("actor.role."+string(m.Role)))
	}
	return err
}

// checkOffer checks that a role can be held as an offer says: the unit takes
// it, a scope narrows an authority's role, and its end is to come.
func checkOffer(ctx context.Context, tx *db.Tx, o Offer) error {
	var u *Unit
	if o.Unit != "" {
		var err error
		if u, err = FindUnit(ctx, tx, o.Unit); err != nil {
			return err
		}
	}
	switch {
	case !u.takes(o.Role):
		return fault.New(fault.Invalid, "actor.role_unit", fault.Key("actor.role."+string(o.Role))).In("role")
	case len(o.Scope) > 0 && (u == nil || !u.Authority), slices.ContainsFunc(o.Scope, badProgramme):
		return fault.New(fault.Invalid, "actor.scope_unit").In("scope")
	case !o.Until.IsZero() && !o.Until.After(tx.Now):
		return fault.New(fault.Invalid, "actor.until").In("until")
	}
	return nil
}

// badProgramme reports whether id cannot be that of a programme package.
func badProgramme(id string) bool {
	return id == "" || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-/") != ""
}

// Memberships returns the memberships that a person holds now, the oldest
// first: what they can act as.
func Memberships(ctx context.Context, r db.Reader, person PersonID) ([]*Membership, error) {
	return membershipsOf(ctx, r, person)
}

// Members returns who belongs to a unit now; by must be allowed to see it.
func Members(ctx context.Context, r db.Reader, by db.By, unit UnitID) ([]*Membership, error) {
	if err := May(ctx, r, by, ActViewMembers, unit); err != nil {
		return nil, err
	}
	return membersOf(ctx, r, unit)
}

// PeopleOf returns who acts for a unit in one of some roles now, each once,
// whoever asks: for notices.
func PeopleOf(ctx context.Context, r db.Reader, unit UnitID, roles ...Role) ([]PersonID, error) {
	all, err := membersOf(ctx, r, unit)
	if err != nil {
		return nil, err
	}
	var out []PersonID
	for _, m := range all {
		if slices.Contains(roles, m.Role) && !slices.Contains(out, m.Person) {
			out = append(out, m.Person)
		}
	}
	return out, nil
}

// PeopleIn returns who holds one of some roles in any unit now, each once,
// whoever asks: for the letters of the day.
func PeopleIn(ctx context.Context, r db.Reader, roles ...Role) ([]PersonID, error) {
	var out []PersonID
	for _, role := range roles {
		people, err := holders(ctx, r, role)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// Belongs reports whether somebody holds a role in a unit now, whoever asks.
func Belongs(ctx context.Context, r db.Reader, person PersonID, unit UnitID) (bool, error) {
	all, err := membershipsOf(ctx, r, person)
	return slices.ContainsFunc(all, func(m *Membership) bool { return m.Unit == unit }), err
}
