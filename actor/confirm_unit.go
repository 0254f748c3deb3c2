package actor

import (
	"context"

	"shenbao/internal/db"
)

// ConfirmUnit (确认单位) is an authority saying that a registered unit is what
// it says it is.
func ConfirmUnit(ctx context.Context, tx *db.Tx, id UnitID) (*Unit, error) {
	u, err := unitFor(ctx, tx, ActConfirmUnit, id)
	if err != nil {
		return nil, err
	}
	if err := u.confirm(tx.Now); err != nil {
		return nil, err
	}
	if err := decideUnit(ctx, tx, u, Pending); err != nil {
		return nil, err
	}
	return u, tx.Record(ctx, "actor.confirm_unit", "unit:"+string(id), u)
}

// unitFor finds the unit that an act is about and checks that tx.By may.
func unitFor(ctx context.Context, tx *db.Tx, act Act, id UnitID) (*Unit, error) {
	if err := May(ctx, tx, tx.By, act, id); err != nil {
		return nil, err
	}
	return FindUnit(ctx, tx, id)
}
