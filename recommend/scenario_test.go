package recommend_test

import (
	"context"
	"slices"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// A house is that of applications, with the room of recommendation.
type house struct {
	*applytest.House
	office *recommend.Office
}

func inHouse(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := applytest.Build(t, d, nil)
		fn(&house{a, &recommend.Office{Office: a.Office}})
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// want asks that an error has a key, "" for none.
func (h *house) want(what string, err error, key string) {
	h.Helper()
	got := ""
	if err != nil {
		got = fault.Of(err).Key
	}
	if got != key {
		h.Errorf("%s: %v, want %q", what, err, key)
	}
}

// submit submits an application and lets it arrive.
func (h *house) submit(id apply.ID) *apply.Version {
	h.Helper()
	v, err := applytest.Do(h.House, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
		return apply.Submit(ctx, tx, h.Office, apply.Submission{Application: id, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true, Received: tx.Now})
	})
	h.must(err)
	h.arrive(id)
	return v
}

func (h *house) arrive(id apply.ID) {
	h.Helper()
	_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) { return 0, recommend.Arrive(h.Context(), tx, h.office, id) })
	h.must(err)
}

// step finds the step of an application that is with an authority.
func (h *house) step(who string, id apply.ID) *recommend.Step {
	h.Helper()
	q, err := db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Queue, error) {
		return recommend.List(h.Context(), r, h.Staff[who], recommend.Filter{})
	})
	h.must(err)
	for _, e := range q.Entries {
		if e.Application == id {
			return e.Step
		}
	}
	h.Fatalf("%s has no step of %s", who, id)
	return nil
}

// chain is the chain of an application as somebody sees it.
func (h *house) chain(who string, id apply.ID) ([]*recommend.Step, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) ([]*recommend.Step, error) {
		of, err := recommend.Sight(h.Context(), r, h.Staff[who], id)
		if err != nil {
			return nil, err
		}
		return recommend.Chain(h.Context(), r, h.Staff[who], of)
	})
}

// states are the states of the chain, in order.
func (h *house) states(id apply.ID) []recommend.State {
	h.Helper()
	all, err := h.chain("host admin", id)
	h.must(err)
	var out []recommend.State
	for _, s := range all {
		out = append(out, s.State)
	}
	return out
}

func (h *house) stand(what string, id apply.ID, want ...recommend.State) {
	h.Helper()
	if got := h.states(id); !slices.Equal(got, want) {
		h.Errorf("%s: the chain stands at %v, want %v", what, got, want)
	}
}

// sign answers everything that a step asks.
func (h *house) sign(who string, s *recommend.Step) {
	h.Helper()
	k, err := db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Case, error) { return recommend.Find(h.Context(), r, h.Staff[who], s.ID) })
	h.must(err)
	for _, t := range recommend.TodoOf(h.Version.Package, s, k.Submitted) {
		_, err := applytest.Do(h.House, who, func(ctx context.Context, tx *db.Tx) (*recommend.Answer, error) {
			return recommend.Sign(ctx, tx, h.office, recommend.Signing{Step: s.ID, Version: s.Version, Kind: t.Kind, Item: t.Item, Answer: recommend.Yes})
		})
		h.must(err)
	}
}

type deciding func(context.Context, *db.Tx, *recommend.Office, recommend.Decision) (*recommend.Step, error)

func (h *house) decide(who string, act deciding, d recommend.Decision) (*recommend.Step, error) {
	h.Helper()
	return applytest.Do(h.House, who, func(ctx context.Context, tx *db.Tx) (*recommend.Step, error) { return act(ctx, tx, h.office, d) })
}

func TestChain(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		h.stand("submitted", id, recommend.Open, recommend.Waiting, recommend.Waiting)
		h.arrive(id)
		h.stand("arrived twice", id, recommend.Open, recommend.Waiting, recommend.Waiting)

		district := h.step("district officer", id)
		_, err := h.decide("city officer", recommend.Endorse, recommend.Decision{Step: district.ID, Version: 1})
		h.want("the step of another authority", err, "recommend.missing")
		_, err = h.decide("host admin", recommend.Endorse, recommend.Decision{Step: district.ID, Version: 1})
		h.want("the applicant", err, "recommend.missing")
		_, err = h.decide("district officer", recommend.Endorse, recommend.Decision{Step: district.ID, Version: 1})
		h.want("nothing was answered", err, "recommend.unanswered")
		h.sign("district officer", district)
		_, err = h.decide("district officer", recommend.Endorse, recommend.Decision{Step: district.ID, Version: 2})
		h.want("another version", err, "recommend.other_version")
		_, err = h.decide("district officer", recommend.Endorse, recommend.Decision{Step: district.ID, Version: 1, Reason: "属实"})
		h.must(err)
		h.stand("checked", id, recommend.Endorsed, recommend.Open, recommend.Waiting)
		_, err = h.decide("district officer", recommend.Endorse, recommend.Decision{Step: district.ID, Version: 1})
		h.want("twice", err, "recommend.not_open")

		city := h.step("city officer", id)
		_, err = h.decide("city officer", recommend.SendBack, recommend.Decision{Step: city.ID, Version: 1})
		h.want("returned without a reason", err, "recommend.reason")
		_, err = h.decide("city officer", recommend.SendBack, recommend.Decision{Step: city.ID, Version: 1, Reason: "审计报告缺一年",
			Remarks: []apply.Remark{{Field: "material.audit_reports", Text: "补交2022年度"}}})
		h.must(err)
		h.stand("returned", id, recommend.Endorsed, recommend.Returned, recommend.Waiting)
		if v := h.submit(id); v.Number != 2 {
			t.Errorf("version %d", v.Number)
		}
		h.stand("back where it was", id, recommend.Endorsed, recommend.Open, recommend.Waiting)
		if city = h.step("city officer", id); city.Version != 2 {
			t.Errorf("the step is about version %d", city.Version)
		}
		h.sign("city officer", city)
		_, err = h.decide("city officer", recommend.Refuse, recommend.Decision{Step: city.ID, Version: 2, Reason: "不属于布局方向", Clause: "000-000"})
		h.want("a clause that is none", err, "recommend.no_clause")
		_, err = h.decide("city officer", recommend.Refuse, recommend.Decision{Step: city.ID, Version: 2, Reason: "不属于布局方向"})
		h.must(err)
		h.stand("refused", id, recommend.Endorsed, recommend.Rejected, recommend.Waiting)
	})
}
