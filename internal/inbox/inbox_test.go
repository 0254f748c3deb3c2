package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/internal/job"
)

// told is a notice to a person with a message that has three places.
func told(person, what string) inbox.Notice {
	return inbox.Notice{Person: person, Key: "inbox.subject", Args: []any{what}, Link: "/calls/" + what}
}

// send sends notices in one act.
func send(t testing.TB, d *db.DB, once string, notices ...inbox.Notice) {
	t.Helper()
	_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
		for _, n := range notices {
			if err := inbox.Send(t.Context(), tx, n, once); err != nil {
				return 0, err
			}
		}
		return 0, tx.Record(t.Context(), "test.cause", "test:1", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// texts is what a person sees of a page of their notices, read ones in brackets.
func texts(t testing.TB, d *db.DB, person, after string, limit int) (out []string, last string) {
	t.Helper()
	found, err := db.View(t.Context(), d, func(r db.Reader) ([]inbox.Notice, error) {
		return inbox.List(t.Context(), r, person, after, limit)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range found {
		text := strings.TrimPrefix(n.Text("en"), "Applications: ")
		if !n.Read.IsZero() {
			text = "(" + text + ")"
		}
		out, last = append(out, text), n.ID
	}
	return out, last
}

func unread(t testing.TB, d *db.DB, person string) int {
	t.Helper()
	n, err := db.View(t.Context(), d, func(r db.Reader) (int, error) { return inbox.Unread(t.Context(), r, person) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// keep changes what is no act.
func keep(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) error {
	t.Helper()
	_, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) { return 0, fn(tx) })
	return err
}

func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("notices %q, want %q", got, want)
	}
}

// jobs counts the letters that wait to be sent.
func jobs(t *testing.T, d *db.DB) int {
	t.Helper()
	all, err := db.View(t.Context(), d, func(r db.Reader) ([]job.Job, error) { return job.List(t.Context(), r, job.Waiting, "", 1000) })
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestNewestFirstInPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range 5 {
			send(t, d, "", told("li", fmt.Sprint(i)), told("wang", fmt.Sprint("w", i)))
		}
		page, last := texts(t, d, "li", "", 2)
		wants(t, page, "4", "3")
		page, last = texts(t, d, "li", last, 2)
		wants(t, page, "2", "1")
		page, last = texts(t, d, "li", last, 2)
		wants(t, page, "0")
		page, _ = texts(t, d, "li", last, 2)
		wants(t, page)
		if li, wang, zhou := unread(t, d, "li"), unread(t, d, "wang"), unread(t, d, "zhou"); li != 5 || wang != 5 || zhou != 0 {
			t.Errorf("unread %d, %d, %d", li, wang, zhou)
		}
	})
}

func TestANoticeIsThereWhenItsCauseIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stop := errors.New("stop")
		_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
			if err := inbox.Send(t.Context(), tx, told("li", "a"), "k"); err != nil {
				return 0, err
			}
			return 0, stop
		})
		if !errors.Is(err, stop) || unread(t, d, "li") != 0 || jobs(t, d) != 0 {
			t.Errorf("%v: %d notices, %d letters", err, unread(t, d, "li"), jobs(t, d))
		}
		send(t, d, "k", told("li", "a")) // the key is free: nothing was sent under it
		if unread(t, d, "li") != 1 || jobs(t, d) != 1 {
			t.Errorf("%d notices, %d letters", unread(t, d, "li"), jobs(t, d))
		}
	})
}

// Fifty who tell one person the same thing at once tell it once; another
// person, and another thing, are told for themselves.
func TestOnceAmongRacers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wait sync.WaitGroup
		for i := range 50 {
			wait.Go(func() {
				_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
					if err := inbox.Send(t.Context(), tx, told("li", fmt.Sprint(i)), "due:a1:7d"); err != nil {
						return 0, err
					}
					return 0, tx.Record(t.Context(), "test.cause", "test:1", nil)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if unread(t, d, "li") != 1 || jobs(t, d) != 1 {
			t.Errorf("%d notices, %d letters, want one of each", unread(t, d, "li"), jobs(t, d))
		}
		send(t, d, "due:a1:7d", told("wang", "a"))
		send(t, d, "due:a1:2d", told("li", "b"))
		send(t, d, "", told("li", "c"), told("li", "c"))
		if li, wang := unread(t, d, "li"), unread(t, d, "wang"); li != 4 || wang != 1 || jobs(t, d) != 5 {
			t.Errorf("unread %d and %d, %d letters", li, wang, jobs(t, d))
		}
	})
}

func TestReading(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		send(t, d, "", told("li", "a"), told("li", "b"), told("li", "c"), told("wang", "w"))
		_, second := texts(t, d, "li", "", 2)
		read := func(person, id string) (n inbox.Notice, err error) {
			err = keep(t, d, func(tx *db.Tx) (err error) { n, err = inbox.MarkRead(ctx, tx, person, id); return err })
			return n, err
		}
		for _, at := range []time.Time{dbtest.Noon, dbtest.Noon.Add(time.Hour)} { // the second time changes nothing
			d.Clock.(*clock.Manual).Set(at)
			if n, err := read("li", second); err != nil || n.Link != "/calls/b" || !n.Read.Equal(dbtest.Noon) {
				t.Errorf("read %+v, %v", n, err)
			}
		}
		page, _ := texts(t, d, "li", "", 9)
		wants(t, page, "c", "(b)", "a")
		for _, id := range []string{"nothing", "", second} {
			if _, err := read("wang", id); err == nil || fault.Of(err).Kind != fault.Missing {
				t.Errorf("wang reads %q: %v", id, err)
			}
		}
		// What came after they looked stays unread.
		all := func(newest string) {
			if err := keep(t, d, func(tx *db.Tx) error { return inbox.MarkAllRead(ctx, tx, "li", newest) }); err != nil {
				t.Fatal(err)
			}
		}
		_, newest := texts(t, d, "li", "", 1)
		send(t, d, "", told("li", "late"))
		all(newest)
		page, _ = texts(t, d, "li", "", 9)
		wants(t, page, "late", "(c)", "(b)", "(a)")
		all("")
		if li, wang := unread(t, d, "li"), unread(t, d, "wang"); li != 0 || wang != 1 {
			t.Errorf("unread %d and %d", li, wang)
		}
		if lines := dbtest.Lines(t, d); len(lines) != 2 { // of the two causes
			t.Errorf("reading left lines: %v", lines)
		}
	})
}

// Arguments come back as what they were: a word and an instant are written in
// the language of whoever reads them.
func TestArguments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := inbox.Notice{Person: "li", Key: "inbox.body", Link: "/inbox", Args: []any{"甲 {2} <b>", fault.Key("job.state.done"), dbtest.Noon}}
		send(t, d, "", n)
		n.Key, n.Args = "inbox.body", []any{int64(1) << 60, job.Dead, 7}
		send(t, d, "", n)
		found, err := db.View(t.Context(), d, func(r db.Reader) ([]inbox.Notice, error) {
			return inbox.List(t.Context(), r, "li", "", 9)
		})
		if err != nil || len(found) != 2 {
			t.Fatal(found, err)
		}
		for lang, want := range map[string][]string{
			"zh": {"1152921504606846976", "dead", "7", "甲 {2} <b>", "已经完成", "2024年11月27日 12:00"},
			"en": {"1152921504606846976", "dead", "7", "甲 {2} <b>", "done", "27 November 2024 12:00"},
		} {
			text := found[0].Text(lang) + found[1].Text(lang)
			for _, one := range want {
				if !strings.Contains(text, one) {
					t.Errorf("%s: %q lacks %q", lang, text, one)
				}
			}
		}
	})
}

func TestWhatIsNotSent(t *testing.T) {
	d := dbtest.SQLite(t)
	for name, change := range map[string]func(*inbox.Notice){
		"nobody":         func(n *inbox.Notice) { n.Person = "" },
		"nothing":        func(n *inbox.Notice) { n.Key = "" },
		"no link":        func(n *inbox.Notice) { n.Link = "" },
		"another site":   func(n *inbox.Notice) { n.Link = "https://evil.example" },
		"another host":   func(n *inbox.Notice) { n.Link = "//evil.example" },
		"a backslash":    func(n *inbox.Notice) { n.Link = `/\evil.example` },
		"a line end":     func(n *inbox.Notice) { n.Link = "/a\r\nX: y" },
		"a tab":          func(n *inbox.Notice) { n.Link = "/\t/evil.example" },
		"a strange type": func(n *inbox.Notice) { n.Args = []any{struct{}{}} },
		"a float":        func(n *inbox.Notice) { n.Args = []any{0.5} },
	} {
		n := told("li", "a")
		change(&n)
		if err := keep(t, d, func(tx *db.Tx) error { return inbox.Send(context.Background(), tx, n, "") }); err == nil {
			t.Errorf("%s was sent", name)
		}
	}
	if unread(t, d, "li") != 0 {
		t.Error("something was kept")
	}
}

// The count has an end, so that nobody's page waits for it.
func TestCountingEnds(t *testing.T) {
	d := dbtest.SQLite(t)
	var many []inbox.Notice
	for range inbox.Most + 20 {
		many = append(many, told("li", "a"))
	}
	send(t, d, "", many...)
	if n := unread(t, d, "li"); n != inbox.Most {
		t.Errorf("%d unread", n)
	}
}

// BenchmarkUnread is what a page pays for the count in its frame: among
// 200,000 notices, for somebody who has read 2,000 and not read 20.
func BenchmarkUnread(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			fill(b, d)
			for b.Loop() {
				if n := unread(b, d, "p7"); n != 20 {
					b.Fatal(n)
				}
			}
		})
	}
}

func fill(b *testing.B, d *db.DB) {
	for range 2020 {
		if err := keep(b, d, func(tx *db.Tx) error {
			for p := range 100 {
				if err := inbox.Send(b.Context(), tx, told(fmt.Sprint("p", p), "a"), ""); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	for p := range 100 {
		if err := keep(b, d, func(tx *db.Tx) error {
			newest, err := inbox.List(b.Context(), tx, fmt.Sprint("p", p), "", 21)
			if err != nil {
				return err
			}
			return inbox.MarkAllRead(b.Context(), tx, fmt.Sprint("p", p), newest[20].ID)
		}); err != nil {
			b.Fatal(err)
		}
	}
}
