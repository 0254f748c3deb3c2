package apply_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// around are the instants at which a window is tested, and whether they come
// before its edge.
var around = []struct {
	off    time.Duration
	before bool
}{{-time.Hour, true}, {-time.Millisecond, true}, {-time.Microsecond, true}, {0, false}, {time.Microsecond, false}, {time.Millisecond, false}, {time.Hour, false}}

// zones are what the process may be run in.
var zones = []string{"UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"}

// inZone runs fn while the process lives in a time zone.
func inZone(t *testing.T, name string, fn func(zone *time.Location)) {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	was := time.Local
	time.Local = zone
	defer func() { time.Local = was }()
	fn(zone)
}

// extend moves the end of the call, as two people do.
func (h *house) extend(until time.Time) {
	h.Helper()
	c, err := do(h, "district officer", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.ProposeExtension(ctx, tx, call.Proposal{Call: h.Call.ID, Stage: "system_open", Until: until, Reason: "系统停机"})
	})
	h.must(err)
	_, err = do(h, "district head", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.ApproveExtension(ctx, tx, c.ID, c.Extensions[len(c.Extensions)-1].ID)
	})
	h.must(err)
}

// edges tries a submission at the instants around one. Before it is answered by
// keys[0], from it on by keys[1]. What is tried is made anew each time.
func (h *house) edges(name string, edge time.Time, keys [2]string, made func() apply.ID) {
	h.Helper()
	for _, zone := range zones {
		inZone(h.TB.(*testing.T), zone, func(zone *time.Location) {
			for _, a := range around {
				h.clock.Set(dbtest.Noon)
				id, want := made(), keys[1]
				if a.before {
					want = keys[0]
				}
				s := applytest.Submission(id)
				s.Received = edge.Add(a.off).In(zone)
				h.clock.Set(edge.Add(time.Minute)) // the database had no time for it before
				n := h.count()
				v, err := h.submit("host admin", s)
				h.want(fmt.Sprintf("%s, received %v in %s", name, a.off, zone), err, want)
				switch {
				case err != nil && h.count() != n:
					h.Errorf("%s: it was refused and left lines", name)
				case err == nil && (!v.Received.Equal(s.Received.Truncate(time.Millisecond)) || !v.Submitted.Equal(h.clock.Now())):
					h.Errorf("%s: received %s, entered %s", name, v.Received, v.Submitted)
				}
			}
		})
	}
}

// What counts is the instant of receipt: the first instant of the window is
// inside, its end is outside, whatever the process takes for its time zone.
func TestTheEdgesOfTheWindow(t *testing.T) {
	const late, early = "apply.late", "apply.early"
	each(t, func(h *house) {
		ready := h.Ready()
		draft := func() apply.ID { return h.Copies(ready, 1)[0] }
		h.edges("opening", h.Call.Opens, [2]string{early, ""}, draft)
		h.edges("closing", h.Call.Closes, [2]string{"", late}, draft)

		back := func(until time.Time) func() apply.ID {
			return func() apply.ID {
				id := draft()
				h.submitted(id)
				_, err := h.giveBack("district officer", apply.SendingBack{Application: id, Reason: "请补正", Until: until})
				h.must(err)
				return id
			}
		}
		h.edges("returned, no time given", h.Call.Closes, [2]string{"", late}, back(time.Time{}))
		h.edges("returned, an earlier time given", h.Call.Closes, [2]string{"", late}, back(h.Call.Closes.Add(-24*time.Hour)))
		mend := h.Call.Closes.Add(72 * time.Hour)
		h.edges("returned, a later time given", mend, [2]string{"", late}, back(mend))

		moved := h.Call.Closes.Add(48 * time.Hour)
		h.clock.Set(dbtest.Noon)
		h.extend(moved)
		h.edges("the end that was", h.Call.Closes, [2]string{"", ""}, draft)
		h.edges("the end after an extension", moved, [2]string{"", late}, draft)
		h.edges("returned, under an extended call", mend, [2]string{"", late}, back(mend))
	})
}

// The end was moved while somebody was too late: what was refused is accepted
// under the same key.
func TestAnExtensionHelpsTheLate(t *testing.T) {
	each(t, func(h *house) {
		s := applytest.Submission(h.Ready())
		h.clock.Set(h.Call.Closes)
		_, err := h.submit("host admin", s)
		h.want("late", err, "apply.late")
		h.extend(h.Call.Closes.Add(time.Hour))
		v, err := h.submit("host admin", s)
		h.want("after the extension", err, "")
		if v != nil && !v.Received.Equal(h.Call.Closes) {
			t.Errorf("received %s", v.Received)
		}
	})
}

// A clock that is set back, or stands elsewhere on another machine, makes
// nothing earlier.
func TestTheClockStepsBack(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		s := applytest.Submission(id)
		s.Received = h.Call.Closes
		for _, step := range []time.Duration{time.Millisecond, time.Second, time.Hour, 24 * time.Hour} {
			h.clock.Set(h.Call.Closes.Add(-step))
			_, err := h.submit("host admin", s)
			h.want(fmt.Sprintf("received late, %v later it is %v before the end", step, step), err, "apply.late")
		}
		s.Received = h.Call.Closes.Add(-time.Millisecond)
		h.clock.Set(h.Call.Closes.Add(-time.Hour))
		v, err := h.submit("host admin", s)
		h.want("received in time", err, "")
		if v != nil && !v.Received.Equal(s.Received) {
			t.Errorf("received %s, recorded %s", s.Received, v.Received)
		}
		h.clock.Set(h.Call.Closes.Add(-time.Second))
		_, err = h.withdraw("host admin", apply.Recall{Application: id, Received: h.Call.Closes})
		h.want("withdrawn late", err, "apply.late")
		h.clock.Set(h.Call.Closes.Add(time.Second))
		_, err = h.withdraw("host admin", apply.Recall{Application: id, Received: h.Call.Closes.Add(-time.Millisecond)})
		h.want("withdrawn in time, entered late", err, "")
	})
}

// A call that was withdrawn or is a draft again accepts nothing, and nobody
// takes anything back from it.
func TestACallThatEnded(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		standing := h.put(ready, "submitted")
		_, err := do(h, "district head", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
			return call.Withdraw(ctx, tx, h.Call.ID, "暂停")
		})
		h.must(err)
		_, err = h.submit("host admin", applytest.Submission(ready))
		h.want("submit", err, "apply.call_ended")
		_, err = h.withdraw("host admin", apply.Recall{Application: standing})
		h.want("withdraw", err, "apply.call_ended")
		_, err = h.begin("host editor", apply.Beginning{Call: h.Call.ID, Key: "k"})
		h.want("begin", err, "apply.call_ended")
	})
}

// runningClock goes by the machine's clock, from an instant.
type runningClock struct{ from, began time.Time }

// Now implements clock.Clock.
func (c runningClock) Now() time.Time {
	return c.from.Add(time.Since(c.began)).UTC().Truncate(time.Millisecond)
}

// Two hundred submissions in the moments around the close, from several
// goroutines: everybody is told what the recorded instant says, and whoever was
// told that it was accepted has a version that says so.
func TestSubmittingAroundTheClose(t *testing.T) {
	const many, workers = 200, 8
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	each(t, func(h *house) {
		ready := h.Ready()
		var in, out int
		for range rounds {
			h.DB.Clock = h.clock
			h.clock.Set(dbtest.Noon)
			ids := h.Copies(ready, many)
			runs := runningClock{h.Call.Closes.Add(-400 * time.Millisecond), time.Now()}
			h.DB.Clock = runs
			next := make(chan apply.ID, many)
			for _, id := range ids {
				next <- id
			}
			close(next)
			var wg sync.WaitGroup
			var mu sync.Mutex
			for range workers {
				wg.Go(func() {
					for id := range next {
						s := applytest.Submission(id)
						s.Received = runs.Now()
						time.Sleep(rand.N(20 * time.Millisecond)) // it waits for the database
						v, err := h.submit("host admin", s)
						inTime := s.Received.Before(h.Call.Closes)
						mu.Lock()
						if inTime {
							in++
						} else {
							out++
						}
						mu.Unlock()
						switch {
						case inTime && err != nil, !inTime && key(err) != "apply.late":
							t.Errorf("received %s: %v", s.Received, err)
						case err == nil && (!v.Received.Equal(s.Received) || v.State != apply.Standing):
							t.Errorf("received %s, recorded %s (%s)", s.Received, v.Received, v.State)
						}
					}
				})
			}
			wg.Wait()
			for _, id := range ids {
				for _, v := range h.versions(id) {
					if !v.Received.Before(h.Call.Closes) {
						t.Errorf("a version was received at %s", v.Received.In(clock.Zone))
					}
				}
			}
		}
		if in == 0 || out == 0 {
			t.Errorf("%d before the close, %d after: nothing was shown", in, out)
		}
		t.Logf("%d before the close, %d after", in, out)
	})
}
