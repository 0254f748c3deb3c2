package apply_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
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
			err := run()
			mu.Lock()
			defer mu.Unlock()
			out[key(err)]++
		})
	}
	close(start)
	wg.Wait()
	return out
}

// consistent asks that the state of an application agrees with its versions:
// one stands when it is submitted, none otherwise, and the numbers have no gap.
func (h *house) consistent(id apply.ID) *apply.Sight {
	h.Helper()
	s, standing := h.sight(id), 0
	all := h.versions(id)
	for i, v := range all {
		if v.State == apply.Standing {
			standing++
		}
		if v.Number != int64(len(all)-i) {
			h.Errorf("version %d stands at place %d of %d", v.Number, i, len(all))
		}
	}
	want := 0
	if s.State == apply.Submitted {
		want = 1
	}
	if standing != want || s.Version != int64(len(all)) {
		h.Errorf("it is %s, says %d versions and has %d, of which %d stand", s.State, s.Version, len(all), standing)
	}
	return s
}

// The same request however often, one after the other or all at once: one
// version, and everybody gets its receipt.
func TestTheSameRequestManyTimes(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		for _, times := range []int{2, 50} {
			id := h.Copies(ready, 1)[0]
			s, n := applytest.Submission(id), h.count()
			var mu sync.Mutex
			got := map[string]int{}
			ask := func() error {
				v, err := h.submit("host admin", s)
				if err != nil {
					return err
				}
				text, err := json.Marshal([]any{v, v.Facts, v.Texts, v.Findings})
				mu.Lock()
				defer mu.Unlock()
				got[string(text)]++
				return err
			}
			out := race(slices.Repeat([]func() error{ask}, times)...)
			h.must(ask()) // and once more, later
			if out[""] != times || len(got) != 1 {
				t.Errorf("%d times: %v, %d different answers: %.3000v", times, out, len(got), got)
			}
			if lines := h.lines(n); !slices.Equal(lines, []string{"registry.freeze", "apply.submit"}) {
				t.Errorf("%d times: lines %q", times, lines)
			}
			h.consistent(id)
		}
	})
}

// A key belongs to one application: under another it makes another version.
func TestAKeyIsTheApplicationsOwn(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		two := h.Copies(ready, 2)
		one, other := applytest.Submission(two[0]), applytest.Submission(two[1])
		other.Key = one.Key
		v, err := h.submit("host admin", one)
		h.must(err)
		w, err := h.submit("host admin", other)
		h.must(err)
		if v.Application == w.Application || v.Hash == w.Hash || v.Receipt == w.Receipt {
			t.Errorf("%+v\n%+v", v, w)
		}
	})
}

// Twenty different requests at once: one wins, the others are told that it is
// submitted.
func TestDifferentRequestsAtOnce(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		var all []func() error
		for range 20 {
			s := applytest.Submission(id)
			all = append(all, func() error { return asks(h, s) })
		}
		if out := race(all...); out[""] != 1 || out["apply.not_editable"] != 19 {
			t.Errorf("%v", out)
		}
		h.consistent(id)
		if n := len(h.versions(id)); n != 1 {
			t.Errorf("%d versions", n)
		}
	})
}

// What was saved before it was submitted is in the version; what came after was
// refused. Nobody is told that something was saved that is not there.
func TestSavingAgainstSubmitting(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		for i, id := range h.Copies(ready, 12) {
			s := applytest.Submission(id)
			seen := i%2 == 0
			if seen {
				s.Seen = h.Form(id).Digest()
			}
			var saved [4]bool
			runners := []func() error{func() error { return asks(h, s) }}
			for n := range saved {
				field := []string{"summary.remark", "own.basis", "centre.fit", "manager.record"}[n]
				runners = append(runners, func() error {
					_, err := h.save("second editor", apply.Saving{Application: id, Tab: field, Typed: map[string]string{field: "改过的"}, Mine: map[string]struct{}{field: {}}})
					saved[n] = err == nil
					return err
				})
			}
			out := race(runners...)
			a := h.consistent(id)
			submitted := a.State == apply.Submitted
			if n := out[""] + out["apply.not_editable"] + out["apply.changed_since"] + out["apply.moved"]; n != 5 || submitted == (out["apply.changed_since"] == 1) {
				t.Errorf("%v: %s", out, a.State)
			}
			fm := h.Form(id)
			for n, field := range []string{"summary.remark", "own.basis", "centre.fit", "manager.record"} {
				stands := fm.Fields[field] != nil && strings.Contains(string(fm.Fields[field].Value), "改过的")
				inVersion := stands
				if submitted {
					facts := map[string]json.RawMessage{}
					h.must(json.Unmarshal(h.versions(id)[0].Facts, &facts))
					inVersion = strings.Contains(string(facts[field]), "改过的")
				}
				if saved[n] != stands || stands != inVersion {
					t.Errorf("%s: told saved %v, stands %v, in the version %v", field, saved[n], stands, inVersion)
				}
				if seen && submitted && inVersion {
					t.Errorf("%s was submitted by somebody who had not seen it", field)
				}
			}
		}
	})
}

// Of acts that exclude each other one wins, and the state agrees with the
// versions whatever the order was.
func TestActsAgainstEachOther(t *testing.T) {
	submit := func(h *house, id apply.ID) error { return asks(h, applytest.Submission(id)) }
	withdraw := func(h *house, id apply.ID) error {
		_, err := h.withdraw("host admin", apply.Recall{Application: id})
		return err
	}
	giveBack := func(h *house, id apply.ID) error {
		_, err := h.giveBack("district officer", apply.SendingBack{Application: id, Reason: "请补正", Remarks: []apply.Remark{{Text: "一"}, {Text: "二"}}})
		return err
	}
	drop := func(h *house, id apply.ID) error {
		_, err := h.drop("host editor", id)
		return err
	}
	each(t, func(h *house) {
		ready := h.Ready()
		for _, c := range []struct {
			name, state string
			acts        []func(h *house, id apply.ID) error
			winners     []int // how many may win
		}{
			{"withdraw, return", "submitted", []func(*house, apply.ID) error{withdraw, giveBack}, []int{1}},
			{"ten withdrawals", "submitted", slices.Repeat([]func(*house, apply.ID) error{withdraw}, 10), []int{1}},
			{"ten returns", "submitted", slices.Repeat([]func(*house, apply.ID) error{giveBack}, 10), []int{1}},
			{"submit, drop", "ready", []func(*house, apply.ID) error{submit, drop}, []int{1}},
			{"submit, withdraw", "ready", []func(*house, apply.ID) error{submit, withdraw}, []int{1, 2}},
			{"submit, return", "ready", []func(*house, apply.ID) error{submit, giveBack}, []int{1, 2}},
			{"submit, submit, withdraw, return, drop", "withdrawn", []func(*house, apply.ID) error{submit, submit, withdraw, giveBack, drop}, []int{1, 2, 3, 4, 5}},
		} {
			for range 4 {
				id := h.put(ready, c.state)
				n := h.count()
				var all []func() error
				for _, act := range c.acts {
					all = append(all, func() error { return act(h, id) })
				}
				out := race(all...)
				told := out[""] + out["apply.not_editable"] + out["apply.not_submitted"] + out["apply.moved"] + out["apply.missing"]
				if told != len(all) || !slices.Contains(c.winners, out[""]) {
					t.Errorf("%s: %v", c.name, out)
				}
				acts := slices.DeleteFunc(h.lines(n), func(verb string) bool { return verb == "registry.freeze" })
				if len(acts) != out[""] {
					t.Errorf("%s: %d won, lines %q", c.name, out[""], acts)
				}
				h.consistent(id)
			}
		}
	})
}

// Beginning with the same key gives the same application, all at once too.
func TestBeginningAtOnce(t *testing.T) {
	each(t, func(h *house) {
		var mu sync.Mutex
		ids := map[apply.ID]int{}
		begin := func() error {
			a, err := h.begin("host editor", apply.Beginning{Call: h.Call.ID, Key: "the same"})
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				ids[a.ID]++
			}
			return err
		}
		n := h.count()
		out := race(slices.Repeat([]func() error{begin}, 20)...)
		h.must(begin())
		if len(ids) != 1 || out[""] != 20 {
			t.Errorf("%v: %v", out, ids)
		}
		if lines := h.lines(n); len(lines) != 1 {
			t.Errorf("lines %q", lines)
		}
	})
}

// Two who edit different fields do not meet; of two who edit the same one, the
// second is told both values, by whom, and that nothing was written.
func TestTwoEditors(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		page := h.Form(id) // both opened the same page
		save := func(who, field, text string) *apply.Saved {
			t.Helper()
			out, err := h.save(who, apply.Saving{Application: id, Tab: who, Typed: map[string]string{field: text}, Was: map[string]string{field: page.Fields[field].Hash()}})
			h.must(err)
			return out
		}
		first, second := save("host editor", "summary.remark", "甲的备注"), save("second editor", "centre.fit", "乙的说明")
		if len(first.Conflicts)+len(second.Conflicts) != 0 || !slices.Equal(first.Fields, []string{"summary.remark"}) || !slices.Equal(second.Fields, []string{"centre.fit"}) {
			t.Errorf("%+v %+v", first, second)
		}
		again := save("host editor", "summary.remark", "甲的备注，改过")
		if len(again.Conflicts) != 0 {
			t.Errorf("what a page wrote itself is a conflict: %+v", again.Conflicts)
		}
		lost := save("second editor", "summary.remark", "乙的备注")
		if len(lost.Fields) != 0 || len(lost.Conflicts) != 1 {
			t.Fatalf("%+v", lost)
		}
		c := lost.Conflicts[0]
		if c.Field != "summary.remark" || c.Theirs != "甲的备注，改过" || c.Mine != "乙的备注" || string(c.By) != h.Staff["host editor"].Person || c.ByName != "某人" || !c.At.Equal(h.clock.Now()) {
			t.Errorf("%+v", c)
		}
		if unchanged := save("second editor", "summary.remark", ""); len(unchanged.Conflicts)+len(unchanged.Fields) != 0 {
			t.Errorf("what nobody touched in the second's page: %+v", unchanged)
		}
		if fm := h.Form(id); !strings.Contains(string(fm.Fields["summary.remark"].Value), "甲的备注，改过") || !strings.Contains(string(fm.Fields["centre.fit"].Value), "乙的说明") {
			t.Error("something was lost")
		}
		out, err := h.save("second editor", apply.Saving{Application: id, Tab: "second editor", Typed: map[string]string{"summary.remark": "乙的备注"}, Mine: map[string]struct{}{"summary.remark": {}}})
		if err != nil || len(out.Fields) != 1 {
			t.Errorf("told to stand: %+v, %v", out, err)
		}
	})
}

// Many count in one field at once, each from what it read: no step is lost. In
// fields of their own they never meet.
func TestNoLostUpdates(t *testing.T) {
	const editors, steps = 6, 15
	each(t, func(h *house) {
		id := h.Begin().ID
		count := func(tab, field string) (conflicts int, err error) {
			for done := 0; done < steps; {
				f := h.Form(id).Fields[field]
				n, text := 0, ""
				if !f.Empty() {
					h.must(json.Unmarshal(f.Value, &text))
					n, err = strconv.Atoi(text)
					h.must(err)
				}
				out, err := h.save("host editor", apply.Saving{Application: id, Tab: fmt.Sprint(tab, done, conflicts),
					Typed: map[string]string{field: strconv.Itoa(n + 1)}, Was: map[string]string{field: f.Hash()}})
				switch {
				case err != nil:
					return conflicts, err
				case len(out.Fields) == 1:
					done++
				default:
					conflicts++
				}
			}
			return conflicts, nil
		}
		var mu sync.Mutex
		var met int
		var all []func() error
		for i := range editors {
			all = append(all, func() error {
				n, err := count(fmt.Sprint("shared", i), "summary.remark")
				mu.Lock()
				defer mu.Unlock()
				met += n
				return err
			}, func() error {
				n, err := count(fmt.Sprint("own", i), []string{"own.basis", "centre.fit", "manager.record", "director.record", "summary.research", "plan.summary"}[i])
				if n != 0 {
					t.Errorf("%d conflicts in a field that nobody else touched", n)
				}
				return err
			})
		}
		if out := race(all...); out[""] != len(all) {
			t.Errorf("%v", out)
		}
		fm := h.Form(id)
		for field, want := range map[string]int{"summary.remark": editors * steps, "own.basis": steps, "centre.fit": steps, "plan.summary": steps} {
			if got := string(fm.Fields[field].Value); got != strconv.Quote(strconv.Itoa(want)) {
				t.Errorf("%s counts %s of %d", field, got, want)
			}
		}
		t.Logf("%d conflicts", met)
	})
}

// An amendment that is published while somebody submits: the version is under
// one call or the other, and says which.
func TestAmendingAgainstSubmitting(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		for range 3 {
			ids := h.Copies(ready, 4)
			var all []func() error
			for _, id := range ids {
				all = append(all, func() error { return asks(h, applytest.Submission(id)) })
			}
			before := h.Call
			all = append(all, func() error { h.Call = h.amend(); return nil })
			out := race(all...)
			if out[""]+out["apply.amended"]+out["db.busy"] != len(all) {
				t.Errorf("%v", out)
			}
			for _, id := range ids {
				s := h.consistent(id)
				if s.State == apply.Submitted && h.versions(id)[0].Call != before.ID {
					t.Errorf("a version under %s", h.versions(id)[0].Call)
				}
			}
			_, err := do(h, "host editor", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
				return apply.Follow(ctx, tx, h.Office, ready)
			})
			h.must(err)
		}
	})
}
