package registry_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/internal/dbtest"
	"shenbao/internal/locale"
	"shenbao/programme"
	"shenbao/registry"
	"shenbao/rule"
)

// full is a profile of which every list and register says something.
func full(h *house) *registry.Profile {
	for id, rows := range everything() {
		h.put(id, rows...)
	}
	const me = "泉山智行机器人有限公司,91370000MA0000001T"
	for register, rows := range map[string][]string{
		"high_tech":       {"企业名称,统一社会信用代码,证书编号,发证日期,有效期至", me + ",GR2021,2021-12-01,2024-11-30", me + ",GR2018,2018-12-01,2021-11-30"},
		"chain_leaders":   {"企业名称,统一社会信用代码,产业链,角色,起始日期,终止日期", me + ",机器人,链主,2022-01-01,"},
		"sharing_network": {"单位名称,统一社会信用代码", me},
		"rd_statistics":   {"单位名称,统一社会信用代码,起始日期,终止日期", me + ",2024-01-01,2024-12-31"},
		"platforms": {platformsHeader, "国家工程技术研究中心,机器人工程中心," + me + ",370114,机器人,2015-02-03,", "市重点实验室,关节实验室," + me + ",370114,机器人,2016-02-03,",
			"省重点实验室,别家的,海岱精密传感有限公司,91370000MA0000006A,370114,传感,2016-02-03,"},
		"integrity":      {"单位或人员名称,代码,事项,起始日期,终止日期", me + ",逾期未交报告,2020-01-01,2021-01-01"},
		"projects":       {"项目名称,项目编号,承担单位,统一社会信用代码,实施期满日,已提出验收申请,已提交科技报告", "灵巧手,JN-1," + me + ",2022-12-31,是,否"},
		"guidance_funds": {"企业名称,统一社会信用代码,资金名称,明文规定的配套,起始日期,终止日期", me + ",产业基金,否,2019-03-01,2020-03-01"},
	} {
		a := h.adoption(register, rows...)
		a.Complete = true
		h.adopted(a)
	}
	return h.profile()
}

// packages are all packages and the members of guides.
func packages(t *testing.T) []*programme.Package {
	t.Helper()
	all, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var loaded = sync.OnceValues(func() ([]*programme.Package, error) {
	library, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		return nil, err
	}
	var all []*programme.Package
	for _, e := range library.List() {
		p, err := library.Load(e.ID)
		if err != nil {
			return nil, err
		}
		if all = append(all, p.Members...); len(p.Members) == 0 {
			all = append(all, p)
		}
	}
	return all, nil
})

// Every fact of every package that names a key is filled from a full profile,
// as its own schema reads it, or is said to be not from a profile, and why.
func TestEveryKey(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	p := full(h)
	keys := map[string]int{}
	for _, pkg := range packages(t) {
		for _, section := range pkg.Form.Sections {
			for _, f := range section.Facts {
				if f.From == "" || f.From == "none" {
					continue
				}
				keys[f.From]++
				fact := pkg.Schema.Fact(f.ID)
				given, ok := p.Prefill(fact, f.From)
				if why, not := registry.NotFromProfile(f.From); not {
					if ok || locale.Text(locale.ZH, string(why)) == string(why) {
						t.Errorf("%s %s: %s is filled, or says not why it is not", pkg.ID, f.ID, f.From)
					}
					continue
				}
				if !ok {
					t.Errorf("%s %s: %s gives nothing", pkg.ID, f.ID, f.From)
					continue
				}
				if given.State == registry.Absent || given.Source.Text(locale.ZH) == "" || given.Confirmed.IsZero() {
					t.Errorf("%s %s: %+v", pkg.ID, f.ID, given)
				}
				for _, verified := range []bool{false, true} {
					text, _ := json.Marshal(map[string]json.RawMessage{f.ID: given.JSON(verified)})
					facts, faults := pkg.Schema.ReadFacts(bytes.NewReader(text))
					if len(faults) > 0 {
						t.Errorf("%s %s: %s is not read: %v", pkg.ID, f.ID, text, faults[0])
					} else if !stated(facts, fact, given.State.For(verified)) {
						t.Errorf("%s %s: %s is read in another state", pkg.ID, f.ID, text)
					}
				}
			}
		}
	}
	if len(keys) < 20 {
		t.Errorf("only %d keys", len(keys))
	}
}

// stated reports whether a fact that was read says what it says in a state.
func stated(f *rule.Facts, fact *rule.Fact, want rule.State) bool {
	switch fact.Kind {
	case rule.ListKind:
		return f.Rows(fact).State == want
	case rule.SeriesKind:
		for year := fact.Years[0]; year <= fact.Years[1]; year++ {
			if f.YearValue(fact, year).State == want {
				return true
			}
		}
		return false
	}
	return f.Value(fact).State == want
}

// What the facts of the two provincial calls are filled with, word for word.
func TestPrefill(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	p := full(h)
	digest := registry.PersonKey(h.keys, wang)
	for _, c := range []struct{ pkg, fact, want, left, source string }{
		{"shandong-tic-2024", "host.unit", `{"code":"91370000MA0000001T","name":"泉山智行机器人有限公司"}`, "", "单位登记信息"},
		{"shandong-tic-2024", "host.place", `"370114"`, "", "单位登记信息"},
		{"shandong-tic-2024", "host.kind", `"enterprise"`, "", "单位登记信息"},
		{"shandong-tic-2024", "host.legal_person", `true`, "", "单位档案·基本情况"},
		{"shandong-tic-2024", "rd_expense", `{"2021":"1100","2022":"1300","2023":"1600.5"}`, "", "单位档案·财务情况"},
		{"shandong-tic-2024", "lab_area", `"3200.25"`, "", "单位档案·科研用房，1 项合计"},
		{"shandong-tic-2024", "equipment_value", `"123.456789"`, "", "单位档案·仪器设备，1 项合计"},
		{"shandong-tic-2024", "sharing_member", `true`, "", "名录“大型科研仪器开放共享服务网成员”（鲁科字〔2024〕1号）"},
		{"shandong-tic-2024", "centre.chain", `"机器人"`, "", "名录“产业链链主企业名单”（鲁科字〔2024〕1号）"},
		{"shandong-tic-2024", "staff", `{"complete":true,"rows":[{"birth":"1977-08-12","fulltime":true,"name":"王明远","person":{"code":"` + digest + `","name":"370***********9017"},"post":"research"}]}`, "", "单位档案·人员名册"},
		{"shandong-tic-2024", "platforms", `{"complete":true,"rows":[{"approved":"2015-02-03","kind":"national_engineering_tech","name":"机器人工程中心"},{"approved":"2016-02-03","kind":"city_key_lab","name":"关节实验室"},{"approved":"2019-03-04","kind":"enterprise_tech_prov","name":"泉山企业技术中心"}]}`, "same_direction", "名录“创新平台名录”（鲁科字〔2024〕1号）"},
		{"shanxi-tic-2024", "host.high_tech", `true`, "", "名录“高新技术企业名录”（鲁科字〔2024〕1号）"},
		{"shanxi-tic-2024", "host.high_tech_until", `"2024-11-30"`, "", "名录“高新技术企业名录”（鲁科字〔2024〕1号）"},
		{"shanxi-tic-2024", "prefer.key_labs", `["city"]`, "", "名录“创新平台名录”（鲁科字〔2024〕1号）"},
		{"shandong-plan-2024", "enterprise.high_tech_since", `"2018-12-01"`, "", "名录“高新技术企业名录”（鲁科字〔2024〕1号）"},
		{"qingdao-tic-2019", "convert.centre", `"机器人工程中心"`, "", "名录“创新平台名录”（鲁科字〔2024〕1号）"},
		{"qingdao-tic-2019", "convert.level", `"national"`, "", "名录“创新平台名录”（鲁科字〔2024〕1号）"},
		{"jinan-2019/basic-research", "records", `{"complete":true,"rows":[{"date":"2020-01-01","finding":"逾期未交报告","unit":"泉山智行机器人有限公司"}]}`, "kind", "名录“科研失信和违法失信记录”（鲁科字〔2024〕1号）"},
		{"jinan-2019/basic-research", "funds", `{"complete":true,"rows":[{"matching":false,"name":"产业基金","year":"2019"}]}`, "", "名录“产业引导资金名录”（鲁科字〔2024〕1号）"},
	} {
		pkg, from := packageOf(t, c.pkg, c.fact)
		given, ok := p.Prefill(pkg.Schema.Fact(c.fact), from)
		if got := string(given.JSON(false)); !ok || got != c.want || strings.Join(given.Left, " ") != c.left || given.Source.Text(locale.ZH) != c.source {
			t.Errorf("%s %s is filled with\n%s left %v from %s, want\n%s left %s from %s", c.pkg, c.fact, got, given.Left, given.Source.Text(locale.ZH), c.want, c.left, c.source)
		}
	}
}

func packageOf(t *testing.T, id, fact string) (*programme.Package, string) {
	t.Helper()
	for _, p := range packages(t) {
		for _, s := range p.Form.Sections {
			for _, f := range s.Facts {
				if p.ID == id && f.ID == fact {
					return p, f.From
				}
			}
		}
	}
	t.Fatalf("no fact %s in %s", fact, id)
	return nil, ""
}

// A value is as good as the weakest of what it rests on, and as fresh as the
// oldest.
func TestStates(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	h.put("premises", map[string]string{"address": "A座", "area": "100", "use": "科研开发", "tenure": "租赁", "until": "2024-12-31"})
	h.clock().Add(20 * 24 * time.Hour)
	h.put("premises", map[string]string{"address": "B座", "area": "50", "use": "科研开发", "tenure": "自有"})
	if v := h.profile().Value("profile.lab_area"); v.Text != "15000" || v.State != registry.Declared || !v.Confirmed.Equal(dbtest.Noon) {
		t.Errorf("area %+v", v)
	}
	h.clock().Add(20 * 24 * time.Hour) // the lease of A has ended
	if v := h.profile().Value("profile.lab_area"); v.Text != "5000" || v.State != registry.Declared {
		t.Errorf("area %+v", v)
	}
	if v := h.profile().Value("profile.premises"); len(v.Rows) != 1 || v.Rows[0]["address"] != "B座" {
		t.Errorf("premises %+v", v.Rows)
	}
	h.clock().Add(800 * 24 * time.Hour)
	v := h.profile().Value("profile.lab_area")
	if v.Text != "5000" || v.State != registry.Expired || v.State.For(false) != rule.IsExpired {
		t.Errorf("area %+v", v)
	}
	for _, c := range []struct {
		state    registry.State
		verified bool
		want     rule.State
	}{
		{registry.Declared, false, rule.Known}, {registry.Declared, true, rule.IsUnverified},
		{registry.Verified, true, rule.Known}, {registry.Verified, false, rule.Known},
		{registry.Expired, true, rule.IsExpired}, {registry.Absent, true, rule.NotSupplied},
	} {
		if got := c.state.For(c.verified); got != c.want {
			t.Errorf("%q, verified %v, is %v", c.state, c.verified, got)
		}
	}
}

// Nothing entered is nothing said; an empty list that is said to be whole says
// that there is none.
func TestAbsent(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	p := h.profile()
	for _, from := range []string{"profile.summary", "profile.rd_expense", "profile.staff", "profile.lab_area", "profile.equipment_value",
		"register.high_tech", "register.platforms", "profile.nothing", "register.nothing", "none", ""} {
		if v := p.Value(from); v.Known() {
			t.Errorf("%s is %+v", from, v)
		}
	}
	pkg, from := packageOf(t, "shandong-tic-2024", "platforms")
	if _, ok := p.Prefill(pkg.Schema.Fact("platforms"), from); ok {
		t.Error("platforms are filled from nothing")
	}
	h.put("facts", map[string]string{"complete_platforms": "是"})
	given, ok := h.profile().Prefill(pkg.Schema.Fact("platforms"), from)
	if got := string(given.JSON(false)); !ok || got != `{"complete":true,"rows":[]}` {
		t.Errorf("platforms %s", got)
	}
	if keys := []string{"profile.unit", "profile.kind", "profile.place"}; slices.ContainsFunc(keys, func(k string) bool { return !p.Value(k).Known() }) {
		t.Error("what the unit was registered with is not known")
	}
}

// What a register has of a unit counts on the day on which it is asked.
func TestRegisterDay(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	full(h)
	has := &rule.Fact{Code: "host.high_tech", Kind: rule.BoolKind}
	until := &rule.Fact{Code: "host.high_tech_until", Kind: rule.DateKind}
	for _, c := range []struct{ days, has, until string }{{"0", "true", `"2024-11-30"`}, {"3", "true", `"2024-11-30"`}, {"4", "false", `"2024-11-30"`}} {
		h.clock().Set(dbtest.Noon.AddDate(0, 0, int(c.days[0]-'0')))
		p := h.profile()
		a, _ := p.Prefill(has, "register.high_tech")
		b, _ := p.Prefill(until, "register.high_tech")
		if string(a.JSON(true)) != c.has || string(b.JSON(true)) != c.until {
			t.Errorf("after %s days: %s until %s", c.days, a.JSON(true), b.JSON(true))
		}
	}
	few := &rule.Fact{Code: "platforms", Kind: rule.ListKind, MaxItems: 2, Columns: []*rule.Fact{{Code: "name", Kind: rule.TextKind}}}
	given, ok := h.profile().Prefill(few, "register.platforms")
	if got := string(given.JSON(false)); !ok || got != `{"complete":false,"rows":[{"name":"机器人工程中心"},{"name":"关节实验室"}]}` {
		t.Errorf("a list that takes two rows is filled with %s", got)
	}
}
