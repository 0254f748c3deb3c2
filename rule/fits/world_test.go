package fits

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"shenbao/rule"
)

// A world has schemas that overlap and differ, calls of every node and leaf of
// the language over them, and units whose values lie on the thresholds and
// beside them.
type world struct {
	r       *rand.Rand
	schemas []*rule.Schema
	mixed   float64 // how often a schema is told something else about an attribute than the others
}

var worldOptions = []rule.Option{{Code: "a", Name: "子"}, {Code: "b", Name: "丑"}, {Code: "c", Name: "寅"}}

// scalars are the facts that a unit has, and the columns of its lists.
func (w *world) scalars() []*rule.Fact {
	wan, people := rule.FindUnit("万元"), rule.FindUnit("人")
	out := []*rule.Fact{
		{Code: "flag", Name: "标志", Kind: rule.BoolKind},
		{Code: "doc", Name: "附件", Kind: rule.FileKind},
		{Code: "name", Name: "名称", Kind: rule.TextKind},
		{Code: "alias", Name: "别名", Kind: rule.TextKind},
		{Code: "org", Name: "单位", Kind: rule.UnitKind},
		{Code: "lead", Name: "负责人", Kind: rule.PersonKind},
		{Code: "n", Name: "人数", Kind: rule.IntegerKind, Unit: people},
		{Code: "m", Name: "金额", Kind: rule.MoneyKind, Unit: wan},
		{Code: "m2", Name: "另一金额", Kind: rule.MoneyKind, Unit: wan},
		{Code: "area", Name: "面积", Kind: rule.DecimalKind, Unit: rule.FindUnit("平方米")},
		{Code: "part", Name: "比例", Kind: rule.PercentKind, Unit: rule.FindUnit("%")},
		{Code: "kind", Name: "性质", Kind: rule.ChoiceKind, Options: worldOptions},
		{Code: "marks", Name: "荣誉", Kind: rule.ChoicesKind, Options: worldOptions},
		{Code: "place", Name: "注册地", Kind: rule.PlaceKind},
		{Code: "birth", Name: "出生日期", Kind: rule.DateKind},
		{Code: "checked", Name: "核查日期", Kind: rule.DateKind},
		{Code: "founded", Name: "成立年度", Kind: rule.YearKind},
	}
	switch w.pick(5) {
	case 0: // another attribute: the same code, another dimension
		out[6] = &rule.Fact{Code: "n", Name: "项数", Kind: rule.IntegerKind, Unit: rule.FindUnit("项")}
	case 1: // other options
		out[11] = &rule.Fact{Code: "kind", Name: "性质", Kind: rule.ChoiceKind, Options: []rule.Option{worldOptions[2], worldOptions[0], worldOptions[1]}}
	case 2: // the same attribute, written in another unit
		out[7] = &rule.Fact{Code: "m", Name: "资金", Kind: rule.MoneyKind, Unit: rule.FindUnit("元")}
	}
	return out
}

// some leaves out some of the facts, as a programme does that does not ask them.
func (w *world) some(facts []*rule.Fact) []*rule.Fact {
	return slices.DeleteFunc(facts, func(f *rule.Fact) bool { return w.pick(5) == 0 })
}

func newWorld(seed uint64, schemas int) *world {
	w := &world{r: rand.New(rand.NewPCG(seed, 21))}
	for range schemas {
		w.schemas = append(w.schemas, w.schema())
	}
	return w
}

func (w *world) schema() *rule.Schema {
	wan, people := rule.FindUnit("万元"), rule.FindUnit("人")
	years := [2]int{2018 + w.pick(2), 2024}
	facts := append(w.scalars(),
		&rule.Fact{Code: "rd", Name: "研发费用", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		&rule.Fact{Code: "income", Name: "收入", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		&rule.Fact{Code: "staff", Name: "人员", Kind: rule.ListKind, Unit: people, MaxItems: 20, Columns: worldColumns()},
		&rule.Fact{Code: "projects", Name: "项目", Kind: rule.ListKind, Unit: people, MaxItems: 20, Closed: w.pick(3) > 0, Columns: worldColumns()})
	last := int64(2022 + w.pick(2))
	s, faults := rule.NewSchema(w.some(facts), []*rule.Param{
		{Code: "last3", Name: "近三年", Type: rule.YearsParam, From: last - 2, To: last},
		{Code: "last1", Name: "近一年", Type: rule.YearsParam, From: last, To: last},
		{Code: "age_day", Name: "计算日", Type: rule.DateParam, From: day("2024-12-02") - int64(w.pick(2))},
		{Code: "some", Name: "若干类", Type: rule.SetParam, Codes: []string{"a", "c"}[:1+w.pick(2)]},
		{Code: "many", Name: "若干地", Type: rule.PlacesParam, Places: []int64{370114, 370112, 140100, 110000}},
		{Code: "least_m", Name: "起点", Type: rule.QuantityParam, Quantity: quantity(w.oneOf("1 wan_yuan", "2 wan_yuan"))},
	}, worldChecks())
	if len(faults) > 0 {
		panic(faults[0].Error()) // the schema above is part of the test
	}
	return s
}

func worldColumns() []*rule.Fact {
	return []*rule.Fact{
		{Code: "flag", Name: "标志", Kind: rule.BoolKind},
		{Code: "kind", Name: "性质", Kind: rule.ChoiceKind, Options: worldOptions},
		{Code: "m", Name: "金额", Kind: rule.MoneyKind, Unit: rule.FindUnit("万元")},
		{Code: "birth", Name: "出生日期", Kind: rule.DateKind},
		{Code: "name", Name: "名称", Kind: rule.TextKind},
	}
}

func quantity(s string) rule.Quantity {
	q, _ := rule.ParseQuantity(s, nil)
	return q
}

func day(s string) int64 {
	n, _ := rule.ParseDay(s)
	return n
}

// worldChecks look at a register, at the day, and at a list.
func worldChecks() []*rule.Check {
	return []*rule.Check{
		{Code: "known_org", Name: "单位在册", Args: []rule.ArgKind{rule.UnitArg}, Run: func(f *rule.Facts, args []rule.Arg) (rule.Truth, rule.Reasons) {
			v, reg := f.Value(args[0].Fact), f.Registers["orgs"]
			switch {
			case reg == nil:
				return rule.Unknown, rule.NoRegister
			case v.State != rule.Known:
				return rule.Unknown, rule.Conflict
			}
			for _, i := range reg.Find("name", v.Label) {
				if reg.Valid(i, f.AsOf) == rule.Met {
					return rule.Met, 0
				}
			}
			return rule.Unmet, 0
		}},
		{Code: "few", Name: "人员不多", Args: []rule.ArgKind{rule.ListArg}, Run: func(f *rule.Facts, args []rule.Arg) (rule.Truth, rule.Reasons) {
			if l := f.Rows(args[0].Fact); l.State == rule.Known && l.Complete {
				return rule.Of(l.N <= 2), 0
			}
			return rule.Unknown, rule.Open
		}},
	}
}

func (w *world) pick(n int) int { return w.r.IntN(n) }

func (w *world) oneOf(s ...string) string { return s[w.pick(len(s))] }

// unit draws one unit: its facts for every schema. What several schemas declare
// alike they are told alike, but for the mixed.
func (w *world) unit(unknown float64) []*rule.Facts {
	seen := map[string]rule.Value{}
	rows := map[string]*rule.Rows{}
	registers := rule.Registers{"orgs": rule.NewRegister([]map[string]string{{"name": "甲", "valid_from": "2024-05-07"}}, true)}
	var out []*rule.Facts
	for _, s := range w.schemas {
		f := s.NewFacts()
		f.AsOf = day("2024-05-06") + int64(w.pick(2))
		if w.pick(2) == 0 {
			f.Registers = registers
		}
		value := func(key string, fact *rule.Fact) rule.Value {
			v, ok := seen[key]
			if !ok || w.r.Float64() < w.mixed {
				v = w.value(fact, unknown)
			}
			if !ok {
				seen[key] = v
			}
			return v
		}
		for _, fact := range s.Facts {
			key := fmt.Sprint(fact.Code, fact.Kind, fact.Dim(), fact.Options)
			switch fact.Kind {
			case rule.ListKind:
				if rows[key] == nil || w.r.Float64() < w.mixed {
					w.rows(f, fact, unknown)
					rows[key] = f.Rows(fact)
					continue
				}
				f.SetRows(fact, rows[key].Complete, slices.Clone(rows[key].Cells))
				f.Rows(fact).State = rows[key].State
			case rule.SeriesKind:
				for y := fact.Years[0]; y <= fact.Years[1]; y++ {
					f.SetYear(fact, y, value(fmt.Sprint(key, y), fact))
				}
			default:
				f.Set(fact, value(key, fact))
			}
		}
		out = append(out, f)
	}
	return out
}

func (w *world) rows(f *rule.Facts, list *rule.Fact, unknown float64) {
	var cells []rule.Value
	for range w.pick(4) {
		for _, c := range list.Columns {
			cells = append(cells, w.value(c, unknown/2))
		}
	}
	f.SetRows(list, w.r.Float64() >= unknown, cells)
	if w.r.Float64() < unknown {
		f.Rows(list).State = []rule.State{rule.NotSupplied, rule.IsUnverified, rule.IsExpired, rule.InConflict}[w.pick(4)]
	}
}

var worldTexts = []string{"", "碳纤维", "A股", "abc", "12", "，。", "中心 A"}

// value draws a value of the fact's kind, or an unknown one of any cause.
func (w *world) value(f *rule.Fact, unknown float64) (v rule.Value) {
	switch f.Kind {
	case rule.BoolKind, rule.FileKind:
		v.N = int64(w.pick(2))
	case rule.TextKind:
		v.S = worldTexts[w.pick(len(worldTexts))]
	case rule.UnitKind, rule.PersonKind:
		v.S = w.oneOf("", "x", "xy")
		v.Label = w.oneOf(v.S, "甲")
	case rule.ChoiceKind:
		v.N = int64(w.pick(len(f.Options)))
	case rule.ChoicesKind:
		v.Set = uint64(w.pick(8))
	case rule.PlaceKind:
		v.N = []int64{370114, 370112, 370200, 140100, 140000, 110101, 659000}[w.pick(7)]
	case rule.DateKind:
		v.N = day(w.oneOf("1979-12-01", "1979-12-02", "1979-12-03", "1964-12-02", "1964-12-03", "1980-02-29", "2021-01-01", "2023-12-31", "2024-02-29", "0005-03-01"))
	case rule.YearKind:
		v.N = int64(2019 + w.pick(5))
	case rule.IntegerKind:
		v.N = int64(w.pick(5))
	case rule.PercentKind:
		v.N = []int64{0, 4999, 5000, 5001, 10000}[w.pick(5)]
	default:
		v.N = []int64{-1_000_000, 0, 500_000, 999_999, 1_000_000, 1_000_001, 2_000_000, 3_000_000, 1e15, -1e15, 1 << 31}[w.pick(11)]
	}
	if v.State = rule.Known; w.r.Float64() < unknown {
		v.State = []rule.State{rule.NotSupplied, rule.IsUnverified, rule.IsExpired, rule.InConflict}[w.pick(4)]
	}
	return v
}

// leaf draws a leaf; it may name facts that the schema at hand does not have.
func (w *world) leaf() string {
	op, date := w.oneOf(">=", "<=", ">", "<", "=", "!="), w.oneOf("1979-12-02", "2024-02-29")
	money := w.oneOf("0 yuan", "1 wan_yuan", "0.5 wan_yuan", "2 wan_yuan", "3 wan_yuan", "least_m")
	amount := w.oneOf("m", "m2", "rd.last3.sum", "rd.last1.max", "income.last3.min", "income.last3.max", "sum(staff.m)", "max(projects.m)", "min(projects.m)",
		"sum(staff.m where (flag))", "max(projects.m where (kind in {a}))")
	list := w.oneOf("staff", "projects")
	row := w.oneOf("flag", "kind in some", "m > 1 wan_yuan", "birth during 1979-12-02..2021-01-01", "flag or name = \"abc\"", "at least 2 of (flag; kind in {a}; m >= 2 wan_yuan)", "age(birth, age_day) >= 45 years_old")
	switch w.pick(24) {
	case 0, 1:
		return w.oneOf("flag", "given doc")
	case 2, 3, 4:
		return amount + " " + op + " " + money
	case 5:
		return money + " " + op + " " + amount
	case 6:
		return "n " + op + " " + w.oneOf("0", "1", "2", "3")
	case 7:
		return w.oneOf("area "+op+" 0.01 km2", "part "+op+" 50%")
	case 8:
		return w.oneOf("kind in some", "kind in {a, b}", "kind = c", "kind = a")
	case 9:
		return w.oneOf("marks has any {a, b}", "marks has all some", "marks has all {b, c}")
	case 10:
		return w.oneOf("place within {370100}", "place within {370114}", "place within many", "place within {370000, 370100, 140000}")
	case 11:
		return w.oneOf("birth "+op+" "+date, "birth during 1964..1979", "checked during last3", "checked during 2021-01-01..2024-02-28")
	case 12, 13:
		return "age(birth, " + w.oneOf("age_day", "2024-02-29", "checked") + ") " + op + " " + w.oneOf("44", "45", "60", "301", "2018") + " years_old"
	case 14:
		return w.oneOf("founded during 2020..2022", "founded during last3")
	case 15, 16:
		return "count(" + list + ") " + op + " " + w.oneOf("0", "1", "2", "3")
	case 17:
		return "count(" + list + " where (" + row + ")) " + op + " " + w.oneOf("0", "1", "2")
	case 18:
		return w.oneOf("exists ", "every ") + list + " where (" + row + ")"
	case 19:
		return amount + " " + w.oneOf(">=", "<=", ">", "<") + " " + w.oneOf("3%", "50%", "0%") + " of " + w.oneOf("m2", "income.last3.sum", "max(staff.m)")
	case 20:
		return amount + w.oneOf(" between 0 yuan and 2 wan_yuan", " about 1 wan_yuan within 10%", " "+op+" m2")
	case 21:
		return w.oneOf("count(staff) between 1 and 2", "name only han", "name without digits", "name matches \"^[a-z]+$\"", "name = alias", "name = \"abc\"", "length(name) <= 3 chars")
	case 22:
		return w.oneOf("given name", "given org", "given "+list)
	}
	return w.oneOf("check known_org(org)", "check few(staff)")
}

func (w *world) text(depth int) string {
	if depth <= 1 {
		return w.leaf()
	}
	p := func() string { return "(" + w.text(depth-1) + ")" }
	switch w.pick(7) {
	case 0:
		return "not " + p()
	case 1:
		return "if " + p() + " then " + p()
	case 2:
		of := []string{p(), p(), p(), p()}[:2+w.pick(3)]
		return fmt.Sprintf("at least %d of (%s)", 1+w.pick(len(of)), strings.Join(of, "; "))
	case 3, 4:
		return p() + " and " + p()
	case 5:
		return p() + " or " + p()
	}
	return w.text(depth - 1)
}

// call draws the rules of one call, some of which refer to earlier ones.
func (w *world) call(s *rule.Schema, n int) *rule.Program {
	var rules []rule.Rule
	for len(rules) < n {
		text := w.text(1 + w.pick(4))
		if i := len(rules); i > 0 && w.pick(4) == 0 {
			text = fmt.Sprintf("rule r%d %s (%s)", w.pick(i), w.oneOf("and", "or"), text)
		}
		node, f := s.Parse(text)
		if f != nil {
			continue // it names what this schema does not have
		}
		rules = append(rules, rule.Rule{ID: fmt.Sprintf("r%d", len(rules)), Node: node, Modality: rule.Must,
			Effect: []rule.Effect{rule.Refuse, rule.Refuse, rule.Veto, rule.Ask, rule.Ask, rule.Route, rule.Flag, rule.Inform, rule.Advantage}[w.pick(9)]})
	}
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		panic(faults[0].Error()) // the rules above are part of the test
	}
	return p
}
