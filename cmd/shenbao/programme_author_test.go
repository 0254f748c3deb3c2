package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The commands for authors on the fixture, as text in both languages and as
// JSON.
func TestAuthorCommands(t *testing.T) {
	for name, args := range map[string][]string{
		"outline":      {"outline", "demo-2024", "--source", fixture + "/source.txt"},
		"coverage_all": {"coverage", "--all"},
	} {
		t.Run(name, func(t *testing.T) {
			args = append([]string{"programme", args[0], "--programmes", fixture}, args[1:]...)
			for _, lang := range []string{"zh", "en"} {
				var b strings.Builder
				transcript(t, &b, lang, args...)
				golden(t, "programme_"+name+"."+lang+".golden", b.String())
			}
			var b strings.Builder
			transcript(t, &b, "zh", append(args, "--json")...)
			golden(t, "programme_"+name+".json.golden", b.String())
		})
	}
}

// inFixtureCopy runs fn in a folder that holds a copy of the fixture as
// "programmes".
func inFixtureCopy(t *testing.T, fn func(t *testing.T)) {
	t.Helper()
	library, err := filepath.Abs(fixture)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("in a copy", func(t *testing.T) {
		t.Chdir(t.TempDir())
		if err := os.CopyFS("programmes", os.DirFS(library)); err != nil {
			t.Fatal(err)
		}
		fn(t)
	})
}

// A new package, empty and as a copy; what exists is left alone.
func TestProgrammeNew(t *testing.T) {
	got := map[string]*strings.Builder{}
	lines := [][]string{
		{"trial-2025", "--title", "2025年试点项目", "--region", "370100", "--issuer", "示范市科学技术局"},
		{"demo-2025", "--title", "2025年示范技术中心", "--from", "demo-2024"},
		{"demo-2025", "--title", "再来一次"},
		{"left-2025", "--title", "有同名的文件夹"},
		{"Demo", "--title", "编号不合规"},
		{"demo-2026", "--title", "没有这一个", "--from", "demo-2023"},
	}
	for _, run := range []struct{ golden, lang, flag string }{
		{"programme_new.zh.golden", "zh", ""}, {"programme_new.en.golden", "en", ""}, {"programme_new.json.golden", "zh", "--json"},
	} {
		b := &strings.Builder{}
		got[run.golden] = b
		inFixtureCopy(t, func(t *testing.T) {
			if err := os.Mkdir("programmes/left-2025", 0o700); err != nil {
				t.Fatal(err)
			}
			if run.flag != "" {
				transcript(t, b, run.lang, append([]string{"programme", "new", "--programmes", "programmes", run.flag}, lines[1]...)...)
				return
			}
			for _, args := range lines {
				transcript(t, b, run.lang, append([]string{"programme", "new", "--programmes", "programmes"}, args...)...)
			}
			if left, err := os.ReadDir("programmes/left-2025"); err != nil || len(left) > 0 {
				t.Errorf("the folder that existed was changed: %v %v", left, err)
			}
			for _, id := range []string{"trial-2025", "demo-2025"} {
				if code, stdout, _ := shenbao(t, run.lang, "", "programme", "check", id, "--programmes", "programmes"); code != exitOK {
					t.Errorf("%s: %s", id, stdout)
				}
			}
		})
	}
	for name, b := range got {
		golden(t, name, strings.ReplaceAll(b.String(), "\\", "/"))
	}
}

// An index that cannot be written leaves no half package behind.
func TestProgrammeNewIsWholeOrNothing(t *testing.T) {
	inFixtureCopy(t, func(t *testing.T) {
		if err := os.Mkdir("programmes/index.yaml.new", 0o700); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := shenbao(t, "zh", "", "programme", "new", "trial-2025", "--title", "试点", "--programmes", "programmes")
		if code != exitFindings || !strings.Contains(stderr, "index.yaml.new") {
			t.Errorf("exit %d: %s", code, stderr)
		}
		if _, err := os.Stat("programmes/trial-2025"); !os.IsNotExist(err) {
			t.Errorf("a half package was left: %v", err)
		}
	})
}

var style = regexp.MustCompile(`(?s)<style>.*</style>`)

// The page of the fixture without its style sheet.
func TestProgrammeShowHTML(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		code, stdout, stderr := shenbao(t, lang, "", "programme", "show", "demo-2024", "--html", "-", "--programmes", fixture)
		if code != exitOK || stderr != "" {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		golden(t, "programme_show."+lang+".html", style.ReplaceAllString(stdout, "<style></style>"))
	}
	file := filepath.Join(t.TempDir(), "page.html")
	code, stdout, stderr := shenbao(t, "zh", "", "programme", "show", "demo-2024", "--html", file, "--programmes", fixture)
	text, err := os.ReadFile(file)
	if code != exitOK || stdout != "" || !strings.Contains(stderr, file) || err != nil || !strings.HasPrefix(string(text), "<!DOCTYPE html>") {
		t.Errorf("exit %d, stdout %q, stderr %q, %v", code, stdout, stderr, err)
	}
}

// Wrong input is told with its place, and the exit code is that of a fault or of
// wrong usage.
func TestAuthorCommandFaults(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.txt")
	if err := os.WriteFile(broken, []byte("\xff\xfe\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	faulty := filepath.Join(dir, "faulty")
	if err := os.CopyFS(faulty, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(faulty, "demo-2024", "call.yaml"), []byte("source: {parts: 3}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	source := fixture + "/source.txt"
	for _, tt := range []struct {
		want   int
		stderr string
		args   []string
	}{
		{0, "", []string{"outline", "--source", source}},
		{1, "none.txt: 找不到", []string{"outline", "--source", "none.txt"}},
		{1, broken + ":1", []string{"outline", "--source", broken}},
		{1, "您是否想用“demo-2024”", []string{"outline", "demo-2023", "--source", source}},
		{1, "demo-2024/call.yaml:1:", []string{"outline", "demo-2024", "--source", source, "--programmes", faulty}},
		{2, "--source", []string{"outline", "demo-2024"}},
		{2, "<ID>、--all", []string{"coverage"}},
		{2, "<ID>、--all", []string{"coverage", "demo-2024", "--all"}},
		{1, "demo-2024 有", []string{"coverage", "--all", "--programmes", faulty}},
		{1, "您是否想用“demo-2024”", []string{"show", "demo-2023", "--html", "-"}},
		{1, "none/page.html: 找不到", []string{"show", "demo-2024", "--html", filepath.Join(dir, "none/page.html")}},
		{2, "--title", []string{"new", "trial-2025"}},
	} {
		args := append([]string{"programme", tt.args[0]}, tt.args[1:]...)
		if !strings.Contains(strings.Join(args, " "), "--programmes") {
			args = append(args, "--programmes", fixture)
		}
		code, _, stderr := shenbao(t, "zh", "", args...)
		if code != tt.want || !strings.Contains(stderr, tt.stderr) || tt.want == 0 && stderr != "" {
			t.Errorf("%v: exit %d, want %d; stderr %q", tt.args, code, tt.want, stderr)
		}
	}
	if code, _, stderr := shenbao(t, "zh", "", "programme", "new", "trial-2025", "--title", "试点"); code != exitUsage || !strings.Contains(stderr, "--programmes=DIR") {
		t.Errorf("new without a folder: exit %d, stderr %q", code, stderr)
	}
}
