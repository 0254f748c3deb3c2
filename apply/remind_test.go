package apply_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/inbox"
)

// Every application that is not submitted is reminded of 7 days, 2 days and 4
// hours before its end, each time once, however often the work is run; when the
// end moves it is reminded of again.
func TestReminders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d).House
		hand := d.Clock.(*clock.Manual)
		begun := h.Begin()
		submitted := h.Ready()
		if _, err := applytest.Do(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
			return apply.Submit(ctx, tx, h.Office, apply.Submission{Application: submitted, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true})
		}); err != nil {
			t.Fatal(err)
		}
		told := func(who string) (keys []string) {
			t.Helper()
			all, err := db.View(t.Context(), d, func(r db.Reader) ([]inbox.Notice, error) {
				return inbox.List(t.Context(), r, h.Staff[who].Person, "", 100)
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range all {
				if n.Link == "/applications/"+string(begun.ID)+"/check" {
					keys = append(keys, n.Key)
				}
				if n.Link == "/applications/"+string(submitted)+"/check" {
					t.Errorf("reminded of what is submitted: %+v", n)
				}
			}
			slices.Reverse(keys)
			return keys
		}
		run := func(at time.Time) {
			t.Helper()
			hand.Set(at)
			for range 2 {
				if _, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) { return apply.Remind(t.Context(), tx) }); err != nil {
					t.Fatal(err)
				}
			}
		}
		const days, hours = "apply.notice.due_days", "apply.notice.due_hours"
		end := h.Call.Closes
		for _, c := range []struct {
			before time.Duration
			want   []string
		}{
			{7*24*time.Hour + time.Millisecond, nil},
			{7 * 24 * time.Hour, []string{days}},
			{3 * 24 * time.Hour, []string{days}},
			{2 * 24 * time.Hour, []string{days, days}},
			{4*time.Hour + time.Millisecond, []string{days, days}},
			{4 * time.Hour, []string{days, days, hours}},
			{time.Millisecond, []string{days, days, hours}},
			{0, []string{days, days, hours}},
			{-time.Hour, []string{days, days, hours}},
		} {
			run(end.Add(-c.before))
			for _, who := range []string{"host admin", "host editor"} {
				if got := told(who); !slices.Equal(got, c.want) {
					t.Errorf("%s before the end %s was told %v, want %v", c.before, who, got, c.want)
				}
			}
		}
		if got := told("partner admin"); got != nil {
			t.Errorf("somebody else was told %v", got)
		}
	})
}
