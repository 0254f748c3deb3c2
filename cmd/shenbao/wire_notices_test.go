package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/hook"
	"shenbao/internal/inbox"
	"shenbao/internal/job"
	"shenbao/internal/mail"
	"shenbao/recommend"
)

// What arrives at an officer comes in one letter in the morning; whoever left the
// office in between hears nothing of it. The applicant is written to at once.
func TestOfficersHaveALetterOfTheDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := applytest.Build(t, d, nil)
		h.Hire("office admin", "district", actor.UnitAdmin)
		post := &mail.Memory{}
		p := &platform{store: &store{db: d, keys: h.Office.Keys}, runner: job.New(d, job.Settings{}), guard: (&serveFlags{HookNetwork: []string{"10.1.2.3/8"}}).guard()}
		p.wireNotices("https://sb.example.gov.cn", post)
		office := &recommend.Office{Office: h.Office}
		id := h.Ready()
		_, err := applytest.Do(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
			return apply.Submit(ctx, tx, h.Office, apply.Submission{Application: id, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true, Received: tx.Now})
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) { return 0, recommend.Arrive(t.Context(), tx, office, id) }); err != nil {
			t.Fatal(err)
		}
		address := func(who string) string {
			one, err := db.View(t.Context(), d, func(r db.Reader) (*actor.Person, error) {
				return actor.FindPerson(t.Context(), r, actor.PersonID(h.Staff[who].Person))
			})
			if err != nil {
				t.Fatal(err)
			}
			return one.Email
		}
		to := func(who string) (bodies []string) {
			for _, l := range post.Letters() {
				if l.To == address(who) {
					bodies = append(bodies, l.Body)
				}
			}
			return bodies
		}
		p.runner.Drain(t.Context())
		if len(to("district officer")) != 0 || len(to("host admin")) == 0 {
			t.Fatalf("at once: the officer %v, the applicant %v", to("district officer"), to("host admin"))
		}
		_, err = db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
			all, err := actor.Memberships(t.Context(), tx, actor.PersonID(h.Staff["district head"].Person))
			if err != nil {
				return 0, err
			}
			_, err = tx.Exec(t.Context(), `UPDATE memberships SET ended = $2 WHERE id = $1`, all[0].ID, db.Time(tx.Now))
			if err != nil {
				return 0, err
			}
			return 0, tx.Record(t.Context(), "test.cause", "test:1", nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.(*clock.Manual).Set(time.Date(2024, 11, 28, 8, 30, 0, 0, clock.Zone))
		for range 2 {
			p.runner.Drain(t.Context())
		}
		got := to("district officer")
		if len(got) != 1 || !strings.Contains(got[0], "待办 1 件") || !strings.Contains(got[0], "新消息 1 条") || !strings.Contains(got[0], h.Host.Name) {
			t.Errorf("the officer's letter: %q", got)
		}
		for _, who := range []string{"district head", "city officer", "province head"} {
			if got := to(who); len(got) != 0 {
				t.Errorf("%s is written to: %q", who, got)
			}
		}

		// The administrators of a unit are told when its webhook was stopped.
		_, err = db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
			if err := hookStopped(t.Context(), tx, &hook.Hook{ID: "h1", Unit: string(h.Units["district"].ID), Name: "值班群", Host: "example.org", Failures: 12, Failing: tx.Now}); err != nil {
				return 0, err
			}
			return 0, tx.Record(t.Context(), "test.cause", "test:1", nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		told, err := db.View(t.Context(), d, func(r db.Reader) ([]inbox.Notice, error) {
			return inbox.List(t.Context(), r, h.Staff["office admin"].Person, "", 9)
		})
		if err != nil || len(told) != 1 || told[0].Link != "/hooks" || !strings.Contains(told[0].Text("zh"), "值班群") {
			t.Errorf("told %+v, %v", told, err)
		}
		if !slices.Equal([]string{p.guard.Networks[0].String()}, []string{"10.0.0.0/8"}) {
			t.Errorf("networks %v", p.guard.Networks)
		}
	})
}
