package recommend_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// race starts all runners at once and returns how often each fault came, "" for
// none.
func race(runners ...func() error) map[string]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	start, out := make(chan struct{}), map[string]int{}
	for _, run := range runners {
		wg.Go(func() {
			<-start
			err, key := run(), ""
			if err != nil {
				key = fault.Of(err).Key
			}
			mu.Lock()
			defer mu.Unlock()
			out[key]++
		})
	}
	close(start)
	wg.Wait()
	return out
}

// Twenty officers endorse, return and refuse one step at once: one of them does
// it, the others are told that it was done.
func TestManyOfficersDecideOneStep(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	inHouse(t, func(h *house) {
		for i := range 4 {
			h.Hire(fmt.Sprint("officer ", i), "district", actor.Officer)
		}
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		h.sign("district officer", s)
		acts := []deciding{recommend.Endorse, recommend.SendBack, recommend.Refuse}
		count := func() (n int) {
			_, err := db.View(t.Context(), h.DB, func(r db.Reader) (int, error) {
				return 0, r.QueryRow(t.Context(), `SELECT COUNT(*) FROM journal WHERE verb IN ('recommend.endorse', 'recommend.return', 'recommend.reject')`).Scan(&n)
			})
			h.must(err)
			return n
		}
		for round := range rounds {
			before := count()
			var runners []func() error
			for i := range 20 {
				runners = append(runners, func() error {
					_, err := h.decide(fmt.Sprint("officer ", i%4), acts[(i+round)%3], recommend.Decision{Step: s.ID, Version: s.Version, Reason: "属实"})
					return err
				})
			}
			got := race(runners...)
			if got[""] != 1 || got["recommend.not_open"]+got["recommend.moved"]+got["recommend.taken_back"] != 19 || count() != before+1 {
				t.Fatalf("round %d: %v, %d lines", round, got, count()-before)
			}
			h.anew(id)
		}
	})
}

// anew puts an application back to where its district step is open.
func (h *house) anew(id apply.ID) {
	h.Helper()
	h.change(`UPDATE recommend_steps SET state = 'waiting', decided = '', decided_by = '' WHERE application = '` + string(id) + `'`)
	h.change(`UPDATE recommend_steps SET state = 'open' WHERE position = 1 AND application = '` + string(id) + `'`)
	h.change(`UPDATE applications SET state = 'submitted' WHERE id = '` + string(id) + `'`)
	h.change(`UPDATE application_versions SET state = 'standing' WHERE application = '` + string(id) + `'`)
}

// A decision against the withdrawal of what is decided, and against its arrival:
// whoever comes first, the chain ends where the application is.
func TestDecisionAgainstWithdrawal(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	inHouse(t, func(h *house) {
		id := h.Ready()
		for round := range rounds {
			h.submit(id)
			s := h.step("district officer", id)
			h.sign("district officer", s)
			act := []deciding{recommend.Endorse, recommend.SendBack, recommend.Refuse}[round%3]
			arrive := func() error {
				_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) { return 0, recommend.Arrive(h.Context(), tx, h.office, id) })
				return err
			}
			var decided error
			race(func() error {
				_, decided = h.decide("district officer", act, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "属实"})
				return decided
			}, func() error { return h.recall(id) }, arrive, arrive)
			for range 2 { // the job is tried again
				h.must(arrive())
			}
			a, _, err := h.get(id)
			h.must(err)
			states, ended := h.states(id), recommend.Cancelled
			if round%3 == 2 && decided == nil {
				ended = recommend.Rejected // and stays so
				h.change(`UPDATE recommend_steps SET state = 'cancelled' WHERE application = '` + string(id) + `'`)
			}
			switch {
			case a.State == apply.Withdrawn && states[0] != ended,
				a.State == apply.Returned && states[0] != recommend.Returned,
				a.State == apply.Submitted:
				t.Fatalf("round %d: it is %s, and the chain stands at %v", round, a.State, states)
			}
		}
	})
}

func (h *house) recall(id apply.ID) error {
	_, err := act(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Withdraw(ctx, tx, apply.Recall{Application: id})
	})
	return err
}

func (h *house) get(id apply.ID) (a *apply.Application, v *apply.Version, err error) {
	_, err = db.View(h.Context(), h.DB, func(r db.Reader) (_ int, err error) {
		a, v, err = apply.Get(h.Context(), r, id)
		return 0, err
	})
	return a, v, err
}

// Two answers to one appeal: one counts, and the step is as it says.
func TestTwoAnswersToAnAppeal(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		for round := range 20 {
			_, err := h.decide("district officer", recommend.Refuse, recommend.Decision{Step: s.ID, Version: 1, Reason: "不符合"})
			h.must(err)
			h.Clock().Add(1e9)
			ask, err := h.ask("host admin", s.ID, "请复核")
			h.must(err)
			var runners []func() error
			for i := range 6 {
				runners = append(runners, func() error {
					return h.reply([]string{"district officer", "district head"}[i%2], recommend.Reply{Appeal: ask.ID, Reopen: i%2 == 0, Answer: "答复"})
				})
			}
			if got := race(runners...); got[""] != 1 || got["recommend.appeal_answered"]+got["recommend.moved"] != 5 {
				t.Fatalf("round %d: %v", round, got)
			}
			all, err := db.View(t.Context(), h.DB, func(r db.Reader) ([]*recommend.Appeal, error) { return recommend.AppealsIn(t.Context(), r, s) })
			h.must(err)
			state := h.states(id)[0]
			if last := all[len(all)-1]; last.State == recommend.Reopened && state != recommend.Open || last.State == recommend.Upheld && state != recommend.Rejected {
				t.Fatalf("round %d: the appeal is %s, and the step %s", round, last.State, state)
			}
			h.anew(id)
			h.Clock().Add(1e9)
		}
	})
}
