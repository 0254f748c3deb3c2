package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every key of every golden JSON is explained in docs/json.md.
func TestJSONIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, w := range regexp.MustCompile(`[a-z_]+`).FindAllString(string(doc), -1) {
		words[w] = true
	}
	files, err := filepath.Glob("testdata/programme_*.json.golden")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(text), "-- stdout --\n")
		body, _, _ = strings.Cut(body, "-- exit ")
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		keysOf(v, func(key string) {
			if !words[key] {
				t.Errorf("%s: docs/json.md does not explain %q", file, key)
			}
		})
	}
}

func keysOf(v any, fn func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			fn(key)
			keysOf(inner, fn)
		}
	case []any:
		for _, inner := range v {
			keysOf(inner, fn)
		}
	}
}
