package programme_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"shenbao/internal/locale"
)

// mustAnswer loads, checks and shows a package with one file replaced: whatever
// the file holds, it is refused with faults that have a place and a message, or
// it works. It never panics.
func mustAnswer(t *testing.T, file string, text []byte) {
	fsys := planted(t)
	fsys[file] = &fstest.MapFile{Data: text}
	p, err := load(t, fs.FS(fsys))
	if err == nil && p.Program == nil {
		t.Fatal("neither loaded nor refused")
	}
	for _, q := range p.Check() {
		if q.File == "" || !utf8.ValidString(q.Text(locale.ZH)) || q.Text(locale.ZH) == q.Key {
			t.Fatalf("no place or no message: %+v", q)
		}
	}
	p.Coverage()
	p.Show(locale.EN)
	p.Claims()
}

// FuzzRulesMD reads any text as rules.md.
func FuzzRulesMD(f *testing.F) {
	seed(f, library+"/"+demo+"/rules.md")
	f.Add([]byte("## 001 · 题 · 背景 · 无\nx\n```note\nwhy: x\n```\n"))
	f.Add([]byte("```rule\nid: x"))
	f.Add([]byte("## 001 · · · \n## 001 · 题 · 背景 · 无\n```\n"))
	f.Fuzz(func(t *testing.T, text []byte) { mustAnswer(t, demo+"/rules.md", text) })
}

// FuzzYAML reads any text as each of the YAML files.
func FuzzYAML(f *testing.F) {
	files := []string{"call.yaml", "form.yaml", "review.yaml", "after.yaml", "tables.yaml", "cases/base.yaml"}
	for i, name := range files {
		text, err := os.ReadFile(filepath.Join(library, demo, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), text)
	}
	f.Add(uint8(0), []byte("a: &x [*x]"))
	f.Add(uint8(1), []byte("sections: [{id: a, name: 甲, facts: [{id: b, name: 乙, kind: series}]}]"))
	f.Add(uint8(5), []byte("base: {rd: 1}\ncases: [{name: x, as_of: 2024-01-01, drop: [rd], items: {host.rd: [1]}}]"))
	f.Fuzz(func(t *testing.T, file uint8, text []byte) {
		mustAnswer(t, demo+"/"+files[int(file)%len(files)], text)
	})
}

func seed(f *testing.F, name string) {
	text, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
}
