package main

import (
	"database/sql"
	"encoding/json"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// The query of a package, with its values, in both languages and as JSON.
func TestSweepSQL(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		var b strings.Builder
		transcript(t, &b, lang, "sweep", "demo-2024", "--programmes", fixture, "--sql", "postgres")
		transcript(t, &b, lang, "sweep", "demo-2024", "--programmes", fixture, "--sql", "sqlite", "--set", "staff.number.threshold=18")
		golden(t, "sweep_sql."+lang+".golden", b.String())
	}
	var b strings.Builder
	transcript(t, &b, "zh", "sweep", "demo-2024", "--programmes", fixture, "--sql", "sqlite", "--json")
	golden(t, "sweep_sql.json.golden", b.String())
}

func TestSweepSQLFaults(t *testing.T) {
	for _, tt := range []struct {
		want   int
		stderr string
		args   []string
	}{
		{2, "--units、--sql", nil},
		{2, "--units、--sql", []string{"--sql", "sqlite", "--units", "units.csv"}},
		{2, "--sql 只能是 postgres、sqlite 之一", []string{"--sql", "oracle"}},
		{1, "--out: 这个选项要有单位文件", []string{"--sql", "sqlite", "--out", "-"}},
		{1, "--ratify: 这个选项要有单位文件", []string{"--sql", "sqlite", "--ratify", "1"}},
		{1, "不是设定", []string{"--sql", "sqlite", "--set", "x"}},
	} {
		code, stdout, stderr := shenbao(t, "zh", "", append([]string{"sweep", "demo-2024", "--programmes", fixture}, tt.args...)...)
		if code != tt.want || stdout != "" || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%v: exit %d, want %d; stderr %q, stdout %q", tt.args, code, tt.want, stderr, stdout)
		}
	}
}

// What --json writes is all that somebody needs: the tables are made, filled
// and asked by it alone. A rule that a database cannot answer is named on
// standard error, and makes the exit code 1.
func TestSweepSQLRuns(t *testing.T) {
	for _, args := range [][]string{{"demo-2024", "--programmes", fixture}, {"shandong-tic-2024"}, {"shanxi-tic-2024"}} {
		code, stdout, stderr := shenbao(t, "zh", "", append([]string{"sweep", "--sql", "sqlite", "--json"}, args...)...)
		var v struct {
			Create     []string
			Query      string
			Args       []any
			Candidates struct {
				Query string
				Args  []any
			}
			Rules   []string
			Refused []struct{ Rule, Text string }
		}
		d := json.NewDecoder(strings.NewReader(stdout))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		for _, r := range v.Refused {
			if !strings.Contains(stderr, r.Rule+": "+r.Text) {
				t.Errorf("%s: %s is not said: %s", args[0], r.Rule, stderr)
			}
		}
		if want := map[bool]int{true: exitFindings}[len(v.Refused) > 0]; code != want || (args[0] == "demo-2024") != (len(v.Refused) == 0) {
			t.Errorf("%s: exit %d with %d rules refused", args[0], code, len(v.Refused))
		}
		db, err := sql.Open("sqlite", ":memory:")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		for _, create := range append(v.Create, `INSERT INTO "units" ("unit") VALUES ('x')`) {
			if _, err := db.Exec(create); err != nil {
				t.Fatalf("%v\n%s", err, create)
			}
		}
		row := make([]any, len(v.Rules)+2)
		into := make([]any, len(row))
		for i := range row {
			into[i] = &row[i]
		}
		if err := db.QueryRow(v.Query, numbers(v.Args)...).Scan(into...); err != nil {
			t.Fatal(err)
		}
		if row[0] != "x" || row[len(row)-1] != "not_yet_provable" || len(v.Rules) < 5 {
			t.Errorf("%s: a unit of which nothing is known: %v", args[0], row)
		}
		var unit string
		if err := db.QueryRow(v.Candidates.Query, numbers(v.Candidates.Args)...).Scan(&unit); err != nil || unit != "x" {
			t.Errorf("%s: candidate %q, %v", args[0], unit, err)
		}
	}
}

// numbers makes whole numbers of the numbers of a JSON.
func numbers(args []any) []any {
	for i, v := range args {
		if n, ok := v.(json.Number); ok {
			args[i], _ = n.Int64()
		}
	}
	return args
}
