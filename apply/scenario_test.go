package apply_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/db"
)

// A scenario is an act, who does it to what, and what comes of it.
type scenario struct {
	name  string
	who   string
	state string // of the application it is done to: see put
	key   string // of the fault, "" for none
	lines []string
}

// put brings a copy of an application that is ready into a state.
func (h *house) put(ready apply.ID, state string) apply.ID {
	h.Helper()
	switch state {
	case "none":
		return apply.ID(db.NewID())
	case "hostile":
		return "\x00'; DROP TABLE applications --\xff"
	case "empty":
		return h.Begin().ID
	}
	id := h.Copies(ready, 1)[0]
	switch state {
	case "dropped":
		_, err := h.drop("host editor", id)
		h.must(err)
	case "submitted", "returned", "withdrawn":
		h.submitted(id)
	}
	switch state {
	case "returned":
		_, err := h.giveBack("district officer", apply.SendingBack{Application: id, Reason: "请补正"})
		h.must(err)
	case "withdrawn":
		_, err := h.withdraw("host admin", apply.Recall{Application: id})
		h.must(err)
	}
	return id
}

// whole is everything that is kept of an application, to be compared.
func (h *house) whole(id apply.ID) string {
	s, err := h.sees("host admin", id)
	if err != nil {
		return key(err)
	}
	text, err := json.Marshal(struct {
		Sight    *apply.Sight
		Form     string
		Versions []*apply.Version
	}{s, h.Form(id).Digest(), h.versions(id)})
	h.must(err)
	return string(text)
}

// play runs the scenarios of an act on both databases: the fault, the lines of
// the journal, and that an act that fails changes nothing.
func play(t *testing.T, scenarios []scenario, do func(h *house, who string, id apply.ID) error) {
	each(t, func(h *house) {
		ready := h.Ready()
		for _, sc := range scenarios {
			id := h.put(ready, sc.state)
			before, n := h.whole(id), h.count()
			err := do(h, sc.who, id)
			if key(err) != sc.key {
				h.Errorf("%s, by %s to %s: %q (%v), want %q", sc.name, sc.who, sc.state, key(err), err, sc.key)
			}
			if got := h.lines(n); !slices.Equal(got, sc.lines) {
				h.Errorf("%s, by %s to %s: the journal gained %q, want %q", sc.name, sc.who, sc.state, got, sc.lines)
			}
			if after := h.whole(id); err != nil && after != before {
				h.Errorf("%s, by %s to %s: it failed and left\n%s\nit was\n%s", sc.name, sc.who, sc.state, after, before)
			}
		}
	})
}

// strangers do not learn that an application in some state is there.
func strangers(state string) (out []scenario) {
	who := []string{"visitor", "other admin", "abroad officer", "abroad head", "capital officer"}
	if state == "empty" || state == "ready" {
		who = append(who, "district officer", "city head", "province officer", "programme officer") // it was never submitted
	}
	for _, w := range who {
		out = append(out, scenario{"a stranger", w, state, "apply.missing", nil})
	}
	for _, none := range []string{"none", "hostile"} {
		out = append(out, scenario{"to nothing", "host admin", none, "apply.missing", nil})
	}
	return out
}

// over tells of the states in which an application cannot be filled in.
func over(who string) []scenario {
	return []scenario{
		{"what is submitted", who, "submitted", "apply.not_editable", nil},
		{"what was given up", who, "dropped", "apply.not_editable", nil},
	}
}

func TestSubmitting(t *testing.T) {
	lines := []string{"registry.freeze", "apply.submit"}
	play(t, slices.Concat([]scenario{
		{"a draft", "host admin", "ready", "", lines},
		{"what was returned", "host admin", "returned", "", lines},
		{"what was withdrawn", "host admin", "withdrawn", "", lines},
		{"what is not complete", "host admin", "empty", "apply.blocked", nil},
		{"by the editor", "host editor", "ready", "actor.refused", nil},
		{"by the partner", "partner admin", "ready", "apply.missing", nil},
		{"by an authority", "district head", "returned", "apply.missing", nil},
		{"by the programme's officer", "programme officer", "withdrawn", "apply.missing", nil},
	}, over("host admin"), strangers("ready")), func(h *house, who string, id apply.ID) error {
		_, err := h.submit(who, applytest.Submission(id))
		return err
	})
}

func TestWithdrawing(t *testing.T) {
	play(t, slices.Concat([]scenario{
		{"what is submitted", "host admin", "submitted", "", []string{"apply.withdraw"}},
		{"by the editor", "host editor", "submitted", "actor.refused", nil},
		{"by an authority", "district officer", "submitted", "actor.refused", nil},
		{"by the programme's officer", "programme officer", "submitted", "actor.refused", nil},
		{"by the partner", "partner admin", "submitted", "apply.missing", nil},
		{"a draft", "host admin", "ready", "apply.not_submitted", nil},
		{"again", "host admin", "withdrawn", "apply.not_submitted", nil},
		{"what was returned", "host admin", "returned", "apply.not_submitted", nil},
		{"what was given up", "host admin", "dropped", "apply.not_submitted", nil},
	}, strangers("submitted")), func(h *house, who string, id apply.ID) error {
		_, err := h.withdraw(who, apply.Recall{Application: id})
		return err
	})
}

func TestReturning(t *testing.T) {
	line := []string{"apply.return"}
	play(t, slices.Concat([]scenario{
		{"by the district", "district officer", "submitted", "", line},
		{"by the city", "city head", "submitted", "", line},
		{"by the province", "province officer", "submitted", "", line},
		{"by the programme's officer", "programme officer", "submitted", "", line},
		{"by the host", "host admin", "submitted", "actor.refused", nil},
		{"by the partner", "partner admin", "submitted", "apply.missing", nil},
		{"a draft", "district officer", "ready", "apply.missing", nil},
		{"again", "district officer", "returned", "apply.not_submitted", nil},
		{"what was withdrawn", "district officer", "withdrawn", "apply.not_submitted", nil},
		{"what was given up", "district officer", "dropped", "apply.missing", nil},
	}, strangers("submitted")), func(h *house, who string, id apply.ID) error {
		_, err := h.giveBack(who, apply.SendingBack{Application: id, Reason: "请补正", Until: h.clock.Now().Add(time.Hour),
			Remarks: []apply.Remark{{Field: "centre.name", Clause: "000-019", Text: "名称不规范"}}})
		return err
	})
}

func TestDropping(t *testing.T) {
	play(t, slices.Concat([]scenario{
		{"a draft", "host editor", "empty", "", []string{"apply.drop"}},
		{"what was returned", "host admin", "returned", "", []string{"apply.drop"}},
		{"what was withdrawn", "host admin", "withdrawn", "", []string{"apply.drop"}},
		{"by the partner", "partner admin", "ready", "apply.missing", nil},
	}, over("host admin"), strangers("empty")), func(h *house, who string, id apply.ID) error {
		_, err := h.drop(who, id)
		return err
	})
}

func TestSaving(t *testing.T) {
	play(t, slices.Concat([]scenario{
		{"a draft", "host editor", "empty", "", nil},
		{"what was returned", "host admin", "returned", "", nil},
		{"what was withdrawn", "second editor", "withdrawn", "", nil},
		{"the host's field by the partner", "partner editor", "ready", "apply.host_fills", nil},
		{"by an authority", "district head", "returned", "apply.missing", nil},
	}, over("host editor"), strangers("empty")), func(h *house, who string, id apply.ID) error {
		_, err := h.save(who, apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"summary.remark": "另附说明"}, Mine: map[string]struct{}{"summary.remark": {}}})
		return err
	})
}

func TestRefilling(t *testing.T) {
	play(t, slices.Concat([]scenario{
		{"a draft", "host editor", "empty", "", nil},
		{"what was returned", "host admin", "returned", "", nil},
		{"by the partner", "partner editor", "ready", "apply.missing", nil},
	}, over("host editor"), strangers("empty")), func(h *house, who string, id apply.ID) error { return h.refill(who, "team", id) })
}

func TestBeginning(t *testing.T) {
	play(t, []scenario{
		{"by the editor", "host editor", "none", "", []string{"apply.begin"}},
		{"by the admin", "host admin", "none", "", []string{"apply.begin"}},
		{"by another unit", "other admin", "none", "", []string{"apply.begin"}},
		{"by an officer", "district officer", "none", "actor.missing", nil},
		{"by a visitor", "visitor", "none", "actor.missing", nil},
	}, func(h *house, who string, id apply.ID) error {
		_, err := h.begin(who, apply.Beginning{Call: h.Call.ID, Key: string(id)})
		return err
	})
}

// Amend puts an amendment in the place of the house's call.
func (h *house) amend() *call.Call {
	h.Helper()
	c, err := do(h, "district officer", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		c, err := call.Draft(ctx, tx, h.Version, h.Call.ID)
		if err != nil {
			return nil, err
		}
		return call.Publish(ctx, tx, c.ID, "")
	})
	h.must(err)
	return c
}

func TestFollowing(t *testing.T) {
	follow := func(h *house, who string, id apply.ID) error {
		_, err := h.follow(who, id)
		return err
	}
	play(t, slices.Concat([]scenario{{"where nothing was amended", "host editor", "ready", "apply.not_amended", nil}}, over("host editor"), strangers("ready")), follow)
	each(t, func(h *house) {
		ready := h.Ready()
		ids := map[string]apply.ID{}
		for _, state := range []string{"ready", "submitted", "returned", "withdrawn", "dropped"} {
			ids[state] = h.put(ready, state)
		}
		amended := h.amend()
		for _, state := range []string{"ready", "returned", "withdrawn"} {
			n := h.count()
			_, err := h.submit("host admin", applytest.Submission(ids[state]))
			h.want("submitted under what was amended: "+state, err, "apply.amended")
			h.want("partner", follow(h, "partner admin", ids[state]), "apply.missing")
			if got := h.lines(n); len(got) != 0 {
				h.Errorf("lines %q", got)
			}
			before := h.Form(ids[state]).Fields
			h.want("follow "+state, follow(h, "host editor", ids[state]), "")
			if got := h.lines(n); !slices.Equal(got, []string{"apply.follow"}) {
				h.Errorf("following left %q", got)
			}
			if s := h.sight(ids[state]); s.Call != amended.ID || s.Amended || len(h.Form(ids[state]).Fields) != len(before) {
				h.Errorf("%s: under %s (amended %v), %d fields of %d", state, s.Call, s.Amended, len(h.Form(ids[state]).Fields), len(before))
			}
			h.submitted(ids[state])
		}
		for _, state := range []string{"submitted", "dropped"} {
			h.want("follow "+state, follow(h, "host editor", ids[state]), "apply.not_editable")
		}
	})
}

// What a submission lacks is told in the order in which it is mended.
func TestWhatASubmissionNeeds(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		unmet := h.Copies(id, 1)[0]
		_, err := h.save("host editor", apply.Saving{Application: unmet, Tab: "t", Typed: map[string]string{"lab_area": "20"}, Mine: map[string]struct{}{"lab_area": {}}})
		h.must(err)
		for _, c := range []struct {
			name, key string
			s         apply.Submission
		}{
			{"no key", "apply.key", apply.Submission{Application: id, Pledges: apply.Pledges}},
			{"a key that is none", "apply.key", apply.Submission{Application: id, Key: "a\x00b", Pledges: apply.Pledges}},
			{"a long key", "apply.key", apply.Submission{Application: id, Key: string(make([]byte, 200)), Pledges: apply.Pledges}},
			{"no pledge", "apply.pledge.integrity", apply.Submission{Application: id, Key: "k"}},
			{"one pledge", "apply.pledge.declassified", apply.Submission{Application: id, Key: "k", Pledges: apply.Pledges[:1]}},
			{"what changed since", "apply.changed_since", apply.Submission{Application: id, Key: "k", Pledges: apply.Pledges, Seen: "other"}},
			{"an unmet condition", "apply.acknowledge", apply.Submission{Application: unmet, Key: "k", Pledges: apply.Pledges}},
			{"an unmet condition that is known", "", apply.Submission{Application: unmet, Key: "k", Pledges: apply.Pledges, Acknowledged: true}},
			{"what was seen", "", apply.Submission{Application: id, Key: "k", Pledges: apply.Pledges, Seen: h.Form(id).Digest()}},
		} {
			_, err := h.submit("host admin", c.s)
			h.want(c.name, err, c.key)
		}
	})
}
