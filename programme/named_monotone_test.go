package programme_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"shenbao/rule"
)

// world is one state of things: facts with every value known and registers that
// are complete.
type world struct {
	rnd       *rand.Rand
	s         *rule.Schema
	scalars   map[string]rule.Value
	lists     map[string][]rule.Value
	complete  map[string]bool
	rows      map[string][]map[string]string // of registers
	connected map[string]bool
	whole     map[string]bool
}

var (
	someNames  = []string{"山东省碳捕集技术创新中心", "碳捕集山东省技术创新中心", "山东省碳捕获技术创新中心", "区块链重点实验室", "区块链应用中心", "星碳材料中心", "星河数据AI中心", "海洋科技装备中心", "元宇宙中心", "星河智慧科技有限公司中心"}
	someUnits  = [][2]string{{"U1", "并州星碳新材料有限公司"}, {"U2", "星河智慧科技有限公司"}, {"U3", "汾河理工大学"}, {"U4", "山东海洋科技有限公司"}}
	somePeople = [][2]string{{"P1", "王知远"}, {"P2", "李念慈"}, {"P3", "张望舒"}}
	someKinds  = []string{"prov_tic", "prov_key_lab", "city_tic", "national_tic"}
	someAreas  = []string{"370114", "370102", "370203", "140105", "110108", "110105", "370000", "110000"}
	someFields = []string{"区块链", "blockchain", "人形机器人", "humanoid", "元宇宙", "人形机器人整机", "海洋工程"}
	someDays   = []string{"", "2020-01-01", "2024-05-06", "2024-05-07", "2030-01-01"}
	someCodes  = []string{"C1", "C2", "C3"}
)

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }

func newWorld(rnd *rand.Rand, s *rule.Schema) *world {
	w := &world{rnd: rnd, s: s, scalars: map[string]rule.Value{}, lists: map[string][]rule.Value{}, complete: map[string]bool{},
		rows: map[string][]map[string]string{}, connected: map[string]bool{}, whole: map[string]bool{}}
	text := func(t string) rule.Value { return rule.Value{State: rule.Known, S: t} }
	unit := func() rule.Value {
		u := pick(rnd, someUnits)
		return rule.Value{State: rule.Known, S: u[0], Label: u[1]}
	}
	place, _ := rule.ParsePlace(pick(rnd, someAreas))
	w.scalars["name"], w.scalars["host"] = text(pick(rnd, someNames)), unit()
	w.scalars["place"] = rule.Value{State: rule.Known, N: place}
	w.scalars["direction"] = rule.Value{State: rule.Known, N: int64(rnd.IntN(4))}
	for range rnd.IntN(4) {
		p := pick(rnd, somePeople)
		w.lists["staff"] = append(w.lists["staff"], text(p[1]), rule.Value{State: rule.Known, S: p[0], Label: p[0]}, unit())
		w.lists["results"] = append(w.lists["results"], text("成果"), text(pick(rnd, someCodes)))
		w.lists["units"] = append(w.lists["units"], unit(), rule.Value{State: rule.Known, N: int64(rnd.IntN(2))})
	}
	for _, l := range []string{"staff", "results", "units"} {
		w.complete[l] = true
	}
	for _, id := range []string{"platforms", "platform_staff", "names", "applications", "safety_selfcheck"} {
		w.connected[id], w.whole[id] = true, true
		for range rnd.IntN(4) {
			u, p := pick(rnd, someUnits), pick(rnd, somePeople)
			w.rows[id] = append(w.rows[id], map[string]string{
				"kind": pick(rnd, someKinds), "place": pick(rnd, someAreas), "field": pick(rnd, someFields), "unit": u[1], "unit_code": u[0],
				"platform": "某平台", "person": p[0], "name": p[1], "valid_from": pick(rnd, someDays), "valid_to": pick(rnd, someDays),
				"application": "A-1", "resource": pick(rnd, []string{"platform", "result", "person"}), "code": pick(rnd, someCodes),
				"year": pick(rnd, []string{"2023", "2024"}), "done": pick(rnd, []string{"true", "false"})})
			if id == "names" || id == "platforms" {
				last := w.rows[id][len(w.rows[id])-1]
				last["name"] = pick(rnd, someNames)
			}
		}
	}
	return w
}

// weaker forgets some of what the world knows. What is forgotten may come back
// as anything, so the world is one of the states that the weaker one allows.
func (w *world) weaker() *world {
	v := &world{rnd: w.rnd, s: w.s, scalars: maps.Clone(w.scalars), lists: map[string][]rule.Value{}, complete: maps.Clone(w.complete),
		rows: map[string][]map[string]string{}, connected: maps.Clone(w.connected), whole: maps.Clone(w.whole)}
	states := []rule.State{rule.NotSupplied, rule.IsUnverified, rule.IsExpired, rule.InConflict}
	forget := func(in int) bool { return w.rnd.IntN(in) == 0 }
	for _, k := range slices.Sorted(maps.Keys(v.scalars)) {
		if forget(6) {
			v.scalars[k] = rule.Value{State: pick(w.rnd, states)}
		}
	}
	for _, k := range []string{"staff", "results", "units"} {
		v.lists[k] = slices.Clone(w.lists[k])
		for i := range v.lists[k] {
			if forget(8) {
				v.lists[k][i] = rule.Value{State: pick(w.rnd, states)}
			}
		}
		// A list that is always complete cannot be known in part.
		if columns := len(w.s.Fact(k).Columns); forget(4) && !w.s.Fact(k).Closed {
			v.complete[k] = false
			v.lists[k] = v.lists[k][:columns*w.rnd.IntN(1+len(v.lists[k])/columns)]
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.connected)) {
		for _, row := range w.rows[id] {
			row = maps.Clone(row)
			for _, col := range []string{"kind", "place", "field", "person", "unit_code", "year", "done"} {
				// A resource without a key stands in no application.
				if forget(12) && (id != "applications" || col != "person") {
					row[col] = ""
				}
			}
			if forget(12) {
				row[pick(w.rnd, []string{"valid_from", "valid_to"})] = "不详"
			}
			if forget(12) {
				row["kind"] = "省技术创新中心"
			}
			v.rows[id] = append(v.rows[id], row)
		}
		if forget(4) {
			v.whole[id] = false
			v.rows[id] = v.rows[id][:w.rnd.IntN(1+len(v.rows[id]))]
		}
		if forget(8) {
			v.connected[id] = false
		}
	}
	return v
}

func (w *world) facts() *rule.Facts {
	f := w.s.NewFacts()
	f.AsOf, _ = rule.ParseDay("2024-05-06")
	for k, v := range w.scalars {
		f.Set(w.s.Fact(k), v)
	}
	for k, cells := range w.lists {
		f.SetRows(w.s.Fact(k), w.complete[k], slices.Clone(cells))
	}
	for _, k := range []string{"staff", "results", "units"} {
		if w.lists[k] == nil {
			f.SetRows(w.s.Fact(k), w.complete[k], nil)
		}
	}
	f.Registers = rule.Registers{}
	for id, on := range w.connected {
		if on {
			f.Registers[id] = rule.NewRegister(w.rows[id], w.whole[id])
		}
	}
	return f
}

var everyNamed = []string{
	"名称用字规范(中心名称)", "名称非领域名(中心名称, 申报方向)", "名称不含企业名(中心名称, 单位清单)", "名称不含企业全称(中心名称, 单位清单)",
	"名称不近似(中心名称)", "名称省内不近似(中心名称, 注册地, 平台类别)",
	"人员不重复(固定人员, 平台类别)", "人员省内不重复(固定人员, 注册地, 平台类别)", "人员属于单位(固定人员, 单位清单)",
	"平台未占用(注册地, 申报方向, 平台类别)", "单位无此类平台(依托单位, 平台类别)", "资源不重复(固定人员)", "资源不重复(成果)",
	"同年仅申报一次(依托单位)", `名录包含("platforms", 依托单位)`, `名录包含("safety_selfcheck", 依托单位)`,
}

// TestNamedMonotone: whatever is forgotten, an answer that stays met or unmet
// is the answer of the world that knows more; and an answer that is unknown says
// why.
func TestNamedMonotone(t *testing.T) {
	s := namedSchema(t)
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, text := range everyNamed {
		c := call(t, s, text)
		settled, total := map[rule.Truth]int{}, 1500
		for range total {
			w := newWorld(rnd, s)
			v := w.weaker()
			got, why := c.Check.Run(v.facts(), c.Args)
			want, whyWhole := c.Check.Run(w.facts(), c.Args)
			settled[got]++
			if (got == rule.Unknown) != (why != 0) || (want == rule.Unknown) != (whyWhole != 0) {
				t.Fatalf("%s: %s with the reasons %v, %s with %v", text, got, why.Codes(), want, whyWhole.Codes())
			}
			if got != rule.Unknown && got != want {
				t.Fatalf("%s: %s becomes %s when more is known\nknown:  %v\n%v\n%v\nweaker: %v\n%v\n%v", text, got, want,
					w.scalars, w.lists, w.rows, v.scalars, v.lists, v.rows)
			}
		}
		for _, a := range []rule.Truth{rule.Met, rule.Unmet, rule.Unknown} {
			if settled[a] < total/200 {
				t.Errorf("%s: only %d of %d answers are %s", text, settled[a], total, a)
			}
		}
	}
}

// What is explained agrees with what is answered.
func TestNamedExplained(t *testing.T) {
	s := namedSchema(t)
	rnd := rand.New(rand.NewPCG(9, 10))
	for _, text := range everyNamed {
		c := call(t, s, text)
		for range 500 {
			f := newWorld(rnd, s).weaker().facts()
			got, why := c.Check.Run(f, c.Args)
			d := c.Check.Explain(f, c.Args)
			if len(d.Texts) != len(d.TextsEN) || got == rule.Unmet && len(d.Texts) == 0 {
				t.Fatalf("%s: %s %v, explained by %q and %q", text, got, why.Codes(), d.Texts, d.TextsEN)
			}
			if len(d.Rows) > 0 && got != rule.Unmet || got == rule.Met && len(d.Unknown) > 0 {
				t.Fatalf("%s: %s, with the rows %v at fault and %v unsure", text, got, d.Rows, d.Unknown)
			}
		}
	}
}

func FuzzNamedName(f *testing.F) {
	s := namedSchema(f)
	rnd := rand.New(rand.NewPCG(11, 12))
	base := newWorld(rnd, s).facts()
	var calls []*rule.Call
	for _, text := range everyNamed[:6] {
		calls = append(calls, call(f, s, text))
	}
	for _, n := range append(slices.Clone(someNames), "", "\xff", "tàn", "𬭊", "“+”", "分中心", "有限公司") {
		f.Add(n, n)
	}
	f.Fuzz(func(t *testing.T, name, unit string) {
		facts := base.Clone()
		facts.Set(s.Fact("name"), rule.Value{State: rule.Known, S: name})
		facts.SetRows(s.Fact("units"), true, []rule.Value{{State: rule.Known, S: "U9", Label: unit}, {State: rule.Known}})
		for _, c := range calls {
			got, why := c.Check.Run(facts, c.Args)
			d := c.Check.Explain(facts, c.Args)
			if (got == rule.Unknown) != (why != 0) || got == rule.Unmet && len(d.Texts) == 0 {
				t.Errorf("%s of %q, %q: %s %v %q", c.Check.Code, name, unit, got, why.Codes(), d.Texts)
			}
		}
	})
}
