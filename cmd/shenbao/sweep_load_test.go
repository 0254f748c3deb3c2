package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/rule/sweep"
)

// place writes files into a folder and returns their paths by name.
func place(t *testing.T, files map[string]string) func(name string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(dir, name) }
}

// swept is one unit of the NDJSON output.
type swept struct {
	Unit    string
	Answer  string
	Rules   map[string]string
	Reasons map[string][]string
}

// sweepTo sweeps and reads what was written.
func sweepTo(t *testing.T, out string, args ...string) (code int, stderr string, units []swept) {
	t.Helper()
	code, _, stderr = shenbao(t, "zh", "", append([]string{"sweep", "--out", out}, args...)...)
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err, stderr)
	}
	for line := range bytes.Lines(text) {
		var u swept
		if err := json.Unmarshal(line, &u); err != nil {
			t.Fatal(err)
		}
		units = append(units, u)
	}
	return code, stderr, units
}

const staffOf20 = `{"name": "甲", "doctor": true}, {"name": "乙", "doctor": false}`

// Units in CSV with their lists in files of their own are answered as the same
// units in NDJSON.
func TestSweepLists(t *testing.T) {
	people := func(n int, doctors string) (rows, array string) {
		var objects []string
		for i := range n {
			rows += fmt.Sprintf("丙,人员%d,%s\n", i, doctors)
			objects = append(objects, fmt.Sprintf(`{"name": "人员%d", "doctor": %t}`, i, doctors == "是"))
		}
		return rows, "[" + strings.Join(objects, ", ") + "]"
	}
	rows, array := people(20, "否")
	at := place(t, map[string]string{
		"units.csv":    "编号,申报单位.类型\n甲,企业\n乙,高校\n丙,高校\n丁,企业\n",
		"units.ndjson": `{"id": "甲", "host.kind": "企业", "staff": {"complete": true, "rows": [` + staffOf20 + `]}, "units": []}` + "\n" + `{"id": "乙", "host.kind": "高校", "staff": {"complete": true, "rows": []}, "units": [{"kind": "企业"}]}` + "\n" + `{"id": "丙", "host.kind": "高校", "staff": {"complete": true, "rows": ` + array + `}}` + "\n" + `{"id": "丁", "host.kind": "企业", "staff": {"complete": true, "rows": []}}` + "\n",
		"staff.csv":    "单位编号,姓名,doctor\n" + rows[:len("丙,人员0,否\n")] + "甲,甲,是\n甲,乙,否\n" + rows[len("丙,人员0,否\n"):],
		"partners.csv": "编号,类型,所在地\n乙,企业,\n甲,,\n",
		"bad.csv":      "编号,类型,所在地\n乙,企业,37\n戊,企业,370102\n甲,\"企业\n,\n",
	})
	args := []string{"demo-2024", "--programmes", fixture, "--ratify", "10"}
	code, stderr, fromCSV := sweepTo(t, at("a.ndjson"), append(args, "--units", at("units.csv"), "--list", "staff="+at("staff.csv"), "--complete", "固定人员", "--list", "参加单位="+at("partners.csv"))...)
	if code != exitOK {
		t.Errorf("exit %d: %s", code, stderr)
	}
	_, _, fromLines := sweepTo(t, at("b.ndjson"), append(args, "--units", at("units.ndjson"))...)
	if fmt.Sprint(fromCSV) != fmt.Sprint(fromLines) || len(fromCSV) != 4 || fromCSV[0].Rules["staff.doctor"] != "met" || fromCSV[1].Rules["host.kind"] != "met" || fromCSV[3].Rules["staff.number"] != "unmet" {
		t.Errorf("from CSV   %v\nfrom lines %v", fromCSV, fromLines)
	}
	code, stderr, open := sweepTo(t, at("c.ndjson"), append(args, "--units", at("units.csv"), "--list", "staff="+at("staff.csv"))...)
	if code != exitOK || open[0].Rules["staff.number"] != "unknown" || fmt.Sprint(open[0].Reasons["staff.number"]) != "[open]" || fmt.Sprint(open[3].Reasons["staff.number"]) != "[missing]" {
		t.Errorf("a list that is not complete: exit %d, %s %v", code, stderr, open)
	}
	code, _, stderr = shenbao(t, "zh", "", append([]string{"sweep", "--units", at("units.csv"), "--list", "units=" + at("bad.csv")}, args...)...)
	if code != exitFindings || !strings.Contains(stderr, "bad.csv:4: 此处开始的引号没有结束") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// What is wrong with the rows of a list stands in the side file, with the list
// and all lines of the row.
func TestSweepListFaults(t *testing.T) {
	at := place(t, map[string]string{
		"units.csv": "编号,申报单位.类型\n甲,企业\n甲,高校\n乙,\"高\n校\"\n丙,企业,\"1\n2\"\n",
		"rows.csv":  "编号,类型,所在地\n乙,企业,37\n戊,企业,370102\n甲,企业,\n",
	})
	out := at("out.csv")
	code, _, stderr := shenbao(t, "zh", "", "sweep", "demo-2024", "--programmes", fixture, "--units", at("units.csv"), "--list", "units="+at("rows.csv"), "--out", out)
	file, err := os.Open(out + ".faults.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || code != exitFindings || !strings.Contains(stderr, out+".faults.csv") {
		t.Fatal(err, code, stderr)
	}
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join(slices.Concat(r[:4], r[5:]), ","))
	}
	want := []string{"row,line,field,kept,to,list", "3,4,host.kind,unknown,5,", "4,6,,left_out,7,", ",3,,unknown,3,", "1,2,place,unknown,2,units", "2,3,,left_out,3,units", "3,4,,left_out,4,units"}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	code, _, stderr = shenbao(t, "zh", "", "sweep", "demo-2024", "--programmes", fixture, "--units", at("units.csv"), "--list", "参加单位="+at("rows.csv"))
	if code != exitFindings || !strings.Contains(stderr, "rows.csv:3: 单位文件中没有编号为“戊”的单位") || !strings.Contains(stderr, "units.csv:6: 有 3 格，表头有 2 格；请检查逗号和引号（第 6 至 7 行被读成一行；请检查引号）") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// Flags about lists and registers that cannot be meant.
func TestSweepLoadFlags(t *testing.T) {
	at := place(t, map[string]string{
		"units.csv": "编号,已建场地\n甲,是\n", "units.ndjson": "{}\n", "rows.csv": "编号,姓名\n甲,乙\n",
		"wrong.json": `{"registers": {"platfroms": []}}`, "column.json": `{"registers": {"platforms": [{"code": "1"}]}}`, "facts.json": `{"ready.site": true}`,
		"mixed/platforms.json": "[]", "mixed/names.csv": "name\n", "empty/.keep": "", "broken/platforms.json": `[{"name": "甲"}, {"name": []}]`,
		"unknown/platform.json": "[]",
	})
	rows := at("rows.csv")
	for _, tt := range []struct {
		stderr string
		args   []string
	}{
		{"--list: “staff”不是清单文件", []string{"--list", "staff"}},
		{"--list: 没有清单“stuff”；指南包的清单有：staff, units", []string{"--list", "stuff=" + rows}},
		{"--list: 没有清单“ready.site”", []string{"--list", "ready.site=" + rows}},
		{"--list: 清单“固定人员”写了两次", []string{"--list", "staff=" + rows, "--list", "固定人员=" + rows}},
		{"--complete: “units”没有用 --list 提供", []string{"--list", "staff=" + rows, "--complete", "units"}},
		{"找不到", []string{"--list", "staff=" + at("none.csv")}},
		{"rows.csv: NDJSON 的清单写在各单位的行里", []string{"--units", at("units.ndjson"), "--list", "staff=" + rows}},
		{"--registers: 名录有起止日期；请用 --as-of", []string{"--registers", at("empty")}},
		{"找不到", []string{"--as-of", "2024-03-20", "--registers", at("none.json")}},
		{"wrong.json: registers: 没有名录“platfroms”。您是否想用“platforms”？", []string{"--as-of", "2024-03-20", "--registers", at("wrong.json")}},
		{"column.json: registers.platforms: 名录“platforms”没有“code”这一列", []string{"--as-of", "2024-03-20", "--registers", at("column.json")}},
		{"facts.json: 文件里没有 registers", []string{"--as-of", "2024-03-20", "--registers", at("facts.json")}},
		{"names.csv: 名录文件夹里只放 名录代码.json", []string{"--as-of", "2024-03-20", "--registers", at("mixed")}},
		{"empty: 文件夹里没有名录", []string{"--as-of", "2024-03-20", "--registers", at("empty")}},
		{"platforms.json: registers.platforms[2].name: 名录的每个值都应为文字", []string{"--as-of", "2024-03-20", "--registers", at("broken")}},
		{"platform.json: registers: 没有名录“platform”。您是否想用“platforms”？", []string{"--as-of", "2024-03-20", "--registers", at("unknown")}},
	} {
		args := tt.args
		if !slices.Contains(args, "--units") {
			args = append(args, "--units", at("units.csv"))
		}
		code, _, stderr := shenbao(t, "zh", "", append([]string{"sweep", "demo-2024", "--programmes", fixture}, args...)...)
		if code != exitFindings || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%v: exit %d, stderr %q, want %q", tt.args, code, stderr, tt.stderr)
		}
	}
}

// With registers a sweep gives the verdicts that "programme try" gives; without
// them it says that they are not connected.
func TestSweepRegisters(t *testing.T) {
	const example = "../../docs/example/facts.json"
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	var registers map[string]json.RawMessage
	if err := json.Unmarshal(members["registers"], &registers); err != nil || len(registers) < 2 {
		t.Fatal(err, registers)
	}
	for id, reg := range registers {
		files["registers/"+id+".json"] = string(reg)
	}
	delete(members, "registers")
	members["id"] = json.RawMessage(`"u1"`)
	line, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	files["units.ndjson"] = string(line) + "\n"
	at := place(t, files)

	_, stdout, _ := shenbao(t, "zh", "", "programme", "try", "shandong-tic-2024", example, "--json")
	var report struct {
		Findings []struct{ Rule, Verdict string }
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	for _, registers := range []string{"", example, at("registers")} {
		args := []string{"shandong-tic-2024", "--units", at("units.ndjson"), "--ratify", "1"}
		if registers != "" {
			args = append(args, "--registers", registers, "--as-of", "2024-12-02")
		}
		code, stderr, units := sweepTo(t, at("out.ndjson"), args...)
		if code != exitOK || len(units) != 1 {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		unconnected := 0
		for _, f := range report.Findings {
			if slices.Contains(units[0].Reasons[f.Rule], "register") {
				unconnected++
			} else if got := units[0].Rules[f.Rule]; got != f.Verdict {
				t.Errorf("registers %q: %s is %s, tried %s", registers, f.Rule, got, f.Verdict)
			}
		}
		if (unconnected > 0) != (registers == "") {
			t.Errorf("registers %q: %d rules lack one", registers, unconnected)
		}
	}
}

// A side file tells of its own run only, and says when it cannot be written.
func TestSweepFaultsFile(t *testing.T) {
	at := place(t, map[string]string{"bad.csv": "已建场地\n也许\n", "fine.csv": "已建场地\n是\n", "folder/x": ""})
	for _, tt := range []struct {
		units  string
		code   int
		lines  int
		stderr string
	}{{"fine.csv", exitOK, 0, ""}, {"bad.csv", exitFindings, 2, "各行的问题见"}, {"fine.csv", exitOK, 1, ""}} {
		code, _, stderr := shenbao(t, "zh", "", "sweep", "demo-2024", "--programmes", fixture, "--units", at(tt.units), "--out", at("out.csv"))
		text, _ := os.ReadFile(at("out.csv.faults.csv")) // the first run writes none
		if code != tt.code || strings.Count(string(text), "\n") != tt.lines || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%s: exit %d, %s, faults %q", tt.units, code, stderr, text)
		}
	}
	code, _, stderr := shenbao(t, "zh", "", "sweep", "demo-2024", "--programmes", fixture, "--units", at("bad.csv"), "--faults", at("folder"))
	if code != exitFindings || !strings.Contains(stderr, "folder") || !strings.Contains(stderr, "bad.csv:2") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

// The progress line tells the rate of the file that is read, and the time that
// all files still take.
func TestProgressLine(t *testing.T) {
	s := &sweeping{app: &app{config: config{Lang: "zh"}}, size: 400 << 20}
	p := sweep.Progress{Bytes: 100 << 20, Rows: 50_000}
	if got, want := s.progressLine(p, 10*time.Second, 10*time.Second), "已读 50000 个单位 · 100 MB · 每秒 5000 个 · 还需 30s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.list, s.done, s.faults.n = "staff", 200<<20, 7
	p.Faults = 7
	if got, want := s.progressLine(p, 30*time.Second, 5*time.Second), "已读清单 staff 50000 行 · 300 MB · 每秒 10000 行 · 还需 10s · 7 处问题"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.size = 0
	if got := s.progressLine(p, time.Second, 0); strings.Contains(got, "还需") {
		t.Errorf("%q tells the time left of a file without size", got)
	}
}
