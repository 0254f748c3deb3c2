package apply_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/locale"
)

// Two programs on one database: what one enters the other sees at once, and what
// was undone leaves nothing in the index of the one that tried.
func TestNamesOfSeveralPrograms(t *testing.T) {
	each(t, func(h *house) {
		mine := h.draft("host", h.Call, map[string]any{"centre.name": myName})
		second := &apply.Office{Keys: h.Office.Keys, Shelf: h.Office.Shelf, Blobs: h.Office.Blobs, Sign: h.Office.Sign}
		near := func(o *apply.Office) (n int) {
			t.Helper()
			_, err := db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
				s, err := apply.Find(h.Context(), r, h.Staff["host admin"], mine)
				if err != nil {
					return 0, err
				}
				fm, err := o.FormOf(h.Context(), r, s)
				if err != nil {
					return 0, err
				}
				a, err := o.Assess(h.Context(), r, fm, locale.ZH)
				if err != nil {
					return 0, err
				}
				for _, i := range a.Issues {
					if i.Field == "centre.name" {
						n++
					}
				}
				return 0, nil
			})
			h.must(err)
			return n
		}
		both := func(what string, want int) {
			t.Helper()
			if a, b := near(h.Office), near(second); a != want || b != want {
				t.Errorf("%s: the programs see %d and %d, want %d", what, a, b, want)
			}
		}
		both("nothing", 0)
		rival := h.draft("other", h.Call, map[string]any{"centre.name": theirName})
		undone := errors.New("undone")
		_, err := kept(h, "host admin", func(ctx context.Context, tx *db.Tx) (int, error) {
			if err := apply.PutLive(ctx, tx, h.Office, rival); err != nil {
				return 0, err
			}
			s, err := apply.Find(ctx, tx, h.Staff["host admin"], mine)
			if err != nil {
				return 0, err
			}
			fm, err := h.Office.FormOf(ctx, tx, s)
			if err != nil {
				return 0, err
			}
			if _, err := h.Office.Assess(ctx, tx, fm, locale.ZH); err != nil { // reads the index inside what is undone
				return 0, err
			}
			return 0, undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		both("what was undone", 0)
		h.enter("other", rival, map[string]any{"centre.name": "山东省深海装备技术创新中心"})
		h.live(rival)
		both("what was submitted under another name", 0)
		h.inState(rival, "returned")
		h.enter("other", rival, map[string]any{"centre.name": theirName})
		h.live(rival)
		both("and submitted again under the first", 1)
	})
}

// province enters n live applications with thirty people each, as if they had
// been submitted by the unit "other".
func (h *house) province(n int) {
	h.Helper()
	model := h.draft("other", h.Call, nil)
	_, err := kept(h, "host admin", func(ctx context.Context, tx *db.Tx) (int, error) {
		if _, err := tx.Exec(ctx, `
			INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begin_key, begun, begun_by, changed, changed_by, submitted, version,
				mend_until, reason, returned_by, answer, met, unmet, unknown, revision)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($2 AS BIGINT))
			SELECT 'live' || n.i, call, hash, unit, unit_name, name, folded, 'submitted', 'live' || n.i, begun, begun_by, changed, changed_by, begun, 1,
				mend_until, reason, returned_by, answer, met, unmet, unknown, revision FROM applications, n WHERE id = $1`, model, n); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO application_keys (application, key, key_sum, perhaps, perhaps_sum, firm, display, field)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS BIGINT)), p (j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM p WHERE j < 30)
			SELECT 'live' || n.i, 'person/hmacsha256.' || n.i || '.' || p.j, n.i * 1000003 + p.j * 7919, 'person/某人' || n.i || '/' || p.j, n.i * 999983 + p.j * 104729,
				TRUE, '某人', 'staff/' || p.j FROM n, p`, n); err != nil {
			return 0, err
		}
		return 0, h.manyNames(ctx, tx, n)
	})
	h.must(err)
}

// manyNames gives each of the live applications a name of its own.
func (h *house) manyNames(ctx context.Context, tx *db.Tx, n int) error {
	words := strings.Fields("仿生 灵巧 操作 机构 碳捕集 深海 装备 盐湖 化工 特种 陶瓷 煤层气 抽采 区块链 隐私 计算 卫星 激光 载荷 低空 飞行器 脑机 接口 基因 编辑 菌株 构建 中试 地热 资源")
	for from := 0; from < n; from += 1000 {
		var b strings.Builder
		b.WriteString(`INSERT INTO application_names (application, shard, unit, kind, place, name) VALUES `)
		for i := from; i < min(n, from+1000); i++ {
			if i > from {
				b.WriteString(", ")
			}
			name := words[i%30] + words[i/30%30] + words[(i/900+7)%30] + words[(i*7+3)%30]
			fmt.Fprintf(&b, "('live%d', %d, 'unit', 'prov_tic', '370114', '山东省%s技术创新中心')", i+1, i%64, name)
		}
		if _, err := tx.Exec(ctx, b.String()); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO application_name_marks (shard, mark)
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 63) SELECT i, 'first' || i FROM n WHERE TRUE
		ON CONFLICT (shard) DO UPDATE SET mark = excluded.mark`)
	return err
}

// Assessing a whole application beside 20,000 live ones, against doing it alone.
func BenchmarkAssess(b *testing.B) {
	for _, kind := range []struct {
		name string
		open func(testing.TB) *db.DB
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		for _, n := range []int{0, 20_000} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				h := newHouse(b, kind.open(b))
				id := h.Ready()
				if n > 0 {
					h.province(n)
				}
				h.assessed("host admin", id) // reads the names once
				for b.Loop() {
					h.assessed("host admin", id)
				}
			})
		}
	}
}
