// Command applications measures what a deadline asks for, on both databases:
// submissions and saves by people at once, and lists of ten thousand
// applications, each beside what the disk and the database can do at all. It
// writes docs/benchmarks-applications.md.
//
//	cd bench && ../scripts/postgres go run ./applications
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func main() {
	out := flag.String("out", "../docs/benchmarks-applications.md", "file to write; - for standard output alone")
	rounds := flag.Int("rounds", 3, "runs, of which the best counts")
	flag.Parse()
	got := measures{}
	for range *rounds {
		// A fixed number of submissions, and as many rows and lists as are needed.
		for _, each := range [][2]string{{"^BenchmarkApply$/.*/^(fsync|insert|insert-at-once|list.*)$", "300x"}, {"^BenchmarkApply$/.*/^(save|submit)$", "1x"}} {
			cmd := exec.Command("go", "test", "-run", "^$", "-bench", each[0], "-benchtime", each[1], ".")
			cmd.Stderr = os.Stderr
			text, err := cmd.Output()
			if err != nil {
				fmt.Fprintf(os.Stderr, "%v\n%s", err, text)
				os.Exit(1)
			}
			got.parse(string(text))
		}
	}
	page := got.page()
	fmt.Print(page)
	if *out != "-" {
		if err := os.WriteFile(*out, []byte(page), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// measures are the best runs: numbers by their units, by the names of the
// benchmarks.
type measures map[string]map[string]float64

func (m measures) parse(text string) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 4 || !strings.HasPrefix(words[0], "BenchmarkApply/") {
			continue
		}
		name := strings.TrimPrefix(words[0], "BenchmarkApply/")
		name = strings.TrimSuffix(name, "-"+strconv.Itoa(runtime.NumCPU()))
		one := map[string]float64{}
		for i := 2; i+1 < len(words); i += 2 {
			if n, err := strconv.ParseFloat(words[i], 64); err == nil {
				one[words[i+1]] = n
			}
		}
		if best, ok := m[name]; !ok || one["ns/op"] < best["ns/op"] {
			m[name] = one
		}
	}
}

// rate is how often a second something was done that takes so long.
func (m measures) rate(name string) float64 { return 1e9 / m[name]["ns/op"] }

func (m measures) page() string {
	var b strings.Builder
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(&b, head, time.Now().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), strings.TrimPrefix(runtime.Version(), "go"), strings.Fields(string(load) + " ?")[0])
	for _, d := range []string{"sqlite", "postgres"} {
		for _, act := range []string{"submit", "save"} {
			x := m[d+"/"+act]
			fmt.Fprintf(&b, "| %s | %s | %.0f | %.0f | %.2f | %.0f × | %.2f × |\n", d, act, x["a-second"], x["p99-ms"], x["cpu-ms"],
				m.rate(d+"/insert")/x["a-second"], m.rate(d+"/insert-at-once")/x["a-second"])
		}
	}
	b.WriteString(limits)
	row := func(what, name string) {
		if m[name] != nil {
			fmt.Fprintf(&b, "| %s | %.0f |\n", what, m.rate(name))
		}
	}
	row("fsync of 4 KiB in the folder of the SQLite database", "sqlite/fsync")
	for _, d := range []string{"sqlite", "postgres"} {
		row(d+": a row of 1 KB inserted and committed, one after the other", d+"/insert")
		row(d+": the same, 32 at once", d+"/insert-at-once")
	}
	b.WriteString(lists)
	for _, d := range []string{"sqlite", "postgres"} {
		for _, who := range []string{"officer", "applicant"} {
			ours, raw := m[d+"/list-"+who]["ns/op"]/1e6, m[d+"/list-"+who+"-sql"]["ns/op"]/1e6
			fmt.Fprintf(&b, "| %s | %s | %.2f | %.2f | %.0f × |\n", d, who, ours, raw, ours/raw)
		}
	}
	b.WriteString(m.goals())
	return b.String()
}

func (m measures) goals() string {
	var b strings.Builder
	b.WriteString("\n## Goals\n\n| goal | sqlite | postgres |\n|---|---|---|\n")
	row := func(goal string, measured func(d string) (string, bool)) {
		fmt.Fprintf(&b, "| %s |", goal)
		for _, d := range []string{"sqlite", "postgres"} {
			text, met := measured(d)
			fmt.Fprintf(&b, " %s, %s |", text, map[bool]string{true: "met", false: "not met"}[met])
		}
		b.WriteString("\n")
	}
	for _, one := range []struct {
		act   string
		least float64
	}{{"submit", 300}, {"save", 400}} {
		act, least := one.act, one.least
		row(fmt.Sprintf("%s: %.0f a second, p99 within 500 ms", act, least), func(d string) (string, bool) {
			x := m[d+"/"+act]
			return fmt.Sprintf("%.0f, %.0f ms", x["a-second"], x["p99-ms"]), x["a-second"] >= least && x["p99-ms"] <= 500
		})
	}
	for _, who := range []string{"officer", "applicant"} {
		row("list of 10,000, "+who+": within 30 ms", func(d string) (string, bool) {
			ms := m[d+"/list-"+who]["ns/op"] / 1e6
			return fmt.Sprintf("%.1f ms", ms), ms <= 30
		})
	}
	return b.String()
}

const head = `# Benchmarks of applications

Written by ` + "`cd bench && go run ./applications`" + ` on %s. Do not edit: run it again.

%s/%s, %d cores, Go %s, load average at the end %s. Of three runs the best counts. The load comes from the same process and the same cores.

600 people of 600 units, 32 of them at once, each with the whole application of a technology innovation centre (some 110 fields, 56 of them people; 16 files that are there already; a partner who has confirmed; all registers of the province). **submit** is the whole act: every condition checked, conflicts with all others looked up, profile and version frozen, signed receipt, journal, notices, on the disk. **save** is one field that was typed. CPU is that of the whole process for one of them; a second of two cores is 2,000 ms. PostgreSQL is as scripts/postgres starts it for tests: it does not wait for the disk, and its own processor time is not counted.

## People at once

| database | what | a second | p99 ms | CPU ms each | × fewer than single rows, one by one | × fewer than single rows, 32 at once |
|---|---|--:|--:|--:|--:|--:|
`

const limits = `
What the disk and the databases can do, in the same run:

| what | a second |
|---|--:|
`

const lists = `
## Lists

The first page, 50 of 10,000 applications, *Raw SQL* reads as many rows in the same order and asks nothing about who reads.

| database | who | ms | raw SQL ms | |
|---|---|--:|--:|--:|
`
