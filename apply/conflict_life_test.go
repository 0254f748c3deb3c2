package apply_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/locale"
	"shenbao/registry"
	"shenbao/rule"
)

// rival is an application like one that is ready, of another unit, with facts
// that differ.
func (h *house) rival(ready apply.ID, facts map[string]any) apply.ID {
	h.Helper()
	id := h.Copies(ready, 1)[0]
	_, err := kept(h, "host admin", func(ctx context.Context, tx *db.Tx) (int, error) {
		_, err := tx.Exec(ctx, `UPDATE applications SET unit = $1, unit_name = $2 WHERE id = $3`, h.Units["other"].ID, h.Units["other"].Name, id)
		return 0, err
	})
	h.must(err)
	if facts != nil {
		h.enter("other", id, facts)
	}
	return id
}

// issues are what a host is told of a field: ! before what blocks.
func (h *house) issues(who string, id apply.ID, field string) (out []string) {
	h.Helper()
	for _, i := range h.assessed(who, id).Issues {
		code, _, _ := strings.Cut(i.Field, "/")
		if code != field || strings.HasPrefix(i.Text, "必填") {
			continue
		}
		if i.Blocks {
			i.Text = "!" + i.Text
		}
		out = append(out, i.Text)
	}
	return out
}

// director are the facts that make somebody the director.
func director(one map[string]any) map[string]any {
	return map[string]any{"director.name": one["name"], "director.person": one["person"], "director.birth": one["birth"]}
}

// What an application has is known to others from its submission until it is
// taken back or given up, and as its last version has it.
func TestLifeOfKeys(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		mine := h.draft("host", h.Call, map[string]any{"staff": list(human("王知远", numberA, "1980-03-09"), human("李念慈", numberB, "1980-03-09"))})
		rival := h.rival(ready, nil)
		told := func(what string, want ...string) {
			t.Helper()
			if got := h.issues("host admin", mine, "staff"); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		h.enter("other", rival, director(human("王知远", numberA, "1980-03-09")))
		told("a draft of another")
		submit := func() {
			t.Helper()
			_, err := h.submit("other admin", applytest.Submission(rival))
			h.must(err)
		}
		submit()
		told("what was submitted", "“王知远”已列入另一份在办申报书")
		_, err := h.giveBack("district officer", apply.SendingBack{Application: rival, Reason: "请补正"})
		h.must(err)
		told("what was returned", "“王知远”已列入另一份在办申报书")
		h.enter("other", rival, director(human("李念慈", numberB, "1980-03-09")))
		told("while it is mended", "“王知远”已列入另一份在办申报书")
		submit()
		told("its next version", "“李念慈”已列入另一份在办申报书")
		_, err = h.withdraw("other admin", apply.Recall{Application: rival})
		h.must(err)
		told("what was taken back")
		submit()
		told("and submitted again", "“李念慈”已列入另一份在办申报书")
		_, err = h.giveBack("district officer", apply.SendingBack{Application: rival, Reason: "请补正"})
		h.must(err)
		_, err = h.drop("other admin", rival)
		h.must(err)
		told("what was given up")
	})
}

// Two hosts submit at once with the same people: neither is refused for it, and
// both are told from then on.
func TestTheSamePersonAtOnce(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		for range 4 {
			a, b := h.Copies(ready, 1)[0], h.rival(ready, director(human("王知远", numberA, "1980-03-09")))
			h.enter("host", a, director(human("王知远", numberA, "1980-03-09")))
			var both sync.WaitGroup
			for who, id := range map[string]apply.ID{"host admin": a, "other admin": b} {
				both.Go(func() {
					if _, err := h.submit(who, applytest.Submission(id)); err != nil {
						t.Errorf("%s: %v", who, err)
					}
				})
			}
			both.Wait()
			for who, id := range map[string]apply.ID{"host admin": a, "other admin": b} {
				if got := h.issues(who, id, "director.person"); len(got) != 1 || !strings.Contains(got[0], "已列入另一份在办申报书") {
					t.Errorf("%s is told %q", who, got)
				}
			}
			for who, id := range map[string]apply.ID{"host admin": a, "other admin": b} {
				_, err := h.withdraw(who, apply.Recall{Application: id})
				h.must(err)
			}
		}
	})
}

// An equal core blocks: of another host's application, or of the register, for a
// platform of the same kind in the same range. Whatever else is like it is left
// to a person.
func TestWhatTheNameBlocks(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		h.adopt("names", "kind,name,place,valid_from,valid_to",
			"prov_tic,山东省特种陶瓷技术创新中心,370000,2020-01-01,", "prov_tic,山西省煤层气抽采技术创新中心,140000,2020-01-01,",
			"city_tic,济南市盐湖化工技术创新中心,370100,2020-01-01,", "prov_tic,山东省古籍修复技术创新中心,370000,2010-01-01,2019-12-31")
		h.live(h.draft("other", h.Call, map[string]any{"centre.name": "山东省深海装备技术创新中心"}))
		h.live(h.draft("host", h.Call, map[string]any{"centre.name": "山东省仿生机构技术创新中心"}))
		for _, c := range []struct{ name, want string }{
			{"深海装备山东省技术创新中心", "!同类平台中已有在办申报书使用核心词相同的名称。请更换名称；认为不应受限的，请向归口管理部门说明"},
			{"山东省深海装配技术创新中心", "名称“山东省深海装配技术创新中心”与另一份在办申报书的名称近似，是否可用由主管部门核对"},
			{"山东省仿生机构技术创新中心", "名称“山东省仿生机构技术创新中心”与另一份在办申报书的名称近似，是否可用由主管部门核对"}, // the host's own
			{"山东特种陶瓷技术创新中心", "!与“山东省特种陶瓷技术创新中心”核心词相同（相似度 0.990：核心词相同）"},
			{"山东省煤层气抽采技术创新中心", "与“山西省煤层气抽采技术创新中心”近似（相似度 0.990：核心词相同），是否可用由主管部门核对"},
			{"山东省盐湖化工技术创新中心", "与“济南市盐湖化工技术创新中心”近似（相似度 0.990：核心词相同），是否可用由主管部门核对"},
			{"山东省古籍修复技术创新中心", ""}, {"山东省无人问津技术创新中心", ""},
		} {
			id := h.Copies(ready, 1)[0]
			h.enter("host", id, map[string]any{"centre.name": c.name})
			got := strings.Join(h.issues("host admin", id, "centre.name"), "; ")
			if got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want)) {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
			_, err := h.submit("host admin", applytest.Submission(id))
			if blocked := key(err) == "apply.blocked"; blocked != strings.HasPrefix(c.want, "!") {
				t.Errorf("%s: submitting gives %v", c.name, err)
			}
			if err == nil {
				_, err = h.withdraw("host admin", apply.Recall{Application: id})
				h.must(err)
			}
		}
	})
}

// adopt makes rows the register's next edition, kept by the province.
func (h *house) adopt(register string, lines ...string) *registry.Edition {
	h.Helper()
	titles := strings.Split(lines[0], ",")
	for i, code := range titles {
		titles[i] = registry.FindRegister(register).Column(code).Name(locale.ZH)
	}
	lines[0] = strings.Join(titles, ",")
	keeper := h.Units["province"]
	a := registry.Adoption{Register: register, Keeper: keeper.ID, Name: register + ".csv", Data: []byte(strings.Join(lines, "\n")),
		Document: "鲁科名录〔2024〕99号", Day: "2024-11-01", Whole: true, Complete: true}
	e, err := do(h, "province officer", func(ctx context.Context, tx *db.Tx) (*registry.Edition, error) {
		seen, err := a.Preview(ctx, tx, tx.By, h.Office.Keys)
		if err != nil {
			return nil, err
		}
		for _, f := range seen.Faults {
			h.Errorf("%s: %s", register, locale.Fault(locale.ZH, f))
		}
		a.Accept = seen.Accept
		return registry.Adopt(ctx, tx, h.Office.Keys, a)
	})
	h.must(err)
	return e
}

// The rules of Shanxi ask the applications under way: what is sure does not meet
// them, what is perhaps the same is not known, and nothing is no conflict.
func TestRulesAskLiveApplications(t *testing.T) {
	each(t, func(h *house) {
		of := h.shanxi()
		mine := h.draft("host", of, map[string]any{"centre.name": myName, "host.unit": h.Units["host"].Code, "host.place": "370114",
			"staff":     list(human("王知远", numberA, "1980-03-09")),
			"results":   list(map[string]any{"name": "碳纤维原丝制备方法", "code": "A1"}),
			"equipment": list(map[string]any{"name": "电镜", "code": "SB-01"}),
			"sites":     list(map[string]any{"address": "龙城大街1号三层东侧", "code": "租约1"})})
		verdicts := func() (out []string) {
			for _, v := range h.assessed("host admin", mine).Checked.Views() {
				if strings.HasPrefix(v.Rule, "unused.") || v.Rule == "name.distinct" {
					out = append(out, v.Rule+" "+v.Verdict+" "+strings.Join(v.Reasons, ","))
				}
			}
			return out
		}
		want := []string{"unused.staff met ", "unused.results met ", "unused.equipment met ", "unused.sites met ", "name.distinct met "}
		if got := verdicts(); !slices.Equal(got, want) {
			t.Errorf("alone: %q, want %q", got, want)
		}
		h.live(h.draft("other", of, map[string]any{"centre.name": strings.Replace(myName, "山东省", "山西省", 1),
			"staff":   list(human("王知远", numberA, "1980-03-09")),
			"results": list(map[string]any{"name": "碳纤维原丝制备方法", "code": "B2"}),
			"sites":   list(map[string]any{"address": "龙城大街1号三层东侧", "code": "租约2"})}))
		want = []string{"unused.staff unmet ", "unused.results unknown unverified", "unused.equipment met ", "unused.sites unknown unverified", "name.distinct unknown unverified"}
		if got := verdicts(); !slices.Equal(got, want) {
			t.Errorf("beside another: %q, want %q", got, want)
		}
	})
}

// People on the fixed staff of platforms that the package excludes, and platforms
// of the host and of its city in the direction, stand in the registers.
func TestConflictsWithRegisters(t *testing.T) {
	each(t, func(h *house) {
		code := h.Units["host"].Code
		h.adopt("platform_staff", "platform,kind,place,name,person,valid_from,valid_to",
			"山东省某重点实验室,prov_key_lab,370100,王知远,"+numberA+",2020-01-01,", "某市重点实验室,city_key_lab,370100,李念慈,"+numberB+",2020-01-01,")
		h.adopt("platforms", "kind,name,unit,unit_code,place,field,valid_from,valid_to",
			"prov_tic,山东省甲技术创新中心,某单位,,370102,人形机器人,2020-01-01,", "city_tic,济南市乙技术创新中心,某单位,,370102,人形机器人,2020-01-01,",
			"prov_engineering_tech,山东省丙工程技术研究中心,本单位,"+code+",370114,人形机器人,2020-01-01,", "prov_tic,山东省丁技术创新中心,某单位,,370202,人形机器人,2020-01-01,",
			"prov_tic,山东省戊技术创新中心,某单位,,370102,人形机器人,2010-01-01,2012-01-01")
		id := h.shown(h.draft("host", h.Call, map[string]any{"centre.name": "山东省无人问津技术创新中心", "direction": "humanoid_robot",
			"director.name": "王知远", "director.person": map[string]any{"code": numberA, "name": "王知远"}, "staff": list(human("李念慈", numberB, "1980-03-09"))}))
		want := []string{"staff=王知远 000-032 | 山东省某重点实验室", "held=人形机器人 000-054 | 山东省丙工程技术研究中心", "city=人形机器人 000-063 | 山东省甲技术创新中心"}
		if got := squeeze(short(h.conflicts("host admin", id))); !slices.Equal(got, want) {
			t.Errorf("conflicts:\n got %q\nwant %q", got, want)
		}
		told := append(h.issues("host admin", id, "director.person"), h.issues("host admin", id, "direction")...)
		want = []string{"“王知远”是“山东省某重点实验室”的固定人员", "名录中依托单位已有同方向（“人形机器人”）的平台“山东省丙工程技术研究中心”"}
		if !slices.Equal(told, want) {
			t.Errorf("the host is told %q, want %q", told, want)
		}
		for _, c := range h.conflicts("host admin", id) {
			v := c.View(locale.ZH)
			if v.Verdict != "unmet" || v.Clause != c.Clause || v.Actual == "" || v.Required == "" || v.Effect == rule.Flag {
				t.Errorf("as a finding: %+v", v)
			}
		}
	})
}
