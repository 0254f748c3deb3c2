package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// MoveUnit (调整归口管理部门) puts a unit under another authority; under "" it
// follows its place again. An authority cannot come under itself.
func MoveUnit(ctx context.Context, tx *db.Tx, id, under UnitID) (*Unit, error) {
	u, err := unitFor(ctx, tx, ActMoveUnit, id)
	if err != nil {
		return nil, err
	}
	if err := lockTree(ctx, tx); err != nil {
		return nil, err
	}
	before := u.Parent
	u.Parent, u.ByPlace = under, under == ""
	if err := putUnder(ctx, tx, u); err != nil {
		return nil, err
	}
	loop := u.Parent == u.ID
	if !loop && u.Parent != "" {
		if loop, err = isAbove(ctx, tx, u.ID, u.Parent); err != nil {
			return nil, err
		}
	}
	if loop {
		return nil, fault.New(fault.Refused, "actor.loop", u.Name)
	}
	if err := moveUnit(ctx, tx, u); err != nil {
		return nil, err
	}
	return u, tx.Record(ctx, "actor.move_unit", "unit:"+string(id), map[string]UnitID{"before": before, "after": u.Parent})
}
