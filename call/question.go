package call

import (
	"cmp"
	"slices"
	"strings"

	"shenbao/programme"
	"shenbao/rule"
)

// A Question asks for one decisive fact.
type Question struct {
	Code    string        `json:"code"`
	Label   string        `json:"label"`
	Kind    rule.Kind     `json:"kind"`
	Of      rule.Kind     `json:"of,omitempty"` // of a series: the kind of each year's value
	Unit    string        `json:"unit,omitempty"`
	Years   []int         `json:"years,omitempty"` // of a series: those that conditions look at
	Options []rule.Option `json:"options,omitempty"`
	Help    string        `json:"help,omitempty"`
	From    string        `json:"from,omitempty"` // where a unit's own profile or a register has it: profile.place
	List    string        `json:"list,omitempty"` // the list that it counts, adds up or asks for a row of
	Weight  int           `json:"weight"`         // how many conditions rest on it
	First   bool          `json:"first"`          // one of the few that decide most

	always bool // some condition rests on it whatever else holds
}

// firstQuestions is how many facts the short form asks at first.
const firstQuestions = 15

// Questions are the facts that decide whether a unit can apply and that can be
// asked in one line each: what everybody knows of their unit first, and of that
// what decides most. Lists are asked as counts, sums or yes and no where a
// condition asks for nothing else; files are not asked, and what conditions ask
// of registers, people and other applications stays to be proven.
func Questions(p *programme.Package, lang string) []Question {
	if p.Program == nil {
		return nil
	}
	weight, always, years := map[string]int{}, map[string]bool{}, map[*rule.Fact][]int{}
	binding := bindingRules(p.Program)
	tallies := talliesOf(p, binding)
	byCanonical := map[string]*tally{}
	for _, t := range tallies {
		byCanonical[t.canonical] = t
	}
	for _, r := range binding {
		_, conditional := r.Node.(*rule.If)
		for _, code := range decisive(r, byCanonical, years) {
			weight[code]++
			always[code] = always[code] || !conditional
		}
	}
	var out []Question
	for _, f := range p.Schema.Facts {
		if weight[f.Code] > 0 {
			q := questionOf(p, f, lang)
			q.Weight, q.Years, q.always = weight[f.Code], sorted(years[f]), always[f.Code]
			out = append(out, q)
		}
	}
	for _, t := range tallies {
		q := Question{Code: t.code, Label: t.fact.Label(lang), Kind: t.fact.Kind, List: t.list.Code, Weight: max(1, weight[t.code]), always: always[t.code]}
		if t.fact.Unit != nil {
			q.Unit = t.fact.Unit.Name
		}
		if d := declared(p, t.list.Code); d != nil {
			q.From = from(d)
		}
		out = append(out, q)
	}
	slices.SortStableFunc(out, func(a, b Question) int { return cmp.Compare(a.rank(), b.rank()) })
	for i := range out {
		out[i].First = i < firstQuestions
	}
	return out
}

// bindingRules are the rules that refuse, veto or lead to another track, and
// those that they refer to, in the program's order.
func bindingRules(p *rule.Program) []*rule.Rule {
	byID := map[string]*rule.Rule{}
	for i := range p.Rules {
		byID[p.Rules[i].ID] = &p.Rules[i]
	}
	binds := map[*rule.Rule]bool{}
	var mark func(r *rule.Rule)
	mark = func(r *rule.Rule) {
		if r == nil || binds[r] {
			return
		}
		binds[r] = true
		rule.Walk(r.Node, func(n rule.Node) bool {
			if ref, ok := n.(*rule.Ref); ok {
				mark(byID[ref.Rule])
			}
			return true
		})
	}
	for i := range p.Rules {
		if e := p.Rules[i].Effect; e == rule.Refuse || e == rule.Veto || e == rule.Route {
			mark(&p.Rules[i])
		}
	}
	var out []*rule.Rule
	for i := range p.Rules {
		if binds[&p.Rules[i]] {
			out = append(out, &p.Rules[i])
		}
	}
	return out
}

// askedKinds are the kinds of facts that a short form can ask for.
var askedKinds = []rule.Kind{rule.BoolKind, rule.IntegerKind, rule.DecimalKind, rule.MoneyKind, rule.PercentKind, rule.DateKind, rule.YearKind,
	rule.SeriesKind, rule.ChoiceKind, rule.ChoicesKind, rule.PlaceKind, rule.TextKind}

// decisive are the codes of the facts and tallies that a rule rests on, each
// once; the years of series that it looks at are added to years.
func decisive(r *rule.Rule, tallies map[string]*tally, years map[*rule.Fact][]int) []string {
	var out []string
	add := func(code string) {
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	for _, f := range rule.FactsUsed(r.Node) {
		if slices.Contains(askedKinds, f.Kind) && f.Path() == f.Code { // no column of a list
			add(f.Code)
		}
	}
	rule.Walk(r.Node, func(n rule.Node) bool {
		if t := tallies[string(rule.Canonical(n))]; t != nil {
			add(t.code)
		}
		for _, o := range rule.Operands(n) {
			a, ok := o.(*rule.Agg)
			if !ok {
				continue
			}
			if t := tallies[string(rule.Canonical(&rule.Compare{L: a, Op: rule.Equal, R: a}))]; t != nil {
				add(t.code)
			}
			if a.Over != nil {
				for y := a.Over.From; y <= a.Over.To; y++ {
					years[a.Of] = append(years[a.Of], int(y))
				}
			}
		}
		return rule.Where(n) == nil
	})
	return out
}

func sorted(years []int) []int {
	slices.Sort(years)
	return slices.Compact(years)
}

// rank orders questions: what somebody knows without looking it up before what
// stands in the books, and that before what has to be judged; what is asked of
// everybody before what is asked under a condition; among these, what more
// conditions rest on.
func (q Question) rank() int {
	hard := q.hardness()
	if !q.always && q.Weight < 3 {
		hard += 2
	}
	return 8*hard - min(q.Weight, 7)
}

// hardness says how hard the answer is to come by, from 0.
func (q Question) hardness() int {
	known := strings.HasPrefix(q.From, "profile.")
	switch {
	case q.Kind == rule.PlaceKind:
		return 0
	case q.List != "" && q.Kind == rule.BoolKind:
		return 6
	case q.List != "":
		return 2
	case known && (q.Kind == rule.ChoiceKind || q.Kind == rule.BoolKind):
		return 1
	}
	switch q.Kind {
	case rule.ChoiceKind, rule.SeriesKind, rule.MoneyKind, rule.DecimalKind:
		return 2
	case rule.BoolKind, rule.IntegerKind:
		return 3
	case rule.TextKind:
		return 8
	}
	return 5
}

func questionOf(p *programme.Package, f *rule.Fact, lang string) Question {
	q := Question{Code: f.Code, Label: f.Label(lang), Kind: f.Kind, Options: f.Options}
	if f.Kind == rule.SeriesKind {
		q.Of = f.Of
	}
	if f.Unit != nil {
		q.Unit = f.Unit.Name
	}
	if d := declared(p, f.Code); d != nil {
		q.Help, q.From = d.Help, from(d)
	}
	return q
}

// declared is how the form declares a fact, or nil.
func declared(p *programme.Package, code string) *programme.Fact {
	for _, s := range p.Form.Sections {
		for _, f := range s.Facts {
			if f.ID == code {
				return f
			}
		}
	}
	return nil
}

func from(f *programme.Fact) string {
	if f.From == "none" {
		return ""
	}
	return f.From
}
