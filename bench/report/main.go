// Command report runs the benchmarks of this module and writes what they say,
// with the machine, the versions and the goals, to docs/benchmarks.md.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

func main() {
	out := flag.String("out", "../docs/benchmarks.md", "file to write; - for none")
	count := flag.String("count", "25", "how often each benchmark is run; the fastest run counts")
	each := flag.String("benchtime", "20ms", "how long one run takes")
	flag.Parse()
	if err := run(os.Stdout, *out, *count, *each); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(w io.Writer, file, count, each string) error {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", ".", "-benchmem", "-count", count, "-benchtime", each, ".")
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	m, err := here(count, each)
	if err != nil {
		return err
	}
	page := render(m, parse(string(text)))
	if _, err := io.WriteString(w, page); err != nil || file == "-" {
		return err
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// A machine is what the numbers were measured with.
type machine struct {
	CPU, Memory, System, Go, CEL, Date, Load, Count, Each string
	Cores                                                 int
}

// here describes this machine and these versions.
func here(count, each string) (machine, error) {
	m := machine{System: runtime.GOOS + "/" + runtime.GOARCH, Go: strings.TrimPrefix(runtime.Version(), "go"), Cores: runtime.NumCPU(),
		Date: time.Now().Format(time.DateOnly), Count: count, Each: each, CPU: "unknown", Memory: "unknown", Load: "unknown"}
	version, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "cel.dev/cel-go").Output()
	if err != nil {
		return m, fmt.Errorf("version of cel-go: %w", err)
	}
	m.CEL = strings.TrimPrefix(string(bytes.TrimSpace(version)), "v")
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
