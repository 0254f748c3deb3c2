package web

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"testing"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/xlsx"
)

// column is what stands in a column of a workbook's first sheet, below its head.
func column(t *testing.T, content []byte, head string) (out []string) {
	t.Helper()
	book, err := xlsx.Open("a.xlsx", content, xlsx.Register)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.Rows(book.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, row := range rows {
		if at >= 0 && row.Cell(at).Text != "" {
			out = append(out, row.Cell(at).Text)
		}
		if at < 0 {
			at = slices.IndexFunc(row.Cells, func(c xlsx.Cell) bool { return c.Text == head })
		}
	}
	if at < 0 {
		t.Fatalf("no column %s", head)
	}
	return out
}

// What is exported from a register is what its page shows, narrowed in the same
// way and in the same order: all of it, not the first page, and not from where
// the reader has turned to.
func TestRegisterExportIsWhatIsShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := populate(t, siteOn(t, d))
		rows := []string{"企业名称,证书编号,发证日期,有效期至"}
		for i := range 130 {
			rows = append(rows, fmt.Sprintf("%s%03d号精密制造有限公司,GR%06d,2022-01-01,2025-01-01", []string{"齐鲁", "泉城"}[i%2], i, i))
		}
		w.keep("officer", "high_tech", rows...)
		for q, want := range map[string]int{"": 130, "q=" + url.QueryEscape("齐鲁"): 65, "q=" + url.QueryEscape("泉城 12"): 5, "q=" + url.QueryEscape("没有"): 0, "day=2020-01-01": 0} {
			var shown []string
			for at := apiPrefix + "/registers/high_tech/rows?" + q; at != ""; {
				var p registerRows
				a := w.ask(w.people["officer"], request{method: "GET", path: at})
				if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || len(shown) > want {
					t.Fatalf("%s: %d rows, %v %s", at, len(shown), err, a.Body)
				}
				for _, r := range p.Found.Rows {
					shown = append(shown, r.Cells["unit"])
				}
				at = p.Next
			}
			a := w.ask(w.people["officer"], request{method: "GET", path: "/registers/high_tech/rows.xlsx?" + q})
			if got := column(t, a.Body.Bytes(), "企业名称"); len(shown) != want || !slices.Equal(got, shown) {
				t.Errorf("%q: %d rows are shown and %d exported, want %d", q, len(shown), len(got), want)
			}
		}
	})
}

// The same of the register of paper originals, whatever it is narrowed by.
func TestPaperExportIsWhatIsShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newCounter(t, siteOn(t, d))
		k.lines(130)
		for q, want := range map[string]int{"show=awaited": 131, "show=awaited&q=" + url.QueryEscape("中心12"): 11, "show=awaited&q=" + url.QueryEscape("没有"): 0, "show=all": 0, "": 0} {
			var shown, links []string
			for at := "/papers?" + q; at != ""; {
				var p papersPage
				a := k.ask(k.who("abroad officer"), request{method: "GET", path: apiPrefix + at})
				if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || len(shown) > want {
					t.Fatalf("%s: %d rows, %v %s", at, len(shown), err, a.Body)
				}
				for _, r := range p.Rows {
					shown = append(shown, r.Name)
				}
				links = append(links, html.UnescapeString(between(k.get("abroad officer", at), `href="/papers/workbook`, `"`)))
				if at = ""; p.Next != "" {
					at = "/papers?" + q + "&after=" + url.QueryEscape(p.Next)
				}
			}
			for _, link := range links { // as every page has it
				a := k.ask(k.who("abroad officer"), request{method: "GET", path: "/papers/workbook" + link})
				if got := column(t, a.Body.Bytes(), "申报名称"); len(shown) != want || !slices.Equal(got, shown) {
					t.Errorf("%q by %s: %d rows are shown and %d exported, want %d", q, link, len(shown), len(got), want)
				}
			}
		}
	})
}

// lines are more applications like the counter's.
func (k *counter) lines(n int) {
	k.t.Helper()
	_, err := db.Keep(k.t.Context(), k.db, func(tx *db.Tx) (int, error) {
		for i := range n {
			id := db.NewID()
			name := fmt.Sprintf("中心%d", i)
			for _, copied := range []string{
				`INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begun, begun_by, changed, changed_by, submitted, version, mend_until,
					reason, returned_by, answer, met, unmet, unknown, revision, begin_key)
				SELECT $1, call, hash, unit, unit_name, $2, $2, state, begun, begun_by, changed, changed_by, submitted, version, mend_until,
					reason, returned_by, answer, met, unmet, unknown, revision, $1 FROM applications WHERE id = $3`,
				`INSERT INTO application_versions (application, number, state, submit_key, received, submitted, person, person_name, call, package, manifest, hash, facts, texts,
					findings, line, receipt, ended)
				SELECT $1, number, state, $1, received, submitted, person, $2, call, package, manifest, $1, facts, texts, findings, line, receipt, ended
				FROM application_versions WHERE application = $3`,
			} {
				if _, err := tx.Exec(k.t.Context(), copied, id, name, string(k.id)); err != nil {
					return 0, err
				}
			}
		}
		return 0, nil
	})
	must(k.t, err)
}
