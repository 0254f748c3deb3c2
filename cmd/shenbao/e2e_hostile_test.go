package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"shenbao/internal/pdf"
)

// TestHostileTextsInABrowser types texts that are code elsewhere into everything
// that is written about applications, in a real browser, on the demonstration, and
// opens every page that shows them: e2e/hostile.mjs (attack A1 of docs/hostile.md).
func TestHostileTextsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("walks through the demonstration")
	}
	if why := browserMissing(); why != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	d, _, stop := startDemo(t)
	defer stop()
	paper := filepath.Join(t.TempDir(), "材料.pdf")
	f, err := os.Create(paper)
	if err != nil {
		t.Fatal(err)
	}
	page := pdf.New(pdf.Meta{Title: "证明材料"})
	page.Title("证明材料")
	if _, err := page.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	pictures, err := filepath.Abs("../../bin/pictures")
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "hostile.mjs")
	node.Dir = "../../e2e"
	node.Env = append(os.Environ(), "E2E_BASE="+d.Address, "E2E_PASSWORD="+demoPassword, "E2E_PDF="+paper, "E2E_PICTURES="+pictures, "E2E_CHROMIUM="+chromium())
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("the walk failed: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}
