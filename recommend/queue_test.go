package recommend_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/recommend"
)

// numbers are 1 to n, in SQL.
const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS BIGINT)) `

// crowd enters n applications as if they had been submitted to the district:
// with a step, a version and twenty findings each. What differs goes by the
// number of the application.
func (h *house) crowd(n int) {
	h.Helper()
	day := db.Time(dbtest.Noon.AddDate(0, 0, -1))
	unit, district := h.Units["host"].ID, h.Units["district"].ID
	for _, one := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begin_key, begun, begun_by, changed, changed_by, submitted, version,
				mend_until, reason, returned_by, answer, met, unmet, unknown, revision) ` + numbers + `
			SELECT 'app' || n.i, $2, $3, $4, '第' || n.i || '号有限公司', '中心' || n.i, '中心' || (n.i * 7919 % 100003) || ' 100 a b 第' || n.i || '号有限公司', 'submitted', 'k' || n.i, $5, '', $5, '', $5, 1,
				'', '', '', 'unknown', 30, n.i % 7, n.i % 3, 0 FROM n`, []any{n, h.Call.ID, h.Call.Hash, unit, day}},
		{`INSERT INTO application_versions (application, number, state, submit_key, received, submitted, person, person_name, call, package, manifest, hash, facts, texts,
				findings, line, receipt, ended) ` + numbers + `
			SELECT 'app' || n.i, 1, 'standing', 'k' || n.i, $2, $2, '', '', $3, $4, '{}', 'h' || n.i, '{}', '{}', '[]', '', '', '' FROM n`, []any{n, day, h.Call.ID, h.Call.Hash}},
		{`INSERT INTO recommend_steps (id, application, position, kind, stage, name, authority, authority_name, call, state, version, arrived, decided,
				decided_by, reason, clause, assignee, revision) ` + numbers + `
			SELECT 'step' || (n.i * 31 % 100003), 'app' || n.i, 1, 'check', CASE WHEN n.i % 11 = 0 THEN 'endless' WHEN n.i % 2 = 0 THEN 'over' ELSE 'soon' END, '区局审核', $2, '章丘', $3, CASE WHEN n.i % 5 = 0 THEN 'endorsed' ELSE 'open' END, 1,
				'2024-11-27T0' || (n.i % 4) || ':00:00.000Z', '', '', '', '', CASE WHEN n.i % 4 = 0 THEN $4 ELSE '' END, 0 FROM n`, []any{n, district, h.Call.ID, h.Staff["district officer"].Person}},
		{`INSERT INTO call_windows (call, position, stage, name, act, who, opens, ends, notice_opens, notice_ends, received, late, channel, receiver, does, clauses)
			VALUES ($1, 101, 'over', '', 'check', 'district', '', '2024-11-26T00:00:00.000Z', '', '', FALSE, '', '', '', '', '[]'),
				($1, 102, 'soon', '', 'check', 'district', '', '2024-12-02T09:00:00.000Z', '', '', FALSE, '', '', '', '', '[]')`, []any{h.Call.ID}},
		{`INSERT INTO recommend_findings (application, clause, verdict) ` + numbers + `, f (j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM f WHERE j < 20)
			SELECT 'app' || n.i, '000-' || f.j, CASE WHEN f.j <= n.i % 7 THEN 'unmet' WHEN f.j <= n.i % 7 + n.i % 3 THEN 'unknown' ELSE 'met' END FROM n, f`, []any{n}},
		{`INSERT INTO recommend_looks (person, application, version, at) ` + numbers + ` SELECT $2, 'app' || n.i, 1, $3 FROM n WHERE n.i % 6 = 0`,
			[]any{n, h.Staff["district officer"].Person, day}},
	} {
		_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int64, error) { return tx.Exec(h.Context(), one.text, one.args...) })
		h.must(err)
	}
}

func (h *house) list(who string, f recommend.Filter) *recommend.Queue {
	h.Helper()
	q, err := db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Queue, error) { return recommend.List(h.Context(), r, h.Staff[who], f) })
	h.must(err)
	return q
}

// pages walks through a queue.
func (h *house) pages(f recommend.Filter) (all []recommend.QueueEntry) {
	h.Helper()
	for range 1000 {
		q := h.list("district officer", f)
		all = append(all, q.Entries...)
		if f.After = q.Next; f.After == "" {
			return all
		}
	}
	h.Fatal("the queue has no end")
	return nil
}

func numberOf(e recommend.QueueEntry) (n int) {
	_, _ = fmt.Sscanf(string(e.Application), "app%d", &n) // 0 is none
	return n
}

// keeps says of an application of the crowd whether a filter does.
func keeps(f recommend.Filter, n int, officer actor.PersonID) bool {
	state := recommend.Open
	if n%5 == 0 {
		state = recommend.Endorsed
	}
	due := map[bool]string{true: "2024-11-26", false: "2024-12-02"}[n%2 == 0]
	verdict := func(j int) string {
		switch {
		case j <= n%7:
			return "unmet"
		case j <= n%7+n%3:
			return "unknown"
		}
		return "met"
	}
	holds := f.Clause == "" && f.Verdict == ""
	for j := 1; j <= 20; j++ {
		holds = holds || (f.Clause == "" || f.Clause == fmt.Sprintf("000-%d", j)) && (f.Verdict == "" || f.Verdict == verdict(j))
	}
	return holds && (f.State == "" || f.State == state) && (f.Kind == "" || f.Kind == recommend.Checks) &&
		(f.Assignee == "" || f.Assignee == officer && n%4 == 0) && (!f.Changed || n%6 != 0) &&
		(!f.Late || state == recommend.Open && n%11 != 0 && due == "2024-11-26") &&
		(f.Text == "" || strings.Contains(fmt.Sprintf("中心%d 100 a b 第%d号有限公司", n*7919%100003, n), f.Text))
}

// ordered compares two entries of a sort.
func ordered(sort string, a, b recommend.QueueEntry) bool {
	last := func(t time.Time) string {
		if t.IsZero() {
			return "9999"
		}
		return db.Time(t)
	}
	switch sort {
	case "unmet":
		return a.Unmet >= b.Unmet
	case "unknown":
		return a.Unknown >= b.Unknown
	case "due":
		return last(a.Due) <= last(b.Due)
	case "name":
		return true // as the database sorts
	}
	return !a.Arrived.After(b.Arrived)
}

// Whatever the filter, the sort and the length of a page: every step that it
// keeps comes once, in order, and the walk from case to case is the same.
func TestQueueIsWhatTheFilterKeeps(t *testing.T) {
	inHouse(t, func(h *house) {
		const n = 120
		h.crowd(n)
		officer := actor.PersonID(h.Staff["district officer"].Person)
		pick := func(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }
		property := func(seed uint64) bool {
			r := rand.New(rand.NewPCG(seed, 1))
			f := recommend.Filter{State: recommend.State(pick(r, "", "", "open", "endorsed", "returned")), Kind: recommend.Kind(pick(r, "", "", "check")),
				Clause: pick(r, "", "", "000-3", "000-9"), Verdict: pick(r, "", "", "met", "unmet", "unknown"), Assignee: actor.PersonID(pick(r, "", "", string(officer))),
				Changed: r.IntN(3) == 0, Late: r.IntN(4) == 0, Text: pick(r, "", "", "号有限公司", "1"), Sort: pick(r, "", "arrived", "name", "unmet", "unknown", "due", "nonsense"),
				Limit: 1 + r.IntN(40)}
			if r.IntN(3) == 0 {
				f.Call = h.Call.ID
			}
			all := h.pages(f)
			var want, got []int
			for i := 1; i <= n; i++ {
				if keeps(f, i, officer) {
					want = append(want, i)
				}
			}
			for i, e := range all {
				got = append(got, numberOf(e))
				if i > 0 && !ordered(f.Sort, all[i-1], e) {
					h.Errorf("%+v: %v before %v", f, all[i-1].Step, e.Step)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				h.Errorf("%+v: %v, want %v", f, got, want)
				return false
			}
			h.walk(f, all)
			return true
		}
		if err := quick.Check(property, &quick.Config{MaxCount: 40}); err != nil {
			t.Error(err)
		}
	})
}

// walk asks for the neighbours of some of the steps of a queue.
func (h *house) walk(f recommend.Filter, all []recommend.QueueEntry) {
	h.Helper()
	for i := 0; i < len(all); i += 1 + len(all)/4 {
		var before, after recommend.StepID
		if i > 0 {
			before = all[i-1].ID
		}
		if i+1 < len(all) {
			after = all[i+1].ID
		}
		got, next := h.next(f, all[i].ID)
		if got != before || next != after {
			h.Errorf("%+v: about %s stand %q and %q, want %q and %q", f, all[i].ID, got, next, before, after)
		}
	}
}

func (h *house) next(f recommend.Filter, at recommend.StepID) (before, next recommend.StepID) {
	h.Helper()
	_, err := db.View(h.Context(), h.DB, func(r db.Reader) (_ int, err error) {
		before, next, err = recommend.Next(h.Context(), r, h.Staff["district officer"], f, at)
		return 0, err
	})
	h.must(err)
	return before, next
}

// A case that leaves its queue, as it was looked at or decided, leaves its
// place: the walk goes on from there.
func TestTheWalkGoesOnFromWhatLeft(t *testing.T) {
	inHouse(t, func(h *house) {
		h.crowd(30)
		f := recommend.Filter{Changed: true, State: recommend.Open, Sort: "unmet"}
		all := h.list("district officer", f).Entries
		at := all[5].ID
		_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) {
			return 0, recommend.Look(h.Context(), tx, h.Staff["district officer"], at)
		})
		h.must(err)
		if before, next := h.next(f, at); before != all[4].ID || next != all[6].ID {
			t.Errorf("about what was looked at stand %q and %q, want %q and %q", before, next, all[4].ID, all[6].ID)
		}
		if before, next := h.next(f, "nothing"); before != "" || next != "" {
			t.Errorf("about nothing stand %q and %q", before, next)
		}
		for _, e := range h.list("district officer", f).Entries {
			if e.ID == at {
				t.Error("what was looked at is still new")
			}
		}
		if e := h.list("district head", f).Entries; len(e) != 24 {
			t.Errorf("to a colleague %d are new, want 24", len(e))
		}
	})
}

// Counts are of all states, whatever the filter; the characters of LIKE mean
// themselves; a place that none is narrows nothing and breaks nothing.
func TestQueueEdges(t *testing.T) {
	inHouse(t, func(h *house) {
		h.crowd(50)
		q := h.list("district officer", recommend.Filter{Clause: "no such"})
		if len(q.Entries) != 0 || q.Counts[recommend.Open] != 40 || q.Counts[recommend.Endorsed] != 10 {
			t.Errorf("%d entries, counts %v", len(q.Entries), q.Counts)
		}
		for text, want := range map[string]int{"%": 50, "_": 50, "100%": 50, "a_b": 50, "a%b": 50, "axb": 0, "第7号": 1, "第７号": 1, `"第7号"`: 1, "~": 50, "'; DROP TABLE units": 0} {
			if got := len(h.list("district officer", recommend.Filter{Text: text}).Entries); got != want {
				t.Errorf("%q finds %d, want %d", text, got, want)
			}
		}
		for _, sort := range []string{"arrived", "unmet", "due", "name"} {
			for _, after := range []string{"x", "\x1f", "x\x1fy", "99999999999999999999\x1f", "'\x1f' OR 1=1", "\x1f\x1f\x1f", "-1\x1fstep", "中\x1f", strings.Repeat("9", 5000) + "\x1fz"} {
				if got := len(h.list("district officer", recommend.Filter{Sort: sort, After: after}).Entries); got > 50 {
					t.Errorf("%s after %q: %d", sort, after, got)
				}
			}
		}
		if got := len(h.list("district officer", recommend.Filter{Limit: 100000}).Entries); got != 50 {
			t.Errorf("%d", got)
		}
		if q := h.list("city officer", recommend.Filter{}); len(q.Entries) != 0 || len(q.Counts) != 0 {
			t.Errorf("the city has %v", q)
		}
	})
}

// Somebody whose membership is limited to a programme counts and sees what is of
// it alone.
func TestQueueOfAScope(t *testing.T) {
	inHouse(t, func(h *house) {
		h.crowd(10)
		for scope, want := range map[string]int{h.Call.Package: 10, "shanxi-tic-2024": 0} {
			h.Hire("scoped "+scope, "", actor.Visitor)
			by := h.Staff["scoped "+scope]
			by.Unit, by.Role = string(h.Units["district"].ID), string(actor.Officer)
			h.Staff["scoped "+scope] = by
			_, err := db.Update(h.Context(), h.DB, db.System, func(tx *db.Tx) (*actor.Membership, error) {
				return actor.Grant(h.Context(), tx, actor.PersonID(by.Person), actor.Offer{Unit: h.Units["district"].ID, Role: actor.Officer, Scope: []string{scope}})
			})
			h.must(err)
			q := h.list("scoped "+scope, recommend.Filter{})
			n := int64(0)
			for _, one := range q.Counts {
				n += one
			}
			if len(q.Entries) != want || n != int64(want) {
				t.Errorf("%s: %d entries and %d counted, want %d", scope, len(q.Entries), n, want)
			}
			calls, err := db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
				all, err := recommend.CallsOf(h.Context(), r, by)
				return len(all), err
			})
			h.must(err)
			if (calls > 0) != (want > 0) {
				t.Errorf("%s: %d calls", scope, calls)
			}
		}
	})
}
