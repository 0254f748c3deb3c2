package call_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/secret"
)

// An act is one public act, done by somebody.
type act = func(ctx context.Context, tx *db.Tx) (*call.Call, error)

// A scenario is an act, who does it to what, and what comes of it.
type scenario struct {
	name  string
	who   string
	state string // of the call it is done to: none, draft, published, withdrawn, replaced, proposed
	key   string // of the fault, "" for none
	lines []string
}

// put brings a call into a state; the second result is its waiting extension.
func (s *stage) put(state string) (*call.Call, string) {
	s.Helper()
	switch state {
	case "none":
		return &call.Call{ID: call.ID(db.NewID())}, "none"
	case "draft":
		return s.drafted("shandong-tic-2024", ""), "none"
	case "proposed":
		return s.proposed(shanghai(12, 5, 17, 0))
	}
	c := s.publishedOf("shandong-tic-2024")
	switch state {
	case "withdrawn":
		c = s.must("district head", withdraw(c.ID, "暂停"))
	case "replaced":
		a := s.drafted("shandong-tic-2024", c.ID)
		s.must("district officer", publish(a.ID, ""))
	}
	return c, "none"
}

// play runs the scenarios of an act on both databases: the fault, the lines of
// the journal, and that an act that fails changes nothing.
func play(t *testing.T, scenarios []scenario, do func(s *stage, c *call.Call, extension string) act) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		for _, sc := range scenarios {
			t.Run(sc.name, func(t *testing.T) {
				c, extension := s.put(sc.state)
				before, _ := s.find("district officer", c.ID)
				n := len(s.lines(0))
				_, err := s.as(sc.who, do(s, c, extension))
				if key(err) != sc.key {
					t.Errorf("%q, want %q", key(err), sc.key)
				}
				got := s.lines(n)
				if !slices.Equal(got, sc.lines) {
					t.Errorf("the journal gained %q, want %q", got, sc.lines)
				}
				if err == nil || before == nil {
					return
				}
				after, _ := s.find("district officer", c.ID)
				if after.State != before.State || len(after.Extensions) != len(before.Extensions) || !after.Closes.Equal(before.Closes) || len(after.Attachments) != len(before.Attachments) {
					t.Errorf("it failed and left\n%+v, it was\n%+v", after, before)
				}
			})
		}
	})
}

// strangers may do nothing to a call of the district, and do not learn that it
// is there.
func strangers(state string) (out []scenario) {
	for _, who := range []string{"visitor", "abroad officer", "abroad head", "city head"} {
		out = append(out, scenario{"by a stranger: " + who, who, state, "call.missing", nil})
	}
	return out
}

func TestPublishing(t *testing.T) {
	play(t, append([]scenario{
		{"by the officer", "district officer", "draft", "", []string{"call.publish"}},
		{"by the head", "district head", "draft", "", []string{"call.publish"}},
		{"again", "district officer", "published", "call.not_draft", nil},
		{"what was withdrawn", "district officer", "withdrawn", "call.not_draft", nil},
		{"what was replaced", "district officer", "replaced", "call.not_draft", nil},
		{"what is not there", "district officer", "none", "call.missing", nil},
	}, strangers("draft")...), func(s *stage, c *call.Call, _ string) act { return publish(c.ID, "") })
}

func TestWithdrawing(t *testing.T) {
	play(t, append([]scenario{
		{"by the head", "district head", "published", "", []string{"call.withdraw"}},
		{"a draft", "district head", "draft", "", []string{"call.withdraw"}},
		{"with an extension that waits", "district head", "proposed", "", []string{"call.withdraw"}},
		{"again", "district head", "withdrawn", "call.not_published", nil},
		{"what was replaced", "district head", "replaced", "call.not_published", nil},
	}, strangers("published")...), func(s *stage, c *call.Call, _ string) act { return withdraw(c.ID, "暂停") })
}

func TestScheduling(t *testing.T) {
	slot := func(s *stage, c *call.Call, _ string) act {
		return func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
			return call.Schedule(ctx, tx, call.Slot{Call: c.ID, Stage: "expert", From: shanghai(12, 9, 9, 0), Until: shanghai(12, 10, 17, 0)})
		}
	}
	play(t, append([]scenario{
		{"by the officer", "district officer", "draft", "", []string{"call.schedule"}},
		{"what is published", "district officer", "published", "call.not_draft", nil},
		{"what was withdrawn", "district officer", "withdrawn", "call.not_draft", nil},
	}, strangers("draft")...), slot)
}

func TestProposing(t *testing.T) {
	play(t, append([]scenario{
		{"by the officer", "district officer", "published", "", []string{"call.propose_extension"}},
		{"by the head", "district head", "published", "", []string{"call.propose_extension"}},
		{"beside one that waits", "district head", "proposed", "", []string{"call.propose_extension"}},
		{"of a draft", "district officer", "draft", "call.not_published", nil},
		{"of what was withdrawn", "district officer", "withdrawn", "call.not_published", nil},
		{"of what was replaced", "district officer", "replaced", "call.not_published", nil},
	}, strangers("published")...), func(s *stage, c *call.Call, _ string) act { return propose(c.ID, shanghai(12, 5, 17, 0)) })
}

func TestApproving(t *testing.T) {
	play(t, append([]scenario{
		{"by the head", "district head", "proposed", "", []string{"call.approve_extension"}},
		{"by whoever proposed it", "district officer", "proposed", "actor.refused", nil},
		{"by another officer", "second district officer", "proposed", "actor.refused", nil},
		{"one that is not there", "district head", "published", "call.missing", nil},
	}, strangers("proposed")...), func(s *stage, c *call.Call, extension string) act { return approve(c.ID, extension) })
}

func TestAttaching(t *testing.T) {
	play(t, []scenario{
		{"to a draft", "district officer", "draft", "", []string{"call.attach"}},
		{"to what is published", "district officer", "published", "", []string{"call.attach"}},
		{"to what was withdrawn", "district officer", "withdrawn", "call.not_published", nil},
		{"to what was replaced", "district officer", "replaced", "call.not_published", nil},
		{"by another authority", "abroad officer", "published", "call.missing", nil},
		{"by a visitor", "visitor", "published", "call.missing", nil},
	}, func(s *stage, c *call.Call, _ string) act {
		return s.attach(c.ID, "通知.txt", "通知 "+string(c.ID))
	})
}

func TestDrafting(t *testing.T) {
	amend := func(s *stage, c *call.Call, _ string) act {
		v := version(s, "shandong-tic-2024")
		return func(ctx context.Context, tx *db.Tx) (*call.Call, error) { return call.Draft(ctx, tx, v, c.ID) }
	}
	play(t, []scenario{
		{"an amendment", "district officer", "published", "", []string{"call.draft"}},
		{"an amendment of a draft", "district officer", "draft", "call.not_published", nil},
		{"an amendment of what was withdrawn", "district officer", "withdrawn", "call.not_published", nil},
		{"an amendment of what was replaced", "district officer", "replaced", "call.not_published", nil},
		{"an amendment of nothing", "district officer", "none", "call.missing", nil},
		{"an amendment of another authority's call", "city officer", "published", "call.missing", nil},
		{"by a visitor", "visitor", "published", "actor.missing", nil},
	}, amend)
}

// Publishing an amendment leaves a line on both calls.
func TestAnAmendmentReplaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c := s.publishedOf("shandong-tic-2024")
		a := s.drafted("shandong-tic-2024", c.ID)
		n := len(s.lines(0))
		s.must("district officer", publish(a.ID, ""))
		if got := strings.Join(s.lines(n), " "); got != "call.publish call.replace" {
			t.Errorf("lines %s", got)
		}
		old, err := s.find("visitor", c.ID)
		if err != nil || old.State != call.Replaced || old.ReplacedBy != a.ID || old.Phase(dbtest.Noon) != call.Closed {
			t.Errorf("the old one is %+v, %v", old, err)
		}
		if list := s.list(call.Filter{}); len(list) != 1 || list[0].ID != a.ID {
			t.Errorf("the list holds %d calls", len(list))
		}
	})
}

// A list says of every call what its own page says, at the instants between.
func TestListsAgreeWithPhases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		s.publishedOf("shandong-tic-2024")
		s.publishedOf("shanxi-tic-2024")
		s.publishedOf("jinan-2019/social") // neither beginning nor end
		edges := map[time.Time]bool{}
		for _, c := range s.list(call.Filter{}) {
			for _, e := range []time.Time{c.Opens, c.Closes} {
				for _, off := range []time.Duration{0, -7 * 24 * time.Hour, 365 * 24 * time.Hour} {
					edges[e.Add(off)] = !e.IsZero()
				}
			}
		}
		for e, given := range edges {
			for _, off := range []time.Duration{-time.Millisecond, 0, time.Millisecond} {
				if given {
					s.clock.Set(e.Add(off))
					s.agrees(e.Add(off))
				}
			}
		}
	})
}

func (s *stage) agrees(now time.Time) {
	s.Helper()
	holds := map[call.Phase][]call.Phase{call.Upcoming: {call.Upcoming}, call.Open: {call.Open, call.Closing}, call.Closing: {call.Closing},
		call.Closed: {call.Closed, call.Archived}, call.Archived: {call.Archived}}
	all := s.list(call.Filter{})
	for phase, of := range holds {
		got := s.list(call.Filter{Phase: phase})
		for _, c := range all {
			in := slices.ContainsFunc(got, func(g *call.Call) bool { return g.ID == c.ID })
			if want := slices.Contains(of, c.Phase(now)); in != want {
				s.Errorf("%v: %s is %s, and in the list of %s: %v", now, c.Title, c.Phase(now), phase, in)
			}
		}
	}
}

// A desk shows the newest drafts first, however many calls the unit published.
func TestTheDeskShowsTheNewestDraft(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	for range 3 {
		s.publishedOf("shandong-tic-2024")
	}
	draft := s.drafted("shandong-tic-2024", "")
	mine, err := db.View(t.Context(), s.db, func(r db.Reader) ([]*call.Call, error) {
		return call.Mine(t.Context(), r, s.staff["district officer"], call.Filter{Newest: true, Limit: 3})
	})
	if err != nil || len(mine) == 0 || mine[0].ID != draft.ID {
		t.Errorf("the first of %d is no draft: %v", len(mine), err)
	}
}

// What a visitor types into the address of a list never breaks it. (The door
// lets no NUL and no broken UTF-8 in.)
func TestHostileFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		s.publishedOf("shandong-tic-2024")
		for _, bad := range []string{"'; DROP TABLE calls --", "%", "_", `\`, strings.Repeat("长", 100_000), "2024", "\U0010ffff", "9999 ", " "} {
			for name, f := range map[string]call.Filter{"text": {Text: bad}, "place": {Place: bad}, "field": {Field: bad}, "mode": {Mode: bad},
				"phase": {Phase: call.Phase(bad)}, "after": {After: bad}, "limit": {Limit: -1, Text: bad}} {
				if _, err := db.View(t.Context(), d, func(r db.Reader) ([]*call.Call, error) { return call.List(t.Context(), r, f) }); err != nil {
					t.Errorf("%s %.10q: %v", name, bad, err)
				}
			}
			if _, err := s.find("visitor", call.ID(bad)); key(err) != "call.missing" {
				t.Errorf("a call with the id %.10q: %q", bad, key(err))
			}
			_, err := db.View(t.Context(), d, func(r db.Reader) (call.ID, error) {
				id, _, err := call.Kept(t.Context(), r, bad)
				return id, err
			})
			if key(err) != "call.not_kept" {
				t.Errorf("kept under %.10q: %q", bad, key(err))
			}
		}
		if n := len(s.list(call.Filter{Text: "%"})); n != 1 {
			t.Errorf("a percent sign asks for nothing: %d calls", n)
		}
		if n := len(s.list(call.Filter{Place: "37%"})); n > 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// What was typed waits for thirty days, to the millisecond, and goes.
func TestKeeping(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c, draft := s.publishedOf("shandong-tic-2024"), s.drafted("shandong-tic-2024", "")
		keep := func(id call.ID, token, facts string) error {
			_, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) { return 0, call.Keep(t.Context(), tx, id, token, []byte(facts)) })
			return err
		}
		forget := func() int64 {
			n, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int64, error) { return call.Forget(t.Context(), tx) })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		kept := func(token string) (string, string) {
			facts, err := db.View(t.Context(), d, func(r db.Reader) ([]byte, error) {
				_, facts, err := call.Kept(t.Context(), r, token)
				return facts, err
			})
			return string(facts), key(err)
		}
		token := secret.NewToken()
		for name, tt := range map[string]struct {
			id         call.ID
			facts, key string
		}{"a draft": {draft.ID, `{}`, "call.missing"}, "no call": {"none", `{}`, "call.missing"}, "no JSON": {c.ID, `{`, "call.facts"}, "no object": {c.ID, `[]`, "call.facts"},
			"null": {c.ID, `null`, "call.facts"}, "too large": {c.ID, `{"a":"` + strings.Repeat("a", 64<<10) + `"}`, "call.facts_large"}} {
			if got := key(keep(tt.id, token, tt.facts)); got != tt.key {
				t.Errorf("%s: %q, want %q", name, got, tt.key)
			}
		}
		n := len(s.lines(0))
		if err := keep(c.ID, token, `{"lab_area": "2600.50 平方米"}`); err != nil {
			t.Fatal(err)
		}
		end := dbtest.Noon.Add(30 * 24 * time.Hour)
		s.clock.Set(end.Add(-time.Millisecond))
		if facts, k := kept(token); facts != `{"lab_area": "2600.50 平方米"}` || k != "" {
			t.Errorf("a millisecond before: %s %s", facts, k)
		}
		if gone := forget(); gone != 0 {
			t.Errorf("%d were forgotten too early", gone)
		}
		s.clock.Set(end)
		if _, k := kept(token); k != "call.not_kept" {
			t.Errorf("at the instant: %s", k)
		}
		if gone := forget(); gone != 1 || forget() != 0 {
			t.Errorf("%d were forgotten", gone)
		}
		if len(s.lines(n)) != 0 {
			t.Errorf("what a visitor types left lines: %v", s.lines(n))
		}
	})
}
