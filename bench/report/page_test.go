package main

import (
	"strings"
	"testing"
)

const output = `goos: linux
BenchmarkCheck/all/rule-2         	    3846	      6091 ns/op	     458 B/op	       3 allocs/op
BenchmarkCheck/all/rule-2         	    4137	      5481 ns/op	       0 B/op	       0 allocs/op
BenchmarkCheck/all/explained-2    	    1000	     30000 ns/op	     458 B/op	       3 allocs/op
BenchmarkCheck/all/cel-2          	    1147	     21924.0 ns/op	        35.00 rules	    7105 B/op	     138 allocs/op
BenchmarkLoad/shandong-tic-2024-2 	       3	  25000000 ns/op	 5440464 B/op	   75849 allocs/op
`

func TestPage(t *testing.T) {
	got := parse(output)
	if x := got["Check/all/rule"]; x.ns != 5481 || x.allocs != 0 {
		t.Errorf("the fastest run is %+v", x)
	}
	page := render(machine{CPU: "Abacus", Cores: 2, Date: "2024-11-22"}, got)
	for _, want := range []string{
		"on 2024-11-22", "### All 35 rules,", "| processor | Abacus, 2 cores |",
		"| rule: evaluation, every leaf recorded | 5.48 | 0 | 0 | 4.00 × |",
		"(all, every leaf recorded) | 5.48 µs against 21.92 µs | met |",
		"(all, findings and overall answer made too) | 30.00 µs against 21.92 µs | not met |",
		"| no allocation in the evaluation | 0 | met |",
		"(shandong-tic-2024) | 25.0 ms | not met |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %q:\n%s", want, page)
		}
	}
}
