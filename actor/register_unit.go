package actor

import (
	"context"

	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Registration is what somebody registers a unit with.
type Registration struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Place string `json:"place"`
	Under UnitID `json:"under"` // the department that the unit belongs to; "" = the authority of its place
}

// RegisterUnit (单位注册) enters a unit, pending until its authority confirms
// it. Who registers it must be signed in and becomes its administrator. When
// the credit code is taken, the fault says which authority to ask.
func RegisterUnit(ctx context.Context, tx *db.Tx, reg Registration) (*Unit, error) {
	if err := May(ctx, tx, tx.By, ActRegisterUnit, ""); err != nil {
		return nil, err
	}
	if tx.By.Person == "" {
		return nil, fault.New(fault.Refused, "actor.sign_in_first")
	}
	u := &Unit{
		ID: UnitID(db.NewID()), Code: reg.Code, Name: reg.Name, Kind: reg.Kind, Place: reg.Place, Parent: reg.Under,
		ByPlace: reg.Under == "", State: Pending, Contact: PersonID(tx.By.Person), Created: tx.Now,
	}
	if err := cleanUnit(u); err != nil {
		return nil, err
	}
	if err := roomFor(ctx, tx, u.Contact); err != nil {
		return nil, err
	}
	if err := putUnder(ctx, tx, u); err != nil {
		return nil, err
	}
	if err := insertUnit(ctx, tx, u); err != nil {
		return nil, err
	}
	admin := &Membership{Person: u.Contact, Unit: u.ID, Role: UnitAdmin}
	if err := addMembership(ctx, tx, admin); err != nil {
		return nil, err
	}
	return u, tx.Record(ctx, "actor.register_unit", "unit:"+string(u.ID), u)
}

// maxPending is how many units of one person wait for confirmation at a time:
// nobody fills the desks of an authority.
const maxPending = 5

func roomFor(ctx context.Context, tx *db.Tx, person PersonID) error {
	if err := lockPerson(ctx, tx, person); err != nil {
		return err
	}
	n, err := pendingOf(ctx, tx, person)
	if err == nil && n >= maxPending {
		return fault.New(fault.Refused, "actor.many_pending", n)
	}
	return err
}

// putUnder sets the authority right above a unit: that of its place, or the
// department that it names.
func putUnder(ctx context.Context, tx *db.Tx, u *Unit) error {
	if u.ByPlace {
		return putByPlace(ctx, tx, u)
	}
	above, err := FindUnit(ctx, tx, u.Parent)
	if err != nil {
		return err
	}
	if !above.Authority || above.State != Confirmed {
		return fault.New(fault.Invalid, "actor.no_authority", above.Name).In("under")
	}
	return nil
}

// putByPlace puts a unit under the authority of its place. Somebody may be
// setting up one of a smaller place: the two wait for one another at the row of
// the authority above both, and then it is looked up again.
func putByPlace(ctx context.Context, tx *db.Tx, u *Unit) error {
	for {
		above, err := seatOver(ctx, tx, chinacode.PlaceLine(u.Place), u.ID)
		if err != nil || above == u.Parent {
			return err
		}
		u.Parent = above
		if err := lockUnit(ctx, tx, above); err != nil {
			return err
		}
	}
}

// insertUnit stores a new unit and the first row of its history. A credit code
// that is taken is a conflict that names the authority to ask, never a person.
func insertUnit(ctx context.Context, tx *db.Tx, u *Unit) error {
	ok, err := storeUnit(ctx, tx, u)
	if err != nil {
		return err
	}
	if !ok && u.Territorial() && !codeTaken(ctx, tx, u.Code) {
		return fault.New(fault.Conflict, "actor.seat_taken", chinacode.PlaceName(u.Place)).In("place")
	}
	if !ok {
		return fault.New(fault.Conflict, "actor.code_taken", u.Code, whoToAsk(ctx, tx, u.Code)).In("code")
	}
	return appendHistory(ctx, tx, u)
}

// whoToAsk names the authority over the unit that has the code.
func whoToAsk(ctx context.Context, tx *db.Tx, code string) any {
	name, err := authorityOver(ctx, tx, code)
	if err != nil || name == "" {
		return fault.Key("actor.platform")
	}
	return name
}
