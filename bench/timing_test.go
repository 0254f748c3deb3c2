package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"shenbao/actor"
	"shenbao/apply/applytest"
	"shenbao/internal/blob"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/sample"
	"shenbao/internal/secret"
	"shenbao/recommend"
	"shenbao/web"
)

// Does the time of an answer tell what its text does not? Ten questions by people
// who may not know, each asked in pairs: once about a thing that is there and
// hidden from them, once about one that is not there. BenchmarkTiming reports
// Welch's t of the two kinds of times; its docs are in docs/hostile.md.
//
//	cd bench && ../scripts/postgres go test -run '^$' -bench Timing -benchtime 2000x .

// lookers has a site with hidden things, and people who look for them.
type lookers struct {
	*applytest.House
	site   http.Handler
	tokens map[string]string // of the sessions, by who
}

// A guess is a question about a thing that is there, and one like it about a thing
// that is not.
type guess struct{ hidden, nothing string }

// An inquiry is a question that somebody asks who may not know the answer.
type inquiry struct {
	name, who string
	guess     func() guess
}

func BenchmarkTiming(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			l := lookersOn(b, open(b))
			for _, q := range l.inquiries() {
				b.Run(q.name, func(b *testing.B) { l.time(b, q) })
			}
		})
	}
}

// lookersOn builds a site with two thousand hidden applications, twenty of which
// have gone their way, and what belongs to them.
func lookersOn(b *testing.B, d *db.DB) *lookers {
	b.Helper()
	d.Clock.(*clock.Manual).Set(dbtest.Noon.AddDate(0, 0, -10))
	gate := actor.NewGate(d, secret.New(), actor.DefaultSettings())
	gate.Settings.TwoFactor = nil
	gate.Send = func(context.Context, *db.Tx, actor.Letter) error { return nil }
	store, err := blob.OpenDir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	site, err := web.New(web.Options{DB: d, Gate: gate, Blobs: store, Base: "http://sb.example.gov.cn", Even: even(b)})
	if err != nil {
		b.Fatal(err)
	}
	l := &lookers{House: applytest.Build(b, d, site.Office()), site: site.Handler(), tokens: map[string]string{}}
	d.Clock.(*clock.Manual).Set(dbtest.Noon)
	for _, who := range []string{"other admin", "abroad officer", "city officer"} {
		person, err := db.View(b.Context(), d, func(r db.Reader) (*actor.Person, error) {
			return actor.FindPerson(b.Context(), r, actor.PersonID(l.Staff[who].Person))
		})
		if err != nil {
			b.Fatal(err)
		}
		if l.tokens[who], err = gate.SignIn(b.Context(), actor.Credentials{Email: person.Email, Password: applytest.Password}, actor.Origin{Source: "192.0.2.1"}); err != nil {
			b.Fatal(err)
		}
	}
	l.hide(b)
	return l
}

// even is what the platform is served with (cmd/shenbao/wire.go), or as the
// environment says: 0 shows what the look-ups themselves tell.
func even(b *testing.B) time.Duration {
	text := os.Getenv("BENCH_EVEN")
	if text == "" {
		return 10 * time.Millisecond
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// hide makes what is hidden.
func (l *lookers) hide(b *testing.B) {
	ready := l.Ready()
	office := &recommend.Office{Office: l.Office}
	submitted := l.Crowd(ready, 20)
	for _, a := range submitted {
		if _, err := l.Office.HandIn(b.Context(), l.DB, a.By, applytest.Submission(a.Application)); err != nil {
			b.Fatal(err)
		}
	}
	_, err := db.Keep(b.Context(), l.DB, func(tx *db.Tx) (int, error) {
		for _, a := range submitted {
			if err := recommend.Arrive(b.Context(), tx, office, a.Application); err != nil {
				return 0, err
			}
			tx.By = db.Visitor
			if _, err := recommend.Complain(b.Context(), tx, office, recommend.ComplaintEntry{Call: l.Call.ID, About: "某咨询公司", Story: "自称能包过"}); err != nil {
				return 0, err
			}
		}
		tx.By = l.Staff["district officer"]
		_, err := recommend.OpenSummary(b.Context(), tx, office, recommend.NewSummary{Call: l.Call.ID, Stage: "intent"})
		return 0, err
	})
	if err != nil {
		b.Fatal(err)
	}
	l.Rows(ready, 2000, false)
	if _, err := db.Keep(b.Context(), l.DB, func(tx *db.Tx) (int64, error) { return tx.Exec(b.Context(), `ANALYZE`) }); err != nil {
		b.Fatal(err)
	}
}

// ids are what a query of one column finds.
func (l *lookers) ids(b *testing.B, query string) []string {
	b.Helper()
	all, err := db.View(b.Context(), l.DB, func(r db.Reader) ([]string, error) {
		return db.All(b.Context(), r, func(row db.Scanner) (id string, err error) { return id, row.Scan(&id) }, query)
	})
	if err != nil || len(all) == 0 {
		b.Fatal(query, len(all), err)
	}
	return all
}

// beside is an id like another, of nothing: its neighbour in every index.
func beside(id string) string {
	last := id[len(id)-1]
	next := byte('0' + (last-'0'+1)%10)
	if last > '9' {
		next = '0'
	}
	return id[:len(id)-1] + string(next)
}

// inquiries are the ten questions that are most worth asking.
func (l *lookers) inquiries() []inquiry {
	b := l.TB.(*testing.B)
	byID := func(before, after, query string) func() guess {
		all := l.ids(b, query)
		return func() guess {
			id := all[rand.IntN(len(all))]
			return guess{before + id + after, before + beside(id) + after}
		}
	}
	search := func(before string) func() guess {
		return func() guess {
			n := rand.IntN(1000)
			name := func(n int) string { return before + url.QueryEscape(fmt.Sprintf("第%d号", n)) }
			return guess{name(1000 + n), name(8000 + n)} // the units of Rows are 第0号 to 第1999号
		}
	}
	people := registered()
	applications := `SELECT a.id FROM applications a JOIN application_versions v ON v.application = a.id`
	host := `SELECT id FROM units WHERE name LIKE '第%号有限公司'`
	return []inquiry{
		{"application", "other admin", byID("/applications/", "", `SELECT id FROM applications WHERE version > 0`)},
		{"version", "other admin", byID("/applications/", "/versions/1", applications)},
		{"applications-search", "other admin", search("/applications?q=第")},
		{"profile", "other admin", byID("/units/", "/profile/staff", host)},
		{"case", "abroad officer", byID("/queue/", "", `SELECT id FROM recommend_steps`)},
		{"cases-search", "abroad officer", search("/queue?q=第")},
		{"table", "abroad officer", byID("/tables/", "", `SELECT id FROM recommend_lists`)},
		{"paper", "abroad officer", byID("/papers/", "", applications)},
		{"complaint", "city officer", byID("/complaints/", "", `SELECT id FROM complaints`)},
		{"register-search", "abroad officer", func() guess {
			name, before := []rune(people[rand.IntN(len(people))]), "/registers/platform_staff/rows?q="
			nobody := append(slices.Clone(name[:len(name)-1]), '囍')
			if utf8.RuneLen(name[len(name)-1]) == 4 {
				nobody[len(name)-1] = '𠮷' // the page says what was asked for
			}
			return guess{before + url.QueryEscape(string(name)), before + url.QueryEscape(string(nobody))}
		}},
	}
}

// registered are the people of a register that is no public list.
func registered() (names []string) {
	for _, r := range sample.Registers() {
		for _, row := range r.Rows {
			if r.ID == "platform_staff" {
				names = append(names, row["name"])
			}
		}
	}
	return names
}

// time asks in pairs, in either order, and compares.
func (l *lookers) time(b *testing.B, q inquiry) {
	var took [2][]float64
	ask := func(address string) (float64, *httptest.ResponseRecorder) {
		r := httptest.NewRequest(http.MethodGet, "http://sb.example.gov.cn"+address, nil)
		r.AddCookie(&http.Cookie{Name: "session", Value: l.tokens[q.who]})
		w := httptest.NewRecorder()
		begun := time.Now()
		l.site.ServeHTTP(w, r)
		return float64(time.Since(begun).Nanoseconds()), w
	}
	pair := func() {
		g := q.guess()
		addresses := [2]string{g.hidden, g.nothing}
		first := rand.IntN(2)
		var said [2]*httptest.ResponseRecorder
		var one [2]float64
		for _, i := range []int{first, 1 - first} {
			one[i], said[i] = ask(addresses[i])
		}
		if said[0].Code != said[1].Code || said[0].Body.Len() != said[1].Body.Len() {
			b.Fatalf("%s: %d with %d bytes, %s: %d with %d bytes", g.hidden, said[0].Code, said[0].Body.Len(), g.nothing, said[1].Code, said[1].Body.Len())
		}
		for i := range took {
			took[i] = append(took[i], one[i])
		}
	}
	for range 50 { // so that everything is warm
		pair()
	}
	took = [2][]float64{}
	runtime.GC()
	for b.Loop() {
		pair()
	}
	whole := welch(took[0], took[1])
	cropped := welch(crop(took))
	a, n := mean(took[0])
	c, _ := mean(took[1])
	b.ReportMetric(n, "pairs")
	b.ReportMetric((a+c)/2/1000, "µs")
	b.ReportMetric((a-c)/1000, "µs-more")
	b.ReportMetric(whole, "t")
	b.ReportMetric(cropped, "t-cropped")
}

// crop leaves the slowest twentieth of all times out: collections of memory and
// other programs, which hide small differences.
func crop(took [2][]float64) (a, b []float64) {
	all := slices.Sorted(slices.Values(slices.Concat(took[0], took[1])))
	limit := all[len(all)*95/100]
	slow := func(t float64) bool { return t > limit }
	return slices.DeleteFunc(slices.Clone(took[0]), slow), slices.DeleteFunc(slices.Clone(took[1]), slow)
}

func mean(all []float64) (m, n float64) {
	for _, x := range all {
		m += x
	}
	n = float64(len(all))
	return m / n, n
}

// variance is that of a sample.
func variance(all []float64) (v float64) {
	m, n := mean(all)
	for _, x := range all {
		v += (x - m) * (x - m)
	}
	return v / (n - 1)
}

// welch is Welch's t: how many standard errors the means of two samples lie apart.
func welch(a, b []float64) float64 {
	ma, na := mean(a)
	mb, nb := mean(b)
	return (ma - mb) / math.Sqrt(variance(a)/na+variance(b)/nb)
}
