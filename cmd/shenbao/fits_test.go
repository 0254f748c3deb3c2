package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const fitsLibrary, fitsUnits = "testdata/fits/library", "testdata/fits/"

// What a unit fits, with and without those it does not, in both languages and as
// JSON; and a unit that fits with a reason to give.
func TestFits(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"fits", []string{"unit.json"}},
		{"fits_all", []string{"unit.json", "--all"}},
		{"fits_justified", []string{"justified.json"}},
	} {
		args := append([]string{"fits", "--programmes", fitsLibrary, fitsUnits + tt.args[0]}, tt.args[1:]...)
		for _, lang := range []string{"zh", "en"} {
			var b strings.Builder
			transcript(t, &b, lang, args...)
			golden(t, tt.name+"."+lang+".golden", b.String())
		}
		if tt.name == "fits_all" {
			var b strings.Builder
			transcript(t, &b, "zh", append(args, "--json")...)
			golden(t, "fits.json.golden", b.String())
		}
	}
}

// The exit code says whether a call fits and the file is sound; what is wrong is
// said with its place.
func TestFitsFaults(t *testing.T) {
	write := func(name, text string) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const fine = `"host.place": "370114", "employees": 40, "dishonest": false`
	for _, tt := range []struct {
		text   string
		code   int
		stderr string
		stdout string // a part of it
		args   []string
	}{
		{text: `{` + fine + `}`, stdout: "核验日 未写明"},
		{text: `{` + fine + `}`, stdout: "核验日 2024-03-20", args: []string{"--as-of", "2024-03-20"}},
		{text: `{"as_of": "2024-01-02", ` + fine + `}`, stdout: "核验日 2024-01-02", args: []string{"--as-of", "2024-03-20"}},
		{text: `{"employees": 400}`, code: 1, stdout: "可能符合"},
		{text: `{"emploiees": 40, ` + fine + `}`, code: 1, stdout: "符合 2 个", stderr: "unit.json:1:15: emploiees: 没有名为“emploiees”的事实。您是否想用“employees”？\n"},
		{text: `{"quite_another": {"thing": 1}, ` + fine + `}`, code: 1, stdout: "符合 2 个", stderr: "quite_another.thing: 没有名为"},
		{text: `{"从业": 40, ` + fine + `}`, code: 1, stdout: "符合 2 个", stderr: "您是否想用“从业人数”？"},
		{text: `{"patents": "许多", ` + fine + `}`, code: 1, stdout: "符合 2 个", stderr: "unit.json:1:13: patents: “许多”不是数"},
		{text: `{"tax": "100 平方米", ` + fine + `}`, code: 1, stdout: "符合 2 个", stderr: "unit.json:1:9: tax:"},
		{text: `{"rd": {"1999": 1}, ` + fine + `}`, code: 1, stdout: "符合 2 个", stderr: "没有年度“1999”"},
		{text: `{"staff": [{"docter": true}], ` + fine + `}`, code: 1, stdout: "符合 2 个", stderr: "您是否想用“doctor”？"},
		{text: `{"host": 3}`, code: 1, stdout: "可能符合 5 个", stderr: "unit.json:1:10: host:"},
		{text: `{"employees": 40`, code: 1, stderr: "unit.json:1:17: JSON"},
		{text: `not json`, code: 1, stderr: "unit.json:1:"},
		{text: `[1]`, code: 1, stderr: "unit.json:1:1:"},
		{text: ``, code: 1, stderr: "unit.json:1:1:"},
		{text: `{` + fine + `}`, code: 1, stderr: "--as-of: “2024-13-01”", args: []string{"--as-of", "2024-13-01"}},
	} {
		args := append([]string{"fits", "--programmes", fitsLibrary, write("unit.json", tt.text)}, tt.args...)
		code, stdout, stderr := shenbao(t, "zh", "", args...)
		if code != tt.code || !strings.Contains(stderr, tt.stderr) || tt.stderr == "" && stderr != "" || !strings.Contains(stdout, tt.stdout) || tt.stdout == "" && stdout != "" {
			t.Errorf("%s %v: exit %d, want %d\nstderr %q, want %q\n%s", tt.text, tt.args, code, tt.code, stderr, tt.stderr, stdout)
		}
	}
	for _, tt := range []struct{ file, want string }{{"none.json", "none.json: 找不到"}, {"testdata", "文件夹"}} {
		if code, stdout, stderr := shenbao(t, "zh", "", "fits", "--programmes", fitsLibrary, tt.file); code != exitFindings || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit %d, %q, %q", tt.file, code, stdout, stderr)
		}
	}
	if code, _, _ := shenbao(t, "zh", "", "fits"); code != exitUsage {
		t.Errorf("without a file: exit %d", code)
	}
	if code, stdout, stderr := shenbao(t, "zh", `{`+fine+`}`, "fits", "--programmes", fitsLibrary, "-"); code != exitOK || stderr != "" {
		t.Errorf("from standard input: exit %d, %s%s", code, stdout, stderr)
	}
}

// Of the calls that could fit those come first that lack the fewest proofs, of
// those that do not the nearest.
func TestFitsOrder(t *testing.T) {
	for facts, want := range map[string]string{
		`{}`: "park-2024 guide-2024/people voucher-2024 guide-2024/prizes centre-2024",
		`{"host.place": "370114", "employees": 301, "dishonest": false, "patents": 2, "high_tech": false}`: "guide-2024/people guide-2024/prizes voucher-2024 centre-2024 park-2024",
	} {
		_, stdout, _ := shenbao(t, "zh", facts, "fits", "--programmes", fitsLibrary, "--all", "--json", "-")
		var r fitsReport
		if err := json.Unmarshal([]byte(stdout), &r); err != nil {
			t.Fatal(err, stdout)
		}
		var got []string
		for _, c := range r.Calls {
			got = append(got, c.Package)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", facts, got, want)
		}
	}
}

// A package that cannot be used is reported, and the others are held against the
// unit all the same.
func TestFitsWithAFaultyPackage(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fitsLibrary)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "park-2024", "rules.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "场地面积", "场地", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := shenbao(t, "zh", "", "fits", "--programmes", dir, fitsUnits+"unit.json", "--json")
	var r fitsReport
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err, stdout)
	}
	if code != exitFindings || r.Classes.Qualifying != 2 || r.Classes.Not != 1 || len(r.Faults) != 1 || r.Faults[0].File != "park-2024/rules.md" {
		t.Errorf("exit %d, %+v, faults %+v", code, r.Classes, r.Faults)
	}
}

// Every key of the JSON is explained in docs/json.md.
func TestFitsJSONIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(doc), "\n## fits\n")
	if !ok {
		t.Fatal("no section on fits")
	}
	_, stdout, _ := shenbao(t, "zh", "", "fits", "--programmes", fitsLibrary, fitsUnits+"unit.json", "--all", "--json")
	var r map[string]any
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	for key := range r {
		if !strings.Contains(section, "`"+key+"`") {
			t.Errorf("%s is not explained", key)
		}
	}
	for key := range r["calls"].([]any)[0].(map[string]any) {
		if !strings.Contains(section, key+",") && !strings.Contains(section, key+"}") {
			t.Errorf("%s of a call is not explained", key)
		}
	}
}
