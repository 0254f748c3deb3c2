package apply

import (
	"context"
	"time"

	"shenbao/internal/fault"
)

// A press lets few documents be made at a time: one takes a processor for
// seconds when it is long, and submitting must not wait for it.
type press struct {
	slots    chan struct{}
	patience time.Duration // how long somebody waits for a slot
}

// thePress is that of this process.
var thePress = newPress(2, 4*time.Second)

func newPress(slots int, patience time.Duration) *press {
	return &press{slots: make(chan struct{}, slots), patience: patience}
}

// errBusy tells that too many print at this moment: nothing is wrong with what
// was asked for, and it can be asked for again.
func errBusy() error { return fault.New(fault.Internal, "apply.print.busy") }

// print runs do when there is a slot for it.
func (p *press) print(ctx context.Context, do func() ([]byte, error)) ([]byte, error) {
	patience := time.NewTimer(p.patience)
	defer patience.Stop()
	select {
	case p.slots <- struct{}{}:
	case <-patience.C:
		return nil, errBusy()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.slots }()
	return do()
}
