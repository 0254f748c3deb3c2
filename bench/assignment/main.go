// Command assignment measures the assignment of experts, end to end by the
// built program, beside an LP solver (HiGHS, as Debian's python3-scipy brings
// it) on the same files, and writes docs/benchmarks-assignment.md.
//
//	cd bench && go run ./assignment
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"shenbao/assign/assigntest"
	"shenbao/assign/batch"
)

// A job is one instance.
type job struct {
	name      string
	file      string
	per, load int
	want      int64    // the reference optimum, 0 when there is none
	flags     []string // of shenbao, beyond the instance
	highs     bool
	goal      string
}

// A run is what one program needed for one job.
type run struct {
	total int64
	cpu   time.Duration
	rss   int64 // KiB
	err   string
}

func main() {
	out := flag.String("out", "../docs/benchmarks-assignment.md", "file to write; - for standard output")
	matrices := flag.String("matrices", "../../shared/data/assign", "folder of the public matrices")
	generate := flag.String("generate", "", "only write the generated batches into this folder")
	flag.Parse()
	if *generate != "" {
		if err := writeAll(*generate); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	page, err := measure(*matrices)
	if err == nil && *out != "-" {
		err = os.WriteFile(*out, []byte(page), 0o644)
	}
	fmt.Print(page)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(matrices string) (string, error) {
	dir, err := os.MkdirTemp("", "assignment")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "shenbao")
	build := exec.Command("go", "build", "-o", program, "./cmd/shenbao")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	// In a process of its own: what a child begins with counts as its memory.
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if out, err := exec.Command(self, "-generate", dir).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	jobs := instances(dir, matrices)
	var b strings.Builder
	head(&b)
	for _, j := range jobs {
		fmt.Fprintln(os.Stderr, j.name)
		args := append([]string{"assign", "--scores", j.file, "--per", fmt.Sprint(j.per), "--load", fmt.Sprint(j.load), "--skip-prices", "--json"}, j.flags...)
		best := timed(program, args, total)
		for range 2 {
			if r := timed(program, args, total); r.cpu < best.cpu {
				best = r
			}
		}
		highs := run{err: "–"}
		if j.highs {
			highs = timed("/usr/bin/python3", []string{"assignment/highs.py", j.file, fmt.Sprint(j.per), fmt.Sprint(j.load)}, number)
		}
		line(&b, j, best, highs)
	}
	return b.String(), nil
}

func head(b *strings.Builder) {
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(b, "# Benchmarks of the assignment\n\nWritten by `cd bench && go run ./assignment` on %s. Do not edit: run it again.\n\n", time.Now().Format(time.DateOnly))
	fmt.Fprintf(b, "%s/%s, %d cores, Go %s, load average at the start %s. CPU is user and system time of the whole process; the fastest of three runs counts, of HiGHS the only one.\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), strings.TrimPrefix(runtime.Version(), "go"), strings.Fields(string(load) + " ?")[0])
	b.WriteString("**shenbao** reads the CSV file, solves, and has the plan and its proof checked by the code without a solver. **HiGHS** is SciPy's `linprog(method=\"highs\")` on the same pairs, reading included; it gives no certificate in whole numbers. Generated batches are those of `assign/assigntest`: lists of candidates by subject codes, recusals of one's own unit; *candidates* keeps the thirty best of an application and the fifteen best of an expert, so that HiGHS can hold them.\n\n")
	b.WriteString("| batch | total | reference | shenbao CPU s | MiB | HiGHS CPU s | MiB | same total | goal |\n|---|--:|--:|--:|--:|--:|--:|---|---|\n")
}

func line(b *strings.Builder, j job, s, h run) {
	if s.err != "" {
		fmt.Fprintf(b, "| %s | %s |\n", j.name, s.err)
		return
	}
	reference := "–"
	if j.want != 0 {
		reference = "equal"
		if s.total != j.want {
			reference = fmt.Sprintf("**%.6f**", float64(j.want)/1e6)
		}
	}
	cpu, rss, same := h.err, "–", "–"
	if h.err == "" {
		cpu, rss, same = fmt.Sprintf("%.2f", h.cpu.Seconds()), fmt.Sprint(h.rss>>10), "yes"
		if d := h.total - s.total; d < -2 || d > 2 { // HiGHS works in floating point
			same = fmt.Sprintf("differs by %d millionths", d)
		}
	}
	fmt.Fprintf(b, "| %s | %.6f | %s | %.2f | %d | %s | %s | %s | %s |\n", j.name, float64(s.total)/1e6, reference, s.cpu.Seconds(), s.rss>>10, cpu, rss, same, j.goal)
}

// timed runs a program and reads the total from its output.
func timed(program string, args []string, read func([]byte) (int64, error)) run {
	cmd := exec.Command(program, args...)
	out, err := cmd.Output()
	if err != nil {
		return run{err: "not run: " + strings.ReplaceAll(err.Error(), "|", " ")}
	}
	n, err := read(out)
	if err != nil {
		return run{err: err.Error()}
	}
	r := run{total: n, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.rss = u.Maxrss
	}
	return r
}

func total(out []byte) (int64, error) {
	var x struct {
		Total    int64 `json:"total"`
		Verified bool  `json:"verified"`
	}
	if err := json.Unmarshal(out, &x); err != nil {
		return 0, err
	}
	if !x.Verified {
		return 0, fmt.Errorf("not verified")
	}
	return x.Total, nil
}

func number(out []byte) (n int64, err error) {
	_, err = fmt.Sscan(string(out), &n)
	return n, err
}

// generated are the batches that are made for the measurement.
var generated = []struct {
	name  string
	a, e  int
	few   bool
	load  int
	flags []string
	highs bool
	goal  string
}{
	{"1,000 × 500 × 5", 1000, 500, false, 12, nil, true, ""},
	{"10,000 × 5,000 × 5, candidates", 10_000, 5_000, true, 12, nil, true, ""},
	{"10,000 × 5,000 × 5", 10_000, 5_000, false, 12, nil, false, "≤ 2.5 s, ≤ 150 MiB"},
	{"the same, every expert full", 10_000, 5_000, false, 10, nil, false, ""},
	{"the same, floor", 10_000, 5_000, false, 12, []string{"--floor"}, false, ""},
	{"the same, q = 3/4", 10_000, 5_000, false, 12, []string{"--q", "3/4"}, false, ""},
	{"20,000 × 10,000 × 5", 20_000, 10_000, false, 12, nil, false, "≤ 8 s"},
}

func fileOf(dir string, applications int, few bool) string {
	return filepath.Join(dir, fmt.Sprintf("%d-%v.csv", applications, few))
}

// writeAll writes every generated batch once.
func writeAll(dir string) error {
	for _, g := range generated {
		file := fileOf(dir, g.a, g.few)
		if _, err := os.Stat(file); err == nil {
			continue
		}
		p := assigntest.Generate(assigntest.Size{Applications: g.a, Experts: g.e, Need: 5, Load: 12, Listed: 300})
		if err := write(file, p, g.few); err != nil {
			return err
		}
	}
	return nil
}

// instances lists the public matrices, where they are, and the generated
// batches.
func instances(dir, matrices string) (jobs []job) {
	for _, m := range []struct {
		name string
		load int
		want int64
	}{{"aamas2015", 12, 1406_250_000}, {"aamas2016", 12, 949_500_000}, {"preflib1", 6, 124_250_000}, {"preflib2", 7, 141_500_000}, {"preflib3", 6, 454_250_000}} {
		file := filepath.Join(matrices, m.name+".csv")
		if _, err := os.Stat(file); err == nil {
			jobs = append(jobs, job{name: m.name, file: file, per: 3, load: m.load, want: m.want, highs: true})
		}
	}
	for _, g := range generated {
		jobs = append(jobs, job{g.name, fileOf(dir, g.a, g.few), 5, g.load, 0, g.flags, g.highs, g.goal})
	}
	return jobs
}

// write writes a batch as a list of candidates; few keeps the best alone.
func write(name string, p *batch.Problem, few bool) error {
	least := make([]int32, len(p.Experts))
	if few {
		of := make([][]int32, len(p.Experts))
		for a := range p.Applications {
			experts, scores := p.Scores.Row(a)
			for k, j := range experts {
				of[j] = append(of[j], scores[k])
			}
		}
		for j, list := range of {
			least[j] = nth(list, 15)
		}
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "application,expert,score")
	for a := range p.Applications {
		experts, scores := p.Scores.Row(a)
		row := int32(0)
		if few {
			row = nth(slices.Clone(scores), 30)
		}
		for k, j := range experts {
			s := fmt.Sprint(scores[k])
			if scores[k] == batch.Recused {
				s = "x"
			} else if few && scores[k] < row && scores[k] < least[j] {
				continue
			}
			fmt.Fprintf(w, "%s,%s,%s\n", p.Applications[a].ID, p.Experts[j].ID, s)
		}
	}
	return w.Flush()
}

// nth is the nth largest.
func nth(list []int32, n int) int32 {
	slices.Sort(list)
	return list[max(0, len(list)-n)]
}
