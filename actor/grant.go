package actor

import (
	"context"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// An Offer is a role that somebody is to have.
type Offer struct {
	Unit  UnitID    `json:"unit"`
	Role  Role      `json:"role"`
	Scope Scope     `json:"scope"`
	Until time.Time `json:"until"` // zero = no end set
}

// Grant (授予身份) gives a person who has an account a role. Nobody gives one to
// themself.
func Grant(ctx context.Context, tx *db.Tx, person PersonID, o Offer) (*Membership, error) {
	if err := mayGrant(ctx, tx, o); err != nil {
		return nil, err
	}
	if string(person) == tx.By.Person {
		return nil, fault.New(fault.Refused, "actor.own_grant")
	}
	if _, err := FindPerson(ctx, tx, person); err != nil {
		return nil, err
	}
	m := &Membership{Person: person, Unit: o.Unit, Role: o.Role, Scope: o.Scope, Until: o.Until}
	if err := addMembership(ctx, tx, m); err != nil {
		return nil, err
	}
	return m, tx.Record(ctx, "actor.grant", "person:"+string(person), m)
}

// mayGrant checks that tx.By may give the role: by the table, and for the
// system administrator in authorities alone.
func mayGrant(ctx context.Context, tx *db.Tx, o Offer) error {
	act := GrantOf(o.Role)
	if _, ok := rows[act]; !ok {
		return fault.New(fault.Invalid, "actor.no_role").In("role")
	}
	if err := May(ctx, tx, tx.By, act, o.Unit); err != nil {
		return err
	}
	if o.Unit == "" {
		return nil
	}
	u, err := FindUnit(ctx, tx, o.Unit)
	if err != nil {
		return err
	}
	if u.State != Confirmed {
		return fault.New(fault.Refused, "actor.unconfirmed", fault.Key("actor.act."+string(act)))
	}
	if Role(tx.By.Role) == SysAdmin && !u.Authority {
		return fault.New(fault.Refused, "actor.applicant_admin", u.Name)
	}
	return nil
}
