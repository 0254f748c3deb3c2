package main

import (
	"strings"
	"testing"
)

// lines builds a stream: each argument is one event in short form,
// action|package|test|output.
func lines(events ...string) string {
	var b strings.Builder
	for _, e := range events {
		p := strings.SplitN(e, "|", 4)
		if len(p) < 4 {
			b.WriteString(e + "\n") // no event: a message of the go command
			continue
		}
		b.WriteString(`{"Action":"` + p[0] + `","Package":"` + p[1] + `","Test":"` + p[2] + `","Output":"` + p[3] + `"}` + "\n")
	}
	return b.String()
}

func TestTally(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []string
		checks []string
		want   string
		ok     bool
	}{
		{"all is well",
			[]string{"start|a||", "run|a|T|", `output|a|T|=== RUN   T\n`, `output|a|T|noise\n`, "pass|a|T/sub|", "pass|a|T|", `output|a||PASS\n`, `output|a||ok  \ta\t0.1s\n`, "pass|a||",
				`output|b||?   \tb\t[no test files]\n`, "skip|b||"},
			nil,
			"ok  \ta\t0.1s\n?   \tb\t[no test files]\n2 passed, 0 failed\n", true},
		{"a test fails",
			[]string{"pass|a|S|", `output|a|T|=== RUN   T\n`, `output|a|T|    a_test.go:3: wrong\n`, `output|a|T|--- FAIL: T (0.00s)\n`, "fail|a|T|", `output|a||FAIL\n`, `output|a||FAIL\ta\t0.1s\n`, "fail|a||"},
			nil,
			"--- FAIL: T (0.00s)\n    a_test.go:3: wrong\nFAIL\nFAIL\ta\t0.1s\n1 passed, 1 failed\n", false},
		{"a package does not build",
			[]string{`build-output|a||a.go:1: syntax error\n`, "build-fail|a||", `output|a||FAIL\ta [build failed]\n`, "fail|a||", "pass|b|T|", "pass|b||"},
			nil,
			"a.go:1: syntax error\nFAIL\ta [build failed]\n1 passed, 1 failed\n", false},
		{"a panic leaves its test without an end",
			[]string{`output|a|T|panic: oh\n`, `output|a||FAIL\ta\t0.1s\n`, "fail|a||"},
			nil,
			"panic: oh\nFAIL\ta\t0.1s\n0 passed, 1 failed\n", false},
		{"the stream breaks off",
			[]string{"pass|a|S|", `output|a|T|half\n`},
			nil,
			"FAIL\ta\tended without a result\nhalf\n1 passed, 1 failed\n", false},
		{"skipped tests say why",
			[]string{"pass|a|S|", `output|a|T|=== RUN   T\n`, `output|a|T|    a_test.go:3: no database\n`, `output|a|T|--- SKIP: T (0.00s)\n`, "skip|a|T|", "pass|a||"},
			nil,
			"skipped a T: a_test.go:3: no database\n1 passed, 0 failed\n", true},
		{"what was short ran whole in another run",
			[]string{`output|a|T|    a_test.go:3: long\n`, "skip|a|T|", "pass|a|S|", "pass|a||", "pass|a|T|", "pass|a|S|", "pass|a||"},
			nil,
			"2 passed, 0 failed\n", true},
		{"a check failed before", []string{"pass|a|T|", "pass|a||"}, []string{"gofmt"}, "FAIL\tgofmt\n1 passed, 1 failed\n", false},
		{"nothing ran", []string{"go: no packages"}, nil, "go: no packages\n0 passed, 0 failed\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			tal := newTally(&out)
			if err := tal.read(strings.NewReader(lines(c.events...))); err != nil {
				t.Fatal(err)
			}
			if ok := tal.close(c.checks); ok != c.ok || out.String() != c.want {
				t.Errorf("ok = %v, output:\n%s\nwant %v:\n%s", ok, out.String(), c.ok, c.want)
			}
		})
	}
}
