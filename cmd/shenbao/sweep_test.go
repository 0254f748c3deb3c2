package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const sweepUnits = "testdata/sweep/units"

// The summary of a sweep, in both languages and as JSON, with what-if, curve
// and comparison.
func TestSweep(t *testing.T) {
	args := []string{"sweep", "demo-2024", "--programmes", fixture, "--units", sweepUnits + ".ndjson",
		"--set", "staff.number.threshold=18", "--curve", "staff.number.threshold=10..30", "--ratify", "100"}
	for _, lang := range []string{"zh", "en"} {
		var b strings.Builder
		transcript(t, &b, lang, args...)
		golden(t, "sweep."+lang+".golden", b.String())
	}
	var b strings.Builder
	transcript(t, &b, "zh", append(args, "--json")...)
	golden(t, "sweep.json.golden", b.String())
}

// One line a unit, from CSV and NDJSON to CSV and NDJSON, with the faults
// beside.
func TestSweepOutput(t *testing.T) {
	var b strings.Builder
	for _, from := range []string{".csv", ".ndjson"} {
		for _, to := range []string{".csv", ".ndjson"} {
			out := filepath.Join(t.TempDir(), "out"+to)
			code, _, stderr := shenbao(t, "zh", "", "sweep", "demo-2024", "--programmes", fixture, "--units", sweepUnits+from, "--out", out, "--set", "director.age.threshold=80", "--as-of", "2024-03-20")
			if code != exitFindings || !strings.Contains(stderr, out+".faults.csv") {
				t.Errorf("%s to %s: exit %d, %s", from, to, code, stderr)
			}
			for _, name := range []string{out, out + ".faults.csv"} {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				b.WriteString("== " + from + " to " + filepath.Base(name) + "\n" + string(text))
			}
		}
	}
	golden(t, "sweep_output.golden", b.String())
}

func TestSweepFaults(t *testing.T) {
	dir := t.TempDir()
	fine := filepath.Join(dir, "fine.csv")
	if err := os.WriteFile(fine, []byte("编号,申报单位.类型\n甲,企业\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want   int
		stderr string
		args   []string
	}{
		{0, "", []string{"--units", fine}},
		{0, "", []string{"--units", fine, "--ratify", "5", "--out", filepath.Join(dir, "out.csv")}},
		{1, "wrong.csv:1: 研发费: 没有名为“研发费”的事实。您是否想用“研发费用”？", []string{"--units", "testdata/sweep/wrong.csv"}},
		{1, "wrong.csv:1: 固定人员: “固定人员”是清单", []string{"--units", "testdata/sweep/wrong.csv"}},
		{1, "看不出格式", []string{"--units", "sweep_test.go"}},
		{1, "看不出格式", []string{"--units", fine, "--out", filepath.Join(dir, "out.xlsx")}},
		{1, "有 2 个写明的限值（500 万元, 3 %）", []string{"--units", fine, "--set", "host.rd.threshold=1"}},
		{1, "没有规则“rd”。您是否想用“host.rd”？", []string{"--units", fine, "--set", "rd.threshold=1"}},
		{1, "没有写明的限值", []string{"--units", fine, "--set", "host.kind.threshold=1"}},
		{1, "设定了两次", []string{"--units", fine, "--set", "staff.number.threshold=1", "--set", "staff.number.threshold=2"}},
		{1, "不是曲线", []string{"--units", fine, "--curve", "staff.number.threshold=1"}},
		{1, "没有曲线可画", []string{"--units", fine, "--svg", filepath.Join(dir, "curve.svg")}},
		{1, "2024-13-01", []string{"--units", fine, "--as-of", "2024-13-01"}},
		{1, "找不到", []string{"--units", "none.csv"}},
		{2, "--units", nil},
		{2, "", []string{"--units", fine, "--ratify", "many"}},
	} {
		code, _, stderr := shenbao(t, "zh", "", append([]string{"sweep", "demo-2024", "--programmes", fixture}, tt.args...)...)
		if code != tt.want || !strings.Contains(stderr, tt.stderr) || tt.want == 0 && stderr != "" {
			t.Errorf("%v: exit %d, want %d; stderr %q", tt.args, code, tt.want, stderr)
		}
	}
	code, stdout, stderr := shenbao(t, "en", "", "sweep", "demo-2024", "--programmes", fixture, "--units", fine, "--out", "-")
	if code != exitOK || strings.Count(stdout, "\n") != 2 || !strings.Contains(stderr, "qualifying") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
}

// The curve is a picture that any reader of XML understands.
func TestSweepCurve(t *testing.T) {
	name := filepath.Join(t.TempDir(), "curve.svg")
	shenbao(t, "zh", "", "sweep", "demo-2024", "--programmes", fixture, "--units", sweepUnits+".ndjson", "--curve", "staff.number.threshold=10..30", "--svg", name)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(string(text))); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "sweep_curve.svg.golden", string(text))
}

// Of many faults the first are said, the rest counted.
func TestSweepSaysFewFaults(t *testing.T) {
	units := filepath.Join(t.TempDir(), "units.csv")
	var b strings.Builder
	b.WriteString("已建场地\n")
	for i := range 50 {
		b.WriteString("x" + strconv.Itoa(i) + "\n")
	}
	if err := os.WriteFile(units, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := shenbao(t, "zh", "", "sweep", "demo-2024", "--programmes", fixture, "--units", units)
	if n := strings.Count(stderr, "\n"); code != exitFindings || n != saidFaults+1 || !strings.Contains(stderr, "另有 30 处问题") {
		t.Errorf("exit %d, %d lines:\n%s", code, n, stderr)
	}
}
