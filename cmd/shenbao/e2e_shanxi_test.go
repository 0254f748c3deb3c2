package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"testing"

	"shenbao/internal/sample"
)

// TestShanxiEndToEnd walks in a real browser through Shanxi's call, on the
// demonstration while it is open: e2e/shanxi.mjs.
func TestShanxiEndToEnd(t *testing.T) {
	facts, err := json.Marshal(sample.Units()[17].Application())
	if err != nil {
		t.Fatal(err)
	}
	var seal bytes.Buffer
	if err := png.Encode(&seal, image.NewGray(image.Rect(0, 0, 600, 800))); err != nil {
		t.Fatal(err)
	}
	walkDemo(t, "shanxi.mjs", map[string]file{
		"E2E_FACTS": {"facts.json", facts}, "E2E_PDF": {"证明材料.pdf", proof(t)}, "E2E_SEAL": {"推荐函.png", seal.Bytes()},
	}, "--call", "shanxi")
}
