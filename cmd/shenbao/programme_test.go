package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fixture is a small made-up library, so that golden files do not move with the
// real packages.
const fixture = "../../programme/testdata/library"

// Each command on the fixture, as text in both languages and as JSON.
func TestProgrammeCommands(t *testing.T) {
	const facts = "../../programme/testdata/try/"
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"list", nil},
		{"show", []string{"demo-2024"}},
		{"check", []string{"demo-2024"}},
		{"coverage", []string{"demo-2024"}},
		{"try", []string{"demo-2024", facts + "refused.json"}},
		{"verify", []string{"demo-2024", "--source", fixture + "/source.txt"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"programme", tt.name, "--programmes", fixture}, tt.args...)
			for _, lang := range []string{"zh", "en"} {
				var b strings.Builder
				transcript(t, &b, lang, args...)
				golden(t, "programme_"+tt.name+"."+lang+".golden", b.String())
			}
			var b strings.Builder
			transcript(t, &b, "zh", append(args, "--json")...)
			golden(t, "programme_"+tt.name+".json.golden", b.String())
		})
	}
}

// The exit code says whether all is well: 0, 1 for findings and faults.
func TestProgrammeExitCodes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const facts = "../../programme/testdata/try/"
	unknown := write("unknown.json", `{"nobody": 1}`)
	source := write("source.txt", "另一份通知\n一、其他内容。\n")
	broken := write("broken.txt", "\xff\xfe\n")
	for _, tt := range []struct {
		want   int
		stderr string
		args   []string
	}{
		{0, "", []string{"list"}},
		{0, "", []string{"check"}},
		{0, "", []string{"try", "demo-2024", facts + "eligible.json"}},
		{1, "", []string{"try", "demo-2024", facts + "unknown.json"}},
		{1, unknown + ":1:", []string{"try", "demo-2024", unknown}},
		{1, "none.json", []string{"try", "demo-2024", "none.json"}},
		{1, "demo-2024", []string{"show", "demo-2023"}},
		{1, "", []string{"verify", "demo-2024", "--source", source}},
		{1, broken + ":1", []string{"verify", "demo-2024", "--source", broken}},
		{2, "", []string{"verify", "demo-2024"}},
	} {
		args := append([]string{"programme", tt.args[0], "--programmes", fixture}, tt.args[1:]...)
		code, _, stderr := shenbao(t, "zh", "", args...)
		if code != tt.want || !strings.Contains(stderr, tt.stderr) || tt.want == 0 && stderr != "" {
			t.Errorf("%v: exit %d, want %d; stderr %q", tt.args, code, tt.want, stderr)
		}
	}
}

// A faulty package is refused with file and line by every command that needs it
// whole; check says all of it.
func TestFaultyPackage(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "demo-2024", "call.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "act: apply", "act: aply", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"show", "demo-2024"}, {"coverage", "demo-2024"}, {"try", "demo-2024", "-"}} {
		code, _, stderr := shenbao(t, "zh", "{}", append([]string{"programme", "--programmes", dir}, args...)...)
		if code != exitFindings || !strings.Contains(stderr, "demo-2024/call.yaml:40:10: stages[0].act: 不能写“aply”。您是否想写“apply”？") {
			t.Errorf("%v: exit %d, stderr %q", args, code, stderr)
		}
	}
	code, stdout, _ := shenbao(t, "zh", "", "programme", "check", "--programmes", dir)
	if code != exitFindings || !strings.Contains(stdout, "demo-2024/call.yaml:40:10: stages[0].act: 不能写“aply”") {
		t.Errorf("check: exit %d:\n%s", code, stdout)
	}
}

// The schemas are one JSON object, or files in a folder.
func TestProgrammeSchema(t *testing.T) {
	code, stdout, _ := shenbao(t, "zh", "", "programme", "schema")
	var all map[string]map[string]any
	if err := json.Unmarshal([]byte(stdout), &all); err != nil || code != exitOK || all["call"]["$schema"] == nil {
		t.Fatalf("exit %d, %v", code, err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if code, _, stderr := shenbao(t, "zh", "", "programme", "schema", "--out", dir); code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for name := range all {
		if _, err := os.Stat(filepath.Join(dir, name+".json")); err != nil {
			t.Error(err)
		}
	}
}
