package bench

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"

	"shenbao/rule"
	"shenbao/rule/ruletest"
	"shenbao/rule/sqltext"
	"shenbao/rule/sweep"
)

// The bulk benchmarks answer twelve rules for a million units in every way there
// is. What is timed was held to one checksum of all answers before.

const (
	bulkUnits = 1_000_000
	inMemory  = 1 << 15 // units that the slow sides go round
)

// A bulk is made-up units in the forms that the sides want them in.
type bulk struct {
	units   int
	program *rule.Program
	table   *sweep.Table
	plan    *sweep.Plan
	rows    []closureRow
	sum     int64
}

var million = sync.OnceValue(func() *bulk { return newBulk(bulkUnits) })

func newBulk(n int) *bulk {
	k := &bulk{units: n, program: ruletest.Enterprises()}
	k.table = sweep.NewTable(k.program.Schema, k.program.Rules)
	next := k.draw()
	for range n {
		f := next()
		k.table.Append(f)
		k.rows = append(k.rows, rowOf(f))
	}
	plan, fault := sweep.NewPlan(k.program, k.table)
	if fault != nil {
		panic(fault.Key) // the rules are part of the benchmark
	}
	k.plan = plan
	return k
}

// draw draws the units, one after the other and always the same. The facts are
// reused.
func (k *bulk) draw() func() *rule.Facts {
	r, f := rand.New(rand.NewPCG(7, 7)), k.program.Schema.NewFacts()
	return func() *rule.Facts {
		ruletest.DrawEnterprise(r, f)
		return f
	}
}

// some are the facts of the first units.
func (k *bulk) some(n int) (out []*rule.Facts) {
	next := k.draw()
	for range n {
		out = append(out, next().Clone())
	}
	return out
}

// weight is what an answer of a unit adds to the checksum: each rule is a digit
// to base 3, and each unit has its own factor.
func weight(unit, i int, t rule.Truth) int64 {
	w := int64(unit%9973 + 1)
	for range i {
		w *= 3
	}
	return w * [...]int64{rule.Unmet: 0, rule.Met: 1, rule.Unknown: 2}[t]
}

// checksum is that of the sweep, made once, after the closures gave the same.
func (k *bulk) checksum(tb testing.TB) int64 {
	tb.Helper()
	if k.sum != 0 {
		return k.sum
	}
	v, err := k.plan.Run(tb.Context(), 0)
	if err != nil {
		tb.Fatal(err)
	}
	var byHand int64
	for i, c := range closures() {
		met, unmet, unknown := v.Counts(i)
		tb.Logf("%s: %d met, %d unmet, %d unknown: %s", k.program.Rules[i].ID, met, unmet, unknown, rule.Format(k.program.Rules[i].Node, "en"))
		for unit := range k.rows {
			k.sum += weight(unit, i, v.Truth(i, unit))
			byHand += weight(unit, i, c(&k.rows[unit]))
		}
	}
	if k.sum != byHand {
		tb.Fatalf("the sweep's checksum is %d, that of the closures %d", k.sum, byHand)
	}
	return k.sum
}

// perUnit reports what the benchmark took for one unit.
func perUnit(b *testing.B, units int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(units), "ns/unit")
}

// BenchmarkBulk is the sweep on one core and on all, on one core when all units
// are in its cache, and after one threshold was moved; and closures.
func BenchmarkBulk(b *testing.B) {
	k := million()
	k.checksum(b)
	run := func(name string, k *bulk, workers int) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := k.plan.Run(b.Context(), workers); err != nil {
					b.Fatal(err)
				}
			}
			perUnit(b, k.units)
			b.ReportMetric(float64(k.table.Bytes())/float64(k.units), "B/unit")
		})
	}
	run("sweep", k, 1)
	run("all-cores", k, runtime.GOMAXPROCS(0))
	run("in-cache", newBulk(1<<16), 1)
	v := k.verdicts(b)
	for _, id := range []string{"r3", "r5", "r1"} {
		b.Run("what-if-"+id, func(b *testing.B) {
			for b.Loop() {
				if _, err := sweep.WhatIf(b.Context(), k.program, k.table, v, id); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("closures", func(b *testing.B) {
		of, met := closures(), 0
		for b.Loop() {
			for i := range k.rows {
				for _, c := range of {
					met += int(c(&k.rows[i]))
				}
			}
		}
		perUnit(b, k.units)
		b.ReportMetric(232, "B/unit")
	})
}

// BenchmarkBulkOne is the sides that take one unit after the other: the
// reference engine, and cel-go in its best form, unknown facts as unknown values.
func BenchmarkBulkOne(b *testing.B) {
	k := million()
	facts, v := k.some(inMemory), k.verdicts(b)
	b.Run("reference", func(b *testing.B) {
		res := k.program.NewResult()
		for b.Loop() {
			for _, f := range facts {
				k.program.Eval(f, res)
			}
		}
		perUnit(b, len(facts))
	})
	d, err := NewIdiom(k.program.Schema, k.program.Rules)
	if err != nil {
		b.Fatal(err)
	}
	var vars []map[string]any
	truths := make([]rule.Truth, len(k.program.Rules))
	for unit, f := range facts {
		vars = append(vars, d.Vars(f))
		if err := d.Eval(vars[unit], truths); err != nil {
			b.Fatal(err)
		}
		for i, t := range truths {
			if want := v.Truth(i, unit); t != want {
				b.Fatalf("unit %d, %s: cel-go says %s, the sweep %s", unit, d.Texts[i], t, want)
			}
		}
	}
	b.Run("cel", func(b *testing.B) {
		for b.Loop() {
			for _, v := range vars {
				if err := d.Eval(v, truths); err != nil {
					b.Fatal(err)
				}
			}
		}
		perUnit(b, len(vars))
	})
}

func (k *bulk) verdicts(tb testing.TB) *sweep.Verdicts {
	tb.Helper()
	v, err := k.plan.Run(tb.Context(), 0)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// BenchmarkBulkSQL has databases answer by the emitted text, their tables in
// memory, the answers drawn together to the checksum inside.
func BenchmarkBulkSQL(b *testing.B) {
	k := million()
	want := k.checksum(b)
	for _, db := range databases(b) {
		text, ask := k.ask(b, db.dialect)
		next := k.draw()
		db.fill(b, text, k.units, func(int) *rule.Facts { return next() })
		modes := [][2]string{{"", "ANALYZE"}}
		if db.dialect == sqltext.Postgres {
			db.SetMaxOpenConns(1) // settings are the connection's
			db.mustExec(b, "SET max_parallel_workers_per_gather = 0")
			db.mustExec(b, "VACUUM ANALYZE")
			modes = [][2]string{{"-jit-off", "SET jit = off"}, {"-jit-on", "SET jit = on"}}
		}
		for _, mode := range modes {
			db.mustExec(b, mode[1])
			b.Run(string(db.dialect)+mode[0], func(b *testing.B) {
				for b.Loop() {
					var got sql.NullInt64
					if err := db.QueryRow(ask.SQL, ask.Args...).Scan(&got); err != nil || got.Int64 != want {
						b.Fatalf("the checksum is %d, want %d %v", got.Int64, want, err)
					}
				}
				perUnit(b, k.units)
			})
		}
	}
}

func (db database) mustExec(tb testing.TB, statement string) {
	tb.Helper()
	if _, err := db.Exec(statement); err != nil {
		tb.Fatal(statement, err)
	}
}

// ask is the text of the rules, and the question for the checksum of all answers.
func (k *bulk) ask(tb testing.TB, d sqltext.Dialect) (*sqltext.Text, sqltext.Statement) {
	tb.Helper()
	text, f := sqltext.New(k.program, d, "units")
	if f != nil || len(text.Refused) > 0 {
		tb.Fatal(f, text.Refused)
	}
	var digits []string
	factor := 1
	for _, i := range text.Rules {
		digits = append(digits, fmt.Sprintf(`%d * coalesce("%s", 2)`, factor, k.program.Rules[i].ID))
		factor *= 3
	}
	q := text.Query(false)
	q.SQL = "SELECT CAST(sum((CAST(unit AS INTEGER) % 9973 + 1) * CAST(" + strings.Join(digits, " + ") + " AS BIGINT)) AS BIGINT) FROM (\n" + q.SQL + "\n) AS answers"
	return text, q
}

// BenchmarkTenMillion answers twelve rules for ten million units on all cores.
func BenchmarkTenMillion(b *testing.B) {
	p := ruletest.Enterprises()
	k := &bulk{units: 10_000_000, program: p, table: sweep.NewTable(p.Schema, p.Rules)}
	next := k.draw()
	for range k.units {
		k.table.Append(next())
	}
	plan, fault := sweep.NewPlan(p, k.table)
	if fault != nil {
		b.Fatal(fault.Key)
	}
	b.Run("all-cores", func(b *testing.B) {
		for b.Loop() {
			if _, err := plan.Run(b.Context(), 0); err != nil {
				b.Fatal(err)
			}
		}
		perUnit(b, k.units)
		b.ReportMetric(float64(k.table.Bytes())/(1<<20), "MiB")
	})
}

// TestBulkSides holds all sides to one another on fewer units.
func TestBulkSides(t *testing.T) {
	k := newBulk(3000)
	want, v := k.checksum(t), k.verdicts(t)
	d, err := NewIdiom(k.program.Schema, k.program.Rules)
	if err != nil {
		t.Fatal(err)
	}
	res, truths := k.program.NewResult(), make([]rule.Truth, len(k.program.Rules))
	for unit, f := range k.some(k.units) {
		k.program.Eval(f, res)
		if err := d.Eval(d.Vars(f), truths); err != nil {
			t.Fatal(err)
		}
		for i := range truths {
			if got := v.Truth(i, unit); got != res.Rules[i] || truths[i] != res.Rules[i] {
				t.Fatalf("unit %d, %s: the sweep says %s, cel-go %s, the reference %s", unit, d.Texts[i], got, truths[i], res.Rules[i])
			}
		}
	}
	for i := range k.program.Rules {
		if met, unmet, unknown := v.Counts(i); met < 50 || unmet < 20 || unknown < 40 {
			t.Errorf("rule %d: %d met, %d unmet, %d unknown", i+1, met, unmet, unknown)
		}
	}
	for _, db := range databases(t) {
		text, ask := k.ask(t, db.dialect)
		next := k.draw()
		db.fill(t, text, k.units, func(int) *rule.Facts { return next() })
		var got sql.NullInt64
		if err := db.QueryRow(ask.SQL, ask.Args...).Scan(&got); err != nil || got.Int64 != want {
			t.Errorf("%s: the checksum is %d, want %d %v", db.dialect, got.Int64, want, err)
		}
	}
}
