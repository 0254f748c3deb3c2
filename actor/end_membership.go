package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// EndMembership (收回身份) takes a role back: by whoever may give it, or by the
// person who holds it. The last administrator of a unit or of the platform
// stays until there is another.
func EndMembership(ctx context.Context, tx *db.Tx, id string) error {
	m, err := findMembership(ctx, tx, id)
	if err != nil {
		return err
	}
	if string(m.Person) != tx.By.Person {
		if err := May(ctx, tx, tx.By, GrantOf(m.Role), m.Unit); err != nil {
			return err
		}
	}
	if err := keepOne(ctx, tx, m); err != nil {
		return err
	}
	ok, err := endMembership(ctx, tx, id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "actor.ended")
	}
	return tx.Record(ctx, "actor.end_membership", "person:"+string(m.Person), m)
}

// keepOne refuses to take the last administrator away.
func keepOne(ctx context.Context, tx *db.Tx, m *Membership) error {
	if m.Role != UnitAdmin && m.Role != SysAdmin {
		return nil
	}
	if err := lockHolders(ctx, tx, m); err != nil {
		return err
	}
	others, err := otherHolders(ctx, tx, m)
	if err == nil && others == 0 {
		return fault.New(fault.Refused, "actor.last", fault.Key("actor.role."+string(m.Role)))
	}
	return err
}
