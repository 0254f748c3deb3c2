package actor

import (
	"context"

	"shenbao/internal/db"
)

// An Authority is what an authority is entered with.
type Authority struct {
	Code  string `json:"code"` // may be ""
	Name  string `json:"name"`
	Place string `json:"place"`
	Level string `json:"level"`
	Under UnitID `json:"under"` // a department names the authority it belongs to; others stand by place
}

// AddAuthority (设置主管部门) enters an authority, confirmed at once. The units of
// its place that follow their place come under it, and so do authorities of
// smaller places that lie in it.
func AddAuthority(ctx context.Context, tx *db.Tx, a Authority) (*Unit, error) {
	if err := May(ctx, tx, tx.By, ActAddAuthority, ""); err != nil {
		return nil, err
	}
	u := &Unit{
		ID: UnitID(db.NewID()), Code: a.Code, Name: a.Name, Place: a.Place, Authority: true, Level: a.Level, Parent: a.Under,
		ByPlace: a.Under == "", State: Confirmed, Contact: PersonID(tx.By.Person), Created: tx.Now, Decided: tx.Now,
	}
	if err := cleanUnit(u); err != nil {
		return nil, err
	}
	if err := u.checkLevel(); err != nil {
		return nil, err
	}
	if err := lockTree(ctx, tx); err != nil {
		return nil, err
	}
	if err := putUnder(ctx, tx, u); err != nil {
		return nil, err
	}
	if err := insertUnit(ctx, tx, u); err != nil {
		return nil, err
	}
	if u.Territorial() {
		if err := takeUnits(ctx, tx, u); err != nil {
			return nil, err
		}
	}
	return u, tx.Record(ctx, "actor.add_authority", "unit:"+string(u.ID), u)
}
