package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The walk through next year's call in programmes/README.md is what happens:
// each command writes what stands under it, and each difference applies. A line
// that ends in …… is shown in part.
func TestNextYearWalk(t *testing.T) {
	text, err := os.ReadFile("../../programmes/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "## 五、")
	section, _, end := strings.Cut(section, "\n## 六、")
	if !ok || !end {
		t.Fatal("no section 五 in programmes/README.md")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("练习", os.DirFS(filepath.Join(root, "programme/testdata/library"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS("docs/example", os.DirFS(filepath.Join(root, "docs/example"))); err != nil {
		t.Fatal(err)
	}
	commands, changes := 0, 0
	for _, block := range regexp.MustCompile("(?ms)^```(diff)?\n(.*?)^```$").FindAllStringSubmatch(section, -1) {
		if block[1] == "diff" {
			changes++
			applyDiff(t, "练习", block[2])
			continue
		}
		for _, part := range strings.Split("\n"+block[2], "\n$ go run ./cmd/shenbao ")[1:] {
			commands++
			line, want, _ := strings.Cut(part, "\n")
			_, got, stderr := shenbao(t, "zh", "", strings.Fields(line)...)
			sameOutput(t, line, strings.TrimSpace(got+stderr), strings.TrimSpace(want))
		}
	}
	if commands != 5 || changes != 2 {
		t.Errorf("%d commands and %d differences were tried", commands, changes)
	}
}

func sameOutput(t *testing.T, command, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(g) != len(w) {
		t.Errorf("%s writes %d lines, the text has %d:\n%s", command, len(g), len(w), got)
		return
	}
	for i := range w {
		part, cut := strings.CutSuffix(w[i], "……")
		if g[i] != w[i] && (!cut || !strings.HasPrefix(g[i], part)) {
			t.Errorf("%s writes\n%s\nand the text has\n%s", command, g[i], w[i])
		}
	}
}

var hunk = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@$`)

// applyDiff applies a unified difference without context, in which no line is
// added or lost.
func applyDiff(t *testing.T, dir, diff string) {
	t.Helper()
	var file string
	var lines []string
	at, put := 0, 0
	save := func() {
		if file != "" {
			if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(diff, "\n"), "\n") {
		switch m := hunk.FindStringSubmatch(line); {
		case strings.HasPrefix(line, "--- "):
		case strings.HasPrefix(line, "+++ "):
			save()
			file = filepath.Join(dir, strings.TrimPrefix(line, "+++ "))
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lines = strings.Split(string(text), "\n")
		case m != nil:
			at, _ = strconv.Atoi(m[1])
			at--
			put = at
		case strings.HasPrefix(line, "-"):
			if at >= len(lines) || lines[at] != line[1:] {
				t.Fatalf("%s:%d is not %q", file, at+1, line[1:])
			}
			at++
		case strings.HasPrefix(line, "+"):
			lines[put] = line[1:]
			put++
		}
	}
	save()
}
