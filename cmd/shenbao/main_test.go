package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenbao/internal/fault"
)

func TestVersion(t *testing.T) {
	code, stdout, stderr := shenbao(t, "en", "", "version", "--json")
	var v map[string]any
	if err := json.Unmarshal([]byte(stdout), &v); err != nil || code != exitOK || stderr != "" {
		t.Fatalf("exit %d, %v, stderr %q:\n%s", code, err, stderr, stdout)
	}
	for _, key := range []string{"version", "go", "platform"} {
		if v[key] == "" || v[key] == nil {
			t.Errorf("no %s in %s", key, stdout)
		}
	}
	if _, stdout, _ = shenbao(t, "zh", "", "version"); !strings.HasPrefix(stdout, "shenbao ") {
		t.Errorf("version = %q", stdout)
	}
}

// full is a standard output on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestLostOutputIsNoSuccess(t *testing.T) {
	var stderr strings.Builder
	code := run(t.Context(), []string{"version"}, func(string) string { return "" }, strings.NewReader(""), full{}, &stderr)
	if code != exitFindings || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("exit %d, stderr %q", code, stderr.String())
	}
}

func TestMissingFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want string }{
		{"no-such-folder", "no-such-folder: 找不到，请检查路径"},
		{file, file + ": 这是一个文件，需要的是文件夹"},
		{file + "/below", file + "/below: 这是一个文件，需要的是文件夹"},
	} {
		g := programmeCmd{Programmes: c.name}
		_, err := g.open()
		a, stderr := testApp()
		a.report(fault.All(err))
		if got := strings.TrimSpace(stderr.String()); got != c.want {
			t.Errorf("message = %q, want %q", got, c.want)
		}
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	a, _ := testApp()
	if _, err := a.open(dir); fault.Of(err).Key != "file.folder" {
		t.Errorf("open of a folder: %v", err)
	}
	if _, err := a.open(filepath.Join(dir, "none")); fault.Of(err).Kind != fault.Missing {
		t.Errorf("open of nothing: %v", err)
	}
	if f, err := a.open("-"); err != nil {
		t.Errorf("open of standard input: %v", err)
	} else if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// A report in JSON holds what the message says, part by part.
func TestReportJSON(t *testing.T) {
	a, stderr := testApp()
	var out strings.Builder
	a.JSON = true
	a.out.Reset(&out)
	a.report([]*fault.Fault{
		fault.New(fault.Refused, "file.denied").At("a.json", 3, 7).In("rd_expense").Under("000-023"),
		fault.Of(errors.New("disk")),
	})
	if err := a.out.Flush(); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.golden", "-- stdout --\n"+out.String()+"-- stderr --\n"+stderr.String())
}

func testApp() (*app, *strings.Builder) {
	stderr := &strings.Builder{}
	return newApp(config{Lang: "zh"}, strings.NewReader(""), &strings.Builder{}, stderr), stderr
}
