// Package clock tells the time (服务器时间). Whatever compares an instant with a
// deadline asks it, so that tests can stand a millisecond before the end.
//
// Instants are stored and compared with a resolution of one millisecond, the
// width of [Layout].
package clock

import (
	"sync"
	"time"
)

// Layout is how an instant is written in the database: RFC 3339 in UTC, of
// fixed width, so that text sorts as time does.
const Layout = "2006-01-02T15:04:05.000Z"

// Zone is the time zone of official deadlines, Asia/Shanghai: UTC+8 since 1991.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// A Clock says what time it is.
type Clock interface{ Now() time.Time }

// System is the clock of the machine, cut to milliseconds, in UTC.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// A Manual clock stands still until it is set. It is safe for use by several
// goroutines.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// At returns a clock that stands at t.
func At(t time.Time) *Manual { return &Manual{now: t.UTC().Truncate(time.Millisecond)} }

// Now implements Clock.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to t, forwards or back.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = t.UTC().Truncate(time.Millisecond)
}

// Add moves the clock by d.
func (m *Manual) Add(d time.Duration) { m.Set(m.Now().Add(d)) }
