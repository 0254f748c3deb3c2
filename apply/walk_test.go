package apply_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// A walk is a random sequence of acts by random people on one application,
// beside what a simple model says of it.
type walk struct {
	*house
	id      apply.ID
	choices []byte
	trace   []string

	state    apply.State
	mend     time.Time
	fields   map[string]standing // what stands
	pages    map[string]page     // what everybody has open
	versions []modelVersion      // the oldest first
}

// standing is a value with the page that wrote it.
type standing struct{ text, tab string }

// page is what somebody saw when they opened the form.
type page struct {
	tab  string
	seen map[string]string
}

type modelVersion struct {
	state, key string
	facts      map[string]string
}

// The fields of a walk, and what is typed into them. The last must not be empty.
var (
	walkFields = []string{"summary.remark", "own.basis", "centre.fit"}
	walkTexts  = []string{"", "甲", "乙\n丙", "<b>丁</b>"}
	walkers    = []string{"host admin", "host editor", "second editor"}
)

func newWalk(h *house, ready apply.ID, choices []byte) *walk {
	w := &walk{house: h, id: h.Copies(ready, 1)[0], choices: choices, state: apply.Drafted, fields: map[string]standing{}, pages: map[string]page{}}
	h.clock.Set(dbtest.Noon)
	fm := h.Form(w.id)
	for _, f := range walkFields {
		w.fields[f] = standing{text: fm.Fields[f].ShownIn(fm.Package.Schema.Fact(f))}
	}
	for _, who := range walkers {
		w.open(who)
	}
	return w
}

// next is the next choice of n.
func (w *walk) next(n int) int {
	if len(w.choices) == 0 {
		return 0
	}
	c := int(w.choices[0]) % n
	w.choices = w.choices[1:]
	return c
}

func (w *walk) open(who string) {
	seen := map[string]string{}
	for f, v := range w.fields {
		seen[f] = v.text
	}
	w.pages[who] = page{db.NewID(), seen}
}

func (w *walk) editable() bool {
	return slices.Contains([]apply.State{apply.Drafted, apply.Returned, apply.Withdrawn}, w.state)
}

// inTime is what the window says now.
func (w *walk) inTime() bool {
	until := w.Call.Closes
	if w.state == apply.Returned && w.mend.After(until) {
		until = w.mend
	}
	return w.clock.Now().Before(until)
}

// step does one act and asks that it ends as the model says.
func (w *walk) step() {
	switch w.next(10) {
	case 0, 1, 2, 3:
		w.save(walkers[w.next(3)])
	case 4:
		w.open(walkers[w.next(3)])
	case 5, 6:
		w.submit()
	case 7:
		w.withdraw()
	case 8:
		w.giveBack()
	case 9:
		if w.next(8) == 0 {
			w.drop()
		} else if w.next(6) == 0 {
			w.clock.Add(36 * time.Hour)
		}
	}
	w.check()
}

func (w *walk) said(what string, err error, want string) {
	w.trace = append(w.trace, fmt.Sprintf("%s → %q", what, key(err)))
	if key(err) != want {
		w.Fatalf("%s: %v, want %q\n%q", what, err, want, w.trace)
	}
}

// save: what somebody typed stands, is a conflict with what another wrote
// meanwhile, or is what stood already.
func (w *walk) save(who string) {
	field, text := walkFields[w.next(3)], walkTexts[w.next(4)]
	p, stands := w.pages[who], w.fields[field]
	s := apply.Saving{Application: w.id, Tab: p.tab, Typed: map[string]string{field: text}, Was: map[string]string{field: hashOf(p.seen[field])}}
	out, err := w.house.save(who, s)
	if !w.editable() {
		w.said("save "+who, err, "apply.not_editable")
		return
	}
	w.said(fmt.Sprintf("save %s %s %q", who, field, text), err, "")
	mine := stands.tab == p.tab && stands.tab != ""
	switch {
	case text == stands.text:
		w.became(out, field, 0, 0)
	case mine, p.seen[field] == stands.text:
		w.became(out, field, 1, 0)
		w.fields[field] = standing{text, p.tab}
	case text == p.seen[field]: // untouched
		w.became(out, field, 0, 0)
	default:
		w.became(out, field, 0, 1)
		if c := out.Conflicts[0]; c.Field != field || c.Theirs != stands.text || c.Mine != text {
			w.Errorf("%+v, %q stands\n%q", c, stands.text, w.trace)
		}
	}
}

func (w *walk) became(out *apply.Saved, field string, written, conflicts int) {
	w.Helper()
	if len(out.Fields) != written || len(out.Conflicts) != conflicts {
		w.Fatalf("%s: wrote %q, conflicts %+v; want %d and %d\n%q", field, out.Fields, out.Conflicts, written, conflicts, w.trace)
	}
}

// hashOf is what a page sends back for a text that it showed.
func hashOf(text string) string {
	f := &apply.Field{}
	if text != "" {
		f.Value, _ = json.Marshal(text)
	}
	return f.Hash()
}

func (w *walk) submit() {
	s := applytest.Submission(w.id)
	old := -1
	if len(w.versions) > 0 && w.next(4) == 0 { // an old request again
		old = w.next(len(w.versions))
		s.Key = w.versions[old].key
	}
	v, err := w.house.submit("host admin", s)
	switch {
	case old >= 0:
		w.said("submit again", err, "")
		if v.Number != int64(old+1) {
			w.Fatalf("the request of version %d gave %d", old+1, v.Number)
		}
		return
	case !w.editable():
		w.said("submit", err, "apply.not_editable")
		return
	case !w.inTime():
		w.said("submit", err, "apply.late")
		return
	case w.fields["centre.fit"].text == "":
		w.said("submit", err, "apply.blocked")
		return
	}
	w.said("submit", err, "")
	facts := map[string]string{}
	for f, v := range w.fields {
		facts[f] = v.text
	}
	w.state, w.mend = apply.Submitted, time.Time{}
	w.versions = append(w.versions, modelVersion{apply.Standing, s.Key, facts})
}

// end ends the version that stands.
func (w *walk) end(state string) { w.versions[len(w.versions)-1].state = state }

func (w *walk) withdraw() {
	_, err := w.house.withdraw("host admin", apply.Recall{Application: w.id})
	switch {
	case w.state != apply.Submitted:
		w.said("withdraw", err, "apply.not_submitted")
	case !w.inTime():
		w.said("withdraw", err, "apply.late")
	default:
		w.said("withdraw", err, "")
		w.state = apply.Withdrawn
		w.end(apply.TakenBack)
	}
}

func (w *walk) giveBack() {
	until := time.Time{}
	if w.next(2) == 0 {
		until = w.clock.Now().Add(50 * time.Hour)
	}
	_, err := w.house.giveBack("district officer", apply.SendingBack{Application: w.id, Reason: "请补正", Until: until})
	switch {
	case len(w.versions) == 0:
		w.said("return", err, "apply.missing") // the officer does not know of it
	case w.state != apply.Submitted:
		w.said("return", err, "apply.not_submitted")
	default:
		w.said("return", err, "")
		w.state, w.mend = apply.Returned, until
		w.end(apply.SentBack)
	}
}

func (w *walk) drop() {
	_, err := w.house.drop("host editor", w.id)
	if !w.editable() {
		w.said("drop", err, "apply.not_editable")
		return
	}
	w.said("drop", err, "")
	w.state = apply.Dropped
}

// check asks that the application is what the model says.
func (w *walk) check() {
	s := w.sight(w.id)
	if s.State != w.state || s.Version != int64(len(w.versions)) {
		w.Fatalf("it is %s with %d versions, the model says %s with %d\n%q", s.State, s.Version, w.state, len(w.versions), w.trace)
	}
	fm := w.Form(w.id)
	for f, want := range w.fields {
		if got := fm.Fields[f].ShownIn(fm.Package.Schema.Fact(f)); got != want.text {
			w.Fatalf("%s is %q, the model says %q\n%q", f, got, want.text, w.trace)
		}
	}
	for i, v := range w.house.versions(w.id) {
		m := w.versions[len(w.versions)-1-i]
		facts := map[string]any{}
		w.must(json.Unmarshal(v.Facts, &facts))
		got := map[string]string{}
		for _, f := range walkFields {
			got[f], _ = facts[f].(string)
		}
		if v.State != m.state || !maps.Equal(got, m.facts) {
			w.Fatalf("version %d is %s with %q, the model says %+v\n%q", v.Number, v.State, got, m, w.trace)
		}
	}
}

// Random acts by random people never lead to a state that there is not, and
// never lose what was saved.
func TestRandomWalks(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
		walks := 15
		if testing.Short() {
			walks = 3
		}
		for range walks {
			choices := make([]byte, 250)
			for i := range choices {
				choices[i] = byte(random.Uint32())
			}
			w := newWalk(h, ready, choices)
			for len(w.choices) > 0 {
				w.step()
			}
		}
	})
}

func FuzzWalk(f *testing.F) {
	h := newHouse(f, dbtest.SQLite(f))
	ready := h.Ready()
	f.Add([]byte{5, 1, 7, 0, 1, 2, 5, 1, 8, 0, 5, 1})
	f.Add([]byte{0, 0, 0, 1, 0, 1, 0, 2, 4, 0, 0, 1, 0, 3, 6, 1, 6, 0, 0})
	f.Add([]byte{9, 1, 0, 9, 1, 0, 9, 1, 0, 9, 1, 0, 5, 1})
	f.Fuzz(func(t *testing.T, choices []byte) {
		inner := *h.House
		inner.TB = t
		w := newWalk(&house{&inner, t, h.clock, h.keys}, ready, choices[:min(len(choices), 200)])
		for len(w.choices) > 0 {
			w.step()
		}
	})
}
