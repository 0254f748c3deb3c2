package hook

import (
	"context"
	"strings"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/job"
	"shenbao/internal/secret"
)

// A Keeper makes and changes hooks. Who may is asked before.
type Keeper struct {
	Keys  *secret.Keys
	Guard *Guard
}

// Add (新增推送) makes a hook. One of our own format gets a secret, which is returned
// and not shown again; that of a robot comes from its owner and is never shown.
func (k Keeper) Add(ctx context.Context, tx *db.Tx, n New) (h *Hook, shown string, err error) {
	u, err := n.check(k.Guard)
	if err != nil {
		return nil, "", err
	}
	have, err := List(ctx, tx, n.Unit)
	if err != nil {
		return nil, "", err
	}
	if len(have) >= maxHooks {
		return nil, "", fault.New(fault.Conflict, "hook.many", maxHooks)
	}
	if n.Format == JSON {
		shown = secret.NewToken()
		n.Secret = shown
	}
	h = &Hook{ID: db.NewID(), Unit: n.Unit, Name: n.Name, Format: n.Format, Language: n.Language, Kinds: n.Kinds, Host: u.Host, Signed: n.Secret != "",
		State: Active, Made: tx.Now, MadeBy: tx.By.Person}
	if h.address, err = k.Keys.Seal("hooks.address:"+h.ID, u.String()); err != nil {
		return nil, "", err
	}
	if h.Signed {
		if h.secret, err = k.Keys.Seal("hooks.secret:"+h.ID, n.Secret); err != nil {
			return nil, "", err
		}
	}
	if err := insertHook(ctx, tx, h); err != nil {
		return nil, "", err
	}
	return h, shown, tx.Record(ctx, "hook.add", h.subject(), map[string]any{"unit": h.Unit, "name": h.Name, "host": h.Host, "format": h.Format, "signed": h.Signed, "kinds": h.Kinds})
}

// Turn (启用、暂停、删除) moves a hook of a unit into another state. One that was
// removed is forgotten with its address and secret.
func (k Keeper) Turn(ctx context.Context, tx *db.Tx, unit, id string, to State) (*Hook, error) {
	h, err := findIn(ctx, tx, unit, id)
	if err != nil {
		return nil, err
	}
	if to != Active && to != Paused && to != Removed {
		return nil, fault.New(fault.Invalid, "hook.state").In("state")
	}
	if h.State == to {
		return h, nil
	}
	h.State, h.Failures, h.Failing = to, 0, time.Time{}
	if to == Removed {
		h.address, h.secret = "", ""
	}
	if err := saveHook(ctx, tx, h); err != nil {
		return nil, err
	}
	return h, tx.Record(ctx, "hook."+string(to), h.subject(), map[string]string{"unit": h.Unit})
}

// Try (发送测试) sends a message that says nothing but that it came.
func (k Keeper) Try(ctx context.Context, tx *db.Tx, unit, id string) (*Hook, error) {
	h, err := findIn(ctx, tx, unit, id)
	if err != nil {
		return nil, err
	}
	if h.State != Active {
		return nil, fault.New(fault.Conflict, "hook.not_active", fault.Key("hook.state."+string(h.State)))
	}
	if err := enqueue(ctx, tx, h, "", "try:"+db.NewID()); err != nil {
		return nil, err
	}
	return h, tx.Record(ctx, "hook.try", h.subject(), map[string]string{"unit": h.Unit})
}

// findIn returns a hook of a unit that was not removed.
func findIn(ctx context.Context, r db.Reader, unit, id string) (*Hook, error) {
	h, err := find(ctx, r, id)
	if err == nil && (h.Unit != unit || h.State == Removed) {
		return nil, missing()
	}
	return h, err
}

// An Event is a notice that a unit's hooks may be told of.
type Event struct {
	Notice string // id
	Unit   string
	Key    string // of the notice's message
	Once   string // what several people are told with the same once is told once
}

// Offer puts a notice on the way to the hooks of its unit that want it, in the
// transaction of its cause.
func Offer(ctx context.Context, tx *db.Tx, e Event) error {
	all, err := List(ctx, tx, e.Unit)
	if err != nil {
		return err
	}
	if e.Once == "" {
		e.Once = e.Notice
	}
	for _, h := range all {
		if h.State == Active && h.wants(e.Key) {
			if err := enqueue(ctx, tx, h, e.Notice, "notice:"+e.Once); err != nil {
				return err
			}
		}
	}
	return nil
}

// enqueue makes a delivery, unless the hook was told the same already.
func enqueue(ctx context.Context, tx *db.Tx, h *Hook, notice, once string) error {
	d := &Delivery{ID: db.NewID(), Hook: h.ID, Notice: notice, State: Waiting, Made: tx.Now}
	first, err := insertDelivery(ctx, tx, d, strings.ToValidUTF8(once, ""))
	if err != nil || !first {
		return err
	}
	return job.Enqueue(ctx, tx, send, d.ID, job.Options{Key: d.ID})
}
