package recommend_test

import (
	"slices"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/recommend"
)

// BenchmarkQueue lists, finds and walks among 10,000 steps with 200,000
// findings, beside the smallest query that reads one page.
func BenchmarkQueue(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			a := applytest.Build(b, d, nil)
			h := &house{a, &recommend.Office{Office: a.Office}}
			h.crowd(10000)
			_, err := db.Keep(b.Context(), d, func(tx *db.Tx) (int64, error) { return tx.Exec(b.Context(), `ANALYZE`) })
			h.must(err)
			officer := h.Staff["district officer"]
			page := h.list("district officer", recommend.Filter{State: recommend.Open})
			run := func(name string, act func(r db.Reader) error) {
				b.Run(name, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						start := time.Now()
						if _, err := db.View(b.Context(), d, func(r db.Reader) (int, error) { return 0, act(r) }); err != nil {
							b.Fatal(err)
						}
						took = append(took, time.Since(start))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[0].Microseconds())/1000, "least-ms")
					b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				})
			}
			list := func(name string, f recommend.Filter) {
				run("list/"+name, func(r db.Reader) error { _, err := recommend.List(b.Context(), r, officer, f); return err })
			}
			open := recommend.Filter{State: recommend.Open}
			list("open", open)
			list("all", recommend.Filter{})
			for _, sort := range []string{"name", "unmet", "unknown", "due"} {
				f := open
				f.Sort = sort
				list(sort, f)
			}
			list("clause", recommend.Filter{State: recommend.Open, Clause: "000-3", Verdict: "unmet", Sort: "unmet"})
			list("verdict", recommend.Filter{State: recommend.Open, Verdict: "unknown", Sort: "due"})
			list("no_verdict", recommend.Filter{State: recommend.Open, Verdict: "nothing"})
			list("text", recommend.Filter{State: recommend.Open, Text: "第9999号", Sort: "name"})
			list("changed", recommend.Filter{State: recommend.Open, Changed: true, Sort: "unmet"})
			list("late", recommend.Filter{Late: true, Sort: "due"})
			list("mine", recommend.Filter{State: recommend.Open, Assignee: actor.PersonID(officer.Person), Sort: "unknown"})
			list("second_page", recommend.Filter{State: recommend.Open, After: page.Next})
			run("find", func(r db.Reader) error {
				_, err := recommend.Find(b.Context(), r, officer, page.Entries[50].ID)
				return err
			})
			run("next", func(r db.Reader) error {
				_, _, err := recommend.Next(b.Context(), r, officer, recommend.Filter{State: recommend.Open, Sort: "unmet"}, page.Entries[50].ID)
				return err
			})
			run("raw", func(r db.Reader) error {
				return db.Each(b.Context(), r, func(row db.Scanner) error { var id, name string; return row.Scan(&id, &name) },
					`SELECT s.id, a.name FROM recommend_steps s JOIN applications a ON a.id = s.application
					WHERE s.authority = $1 AND s.state = 'open' ORDER BY s.arrived, s.id LIMIT 101`, officer.Unit)
			})
		})
	}
}
