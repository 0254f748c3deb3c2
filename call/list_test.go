package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
)

// made is a call that was never drafted: lists need no package.
func made(i int, issuer actor.UnitID, place, title string, closes time.Time) (*Call, search) {
	c := &Call{ID: ID(fmt.Sprintf("%032x", i)), Package: "made", Hash: fmt.Sprintf("made%d", i%7), Title: title, Issuer: issuer, Place: place, Mode: []string{"call", "rolling"}[i%2],
		Year: int64(2015 + i%10), State: Published, Drafted: at(1, 1, 0, 0), Published: at(1, 1, 0, 0).Add(time.Duration(i) * time.Second),
		Windows: []Window{{Stage: "apply", Name: "申报", Act: "apply", Who: "applicant", From: closes.AddDate(0, 0, -20), Until: closes}}}
	if closes.IsZero() {
		c.Windows[0].From = time.Time{}
	}
	c.span()
	return c, searchOf(title, place)
}

// store puts made calls into a database.
func store(t testing.TB, d *db.DB, n int, one func(i int) (*Call, search)) {
	t.Helper()
	const batch = 500
	for from := 0; from < n; from += batch {
		if _, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) {
			for i := range 7 {
				hash := fmt.Sprintf("made%d", i)
				if n, err := tx.Exec(t.Context(), `INSERT INTO call_packages (hash, id, archive) VALUES ($1, 'made', $2) ON CONFLICT (hash) DO NOTHING`, hash, []byte{}); err != nil {
					return 0, err
				} else if n == 0 {
					continue
				}
				if _, err := tx.Exec(t.Context(), `INSERT INTO call_fields (hash, code, name) VALUES ($1, $2, $3)`, hash, fmt.Sprintf("f%d", i), fmt.Sprintf("领域%d", i)); err != nil {
					return 0, err
				}
				s := searchOf(fmt.Sprintf("版本%d的全文：仪器设备", i))
				if _, err := tx.Exec(t.Context(), `INSERT INTO call_texts (hash, folded) VALUES ($1, $2)`, hash, s.folded); err != nil {
					return 0, err
				}
				if err := insertWords(t.Context(), tx, `INSERT INTO call_text_words (hash, word) VALUES `, hash, s.words); err != nil {
					return 0, err
				}
				if err := nameFields(t.Context(), tx, hash); err != nil {
					return 0, err
				}
			}
			for i := from; i < min(n, from+batch); i++ {
				c, s := one(i)
				if err := insert(t.Context(), tx, c, s); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func listed(t testing.TB, d *db.DB, f Filter) []*Call {
	t.Helper()
	found, err := db.View(t.Context(), d, func(r db.Reader) ([]*Call, error) { return List(t.Context(), r, f) })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestLists(t *testing.T) {
	inHouse(t, func(h *house) {
		now := h.clock().Now()
		calls := []struct {
			place, title string
			closes       time.Time
		}{
			{"370000", "省重点研发计划：人形机器人", now.AddDate(0, 0, 30)},
			{"370100", "市5G通信专项", now.AddDate(0, 0, 3)},
			{"370114", "区“技术创新中心”申报", now.AddDate(0, 0, 8)},
			{"140000", "山西省碳材料", now.AddDate(0, 0, -1)},
			{"370200", "青岛海洋", time.Time{}},
			{"370100", "市ＡＩＧＣ专项", now.AddDate(0, 0, 21)}, // begins tomorrow
			{"110101", "东城区老通知", now.AddDate(-2, 0, 0)},
		}
		store(h, h.db, len(calls), func(i int) (*Call, search) {
			issuer := h.units["province"]
			if calls[i].place == "370114" {
				issuer = h.units["district"]
			}
			return made(i, issuer, calls[i].place, calls[i].title, calls[i].closes)
		})
		for _, c := range []struct {
			what string
			f    Filter
			want string
		}{
			{"everything, the next end first", Filter{}, "东城 山西 市5 区“ 市Ａ 省重 青岛"},
			{"the newest first", Filter{Newest: true}, "东城 市Ａ 青岛 山西 区“ 市5 省重"},
			{"of a district and around it", Filter{Place: "370114"}, "市5 区“ 市Ａ 省重"},
			{"of a city, around and in it", Filter{Place: "370100"}, "市5 区“ 市Ａ 省重"},
			{"of a province and in it", Filter{Place: "370000"}, "市5 区“ 市Ａ 省重 青岛"},
			{"of no place", Filter{Place: "x' OR 1=1"}, "东城 山西 市5 区“ 市Ａ 省重 青岛"},
			{"open", Filter{Phase: Open}, "市5 区“ 青岛"},
			{"closing", Filter{Phase: Closing}, "市5"},
			{"upcoming", Filter{Phase: Upcoming}, "市Ａ 省重"},
			{"closed", Filter{Phase: Closed}, "东城 山西"},
			{"archived", Filter{Phase: Archived}, "东城"},
			{"by kind", Filter{Mode: "rolling"}, "山西 市5 市Ａ"},
			{"by year", Filter{Year: 2016}, "市5"},
			{"by field", Filter{Field: "f2"}, "区“"},
			{"a field of none", Filter{Field: "f9"}, ""},
			{"what no database takes", Filter{Field: "\x00\xff"}, ""},
			{"words of the package", Filter{Text: "版本3"}, "山西"},
			{"words of the package and of the call", Filter{Text: "仪器设备 专项"}, "市5 市Ａ"},
			{"by issuer", Filter{Issuer: h.units["district"]}, "区“"},
			{"two characters", Filter{Text: "机器"}, "省重"},
			{"through quotation marks", Filter{Text: "技术创新中心申报"}, "区“"},
			{"mixed", Filter{Text: "５ｇ通信"}, "市5"},
			{"the beginning of a word", Filter{Text: "aig"}, "市Ａ"},
			{"two words, and of a place", Filter{Text: "专项 市", Place: "370114", Phase: Open}, "市5"},
			{"pairs that are apart", Filter{Text: "中心技术"}, ""},
			{"signs alone", Filter{Text: "%_'\\"}, "东城 山西 市5 区“ 市Ａ 省重 青岛"},
			{"a sign in a word", Filter{Text: "5%通信"}, "市5"},
			{"nothing of the kind", Filter{Text: "量子"}, ""},
		} {
			var got []string
			for _, one := range listed(h, h.db, c.f) {
				got = append(got, string([]rune(one.Title)[:2]))
			}
			if s := strings.Join(got, " "); s != c.want {
				h.Errorf("%s: %s, want %s", c.what, s, c.want)
			}
		}
		var paged []string
		for f := (Filter{Limit: 2}); ; {
			page := listed(h, h.db, f)
			for _, one := range page {
				paged = append(paged, string([]rune(one.Title)[:2]))
			}
			if len(page) < 2 {
				break
			}
			f.After = f.Cursor(page[len(page)-1])
		}
		if s := strings.Join(paged, " "); s != "东城 山西 市5 区“ 市Ａ 省重 青岛" {
			h.Errorf("page by page: %s", s)
		}
		if all := listed(h, h.db, Filter{Whole: true}); len(all) != 7 || len(all[0].Windows) != 1 {
			h.Errorf("whole: %+v", all)
		}
		fields, err := db.View(h.Context(), h.db, func(r db.Reader) ([]Field, error) { return Fields(h.Context(), r) })
		if err != nil || len(fields) != 7 {
			h.Errorf("%d fields, %v", len(fields), err)
		}
	})
}

// Pages do not skip or repeat what stands between them when a call is published
// or extended meanwhile.
func TestPagesAreStable(t *testing.T) {
	h := build(t, sqlite(t))
	end := h.clock().Now().AddDate(0, 0, 5)
	store(t, h.db, 20, func(i int) (*Call, search) { return made(i, h.units["province"], "370000", "通知", end) })
	f := Filter{Limit: 7}
	seen := map[ID]int{}
	for page := 0; ; page++ {
		found := listed(t, h.db, f)
		for _, c := range found {
			seen[c.ID]++
		}
		if len(found) == 0 {
			break
		}
		f.After = f.Cursor(found[len(found)-1])
		store(t, h.db, 1, func(int) (*Call, search) {
			return made(100+page, h.units["province"], "370000", "新通知", end.Add(-time.Hour))
		})
	}
	for i := range 20 {
		if id := ID(fmt.Sprintf("%032x", i)); seen[id] != 1 {
			t.Errorf("call %d was listed %d times", i, seen[id])
		}
	}
}

// A package is found by its fields and by what its clauses ask, not by how the
// office works.
func TestWhatAPackageIsFoundBy(t *testing.T) {
	s := packageSearch(pack(t, "shandong-tic-2024"))
	for text, want := range map[string]bool{"人形机器人": true, "灵巧手": true, "双一流": true, "近三年研发费用": true, "章丘区": true,
		"51708803": false, "jnzqgxjkjcxk": false} {
		if strings.Contains(s.folded, text) != want {
			t.Errorf("%s: found %v", text, !want)
		}
	}
	got := map[string]int{}
	for _, p := range packages(t) {
		for _, f := range fieldsOf(p) {
			if f.Code == "" || f.Name == "" || f.Code == "other" {
				t.Errorf("%s: field %+v", p.ID, f)
			}
			got[p.ID]++
		}
	}
	for id, n := range map[string]int{"shandong-tic-2024": 11, "shanxi-tic-2024": 3, "qingdao-tic-2019": 5} {
		if got[id] != n {
			t.Errorf("%s has %d fields, want %d", id, got[id], n)
		}
	}
}
