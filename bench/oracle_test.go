package bench

import (
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"
)

// leastPairs is how many pairs every run compares.
const leastPairs = 1_000_000

// kinds are the nodes and operands of the language, as Tally.Seen calls them.
// Named checks are left out: they are Go functions, the same on both sides.
var kinds = []string{
	"*rule.All", "*rule.Any", "*rule.Not", "*rule.Least", "*rule.If", "*rule.Ref",
	"*rule.Is", "*rule.Given", "*rule.Compare", "*rule.About", "*rule.Between", "*rule.Ratio", "*rule.In", "*rule.Has",
	"*rule.Within", "*rule.During", "*rule.TextClass", "*rule.Matches", "*rule.Same", "*rule.Exists", "*rule.Every",
	"*rule.FactOf", "*rule.ParamOf", "*rule.Number", "*rule.Day", "*rule.Age", "*rule.Length",
	"*rule.Agg count", "*rule.Agg sum", "*rule.Agg max", "*rule.Agg min",
	"*rule.Agg sum over years", "*rule.Agg max over years", "*rule.Agg min over years",
}

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
// pairs, ORACLE_SEED for others: ORACLE_PAIRS=100000000 ORACLE_SEED=$RANDOM.
func TestOracle(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // programs come and go
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
	for _, k := range slices.Sorted(maps.Keys(got.Seen)) {
		t.Logf("%6d rules with %s", got.Seen[k], k)
	}
	for _, m := range got.Mismatches {
		t.Error(m)
	}
	if t.Failed() {
		return
	}
	if got.Pairs < pairs {
		t.Errorf("%d pairs, want %d", got.Pairs, pairs)
	}
	for _, k := range kinds {
		if got.Seen[k] < r.Blocks/2 {
			t.Errorf("only %d rules with %s", got.Seen[k], k)
		}
	}
}
