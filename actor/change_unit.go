package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// ChangeUnit (变更单位名称或住所) gives a unit another name or place from now on;
// what it was called before stays in its history. A unit changes itself while
// it is pending; once it is confirmed, its authority does.
func ChangeUnit(ctx context.Context, tx *db.Tx, id UnitID, name, place string) (*Unit, error) {
	u, err := unitFor(ctx, tx, ActChangeUnit, id)
	if err != nil {
		return nil, err
	}
	name, err = cleanLine("name", name, 2, maxName)
	if err != nil {
		return nil, err
	}
	if err := checkPlace(place); err != nil {
		return nil, err
	}
	before := *u
	if err := u.rename(name, place, tx.By.Unit == string(u.ID)); err != nil {
		return nil, err
	}
	if u.Name == before.Name && u.Place == before.Place {
		return nil, fault.New(fault.Invalid, "actor.nothing_changed")
	}
	if u.ByPlace {
		if err := putUnder(ctx, tx, u); err != nil {
			return nil, err
		}
	}
	if err := changeUnit(ctx, tx, u, &before); err != nil {
		return nil, err
	}
	if err := appendHistory(ctx, tx, u); err != nil {
		return nil, err
	}
	return u, tx.Record(ctx, "actor.change_unit", "unit:"+string(id), map[string]any{"before": before, "after": u})
}
