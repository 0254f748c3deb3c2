package actor

import (
	"context"
	"runtime"

	"shenbao/internal/fault"
)

// A pool lets few passwords be hashed at a time. Hashing is slow on purpose; at
// the hour when everybody signs in it must not take the machine from those who
// are in. A few hash, a bounded number of people waits for
// them, and everybody else is asked to come again in a few seconds.
type pool struct {
	workers chan struct{}
	waiting chan struct{}
}

// waitSeconds is how long the queue takes at most, and so what people who find
// it full are asked to wait.
const waitSeconds = 3

// hashesPerSecond is what one processor does, cautiously.
const hashesPerSecond = 20

// newPool returns a pool with that many workers; 0 stands for half of the
// processors.
func newPool(workers int) *pool {
	if workers <= 0 {
		workers = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &pool{
		workers: make(chan struct{}, workers),
		waiting: make(chan struct{}, workers*hashesPerSecond*waitSeconds),
	}
}

// run calls fn when it is its turn. A full queue is a Late fault at once.
func (p *pool) run(ctx context.Context, fn func() error) error {
	select {
	case p.waiting <- struct{}{}:
	default:
		return fault.New(fault.Late, "actor.busy", waitSeconds)
	}
	defer func() { <-p.waiting }()
	select {
	case p.workers <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.workers }()
	return fn()
}
