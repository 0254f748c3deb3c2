package main

import "testing"

// TestHostileTextsInABrowser types texts that are code elsewhere into everything
// that is written about applications, in a real browser, on the demonstration, and
// opens every page that shows them: e2e/hostile.mjs (attack A1 of docs/hostile.md).
func TestHostileTextsInABrowser(t *testing.T) {
	walkDemo(t, "hostile.mjs", map[string]file{"E2E_PDF": {"材料.pdf", proof(t)}})
}
