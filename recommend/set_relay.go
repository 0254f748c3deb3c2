package recommend

import (
	"context"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// SetRelay (设置本级要求) says what an authority asks of its units under a call. It ends
// before the call does. A relay without an end and a message is taken away.
func SetRelay(ctx context.Context, tx *db.Tx, l Relay) (*Relay, error) {
	if err := actor.May(ctx, tx, tx.By, actor.ActRelay, actor.UnitID(tx.By.Unit)); err != nil {
		return nil, err
	}
	c, err := call.Newest(ctx, tx, l.Call)
	if err != nil {
		return nil, err
	}
	u, err := actor.FindUnit(ctx, tx, actor.UnitID(tx.By.Unit))
	if err != nil {
		return nil, err
	}
	l.Call, l.Authority, l.AuthorityName, l.At, l.Person = c.ID, u.ID, u.Name, tx.Now, actor.PersonID(tx.By.Person)
	l.Until = l.Until.UTC().Truncate(time.Millisecond)
	if err := written("message", &l.Message, false); err != nil {
		return nil, err
	}
	if !l.Until.IsZero() && !c.Closes.IsZero() && !l.Until.Before(c.Closes) {
		return nil, fault.New(fault.Invalid, "recommend.relay_late", c.Closes).In("until")
	}
	if err := putRelay(ctx, tx, l); err != nil {
		return nil, err
	}
	return &l, tx.Record(ctx, "recommend.relay", "call:"+string(c.ID), map[string]any{"until": l.Until, "message": l.Message})
}

// RelaysFor returns what the authorities over a unit ask of it under a call, the
// nearest authority first.
func RelaysFor(ctx context.Context, r db.Reader, id call.ID, unit actor.UnitID) ([]Relay, error) {
	return relays(ctx, r, id, unit)
}
