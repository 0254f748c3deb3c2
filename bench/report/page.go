package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A measure is the fastest of the runs of one benchmark.
type measure struct {
	ns            float64
	rules         string // how many rules were checked, where that is said
	bytes, allocs int
}

// line recognises a result of go test -bench -benchmem.
var line = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op(?:\s+(\d+)(?:\.0+)? rules)?\s+(\d+) B/op\s+(\d+) allocs/op`)

// parse keeps, of every benchmark, the fastest run: what else the machine does
// can only make a run slower. Allocations are those of that run.
func parse(text string) map[string]measure {
	out := map[string]measure{}
	for _, m := range line.FindAllStringSubmatch(text, -1) {
		var x measure
		x.ns, _ = strconv.ParseFloat(m[2], 64) // the expression lets only numbers through
		x.rules = m[3]
		x.bytes, _ = strconv.Atoi(m[4])
		x.allocs, _ = strconv.Atoi(m[5])
		if old, ok := out[m[1]]; !ok || x.ns < old.ns {
			out[m[1]] = x
		}
	}
	return out
}

// groups and sides are the rows of the page, as the benchmarks are named.
var groups = [][2]string{
	{"all", "All %s rules, every fact known"},
	{"unverified", "All %s rules, as handed in: some facts not verified"},
	{"plain", "The %s rules that are not named checks, every fact known"},
}

var sides = [][2]string{
	{"rule", "rule: evaluation, every leaf recorded"},
	{"explained", "rule: evaluation, findings and overall answer"},
	{"sentences", "rule: the same, and every finding in Chinese"},
	{"cel", "cel-go at its fastest, nothing explained"},
	{"tracked", "cel-go, value of every node kept"},
	{"go", "Go by hand: no unknown, nothing explained"},
}

// packages lists the packages that were loaded.
func packages(got map[string]measure) []string {
	var out []string
	for name := range got {
		if id, ok := strings.CutPrefix(name, "Load/"); ok {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func render(m machine, got map[string]measure) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, m.Date, m.CPU, m.Cores, m.Memory, m.System, m.Go, m.CEL, m.Load, m.Count, m.Each)
	for _, g := range groups {
		cel := got["Check/"+g[0]+"/cel"]
		fmt.Fprintf(&b, "\n### "+g[1]+"\n\n| side | µs | allocations | B | cel-go at its fastest takes |\n|---|--:|--:|--:|--:|\n", cel.rules)
		for _, s := range sides {
			if x, ok := got["Check/"+g[0]+"/"+s[0]]; ok {
				fmt.Fprintf(&b, "| %s | %.2f | %d | %d | %.2f × |\n", s[1], x.ns/1e3, x.allocs, x.bytes, cel.ns/x.ns)
			}
		}
	}
	b.WriteString("\n## Loading and compiling\n\n| what | ms | allocations |\n|---|--:|--:|\n")
	for _, id := range packages(got) {
		x := got["Load/"+id]
		fmt.Fprintf(&b, "| load `%s`: read, parse, check, compile | %.2f | %d |\n", id, x.ns/1e6, x.allocs)
	}
	rule, cel := got["Compile/rule"], got["Compile/cel"]
	fmt.Fprintf(&b, "| the rules that are not named checks, from text, rule | %.3f | %d |\n", rule.ns/1e6, rule.allocs)
	fmt.Fprintf(&b, "| the same, cel-go (%.0f × as long) | %.3f | %d |\n", cel.ns/rule.ns, cel.ns/1e6, cel.allocs)
	b.WriteString(goals(got))
	return b.String()
}

// goals sets the numbers beside what was asked for.
func goals(got map[string]measure) string {
	var b strings.Builder
	b.WriteString("\n## Goals\n\n| goal | measured | |\n|---|---|---|\n")
	row := func(goal, measured string, met bool) {
		word := "not met"
		if met {
			word = "met"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", goal, measured, word)
	}
	for _, g := range groups {
		cel := got["Check/"+g[0]+"/cel"]
		for _, s := range [][2]string{{"rule", "every leaf recorded"}, {"explained", "findings and overall answer made too"}} {
			x := got["Check/"+g[0]+"/"+s[0]]
			row("explained check faster than cel-go with no explanation ("+g[0]+", "+s[1]+")",
				fmt.Sprintf("%.2f µs against %.2f µs", x.ns/1e3, cel.ns/1e3), x.ns < cel.ns)
		}
	}
	allocs := 0
	for _, g := range groups {
		allocs += got["Check/"+g[0]+"/rule"].allocs
	}
	row("no allocation in the evaluation", fmt.Sprint(allocs), allocs == 0)
	for _, id := range packages(got) {
		x := got["Load/"+id]
		row("load of a package within 20 ms ("+id+")", fmt.Sprintf("%.1f ms", x.ns/1e6), x.ns <= 20e6)
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
| load average at the end | %s |
| method | ` + "`go test -bench`" + `, all sides in one run, each benchmark %s times for %s; the fastest run counts |

The code is in ` + "[bench/](../bench/)" + `; a test there holds all sides to the same answers, on the example and on 3,000 random applications around every limit of the rules.

## A full check of one application

The application of [docs/example/facts.json](example/facts.json) (a staff of some fifty, registers at hand) against every rule of ` + "`shandong-tic-2024`" + `.

- **rule** evaluates every leaf without short cuts and records what it saw. *Findings* builds the records that people read, *overall answer* draws the conclusion and the three lists from them. Rows and the words of named checks are looked up when somebody reads, in the last of the three.
- **cel-go at its fastest**: one program a rule with OptOptimize, one frame for all programs, facts turned into CEL values beforehand, unknown facts as unknown values, rows as typed objects read without reflection, list rules as ` + "`exists`, `all` and `filter`" + `, ages as one comparison with a date worked out beforehand, lengths counted beforehand, a rule that others refer to evaluated once. It may stop at the first term that decides.
- **cel-go, value of every node kept** is OptExhaustiveEval: the raw material of an explanation, which is still to be made.
- **Go by hand** is a struct and a function a rule; it has no unknown and stops early too.
- The named checks (names, rosters, registers) are Go code and run unchanged on every side; *plain* leaves them out everywhere.
`
