package sweep

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"shenbao/rule"
)

// Limits at the edges of 32 and 64 bits are kept apart; so are those at the edges
// of what a batch holds.
func TestWidths(t *testing.T) {
	w := newWorld(1)
	edges := []int64{math.MinInt32 - 1, math.MinInt32, math.MinInt32 + 1, -1, 0, math.MaxInt32 - 1, math.MaxInt32, math.MaxInt32 + 1, -1e15, 1e15}
	var rules []rule.Rule
	for _, c := range edges {
		for op := rule.AtLeast; op <= rule.NotEqual; op++ {
			limit := &rule.Number{Quantity: rule.Quantity{Dec: "0", Unit: rule.FindUnit("人"), N: c}}
			rules = append(rules, rule.Rule{ID: fmt.Sprint(c, op), Node: &rule.Compare{L: &rule.FactOf{Fact: w.s.Fact("n")}, Op: op, R: limit}})
		}
	}
	for i := range rules { // the canonical form is by the written number
		rules[i].Node.(*rule.Compare).R.(*rule.Number).Dec = fmt.Sprint(edges[i/6])
	}
	for _, values := range [][]int64{edges, edges[1:7]} { // the second fit 32 bits
		var units []*rule.Facts
		for _, n := range values {
			f := w.s.NewFacts()
			f.Set(w.s.Fact("n"), rule.Value{State: rule.Known, N: n})
			units = append(units, f)
		}
		agree(t, w.s, rules, units)
	}
}

// A table gives back what it was given.
func TestRead(t *testing.T) {
	w := newWorld(4)
	rules := w.rules(60)
	table := NewTable(w.s, rules)
	var units []*rule.Facts
	for range 1500 {
		f := w.facts(0.3, nil)
		units = append(units, f)
		table.Append(f)
	}
	for i, f := range units {
		got := w.s.NewFacts()
		table.Read(i, got)
		for _, fact := range w.s.Facts {
			switch {
			case !table.Uses(fact), fact.Kind == rule.SeriesKind:
			case fact.Kind != rule.ListKind:
				if g, want := got.Value(fact), f.Value(fact); g.State != want.State || g.N != want.N || g.S != want.S || g.Label != want.Label || g.Set != want.Set {
					if fact.Kind != rule.UnitKind && fact.Kind != rule.PersonKind || g.S != want.S || g.Label != want.Label || g.State != want.State {
						t.Fatalf("unit %d, %s: %+v, want %+v", i, fact.Code, g, want)
					}
				}
			default:
				if g, want := got.Rows(fact), f.Rows(fact); g.State != want.State || want.State == rule.Known && (g.N != want.N || g.Complete != want.Complete) {
					t.Fatalf("unit %d, %s: %+v, want %+v", i, fact.Code, g, want)
				}
			}
		}
	}
}

// A batch is answered without allocating, named checks and row conditions
// included.
func TestNoAllocation(t *testing.T) {
	w := newWorld(6)
	rules := w.rules(40)
	table := NewTable(w.s, rules)
	for range 2 * batchRows {
		table.Append(w.facts(0.2, nil))
	}
	p, faults := rule.Compile(w.s, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	plan, fault := NewPlan(p, table)
	if fault != nil {
		t.Fatal(fault)
	}
	for _, reasons := range []bool{false, true} {
		m := plan.machine(reasons)
		m.run(0)
		m.run(1)
		if n := testing.AllocsPerRun(10, func() { m.run(0) }); n > 0 {
			t.Errorf("%v allocations a batch, reasons %v", n, reasons)
		}
	}
}

// The calendar is that of the standard library.
func TestCalendar(t *testing.T) {
	for d := int64(-80_000); d < 80_000; d++ {
		y, m, n := civil(d)
		if text := fmt.Sprintf("%04d-%02d-%02d", y, m, n); text != rule.FormatDay(d) {
			t.Fatalf("day %d is %s, want %s", d, text, rule.FormatDay(d))
		}
	}
	for y := int64(1800); y < 2200; y++ {
		if d, _ := rule.ParseDay(fmt.Sprintf("%04d-01-01", y)); yearStart(y) != d {
			t.Fatalf("%d begins on %d, want %d", y, yearStart(y), d)
		}
	}
}

func TestDictionary(t *testing.T) {
	d := newDictionary()
	var codes []uint32
	for i := range 5000 {
		codes = append(codes, d.code(fmt.Sprint("单位", i), fmt.Sprint(i%7)))
	}
	for i, c := range codes {
		e := d.entries[c]
		if d.code(fmt.Sprint("单位", i), fmt.Sprint(i%7)) != c || e.text[:e.cut] != fmt.Sprint("单位", i) || e.text[e.cut:] != fmt.Sprint(i%7) {
			t.Fatalf("entry %d is %+v", c, e)
		}
	}
	if d.code("ab", "c") == d.code("a", "bc") {
		t.Error("a code and a name run into each other")
	}
	if !slices.IsSorted(codes) || reflect.DeepEqual(codes[:2], codes[1:3]) {
		t.Error("codes are not given in order")
	}
}
