package fits

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"shenbao/rule"
)

// A market is made-up calls as a country has them: each asks eight to twelve
// things of its applicants, most name the place, three in ten have an any-of,
// limits are round numbers that recur. Eight forms share most of their facts.
type market struct {
	r        *rand.Rand
	schemas  []*rule.Schema
	calls    []*rule.Program
	places   []int64 // of districts
	many     bool    // limits are as different as money is, not round
	national bool    // no call names a place
}

const formsOfMarket = 8

func newMarket(tb testing.TB, calls int, set func(*market)) *market {
	tb.Helper()
	k := &market{r: rand.New(rand.NewPCG(17, 4))}
	if set != nil {
		set(k)
	}
	for p := range int64(31) {
		for c := range int64(12) {
			for d := range int64(10) {
				k.places = append(k.places, (11+p)*10000+(c+1)*100+d+1)
			}
		}
	}
	for i := range formsOfMarket {
		k.schemas = append(k.schemas, k.form(i))
	}
	for range calls {
		k.calls = append(k.calls, k.call(k.schemas[k.pick(len(k.schemas))]))
	}
	return k
}

func (k *market) pick(n int) int { return k.r.IntN(n) }

func optionList(n int) (out []rule.Option) {
	for i := range n {
		out = append(out, rule.Option{Code: fmt.Sprintf("o%d", i), Name: fmt.Sprintf("选项%d", i)})
	}
	return out
}

var marketFlags = []string{"legal", "high_tech", "small", "listed", "joint", "clean", "above_scale", "partner", "rd_unit", "chain", "lab", "base"}

// form is the form of one issuer: all have the facts that matter, each its own
// day of ages and a list of its own.
func (k *market) form(i int) *rule.Schema {
	wan, people := rule.FindUnit("万元"), rule.FindUnit("人")
	years := [2]int{2020, 2024}
	facts := []*rule.Fact{
		{Code: "place", Name: "注册地", Kind: rule.PlaceKind},
		{Code: "field", Name: "领域", Kind: rule.ChoiceKind, Options: optionList(30)},
		{Code: "kind", Name: "性质", Kind: rule.ChoiceKind, Options: optionList(6)},
		{Code: "honours", Name: "称号", Kind: rule.ChoicesKind, Options: optionList(8)},
		{Code: "staff", Name: "职工", Kind: rule.IntegerKind, Unit: people},
		{Code: "researchers", Name: "研发人员", Kind: rule.IntegerKind, Unit: people},
		{Code: "patents", Name: "专利", Kind: rule.IntegerKind, Unit: rule.FindUnit("件")},
		{Code: "area", Name: "场地", Kind: rule.DecimalKind, Unit: rule.FindUnit("平方米")},
		{Code: "equipment", Name: "设备原值", Kind: rule.MoneyKind, Unit: wan},
		{Code: "capital", Name: "注册资本", Kind: rule.MoneyKind, Unit: wan},
		{Code: "birth", Name: "负责人出生日期", Kind: rule.DateKind},
		{Code: "founded", Name: "成立年度", Kind: rule.YearKind},
		{Code: "rd", Name: "研发费用", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		{Code: "income", Name: "营业收入", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		{Code: "tax", Name: "纳税", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		{Code: fmt.Sprintf("team%d", i), Name: fmt.Sprintf("团队%d", i), Kind: rule.ListKind, Unit: people, MaxItems: 50, Columns: []*rule.Fact{
			{Code: "doctor", Name: "博士", Kind: rule.BoolKind}}},
	}
	for j, code := range marketFlags {
		facts = append(facts, &rule.Fact{Code: code, Name: fmt.Sprintf("是否%d", j), Kind: rule.BoolKind})
	}
	s, faults := rule.NewSchema(facts, []*rule.Param{
		{Code: "last3", Name: "近三年", Type: rule.YearsParam, From: 2021, To: 2023},
		{Code: "age_day", Name: "计算日", Type: rule.DateParam, From: day("2024-12-31") - int64(31*i)},
	}, nil)
	if len(faults) > 0 {
		panic(faults[0].Error()) // the form above is part of the test
	}
	return s
}

// call draws one call: its place, then what it asks beside.
func (k *market) call(s *rule.Schema) *rule.Program {
	var nodes []rule.Node
	if n := k.place(s); n != nil {
		nodes = append(nodes, n)
	}
	for n := 8 + k.pick(5); len(nodes) < n; {
		nodes = append(nodes, k.condition(s))
	}
	if k.pick(10) < 3 {
		group := &rule.Any{}
		for range 2 + k.pick(3) {
			group.Of = append(group.Of, k.condition(s))
		}
		nodes[len(nodes)-1] = group
	}
	var rules []rule.Rule
	for i, n := range nodes {
		r := rule.Rule{ID: fmt.Sprintf("r%d", i), Node: n, Modality: rule.Must, Effect: rule.Refuse}
		if i > 0 && k.pick(15) == 0 {
			r.Modality, r.Effect = rule.Should, rule.Ask
		}
		rules = append(rules, r)
	}
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		panic(faults[0].Error())
	}
	return p
}

// place is where a call wants its applicants: one call in ten says nothing, the
// others name a province, a city, or up to three districts.
func (k *market) place(s *rule.Schema) rule.Node {
	x := k.pick(100)
	if x < 10 || k.national {
		return nil
	}
	d := k.places[k.pick(len(k.places))]
	set := rule.Set{Places: []int64{d}}
	switch {
	case x < 35:
		set.Places[0] = d / 10000 * 10000
	case x < 70:
		set.Places[0] = d / 100 * 100
	case x < 80:
		set.Places = append(set.Places, k.places[k.pick(len(k.places))], k.places[k.pick(len(k.places))])
		slices.Sort(set.Places)
	}
	return &rule.Within{Fact: s.Fact("place"), Set: set}
}

// limit draws a round limit, of at most fifteen; with many, an amount of money
// is any.
func (k *market) limit(unit string, round ...int64) rule.Operand {
	text := fmt.Sprint(round[k.pick(len(round))])
	if k.many && unit == "万元" {
		text += fmt.Sprintf("%d.%02d", k.pick(10), k.pick(100))
	}
	return &rule.Number{Quantity: quantity(text + unit)}
}

var moneySteps = []int64{50, 100, 200, 300, 500, 800, 1000, 1500, 2000, 3000, 5000, 8000, 10000, 20000, 50000}

// condition draws one condition, beside the place.
func (k *market) condition(s *rule.Schema) rule.Node {
	fact := func(code string) rule.Operand { return &rule.FactOf{Fact: s.Fact(code)} }
	sum := func(code string) rule.Operand { return &rule.Agg{Fn: "sum", Of: s.Fact(code), Over: s.Param("last3")} }
	atLeast := func(l, r rule.Operand) rule.Node { return &rule.Compare{L: l, Op: rule.AtLeast, R: r} }
	options := func(code string) rule.Set {
		var set rule.Set
		for _, o := range s.Fact(code).Options {
			if k.pick(4) == 0 || len(set.Codes) == 0 && o.Code == s.Fact(code).Options[len(s.Fact(code).Options)-1].Code {
				set.Codes = append(set.Codes, o.Code)
			}
		}
		slices.Sort(set.Codes)
		return set
	}
	switch x := k.pick(40); {
	case x < 13:
		is := &rule.Is{Fact: s.Fact(marketFlags[k.pick(len(marketFlags))])}
		if k.pick(4) == 0 {
			return &rule.Not{X: is}
		}
		return is
	case x < 16:
		return &rule.In{Fact: s.Fact("field"), Set: options("field")}
	case x < 18:
		return &rule.In{Fact: s.Fact("kind"), Set: options("kind")}
	case x < 19:
		return &rule.Has{Fact: s.Fact("honours"), Set: rule.Set{Codes: []string{fmt.Sprintf("o%d", k.pick(8))}}}
	case x < 21:
		return atLeast(fact("staff"), k.limit("人", 10, 20, 30, 50, 100, 200, 300, 500, 1000))
	case x < 23:
		return atLeast(fact("researchers"), k.limit("人", 3, 5, 10, 15, 20, 30, 50, 100))
	case x < 25:
		return atLeast(fact("patents"), k.limit("件", 1, 2, 3, 5, 10, 15, 20, 30, 50))
	case x < 26:
		return atLeast(fact("area"), k.limit("平方米", 100, 200, 300, 500, 1000, 1500, 2000, 3000, 5000, 10000))
	case x < 27:
		return atLeast(fact("equipment"), k.limit("万元", moneySteps...))
	case x < 28:
		return atLeast(fact("capital"), k.limit("万元", moneySteps...))
	case x < 30:
		at := &rule.ParamOf{Param: s.Param("age_day")}
		return &rule.Compare{L: &rule.Age{Of: s.Fact("birth"), At: at}, Op: rule.AtMost, R: k.limit("周岁", 35, 40, 45, 50, 55, 58, 60)}
	case x < 31:
		return &rule.During{Fact: s.Fact("founded"), Window: rule.Window{From: 1990 + int64(k.pick(20)), To: 2023}}
	case x < 34:
		return atLeast(sum("rd"), k.limit("万元", moneySteps...))
	case x < 36:
		return atLeast(sum("income"), k.limit("万元", moneySteps...))
	case x < 38:
		return atLeast(sum("tax"), k.limit("万元", moneySteps[:10]...))
	}
	return &rule.Ratio{L: sum("rd"), Op: rule.AtLeast, Share: k.limit("%", 3, 4, 5, 6, 8, 10), Of: sum("income")}
}

// unit draws one unit's facts for every form; 8 % of its values are not known.
func (k *market) unit() (out []*rule.Facts) {
	value := func(n int64) rule.Value {
		if k.r.Float64() < 0.08 {
			return rule.Value{}
		}
		return rule.Value{State: rule.Known, N: n, Set: uint64(n)}
	}
	drawn := map[string]rule.Value{}
	for _, s := range k.schemas {
		f := s.NewFacts()
		for _, fact := range s.Facts {
			first, last := 0, 0
			if fact.Kind == rule.SeriesKind {
				first, last = fact.Years[0], fact.Years[1]
			}
			for y := first; y <= last; y++ {
				key := fmt.Sprint(fact.Code, y)
				v, ok := drawn[key]
				if !ok {
					v = value(k.value(fact))
					drawn[key] = v
				}
				if fact.Kind == rule.SeriesKind {
					f.SetYear(fact, y, v)
				} else if fact.Kind != rule.ListKind {
					f.Set(fact, v)
				}
			}
		}
		out = append(out, f)
	}
	return out
}

func (k *market) value(f *rule.Fact) int64 {
	n := k.r.Int64N
	switch f.Code {
	case "place":
		return k.places[k.pick(len(k.places))]
	case "field", "kind":
		return n(int64(len(f.Options)))
	case "honours":
		few := n(256)
		return few & n(256)
	case "staff":
		return n(n(2000) + 1)
	case "researchers", "patents":
		return n(n(200) + 1)
	case "area":
		return n(2_000_000)
	case "birth":
		return day("1955-01-01") + n(15_000)
	case "founded":
		return 1985 + n(40)
	case "rd", "tax":
		return n(4000)*1e6 + n(1e6)
	case "income", "equipment", "capital":
		return n(n(60_000)+1)*1e6 + n(1e6)
	}
	return int64(min(1, k.pick(4))) // yes or no: most say yes
}
