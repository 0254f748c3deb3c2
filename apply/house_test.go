package apply_test

import (
	"context"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
)

// A house is that of applytest, with the acts of this room in short.
type house struct {
	*applytest.House
	testing.TB
	clock *clock.Manual
	keys  map[apply.ID]string // under which an application was submitted last, by submitted
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	now := d.Clock.(*clock.Manual)
	now.Set(dbtest.Noon.AddDate(0, 0, -10)) // the people were there before the call opened
	h := &house{applytest.Build(t, d, nil), t, now, map[apply.ID]string{}}
	now.Set(dbtest.Noon)
	return h
}

// each runs fn in a fresh house on every kind of database.
func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newHouse(t, d)) })
}

// key is what an error is: the key of its fault, "" for none.
func key(err error) string {
	if err == nil {
		return ""
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		return "internal: " + err.Error()
	}
	return f.Key
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// want asks that an error has a key, "" for none.
func (h *house) want(what string, err error, want string) {
	h.Helper()
	if got := key(err); got != want {
		h.Errorf("%s: %q (%v), want %q", what, got, err, want)
	}
}

// lines are the verbs that the journal gained since it had n of them.
func (h *house) lines(n int) []string { return dbtest.Lines(h.TB, h.DB)[n:] }

func (h *house) count() int { return len(dbtest.Lines(h.TB, h.DB)) }

// do runs one act on the account of somebody of the house.
func do[T any](h *house, who string, act func(ctx context.Context, tx *db.Tx) (T, error)) (T, error) {
	return applytest.Do(h.House, who, act)
}

// kept is do for what is no act: filling in.
func kept[T any](h *house, who string, act func(ctx context.Context, tx *db.Tx) (T, error)) (T, error) {
	return db.Keep(h.Context(), h.DB, func(tx *db.Tx) (T, error) {
		tx.By = h.Staff[who]
		return act(h.Context(), tx)
	})
}

func (h *house) submit(who string, s apply.Submission) (*apply.Version, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
		return apply.Submit(ctx, tx, h.Office, s)
	})
}

// submitted submits an application that is ready.
func (h *house) submitted(id apply.ID) *apply.Version {
	h.Helper()
	s := applytest.Submission(id)
	h.keys[id] = s.Key
	v, err := h.submit("host admin", s)
	h.must(err)
	return v
}

func (h *house) withdraw(who string, w apply.Recall) (*apply.Application, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) { return apply.Withdraw(ctx, tx, w) })
}

func (h *house) giveBack(who string, g apply.SendingBack) (*apply.Application, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Return(ctx, tx, h.Office, g)
	})
}

func (h *house) drop(who string, id apply.ID) (*apply.Application, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) { return apply.Drop(ctx, tx, id) })
}

func (h *house) follow(who string, id apply.ID) (*apply.Application, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Follow(ctx, tx, h.Office, id)
	})
}

func (h *house) begin(who string, b apply.Beginning) (*apply.Application, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Begin(ctx, tx, h.Office, b)
	})
}

func (h *house) save(who string, s apply.Saving) (*apply.Saved, error) {
	return kept(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Saved, error) { return apply.Save(ctx, tx, h.Office, s) })
}

func (h *house) refill(who, section string, id apply.ID) error {
	_, err := kept(h, who, func(ctx context.Context, tx *db.Tx) (int, error) {
		return 0, apply.Refill(ctx, tx, h.Office, section, id)
	})
	return err
}

// sees reads an application as somebody.
func (h *house) sees(who string, id apply.ID) (*apply.Sight, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Sight, error) { return apply.Find(h.Context(), r, h.Staff[who], id) })
}

// sight is sees for the host's admin, who sees everything of it.
func (h *house) sight(id apply.ID) *apply.Sight {
	h.Helper()
	s, err := h.sees("host admin", id)
	h.must(err)
	return s
}

// versions are what was submitted of an application, the newest first.
func (h *house) versions(id apply.ID) []*apply.Version {
	h.Helper()
	all, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]*apply.Version, error) {
		s, err := apply.Find(h.Context(), r, h.Staff["host admin"], id)
		if err != nil {
			return nil, err
		}
		return s.Versions(h.Context(), r)
	})
	h.must(err)
	return all
}

// What the house calls ready is.
func TestReady(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		v := h.submitted(id)
		r, err := apply.OpenReceipt(v.Receipt, h.Public)
		h.must(err)
		if r.Manifest != v.Hash || r.Line != v.Line || r.Number != 1 || r.Application != id {
			t.Errorf("the receipt says %+v of %+v", r, v)
		}
		for _, copied := range h.Copies(h.Ready(), 2) {
			h.submitted(copied)
		}
	})
}
