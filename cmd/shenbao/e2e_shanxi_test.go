package main

import (
	"encoding/json"
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
	walkDemo(t, "shanxi.mjs", map[string]file{
		"E2E_FACTS": {"facts.json", facts}, "E2E_PDF": {"证明材料.pdf", proof(t)}, "E2E_SEAL": {"推荐函.png", scan(t)},
	}, "--call", "shanxi")
}
