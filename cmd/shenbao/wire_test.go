package main

import (
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/inbox"
	"shenbao/internal/job"
	"shenbao/internal/mail"
	"shenbao/internal/secret"
)

// A notice is mailed to the address and in the language that its person has
// when it leaves; not to an account that was disabled meanwhile.
func TestNoticesAreMailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		gate, post := actor.NewGate(d, secret.New(), actor.DefaultSettings()), &mail.Memory{}
		r := job.New(d, job.Settings{})
		inbox.Handle(r, d, post, inbox.Options{Base: "https://sb.example.gov.cn", Address: addressOf})
		do := func(act func(tx *db.Tx) error) {
			t.Helper()
			if _, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) { return 0, act(tx) }); err != nil {
				t.Fatal(err)
			}
		}
		people := []string{"nobody"}
		for _, lang := range []string{"zh", "en", "zh"} {
			do(func(tx *db.Tx) error {
				p, err := gate.AddPerson(t.Context(), tx, actor.NewPerson{Name: "某人", Email: db.NewID() + "@example.cn", Language: lang}, "x")
				if err == nil {
					people = append(people, string(p.ID))
				}
				return err
			})
		}
		do(func(tx *db.Tx) error {
			for _, person := range people {
				if err := inbox.Send(t.Context(), tx, inbox.Notice{Person: person, Key: "inbox.missing", Link: "/calls"}, ""); err != nil {
					return err
				}
			}
			return tx.Record(t.Context(), "test.cause", "test:1", nil)
		})
		do(func(tx *db.Tx) error { return actor.DisablePerson(t.Context(), tx, actor.PersonID(people[3])) })
		r.Drain(t.Context())
		got := map[string]string{}
		for _, l := range post.Letters() {
			got[l.To] = l.Subject
		}
		for i, subject := range []string{"", "申报平台：没有这条消息，可能已经清理", "Applications: there is no such message; it may have been cleared away", ""} {
			p, err := db.View(t.Context(), d, func(r db.Reader) (*actor.Person, error) {
				return actor.FindPerson(t.Context(), r, actor.PersonID(people[i]))
			})
			if err == nil && got[p.Email] != subject {
				t.Errorf("to %d: %q, want %q", i, got[p.Email], subject)
			}
		}
		if len(post.Letters()) != 2 {
			t.Errorf("letters %+v", post.Letters())
		}
	})
}
