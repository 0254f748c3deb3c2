package clock

import (
	"context"
	"runtime"
	"time"
)

// A Span is how much time passes, of the machine, whatever a test sets its clock to.
type Span struct{ begun time.Time }

// Begin begins a span.
func Begin() Span { return Span{time.Now()} }

// slack is by how much a timer may be late: up to a millisecond, and how much of
// it depends on when the timer was set.
const slack = 1200 * time.Microsecond

// Fill waits until a span is at least so long, or nobody waits any more. What
// was done before in it, and how long that took, cannot be told from when it
// ends: the last millisecond it watches the clock, because a timer alone would be
// late by that.
func (s Span) Fill(ctx context.Context, least time.Duration) {
	if least <= 0 {
		return
	}
	t := time.NewTimer(least - slack - time.Since(s.begun))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return
	}
	for time.Since(s.begun) < least {
		runtime.Gosched()
	}
}
