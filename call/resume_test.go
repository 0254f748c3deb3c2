package call

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/locale"
	"shenbao/programme"
)

// amended is the district's package with another threshold, without one fact,
// and with a later end.
func amended(t *testing.T) Version {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../programmes")); err != nil {
		t.Fatal(err)
	}
	edit := func(name string, pairs ...string) {
		file := filepath.Join(dir, "shandong-tic-2024", name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(string(text), pairs[i]) {
				t.Fatalf("%s holds no %q", name, pairs[i])
			}
			text = []byte(strings.ReplaceAll(string(text), pairs[i], pairs[i+1]))
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	edit("rules.md", "不少于 3000 万元", "不少于 2500 万元", "require: 已加入仪器共享网", "require: 仪器共享网成员", "id: site.base", "id: site.bases")
	edit("form.yaml", "id: sharing_member\n        name: 已加入仪器共享网", "id: network_member\n        name: 仪器共享网成员")
	edit("call.yaml", "2024-12-02T17:00", "2024-12-09T17:00")
	l, err := programme.Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return versionIn(t, l, "shandong-tic-2024")
}

// What was typed is answered again under the amendment, which says what it
// changes.
func TestResume(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.Context()
		officer := h.hire("district", actor.Officer)
		c := h.publish(officer)
		facts := `{"rd_expense": {"2021": "760 万元", "2022": "880 万元", "2023": "1010 万元"}, "sharing_member": true, "host.place": "370114"}`
		keep := func(token, facts string) error {
			_, err := db.Keep(ctx, h.db, func(tx *db.Tx) (int, error) { return 0, Keep(ctx, tx, c.ID, token, []byte(facts)) })
			return err
		}
		resume := func(token string) (*Resumed, error) {
			return db.View(ctx, h.db, func(r db.Reader) (*Resumed, error) { return Resume(ctx, r, &h.shelf, token, locale.ZH) })
		}
		n := h.count()
		h.must(keep("token", facts))
		h.want("no object", keep("x", `[1]`), "call.facts")
		h.want("no JSON", keep("x", `{`), "call.facts")
		h.want("not UTF-8", keep("x", "{\"a\": \"\xff\"}"), "call.facts")
		h.want("too large", keep("x", `{"a": "`+strings.Repeat("a", maxKept)+`"}`), "call.facts_large")
		if h.count() != n {
			h.Error("what a visitor types leaves a line in the journal")
		}
		r, err := resume("token")
		h.must(err)
		if len(r.Changes) != 0 || r.Result.byRule()["host.rd_total"].Verdict != "unmet" || string(r.Facts) != facts {
			h.Errorf("before the amendment: %+v", r)
		}
		_, err = resume("nekot")
		h.want("another token", err, "call.not_kept")

		v := amended(h.T)
		a, err := h.do(officer, func(tx *db.Tx) (*Call, error) { return Draft(ctx, tx, v, c.ID) })
		h.must(err)
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, a.ID, "") })
		h.must(err)
		r, err = resume("token")
		h.must(err)
		if r.Call.ID != a.ID || r.Typed != c.ID || strings.Join(r.Dropped, " ") != "sharing_member" {
			h.Errorf("after it: call %s, typed for %s, dropped %v", r.Call.ID, r.Typed, r.Dropped)
		}
		var got []string
		for _, one := range r.Changes {
			got = append(got, one.What+" "+one.Rule+one.Stage+": "+one.Before+" → "+one.After)
		}
		for _, want := range []string{
			"window system_open: 2024-11-27 09:00 — 2024-12-02 17:00 → 2024-11-27 09:00 — 2024-12-09 17:00",
			"required host.rd_total: ≥ 3,000 万元 → ≥ 2,500 万元", "verdict host.rd_total: 不符合 → 符合", "verdict site.sharing: 符合 → 待证明",
			"added site.bases", "removed site.base: ",
		} {
			if !strings.Contains(strings.Join(got, "\n"), want) {
				h.Errorf("no change %q in\n%s", want, strings.Join(got, "\n"))
			}
		}
		h.clock().Add(keptFor)
		_, err = resume("token")
		h.want("after thirty days", err, "call.not_kept")
		gone, err := db.Keep(ctx, h.db, func(tx *db.Tx) (int64, error) { return Forget(ctx, tx) })
		if gone != 1 || err != nil {
			h.Errorf("%d forgotten, %v", gone, err)
		}
	})
}

func TestCountdown(t *testing.T) {
	end := at(12, 2, 17, 0)
	for _, c := range []struct {
		until, now time.Time
		zh, en     string
	}{
		{end, at(11, 29, 13, 0), "还有 3 天 4 小时", "3 d 4 h left"},
		{end, at(11, 12, 16, 0), "还有 20 天", "20 d left"},
		{end, at(11, 29, 17, 0), "还有 3 天", "3 d left"},
		{end, at(12, 1, 17, 0), "还有 1 天", "1 d left"},
		{end, at(12, 1, 17, 1), "明天 17:00 截止（还有 23 小时）", "closes tomorrow at 17:00 (23 h left)"},
		{end, at(12, 2, 0, 0), "今天 17:00 截止", "closes today at 17:00"},
		{end, at(12, 2, 15, 59), "今天 17:00 截止", "closes today at 17:00"},
		{end, at(12, 2, 16, 0), "还有 60 分钟", "60 min left"},
		{end, end.Add(-time.Millisecond), "还有 1 分钟", "1 min left"},
		{end, end, "已于 12-02 17:00 截止", "closed on 12-02 17:00"},
		{end, at(12, 3, 16, 59), "已于 12-02 17:00 截止", "closed on 12-02 17:00"},
		{end, at(12, 4, 17, 0), "已截止 2 天", "closed 2 d ago"},
		{at(12, 3, 0, 0), at(12, 2, 10, 0), "今天 24:00 截止", "closes today at 24:00"},
		{at(12, 3, 0, 0), at(12, 1, 20, 0), "还有 1 天 4 小时", "1 d 4 h left"},
		{at(12, 3, 0, 0), at(12, 1, 0, 30), "还有 1 天 23 小时", "1 d 23 h left"},
		{time.Time{}, end, "常年受理", "open all year"},
	} {
		f := Countdown(c.until.UTC(), c.now.UTC())
		if zh, en := locale.Text("zh", f.Key, f.Args...), locale.Text("en", f.Key, f.Args...); zh != c.zh || en != c.en {
			t.Errorf("at %s: %s, %s", c.now.In(clock.Zone), zh, en)
		}
	}
}

// The conditions stand in the order and the parts of the notice.
func TestCheckGroups(t *testing.T) {
	c, err := Check(pack(t, "shandong-tic-2024"), []byte(`{"host.place": "370102", "host.legal_person": true}`), locale.EN)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	last := ""
	n := map[string]int{}
	for _, s := range c.Sections {
		names = append(names, s.Name)
		for _, one := range s.Conditions {
			n[one.Sign]++
			if one.Clause < last && s.Name == names[0] {
				t.Errorf("%s stands after %s", one.Clause, last)
			}
			last = one.Clause
			if one.Sign == "" || one.Word == "" || one.Locator == "" || one.Label == "" || one.Verdict == "unmet" && one.Required == "" {
				t.Errorf("condition %+v", one)
			}
		}
	}
	if names[0] != "二" || n["✓"] != c.Counts.Met || n["✗"] != c.Counts.Unmet || n["?"] != c.Counts.Unknown || len(c.Judged) != c.Counts.Questions {
		t.Errorf("sections %v, conditions %v, counts %+v", names, n, c.Counts)
	}
	place := c.byRule()["host.place"]
	if place.Word != "not met" || place.Sign != "✗" || !place.Decides || strings.Join(place.Materials, "") != "营业执照" || strings.Join(c.Because, "") != place.Label {
		t.Errorf("place %+v, because %v", place, c.Because)
	}
	if one := c.byRule()["host.chain_leader"]; one.Sign != "?" {
		t.Errorf("%+v", one)
	}
	if len(c.Gaps) == 0 || len(c.Evidence) == 0 {
		t.Error("neither gaps nor evidence")
	}
}

// Many who ask for a version at once get the same one, read once, and may use it
// together.
func TestShelfIsShared(t *testing.T) {
	h := build(t, sqlite(t))
	c := h.publish(h.hire("district", actor.Officer))
	var wait sync.WaitGroup
	got := make([]*programme.Package, 16)
	for i := range got {
		wait.Go(func() {
			p, err := db.View(t.Context(), h.db, func(r db.Reader) (*programme.Package, error) { return h.shelf.Package(t.Context(), r, c.Hash) })
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = p
			code := talliesOf(p, bindingRules(p.Program))[0].code
			if _, err := Check(p, []byte(`{"host.place": "370114", "`+code+`": 3}`), locale.ZH); err != nil {
				t.Error(err)
			}
			Questions(p, locale.EN)
			if _, err := Clauses(p, "", locale.ZH); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, p := range got {
		if p != got[0] {
			t.Error("a version was read more than once")
		}
	}
	for i := range 3 * shelfHolds {
		h.shelf.slot(strings.Repeat("x", i))
	}
	if len(h.shelf.read) != shelfHolds || len(h.shelf.row) != shelfHolds {
		t.Errorf("the shelf holds %d versions", len(h.shelf.read))
	}
	_, err := db.View(t.Context(), h.db, func(r db.Reader) (*programme.Package, error) { return h.shelf.Package(t.Context(), r, "none") })
	h.want("a version of no call", err, "call.missing")
}
