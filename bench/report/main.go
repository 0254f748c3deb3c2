// Command report runs the benchmarks of this module and writes what they say,
// with the machine, the versions and the goals, to docs/benchmarks.md.
package main

import (
	"bytes"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

func main() {
	out := flag.String("out", "../docs/benchmarks.md", "file to write; - for none")
	flag.Parse()
	if err := run(os.Stdout, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A pass is one run of go test. All sides run in turn, and again: what else the
// machine does in the meantime then hits all of them.
type pass struct {
	dir, bench, count, each string
	simd                    bool
}

var passes = func() (out []pass) {
	out = append(out, pass{dir: ".", bench: "^Benchmark(Check|Load|Compile)$", count: "25", each: "20ms"})
	for range 3 {
		out = append(out, pass{dir: ".", bench: "^Benchmark(Memory|Bare|Bulk|BulkOne)$", count: "3", each: "100ms"},
			pass{dir: ".", bench: "^Benchmark(Bulk)$/^(sweep|all-cores|in-cache|what-if-.*)$", count: "3", each: "100ms", simd: true})
	}
	return append(out, pass{dir: ".", bench: "^BenchmarkBulkSQL$", count: "5", each: "1x"},
		pass{dir: ".", bench: "^BenchmarkTenMillion$", count: "5", each: "3x"},
		pass{dir: "../rule/fits", bench: "^BenchmarkMatch$", count: "5", each: "200ms"})
}()

func run(w io.Writer, file string) error {
	got := results{}
	for i, p := range passes {
		fmt.Fprintf(os.Stderr, "%d of %d: %s\n", i+1, len(passes), p.bench)
		cmd := exec.Command("go", "test", "-run", "^$", "-bench", p.bench, "-benchmem", "-count", p.count, "-benchtime", p.each, ".")
		cmd.Dir, cmd.Stderr = p.dir, os.Stderr
		prefix := ""
		if p.simd {
			cmd.Env, prefix = append(os.Environ(), "GOEXPERIMENT=simd"), "simd:"
		}
		text, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%w\n%s", err, text)
		}
		got.parse(prefix, string(text))
	}
	m, err := here()
	if err != nil {
		return err
	}
	page := render(m, got)
	if _, err := io.WriteString(w, page); err != nil || file == "-" {
		return err
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// A machine is what the numbers were measured with.
type machine struct {
	CPU, Memory, System, Go, CEL, SQLite, Postgres, Date, Load string
	Cores                                                      int
}

// here describes this machine and these versions.
func here() (machine, error) {
	m := machine{System: runtime.GOOS + "/" + runtime.GOARCH, Go: strings.TrimPrefix(runtime.Version(), "go"), Cores: runtime.NumCPU(),
		Date: time.Now().Format(time.DateOnly), CPU: "unknown", Memory: "unknown", Load: "unknown", Postgres: "not measured"}
	var err error
	if m.CEL, err = module("cel.dev/cel-go"); err != nil {
		return m, err
	}
	lite, err := module("modernc.org/sqlite")
	if err != nil {
		return m, err
	}
	version, err := ask("sqlite", ":memory:", "SELECT sqlite_version()")
	if err != nil {
		return m, err
	}
	m.SQLite = version + " (modernc.org/sqlite " + lite + ")"
	if address := os.Getenv("TEST_DATABASE"); address != "" {
		version, err := ask("pgx", address, "SHOW server_version")
		if err != nil {
			return m, err
		}
		m.Postgres, _, _ = strings.Cut(version, " ")
	}
	if v := field("/proc/cpuinfo", "model name"); v != "" {
		m.CPU = v
	}
	if v := field("/proc/meminfo", "MemTotal"); v != "" {
		var kb int
		if _, err := fmt.Sscan(v, &kb); err == nil {
			m.Memory = fmt.Sprintf("%.0f GiB", float64(kb)/(1<<20))
		}
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(text), " ")
	}
	return m, nil
}

// module is the version of a module that the benchmarks use.
func module(path string) (string, error) {
	version, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", path).Output()
	if err != nil {
		return "", fmt.Errorf("version of %s: %w", path, err)
	}
	return strings.TrimPrefix(string(bytes.TrimSpace(version)), "v"), nil
}

// ask asks a database one thing.
func ask(driver, address, question string) (answer string, err error) {
	db, err := sql.Open(driver, address)
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRow(question).Scan(&answer)
	return answer, err
}

// field reads "name : value" from a file of the kernel.
func field(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
