package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"shenbao/internal/pdf"
	"shenbao/internal/sample"
)

// TestApplyingEndToEnd walks in a real browser from the question "can we apply?"
// to the receipt, and on to the province, on the demonstration.
func TestApplyingEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("walks through an application")
	}
	if why := browserMissing(); why != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	d, _, stop := startDemo(t)
	defer stop()
	dir := t.TempDir()
	facts, err := json.Marshal(sample.Units()[3].Application())
	if err != nil {
		t.Fatal(err)
	}
	page := pdf.New(pdf.Meta{Title: "证明材料"})
	page.Title("证明材料")
	page.Text("为演示准备的材料。")
	var b bytes.Buffer
	if _, err := page.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	factsFile, paper := filepath.Join(dir, "facts.json"), filepath.Join(dir, "证明材料.pdf")
	for name, content := range map[string][]byte{factsFile: facts, paper: b.Bytes()} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pictures, err := filepath.Abs("../../bin/pictures")
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "applying.mjs")
	node.Dir = "../../e2e"
	node.Env = append(os.Environ(), "E2E_BASE="+d.Address, "E2E_PASSWORD="+demoPassword, "E2E_FACTS="+factsFile, "E2E_PDF="+paper,
		"E2E_PICTURES="+pictures, "E2E_CHROMIUM="+chromium())
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("the walk failed: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}
