package call_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/locale"
)

// crowded fills a database with n published calls of many districts: copies of
// those of four packages, with other ends.
func crowded(b *testing.B, d *db.DB, n int) *stage {
	s := newStage(b, d)
	var patterns []*call.Call
	for _, id := range []string{"shandong-tic-2024", "shanxi-tic-2024", "qingdao-tic-2019", "jinan-2019/social"} {
		patterns = append(patterns, s.publishedOf(id))
	}
	places := []string{"370114", "370100", "370000", "370203", "370200", "140000", "140105", "140100"}
	s.update(db.System, func(tx *db.Tx) error {
		for i := range n {
			id, closes := fmt.Sprintf("%032x", i), db.Time(dbtest.Noon.Add(time.Duration(i%2000-1000)*7*time.Hour))
			if _, err := tx.Exec(b.Context(), `
				INSERT INTO calls (id, package, hash, title, number, issuer, issuer_name, place, mode, year, state, reason, amends, replaced_by,
					drafted, published, opens, closes, closes_order, folded, revision)
				SELECT $1, package, hash, title, number, issuer, issuer_name, $2, mode, year, state, reason, 'crowd', replaced_by,
					drafted, published, opens, $3, $4, folded, revision FROM calls WHERE id = $5`,
				id, places[i%len(places)], closes, closes, patterns[i%len(patterns)].ID); err != nil {
				return err
			}
		}
		for _, text := range []string{
			`INSERT INTO call_windows (call, position, stage, name, act, who, opens, ends, notice_opens, notice_ends, received, late, channel, receiver, does, clauses)
			SELECT c.id, position, stage, name, act, who, w.opens, ends, notice_opens, notice_ends, received, late, channel, receiver, does, clauses
			FROM calls c JOIN calls p ON p.hash = c.hash AND p.amends = '' JOIN call_windows w ON w.call = p.id WHERE c.amends = 'crowd'`,
			`INSERT INTO call_words (word, call) SELECT w.word, c.id
			FROM calls c JOIN calls p ON p.hash = c.hash AND p.amends = '' JOIN call_words w ON w.call = p.id WHERE c.amends = 'crowd'`,
		} {
			if _, err := tx.Exec(b.Context(), text); err != nil {
				return err
			}
		}
		return tx.Record(b.Context(), "call.crowd", "calls", n)
	})
	return s
}

func view[T any](b *testing.B, s *stage, fn func(r db.Reader) (T, error)) T {
	b.Helper()
	out, err := db.View(b.Context(), s.db, fn)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// A question is a filter with a name.
type question struct {
	name string
	f    call.Filter
}

func lists(b *testing.B, s *stage, questions []question) {
	for _, q := range questions {
		q.f.Limit = 30
		b.Run(strings.ReplaceAll(q.name, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				view(b, s, func(r db.Reader) ([]*call.Call, error) { return call.List(b.Context(), r, q.f) })
			}
		})
	}
}

// BenchmarkTenThousandCalls measures the list page and the page of a call among
// 10,000: at most 10 ms together with what the page itself costs.
func BenchmarkTenThousandCalls(b *testing.B) {
	onBoth(b, func(b *testing.B, d *db.DB) {
		s := crowded(b, d, 10_000)
		analyzed(b, s)
		lists(b, s, []question{
			{"first page", call.Filter{}}, {"newest", call.Filter{Newest: true}}, {"open", call.Filter{Phase: call.Open}},
			{"upcoming, none", call.Filter{Phase: call.Upcoming}}, {"of a district", call.Filter{Place: "140105"}},
			{"of a place without any", call.Filter{Place: "510104"}}, {"of a field", call.Filter{Field: "humanoid_robot"}},
			{"of a field that is none", call.Filter{Field: "none"}}, {"of a year that is none", call.Filter{Year: 1999}},
			{"a feed", call.Filter{Newest: true, Whole: true}}, {"a word that all have", call.Filter{Text: "技术"}},
			{"a word that some have", call.Filter{Text: "人形机器人"}}, {"a word that none has", call.Filter{Text: "量子纠缠星"}},
			{"pairs that all have, not together", call.Filter{Text: "心创新技术中"}}, {"a long question", call.Filter{Text: "关于组织开展山东省技术创新中心申报工作的通知"}},
			{"everything", call.Filter{Text: "技术创新中心", Place: "370114", Phase: call.Open, Field: "humanoid_robot"}},
		})
		b.Run("fields", func(b *testing.B) {
			for b.Loop() {
				view(b, s, func(r db.Reader) ([]call.Field, error) { return call.Fields(b.Context(), r) })
			}
		})
		b.Run("find", func(b *testing.B) {
			c := s.publishedOf("shandong-tic-2024")
			for b.Loop() {
				view(b, s, func(r db.Reader) (*call.Call, error) { return call.Find(b.Context(), r, db.Visitor, c.ID) })
			}
		})
	})
}

func onBoth(b *testing.B, fn func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { fn(b, dbtest.Postgres(b)) })
}

// analyzed gives the database its statistics, as it gathers them itself in time.
func analyzed(b *testing.B, s *stage) {
	b.Helper()
	if _, err := db.Keep(b.Context(), s.db, func(tx *db.Tx) (int64, error) { return tx.Exec(b.Context(), "ANALYZE") }); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkReading(b *testing.B) {
	for _, id := range []string{"shandong-tic-2024", "shanxi-tic-2024"} {
		p := version(b, id).Package
		questions := call.Questions(p, locale.ZH)
		facts, err := call.Facts(questions, map[string]string{"host.place": "370114", "rd_expense 2021": "760", "rd_expense 2022": "880", "rd_expense 2023": "1010",
			questions[len(questions)-1].Code: "true"})
		if err != nil {
			b.Fatal(err)
		}
		b.Run("check/"+id, func(b *testing.B) {
			for b.Loop() {
				if _, err := call.Check(p, facts, locale.ZH); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("questions/"+id, func(b *testing.B) {
			for b.Loop() {
				call.Questions(p, locale.ZH)
			}
		})
		b.Run("clauses/"+id, func(b *testing.B) {
			text := seed(b, p.Inventory)
			for b.Loop() {
				if _, err := call.Clauses(p, text, locale.ZH); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
