package sweep

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"shenbao/rule"
	"shenbao/rule/ruletest"
)

// The comparison with other ways of answering is in the module bench; here is
// what shows whether a change makes the sweep faster.

const benchRows = 1_000_000

// million is the benchmark's table, filled once.
var million = sync.OnceValues(func() (*rule.Program, *Table) { return enterpriseTable(benchRows) })

func enterpriseTable(n int) (*rule.Program, *Table) {
	p := ruletest.Enterprises()
	t := NewTable(p.Schema, p.Rules)
	r, f := rand.New(rand.NewPCG(7, 7)), p.Schema.NewFacts()
	for range n {
		enterprise(r, f)
		t.Append(f)
	}
	return p, t
}

// enterprises is what is asked of made-up units, enterprise draws one.
func enterprises(testing.TB) *rule.Program       { return ruletest.Enterprises() }
func enterprise(r *rand.Rand, facts *rule.Facts) { ruletest.DrawEnterprise(r, facts) }

// BenchmarkSweep answers 12 rules for a million units.
func BenchmarkSweep(b *testing.B) {
	p, t := million()
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			plan, fault := NewPlan(p, t)
			if fault != nil {
				b.Fatal(fault)
			}
			for b.Loop() {
				if _, err := plan.Run(b.Context(), workers); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/unit")
			b.ReportMetric(float64(t.Bytes())/benchRows, "B/unit")
		})
	}
}

// BenchmarkEval is the reference engine, one unit after the other.
func BenchmarkEval(b *testing.B) {
	p := ruletest.Enterprises()
	r := rand.New(rand.NewPCG(7, 7))
	units := make([]*rule.Facts, 4096)
	for i := range units {
		units[i] = p.Schema.NewFacts()
		enterprise(r, units[i])
	}
	res, i := p.NewResult(), 0
	for b.Loop() {
		p.Eval(units[i&4095], res)
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/unit")
}

// BenchmarkWhatIf moves one threshold over a million units; the other rules'
// answers are kept. It plans the one rule and answers it: a count, a sum of
// money, a sum over three years.
func BenchmarkWhatIf(b *testing.B) {
	p, t := million()
	plan, fault := NewPlan(p, t)
	if fault != nil {
		b.Fatal(fault)
	}
	v, err := plan.Run(b.Context(), 0)
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range []string{"r3", "r5", "r1"} {
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				if _, err := WhatIf(b.Context(), p, t, v, id); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a table takes is what doc.go says.
func TestBytes(t *testing.T) {
	_, table := enterpriseTable(32 * batchRows)
	// amounts of a year; staff, premises, instruments, birth, units, share, place, field; flags; known or not
	want := 6*4 + (7+20+19+15+2+14+11+4)/8. + 14*0.125 + 30*0.125
	newest := 30 * 8 * 1.3 / 32
	if got := float64(table.Bytes()) / (32 * batchRows); got < want || got > want+newest {
		t.Errorf("%.2f bytes a row, want %.2f and at most %.2f for the newest rows", got, want, newest)
	}
}
