package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestFilling walks through the form of an application in a real browser, with
// its script: e2e/filling.mjs. It needs what cmd/shenbao's TestEndToEnd needs.
func TestFilling(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	chromium, err := exec.LookPath("chromium")
	if _, e := os.Stat("../e2e/node_modules/playwright-core"); err != nil || e != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium or the modules of e2e/ are not installed", err, e)
		}
		t.Skip("Chromium or the modules of e2e/ are not installed", err, e)
	}
	h := newHall(t)
	pictures, err := filepath.Abs("../bin/pictures")
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "filling.mjs")
	node.Dir = "../e2e"
	node.Env = append(os.Environ(), "E2E_BASE="+h.URL, "E2E_PICTURES="+pictures, "E2E_CHROMIUM="+chromium, "E2E_DRAFT="+h.path(h.house.Begin().ID, ""),
		"E2E_FIRST_EDITOR="+h.who("host editor").token, "E2E_SECOND_EDITOR="+h.who("second editor").token)
	if out, err := node.CombinedOutput(); err != nil {
		t.Fatalf("the walk failed: %v\n%s", err, out)
	}
}
