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
BenchmarkMemory/one-core-2         	      15	   6794102 ns/op	        40.00 GB/s
BenchmarkBulk/sweep-2              	      15	   5000000 ns/op	        50.00 B/unit	         5.000 ns/unit
BenchmarkBulk/what-if-r3           	      15	    400000 ns/op
BenchmarkBulk/what-if-r5-2         	      15	   1400000 ns/op
BenchmarkBulkOne/cel-2             	      15	  80000000 ns/op	      2000 ns/unit
BenchmarkBulkSQL/postgres-jit-off-2	       1	 600000000 ns/op	     600.0 ns/unit
BenchmarkTenMillion/all-cores-2        	       3	  50000000 ns/op	       400.0 MiB	         5.000 ns/unit
BenchmarkMatch/round-2             	     100	     51000 ns/op
`

func TestPage(t *testing.T) {
	got := results{}
	got.parse("", output)
	got.parse("simd:", "BenchmarkBulk/sweep-2 \t 15 \t 1250000 ns/op \t 50.00 B/unit \t 1.250 ns/unit\n")
	if x := got["Check/all/rule"]; x.ns() != 5481 || x.allocs() != 0 {
		t.Errorf("the fastest run is %+v", x)
	}
	page := render(machine{CPU: "Abacus", Cores: 2, Date: "2024-11-22", Postgres: "15.18"}, got)
	for _, want := range []string{
		"on 2024-11-22", "### All 35 rules,", "| processor | Abacus, 2 cores |", "| PostgreSQL | 15.18 |",
		"| rule: evaluation, every leaf recorded | 5.48 | 0 | 0 | 4.00 × |",
		"(all, every leaf recorded) | 5.48 µs against 21.92 µs | met |",
		"(all, findings and overall answer made too) | 30.00 µs against 21.92 µs | not met |",
		"| no allocation in the evaluation | 0 | met |",
		"(shandong-tic-2024) | 25.0 ms | not met |",
		"| **sweep** | 5.00 | 200 | 50.0 | 10.0 | 25 % | 400.0 × |",
		"| PostgreSQL, the emitted text, table warm, jit off | 600 | 1.67 | | | | 3.3 × |",
		"| SQLite, the emitted text, table in memory | not measured |",
		"150 × the cel-go loop | 400 × | met |",
		"60 % of the read bandwidth of one core, plain Go | 25 % by the bytes it reads, 45 % by those of the plain layout | not met |",
		"90 % of the read bandwidth of one core, SIMD | 100 % by the bytes it reads",
		"ten million units on all cores within 200 ms | 50 ms | met |",
		"100,000 calls within 0.05 ms | 0.051 ms | not met |",
		"within 1 ms (r3) | 0.4 ms | met |", "within 1 ms (r5) | 1.4 ms | not met |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %q:\n%s", want, page)
		}
	}
}
