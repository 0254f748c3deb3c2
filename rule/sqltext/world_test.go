package sqltext_test

import (
	"fmt"
	"math/rand/v2"

	"shenbao/internal/locale"
	"shenbao/rule"
	"shenbao/rule/ruletest"
	"shenbao/rule/sqltext"
)

// A world is the schema of ruletest with the kinds of facts added that it
// lacks, and random trees and facts over both.
type world struct {
	*ruletest.Gen
	s *rule.Schema
}

// more are facts of the other kinds, for the application and for a row.
func more() []*rule.Fact {
	people := rule.FindUnit("人")
	return []*rule.Fact{
		{Code: "doc", Name: "附件", Kind: rule.FileKind},
		{Code: "title.full", Name: "名称", Kind: rule.TextKind},
		{Code: "alias", Name: "别名", Kind: rule.LongTextKind},
		{Code: "org", Name: "单位", Kind: rule.UnitKind},
		{Code: "lead", Name: "负责人", Kind: rule.PersonKind},
		{Code: "heads", Name: "人数甲", Kind: rule.IntegerKind, Unit: people},
		{Code: "money", Name: "金额甲", Kind: rule.MoneyKind, Unit: rule.FindUnit("万元")},
		{Code: "money2", Name: "金额乙", Kind: rule.MoneyKind, Unit: rule.FindUnit("万元")},
		{Code: "area", Name: "面积", Kind: rule.DecimalKind, Unit: rule.FindUnit("平方米")},
		{Code: "part", Name: "比例", Kind: rule.PercentKind, Unit: rule.FindUnit("%")},
		{Code: "honours", Name: "称号", Kind: rule.ChoicesKind, Options: []rule.Option{{Code: "a", Name: "子"}, {Code: "ab", Name: "丑"}, {Code: "b'", Name: "寅"}}},
		{Code: "field", Name: "领域", Kind: rule.ChoiceKind, Options: []rule.Option{{Code: "x", Name: "卯"}, {Code: "X", Name: "辰"}, {Code: "?", Name: "巳"}}},
		{Code: "seat", Name: "所在地", Kind: rule.PlaceKind},
		{Code: "born", Name: "生日", Kind: rule.DateKind},
		{Code: "checked", Name: "核查日", Kind: rule.DateKind},
		{Code: "begun", Name: "始于", Kind: rule.YearKind},
	}
}

func newWorld(seed uint64) *world {
	base := ruletest.Schema()
	facts := append(base.Facts, more()...)
	facts = append(facts,
		&rule.Fact{Code: "team.rows", Name: "团队", Kind: rule.ListKind, Unit: rule.FindUnit("人"), MaxItems: 300, Columns: more()},
		&rule.Fact{Code: "works", Name: "成果", Kind: rule.ListKind, Unit: rule.FindUnit("项"), MaxItems: 20, Closed: true, Columns: more()})
	s, faults := rule.NewSchema(facts, append(base.Params,
		&rule.Param{Code: "many", Name: "若干地", Type: rule.PlacesParam, Places: []int64{370114, 370112, 140100, 110000, 120000, 310000}}), nil)
	if len(faults) > 0 {
		panic(locale.Fault("en", faults[0])) // the schema is part of the test
	}
	return &world{&ruletest.Gen{R: rand.New(rand.NewPCG(seed, 21)), S: s}, s}
}

func (w *world) pick(n int) int { return w.R.IntN(n) }

func (w *world) oneOf(s ...string) string { return s[w.pick(len(s))] }

// facts draws one unit; a value is unknown with the given probability.
func (w *world) facts(unknown float64) *rule.Facts {
	f := w.Facts(unknown)
	for _, fact := range more() {
		fact = w.s.Fact(fact.Code)
		f.Set(fact, w.value(fact, unknown))
	}
	for _, code := range []string{"team.rows", "works"} {
		w.rows(f, w.s.Fact(code), unknown)
	}
	return f
}

func (w *world) rows(f *rule.Facts, list *rule.Fact, unknown float64) {
	var cells []rule.Value
	n := w.pick(4)
	if w.pick(60) == 0 && list.MaxItems > 100 {
		n = 60 + w.pick(200)
	}
	for range n {
		for _, c := range list.Columns {
			cells = append(cells, w.value(c, unknown/2))
		}
	}
	f.SetRows(list, w.R.Float64() >= unknown, cells)
	if w.pick(8) == 0 { // given, but not to be relied upon
		f.Rows(list).State = []rule.State{rule.NotSupplied, rule.IsUnverified, rule.IsExpired, rule.InConflict}[w.pick(4)]
	}
}

func (w *world) value(f *rule.Fact, unknown float64) rule.Value {
	v := w.known(f)
	v.State = rule.Known
	if w.R.Float64() < unknown {
		v.State = []rule.State{rule.NotSupplied, rule.IsUnverified, rule.IsExpired, rule.InConflict}[w.pick(4)]
	}
	return v
}

var texts = []string{"", "碳纤维", "A股", "技术创新中心12", "abc", "ABC", "a-b]c^", "[", "12", "，。", " ", "\u3000\u00a0\n", "中心 A", "𠅤新𬭩", "it's", `"; DROP TABLE units; --`, "%_*?$1"}

func (w *world) known(f *rule.Fact) (v rule.Value) {
	switch f.Kind {
	case rule.BoolKind, rule.FileKind:
		v.N = int64(w.pick(2))
	case rule.TextKind, rule.LongTextKind:
		v.S = texts[w.pick(len(texts))]
	case rule.UnitKind, rule.PersonKind:
		v.S = w.oneOf("", "x", "xy", "X")
		v.Label = w.oneOf(v.S, "甲", "y")
	case rule.ChoiceKind:
		v.N = int64(w.pick(len(f.Options)))
	case rule.ChoicesKind:
		v.Set = uint64(w.pick(8))
	case rule.PlaceKind:
		v.N = []int64{370114, 370112, 370200, 140100, 140000, 110101, 659000}[w.pick(7)]
	case rule.DateKind:
		v.N = day(w.oneOf("1979-12-01", "1979-12-02", "1979-12-03", "1964-12-02", "1964-12-03", "1980-02-29", "1980-02-28", "1980-03-01", "2021-01-01", "2023-12-31", "2024-02-29", "2025-02-28"))
	case rule.YearKind:
		v.N = int64(2019 + w.pick(5))
	case rule.IntegerKind:
		v.N = int64(w.pick(5))
	case rule.PercentKind:
		v.N = []int64{0, 4999, 5000, 5001, 10000}[w.pick(5)]
	default:
		v.N = []int64{-1_000_000, 0, 500_000, 999_999, 1_000_000, 1_000_001, 2_000_000, 3_000_000, 1e15, 1e15 - 1, -1e15, 1 << 31}[w.pick(12)]
		if w.pick(3) > 0 {
			v.N %= 1 << 30
		}
	}
	return v
}

func day(s string) int64 {
	n, _ := rule.ParseDay(s)
	return n
}

func (w *world) op() string { return w.oneOf(">=", "<=", ">", "<", "=", "!=") }

func (w *world) order() string { return w.oneOf(">=", "<=", ">", "<") }

// share is a percentage: some cancel against the base of a share, some do not.
func (w *world) share() string {
	return w.oneOf("0%", "3%", "3.33%", "0.01%", "50%", "100%", "123.45%", "1000%")
}

func (w *world) money() string {
	return w.oneOf("m0", "money", "money2", "rd.last3.sum", "rd.last3.max", "rd.last1.min", "income.last3.sum", "income.last3.min", "income.last1.max",
		"sum(team.rows.money)", "max(team.rows.money2)", "min(works.money)", "sum(works.money where ("+w.where(2)+"))", "max(team.rows.money where ("+w.where(1)+"))")
}

func (w *world) wan() string {
	return w.oneOf("0", "0.5", "1", "2", "3", "99999999.9999") + " wan_yuan"
}

func (w *world) people() string {
	return w.oneOf("n0", "heads", "count(staff)", "count(team.rows)", "count(team.rows where ("+w.where(2)+"))")
}

// where is a row condition.
func (w *world) where(depth int) string {
	if depth > 1 {
		return w.joined(depth, w.where)
	}
	return w.plain()
}

// plain is a leaf that may stand in a row condition and outside of one.
func (w *world) plain() string {
	return w.oneOf("given doc", "given title.full", "given alias", "given org", "given lead", "field in {x, \"?\"}", "field = X", "not field = x",
		`honours has any {ab, "b'"}`, "honours has all {a, ab}", "seat within {370000}", "seat within {370100, 140000}",
		"seat within many", "born during 2020..2023", "born during 1979-12-02..1980-02-29", "begun during last3", "born during last3",
		"title.full only han", "alias without digits", "title.full only standard_han", "title.full without spaces", "alias only letters", "alias without punctuation", "title.full only punctuation",
		`title.full = "碳纤维"`, `alias = "it's"`, `alias = "\"; DROP TABLE units; --"`, `title.full = ""`, "title.full = alias",
		"length(title.full) "+w.op()+" 3 chars", "length(alias) about 4 chars within 50%", "heads "+w.op()+" 2 people", "part "+w.op()+" 50%", "area "+w.op()+" 0.5 hectare", "part between 50% and 60%",
		"age(born, age_day) "+w.op()+" "+w.oneOf("44", "45", "60")+" years_old", "age(born, checked) "+w.op()+" "+w.oneOf("-1", "0", "1", "44")+" years_old",
		"age(born, 2025-02-28) "+w.op()+" 45 years_old", "age(born, 2024-02-29) "+w.op()+" 44 years_old", "44 years_old "+w.op()+" age(born, age_day)", "age(born, age_day) between 44 and 60",
		"born "+w.op()+" checked", "born "+w.op()+" 1979-12-02", "begun "+w.op()+" 2021", "2 people "+w.op()+" heads", "2 people "+w.op()+" 3 people",
		"money "+w.op()+" "+w.wan(), "money "+w.order()+" "+w.share()+" of money2", "money "+w.order()+" "+w.share()+" of 2 wan_yuan", "5 wan_yuan "+w.order()+" "+w.share()+" of money2",
		"5 wan_yuan "+w.order()+" "+w.share()+" of 6 wan_yuan", "money about 1 wan_yuan within 0.01%")
}

// patterns are regular expressions that PostgreSQL has to understand as ours do.
var patterns = []string{`^[a-z]+$`, `中心`, `^\\pL*$`, `(?i)ABC|d`, `^.{2,4}$`, `[^\\d]$`, `a.b\\]`, `^(技术)?(创新)+.*12$`, `^$`, `x*`, `\\s`, `(?s)^.$`, `[[:punct:]]`, `'`}

func (w *world) leaf(d sqltext.Dialect) string {
	switch w.pick(13) {
	case 0:
		return fmt.Sprintf("%s %s %s", w.people(), w.op(), w.oneOf("0 people", "1 people", "2 people", w.people()))
	case 1:
		return fmt.Sprintf("%s %s %s", w.money(), w.op(), w.oneOf(w.wan(), w.wan(), w.money()))
	case 2:
		return fmt.Sprintf("%s %s %s of %s", w.money(), w.order(), w.share(), w.money())
	case 3:
		return fmt.Sprintf("%s %s %s of %s", w.people(), w.order(), w.share(), w.people())
	case 4:
		return fmt.Sprintf("%s between %s and %s", w.money(), w.oneOf("0.5 wan_yuan", "money2"), w.oneOf("2 wan_yuan", "money"))
	case 5:
		return fmt.Sprintf("%s about %s within %s", w.money(), w.wan(), w.oneOf("0%", "50%", "0.01%"))
	case 6:
		return w.oneOf("given team.rows", "given works")
	case 7, 8:
		return fmt.Sprintf("%s %s where (%s)", w.oneOf("exists", "every"), w.oneOf("team.rows", "works"), w.where(2))
	case 9:
		if d == sqltext.Postgres {
			return fmt.Sprintf(`alias matches "%s"`, patterns[w.pick(len(patterns))])
		}
	}
	return w.plain()
}

// joined is a random connective over random parts.
func (w *world) joined(depth int, part func(depth int) string) string {
	p := func() string { return "(" + part(depth-1) + ")" }
	switch w.pick(6) {
	case 0:
		return "not " + p()
	case 1:
		return "if " + p() + " then " + p()
	case 2:
		return fmt.Sprintf("at least %d of (%s; %s; %s)", 1+w.pick(3), p(), p(), p())
	case 3:
		return p() + " and " + p()
	case 4:
		return p() + " or " + p()
	}
	return part(depth - 1)
}

func (w *world) text(d sqltext.Dialect) func(depth int) string {
	var text func(depth int) string
	text = func(depth int) string {
		if depth <= 1 {
			return w.leaf(d)
		}
		return w.joined(depth, text)
	}
	return text
}

// rules draws rules, of which a third are ruletest's and some refer to others.
func (w *world) rules(n int, d sqltext.Dialect) (out []rule.Rule) {
	for i := range n {
		r := rule.Rule{ID: fmt.Sprintf("r-%d.x", i), Modality: rule.Must, Effect: []rule.Effect{rule.Refuse, rule.Veto, rule.Ask, rule.Route, rule.Flag}[w.pick(5)]}
		if i%3 == 0 {
			r.Node = w.Fill(w.Tree(1 + i%4))
		} else {
			text := w.text(d)(1 + w.pick(4))
			var f error
			if r.Node, f = w.parse(text); f != nil {
				panic(text + ": " + f.Error())
			}
		}
		if i > 0 && w.pick(4) == 0 {
			r.Node = &rule.All{Of: []rule.Node{&rule.Ref{Rule: out[w.pick(i)].ID}, r.Node}}
		}
		out = append(out, r)
	}
	return out
}

func (w *world) parse(text string) (rule.Node, error) {
	n, f := w.s.Parse(text)
	if f != nil {
		return nil, f
	}
	return n, nil
}
