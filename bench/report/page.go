package main

import (
	"fmt"
	"strings"
)

// groups and sides are the rows of the page, as the benchmarks are named.
var groups = [][2]string{
	{"all", "All %.0f rules, every fact known"},
	{"unverified", "All %.0f rules, as handed in: some facts not verified"},
	{"plain", "The %.0f rules that are not named checks, every fact known"},
}

var sides = [][2]string{
	{"rule", "rule: evaluation, every leaf recorded"},
	{"explained", "rule: evaluation, findings and overall answer"},
	{"sentences", "rule: the same, and every finding in Chinese"},
	{"cel", "cel-go at its fastest, nothing explained"},
	{"tracked", "cel-go, value of every node kept"},
	{"go", "Go by hand: no unknown, nothing explained"},
}

func render(m machine, got results) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, m.Date, m.CPU, m.Cores, m.Memory, m.System, m.Go, m.CEL, m.SQLite, m.Postgres, m.Load)
	b.WriteString(bulk(got))
	b.WriteString(check)
	for _, g := range groups {
		cel := got["Check/"+g[0]+"/cel"]
		fmt.Fprintf(&b, "\n### "+g[1]+"\n\n| side | µs | allocations | B | cel-go at its fastest takes |\n|---|--:|--:|--:|--:|\n", cel["rules"])
		for _, s := range sides {
			if x, ok := got["Check/"+g[0]+"/"+s[0]]; ok {
				fmt.Fprintf(&b, "| %s | %.2f | %.0f | %.0f | %.2f × |\n", s[1], x.ns()/1e3, x.allocs(), x["B/op"], cel.ns()/x.ns())
			}
		}
	}
	b.WriteString("\n## Loading and compiling\n\n| what | ms | allocations |\n|---|--:|--:|\n")
	for _, id := range got.under("Load/") {
		x := got["Load/"+id]
		fmt.Fprintf(&b, "| load `%s`: read, parse, check, compile | %.2f | %.0f |\n", id, x.ns()/1e6, x.allocs())
	}
	rule, cel := got["Compile/rule"], got["Compile/cel"]
	fmt.Fprintf(&b, "| the rules that are not named checks, from text, rule | %.3f | %.0f |\n", rule.ns()/1e6, rule.allocs())
	fmt.Fprintf(&b, "| the same, cel-go (%.0f × as long) | %.3f | %.0f |\n", cel.ns()/rule.ns(), cel.ns()/1e6, cel.allocs())
	b.WriteString(goals(got))
	return b.String()
}

// goals sets the numbers beside what was asked for.
func goals(got results) string {
	var b strings.Builder
	b.WriteString("\n## Goals\n\n| goal | measured | |\n|---|---|---|\n")
	row := func(goal, measured string, met bool) {
		word := "not met"
		if met {
			word = "met"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", goal, measured, word)
	}
	bulkGoals(got, row)
	for _, g := range groups {
		cel := got["Check/"+g[0]+"/cel"]
		for _, s := range [][2]string{{"rule", "every leaf recorded"}, {"explained", "findings and overall answer made too"}} {
			x := got["Check/"+g[0]+"/"+s[0]]
			row("explained check faster than cel-go with no explanation ("+g[0]+", "+s[1]+")",
				fmt.Sprintf("%.2f µs against %.2f µs", x.ns()/1e3, cel.ns()/1e3), x.ns() < cel.ns())
		}
	}
	allocs := 0.0
	for _, g := range groups {
		allocs += got["Check/"+g[0]+"/rule"].allocs()
	}
	row("no allocation in the evaluation", fmt.Sprint(allocs), allocs == 0)
	for _, id := range got.under("Load/") {
		x := got["Load/"+id]
		row("load of a package within 20 ms ("+id+")", fmt.Sprintf("%.1f ms", x.ns()/1e6), x.ns() <= 20e6)
	}
	return b.String()
}

const head = `# Benchmarks

Written by ` + "`make bench`" + ` on %s. Do not edit: run it again.

| | |
|---|---|
| processor | %s, %d cores |
| memory | %s |
| system | %s |
| Go | %s |
| cel-go | %s |
| SQLite | %s |
| PostgreSQL | %s |
| load average at the end | %s |
| method | ` + "`go test -bench`" + `, all sides in one run and in turn; of all runs of a benchmark the fastest counts, by the clock |

The code is in ` + "[bench/](../bench/)" + `. Before anything is timed there, all sides are held to the same answers: ` + "`TestBulkSides`" + ` and a checksum over every answer of every unit for the sweeps, ` + "`TestSidesAgree`" + ` on the example and 3,000 random applications around every limit for the single check.
`

const check = `
## A full check of one application

The application of [docs/example/facts.json](example/facts.json) (a staff of some fifty, registers at hand) against every rule of ` + "`shandong-tic-2024`" + `.

- **rule** evaluates every leaf without short cuts and records what it saw. *Findings* builds the records that people read, *overall answer* draws the conclusion and the three lists from them. Rows and the words of named checks are looked up when somebody reads, in the last of the three.
- **cel-go at its fastest**: one program a rule with OptOptimize, one frame for all programs, facts turned into CEL values beforehand, unknown facts as unknown values, rows as typed objects read without reflection, list rules as ` + "`exists`, `all` and `filter`" + `, ages as one comparison with a date worked out beforehand, lengths counted beforehand, a rule that others refer to evaluated once. It may stop at the first term that decides.
- **cel-go, value of every node kept** is OptExhaustiveEval: the raw material of an explanation, which is still to be made.
- **Go by hand** is a struct and a function a rule; it has no unknown and stops early too.
- The named checks (names, rosters, registers) are Go code and run unchanged on every side; *plain* leaves them out everywhere.
`
