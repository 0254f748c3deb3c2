package sweep

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"shenbao/rule"
)

// A world has every kind of fact and rules with every kind of leaf. Its values
// lie on the thresholds, one beside them, and far outside 32 bits.
type world struct {
	r *rand.Rand
	s *rule.Schema
}

var worldOptions = []rule.Option{{Code: "a", Name: "子"}, {Code: "b", Name: "丑"}, {Code: "c", Name: "寅"}}

func manyOptions() (out []rule.Option) {
	for i := range 70 {
		out = append(out, rule.Option{Code: fmt.Sprintf("o%d", i), Name: fmt.Sprintf("选%d", i)})
	}
	return out
}

func scalars(more ...*rule.Fact) []*rule.Fact {
	wan, people := rule.FindUnit("万元"), rule.FindUnit("人")
	return append([]*rule.Fact{
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
		{Code: "field", Name: "领域", Kind: rule.ChoiceKind, Options: manyOptions()},
		{Code: "marks", Name: "荣誉", Kind: rule.ChoicesKind, Options: worldOptions},
		{Code: "place", Name: "注册地", Kind: rule.PlaceKind},
		{Code: "birth", Name: "出生日期", Kind: rule.DateKind},
		{Code: "checked", Name: "核查日期", Kind: rule.DateKind},
		{Code: "founded", Name: "成立年度", Kind: rule.YearKind},
	}, more...)
}

func newWorld(seed uint64) *world {
	wan := rule.FindUnit("万元")
	years := [2]int{2019, 2024}
	s, faults := rule.NewSchema(scalars(
		&rule.Fact{Code: "rd", Name: "研发费用", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		&rule.Fact{Code: "income", Name: "收入", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		&rule.Fact{Code: "staff", Name: "人员", Kind: rule.ListKind, Unit: rule.FindUnit("人"), MaxItems: 300, Columns: scalars()},
		&rule.Fact{Code: "projects", Name: "项目", Kind: rule.ListKind, Unit: rule.FindUnit("人"), MaxItems: 20, Closed: true, Columns: scalars()},
	), []*rule.Param{
		{Code: "last3", Name: "近三年", Type: rule.YearsParam, From: 2021, To: 2023},
		{Code: "last1", Name: "近一年", Type: rule.YearsParam, From: 2023, To: 2023},
		{Code: "age_day", Name: "计算日", Type: rule.DateParam, From: day("2024-12-02")},
		{Code: "some", Name: "若干类", Type: rule.SetParam, Codes: []string{"a", "c"}},
		{Code: "many", Name: "若干地", Type: rule.PlacesParam, Places: []int64{370114, 370112, 140100, 110000, 120000, 310000}},
	}, worldChecks())
	if len(faults) > 0 {
		panic(faults[0].Error()) // the schema above is part of the test
	}
	return &world{r: rand.New(rand.NewPCG(seed, 11)), s: s}
}

func day(s string) int64 {
	n, _ := rule.ParseDay(s)
	return n
}

// worldChecks look at everything that a named check may look at.
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
		{Code: "named", Name: "人员有名", Args: []rule.ArgKind{rule.ListArg}, Run: func(f *rule.Facts, args []rule.Arg) (rule.Truth, rule.Reasons) {
			rows := f.Rows(args[0].Fact)
			if rows.State != rule.Known || !rows.Complete {
				return rule.Unknown, rule.Open
			}
			for i := range rows.N {
				for _, c := range args[0].Fact.Columns {
					if v := f.Cell(c, i); c.Kind == rule.PersonKind && v.State == rule.Known && v.S == v.Label {
						return rule.Unmet, 0
					}
				}
			}
			return rule.Met, 0
		}},
	}
}

func (w *world) pick(n int) int { return w.r.IntN(n) }

func (w *world) oneOf(s ...string) string { return s[w.pick(len(s))] }

// facts draws one unit; a value is unknown with the given probability.
func (w *world) facts(unknown float64, registers rule.Registers) *rule.Facts {
	f := w.s.NewFacts()
	f.AsOf, f.Registers = day("2024-05-06")+int64(w.pick(3)), registers
	for _, fact := range w.s.Facts {
		switch fact.Kind {
		case rule.ListKind:
			w.rows(f, fact, unknown)
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				f.SetYear(fact, y, w.value(fact, unknown))
			}
		default:
			f.Set(fact, w.value(fact, unknown))
		}
	}
	return f
}

func (w *world) rows(f *rule.Facts, list *rule.Fact, unknown float64) {
	var cells []rule.Value
	n := w.pick(4)
	if w.pick(40) == 0 && list.MaxItems > 100 {
		n = 60 + w.pick(200) // over several words, and over a batch
	}
	for range n {
		for _, c := range list.Columns {
			cells = append(cells, w.value(c, unknown/2))
		}
	}
	switch w.pick(8) {
	case 0:
		return
	case 1: // given, but not to be relied upon
		f.SetRows(list, w.pick(2) == 0, cells)
		f.Rows(list).State = []rule.State{rule.IsUnverified, rule.IsExpired, rule.InConflict}[w.pick(3)]
		return
	}
	f.SetRows(list, w.r.Float64() >= unknown, cells)
}

func (w *world) value(f *rule.Fact, unknown float64) rule.Value {
	v := w.known(f)
	if w.r.Float64() >= unknown {
		v.State = rule.Known
		return v
	}
	v.State = []rule.State{rule.NotSupplied, rule.NotSupplied, rule.IsUnverified, rule.IsExpired, rule.InConflict}[w.pick(5)]
	if v.State == rule.NotSupplied {
		return rule.Value{}
	}
	return v
}

var worldTexts = []string{"", "碳纤维", "A股", "技术创新中心12", "abc", "12", "，。", " ", "中心 A"}

func (w *world) known(f *rule.Fact) (v rule.Value) {
	switch f.Kind {
	case rule.BoolKind, rule.FileKind:
		v.N = int64(w.pick(2))
	case rule.TextKind:
		v.S = worldTexts[w.pick(len(worldTexts))]
	case rule.UnitKind, rule.PersonKind:
		v.S = w.oneOf("", "x", "xy", "z")
		v.Label = w.oneOf(v.S, "甲", "y")
	case rule.ChoiceKind:
		v.N = int64(w.pick(len(f.Options)))
	case rule.ChoicesKind:
		v.Set = uint64(w.pick(8))
	case rule.PlaceKind:
		v.N = []int64{370114, 370112, 370200, 140100, 140000, 110101, 659000}[w.pick(7)]
	case rule.DateKind:
		v.N = day(w.oneOf("1979-12-01", "1979-12-02", "1979-12-03", "1964-12-02", "1964-12-03", "1980-02-29", "2021-01-01", "2023-12-31", "2024-02-29"))
	case rule.YearKind:
		v.N = int64(2019 + w.pick(5))
	case rule.IntegerKind:
		v.N = int64(w.pick(5))
	case rule.PercentKind:
		v.N = []int64{0, 4999, 5000, 5001, 10000}[w.pick(5)]
	default:
		v.N = []int64{-1_000_000, 0, 500_000, 999_999, 1_000_000, 1_000_001, 2_000_000, 3_000_000, 1e15, -1e15, 1 << 31}[w.pick(11)]
		if w.pick(3) > 0 {
			v.N %= 1 << 30
		}
	}
	return v
}

func (w *world) op() string { return w.oneOf(">=", "<=", ">", "<", "=", "!=") }

func (w *world) order() string { return w.oneOf(">=", "<=", ">", "<") }

func (w *world) money() string {
	return w.oneOf("m", "m2", "rd.last3.sum", "rd.last3.max", "rd.last1.min", "income.last3.sum", "income.last3.min",
		"sum(staff.m)", "max(staff.m2)", "min(projects.m)", "sum(projects.m where ("+w.where(2)+"))", "max(staff.m where ("+w.where(1)+"))")
}

func (w *world) wan() string { return w.oneOf("0", "0.5", "1", "2", "3") + " wan_yuan" }

func (w *world) people() string {
	return w.oneOf("n", "count(staff)", "count(projects)", "count(staff where ("+w.where(2)+"))", "count(projects where ("+w.where(1)+"))")
}

// where is a row condition.
func (w *world) where(depth int) string {
	if depth > 1 {
		return w.join(depth, w.where)
	}
	switch w.pick(4) {
	case 0:
		return fmt.Sprintf("m %s %s", w.op(), w.oneOf(w.wan(), "m2"))
	case 1:
		return fmt.Sprintf("m %s %s of m2", w.order(), w.oneOf("3%", "50%", "100%"))
	}
	return w.plain()
}

// plain is a leaf that may stand in a row condition and outside of one.
func (w *world) plain() string {
	return w.oneOf("flag", "given doc", "given name", "given org", "given lead", "kind in {a, b}", "kind = c", "kind in some",
		"field in {o1, o63, o64, o65, o69}", "marks has any {a, b}", "marks has all some", "place within {370000}", "place within {370100, 140000}",
		"place within many", "birth during 2020..2023", "birth during 1979-12-02..1980-02-29", "founded during last3", "birth during last3",
		"name only han", "alias without digits", "name only standard_han", "name without spaces", `name matches "^[a-z]+$"`, `name = "碳纤维"`, "name = alias",
		"length(name) "+w.op()+" 3 chars", "n "+w.op()+" 2 people", "part "+w.op()+" 50%", "area "+w.op()+" 0.5 hectare", "part between 50% and 60%",
		"age(birth, age_day) "+w.op()+" "+w.oneOf("44", "45", "60")+" years_old", "age(birth, checked) "+w.op()+" 44 years_old",
		"birth "+w.op()+" checked", "birth "+w.op()+" 1979-12-02", "founded "+w.op()+" 2021", "2 people "+w.op()+" n")
}

func (w *world) leaf() string {
	switch w.pick(14) {
	case 0:
		return fmt.Sprintf("%s %s %s", w.people(), w.op(), w.oneOf("0 people", "1 people", "2 people", w.people()))
	case 1:
		return fmt.Sprintf("%s %s %s", w.money(), w.op(), w.oneOf(w.wan(), w.wan(), w.money()))
	case 2:
		return fmt.Sprintf("%s %s %s of %s", w.money(), w.order(), w.oneOf("0%", "3%", "50%", "100%", "1000%"), w.money())
	case 3:
		return fmt.Sprintf("%s %s 50%% of %s", w.people(), w.order(), w.people())
	case 4:
		return fmt.Sprintf("%s between %s and %s", w.money(), w.oneOf("0.5 wan_yuan", "m2"), w.oneOf("2 wan_yuan", "m"))
	case 5:
		return fmt.Sprintf("%s about %s within %s", w.money(), w.wan(), w.oneOf("0%", "50%", "0.01%"))
	case 6:
		return w.oneOf("given staff", "given projects", "check known_org(org)", "check named(staff)", "check named(projects)")
	case 7, 8:
		return fmt.Sprintf("%s %s where (%s)", w.oneOf("exists", "every"), w.oneOf("staff", "projects"), w.where(2))
	}
	return w.plain()
}

// join is a random connective over random parts.
func (w *world) join(depth int, part func(depth int) string) string {
	p := func() string { return "(" + part(depth-1) + ")" }
	switch w.pick(6) {
	case 0:
		return "not " + p()
	case 1:
		return "if " + p() + " then " + p()
	case 2:
		of := []string{p(), p(), p()}
		return fmt.Sprintf("at least %d of (%s)", 1+w.pick(3), strings.Join(of, "; "))
	case 3:
		return p() + " and " + p()
	case 4:
		return p() + " or " + p()
	}
	return part(depth - 1)
}

func (w *world) text(depth int) string {
	if depth <= 1 {
		return w.leaf()
	}
	return w.join(depth, w.text)
}

// rules draws rules, some of which refer to earlier ones.
func (w *world) rules(n int) []rule.Rule {
	var out []rule.Rule
	for i := range n {
		text := w.text(1 + w.pick(4))
		if i > 0 && w.pick(4) == 0 {
			text = fmt.Sprintf("rule r%d %s (%s)", w.pick(i), w.oneOf("and", "or"), text)
		}
		node, f := w.s.Parse(text)
		if f != nil {
			panic(text + ": " + f.Error())
		}
		out = append(out, rule.Rule{ID: fmt.Sprintf("r%d", i), Node: node, Modality: rule.Must,
			Effect: []rule.Effect{rule.Refuse, rule.Veto, rule.Ask, rule.Route, rule.Flag}[w.pick(5)]})
	}
	return out
}
