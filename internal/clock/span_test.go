package clock_test

import (
	"context"
	"testing"
	"time"

	"shenbao/internal/clock"
)

func TestFill(t *testing.T) {
	for _, least := range []time.Duration{-1, 0, time.Microsecond, 5 * time.Millisecond, 30 * time.Millisecond} {
		begun := time.Now()
		clock.Begin().Fill(t.Context(), least)
		if d := time.Since(begun); d < least {
			t.Errorf("%v: filled after %v", least, d)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	clock.Begin().Fill(gone, time.Hour) // nobody waits: at once
}
