package sqltext_test

import (
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"

	"shenbao/rule"
	"shenbao/rule/sqltext"
)

// agree holds what the database says to the reference engine: every rule of
// every unit, the overall answer (of which refused rules know nothing), and who
// is a candidate.
func agree(t *testing.T, db database, text *sqltext.Text, units []*rule.Facts) (pairs int) {
	t.Helper()
	db.fill(t, text, units)
	defer db.drop(t, text)
	p, res := text.Program, text.Program.NewResult()
	columns, rows := db.ask(t, text.Query(true))
	if len(rows) != len(units) || len(columns) != len(text.Rules)+2 {
		t.Fatalf("%d rows of %d columns for %d units and %d rules", len(rows), len(columns), len(units), len(text.Rules))
	}
	want := map[string]bool{}
	for _, row := range rows {
		i, _ := strconv.Atoi(row[0].(string))
		p.Eval(units[i], res)
		for j, r := range text.Rules {
			if id := p.Rules[r].ID; columns[j+1] != id {
				t.Fatalf("column %s, want %s", columns[j+1], id)
			}
			if got := truth(row[j+1]); got != res.Rules[r] {
				t.Fatalf("unit %d, %s: %s: %s says %s, the reference %s\n%v", i, p.Rules[r].ID, rule.Format(p.Rules[r].Node, "en"),
					db.dialect, got, res.Rules[r], text.Rows("", units[i]))
			}
			pairs++
		}
		for r := range p.Rules {
			if !slices.Contains(text.Rules, r) {
				res.Rules[r], res.Why[r] = rule.Unknown, rule.NoRegister
			}
		}
		j := p.Judge(units[i], res, p.Findings(units[i], res))
		if got := rule.Answer(row[len(row)-1].(string)); got != j.Answer {
			t.Fatalf("unit %d: the answer is %s, want %s", i, got, j.Answer)
		}
		want[row[0].(string)] = !slices.ContainsFunc(text.Rules, func(r int) bool { return keepsOut(&p.Rules[r]) && res.Rules[r] == rule.Unmet })
	}
	_, rows = db.ask(t, text.Candidates())
	for _, row := range rows {
		if !want[row[0].(string)] {
			t.Fatalf("unit %s is no candidate", row[0])
		}
		delete(want, row[0].(string))
	}
	for unit, is := range want {
		if is {
			t.Fatalf("unit %s is a candidate", unit)
		}
	}
	return pairs
}

func keepsOut(r *rule.Rule) bool {
	return r.Effect == rule.Refuse || r.Effect == rule.Veto || r.Effect == rule.Route
}

// worlds is how many random worlds the databases are compared on. SQLite is a
// C library turned into Go, of which the race detector watches every step. A
// nightly run asks for many by SQLTEXT_WORLDS.
func worlds(t *testing.T) uint64 {
	n := uint64(12)
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		n = 3
	}
	if s := os.Getenv("SQLTEXT_WORLDS"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal("SQLTEXT_WORLDS: ", err)
		}
	}
	return n
}

// TestAgreement is the fuzzed comparison with the reference engine.
func TestAgreement(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		pairs := 0
		for seed := range worlds(t) {
			w := newWorld(seed)
			var units []*rule.Facts
			for range 250 {
				units = append(units, w.facts(0.05+0.3*float64(seed%3)))
			}
			pairs += agree(t, db, db.written(t, w.s, w.rules(30, db.dialect)), units)
		}
		if pairs < 20_000 {
			t.Errorf("only %d pairs were compared", pairs)
		}
		t.Logf("%d pairs of rule and unit", pairs)
	})
}

// A database without units, and rules that ask nothing of lists.
func TestEmpty(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		w := newWorld(1)
		agree(t, db, db.written(t, w.s, w.rules(10, db.dialect)), nil)
		agree(t, db, db.written(t, w.s, nil), []*rule.Facts{w.facts(0.2)})
		if n, f := w.s.Parse("b0"); f == nil {
			agree(t, db, db.written(t, w.s, []rule.Rule{{ID: "flag", Node: n, Effect: rule.Inform}}), []*rule.Facts{w.facts(0), w.facts(1)})
		}
	})
}
