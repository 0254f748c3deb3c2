package recommend_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// offices are who sees each step of the chain of the house.
var offices = []string{"district officer", "city officer", "province officer"}

// agree asks that everything which shows an application says the same: the chain
// as the applicant and every authority sees it, each authority's queue, narrowed
// and not, its counts and its page of the case, the lists of applications, the
// city's table, and the places of quotas.
func (h *house) agree(what string, id apply.ID) {
	h.Helper()
	chain, err := h.chain("host admin", id)
	h.must(err)
	a, _, err := h.get(id)
	h.must(err)
	places := int64(0)
	for i, who := range offices {
		s := chain[i]
		h.shows(what, who, s)
		if s.State == recommend.Open && (s.Version != a.Version || a.State != apply.Submitted) {
			h.Errorf("%s: open about version %d of %d, which is %s", what, s.Version, a.Version, a.State)
		}
		if s.Kind != recommend.Recommends {
			continue
		}
		if s.State == recommend.Endorsed {
			places = 2 // as perAuthority has it
		}
		on := slices.ContainsFunc(h.tables("city officer"), func(e recommend.SummaryEntry) bool {
			t, err := h.table("city officer", e.ID)
			h.must(err)
			return slices.ContainsFunc(t.Rows, func(r *recommend.Row) bool { return r.Application == id })
		})
		if on != (s.State == recommend.Endorsed) {
			h.Errorf("%s: the city's step is %s, and the application is on its table: %v", what, s.State, on)
		}
	}
	h.verified(what, places)
	for _, who := range []string{"host admin", "host editor"} {
		all, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Listing, error) {
			return apply.List(h.Context(), r, h.Staff[who], apply.Filter{})
		})
		h.must(err)
		if i := slices.IndexFunc(all.Entries, func(e apply.Entry) bool { return e.ID == id }); i < 0 || all.Entries[i].State != a.State {
			h.Errorf("%s: %s lists it otherwise than %s", what, who, a.State)
		}
	}
}

// shows asks that an authority sees its step as the applicant does.
func (h *house) shows(what, who string, s *recommend.Step) {
	h.Helper()
	in := func(f recommend.Filter) (out []string, q *recommend.Queue) {
		q = h.list(who, f)
		for _, e := range q.Entries {
			out = append(out, fmt.Sprint(e.ID, e.State, e.Version))
		}
		return out, q
	}
	want := []string{fmt.Sprint(s.ID, s.State, s.Version)}
	if s.State == recommend.Waiting || s.State == recommend.Cancelled {
		want = nil // not theirs yet, or no more
	}
	all, q := in(recommend.Filter{})
	if len(want) > 0 && !slices.Equal(all, want) || len(want) == 0 && slices.ContainsFunc(q.Entries, func(e recommend.QueueEntry) bool { return e.State != s.State }) {
		h.Errorf("%s: the queue of %s is %q, want %q", what, who, all, want)
	}
	for _, state := range recommend.States {
		got, q := in(recommend.Filter{State: state})
		if (state == s.State && len(want) > 0) != (len(got) == 1) && len(want) > 0 {
			h.Errorf("%s: %s narrowed to %s shows %q, while the step is %s", what, who, state, got, s.State)
		}
		if n := int64(len(got)); q.Counts[state] != n {
			h.Errorf("%s: %s counts %d of %s, and lists %d", what, who, q.Counts[state], state, n)
		}
	}
	k, err := db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Case, error) { return recommend.Find(h.Context(), r, h.Staff[who], s.ID) })
	if err != nil && fault.Of(err).Kind == fault.Missing && len(want) == 0 {
		return
	}
	h.must(err)
	if k.Step.State != s.State || k.Step.Version != s.Version || slices.Contains([]recommend.State{recommend.Returned, recommend.Rejected}, s.State) && k.Step.Reason != s.Reason {
		h.Errorf("%s: %s opens the case as %s %d %q, the applicant sees %s %d %q", what, who, k.Step.State, k.Step.Version, k.Step.Reason, s.State, s.Version, s.Reason)
	}
}

// Whatever is decided, and decided anew, all views say the same of it.
func TestViewsAgree(t *testing.T) {
	inHouse(t, func(h *house) {
		h.limited(perAuthority)
		id := h.Ready()
		h.submit(id)
		h.agree("submitted", id)
		refused := func(who string) *recommend.Step {
			s := h.step(who, id)
			_, err := h.decide(who, recommend.Refuse, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "不符合"})
			h.must(err)
			return s
		}
		reopened := func(who string, s *recommend.Step) {
			ask, err := h.ask("host admin", s.ID, "请复核")
			h.must(err)
			h.must(h.reply(who, recommend.Reply{Appeal: ask.ID, Reopen: true, Answer: "同意"}))
		}
		offTable := func() {
			table := h.cityTable()
			h.must(h.remove("city officer", recommend.Removal{List: table.ID, Row: table.Rows[0].ID, Reason: "复核"}))
		}
		var s *recommend.Step
		for _, step := range []struct {
			what string
			do   func()
		}{
			{"refused", func() { s = refused("district officer") }},
			{"the refusal was taken back", func() { reopened("district officer", s) }},
			{"checked", func() { h.pass(id, "district officer") }},
			{"recommended", func() { h.pass(id, "city officer") }},
			{"off the table", offTable},
			{"refused after it was recommended", func() { s = refused("city officer") }},
			{"that refusal was taken back", func() { reopened("city officer", s) }},
			{"recommended again", func() { h.pass(id, "city officer") }},
			{"handed up", func() { h.must(h.handUp("city head", h.cityTable().ID)) }},
			{"given back", func() { h.must(h.giveBack("province officer", h.cityTable().ID, "次序有误")) }},
			{"off the table again", offTable},
			{"returned to be mended", func() {
				city := h.step("city officer", id)
				_, err := h.decide("city officer", recommend.SendBack, recommend.Decision{Step: city.ID, Version: city.Version, Reason: "请补正"})
				h.must(err)
			}},
			{"mended", func() { h.submit(id) }},
			{"recommended in its second version", func() { h.pass(id, "city officer") }},
			{"taken back", func() { h.takeBack(id) }},
			{"submitted anew", func() { h.submit(id) }},
			{"checked anew", func() { h.pass(id, "district officer") }},
			{"recommended anew", func() { h.pass(id, "city officer") }},
			{"handed up anew", func() { h.must(h.handUp("city head", h.cityTable().ID)) }},
			{"received", func() {
				p := h.step("province officer", id)
				_, err := h.decide("province officer", recommend.Receive, recommend.Decision{Step: p.ID, Version: p.Version})
				h.must(err)
			}},
		} {
			h.Clock().Add(time.Minute)
			step.do()
			h.agree(step.what, id)
			if t.Failed() {
				return
			}
		}
	})
}

// counting counts the statements that reach a database.
type counting struct {
	db.Reader
	n int
}

func (c *counting) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	c.n++
	return c.Reader.Query(ctx, q, args...)
}

func (c *counting) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	c.n++
	return c.Reader.QueryRow(ctx, q, args...)
}

// Lists ask the database as often for a hundred rows as for one.
func TestListsAskOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		h.crowd(120)
		for name, list := range map[string]func(r db.Reader, limit int) (rows int, err error){
			"queue": func(r db.Reader, limit int) (int, error) {
				q, err := recommend.List(t.Context(), r, h.Staff["district officer"], recommend.Filter{Limit: limit, Sort: "unmet"})
				return len(q.Entries), err
			},
			"applications of an authority": func(r db.Reader, limit int) (int, error) {
				l, err := apply.List(t.Context(), r, h.Staff["district officer"], apply.Filter{Limit: limit})
				return len(l.Entries), err
			},
			"applications of a unit": func(r db.Reader, limit int) (int, error) {
				l, err := apply.List(t.Context(), r, h.Staff["host admin"], apply.Filter{Limit: limit})
				return len(l.Entries), err
			},
		} {
			var statements []int
			for _, limit := range []int{1, 100} {
				_, err := db.View(t.Context(), h.DB, func(r db.Reader) (int, error) {
					c := &counting{Reader: r}
					rows, err := list(c, limit)
					if rows != limit {
						t.Errorf("%s: %d rows of %d", name, rows, limit)
					}
					statements = append(statements, c.n)
					return 0, err
				})
				h.must(err)
			}
			if statements[0] != statements[1] || statements[1] > 10 {
				t.Errorf("%s: %d statements for one row, %d for a hundred", name, statements[0], statements[1])
			}
		}
	})
}
