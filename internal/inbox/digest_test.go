package inbox_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/hook"
	"shenbao/internal/inbox"
	"shenbao/internal/job"
	"shenbao/internal/mail"
	"shenbao/internal/secret"
)

// A desk is a runner that writes letters of the day. Li and Zhou are officers;
// Wang is an applicant.
type desk struct {
	*job.Runner
	mail.Memory
	options inbox.Options
	db      *db.DB
	work    map[string]string
	left    map[string]bool // who left the unit
}

func newDesk(d *db.DB) *desk {
	k := &desk{db: d, Runner: job.New(d, job.Settings{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}), work: map[string]string{}, left: map[string]bool{}}
	k.options = inbox.Options{Base: "https://sb.example.gov.cn",
		Address: func(_ context.Context, _ db.Reader, person string) (string, string, error) {
			return person + "@example.cn", "zh", nil
		},
		Belongs: func(_ context.Context, _ db.Reader, person, unit string) (bool, error) {
			return unit == "office" && !k.left[person], nil
		},
		Digest: inbox.Digest{
			Arrival: func(key string) bool { return key == "inbox.subject" },
			Usual: func(_ context.Context, _ db.Reader, person string) (inbox.Choice, error) {
				return map[string]inbox.Choice{"li": inbox.Arrivals, "zhou": inbox.Arrivals}[person] + map[bool]inbox.Choice{true: inbox.AtOnce}[person == "wang"], nil
			},
			Workers: func(context.Context, db.Reader) ([]string, error) { return []string{"li", "zhou"}, nil },
			Work:    func(_ context.Context, _ db.Reader, person, _ string) (string, error) { return k.work[person], nil },
		}}
	inbox.Handle(k.Runner, d, &k.Memory, k.options)
	return k
}

// until lets the clock go on by half hours to a time of a day of November 2024 in
// Shanghai, and does what is due on the way.
func (k *desk) until(t *testing.T, day, hour, minute int) {
	t.Helper()
	now := k.db.Clock.(*clock.Manual)
	for to := time.Date(2024, 11, day, hour, minute, 0, 0, clock.Zone); now.Now().Before(to); {
		now.Set(now.Now().Add(min(30*time.Minute, to.Sub(now.Now()))))
		k.Drain(t.Context())
	}
}

func (k *desk) choose(t *testing.T, person string, c inbox.Choice) error {
	return keep(t, k.db, func(tx *db.Tx) error { return inbox.Choose(t.Context(), tx, person, c) })
}

// letters are what a person got, by subject and body.
func (k *desk) letters(person string) (out []mail.Letter) {
	for _, l := range k.Letters() {
		if l.To == person+"@example.cn" {
			out = append(out, l)
		}
	}
	return out
}

// arrival is a notice that can wait; other is one that cannot.
func arrival(person, what string) inbox.Notice { return told(person, what) }

func other(person, what string) inbox.Notice {
	n := told(person, what)
	n.Key, n.Args = "inbox.body", []any{what, "x", "y"}
	return n
}

func TestLetterOfTheDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(d) // it is noon of the 27th
		send(t, d, "", arrival("li", "甲"), arrival("li", "乙"), other("li", "急"), arrival("wang", "丙"))
		k.Drain(t.Context())
		if li, wang := k.letters("li"), k.letters("wang"); len(li) != 1 || !strings.Contains(li[0].Body, "急") || len(wang) != 1 {
			t.Fatalf("at once: li %+v, wang %+v", li, wang)
		}
		k.until(t, 28, 8, 29)
		if got := k.letters("li"); len(got) != 1 {
			t.Fatalf("before its time: %+v", got)
		}
		k.work["li"], k.work["wang"] = "待办 2 件", "不该有"
		k.until(t, 28, 8, 30)
		got := k.letters("li")
		if len(got) != 2 || got[1].Subject != "申报平台：2024-11-28 每日摘要" {
			t.Fatalf("of the day: %+v", got)
		}
		for _, want := range []string{"待办 2 件", "新消息 2 条：", "· 申报平台：甲\n  https://sb.example.gov.cn/calls/甲", "乙", "/account"} {
			if !strings.Contains(got[1].Body, want) {
				t.Errorf("the letter lacks %q:\n%s", want, got[1].Body)
			}
		}
		if strings.Contains(got[1].Body, "急") || len(k.letters("zhou")) != 0 || len(k.letters("wang")) != 1 {
			t.Errorf("told twice, or to somebody else: %s; zhou %v, wang %v", got[1].Body, k.letters("zhou"), k.letters("wang"))
		}
		// The next day: only what is new, and nothing when there is nothing.
		k.work["li"] = ""
		k.until(t, 28, 20, 0)
		send(t, d, "", arrival("zhou", "丁"))
		k.until(t, 29, 12, 0)
		if got := k.letters("li"); len(got) != 2 {
			t.Errorf("a letter about nothing: %+v", got[2:])
		}
		if got := k.letters("zhou"); len(got) != 1 || !strings.Contains(got[0].Body, "丁") {
			t.Errorf("zhou: %+v", got)
		}
		k.until(t, 30, 12, 0)
		if len(k.letters("zhou")) != 1 {
			t.Error("the same again on the day after")
		}
	})
}

func TestChoices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(d)
		if err := k.choose(t, "li", "weekly"); err == nil || fault.Of(err).Key != "inbox.choice" {
			t.Errorf("no choice: %v", err)
		}
		for _, c := range []struct {
			person string
			choice inbox.Choice
			want   int // letters at once of an arrival and another
		}{{"li", inbox.AtOnce, 2}, {"zhou", inbox.Daily, 0}, {"wang", inbox.Arrivals, 1}} {
			if err := k.choose(t, c.person, c.choice); err != nil {
				t.Fatal(err)
			}
			send(t, d, "", arrival(c.person, "甲"), other(c.person, "乙"))
			k.Drain(t.Context())
			if got := k.letters(c.person); len(got) != c.want {
				t.Errorf("%s with %s: %d letters, want %d", c.person, c.choice, len(got), c.want)
			}
		}
		// What waited comes in the letter of the day, also to who wants every letter
		// at once from now on; then that is all.
		if err := k.choose(t, "zhou", inbox.AtOnce); err != nil {
			t.Fatal(err)
		}
		k.work["zhou"], k.work["li"] = "待办", "待办"
		k.until(t, 29, 0, 0)
		if got := k.letters("zhou"); len(got) != 1 || !strings.Contains(got[0].Body, "新消息 2 条") || strings.Contains(got[0].Body, "待办") {
			t.Errorf("zhou: %+v", got)
		}
		if got := k.letters("li"); len(got) != 2 {
			t.Errorf("li has a letter of the day: %+v", got)
		}
	})
}

// What was read meanwhile is not told again, and not what belongs to a unit that
// its person left.
func TestDigestOfWhatIsNewAndTheirs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(d)
		in := func(n inbox.Notice) inbox.Notice { n.Unit = "office"; return n }
		send(t, d, "", arrival("li", "read"))
		if err := keep(t, d, func(tx *db.Tx) error { return inbox.MarkAllRead(t.Context(), tx, "li", "") }); err != nil {
			t.Fatal(err)
		}
		send(t, d, "", in(arrival("li", "of-the-office")), arrival("li", "own"), in(arrival("zhou", "of-the-office")), in(other("zhou", "at-once")))
		k.left["zhou"] = true
		k.Drain(t.Context())
		k.until(t, 28, 9, 0)
		if got := k.letters("li"); len(got) != 1 || strings.Contains(got[0].Body, "read\n") || !strings.Contains(got[0].Body, "新消息 2 条") {
			t.Errorf("li: %+v", got)
		}
		if got := k.letters("zhou"); len(got) != 0 {
			t.Errorf("who left is told: %+v", got)
		}
	})
}

// Many notices are counted and the first lines named; two runners write one
// letter.
func TestManyInOneLetter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := newDesk(d)
		var many []inbox.Notice
		for i := range 300 {
			many = append(many, arrival("li", fmt.Sprint("件", i)))
		}
		send(t, d, "", many...)
		a.Drain(t.Context())
		b := newDesk(d)
		d.Clock.(*clock.Manual).Set(time.Date(2024, 11, 28, 8, 30, 0, 0, clock.Zone))
		var wait sync.WaitGroup
		for _, k := range []*desk{a, b} {
			wait.Go(func() { k.Drain(t.Context()) })
		}
		wait.Wait()
		a.Drain(t.Context())
		got := append(a.letters("li"), b.letters("li")...)
		if len(got) != 1 || strings.Count(got[0].Body, "· ") != 10 || !strings.Contains(got[0].Body, "新消息 300 条") || !strings.Contains(got[0].Body, "另有 290 条") {
			t.Errorf("%d letters: %+v", len(got), got)
		}
	})
}

// A notice to the people of a unit goes to the unit's webhooks, once for all of
// them, as long as one of them belongs to it.
func TestNoticesGoToWebhooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(d)
		keeper := hook.Keeper{Keys: secret.New(), Guard: &hook.Guard{}}
		var made *hook.Hook
		_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (_ int, err error) {
			made, _, err = keeper.Add(t.Context(), tx, hook.New{Unit: "office", Name: "群", Address: "https://example.org/", Format: hook.JSON, Language: "zh"})
			return 0, err
		})
		if err != nil {
			t.Fatal(err)
		}
		in := func(n inbox.Notice) inbox.Notice { n.Unit = "office"; return n }
		send(t, d, "arrived:1", in(arrival("li", "甲")), in(arrival("zhou", "甲")))
		send(t, d, "", arrival("li", "own"))
		all, err := db.View(t.Context(), d, func(r db.Reader) ([]*hook.Delivery, error) { return hook.Deliveries(t.Context(), r, made.ID, 9) })
		if err != nil || len(all) != 1 {
			t.Fatalf("%d deliveries, %v", len(all), err)
		}
		compose := func() (m hook.Message, ok bool) {
			m, err := db.View(t.Context(), d, func(r db.Reader) (m hook.Message, err error) {
				m, ok, err = k.options.Compose(t.Context(), r, hook.Question{Notice: all[0].Notice, Unit: "office", Language: "zh"})
				return m, err
			})
			if err != nil {
				t.Fatal(err)
			}
			return m, ok
		}
		if m, ok := compose(); !ok || m.Text != "申报平台：甲" || m.Link != "/calls/甲" || m.Kind != "inbox.subject" {
			t.Errorf("message %+v, %v", m, ok)
		}
		k.left["li"] = true
		if _, ok := compose(); !ok {
			t.Error("nobody is told, though a colleague is there")
		}
		k.left["zhou"] = true
		if m, ok := compose(); ok {
			t.Errorf("told when all left: %+v", m)
		}
	})
}

// A platform that was away in the morning does not write in the afternoon: what
// waits comes the next morning.
func TestNoLetterInTheAfternoon(t *testing.T) {
	d := dbtest.SQLite(t)
	k := newDesk(d)
	send(t, d, "", arrival("li", "甲"))
	k.Drain(t.Context())
	for _, at := range []time.Time{time.Date(2024, 11, 28, 10, 30, 0, 0, clock.Zone), time.Date(2024, 11, 28, 23, 30, 0, 0, clock.Zone)} {
		d.Clock.(*clock.Manual).Set(at)
		k.Drain(t.Context())
		if got := k.letters("li"); len(got) != 0 {
			t.Errorf("at %v: %+v", at, got)
		}
	}
	d.Clock.(*clock.Manual).Set(time.Date(2024, 11, 29, 10, 29, 0, 0, clock.Zone))
	k.Drain(t.Context())
	if got := k.letters("li"); len(got) != 1 {
		t.Errorf("the next morning: %+v", got)
	}
}
