package call

import (
	"context"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Proposal is what somebody proposes to move the end of a window to.
type Proposal struct {
	Call   ID
	Stage  string
	Until  time.Time
	Reason string
}

// maxExtensions bounds the extensions of one call, approved or not.
const maxExtensions = 50

// ProposeExtension (提出延期) proposes a later end of a window. It counts for
// nothing until another person approves it.
func ProposeExtension(ctx context.Context, tx *db.Tx, p Proposal) (*Call, error) {
	c, err := findFor(ctx, tx, p.Call, actor.ActProposeExtension)
	if err != nil {
		return nil, err
	}
	e, err := c.propose(p, tx.Now)
	if err != nil {
		return nil, err
	}
	if len(c.Extensions) >= maxExtensions {
		return nil, fault.New(fault.Refused, "call.extensions", maxExtensions)
	}
	e.ID, e.ProposedBy = db.NewID(), actor.PersonID(tx.By.Person)
	if err := insertExtension(ctx, tx, c.ID, e); err != nil {
		return nil, err
	}
	c.Extensions = append(c.Extensions, e)
	return c, tx.Record(ctx, "call.propose_extension", c.subject(), e)
}
