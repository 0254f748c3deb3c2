package job_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/job"
)

// Both texts of the claim do the same: what is due, in order of due, of the
// kinds that are asked for, no more than asked for, nothing twice before the
// lease ends, and again after it.
func TestClaimConformance(t *testing.T) {
	for _, text := range []struct {
		name     string
		postgres bool
		open     func(testing.TB) *db.DB
	}{
		{"one text on SQLite", false, dbtest.SQLite},
		{"one text on PostgreSQL", false, dbtest.Postgres},
		{"PostgreSQL's text", true, dbtest.Postgres},
	} {
		t.Run(text.name, func(t *testing.T) {
			d := text.open(t)
			now := d.Clock.(*clock.Manual)
			for i, at := range []time.Duration{3, 1, 2, 60 * 60, 2} {
				enqueue(t, d, job.Options{At: dbtest.Noon.Add(at * time.Second)}, fmt.Sprint(i))
			}
			take := func(kinds []string, limit int) []string {
				got, err := db.Keep(t.Context(), d, func(tx *db.Tx) ([]string, error) {
					return job.Take(t.Context(), tx, text.postgres, kinds, limit)
				})
				if err != nil {
					t.Fatal(err)
				}
				slices.Sort(got) // RETURNING has no order
				return got
			}
			kinds := []string{"test.other", string(greet)}
			for _, c := range []struct {
				add   time.Duration
				kinds []string
				limit int
				want  []string
			}{
				{0, kinds, 9, nil},
				{3 * time.Second, []string{"test.other"}, 9, nil},
				{0, kinds, 1, []string{`"1"`}},
				{0, kinds, 2, []string{`"2"`, `"4"`}},
				{0, kinds, 9, []string{`"0"`}},
				{0, kinds, 9, nil},
				{59 * time.Second, kinds, 9, nil},
				{time.Second, kinds, 9, []string{`"0"`, `"1"`, `"2"`, `"4"`}},
				{time.Hour, kinds, 4, []string{`"0"`, `"1"`, `"2"`, `"4"`}}, // their leases ended first
				{0, kinds, 9, []string{`"3"`}},
			} {
				now.Add(c.add)
				if got := take(c.kinds, c.limit); !slices.Equal(got, c.want) {
					t.Errorf("at %s take(%v, %d) = %v, want %v", now.Now(), c.kinds, c.limit, got, c.want)
				}
			}
		})
	}
}

// One claims while another's claim is not committed yet: nothing is claimed
// twice. PostgreSQL's own text does not even wait.
func TestClaimsDoNotOverlap(t *testing.T) {
	for _, text := range []struct {
		name     string
		postgres bool
		open     func(testing.TB) *db.DB
	}{
		{"one text on SQLite", false, dbtest.SQLite},
		{"one text on PostgreSQL", false, dbtest.Postgres},
		{"PostgreSQL's text", true, dbtest.Postgres},
	} {
		t.Run(text.name, func(t *testing.T) {
			d := text.open(t)
			for i := range 8 {
				enqueue(t, d, job.Options{}, fmt.Sprint(i))
			}
			var all []string
			second := make(chan []string, 1)
			take := func(held func()) []string {
				got, err := db.Keep(t.Context(), d, func(tx *db.Tx) ([]string, error) {
					got, err := job.Take(t.Context(), tx, text.postgres, []string{string(greet)}, 4)
					held()
					return got, err
				})
				if err != nil {
					t.Error(err)
				}
				return got
			}
			waited := true
			all = append(all, take(func() {
				go func() { second <- take(func() {}) }()
				select {
				case got := <-second:
					waited = false
					second <- got
				case <-time.After(300 * time.Millisecond):
				}
			})...)
			all = append(all, <-second...)
			if waited == text.postgres {
				t.Errorf("the second claim waited: %v", waited)
			}
			for len(all) < 8 { // a claim that waited may come back with nothing
				more := take(func() {})
				if len(more) == 0 {
					break
				}
				all = append(all, more...)
			}
			slices.Sort(all)
			if want := []string{`"0"`, `"1"`, `"2"`, `"3"`, `"4"`, `"5"`, `"6"`, `"7"`}; !slices.Equal(all, want) {
				t.Errorf("claimed %v, want each once", all)
			}
		})
	}
}
