package bench

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// leastPairs is how many pairs every run compares.
const leastPairs = 1_000_000

// setting reads a whole number from the environment.
func setting(t *testing.T, name string, def int) int {
	text := os.Getenv(name)
	if text == "" {
		return def
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number", name, text)
	}
	return n
}

// TestOracle compares package rule with cel-go. ORACLE_PAIRS asks for more
// pairs, ORACLE_SEED for others.
func TestOracle(t *testing.T) {
	pairs := max(leastPairs, setting(t, "ORACLE_PAIRS", leastPairs))
	r := Run{Seed: uint64(setting(t, "ORACLE_SEED", 20241122)), Rules: 20, Facts: 200, Workers: 2, StopAfter: 5}
	r.Blocks = (pairs + r.Rules*r.Facts - 1) / (r.Rules * r.Facts)
	start := time.Now()
	got, err := r.Compare()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d pairs of %d rules in %s: %d met, %d unmet, %d unknown", got.Pairs, r.Blocks*r.Rules, time.Since(start).Round(time.Millisecond),
		got.Answers[2], got.Answers[1], got.Answers[0])
	for k, n := range got.Seen {
		t.Logf("%6d rules with %s", n, k)
	}
	for _, m := range got.Mismatches {
		t.Error(m)
	}
	if got.Pairs < pairs && !t.Failed() {
		t.Errorf("%d pairs, want %d", got.Pairs, pairs)
	}
}
