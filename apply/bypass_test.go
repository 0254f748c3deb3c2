package apply_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// A bypass is a way round the deadline, or round what was submitted. It is
// tried a second after the close, on an application in a state.
type bypass struct {
	name  string
	state string
	key   string // of the fault; "" where nothing happens and nothing is said
	try   func(h *house, id apply.ID) error
}

// asks is a submission by the host's admin.
func asks(h *house, s apply.Submission) error {
	_, err := h.submit("host admin", s)
	return err
}

func typing(input, text string) func(h *house, id apply.ID) error {
	return func(h *house, id apply.ID) error {
		_, err := h.save("host editor", apply.Saving{Application: id, Tab: "t", Typed: map[string]string{input: text}, Mine: map[string]struct{}{input: {}}})
		return err
	}
}

func entering(facts string) func(h *house, id apply.ID) error {
	return func(h *house, id apply.ID) error {
		_, err := kept(h, "host editor", func(ctx context.Context, tx *db.Tx) (int, error) {
			return 0, apply.Enter(ctx, tx, h.Office, id, apply.Facts(facts))
		})
		return err
	}
}

func returning(who string, until time.Duration) func(h *house, id apply.ID) error {
	return func(h *house, id apply.ID) error {
		_, err := h.giveBack(who, apply.SendingBack{Application: id, Reason: "请补正", Until: h.clock.Now().Add(until)})
		return err
	}
}

// late are the ways to submit, withdraw or begin after the end.
var late = []bypass{
	{"a draft", "ready", "apply.late", func(h *house, id apply.ID) error { return asks(h, applytest.Submission(id)) }},
	{"withdrawn in time, submitted again", "withdrawn", "apply.late", func(h *house, id apply.ID) error { return asks(h, applytest.Submission(id)) }},
	{"returned without a time of its own", "returned", "apply.late", func(h *house, id apply.ID) error { return asks(h, applytest.Submission(id)) }},
	{"given up, revived", "dropped", "apply.not_editable", func(h *house, id apply.ID) error { return asks(h, applytest.Submission(id)) }},
	{"an empty application", "empty", "apply.late", func(h *house, id apply.ID) error { return asks(h, applytest.Submission(id)) }},
	{"withdraw, to submit something else", "submitted", "apply.late", func(h *house, id apply.ID) error {
		_, err := h.withdraw("host admin", apply.Recall{Application: id})
		return err
	}},
	{"a new key for what stands", "submitted", "apply.not_editable", func(h *house, id apply.ID) error { return asks(h, applytest.Submission(id)) }},
	{"the old request again", "withdrawn", "", func(h *house, id apply.ID) error {
		s := applytest.Submission(id)
		s.Key = keyOf(h, id)
		return asks(h, s)
	}},
	{"the time of another zone", "ready", "apply.late", func(h *house, id apply.ID) error {
		s, end := applytest.Submission(id), h.Call.Closes.In(clock.Zone) // 16:59 by the clock on the wall, west of Shanghai
		s.Received = time.Date(end.Year(), end.Month(), end.Day(), end.Hour(), end.Minute()-1, 59, 0, time.FixedZone("", -5*3600))
		return asks(h, s)
	}},
	{"the first instant there is", "ready", "apply.early", func(h *house, id apply.ID) error {
		s := applytest.Submission(id)
		s.Received = time.Unix(-1<<40, 0)
		return asks(h, s)
	}},
	{"an extension that nobody approved", "ready", "apply.late", func(h *house, id apply.ID) error {
		_, err := do(h, "district officer", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
			return call.ProposeExtension(ctx, tx, call.Proposal{Call: h.Call.ID, Stage: "system_open", Until: h.Call.Closes.AddDate(0, 0, 2), Reason: "停机"})
		})
		h.must(err)
		return asks(h, applytest.Submission(id))
	}},
	{"begin another", "none", "apply.late", func(h *house, id apply.ID) error {
		_, err := h.begin("host admin", apply.Beginning{Call: h.Call.ID, Key: string(id)})
		return err
	}},
	{"begin under no call", "none", "call.missing", func(h *house, id apply.ID) error {
		_, err := h.begin("host admin", apply.Beginning{Call: call.ID(id), Key: string(id)})
		return err
	}},
	{"follow to an amendment that is none", "ready", "apply.not_amended", func(h *house, id apply.ID) error {
		_, err := h.follow("host admin", id)
		return err
	}},
}

// changing are the ways to change what is submitted.
var changing = []bypass{
	{"edit through the form", "submitted", "apply.not_editable", typing("centre.name", "另一个中心")},
	{"edit through an old tab", "submitted", "apply.not_editable", func(h *house, id apply.ID) error {
		_, err := h.save("second editor", apply.Saving{Application: id, Tab: "opened before", Typed: map[string]string{"lab_area": "99999"}, Was: map[string]string{"lab_area": h.Form(id).Fields["lab_area"].Hash()}})
		return err
	}},
	{"edit through the program's door", "submitted", "apply.not_editable", entering(`{"centre.name": "另一个中心"}`)},
	{"a row through the form", "submitted", "apply.not_editable", typing("projects/"+strings.Repeat("0", 32)+"/title", "另一个项目")},
	{"take over the profile again", "submitted", "apply.not_editable", func(h *house, id apply.ID) error { return h.refill("host admin", "team", id) }},
	{"the partner changes its part", "submitted", "apply.not_editable", func(h *house, id apply.ID) error {
		_, err := h.save("partner admin", apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"centre.name": "另一个中心"}})
		return err
	}},
	{"another file", "submitted", "apply.not_editable", func(h *house, id apply.ID) error {
		_, err := kept(h, "host editor", func(ctx context.Context, tx *db.Tx) (*apply.Upload, error) {
			return apply.BeginUpload(ctx, tx, h.Office, apply.Sending{Application: id, Material: "licence", Name: "a.pdf", Size: 10})
		})
		return err
	}},
	{"take a file out", "submitted", "apply.not_editable", func(h *house, id apply.ID) error {
		_, err := kept(h, "host editor", func(ctx context.Context, tx *db.Tx) (*apply.File, error) {
			return apply.RemoveFile(ctx, tx, h.Office, apply.FileAt{Application: id, File: h.Form(id).Files[0].ID})
		})
		return err
	}},
	{"give it up", "submitted", "apply.not_editable", func(h *house, id apply.ID) error {
		_, err := h.drop("host admin", id)
		return err
	}},
	{"the host returns it to itself", "submitted", "actor.refused", returning("host admin", time.Hour)},
	{"the partner returns it", "submitted", "apply.missing", returning("partner admin", time.Hour)},
	{"another unit returns it", "submitted", "apply.missing", returning("other admin", time.Hour)},
	{"an authority of another province returns it", "submitted", "apply.missing", returning("abroad head", time.Hour)},
	{"returned until a time that is over", "submitted", "apply.mend_past", returning("district officer", -time.Hour)},
	{"the application's own columns: state", "ready", "apply.no_field", typing("state", "submitted")},
	{"… mend_until", "returned", "apply.no_field", typing("mend_until", "2099-01-01T00:00:00.000Z")},
	{"… version", "withdrawn", "apply.no_field", typing("version", "-1")},
	{"a material as if it were a fact", "ready", "apply.no_field", typing("material.plan", "plan.pdf")},
	{"another application's field", "ready", "apply.no_field", typing("application:x/centre.name", "x")},
	{"the application's own columns through the program's door", "ready", "apply.no_field", entering(`{"state": "submitted"}`)},
	{"a version before the first", "submitted", "apply.no_version", versionAt(-1)},
	{"a version far ahead", "submitted", "apply.no_version", versionAt(1 << 62)},
	{"somebody else's role", "ready", "apply.missing", func(h *house, id apply.ID) error {
		by := h.Staff["host editor"]
		by.Role = string(actor.UnitAdmin)
		h.Staff["forger"] = by
		_, err := h.submit("forger", applytest.Submission(id))
		return err
	}},
	{"somebody else's unit", "ready", "apply.missing", func(h *house, id apply.ID) error {
		by := h.Staff["other admin"]
		by.Unit = h.Staff["host admin"].Unit
		h.Staff["forger"] = by
		_, err := h.submit("forger", applytest.Submission(id))
		return err
	}},
}

func versionAt(n int64) func(h *house, id apply.ID) error {
	return func(h *house, id apply.ID) error {
		s := h.sight(id)
		_, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Version, error) { return s.VersionOf(h.Context(), r, n) })
		return err
	}
}

// keyOf is the key of the request that made the last version: the house keeps
// them as a browser's history would.
func keyOf(h *house, id apply.ID) string { return h.keys[id] }

// Reliability.md G-C4: none of these helps, none of them leaves a line or
// changes anything.
func TestBypasses(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		var ids []apply.ID
		all := slices.Concat(late, changing)
		for _, b := range all {
			ids = append(ids, h.put(ready, b.state))
		}
		for i, b := range all {
			h.clock.Set(h.Call.Closes.Add(time.Second))
			before, n, versions := h.whole(ids[i]), h.count(), h.allVersions(ids[i])
			h.want(b.name, b.try(h, ids[i]), b.key)
			if got := h.lines(n); len(got) > 0 && b.name != "an extension that nobody approved" {
				t.Errorf("%s: lines %q", b.name, got)
			}
			if after := h.whole(ids[i]); after != before || h.allVersions(ids[i]) != versions {
				t.Errorf("%s: it changed\n%s\ninto\n%s", b.name, before, after)
			}
		}
		if len(all) < 25 {
			t.Errorf("%d cases", len(all))
		}
	})
}

// allVersions are the versions of an application with all that they hold, for
// comparison.
func (h *house) allVersions(id apply.ID) string {
	if _, err := h.sees("host admin", id); err != nil {
		return key(err)
	}
	var out strings.Builder
	for _, v := range h.versions(id) {
		text, err := json.Marshal([]any{v, v.Facts, v.Texts, v.Findings})
		h.must(err)
		out.Write(text)
	}
	return out.String()
}

// The time that an authority gives to mend is for that return: after it was
// used, nothing more is taken back or submitted.
func TestTimeToMendIsUsedOnce(t *testing.T) {
	each(t, func(h *house) {
		id := h.put(h.Ready(), "submitted")
		mend := h.Call.Closes.Add(72 * time.Hour)
		_, err := h.giveBack("district officer", apply.SendingBack{Application: id, Reason: "请补正", Until: mend})
		h.must(err)
		h.clock.Set(h.Call.Closes.Add(time.Hour))
		h.want("mended", asks(h, applytest.Submission(id)), "")
		if s := h.sight(id); s.Reason != "" || !s.MendUntil.IsZero() {
			t.Errorf("what was mended is still to be mended: %q until %s", s.Reason, s.MendUntil)
		}
		_, err = h.withdraw("host admin", apply.Recall{Application: id})
		h.want("withdraw after the close", err, "apply.late")
		_, err = h.giveBack("district officer", apply.SendingBack{Application: id, Reason: "再补正"})
		h.must(err)
		h.want("returned again, without a time", asks(h, applytest.Submission(id)), "apply.late")
		h.clock.Set(dbtest.Noon)
	})
}
