// Command tally reads the output of one or more "go test -json" and prints what
// a person wants of it: go test's own line for each package, everything about
// what failed, why tests were skipped, and at the end one line
//
//	N passed, N failed
//
// that counts tests and subtests, each once: what was short in one run and whole
// in another passed, and was not skipped. A package that fails without a failing test
// (it does not build, or panics) counts as one failure, and so does each check
// named with -failed. It exits with 1 if anything failed or nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	failed := flag.String("failed", "", "names of checks that failed before the tests, separated by spaces")
	flag.Parse()
	t := newTally(os.Stdout)
	if err := t.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		t.failed++
	}
	if !t.close(strings.Fields(*failed)) {
		os.Exit(1)
	}
}

// An event is one line of go test -json (see go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// A run is what is known of one package's tests so far.
type run struct {
	output []string            // of the package itself
	order  []string            // tests in the order in which they began to speak
	tests  map[string][]string // output of the tests that have not passed
	failed int
}

// A tally counts tests over many packages.
type tally struct {
	out     io.Writer
	passed  map[string]bool   // package and name
	skipped map[string]string // why, by package and name
	failed  int
	running map[string]*run
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, passed: map[string]bool{}, skipped: map[string]string{}}
}

// read takes in one stream of events. A line that is no event, such as a
// message of the go command itself, is printed as it is.
func (t *tally) read(r io.Reader) error {
	t.running = map[string]*run{}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		var e event
		if json.Unmarshal([]byte(line), &e) == nil && e.Action != "" {
			t.take(e)
		} else {
			fmt.Fprint(t.out, line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *tally) take(e event) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.out, e.Output)
		return
	case "build-fail":
		return // the package's own failure follows
	}
	r := t.running[e.Package]
	if r == nil {
		r = &run{tests: map[string][]string{}}
		t.running[e.Package] = r
	}
	switch {
	case e.Action == "output" && e.Test == "":
		r.output = append(r.output, e.Output)
	case e.Action == "output":
		if r.tests[e.Test] == nil {
			r.order = append(r.order, e.Test)
		}
		r.tests[e.Test] = append(r.tests[e.Test], e.Output)
	case e.Test != "":
		t.end(e, r)
	case e.Action == "pass" || e.Action == "skip" || e.Action == "fail":
		t.endPackage(e, r)
	}
}

// end takes the end of one test.
func (t *tally) end(e event, r *run) {
	switch e.Action {
	case "pass":
		t.passed[e.Package+" "+e.Test] = true
		delete(r.tests, e.Test)
	case "skip":
		reason := strings.TrimSpace(strings.Join(said(r.tests[e.Test]), " "))
		t.skipped[e.Package+" "+e.Test] = reason
		delete(r.tests, e.Test)
	case "fail":
		t.failed++
		r.failed++
	}
}

// said returns what a test said itself, without the lines that frame it.
func said(output []string) (lines []string) {
	for _, line := range output {
		if trimmed := strings.TrimSpace(line); trimmed != "" && !strings.HasPrefix(trimmed, "=== ") && !strings.HasPrefix(trimmed, "--- ") {
			lines = append(lines, trimmed)
		}
	}
	return lines
}

// endPackage prints what go test without -v would print about a package.
func (t *tally) endPackage(e event, r *run) {
	delete(t.running, e.Package)
	if e.Action != "fail" {
		for _, line := range r.output {
			if strings.HasPrefix(line, "ok  \t") || strings.HasPrefix(line, "?   \t") {
				fmt.Fprint(t.out, line)
			}
		}
		return
	}
	t.printFailures(r)
	if r.failed == 0 {
		t.failed++
	}
}

// printFailures prints what the failed tests said, each under its own name as
// go test does without -v, and then the package's own lines.
func (t *tally) printFailures(r *run) {
	for _, test := range r.order {
		for _, isName := range []bool{true, false} {
			for _, line := range r.tests[test] {
				named := strings.HasPrefix(strings.TrimLeft(line, " "), "--- ")
				if named == isName && !strings.HasPrefix(line, "=== ") {
					fmt.Fprint(t.out, line)
				}
			}
		}
	}
	for _, line := range r.output {
		fmt.Fprint(t.out, line)
	}
}

// close prints the end of the report and says whether all is well.
func (t *tally) close(checks []string) bool {
	for name, r := range t.running {
		fmt.Fprintf(t.out, "FAIL\t%s\tended without a result\n", name)
		t.printFailures(r)
		t.failed++
	}
	for _, test := range slices.Sorted(maps.Keys(t.skipped)) {
		if !t.passed[test] {
			fmt.Fprintf(t.out, "skipped %s: %s\n", test, t.skipped[test])
		}
	}
	for _, check := range checks {
		fmt.Fprintf(t.out, "FAIL\t%s\n", check)
		t.failed++
	}
	fmt.Fprintf(t.out, "%d passed, %d failed\n", len(t.passed), t.failed)
	return t.failed == 0 && len(t.passed) > 0
}
