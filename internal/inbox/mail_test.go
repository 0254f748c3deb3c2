package inbox_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/inbox"
	"shenbao/internal/job"
	"shenbao/internal/mail"
)

// An office is a runner that mails notices, and the people it knows: address
// and language.
type office struct {
	*job.Runner
	mail.Memory
	people map[string][2]string
	broken error
}

func newOffice(d *db.DB) *office {
	o := &office{Runner: job.New(d, job.Settings{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}),
		people: map[string][2]string{"li": {"li@example.cn", "zh"}, "smith": {"smith@example.cn", "en"}}}
	inbox.Handle(o.Runner, d, &o.Memory, inbox.Options{Base: "https://sb.example.gov.cn",
		Address: func(_ context.Context, _ db.Reader, person string) (string, string, error) {
			return o.people[person][0], o.people[person][1], o.broken
		}})
	return o
}

func TestMailGoesOnceInTheRightLanguage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(d)
		send(t, d, "k", told("li", "a"), told("smith", "b"))
		if len(o.Letters()) != 0 {
			t.Error("a letter left before its cause")
		}
		o.Drain(t.Context())
		send(t, d, "k", told("li", "a"), told("smith", "b"))
		o.Drain(t.Context())
		got := o.Letters()
		if len(got) != 2 {
			t.Fatalf("%d letters: %+v", len(got), got)
		}
		for i, want := range []mail.Letter{
			{To: "li@example.cn", Subject: "申报平台：申报平台：a", Body: "您好：\n\n申报平台：a\n\n请打开：\nhttps://sb.example.gov.cn/calls/a\n\n全部消息：\nhttps://sb.example.gov.cn/inbox"},
			{To: "smith@example.cn", Subject: "Applications: Applications: b", Body: "Hello,\n\nApplications: b\n\nPlease open:\nhttps://sb.example.gov.cn/calls/b\n\nAll messages:\nhttps://sb.example.gov.cn/inbox"},
		} {
			if want.ID = got[i].ID; got[i] != want || want.ID == "" {
				t.Errorf("letter %+v, want %+v", got[i], want)
			}
		}
	})
}

// The address is that of the moment in which the letter leaves: an account that
// was disabled since hears nothing, one that moved is written to where it is.
func TestNothingAfterAccessIsGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(d)
		send(t, d, "", told("li", "a"), told("smith", "b"), told("nobody", "c"))
		delete(o.people, "li")
		o.people["smith"] = [2]string{"new@example.cn", "zh"}
		o.Drain(t.Context())
		if got := o.Letters(); len(got) != 1 || got[0].To != "new@example.cn" || !strings.HasPrefix(got[0].Body, "您好") {
			t.Errorf("letters %+v", got)
		}
		o.people["li"] = [2]string{"li@example.cn", "zh"}
		o.Drain(t.Context())
		if jobs(t, d) != 0 || len(o.Letters()) != 1 {
			t.Errorf("%d letters wait, %d left", jobs(t, d), len(o.Letters()))
		}
	})
}

// An address that cannot be looked up now is looked up again later.
func TestLookingUpFails(t *testing.T) {
	d := dbtest.SQLite(t)
	o := newOffice(d)
	send(t, d, "", told("li", "a"))
	o.broken = errors.New("the line is dead")
	o.Drain(t.Context())
	o.broken = nil
	d.Clock.(*clock.Manual).Add(time.Hour)
	o.Drain(t.Context())
	if got := o.Letters(); len(got) != 1 {
		t.Errorf("letters %+v", got)
	}
}

// What was read before the letter leaves is mailed all the same, and two
// runners mail it once.
func TestTwoRunnersMailOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := newOffice(d), newOffice(d)
		var many []inbox.Notice
		for range 20 {
			many = append(many, told("li", "a"))
		}
		send(t, d, "", many...)
		if err := keep(t, d, func(tx *db.Tx) error { return inbox.MarkAllRead(t.Context(), tx, "li", "") }); err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for _, o := range []*office{a, b} {
			wait.Go(func() { o.Drain(t.Context()) })
		}
		wait.Wait()
		if n := len(a.Letters()) + len(b.Letters()); n != len(many) {
			t.Errorf("%d letters, want %d", n, len(many))
		}
	})
}

// A subject is one line of a bearable length, whatever the notice says.
func TestSubjects(t *testing.T) {
	d := dbtest.SQLite(t)
	o := newOffice(d)
	send(t, d, "", told("li", "a"), inbox.Notice{Person: "li", Key: "inbox.body", Args: []any{strings.Repeat("长", 200) + "\r\nBcc: x@example.cn", 2, 3}, Link: "/"})
	o.Drain(t.Context())
	got := o.Letters()
	if len(got) != 2 || strings.ContainsAny(got[1].Subject, "\r\n") || len([]rune(got[1].Subject)) > 80 || !strings.HasSuffix(got[1].Subject, "…") {
		t.Errorf("letters %+v", got)
	}
}

func TestForgetting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o, now := newOffice(d), d.Clock.(*clock.Manual)
		send(t, d, "k", told("li", "old"))
		if err := keep(t, d, func(tx *db.Tx) error { return inbox.MarkAllRead(t.Context(), tx, "li", "") }); err != nil {
			t.Fatal(err)
		}
		send(t, d, "", told("li", "unread"))
		for _, c := range []struct {
			days int
			want []string
		}{{180, []string{"unread", "(old)"}}, {182, []string{"unread"}}} {
			now.Set(dbtest.Noon.Add(time.Duration(c.days) * 24 * time.Hour))
			o.Drain(t.Context())
			page, _ := texts(t, d, "li", "", 9)
			wants(t, page, c.want...)
		}
		send(t, d, "k", told("li", "again")) // its key went with it
		page, _ := texts(t, d, "li", "", 9)
		wants(t, page, "again", "unread")
	})
}
