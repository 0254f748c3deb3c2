// Package ruletest makes random rules and facts (随机规则与事实) for property
// tests, fuzzing and the comparison of back ends. Its domains are small on
// purpose: thresholds are hit exactly, missed by one, and unknown, all often.
package ruletest

import (
	"fmt"
	"math/rand/v2"

	"shenbao/rule"
)

// Schema is the schema that Tree and Facts draw from: every kind of fact that
// a rule can compare, one complete and one open list.
func Schema() *rule.Schema {
	zero := int64(0)
	wan, people, items := rule.FindUnit("万元"), rule.FindUnit("人"), rule.FindUnit("项")
	row := []*rule.Fact{
		{Code: "flag", Name: "标志", Kind: rule.BoolKind},
		{Code: "kind", Name: "类", Kind: rule.ChoiceKind, Options: options},
		{Code: "amount", Name: "经费", Kind: rule.MoneyKind, Unit: wan},
		{Code: "year", Name: "年度", Kind: rule.YearKind},
		{Code: "day", Name: "日子", Kind: rule.DateKind},
	}
	again := func() []*rule.Fact { // a column belongs to one list
		var out []*rule.Fact
		for _, c := range row {
			f := *c
			out = append(out, &f)
		}
		return out
	}
	s, faults := rule.NewSchema([]*rule.Fact{
		{Code: "b0", Name: "甲", Kind: rule.BoolKind},
		{Code: "b1", Name: "乙", Kind: rule.BoolKind},
		{Code: "b2", Name: "丙", Kind: rule.BoolKind},
		{Code: "n0", Name: "人数", Kind: rule.IntegerKind, Unit: people},
		{Code: "n1", Name: "另一人数", Kind: rule.IntegerKind, Unit: people},
		{Code: "m0", Name: "金额一", Kind: rule.MoneyKind, Unit: wan},
		{Code: "m1", Name: "金额二", Kind: rule.MoneyKind, Unit: wan},
		{Code: "rd", Name: "研发费用", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: [2]int{2019, 2024}, Min: &zero},
		{Code: "income", Name: "收入", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: [2]int{2019, 2024}},
		{Code: "kind", Name: "性质", Kind: rule.ChoiceKind, Options: options},
		{Code: "marks", Name: "荣誉", Kind: rule.ChoicesKind, Options: options},
		{Code: "place", Name: "注册地", Kind: rule.PlaceKind},
		{Code: "birth", Name: "出生日期", Kind: rule.DateKind},
		{Code: "founded", Name: "成立年度", Kind: rule.YearKind},
		{Code: "staff", Name: "人员", Kind: rule.ListKind, Unit: people, MaxItems: 20, Columns: row},
		{Code: "projects", Name: "项目", Kind: rule.ListKind, Unit: items, MaxItems: 20, Closed: true, Columns: again()},
	}, []*rule.Param{
		{Code: "last3", Name: "近三年", Type: rule.YearsParam, From: 2021, To: 2023},
		{Code: "last1", Name: "近一年", Type: rule.YearsParam, From: 2023, To: 2023},
		{Code: "age_day", Name: "计算日", Type: rule.DateParam, From: day(2024, 12, 2)},
		{Code: "some", Name: "若干类", Type: rule.SetParam, Codes: []string{"a", "c"}},
	}, nil)
	if len(faults) > 0 {
		panic(fmt.Sprint(faults[0])) // the schema above is part of the test
	}
	return s
}

var options = []rule.Option{{Code: "a", Name: "子"}, {Code: "b", Name: "丑"}, {Code: "c", Name: "寅"}}

var places = []int64{370114, 370112, 370200, 140100, 140000}

func day(y, m, d int) int64 {
	n, _ := rule.ParseDay(fmt.Sprintf("%04d-%02d-%02d", y, m, d))
	return n
}

// Gen draws from one random source and one schema.
type Gen struct {
	R *rand.Rand
	S *rule.Schema
	// Refs are the ids of rules that a tree may refer to.
	Refs []string
}

func (g *Gen) pick(n int) int { return g.R.IntN(n) }

// Tree returns a random rule of at most the given depth that Parse would accept.
func (g *Gen) Tree(depth int) rule.Node { return g.tree(depth, nil) }

func (g *Gen) tree(depth int, list *rule.Fact) rule.Node {
	if depth <= 1 {
		return g.leaf(list)
	}
	switch g.pick(6) {
	case 0:
		return &rule.Not{X: g.tree(depth-1, list)}
	case 1:
		return &rule.If{Cond: g.tree(depth-1, list), Then: g.tree(depth-1, list)}
	case 2:
		of := g.several(depth-1, list)
		return &rule.Least{K: 1 + g.pick(len(of)), Of: of}
	case 3:
		return flat(&rule.All{Of: g.several(depth-1, list)})
	case 4:
		return flat(&rule.Any{Of: g.several(depth-1, list)})
	}
	return g.leaf(list)
}

func (g *Gen) several(depth int, list *rule.Fact) []rule.Node {
	var of []rule.Node
	for range 2 + g.pick(2) {
		of = append(of, g.tree(depth, list))
	}
	return of
}

// flat takes up nested junctions of the same kind, as the parser does.
func flat(n rule.Node) rule.Node {
	var out []rule.Node
	for _, k := range rule.Children(n) {
		_, all := k.(*rule.All)
		_, any := k.(*rule.Any)
		_, isAll := n.(*rule.All)
		if all && isAll || any && !isAll {
			out = append(out, rule.Children(k)...)
			continue
		}
		out = append(out, k)
	}
	if _, ok := n.(*rule.All); ok {
		return &rule.All{Of: out}
	}
	return &rule.Any{Of: out}
}

func (g *Gen) fact(code string, list *rule.Fact) *rule.Fact {
	if list != nil {
		return g.S.Fact(list.Code + "." + code)
	}
	return g.S.Fact(code)
}

func (g *Gen) leaf(list *rule.Fact) rule.Node {
	if list != nil {
		return g.rowLeaf(list)
	}
	switch g.pick(14) {
	case 0, 1:
		return &rule.Is{Fact: g.S.Fact(fmt.Sprintf("b%d", g.pick(3)))}
	case 2, 3:
		return &rule.Compare{L: g.people(), Op: g.op(), R: g.peopleLimit()}
	case 4, 5:
		return &rule.Compare{L: g.money(), Op: g.op(), R: g.moneyLimit()}
	case 6:
		return &rule.Ratio{L: g.money(), Op: rule.Op(1 + g.pick(4)), Share: g.number([]string{"0", "3", "50", "100"}, "%"), Of: g.money()}
	case 7:
		return &rule.In{Fact: g.S.Fact("kind"), Set: g.set()}
	case 8:
		return &rule.Has{Fact: g.S.Fact("marks"), All: g.pick(2) == 0, Set: g.set()}
	case 9:
		return &rule.Within{Fact: g.S.Fact("place"), Set: rule.Set{Places: []int64{places[g.pick(len(places))]}}}
	case 10:
		return g.days()
	case 11:
		return &rule.Exists{List: g.list(), Where: nil}
	case 12:
		return &rule.Every{List: g.list(), Where: nil}
	}
	return &rule.Given{Fact: g.list()}
}

// Fill gives every quantifier that has no condition a random one.
func (g *Gen) Fill(n rule.Node) rule.Node {
	rule.Walk(n, func(n rule.Node) bool {
		switch n := n.(type) {
		case *rule.Exists:
			if n.Where == nil {
				n.Where = g.tree(2, n.List)
			}
		case *rule.Every:
			if n.Where == nil {
				n.Where = g.tree(2, n.List)
			}
		}
		return true
	})
	return n
}

func (g *Gen) list() *rule.Fact {
	if g.pick(2) == 0 {
		return g.S.Fact("staff")
	}
	return g.S.Fact("projects")
}

func (g *Gen) rowLeaf(list *rule.Fact) rule.Node {
	switch g.pick(5) {
	case 0:
		return &rule.Is{Fact: g.fact("flag", list)}
	case 1:
		return &rule.In{Fact: g.fact("kind", list), Set: g.set()}
	case 2:
		return &rule.Compare{L: &rule.FactOf{Fact: g.fact("amount", list)}, Op: g.op(), R: g.moneyLimit()}
	case 3:
		return &rule.During{Fact: g.fact("year", list), Window: rule.Window{From: 2020, To: 2022}}
	}
	return &rule.During{Fact: g.fact("day", list), Window: rule.Window{From: 2021, To: 2023, Param: g.S.Param("last3")}}
}

func (g *Gen) days() rule.Node {
	switch g.pick(3) {
	case 0:
		return &rule.Compare{L: &rule.Age{Of: g.S.Fact("birth"), At: &rule.ParamOf{Param: g.S.Param("age_day")}}, Op: g.op(), R: g.number([]string{"44", "45", "60"}, "years_old")}
	case 1:
		return &rule.Compare{L: &rule.FactOf{Fact: g.S.Fact("birth")}, Op: g.op(), R: &rule.Day{N: day(1979, 12, 2)}}
	}
	return &rule.During{Fact: g.S.Fact("founded"), Window: rule.Window{From: 2020, To: 2022}}
}

func (g *Gen) op() rule.Op { return rule.Op(1 + g.pick(6)) }

func (g *Gen) set() rule.Set {
	switch g.pick(4) {
	case 0:
		return rule.Set{Param: g.S.Param("some")}
	case 1:
		return rule.Set{Codes: []string{"a", "b"}}
	}
	return rule.Set{Codes: []string{options[g.pick(3)].Code}}
}

func (g *Gen) number(decs []string, unit string) rule.Operand {
	q, _ := rule.ParseQuantity(decs[g.pick(len(decs))]+" "+unit, nil)
	return &rule.Number{Quantity: q}
}

func (g *Gen) peopleLimit() rule.Operand {
	if g.pick(5) == 0 {
		return &rule.FactOf{Fact: g.S.Fact("n1")}
	}
	return g.number([]string{"0", "1", "2", "3"}, "people")
}

func (g *Gen) people() rule.Operand {
	switch g.pick(3) {
	case 0:
		return &rule.Agg{Fn: "count", Of: g.S.Fact("staff")}
	case 1:
		l := g.S.Fact("staff")
		return &rule.Agg{Fn: "count", Of: l, Where: g.tree(2, l)}
	}
	return &rule.FactOf{Fact: g.S.Fact("n0")}
}

func (g *Gen) moneyLimit() rule.Operand {
	return g.number([]string{"0", "1", "2", "3", "0.5"}, "wan_yuan")
}

func (g *Gen) money() rule.Operand {
	switch g.pick(5) {
	case 0:
		return &rule.Agg{Fn: []string{"sum", "max", "min"}[g.pick(3)], Of: g.S.Fact("rd"), Over: g.S.Param("last3")}
	case 1:
		return &rule.Agg{Fn: "sum", Of: g.S.Fact("income"), Over: g.S.Param([]string{"last3", "last1"}[g.pick(2)])}
	case 2:
		l := g.list()
		a := &rule.Agg{Fn: []string{"sum", "max", "min"}[g.pick(3)], Of: g.fact("amount", l)}
		if g.pick(2) == 0 {
			a.Where = g.tree(2, l)
		}
		return a
	}
	return &rule.FactOf{Fact: g.S.Fact(fmt.Sprintf("m%d", g.pick(2)))}
}
