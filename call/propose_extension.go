package call

import (
	"context"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
)

// A Proposal is what somebody proposes to move the end of a window to.
type Proposal struct {
	Call   ID
	Stage  string
	Until  time.Time
	Reason string
}

// ProposeExtension (提出延期) proposes a later end of a window. It counts for
// nothing until another person approves it.
func ProposeExtension(ctx context.Context, tx *db.Tx, p Proposal) (*Call, error) {
	c, err := find(ctx, tx, p.Call)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, tx, tx.By, actor.ActProposeExtension, c); err != nil {
		return nil, err
	}
	e, err := c.propose(p.Stage, p.Reason, p.Until, tx.Now)
	if err != nil {
		return nil, err
	}
	e.ID, e.ProposedBy = db.NewID(), actor.PersonID(tx.By.Person)
	if err := insertExtension(ctx, tx, c.ID, e); err != nil {
		return nil, err
	}
	c.Extensions = append(c.Extensions, e)
	return c, tx.Record(ctx, "call.propose_extension", "call:"+string(c.ID), e)
}
