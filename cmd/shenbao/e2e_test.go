package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// TestEndToEnd walks through the platform in a real browser: e2e/platform.mjs.
// It needs Chromium and Node, and the modules of e2e/package.json; under
// CI=true their absence fails it. Pictures of every page are kept in
// bin/pictures.
func TestEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("walks through the whole platform")
	}
	if why := browserMissing(); why != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "shenbao")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	data := filepath.Join(dir, "data")
	base, first := startServer(t, binary, data)
	pictures, err := filepath.Abs("../../bin/pictures")
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "platform.mjs")
	node.Dir = "../../e2e"
	node.Env = append(os.Environ(), "E2E_BASE="+base, "E2E_FIRST="+first, "E2E_MAIL="+filepath.Join(data, mailFolder), "E2E_PICTURES="+pictures,
		"E2E_ROSTER="+roster(t, dir, "roster.xlsx", "370181199003071233"), "E2E_ROSTER_WRONG="+roster(t, dir, "wrong.xlsx", "370181199003071230"),
		"E2E_NOTICE="+notice(t), "E2E_CHROMIUM="+chromium())
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("the walk failed: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// browserMissing says what the walk lacks, or "".
func browserMissing() string {
	if chromium() == "" {
		return "Chromium is not installed"
	}
	if _, err := exec.LookPath("node"); err != nil {
		return "Node is not installed"
	}
	if _, err := os.Stat("../../e2e/node_modules/playwright-core"); err != nil {
		return "the modules of e2e/ are not installed: cd e2e && npm ci --ignore-scripts"
	}
	return ""
}

var firstLink = regexp.MustCompile(`http://[^/\s]+/first/[\w-]+`)

// startServer starts the program on a free port with fresh data, and returns
// its address and the link of the first administrator.
func startServer(t *testing.T, binary, data string) (base, first string) {
	t.Helper()
	cmd := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	found := make(chan string, 1)
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			if link := firstLink.FindString(s.Text()); link != "" {
				found <- link
			}
		}
	}()
	select {
	case first = <-found:
	case <-time.After(10 * time.Second):
		t.Fatal("the server did not print the first link")
	}
	base, _, _ = strings.Cut(first, "/first/")
	return base, first
}

// roster writes a workbook with two people; the number is that of the first.
func roster(t *testing.T, dir, name, number string) string {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range [][]any{{"姓名", "证件号", "学位"}, {"李𠅤", number, "博士"}, {"王小明", "", "硕士"}} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, name)
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// notice is the official text of the call, "" when it is not at hand.
func notice(t *testing.T) string {
	found, err := filepath.Glob("../../../shared/seeds/*000*")
	if err != nil || len(found) == 0 {
		t.Log("the official texts are not beside the project: the comparison is left out")
		return ""
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}
