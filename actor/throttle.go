package actor

import (
	"context"
	"net/netip"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// An Origin is where a request comes from.
type Origin struct {
	Source string // network address, without the port
	Agent  string // what the browser says of itself
}

// source is the address that attempts are counted by: of IPv6 the network of a
// household, because everybody in it has billions of addresses.
func (o Origin) source() string {
	a, err := netip.ParseAddr(o.Source)
	if err != nil {
		return cut(o.Source, 60)
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return p.String()
}

// A counter is one of the numbers that an attempt is counted in.
type counter struct {
	subject string
	most    int
	window  time.Duration
}

// began is when the window began that t lies in.
func (c counter) began(t time.Time) time.Time { return t.Truncate(c.window) }

// left is how many seconds of it are to come, rounded up.
func (c counter) left(t time.Time) int {
	return int((c.began(t).Add(c.window).Sub(t) + time.Second - 1) / time.Second)
}

// signInCounters are those of an attempt to sign in. The account is counted by
// what was typed, whether there is such an account or not.
func (g *Gate) signInCounters(email string, from Origin) []counter {
	l, account := g.Settings.Limits, g.Keys.Digest("account", emailKey(email))
	return []counter{
		{"pair:" + account + from.source(), l.Pair, l.Window},
		{"account:" + account, l.Account, l.Window},
		{"source:" + from.source(), l.Source, l.Window},
		{"global", l.Global, l.GlobalWindow},
	}
}

// letterCounters are those of a letter that somebody asks for.
func (g *Gate) letterCounters(email string, from Origin) []counter {
	l := g.Settings.Limits
	return []counter{
		{"letter:" + g.Keys.Digest("account", emailKey(email)), l.Letters, l.LetterWindow},
		{"letters:" + from.source(), 10 * l.Letters, l.LetterWindow},
	}
}

// Throttle counts one attempt at something that anybody may do without an account,
// by what it is called, and is a Late fault when one source did it most times in an
// hour, or all of them together did it forty times as often.
func (g *Gate) Throttle(ctx context.Context, what string, from Origin, most int) error {
	return g.attempt(ctx, []counter{
		{what + ":" + from.source(), most, time.Hour},
		{what + ":all", 40 * most, time.Hour},
	})
}

// attempt counts one attempt in every counter, in a transaction of its own, and
// is a Late fault when one of them is full. A full counter is only read: who is
// shut out costs nothing more.
func (g *Gate) attempt(ctx context.Context, counters []counter) error {
	_, err := db.View(ctx, g.DB, func(r db.Reader) (int, error) {
		for _, c := range counters {
			n, err := counted(ctx, r, c.subject, c.began(r.At()))
			if err != nil {
				return 0, err
			}
			if n >= c.most {
				return 0, fault.New(fault.Late, "actor.throttled", c.left(r.At()))
			}
		}
		return 0, nil
	})
	if err != nil {
		return err
	}
	wait, err := db.Keep(ctx, g.DB, func(tx *db.Tx) (int, error) {
		wait := 0
		for _, c := range counters {
			n, err := count(ctx, tx, c.subject, c.began(tx.Now))
			if err != nil {
				return 0, err
			}
			if n > c.most {
				wait = max(wait, c.left(tx.Now))
			}
		}
		return wait, nil
	})
	if err == nil && wait > 0 {
		return fault.New(fault.Late, "actor.throttled", wait)
	}
	return err
}

// succeed takes an attempt back that was none: whoever gets in does not use up
// the patience with their office.
func succeed(ctx context.Context, tx *db.Tx, counters []counter) error {
	for _, c := range counters {
		if err := uncount(ctx, tx, c.subject, c.began(tx.Now)); err != nil {
			return err
		}
	}
	return nil
}

// Sweep (清理) deletes what has run out: old counters, one-time tokens and
// sessions. Once a day is enough.
func (g *Gate) Sweep(ctx context.Context) error {
	_, err := db.Keep(ctx, g.DB, func(tx *db.Tx) (int, error) { return 0, sweep(ctx, tx, tx.Now.Add(-24*time.Hour)) })
	return err
}
