package apply

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
)

// TakePlaces (占用名额) takes a place of every quota of a room that an application
// counts for: all of them, or it is a Refused fault that names the quota, its
// clause and its limit, and who holds the places to those who may know. Whoever
// asks while another has not decided waits. The places that the application
// holds already stay.
//
// A quota that is a must is never gone over; one that is a should is, by
// whoever has a reason ([Claim.Over]).
func TakePlaces(ctx context.Context, tx *db.Tx, c Claim) error {
	all, err := c.needs()
	if err != nil {
		return err
	}
	// In one order for everybody, so that no two wait for each other.
	slices.SortFunc(all, func(a, b need) int { return cmp.Compare(a.key, b.key) })
	for _, n := range all {
		if err := c.take(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// take takes a place of one quota.
func (c *Claim) take(ctx context.Context, tx *db.Tx, n need) error {
	p := Place{Quota: n.key, Most: int64(n.quota.Limit), Hard: mustBe(n.quota), Room: c.Room, Holder: c.holder(n.quota), Application: c.Application.ID}
	if held, err := holdsPlace(ctx, tx, p); held || err != nil {
		return err
	}
	for p.Place = 1; p.Place <= p.Most; p.Place++ {
		if taken, err := takePlace(ctx, tx, p); taken || err != nil {
			return err
		}
	}
	if p.Hard || !c.Over {
		return c.full(ctx, tx, n)
	}
	for ; ; p.Place++ {
		if taken, err := takePlace(ctx, tx, p); taken || err != nil {
			return err
		}
	}
}

// Claim is what an application asks for on the facts of a version. Whoever uses
// it says for which room, and on whose recommendation.
func (o *Office) Claim(ctx context.Context, r db.Reader, a *Application, v *Version) (Claim, error) {
	c := Claim{Application: a, Name: v.Manifest.Name}
	of, err := call.Newest(ctx, r, a.Call)
	if err != nil {
		return c, err
	}
	c.Year = of.Year
	if c.Package, err = o.Shelf.Package(ctx, r, v.Package); err != nil {
		return c, err
	}
	u, err := actor.FindUnit(ctx, r, a.Unit)
	if err != nil {
		return c, err
	}
	c.At, c.Authority = u.Place, u.Parent
	c.Facts, err = v.ReadFacts(c.Package)
	return c, err
}

// hold takes the places that a submission needs, instead of those that the
// application had.
func (o *Office) hold(ctx context.Context, tx *db.Tx, a *Application, v *Version) error {
	p, err := o.Shelf.Package(ctx, tx, v.Package)
	if err != nil || len(p.Call.Quotas) == 0 {
		return err
	}
	if err := freePlaces(ctx, tx, a.ID, placeRoom); err != nil {
		return err
	}
	if !slices.ContainsFunc(p.Call.Quotas, func(q *programme.Quota) bool { return q.Room == placeRoom }) {
		return nil
	}
	c, err := o.Claim(ctx, tx, a, v)
	if err != nil {
		return err
	}
	c.Room, c.Over = placeRoom, true
	return TakePlaces(ctx, tx, c)
}

// placeRoom is what the quotas of a package call this room.
const placeRoom = "apply"

// full tells that no place is left.
func (c *Claim) full(ctx context.Context, tx *db.Tx, n need) error {
	holders, err := c.holders(ctx, tx, n.key)
	if err != nil {
		return err
	}
	key := "apply.quota_full"
	if !mustBe(n.quota) {
		key = "apply.quota_over" // it wants a reason
	}
	f := fault.New(fault.Refused, key, n.quota.Name, n.quota.Limit)
	if len(holders) > 0 {
		f = fault.New(fault.Refused, key+"_by", n.quota.Name, n.quota.Limit, strings.Join(holders, "、"))
	}
	return f.Under(clauseOf(c.Package, n.quota.Clauses))
}

// holders names the applications that hold the places of a quota, those that the
// author of tx may see.
func (c *Claim) holders(ctx context.Context, tx *db.Tx, key string) ([]string, error) {
	places, err := placesOf(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range places {
		a, err := find(ctx, tx, p.Application)
		if err != nil {
			return nil, err
		}
		of, err := call.Newest(ctx, tx, a.Call)
		if err != nil {
			return nil, err
		}
		switch err := may(ctx, tx, tx.By, actor.ActViewSubmitted, a, of); {
		case err == nil:
			names = append(names, "“"+a.Name+"”")
		case fault.Of(err).Kind == fault.Internal:
			return nil, err
		}
	}
	return names, nil
}
