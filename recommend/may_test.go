package recommend_test

import (
	"context"
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// Who may do what in the step of the district: an act fails for a reason of its
// own only to those who may do it.
func TestMay(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		h.Hire("finance", "district", actor.Finance)
		h.Hire("expert", "district", actor.Expert)
		expired := h.Hire("expired", "district", actor.Officer)
		h.change(`UPDATE memberships SET valid_to = '2024-11-26T00:00:00.000Z' WHERE person = '` + expired.Person + `'`)
		scoped := h.Hire("scoped", "", actor.Visitor)
		scoped.Unit, scoped.Role = string(h.Units["district"].ID), string(actor.Officer)
		h.Staff["scoped"] = scoped
		_, err := db.Update(t.Context(), h.DB, db.System, func(tx *db.Tx) (*actor.Membership, error) {
			return actor.Grant(t.Context(), tx, actor.PersonID(scoped.Person), actor.Offer{Unit: h.Units["district"].ID, Role: actor.Officer, Scope: []string{"shanxi-tic-2024"}})
		})
		h.must(err)
		d := recommend.Decision{Step: s.ID, Version: 99, Reason: "x"}
		acts := map[string]func(ctx context.Context, tx *db.Tx) error{
			"sign": func(ctx context.Context, tx *db.Tx) error {
				_, err := recommend.Sign(ctx, tx, h.office, recommend.Signing{Step: s.ID, Version: 99})
				return err
			},
			"assign": func(ctx context.Context, tx *db.Tx) error {
				return recommend.Assign(ctx, tx, "nobody", []recommend.StepID{s.ID})
			},
		}
		for name, one := range map[string]deciding{"endorse": recommend.Endorse, "return": recommend.SendBack, "refuse": recommend.Refuse, "file": recommend.File, "receive": recommend.Receive} {
			acts[name] = func(ctx context.Context, tx *db.Tx) error { _, err := one(ctx, tx, h.office, d); return err }
		}
		who := map[string]struct{ decides, views bool }{
			"district officer": {true, true}, "district head": {true, true}, "programme officer": {false, true}, "finance": {false, true},
			"expert": {}, "expired": {}, "scoped": {}, "city officer": {}, "city head": {}, "province officer": {}, "abroad officer": {}, "capital head": {},
			"host admin": {}, "host editor": {}, "partner admin": {}, "other admin": {}, "visitor": {},
		}
		own := map[string]bool{"recommend.other_version": true, "recommend.other_kind": true, "recommend.not_colleague": true}
		for name, may := range who {
			for what, do := range acts {
				_, err := act(h, name, func(ctx context.Context, tx *db.Tx) (int, error) { return 0, do(ctx, tx) })
				key := fault.Of(err).Key
				want := map[bool]string{true: "actor.refused", false: "recommend.missing"}[may.views]
				if may.decides && !own[key] || !may.decides && key != want {
					t.Errorf("%s %s: %v", name, what, err)
				}
			}
			_, err := db.View(t.Context(), h.DB, func(r db.Reader) (*recommend.Case, error) { return recommend.Find(t.Context(), r, h.Staff[name], s.ID) })
			if (err == nil) != may.views {
				t.Errorf("%s finds it: %v", name, err)
			}
			_, err = db.Keep(t.Context(), h.DB, func(tx *db.Tx) (int, error) { return 0, recommend.Look(t.Context(), tx, h.Staff[name], s.ID) })
			if (err == nil) != may.views {
				t.Errorf("%s looks at it: %v", name, err)
			}
		}
	})
}

// The applicant sees the chain, without what the offices noted for themselves.
func TestWhatTheApplicantSeesOfTheChain(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		h.pass(id, "district officer")
		city := h.step("city officer", id)
		h.must(h.assign("city head", actor.PersonID(h.Staff["city officer"].Person), city.ID))
		_, err := h.decide("city officer", recommend.SendBack, recommend.Decision{Step: city.ID, Version: 1, Reason: "请补正"})
		h.must(err)
		for who, sees := range map[string]bool{"host admin": false, "district finance": true, "city officer": true} {
			if who == "district finance" {
				h.Hire(who, "district", actor.Finance)
			}
			all, err := h.chain(who, id)
			h.must(err)
			if (all[0].Reason != "") != sees || (all[1].Assignee != "") != sees || all[1].Reason != "请补正" {
				t.Errorf("%s sees %+v, %+v", who, all[0], all[1])
			}
		}
	})
}
