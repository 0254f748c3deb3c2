package main

import (
	"fmt"
	"strings"
)

// plainBytes is what a unit of the bulk benchmark takes when nothing is saved:
// amounts in 64 bits, other numbers in 32, two bits a flag, one bit a number for
// whether it is known.
const plainBytes = 7*8 + 7*4 + 14*2/8. + 14/8.

// bulkSides are the rows of the table, as the benchmarks are named.
var bulkSides = [][2]string{
	{"BulkOne/cel", "cel-go at its fastest, units in memory as CEL values"},
	{"BulkSQL/sqlite", "SQLite, the emitted text, table in memory"},
	{"BulkSQL/postgres-jit-off", "PostgreSQL, the emitted text, table warm, jit off"},
	{"BulkSQL/postgres-jit-on", "the same, jit on"},
	{"BulkOne/reference", "the reference engine, every leaf recorded"},
	{"Bulk/closures", "Go closures over rows of numbers, written for these rules"},
	{"Bulk/sweep", "**sweep**"},
	{"simd:Bulk/sweep", "**sweep**, built with GOEXPERIMENT=simd"},
	{"Bare", "no rules: a scalar loop that compares each number with one constant"},
}

// bulk is the part about many units.
func bulk(got results) string {
	var b strings.Builder
	b.WriteString(bulkHead)
	cel, read := got.perUnit("BulkOne/cel"), got["Memory/one-core"]["GB/s"]
	b.WriteString("| side | ns a unit | M units/s | B a unit | GB/s | of the read bandwidth | × cel-go |\n|---|--:|--:|--:|--:|--:|--:|\n")
	for _, s := range bulkSides {
		x, ok := got[s[0]]
		if !ok {
			fmt.Fprintf(&b, "| %s | not measured | | | | | |\n", s[1])
			continue
		}
		ns, bytes := x["ns/unit"], x["B/unit"]
		memory := "| | | "
		if bytes > 0 {
			memory = fmt.Sprintf("| %.1f | %.1f | %.0f %% ", bytes, bytes/ns, 100*bytes/ns/read)
		}
		fmt.Fprintf(&b, "| %s | %s | %s %s| %.1f × |\n", s[1], digits(ns), digits(1e3/ns), memory, cel/ns)
	}
	bytes := got["Bulk/sweep"]["B/unit"]
	fmt.Fprintf(&b, "| reading the sweep's table, and nothing else | %.2f | %.0f | %.1f | %.1f | 100 %% | %.0f × |\n", bytes/read, 1e3*read/bytes, bytes, read, cel*read/bytes)
	fmt.Fprintf(&b, "\n| other questions | plain Go | with SIMD |\n|---|--:|--:|\n")
	both := func(what, name, unit string, scale float64) {
		fmt.Fprintf(&b, "| %s | %.2f %s | %.2f %s |\n", what, got[name].ns()/scale, unit, got["simd:"+name].ns()/scale, unit)
	}
	both("12 rules, a million units, all cores", "Bulk/all-cores", "ms", 1e6)
	both("another threshold in a rule about a count, a million units", "Bulk/what-if-r3", "ms", 1e6)
	both("… about an amount", "Bulk/what-if-r5", "ms", 1e6)
	both("… about a sum over three years", "Bulk/what-if-r1", "ms", 1e6)
	ten := got["TenMillion/all-cores"]
	fmt.Fprintf(&b, "| 12 rules, ten million units (%.0f MiB), all cores | %.1f ms | |\n", ten["MiB"], ten.ns()/1e6)
	for _, name := range got.under("Match/") {
		fmt.Fprintf(&b, "| one unit, 100,000 calls by the index (%s) | %.1f µs | |\n", name, got["Match/"+name].ns()/1e3)
	}
	b.WriteString(ceiling(got))
	return b.String()
}

// digits prints a number with about three digits.
func digits(n float64) string {
	switch {
	case n < 10:
		return fmt.Sprintf("%.2f", n)
	case n < 100:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.0f", n)
}

// ceiling says why the sweep does not run at the speed of the memory.
func ceiling(got results) string {
	read, bytes, sweep := got["Memory/one-core"]["GB/s"], got["Bulk/sweep"]["B/unit"], got.perUnit("Bulk/sweep")
	bare := got["Bare"]
	return fmt.Sprintf(bulkCeiling, read, bytes, bytes/read/0.6, plainBytes, plainBytes/read, 100*got.share("Bulk/sweep", plainBytes), 100*got.share("simd:Bulk/sweep", plainBytes),
		bare["ns/unit"], bare["B/unit"], 100*got.share("Bare", bare["B/unit"]), sweep,
		got.perUnit("Bulk/in-cache"), got.perUnit("simd:Bulk/in-cache"), sweep, got.perUnit("simd:Bulk/sweep"))
}

// bulkGoals are the goals about many units.
func bulkGoals(got results, row func(goal, measured string, met bool)) {
	cel := got.perUnit("BulkOne/cel")
	times := cel / got.perUnit("Bulk/sweep")
	row("12 rules for a million units, per core, 150 × the cel-go loop", fmt.Sprintf("%.0f ×", times), times >= 150)
	bytes := got["Bulk/sweep"]["B/unit"]
	share := func(side string, least float64, how string) {
		s := got.share(side, bytes)
		row(fmt.Sprintf("%.0f %% of the read bandwidth of one core, %s", 100*least, how),
			fmt.Sprintf("%.0f %% by the bytes it reads, %.0f %% by those of the plain layout", 100*s, 100*got.share(side, plainBytes)), s >= least)
	}
	share("Bulk/sweep", 0.6, "plain Go")
	share("simd:Bulk/sweep", 0.9, "SIMD")
	within := func(goal, name string, ns float64) {
		x := got[name].ns()
		row(goal, fmt.Sprintf("%.3g ms", x/1e6), x > 0 && x <= ns)
	}
	within("12 rules for ten million units on all cores within 200 ms", "TenMillion/all-cores", 200e6)
	within("one unit against 100,000 calls within 0.05 ms", "Match/round", 50e3)
	for _, id := range []string{"r3", "r5", "r1"} {
		within("a threshold changed for a million units within 1 ms ("+id+")", "Bulk/what-if-"+id, 1e6)
	}
}

const bulkHead = `
## Twelve rules for a million units

A million made-up enterprises, 8 of 100 values missing; twelve rules as a call for technology innovation centres has them: a sum and a ratio over three years, limits, an age, a place by the first digits of its code, a choice, one of six achievements, an implication ([rule/ruletest/enterprise.go](../rule/ruletest/enterprise.go)). Every side finds all twelve answers, met, unmet or unknown, of every unit; times are for one core.

- **sweep** writes the answers down, two bits each. **Go closures** and the **reference engine** find them and go on; the databases draw them together to one checksum inside.
- **cel-go at its fastest** is as described below, with unknown facts as unknown values; it and the reference engine go round 32,768 units that lie in memory.
- **PostgreSQL** has one worker, and its table in its own or the system's buffers.
- The **read bandwidth** is that of a loop over 256 MiB that only adds up, on one core, measured between the runs.

`

const bulkCeiling = `
**Why it is not the memory that sets the pace.** One core here reads %.1f GB/s when it only adds up. The sweep's table holds a unit in %.1f bytes, so 60 %% of that speed would be %.2f ns a unit. A layout that saves nothing takes %.1f bytes, which one core reads in %.2f ns; by those bytes the sweep runs at %.0f %% of the bandwidth, with SIMD at %.0f %%. A scalar loop that does no more than compare the numbers of that layout with one constant and pack the bits, with no rule, no sum and nothing unknown, takes %.2f ns for its %.0f bytes, %.0f %% of the bandwidth; the sweep takes %.2f ns for everything. It gets there because a comparison over bit planes works on 64 rows at once, and it gets no further for two reasons. Sums and the ratio work on one row at a time: with all units in the cache the sweep takes %.2f ns (%.2f with SIMD, which widens them). The rest of the %.2f ns (%.2f) is waiting: a batch of 4,096 units lies in some sixty pieces of memory, each of which begins with a wait that the processor foresees only within a page, and Go has no instruction to ask ahead.
`
