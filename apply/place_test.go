package apply_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// quotaOf is a package with one quota and nothing else.
func quotaOf(q programme.Quota) *programme.Package {
	if q.Modality == "" {
		q.Modality = "must"
	}
	return &programme.Package{IndexEntry: programme.IndexEntry{ID: "p-2024"}, Schema: &rule.Schema{}, Form: &programme.Form{}, Call: &programme.Call{Quotas: []*programme.Quota{&q}}}
}

// claim asks for the places of an application under a package.
func (h *house) claim(id apply.ID, p *programme.Package) apply.Claim {
	return apply.Claim{Application: &apply.Application{ID: id, Unit: h.Units["host"].ID}, Package: p, Facts: p.Schema.NewFacts(), Room: "apply", Year: 2024,
		At: "370114", Authority: h.Units["district"].ID, Name: "山东省碳捕集技术创新中心"}
}

// take and free are what a race is made of: each an act of its own.
func (h *house) take(c apply.Claim) error {
	return h.placed(func(ctx context.Context, tx *db.Tx) error { return apply.TakePlaces(ctx, tx, c) })
}

func (h *house) free(c apply.Claim) error {
	return h.placed(func(ctx context.Context, tx *db.Tx) error { return apply.FreePlaces(ctx, tx, c.Application.ID, c.Room) })
}

func (h *house) placed(act func(ctx context.Context, tx *db.Tx) error) error {
	_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) {
		tx.By = h.Staff["abroad officer"] // who may not know who holds the places
		return 0, act(h.Context(), tx)
	})
	return err
}

// taken are the places of the claims' quota, as they are numbered.
func (h *house) taken() (out []int64) {
	h.Helper()
	all, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]*apply.Place, error) { return apply.Places(h.Context(), r) })
	h.must(err)
	for _, p := range all {
		out = append(out, p.Place)
	}
	return out
}

// Fifty ask for the last place at once, and while its holder gives it back: one
// gets it, never two, and none is lost. A thousand rounds on each database.
func TestRacingForTheLastPlace(t *testing.T) {
	const racers = 50
	each(t, func(h *house) {
		rounds := 1000
		if testing.Short() {
			rounds = 20
		}
		const limit = 2
		ids := h.Copies(h.Begin().ID, racers+1)
		p := quotaOf(programme.Quota{ID: "q", Name: "限额", Per: "authority", Of: "application", Limit: limit, Room: "apply"})
		var claims []apply.Claim
		for _, id := range ids {
			claims = append(claims, h.claim(id, p))
		}
		h.must(h.take(claims[0]))
		for round := range rounds {
			withdrawing := round%2 == 1 // the holder takes its application back meanwhile
			got := h.race(claims[1:], func() {
				if withdrawing {
					h.must(h.free(claims[0]))
				}
			})
			at := h.taken()
			if len(at) > limit || slices.Max(at) > limit || !withdrawing && (got != 1 || len(at) != limit) || withdrawing && got < 1 {
				h.Fatalf("round %d: %d got a place, taken are %v of %d", round, got, at, limit)
			}
			if at := h.again(claims); !slices.Equal(at, []int64{1, 2}) {
				h.Fatalf("round %d: a place was lost, taken are %v", round, at)
			}
		}
	})
}

// again asks for everybody once more, one after the other, says which places
// are taken then, and leaves the first with one.
func (h *house) again(claims []apply.Claim) (at []int64) {
	h.must(h.placed(func(ctx context.Context, tx *db.Tx) error {
		for _, c := range claims {
			if err := apply.TakePlaces(ctx, tx, c); err != nil {
				break // it is full
			}
		}
		all, err := apply.Places(ctx, tx)
		for _, p := range all {
			at = append(at, p.Place)
		}
		for _, c := range claims {
			if err == nil {
				err = apply.FreePlaces(ctx, tx, c.Application.ID, c.Room)
			}
		}
		if err == nil {
			err = apply.TakePlaces(ctx, tx, claims[0])
		}
		return err
	}))
	return at
}

// race lets everybody ask at once beside what else happens, and counts who got
// a place. Whoever did not was told so.
func (h *house) race(claims []apply.Claim, beside func()) (got int64) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for _, c := range claims {
		all.Go(func() {
			<-start
			switch err := h.take(c); {
			case err == nil:
				atomic.AddInt64(&got, 1)
			case fault.Of(err).Kind != fault.Refused:
				h.Errorf("asking: %v", err)
			}
		})
	}
	all.Go(func() {
		<-start
		beside()
	})
	close(start)
	all.Wait()
	return got
}

// clear gives all places back.
func (h *house) clear(claims []apply.Claim) {
	h.must(h.placed(func(ctx context.Context, tx *db.Tx) error {
		for _, c := range claims {
			if err := apply.FreePlaces(ctx, tx, c.Application.ID, c.Room); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Push, withdraw, push: what is given back is taken again, as often as one
// likes, and asking twice takes one.
func TestPushWithdrawPush(t *testing.T) {
	each(t, func(h *house) {
		ids := h.Copies(h.Begin().ID, 2)
		p := quotaOf(programme.Quota{ID: "q", Name: "限额", Per: "unit", Of: "application", Limit: 1, Room: "apply"})
		a, b := h.claim(ids[0], p), h.claim(ids[1], p)
		for range 3 {
			h.must(h.take(a))
			h.must(h.take(a))
			h.want("while the place is taken", h.take(b), "apply.quota_full")
			h.must(h.free(a))
			h.must(h.take(b))
			h.want("the other way round", h.take(a), "apply.quota_full")
			h.must(h.free(b))
		}
		if at := h.taken(); len(at) != 0 {
			h.Errorf("left over: %v", at)
		}
	})
}

// Whom a quota is for decides who is in the way of whom.
func TestWhomAQuotaIsFor(t *testing.T) {
	each(t, func(h *house) {
		ids := h.Copies(h.Begin().ID, 2)
		for _, c := range []struct {
			what   string
			quota  programme.Quota
			change func(second *apply.Claim)
			key    string
		}{
			{"one authority", programme.Quota{Per: "authority"}, nil, "apply.quota_full"},
			{"another authority", programme.Quota{Per: "authority"}, func(c *apply.Claim) { c.Authority = "other" }, ""},
			{"one city", programme.Quota{Per: "city"}, func(c *apply.Claim) { c.At = "370102" }, "apply.quota_full"},
			{"another city", programme.Quota{Per: "city"}, func(c *apply.Claim) { c.At = "370202" }, ""},
			{"no city is known", programme.Quota{Per: "city"}, func(c *apply.Claim) { c.At = "370000" }, "apply.quota_unknown"},
			{"another district", programme.Quota{Per: "district"}, func(c *apply.Claim) { c.At = "370102" }, ""},
			{"one province", programme.Quota{Per: "province"}, func(c *apply.Claim) { c.At = "370202" }, "apply.quota_full"},
			{"one unit", programme.Quota{Per: "unit"}, nil, "apply.quota_full"},
			{"another unit", programme.Quota{Per: "applicant"}, func(c *apply.Claim) { c.Application.Unit = "other" }, ""},
			{"an application is itself", programme.Quota{Per: "application"}, nil, ""},
			{"one year", programme.Quota{Per: "year"}, func(c *apply.Claim) { c.At, c.Authority = "110105", "other" }, "apply.quota_full"},
			{"another year", programme.Quota{Per: "year"}, func(c *apply.Claim) { c.Year = 2025 }, ""},
			{"one platform under another programme", programme.Quota{Per: "platform", Group: "g"}, func(c *apply.Claim) {
				c.Name, c.Package = "碳捕集山东省重点实验室", quotaOf(programme.Quota{ID: "q", Per: "platform", Of: "application", Limit: 1, Room: "apply", Group: "g"})
				c.Package.ID = "labs-2024"
			}, "apply.quota_full"},
			{"another platform", programme.Quota{Per: "platform"}, func(c *apply.Claim) { c.Name = "山东省氢能装备技术创新中心" }, ""},
			{"another programme, each for itself", programme.Quota{Per: "platform"}, func(c *apply.Claim) {
				c.Package = quotaOf(programme.Quota{ID: "q", Per: "platform", Of: "application", Limit: 1, Room: "apply"})
				c.Package.ID = "labs-2024"
			}, ""},
			{"nobody in charge is known", programme.Quota{Per: "person"}, nil, "apply.quota_unknown"},
			{"a quota of another room", programme.Quota{Per: "unit", Room: "recommend"}, nil, ""},
			{"a guideline", programme.Quota{Per: "unit", Modality: "should"}, nil, "apply.quota_over"},
			{"a guideline, with a reason", programme.Quota{Per: "unit", Modality: "should"}, func(c *apply.Claim) { c.Over = true }, ""},
			{"a must, with a reason", programme.Quota{Per: "unit"}, func(c *apply.Claim) { c.Over = true }, "apply.quota_full"},
		} {
			c.quota.ID, c.quota.Name, c.quota.Of, c.quota.Limit = "q", "限额", "application", 1
			if c.quota.Room == "" {
				c.quota.Room = "apply"
			}
			p := quotaOf(c.quota)
			first, second := h.claim(ids[0], p), h.claim(ids[1], p)
			if c.change != nil {
				c.change(&second)
			}
			err := h.take(first)
			if err == nil {
				err = h.take(second)
			}
			h.want(c.what, err, c.key)
			h.clear([]apply.Claim{first, second})
		}
	})
}

// A quota that is full names itself, its clause and its limit; who holds the
// places is said to those who may see them.
func TestFullQuotaSaysWhat(t *testing.T) {
	each(t, func(h *house) {
		first := h.Ready()
		second := h.Copies(first, 1)[0]
		h.submitted(first)
		p := quotaOf(programme.Quota{ID: "q", Name: "综合类推荐数", Per: "unit", Of: "application", Limit: 1, Room: "apply", Clauses: nil})
		h.must(h.take(h.claim(first, p)))
		for who, key := range map[string]string{"district officer": "apply.quota_full_by", "abroad officer": "apply.quota_full"} {
			_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) {
				tx.By = h.Staff[who]
				return 0, apply.TakePlaces(h.Context(), tx, h.claim(second, p))
			})
			h.want(who, err, key)
			f := fault.Of(err)
			if f.Kind != fault.Refused || fmt.Sprint(f.Args[:2]) != "[综合类推荐数 1]" {
				h.Errorf("%s: %v %v", who, f.Kind, f.Args)
			}
		}
	})
}
