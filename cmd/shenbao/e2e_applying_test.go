package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
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
	facts, err := json.Marshal(sample.Units()[3].Application())
	if err != nil {
		t.Fatal(err)
	}
	walkDemo(t, "applying.mjs", map[string]file{"E2E_FACTS": {"facts.json", facts}, "E2E_PDF": {"证明材料.pdf", proof(t)}, "E2E_SEAL": {"盖章页.png", scan(t)}})
}

// A file is one that a walk uploads or reads.
type file struct {
	name    string
	content []byte
}

// walkDemo runs a walk of e2e/ on the demonstration, which is started with some
// flags. The files are named to it by variables of its environment.
func walkDemo(t *testing.T, walk string, files map[string]file, flags ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("walks through the demonstration")
	}
	if why := browserMissing(); why != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	d, _, stop := startDemo(t, flags...)
	defer stop()
	pictures, err := filepath.Abs("../../bin/pictures")
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", walk)
	node.Dir = "../../e2e"
	node.Env = append(os.Environ(), "E2E_BASE="+d.Address, "E2E_PASSWORD="+demoPassword, "E2E_PICTURES="+pictures, "E2E_CHROMIUM="+chromium())
	dir := t.TempDir()
	for name, f := range files {
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, f.content, 0o600); err != nil {
			t.Fatal(err)
		}
		node.Env = append(node.Env, name+"="+path)
	}
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("the walk failed: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// scan is a picture that stands for the scan of something sealed.
func scan(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 600, 800))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// proof is a page that stands for any document that an application asks for.
func proof(t *testing.T) []byte {
	t.Helper()
	page := pdf.New(pdf.Meta{Title: "证明材料"})
	page.Title("证明材料")
	page.Text("为演示准备的材料。")
	var b bytes.Buffer
	if _, err := page.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
