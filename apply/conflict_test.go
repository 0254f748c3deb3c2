package apply_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/locale"
	"shenbao/internal/sample"
)

// draft is an application of a unit of the house under a call, with facts.
func (h *house) draft(unit string, of *call.Call, facts map[string]any) apply.ID {
	h.Helper()
	a, err := h.begin(unit+" admin", apply.Beginning{Call: h.Call.ID, Key: db.NewID()})
	h.must(err)
	if of != h.Call {
		h.moved(a.ID, of)
	}
	h.enter(unit, a.ID, facts)
	return a.ID
}

func (h *house) enter(unit string, id apply.ID, facts map[string]any) {
	h.Helper()
	text, err := json.Marshal(facts)
	h.must(err)
	_, err = kept(h, unit+" admin", func(ctx context.Context, tx *db.Tx) (int, error) {
		return 0, apply.Enter(ctx, tx, h.Office, id, text)
	})
	h.must(err)
}

// live makes a draft one that others see, as submitting does.
func (h *house) live(id apply.ID) apply.ID {
	h.Helper()
	h.shown(id)
	_, err := kept(h, "host admin", func(ctx context.Context, tx *db.Tx) (int, error) { return 0, apply.PutLive(ctx, tx, h.Office, id) })
	h.must(err)
	return id
}

// shown makes a draft one that authorities see, and others not yet.
func (h *house) shown(id apply.ID) apply.ID { return h.inState(id, apply.Submitted) }

// inState brings an application that was submitted once into a state.
func (h *house) inState(id apply.ID, state apply.State) apply.ID {
	h.Helper()
	_, err := kept(h, "host admin", func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, `UPDATE applications SET state = $1, version = 1 WHERE id = $2`, state, id)
	})
	h.must(err)
	return id
}

// conflicts are those of an application as somebody sees them, and assessed is
// what its host is told.
func (h *house) conflicts(who string, id apply.ID) []apply.Clash {
	h.Helper()
	out, err := h.mayConflicts(who, id)
	h.must(err)
	return out
}

func (h *house) mayConflicts(who string, id apply.ID) ([]apply.Clash, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) ([]apply.Clash, error) {
		s, err := apply.Find(h.Context(), r, h.Staff[who], id)
		if err != nil {
			return nil, err
		}
		fm, err := h.Office.FormOf(h.Context(), r, s)
		if err != nil {
			return nil, err
		}
		return h.Office.Conflicts(h.Context(), r, h.Staff[who], fm)
	})
}

func (h *house) assessed(who string, id apply.ID) *apply.Assessment {
	h.Helper()
	out, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Assessment, error) {
		s, err := apply.Find(h.Context(), r, h.Staff[who], id)
		if err != nil {
			return nil, err
		}
		fm, err := h.Office.FormOf(h.Context(), r, s)
		if err != nil {
			return nil, err
		}
		return h.Office.Assess(h.Context(), r, fm, locale.ZH)
	})
	h.must(err)
	return out
}

// short writes conflicts in a line each: the kind, ! for what blocks, = for what
// is sure, ~ for what is not, what it touches, the clause and the other side.
func short(all []apply.Clash) []string {
	out := []string{}
	for _, c := range all {
		mark := "~"
		if c.Sure {
			mark = "="
		}
		if c.Blocks {
			mark = "!"
		}
		line := c.Kind + mark + c.Mine
		if c.Clause != "" {
			line += " " + c.Clause
		}
		for _, o := range c.Others {
			line += " | " + strings.TrimSpace(o.Unit+" "+o.Name+" "+o.Theirs)
		}
		out = append(out, line)
	}
	return out
}

// announce publishes a call of another package, by the people of an authority.
func (h *house) announced(id, by string) *call.Call {
	h.Helper()
	c, err := do(h, by, func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		c, err := call.Draft(ctx, tx, applytest.ReadVersion(h.TB, id), "")
		if err != nil {
			return nil, err
		}
		return call.Publish(ctx, tx, c.ID, "")
	})
	h.must(err)
	return c
}

func list(rows ...map[string]any) map[string]any {
	if rows == nil {
		rows = []map[string]any{}
	}
	return map[string]any{"complete": true, "rows": rows}
}

func human(name, number, birth string) map[string]any {
	one := map[string]any{"name": name, "birth": birth}
	if number != "" {
		one["person"] = map[string]any{"code": number, "name": name}
	}
	return one
}

// Numbers of people that are none's.
const (
	numberA = "370102198003091234"
	numberB = "370102198003094566"
)

// Every kind of conflict between two applications: what the other one has, and
// what an authority above both is told.
func TestEveryKindOfConflict(t *testing.T) {
	for _, c := range []struct {
		name         string
		pkg          string
		mine, theirs map[string]any
		want         []string
	}{
		{"a person by the number, whatever the name", sample.Shandong,
			map[string]any{"staff": list(human("王知远", numberA, "1980-03-09"))}, map[string]any{"staff": list(human("王之远", numberA, "1980-03-09"))},
			[]string{"person=王知远 | 乙单位  王之远"}},
		{"a person as director there", sample.Shandong,
			map[string]any{"staff": list(human("王知远", numberA, "1980-03-09"))},
			map[string]any{"director.name": "王知远", "director.person": map[string]any{"code": numberA, "name": "王知远"}},
			[]string{"person=王知远 | 乙单位  王知远"}},
		{"perhaps a person, without a number", sample.Shandong,
			map[string]any{"staff": list(human("王知远", "", "1980-03-09"))}, map[string]any{"staff": list(human("王知远", numberA, "1980-03-30"))},
			[]string{"person~王知远 | 乙单位  王知远"}},
		{"two people of one name, with their numbers", sample.Shandong,
			map[string]any{"staff": list(human("王知远", numberA, "1980-03-09"))}, map[string]any{"staff": list(human("王知远", numberB, "1980-03-09"))}, []string{}},
		{"the same direction in the city", sample.Shandong,
			map[string]any{"direction": "humanoid_robot"}, map[string]any{"direction": "humanoid_robot"}, []string{"direction~人形机器人 | 乙单位 人形机器人"}},
		{"other directions", sample.Shandong, map[string]any{"direction": "humanoid_robot"}, map[string]any{"direction": "bci"}, []string{}},
		{"a name with the same core", sample.Shandong,
			map[string]any{"centre.name": "山东省灵巧抓取技术创新中心"}, map[string]any{"centre.name": "灵巧抓取山东省技术创新中心"},
			[]string{"name!山东省灵巧抓取技术创新中心 | 乙单位 灵巧抓取山东省技术创新中心 灵巧抓取山东省技术创新中心"}},
		{"a name with a character changed", sample.Shandong,
			map[string]any{"centre.name": "山东省仿生灵巧操作机构技术创新中心"}, map[string]any{"centre.name": "山东省仿生灵巧操纵机构技术创新中心"},
			[]string{"name~山东省仿生灵巧操作机构技术创新中心 | 乙单位 山东省仿生灵巧操纵机构技术创新中心 山东省仿生灵巧操纵机构技术创新中心"}},
		{"another name", sample.Shandong,
			map[string]any{"centre.name": "山东省灵巧抓取技术创新中心"}, map[string]any{"centre.name": "山东省深海装备技术创新中心"}, []string{}},
		{"a result by its public number, under the clause that asks", sample.Shanxi,
			map[string]any{"results": list(map[string]any{"name": "一种纤维", "code": "ZL202010123456.7"})},
			map[string]any{"results": list(map[string]any{"name": "另一种名称", "code": "zl 2020 1 0123456.7"})},
			[]string{"result=一种纤维 001-007 | 乙单位  另一种名称"}},
		{"perhaps a result, by its title", sample.Shanxi,
			map[string]any{"results": list(map[string]any{"name": "碳纤维原丝制备方法", "code": "A1"})},
			map[string]any{"results": list(map[string]any{"name": "碳纤维原丝 制备方法", "code": "B2"})},
			[]string{"result~碳纤维原丝制备方法 001-007 | 乙单位  碳纤维原丝 制备方法"}},
		{"an asset number of another unit is another thing", sample.Shanxi,
			map[string]any{"equipment": list(map[string]any{"name": "电镜", "code": "SB-01"})},
			map[string]any{"equipment": list(map[string]any{"name": "天平", "code": "SB-01"})}, []string{}},
		{"an asset number of the same unit", sample.Shanxi,
			map[string]any{"equipment": list(map[string]any{"name": "电镜", "code": "SB-01"})},
			map[string]any{"equipment": list(map[string]any{"name": "电镜二", "code": "sb-０１"}),
				"units": []map[string]any{{"unit": map[string]any{"code": "HOST", "name": "甲"}, "role": "other"}}},
			[]string{"instrument=电镜 001-007 | 乙单位  电镜二"}},
		{"perhaps premises, by their address", sample.Shanxi,
			map[string]any{"sites": list(map[string]any{"address": "山西省太原市小店区龙城大街1号3楼", "code": "租约1"})},
			map[string]any{"sites": list(map[string]any{"address": "太原市小店区龙城大街 1 号 3 楼", "code": "租约2"})},
			[]string{"premises~山西省太原市小店区龙城大街1号3楼 001-007 | 乙单位  太原市小店区龙城大街 1 号 3 楼"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(h *house) {
				of := h.Call
				if c.pkg == sample.Shanxi {
					of = h.shanxi()
				}
				theirs := maps.Clone(c.theirs)
				if units, ok := theirs["units"].([]map[string]any); ok {
					units[0]["unit"] = map[string]any{"code": h.Units["host"].Code, "name": "甲"}
				}
				id := h.shown(h.draft("host", of, c.mine))
				rival := h.draft("other", of, theirs)
				if got := short(h.conflicts("province officer", id)); len(got) != 0 {
					t.Errorf("before the other is submitted: %q", got)
				}
				h.live(rival)
				want := []string{}
				for _, w := range c.want {
					want = append(want, strings.ReplaceAll(w, "乙单位", h.Units["other"].Name))
				}
				if got := short(h.conflicts("province officer", id)); !slices.Equal(squeeze(got), squeeze(want)) {
					t.Errorf("conflicts:\n got %q\nwant %q", squeeze(got), squeeze(want))
				}
			})
		})
	}
}

// squeeze leaves out what nobody wrote: the name of a draft that has none.
func squeeze(lines []string) (out []string) {
	for _, l := range lines {
		out = append(out, strings.Join(strings.Fields(l), " "))
	}
	return out
}

// shanxi is the call of the package of Shanxi. Its window is over, so drafts are
// begun under another call and moved.
func (h *house) shanxi() *call.Call {
	h.Helper()
	return h.announced(sample.Shanxi, "abroad officer")
}

// moved empties a draft and puts it under another call.
func (h *house) moved(id apply.ID, to *call.Call) {
	h.Helper()
	_, err := kept(h, "host admin", func(ctx context.Context, tx *db.Tx) (int, error) {
		if _, err := tx.Exec(ctx, `DELETE FROM application_fields WHERE application = $1`, id); err != nil {
			return 0, err
		}
		_, err := tx.Exec(ctx, `UPDATE applications SET call = $1, hash = $2 WHERE id = $3`, to.ID, to.Hash, id)
		return 0, err
	})
	h.must(err)
}
