package fits

import (
	"math/rand/v2"
	"slices"
	"testing"

	"shenbao/rule"
	"shenbao/rule/sweep"
)

func schemaOf(t *testing.T, facts ...*rule.Fact) *rule.Schema {
	t.Helper()
	s, faults := rule.NewSchema(facts, nil, nil)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	return s
}

func callOf(t *testing.T, s *rule.Schema, effect rule.Effect, texts ...string) *rule.Program {
	t.Helper()
	var rules []rule.Rule
	for i, text := range texts {
		n, f := s.Parse(text)
		if f != nil {
			t.Fatal(text, f)
		}
		rules = append(rules, rule.Rule{ID: string(rune('a' + i)), Node: n, Effect: effect})
	}
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	return p
}

func money(unit string) *rule.Fact {
	return &rule.Fact{Code: "m", Name: "金额", Kind: rule.MoneyKind, Unit: rule.FindUnit(unit)}
}

func known(n int64) rule.Value { return rule.Value{State: rule.Known, N: n} }

// Schemas that declare the same are read once; attributes of one code and kind
// are one operand, of another kind another.
func TestAttributes(t *testing.T) {
	number := func(unit string) *rule.Fact {
		return &rule.Fact{Code: "m", Name: "数", Kind: rule.IntegerKind, Unit: rule.FindUnit(unit)}
	}
	choice := func(options ...rule.Option) *rule.Fact {
		return &rule.Fact{Code: "m", Name: "类", Kind: rule.ChoiceKind, Options: options}
	}
	first, second := rule.Option{Code: "x", Name: "甲"}, rule.Option{Code: "y", Name: "乙"}
	apart := []*rule.Program{
		callOf(t, schemaOf(t, number("人")), rule.Refuse, "m > 1 people"), callOf(t, schemaOf(t, number("项")), rule.Refuse, "m > 1 items"),
		callOf(t, schemaOf(t, choice(first, second)), rule.Refuse, "m = x"), callOf(t, schemaOf(t, choice(second, first)), rule.Refuse, "m = x"),
		callOf(t, schemaOf(t, choice(first, second)), rule.Refuse, "m = y"),
	}
	if ix := NewIndex(apart); len(ix.operands) != 4 || len(ix.Schemas()) != 4 {
		t.Errorf("%d operands of people, things and two sets of options, %d schemas", len(ix.operands), len(ix.Schemas()))
	}
	people := number("人")
	a, again, yuan, other := schemaOf(t, money("万元")), schemaOf(t, money("万元")), schemaOf(t, money("元")), schemaOf(t, people)
	ix := NewIndex([]*rule.Program{
		callOf(t, a, rule.Refuse, "m >= 1 wan_yuan"), callOf(t, again, rule.Refuse, "m > 3 wan_yuan"),
		callOf(t, yuan, rule.Refuse, "m < 2 wan_yuan"), callOf(t, other, rule.Refuse, "m >= 5 people"),
	})
	if got := ix.Schemas(); !slices.Equal(got, []*rule.Schema{a, yuan, other}) {
		t.Fatalf("%d schemas", len(got))
	}
	if len(ix.operands) != 2 || ix.Calls() != 4 || ix.Bytes() <= 0 {
		t.Errorf("%d operands for money and people", len(ix.operands))
	}
	m := ix.NewMatcher()
	f, g, h := a.NewFacts(), yuan.NewFacts(), other.NewFacts()
	f.Set(a.Facts[0], known(4e6))
	h.Set(people, known(4))
	for _, tt := range []struct {
		yuan int64 // what the schema in yuan was told; 4e6 is what the other was
		odd  bool
		want []sweep.Class
	}{
		{4e6, false, []sweep.Class{sweep.Qualifying, sweep.Qualifying, sweep.Not, sweep.Not}},
		{4e2, true, []sweep.Class{sweep.Qualifying, sweep.Qualifying, sweep.Qualifying, sweep.Not}},
	} {
		g.Set(yuan.Facts[0], known(tt.yuan))
		m.Match(f, g, h)
		var got []sweep.Class
		for i := range ix.Calls() {
			got = append(got, m.Class(i))
		}
		if !slices.Equal(got, tt.want) || m.odd[1] != tt.odd {
			t.Errorf("told %d: %v, odd %v, want %v", tt.yuan, got, m.odd, tt.want)
		}
	}
	if got := m.Append([]int{7}, sweep.Qualifying); !slices.Equal(got, []int{7, 0, 1, 2}) {
		t.Errorf("qualifying are %v", got)
	}
	if j, findings := m.Judge(3); j.Answer != rule.NotEligible || len(findings) != 1 || len(j.Gaps) != 1 || j.Gaps[0].Leaf.Gap != 1 {
		t.Errorf("judged %s", j.Answer)
	}
}

// What each effect makes of the three answers.
func TestEffects(t *testing.T) {
	s := schemaOf(t, money("万元"), &rule.Fact{Code: "b", Name: "标志", Kind: rule.BoolKind})
	for _, effect := range []rule.Effect{rule.Refuse, rule.Veto, rule.Route, rule.Ask, rule.Flag, rule.Advantage, rule.Inform} {
		for _, text := range []string{"b", "b and m > 1 wan_yuan", "b or m > 1 wan_yuan"} {
			p := callOf(t, s, effect, text)
			m := newIndex([]*rule.Program{p}, 1).NewMatcher()
			for _, state := range []rule.State{rule.Known, rule.NotSupplied} {
				for yes := range int64(2) {
					f := s.NewFacts()
					f.Set(s.Facts[1], rule.Value{State: state, N: yes})
					f.Set(s.Facts[0], known(2e6*yes))
					var seen [3]int
					agree(t, m, []*rule.Program{p}, []*rule.Facts{f}, &seen)
				}
			}
		}
	}
}

// Nothing to ask, nothing to know: no calls, and calls without rules.
func TestEmpty(t *testing.T) {
	NewIndex(nil).NewMatcher().Match()
	s := schemaOf(t, money("万元"))
	m := NewIndex([]*rule.Program{callOf(t, s, rule.Refuse), callOf(t, s, rule.Refuse, "m > 1 wan_yuan")}).NewMatcher()
	m.Match(s.NewFacts())
	if q, c, n := m.Count(); q != 1 || c != 1 || n != 0 {
		t.Errorf("%d, %d, %d of a call without rules and one of which nothing is known", q, c, n)
	}
}

// A rule that has no form within the bounds is left to the reference engine,
// and its other parts are indexed all the same; it is asked only while the call
// is undecided.
func TestRemainder(t *testing.T) {
	var facts []*rule.Fact
	wide := "at least 4 of ("
	for i := range 9 {
		c := string(rune('a' + i))
		facts = append(facts, &rule.Fact{Code: c, Name: "标志" + c, Kind: rule.BoolKind})
		wide += c + "; "
	}
	s := schemaOf(t, append(facts, money("万元"))...)
	p := callOf(t, s, rule.Refuse, "m > 1 wan_yuan and "+wide[:len(wide)-2]+")")
	ix := NewIndex([]*rule.Program{p})
	if len(ix.left) != 1 || len(ix.operands) != 1 {
		t.Fatalf("%d calls left, %d operands", len(ix.left), len(ix.operands))
	}
	m, f := ix.NewMatcher(), s.NewFacts()
	for _, tt := range []struct {
		flags int
		m     int64
		want  sweep.Class
		asked int
	}{{4, 1e6, sweep.Not, 0}, {3, 2e6, sweep.Could, 1}, {4, 2e6, sweep.Qualifying, 1}} {
		f.Set(s.Fact("m"), known(tt.m))
		for i := range tt.flags {
			f.Set(facts[i], known(1))
		}
		for i := tt.flags; i < len(facts); i++ {
			f.Set(facts[i], rule.Value{})
		}
		m.Match(f)
		if m.Class(0) != tt.want || len(m.answered) != tt.asked {
			t.Errorf("%d flags, %d: %s after %d programs asked, want %s after %d", tt.flags, tt.m, m.Class(0), len(m.answered), tt.want, tt.asked)
		}
	}
}

// Once grown, a match allocates nothing.
func TestMatchDoesNotAllocate(t *testing.T) {
	k := newMarket(t, 2000, func(k *market) { k.many = true })
	ix := NewIndex(k.calls)
	m := ix.NewMatcher()
	var units [][]*rule.Facts
	for range 4 {
		units = append(units, laidBy(ix, k.unit()))
		m.Match(units[len(units)-1]...)
	}
	list := make([]int, 0, len(k.calls))
	if n := testing.AllocsPerRun(5, func() {
		for _, u := range units {
			m.Match(u...)
			list = m.Append(list[:0], sweep.Could)
		}
	}); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
}

// A call with more any-ofs than the index has room for is answered as any other.
func TestManyGroups(t *testing.T) {
	var facts []*rule.Fact
	for i := range 20 {
		c := string(rune('a' + i))
		facts = append(facts, &rule.Fact{Code: c, Name: "标志" + c, Kind: rule.BoolKind})
	}
	s := schemaOf(t, facts...)
	var texts []string
	for i := range 9 {
		texts = append(texts, facts[2*i].Code+" or ("+facts[2*i+1].Code+" and "+facts[i].Code+")")
	}
	calls := []*rule.Program{callOf(t, s, rule.Refuse, texts...), callOf(t, s, rule.Refuse, texts[:3]...)}
	m := NewIndex(calls).NewMatcher()
	if len(m.ix.left) != 1 {
		t.Fatalf("%d calls with rules left", len(m.ix.left))
	}
	var seen [3]int
	r := rand.New(rand.NewPCG(2, 2))
	for range 400 {
		f := s.NewFacts()
		for _, fact := range facts {
			f.Set(fact, rule.Value{State: []rule.State{rule.Known, rule.Known, rule.Known, rule.Known, rule.NotSupplied}[r.IntN(5)], N: int64(min(1, r.IntN(9)))})
		}
		agree(t, m, calls, []*rule.Facts{f}, &seen)
	}
}

// A leaf that many calls share is asked once for a unit, and not at all when
// nothing rests on it any more.
func TestAskedOnce(t *testing.T) {
	asked := 0
	org := &rule.Fact{Code: "org", Name: "单位", Kind: rule.UnitKind}
	s, faults := rule.NewSchema([]*rule.Fact{org, money("万元")}, nil, []*rule.Check{{Code: "look", Name: "查", Args: []rule.ArgKind{rule.UnitArg},
		Run: func(f *rule.Facts, args []rule.Arg) (rule.Truth, rule.Reasons) {
			asked++
			return rule.Of(f.Value(args[0].Fact).S == "x"), 0
		}}})
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	for _, calls := range []int{sharedBy, 300 * sharedBy} { // of many, the leaf is rare
		var list []*rule.Program
		for i := range calls {
			texts := []string{"m > 1 wan_yuan"}
			if i < sharedBy {
				texts = append(texts, "check look(org)")
			}
			list = append(list, callOf(t, s, rule.Refuse, texts...))
		}
		m, f := NewIndex(list).NewMatcher(), s.NewFacts()
		f.Set(org, rule.Value{State: rule.Known, S: "y"})
		for _, tt := range []struct{ m, asked int64 }{{1e6, 0}, {2e6, 1}} {
			asked = 0
			f.Set(s.Fact("m"), known(tt.m))
			m.Match(f)
			if _, _, not := m.Count(); asked != int(tt.asked) || not != max(sharedBy, calls*int(1-tt.asked)) {
				t.Errorf("%d calls: asked %d times, want %d; the unit does not fit %d", calls, asked, tt.asked, not)
			}
		}
	}
}
