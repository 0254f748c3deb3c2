package bench

import (
	"math/rand/v2"

	"shenbao/rule"
	"shenbao/rule/ruletest"
)

// generator draws rules and facts: those of ruletest, and in the place of some
// of their leaves every kind of leaf and operand that ruletest leaves out.
type generator struct {
	*ruletest.Gen
	ids []string // rules that may be referred to
}

func newGenerator(s *rule.Schema, seed, block uint64) *generator {
	return &generator{Gen: &ruletest.Gen{R: rand.New(rand.NewPCG(seed, block)), S: s}}
}

func (g *generator) pick(n int) int { return g.R.IntN(n) }

func (g *generator) oneOf(words ...string) string { return words[g.pick(len(words))] }

func (g *generator) fact(words ...string) *rule.Fact { return g.S.Fact(g.oneOf(words...)) }

// rule draws one tree.
func (g *generator) rule() rule.Node {
	return g.widen(g.Fill(g.Tree(1 + g.pick(4))))
}

// widen puts other leaves in the place of some.
func (g *generator) widen(n rule.Node) rule.Node {
	switch n := n.(type) {
	case *rule.All:
		g.widenAll(n.Of)
	case *rule.Any:
		g.widenAll(n.Of)
	case *rule.Least:
		g.widenAll(n.Of)
	case *rule.Not:
		n.X = g.widen(n.X)
	case *rule.If:
		n.Cond, n.Then = g.widen(n.Cond), g.widen(n.Then)
	default:
		if g.pick(2) == 0 {
			return g.leaf()
		}
	}
	return n
}

func (g *generator) widenAll(of []rule.Node) {
	for i := range of {
		of[i] = g.widen(of[i])
	}
}

func (g *generator) op() rule.Op { return rule.Op(1 + g.pick(6)) }

func (g *generator) number(unit string, decs ...string) rule.Operand {
	return &rule.Number{Quantity: quantityOf(g.oneOf(decs...), unit)}
}

func (g *generator) leaf() rule.Node {
	switch g.pick(12) {
	case 0:
		x, v := g.pair()
		return &rule.About{L: x, V: v, Within: g.share()}
	case 1:
		x, lo := g.pair()
		hi := lo
		if n, ok := lo.(*rule.Number); ok {
			hi = &rule.Number{Quantity: quantityOf("1"+n.Dec, n.Unit.Code)} // 2 to 12
		}
		return &rule.Between{X: x, Lo: lo, Hi: hi}
	case 2, 3:
		return g.ratio()
	case 4:
		return &rule.Compare{L: g.people(), Op: g.op(), R: g.people()}
	case 5:
		return &rule.Compare{L: g.money(), Op: g.op(), R: g.money()}
	case 6:
		return g.days()
	case 7:
		return &rule.Given{Fact: g.fact("title", "summary", "host.unit", "head", "paper", "teams")}
	case 8:
		return g.text(g.fact("title", "summary"))
	case 9:
		return g.membership()
	case 10:
		if len(g.ids) > 0 {
			return &rule.Ref{Rule: g.oneOf(g.ids...)}
		}
	}
	if g.pick(2) == 0 {
		return &rule.Exists{List: g.S.Fact("teams"), Where: g.where("teams")}
	}
	return &rule.Every{List: g.S.Fact("teams"), Where: g.where("teams")}
}

// pair is an operand and a number of its dimension.
func (g *generator) pair() (rule.Operand, rule.Operand) {
	switch g.pick(6) {
	case 0:
		return &rule.Length{Of: g.fact("title", "summary")}, g.number("chars", "1", "2", "3", "4")
	case 1:
		return g.people(), g.number("people", "0", "1", "2", "3")
	case 2:
		return &rule.FactOf{Fact: g.S.Fact("part")}, g.number("%", "0", "33.33", "50")
	case 3:
		return &rule.FactOf{Fact: g.S.Fact("area")}, g.number("m2", "0", "1", "3000")
	case 4:
		return g.age(), g.number("years_old", "0", "3", "44", "45")
	}
	return g.money(), g.number("wan_yuan", "0", "1", "2", "0.5")
}

func (g *generator) age() rule.Operand {
	var at rule.Operand = &rule.ParamOf{Param: g.S.Param("age_day")}
	if g.pick(2) == 0 {
		at = &rule.FactOf{Fact: g.S.Fact("ended")}
	}
	return &rule.Age{Of: g.S.Fact("birth"), At: at}
}

func (g *generator) share() rule.Operand {
	if g.pick(4) == 0 {
		return &rule.ParamOf{Param: g.S.Param("share")}
	}
	return g.number("%", "0", "3", "50", "60", "100", "0.01", "66.67", "150", "10000")
}

// ratio draws numbers of people, of money and of very much money.
func (g *generator) ratio() rule.Node {
	r := &rule.Ratio{L: g.people(), Op: rule.Op(1 + g.pick(4)), Share: g.share(), Of: g.people()}
	switch g.pick(4) {
	case 0:
		r.L, r.Of = g.money(), g.money()
	case 1:
		r.L, r.Of = &rule.FactOf{Fact: g.fact("big0", "big1")}, &rule.FactOf{Fact: g.fact("big0", "big1")}
	}
	return r
}

// people is a number of people: a fact, or a count of rows.
func (g *generator) people() rule.Operand {
	switch g.pick(4) {
	case 0:
		return &rule.FactOf{Fact: g.fact("n0", "n1")}
	case 1:
		return &rule.Agg{Fn: "count", Of: g.S.Fact("staff")}
	case 2:
		return &rule.Agg{Fn: g.oneOf("sum", "max", "min"), Of: g.S.Fact("teams.size"), Where: g.where("teams")}
	}
	return &rule.Agg{Fn: "count", Of: g.S.Fact("staff"), Where: g.where("staff")}
}

func (g *generator) money() rule.Operand {
	switch g.pick(6) {
	case 0:
		return &rule.ParamOf{Param: g.S.Param("floor")}
	case 1:
		return &rule.Agg{Fn: g.oneOf("sum", "max", "min"), Of: g.fact("rd", "income"), Over: g.S.Param(g.oneOf("last3", "last1"))}
	case 2:
		return &rule.Agg{Fn: g.oneOf("sum", "max", "min"), Of: g.fact("staff.amount"), Where: g.where("staff")}
	case 3:
		return &rule.Agg{Fn: g.oneOf("sum", "max", "min"), Of: g.fact("projects.amount"), Where: g.where("projects")}
	case 4:
		return &rule.FactOf{Fact: g.fact("big0", "big1")}
	}
	return &rule.FactOf{Fact: g.fact("m0", "m1")}
}

func (g *generator) days() rule.Node {
	birth, ended := &rule.FactOf{Fact: g.S.Fact("birth")}, &rule.FactOf{Fact: g.S.Fact("ended")}
	switch g.pick(7) {
	case 0:
		return &rule.Compare{L: birth, Op: g.op(), R: ended}
	case 1:
		return &rule.Compare{L: ended, Op: g.op(), R: &rule.ParamOf{Param: g.S.Param("age_day")}}
	case 2:
		return &rule.Between{X: ended, Lo: &rule.Day{N: dayOf("1979-12-02")}, Hi: &rule.Day{N: dayOf("2021-01-01")}}
	case 3:
		return &rule.Compare{L: g.age(), Op: g.op(), R: g.number("years_old", "0", "3", "44", "45", "60")}
	case 4:
		return &rule.Compare{L: &rule.FactOf{Fact: g.S.Fact("founded")}, Op: g.op(), R: &rule.Number{Quantity: rule.Quantity{Dec: "2021", N: 2021}}}
	case 5:
		return &rule.During{Fact: g.S.Fact("founded"), Window: rule.Window{From: 2021, To: 2023, Param: g.S.Param("last3")}}
	}
	return g.during(g.fact("birth", "ended"))
}

// during is a day inside a window of days or of years.
func (g *generator) during(f *rule.Fact) rule.Node {
	from, to := dayOf("1979-12-02"), dayOf("2021-01-01")
	switch g.pick(4) {
	case 0:
		return &rule.During{Fact: f, Window: rule.Window{Days: true, From: from, To: to, Param: g.S.Param("days")}}
	case 1:
		return &rule.During{Fact: f, Window: rule.Window{Days: true, From: from, To: to}}
	case 2:
		return &rule.During{Fact: f, Window: rule.Window{From: 2021, To: 2023, Param: g.S.Param("last3")}}
	}
	return &rule.During{Fact: f, Window: rule.Window{From: 1979, To: 1980}}
}

func (g *generator) text(f *rule.Fact) rule.Node {
	switch g.pick(5) {
	case 0:
		return &rule.Matches{Fact: f, Re: g.oneOf("中心$", "^[A-Z]+", `\d{4}`, "技术|創新", `^\s*$`)}
	case 1:
		return &rule.Same{Fact: f, Str: g.oneOf("技术中心", "", `a "b"\c`)}
	case 2:
		if g.S.Fact(f.Code) == f {
			return &rule.Same{Fact: f, Other: g.fact("title", "summary")}
		}
	}
	return &rule.TextClass{Fact: f, Without: g.pick(2) == 0,
		Class: g.oneOf("standard_han", "han", "letters", "digits", "punctuation", "spaces")}
}

func (g *generator) membership() rule.Node {
	switch g.pick(3) {
	case 0:
		return g.within(g.S.Fact("place"))
	case 1:
		return &rule.In{Fact: g.S.Fact("kind"), Set: g.options()}
	}
	return &rule.Has{Fact: g.S.Fact("marks"), All: g.pick(2) == 0, Set: g.options()}
}

func (g *generator) within(f *rule.Fact) rule.Node {
	switch g.pick(3) {
	case 0:
		return &rule.Within{Fact: f, Set: rule.Set{Param: g.S.Param("home")}}
	case 1:
		return &rule.Within{Fact: f, Set: rule.Set{Places: []int64{140000, 370114}}}
	}
	return &rule.Within{Fact: f, Set: rule.Set{Places: []int64{[]int64{370000, 370100, 370112, 370200, 140100}[g.pick(5)]}}}
}

func (g *generator) options() rule.Set {
	return []rule.Set{{Param: g.S.Param("some")}, {Codes: []string{"a", "c"}}, {Codes: []string{"b"}}, {Codes: []string{"a", "b", "c"}}}[g.pick(4)]
}

// where is a condition on the rows of a list, of one or two leaves.
func (g *generator) where(list string) rule.Node {
	a, b := g.rowLeaf(list), g.rowLeaf(list)
	switch g.pick(5) {
	case 0:
		return &rule.All{Of: []rule.Node{a, b}}
	case 1:
		return &rule.Any{Of: []rule.Node{a, &rule.Not{X: b}}}
	case 2:
		return &rule.If{Cond: a, Then: b}
	}
	return a
}

func (g *generator) rowLeaf(list string) rule.Node {
	column := func(code string) *rule.Fact { return g.S.Fact(list + "." + code) }
	if list != "teams" {
		amount := &rule.FactOf{Fact: column("amount")}
		switch g.pick(5) {
		case 0:
			return &rule.Compare{L: &rule.Age{Of: column("day"), At: &rule.ParamOf{Param: g.S.Param("age_day")}}, Op: g.op(), R: g.number("years_old", "1", "3", "44", "45")}
		case 1:
			return &rule.Between{X: amount, Lo: g.number("wan_yuan", "0", "1"), Hi: g.number("wan_yuan", "1", "2")}
		case 2:
			return &rule.Is{Fact: column("flag")}
		case 3:
			return &rule.In{Fact: column("kind"), Set: g.options()}
		}
		return &rule.Compare{L: amount, Op: g.op(), R: g.number("wan_yuan", "0", "1", "2")}
	}
	switch g.pick(8) {
	case 0:
		return g.text(column("name"))
	case 1:
		return g.within(column("seat"))
	case 2:
		return &rule.Has{Fact: column("marks"), All: g.pick(2) == 0, Set: g.options()}
	case 3:
		return &rule.Given{Fact: column("org")}
	case 4:
		return g.during(column("born"))
	case 5:
		return &rule.Compare{L: &rule.FactOf{Fact: column("part")}, Op: g.op(), R: g.share()}
	case 6:
		return &rule.Compare{L: &rule.Length{Of: column("name")}, Op: g.op(), R: g.number("chars", "0", "2", "4")}
	}
	return &rule.Compare{L: &rule.FactOf{Fact: column("size")}, Op: g.op(), R: g.number("people", "1", "2", "3")}
}
