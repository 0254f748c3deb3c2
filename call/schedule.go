package call

import (
	"context"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
)

// A Slot names a window and the instants it is to have; the zero time is "not
// given".
type Slot struct {
	Call        ID
	Stage       string
	From, Until time.Time
}

// Schedule (安排时间) sets a window of a draft.
func Schedule(ctx context.Context, tx *db.Tx, s Slot) (*Call, error) {
	c, err := find(ctx, tx, s.Call)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, tx, tx.By, actor.ActDraftCall, c); err != nil {
		return nil, err
	}
	if err := c.schedule(s.Stage, s.From, s.Until); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c, Drafted); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.schedule", "call:"+string(c.ID), map[string]string{"stage": s.Stage, "from": db.Time(s.From), "until": db.Time(s.Until)})
}
