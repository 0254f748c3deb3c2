package actor

import (
	"context"

	"shenbao/internal/db"
)

// RefuseUnit (不予确认) is an authority saying why a registered unit is not
// confirmed. Its credit code is free again, and it can be registered anew.
func RefuseUnit(ctx context.Context, tx *db.Tx, id UnitID, reason string) (*Unit, error) {
	reason, err := cleanLine("reason", reason, 2, maxReason)
	if err != nil {
		return nil, err
	}
	u, err := unitFor(ctx, tx, ActConfirmUnit, id)
	if err != nil {
		return nil, err
	}
	if err := u.refuse(reason, tx.Now); err != nil {
		return nil, err
	}
	if err := decideUnit(ctx, tx, u, Pending); err != nil {
		return nil, err
	}
	return u, tx.Record(ctx, "actor.refuse_unit", "unit:"+string(id), u)
}
