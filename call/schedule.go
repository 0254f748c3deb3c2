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

// Schedule (安排时间) sets a window of a draft: what the notice leaves open, or
// the times of an own round.
func Schedule(ctx context.Context, tx *db.Tx, s Slot) (*Call, error) {
	c, err := findFor(ctx, tx, s.Call, actor.ActDraftCall)
	if err != nil {
		return nil, err
	}
	if err := c.schedule(s); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, c); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.schedule", c.subject(),
		map[string]string{"stage": s.Stage, "from": db.Time(s.From), "until": db.Time(s.Until)})
}
