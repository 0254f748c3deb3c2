package recommend_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/recommend"
)

func (h *house) signing(who string, g recommend.Signing) error {
	h.Helper()
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Answer, error) {
		return recommend.Sign(ctx, tx, h.office, g)
	})
	return err
}

func (h *house) todo(who string, s *recommend.Step) []recommend.Todo {
	h.Helper()
	k, err := db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Case, error) { return recommend.Find(h.Context(), r, h.Staff[who], s.ID) })
	h.must(err)
	return recommend.TodoOf(h.Version.Package, s, k.Submitted)
}

func (h *house) assign(who string, to actor.PersonID, ids ...recommend.StepID) error {
	h.Helper()
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (int, error) { return 0, recommend.Assign(ctx, tx, to, ids) })
	return err
}

func (h *house) ask(who string, step recommend.StepID, ground string) (*recommend.Appeal, error) {
	h.Helper()
	return act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Appeal, error) {
		return recommend.Ask(ctx, tx, h.office, step, ground)
	})
}

func (h *house) reply(who string, y recommend.Reply) error {
	h.Helper()
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Appeal, error) {
		return recommend.AnswerAppeal(ctx, tx, h.office, y)
	})
	return err
}

// does runs an act, asks for the key of its fault, and for the lines that it
// leaves: none, when there is a fault.
func (h *house) does(what string, do func() error, key string, lines ...string) {
	h.Helper()
	h.gained(what, func() { h.want(what, do(), key) }, lines...)
}

// Each answer is signed by itself, about what is asked in the step and the
// version that waits; a "no" says why.
func TestSign(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		all := h.todo("district officer", s)
		if len(all) == 0 {
			t.Fatal("nothing is asked")
		}
		good := recommend.Signing{Step: s.ID, Version: 1, Kind: all[0].Kind, Item: all[0].Item, Answer: recommend.Yes}
		for _, one := range []struct {
			what string
			who  string
			with func(g *recommend.Signing)
			key  string
		}{
			{"another version", "district officer", func(g *recommend.Signing) { g.Version = 2 }, "recommend.other_version"},
			{"what is not asked", "district officer", func(g *recommend.Signing) { g.Item = "'; --" }, "recommend.no_question"},
			{"another kind", "district officer", func(g *recommend.Signing) { g.Kind = "machine" }, "recommend.no_question"},
			{"neither yes nor no", "district officer", func(g *recommend.Signing) { g.Answer = "perhaps" }, "recommend.yes_no"},
			{"no without a reason", "district officer", func(g *recommend.Signing) { g.Answer, g.Remark = recommend.No, " \n" }, "recommend.why_no"},
			{"a long remark", "district officer", func(g *recommend.Signing) { g.Remark = strings.Repeat("长", 1001) }, "recommend.long"},
			{"no such step", "district officer", func(g *recommend.Signing) { g.Step = "nothing" }, "recommend.missing"},
			{"a step that waits", "city officer", func(g *recommend.Signing) { g.Step = h.step("city officer", id).ID }, "recommend.not_open"},
		} {
			g := good
			one.with(&g)
			h.does(one.what, func() error { return h.signing(one.who, g) }, one.key)
		}
		h.does("yes", func() error { return h.signing("district officer", good) }, "", "recommend.sign")
		again := good
		again.Answer, again.Remark = recommend.No, "未见社保缴纳证明"
		h.does("on second thoughts, by a colleague", func() error { return h.signing("district head", again) }, "", "recommend.sign")
		k, err := db.View(t.Context(), h.DB, func(r db.Reader) (*recommend.Case, error) {
			return recommend.Find(t.Context(), r, h.Staff["city officer"], h.step("city officer", id).ID)
		})
		h.must(err)
		if len(k.Answers) != 1 || k.Answers[0].Answer != recommend.No || string(k.Answers[0].Person) != h.Staff["district head"].Person {
			t.Errorf("the city sees %+v", k.Answers)
		}
	})
}

// Every decision, its faults and the lines that it leaves.
func TestDecisions(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		d := recommend.Decision{Step: s.ID, Version: 1, Reason: "属实"}
		by := func(who string, act deciding, with func(d *recommend.Decision)) func() error {
			return func() error {
				one := d
				if with != nil {
					with(&one)
				}
				_, err := h.decide(who, act, one)
				return err
			}
		}
		none := func(d *recommend.Decision) { d.Reason = " " }
		long := func(d *recommend.Decision) { d.Reason = strings.Repeat("长", 1001) }
		old := func(d *recommend.Decision) { d.Version = 0 }
		h.does("endorsed unanswered", by("district officer", recommend.Endorse, nil), "recommend.unanswered")
		h.does("filed", by("district officer", recommend.File, nil), "recommend.other_kind")
		h.does("received", by("district officer", recommend.Receive, nil), "recommend.other_kind")
		for name, act := range map[string]deciding{"return": recommend.SendBack, "refuse": recommend.Refuse} {
			h.does(name+" without a reason", by("district officer", act, none), "recommend.reason")
			h.does(name+" with a long one", by("district officer", act, long), "recommend.long")
			h.does(name+" of another version", by("district officer", act, old), "recommend.other_version")
			h.does(name+" by the applicant", by("host admin", act, nil), "recommend.missing")
		}
		h.does("a remark on what is not there", by("district officer", recommend.SendBack, func(d *recommend.Decision) {
			d.Remarks = []apply.Remark{{Field: "no.such", Text: "x"}}
		}), "apply.no_field")
		h.does("to be mended in the past", by("district officer", recommend.SendBack, func(d *recommend.Decision) { d.Until = time.Unix(0, 0) }), "apply.mend_past")
		h.does("returned", by("district officer", recommend.SendBack, nil), "", "apply.return", "recommend.return")
		h.does("returned twice", by("district officer", recommend.SendBack, nil), "recommend.not_open")
		h.stand("returned", id, recommend.Returned, recommend.Waiting, recommend.Waiting)

		h.submit(id)
		d.Version = 2
		h.sign("district officer", s2(h, id))
		h.does("endorsed", by("district officer", recommend.Endorse, nil), "", "recommend.endorse")
		city := h.step("city officer", id)
		d.Step = city.ID
		h.does("refused under a clause that is none", by("city officer", recommend.Refuse, func(d *recommend.Decision) { d.Clause = "000-999" }), "recommend.no_clause")
		h.does("refused", by("city officer", recommend.Refuse, nil), "", "recommend.reject")
		h.stand("refused", id, recommend.Endorsed, recommend.Rejected, recommend.Waiting)
	})
}

func s2(h *house, id apply.ID) *recommend.Step { return h.step("district officer", id) }

// A case is given to a colleague and to nobody else; who has left is not told.
func TestAssign(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		head := actor.PersonID(h.Staff["district head"].Person)
		h.does("to the applicant", func() error { return h.assign("district officer", actor.PersonID(h.Staff["host admin"].Person), s.ID) }, "recommend.not_colleague")
		h.does("by the city", func() error { return h.assign("city officer", head, s.ID) }, "recommend.missing")
		h.does("one of two is another's", func() error { return h.assign("district officer", head, s.ID, h.step("city officer", id).ID) }, "recommend.missing")
		if got := h.step("district officer", id).Assignee; got != "" {
			t.Errorf("half of it was done: %s", got)
		}
		h.does("to the head", func() error { return h.assign("district officer", head, s.ID) }, "", "recommend.assign")
		h.does("back to all", func() error { return h.assign("district officer", "", s.ID) }, "", "recommend.assign")
		h.does("a step that waits", func() error { return h.assign("city officer", "", h.step("city officer", id).ID) }, "recommend.not_open")

		leaver := h.Hire("leaver", "district", actor.Officer)
		h.does("to who will leave", func() error { return h.assign("district officer", actor.PersonID(leaver.Person), s.ID) }, "", "recommend.assign")
		_, err := h.decide("district officer", recommend.SendBack, recommend.Decision{Step: s.ID, Version: 1, Reason: "补"})
		h.must(err)
		h.change(`UPDATE memberships SET ended = '2024-11-27T00:00:00.000Z', valid_to = '2024-11-27T00:00:00.000Z' WHERE person = '` + leaver.Person + `'`)
		before, officer := h.told(leaver.Person), h.told(h.Staff["district officer"].Person)
		h.submit(id)
		if got := h.told(leaver.Person); got != before {
			t.Errorf("who has left was told %d times", got-before)
		}
		if got := h.told(h.Staff["district officer"].Person); got != officer+1 {
			t.Errorf("the officers were told %d times", got-officer)
		}
	})
}

// told is how much somebody was told.
func (h *house) told(person string) (n int) {
	h.Helper()
	_, err := db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
		return 0, r.QueryRow(h.Context(), `SELECT COUNT(*) FROM notices WHERE person = $1`, person).Scan(&n)
	})
	h.must(err)
	return n
}

// A refusal is looked at again once, within its days, and answered once.
func TestAppeal(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		h.does("nothing was refused", func() error { _, err := h.ask("host admin", s.ID, "x"); return err }, "recommend.not_rejected")
		_, err := h.decide("district officer", recommend.Refuse, recommend.Decision{Step: s.ID, Version: 1, Reason: "不符合"})
		h.must(err)
		for who, key := range map[string]string{"host editor": "actor.refused", "district officer": "actor.refused", "other admin": "actor.missing", "visitor": "actor.missing"} {
			h.does("by "+who, func() error { _, err := h.ask(who, s.ID, "请复核"); return err }, key)
		}
		h.does("without a ground", func() error { _, err := h.ask("host admin", s.ID, " "); return err }, "recommend.reason")
		h.does("of nothing", func() error { _, err := h.ask("host admin", "nothing", "x"); return err }, "recommend.missing")
		before := h.told(h.Staff["district officer"].Person)
		var ask *recommend.Appeal
		h.does("asked", func() (err error) { ask, err = h.ask("host admin", s.ID, "方向属于附件所列"); return err }, "", "recommend.appeal")
		if got := h.told(h.Staff["district officer"].Person); got != before+1 {
			t.Errorf("the authority was told %d times", got-before)
		}
		h.does("asked twice", func() error { _, err := h.ask("host admin", s.ID, "再来"); return err }, "recommend.appealed")
		h.does("answered by the city", func() error { return h.reply("city officer", recommend.Reply{Appeal: ask.ID, Answer: "x"}) }, "recommend.missing")
		h.does("answered without a word", func() error { return h.reply("district officer", recommend.Reply{Appeal: ask.ID}) }, "recommend.reason")
		h.does("reopened", func() error {
			return h.reply("district officer", recommend.Reply{Appeal: ask.ID, Reopen: true, Answer: "同意"})
		}, "", "recommend.answer_appeal")
		h.does("answered twice", func() error { return h.reply("district officer", recommend.Reply{Appeal: ask.ID, Answer: "不"}) }, "recommend.appeal_answered")
		h.stand("reopened", id, recommend.Open, recommend.Waiting, recommend.Waiting)
		h.Clock().Add(time.Minute)
		_, err = h.decide("district officer", recommend.Refuse, recommend.Decision{Step: s.ID, Version: 1, Reason: "仍不符合"})
		h.must(err)
		h.Clock().Add(5*24*time.Hour - time.Millisecond)
		ask, err = h.ask("host admin", s.ID, "最后一刻")
		h.must(err)
		h.must(h.reply("district head", recommend.Reply{Appeal: ask.ID, Answer: "维持"}))
		h.stand("upheld", id, recommend.Rejected, recommend.Waiting, recommend.Waiting)
	})
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		s := h.step("district officer", id)
		_, err := h.decide("district officer", recommend.Refuse, recommend.Decision{Step: s.ID, Version: 1, Reason: "不符合"})
		h.must(err)
		h.Clock().Add(5 * 24 * time.Hour)
		h.does("too late", func() error { _, err := h.ask("host admin", s.ID, "x"); return err }, "recommend.appeal_late")
	})
}

// An authority asks its units for an earlier end, and says something.
func TestRelay(t *testing.T) {
	inHouse(t, func(h *house) {
		set := func(who string, l recommend.Relay) func() error {
			return func() error {
				l.Call = h.Call.ID
				_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Relay, error) { return recommend.SetRelay(ctx, tx, l) })
				return err
			}
		}
		early := h.Call.Closes.Add(-24 * time.Hour)
		h.does("by the applicant", set("host admin", recommend.Relay{Message: "x"}), "actor.missing")
		h.does("by a visitor", set("visitor", recommend.Relay{Message: "x"}), "actor.missing")
		h.does("not before the call ends", set("city officer", recommend.Relay{Until: h.Call.Closes}), "recommend.relay_late")
		h.does("a long message", set("city officer", recommend.Relay{Message: strings.Repeat("长", 1001)}), "recommend.long")
		h.does("of the city", set("city officer", recommend.Relay{Until: early, Message: "请提前"}), "", "recommend.relay")
		h.does("of the district", set("district head", recommend.Relay{Message: "<b>请提前</b>"}), "", "recommend.relay")
		relays := func(unit string) []recommend.Relay {
			all, err := db.View(t.Context(), h.DB, func(r db.Reader) ([]recommend.Relay, error) {
				return recommend.RelaysFor(t.Context(), r, h.Call.ID, h.Units[unit].ID)
			})
			h.must(err)
			return all
		}
		if all := relays("host"); len(all) != 2 || all[0].Message != "<b>请提前</b>" || !all[1].Until.Equal(early) {
			t.Errorf("the host is asked %+v", all)
		}
		if all := relays("partner"); len(all) != 0 {
			t.Errorf("a unit of Beijing is asked %+v", all)
		}
		h.does("taken away", set("district officer", recommend.Relay{}), "", "recommend.relay")
		if all := relays("host"); len(all) != 1 {
			t.Errorf("the host is asked %+v", all)
		}
	})
}
