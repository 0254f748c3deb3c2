package main

import (
	"context"
	"net/netip"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/hook"
	"shenbao/internal/inbox"
	"shenbao/internal/mail"
	"shenbao/recommend"
)

// guard keeps webhooks to the open Internet, and to the networks that a setting
// names. They were checked before.
func (f *serveFlags) guard() *hook.Guard {
	g := &hook.Guard{}
	for _, one := range f.HookNetwork {
		if network, err := netip.ParsePrefix(one); err == nil {
			g.Networks = append(g.Networks, network.Masked())
		}
	}
	return g
}

// wireNotices lets what people are told leave by mail, by itself or once a day,
// and by the webhooks of their units.
func (p *platform) wireNotices(base string, post mail.Sender) {
	notices := inbox.Options{Base: base, Address: addressOf, Digest: letterOfTheDay,
		Belongs: func(ctx context.Context, r db.Reader, person, unit string) (bool, error) {
			return actor.Belongs(ctx, r, actor.PersonID(person), actor.UnitID(unit))
		}}
	inbox.Handle(p.runner, p.db, post, notices)
	hook.Handle(p.runner, p.db, hook.Options{Keeper: hook.Keeper{Keys: p.keys, Guard: p.guard}, Base: base, Compose: notices.Compose, Stopped: hookStopped})
}

// hookStopped tells the administrators of a unit that its webhook was stopped.
func hookStopped(ctx context.Context, tx *db.Tx, h *hook.Hook) error {
	n := inbox.Notice{Unit: h.Unit, Key: "hook.notice.stopped", Link: "/hooks", Args: []any{h.Name, h.Failures, h.Host}}
	return actor.Tell(ctx, tx, n, "hook.stopped:"+h.ID+":"+db.Time(h.Failing), actor.UnitAdmin)
}

// letterOfTheDay is for those who check and recommend: unless they choose
// otherwise, what arrived comes in one letter in the morning.
var letterOfTheDay = inbox.Digest{
	Arrival: func(key string) bool { return strings.HasSuffix(key, ".arrived") },
	Usual: func(ctx context.Context, r db.Reader, person string) (inbox.Choice, error) {
		all, err := actor.Memberships(ctx, r, actor.PersonID(person))
		for _, m := range all {
			if m.Role == actor.Officer || m.Role == actor.Head {
				return inbox.Arrivals, err
			}
		}
		return inbox.AtOnce, err
	},
	Workers: func(ctx context.Context, r db.Reader) ([]string, error) {
		people, err := actor.PeopleIn(ctx, r, actor.Officer, actor.Head)
		var out []string
		for _, one := range people {
			out = append(out, string(one))
		}
		return out, err
	},
	Work: recommend.Digest,
}
