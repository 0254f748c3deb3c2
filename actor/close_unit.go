package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// CloseUnit (停用单位) takes a unit out of everything that is to come, and ends
// the memberships in it. The units that an authority covers by place go to the
// authority above it; those put under it by name must be moved first.
func CloseUnit(ctx context.Context, tx *db.Tx, id UnitID, reason string) (*Unit, error) {
	reason, err := cleanLine("reason", reason, 2, maxReason)
	if err != nil {
		return nil, err
	}
	u, err := unitFor(ctx, tx, ActCloseUnit, id)
	if err != nil {
		return nil, err
	}
	if err := u.shut(reason, tx.Now); err != nil {
		return nil, err
	}
	left, err := leaveUnits(ctx, tx, u)
	if err != nil {
		return nil, err
	}
	if left > 0 {
		return nil, fault.New(fault.Refused, "actor.has_units", u.Name, left)
	}
	if err := decideUnit(ctx, tx, u, Confirmed); err != nil {
		return nil, err
	}
	if err := endMemberships(ctx, tx, u.ID); err != nil {
		return nil, err
	}
	return u, tx.Record(ctx, "actor.close_unit", "unit:"+string(id), u)
}
