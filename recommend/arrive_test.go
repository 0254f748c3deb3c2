package recommend_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/recommend"
)

func (h *house) withdraw(id apply.ID) {
	h.Helper()
	_, err := act(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Withdraw(ctx, tx, apply.Recall{Application: id})
	})
	h.must(err)
}

// send submits without letting it arrive.
func (h *house) send(id apply.ID) {
	h.Helper()
	_, err := act(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
		return apply.Submit(ctx, tx, h.Office, applytest.Submission(id))
	})
	h.must(err)
}

// Arriving leaves one line, and none when there is nothing new.
func TestArrivals(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.gained("before it was submitted", func() { h.arrive(id) })
		h.send(id)
		h.gained("the first time", func() { h.arrive(id) }, "recommend.arrive")
		h.gained("again", func() { h.arrive(id) })
		h.pass(id, "district officer")
		h.gained("in the middle", func() { h.arrive(id) })
		city := h.step("city officer", id)
		h.sign("city officer", city)
		_, err := h.decide("city officer", recommend.SendBack, recommend.Decision{Step: city.ID, Version: 1, Reason: "补"})
		h.must(err)
		h.gained("while it is mended", func() { h.arrive(id) })
		h.send(id)
		h.gained("mended", func() { h.arrive(id) }, "recommend.arrive")
		h.stand("it kept its place", id, recommend.Endorsed, recommend.Open, recommend.Waiting)
		if e := h.list("district officer", recommend.Filter{Changed: true}).Entries; len(e) != 1 || e[0].Latest != 2 || e[0].Version != 1 {
			t.Errorf("the district, which passed the first version, sees %+v", e)
		}
		h.withdraw(id)
		h.gained("taken back", func() { h.arrive(id) }, "recommend.cancel")
		h.gained("and again", func() { h.arrive(id) })
		h.stand("taken back", id, recommend.Cancelled, recommend.Cancelled, recommend.Cancelled)
		h.send(id)
		h.gained("submitted again", func() { h.arrive(id) }, "recommend.arrive")
		h.stand("from the first step", id, recommend.Open, recommend.Waiting, recommend.Waiting)
		h.takeBack(id)
		_, err = act(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) { return apply.Drop(ctx, tx, id) })
		h.must(err)
		h.gained("dropped", func() { h.arrive(id) })
		h.stand("dropped", id, recommend.Cancelled, recommend.Cancelled, recommend.Cancelled)
	})
}

// What was taken back and submitted again before the authorities saw it begins
// from the first step all the same, and is on no table.
func TestTakenBackBetweenTwoArrivals(t *testing.T) {
	inHouse(t, func(h *house) {
		ids := h.recommended(1)
		id := ids[0]
		if n := len(h.cityTable().Rows); n != 1 {
			t.Fatalf("%d rows", n)
		}
		h.withdraw(id)
		h.send(id)
		h.gained("both at once", func() { h.arrive(id) }, "recommend.arrive")
		h.stand("from the first step", id, recommend.Open, recommend.Waiting, recommend.Waiting)
		if n := len(h.cityTable().Rows); n != 0 {
			t.Errorf("%d rows", n)
		}
		for _, s := range h.list("city officer", recommend.Filter{}).Entries {
			if s.Version != 2 {
				t.Errorf("the city waits for version %d", s.Version)
			}
		}
	})
}

// Somebody else than the step that has it returned it: it comes back to that
// step.
func TestReturnedBesideTheChain(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		h.pass(id, "district officer")
		_, err := act(h, "programme officer", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
			return apply.Return(ctx, tx, h.Office, apply.SendingBack{Application: id, Reason: "补"})
		})
		h.must(err)
		city := h.step("city officer", id)
		h.want("while it is mended", h.signing("city officer", recommend.Signing{Step: city.ID, Version: 2}), "recommend.other_version")
		_, err = h.decide("city officer", recommend.Refuse, recommend.Decision{Step: city.ID, Version: 1, Reason: "x"})
		h.want("refused while it is mended", err, "recommend.taken_back")
		h.submit(id)
		h.stand("back", id, recommend.Endorsed, recommend.Open, recommend.Waiting)
		if s := h.step("city officer", id); s.Version != 2 {
			t.Errorf("about version %d", s.Version)
		}
	})
}

// A unit that moved is checked where it was while its case is open, and by the
// new authority after it was taken back; the step of an authority that is missing
// is with the one above.
func TestTheUnitMoves(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		_, err := db.Update(t.Context(), h.DB, db.System, func(tx *db.Tx) (*actor.Unit, error) {
			u, err := actor.AddAuthority(t.Context(), tx, actor.Authority{Name: "济南市历下区科学技术局", Place: "370102", Level: actor.District})
			h.Units["lixia"] = u
			return u, err
		})
		h.must(err)
		lixia := h.Hire("lixia officer", "lixia", actor.Officer)
		h.change(`UPDATE units SET place = '370102', parent = '` + lixia.Unit + `' WHERE id = '` + string(h.Units["host"].ID) + `'`)
		h.pass(id, "district officer")
		city := h.step("city officer", id)
		_, err = h.decide("city officer", recommend.SendBack, recommend.Decision{Step: city.ID, Version: 1, Reason: "补"})
		h.must(err)
		h.submit(id)
		h.stand("it keeps its place", id, recommend.Endorsed, recommend.Open, recommend.Waiting)
		h.takeBack(id)
		h.submit(id)
		if s := h.step("lixia officer", id); s.State != recommend.Open || s.Version != 3 {
			t.Errorf("with the new authority: %+v", s)
		}
		if s := h.step("district officer", id); s.State != recommend.Cancelled {
			t.Errorf("with the old authority: %+v", s)
		}
		h.pass(id, "lixia officer")
		if s := h.step("city officer", id); s.State != recommend.Open {
			t.Errorf("after it: %+v", s)
		}
		h.takeBack(id)
		h.change(`UPDATE units SET place = '370105' WHERE id = '` + string(h.Units["host"].ID) + `'`) // a district without an office
		h.submit(id)
		if e := h.list("city officer", recommend.Filter{State: recommend.Open}).Entries; len(e) != 1 || e[0].Position != 1 || e[0].Version != 4 {
			t.Errorf("the city has the step of the district that has no office: %+v", e)
		}
	})
}

// What is late is shown late, and can still be done.
func TestLate(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		if s.Due.IsZero() || s.Late(s.Due.Add(-time.Millisecond)) || !s.Late(s.Due) {
			t.Fatalf("due %v", s.Due)
		}
		h.Clock().Set(s.Due.Add(-time.Millisecond))
		if n := len(h.list("district officer", recommend.Filter{Late: true}).Entries); n != 0 {
			t.Errorf("%d are late before", n)
		}
		h.Clock().Set(s.Due)
		if n := len(h.list("district officer", recommend.Filter{Late: true}).Entries); n != 1 {
			t.Errorf("%d are late", n)
		}
		h.pass(id, "district officer")
		if s = h.step("district officer", id); s.State != recommend.Endorsed || !s.Late(s.Due.Add(-time.Hour)) {
			t.Errorf("done late: %+v", s)
		}
		if n := len(h.list("district officer", recommend.Filter{Late: true}).Entries); n != 0 {
			t.Errorf("%d still wait late", n)
		}
	})
}

// Shanxi goes along the administrative line: the authority checks, then
// recommends, and the authority of another partner takes note beside it. Who
// joins later is asked, who left is not.
func TestShanxi(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		chain := func() (out []string) {
			for _, one := range s.chainOf() {
				out = append(out, string(one.Kind)+" "+string(one.State))
			}
			return out
		}
		is := func(what string, want ...string) {
			s.Helper()
			if got := chain(); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		is("alone", "check open", "recommend waiting")
		s.joins("partner", apply.Confirmed)
		s.mended(2)
		is("with a partner of Beijing", "check open", "recommend waiting", "filing open")
		filing := s.chainOf()[2]
		if filing.Authority != s.Units["capital"].ID {
			t.Errorf("%s takes note", filing.AuthorityName)
		}
		s.mended(3)
		_, err := s.decide("capital officer", recommend.File, recommend.Decision{Step: filing.ID, Version: 2})
		s.want("about the version before", err, "recommend.other_version")
		_, err = s.decide("capital officer", recommend.Endorse, recommend.Decision{Step: filing.ID, Version: 3})
		s.want("nothing is decided", err, "recommend.other_kind")
		s.does("filed", func() error {
			_, err := s.decide("capital officer", recommend.File, recommend.Decision{Step: filing.ID, Version: 3, Reason: "已阅"})
			return err
		}, "", "recommend.file")
		is("filed", "check open", "recommend waiting", "filing filed")
		s.joins("partner", apply.Removed)
		s.mended(4)
		is("the partner left", "check open", "recommend waiting", "filing cancelled")
		s.joins("partner", apply.Confirmed)
		s.mended(5)
		is("and came again", "check open", "recommend waiting", "filing open")
		for _, want := range [][]string{{"check endorsed", "recommend open", "filing open"}, {"check endorsed", "recommend endorsed", "filing open"}} {
			s.checked()
			is("passed on", want...)
		}
	})
}

func (s *shanxi) chainOf() []*recommend.Step {
	s.Helper()
	all, err := s.chain("abroad officer", s.id)
	s.must(err)
	return all
}

// joins puts a partner into the application.
func (s *shanxi) joins(unit, state string) {
	s.change(`INSERT INTO application_partners (application, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason)
		VALUES ('` + string(s.id) + `', '` + string(s.Units[unit].ID) + `', 'c', 'n', '` + state + `', '', '', '', '', '', '')
		ON CONFLICT (application, unit) DO UPDATE SET state = excluded.state`)
}

// mended lets the next version arrive, as if the authority had returned the one
// before.
func (s *shanxi) mended(number int) {
	s.Helper()
	step := s.chainOf()[0]
	s.change(`UPDATE recommend_steps SET state = 'returned' WHERE id = '` + string(step.ID) + `'`)
	s.change(`UPDATE application_versions SET state = 'returned' WHERE application = '` + string(s.id) + `'`)
	unit, err := db.View(s.Context(), s.DB, func(r db.Reader) (*actor.Unit, error) {
		return actor.FindUnit(s.Context(), r, actor.UnitID(s.Staff["shanxi admin"].Unit))
	})
	s.must(err)
	c, err := db.View(s.Context(), s.DB, func(r db.Reader) (*call.Call, error) { return call.Newest(s.Context(), r, step.Call) })
	s.must(err)
	s.submitted(c, unit, number)
	s.arrive(s.id)
}
