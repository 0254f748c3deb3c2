package programme

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// TestOfficialMutants holds each verified package against its official text:
// it must agree, and no longer agree once any one figure of the text, or any
// figure in digits of rules.md, is changed.
func TestOfficialMutants(t *testing.T) {
	lib, err := Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range lib.List() {
		if e.Status != "verified" {
			continue
		}
		t.Run(e.ID, func(t *testing.T) {
			text := official(t, e.Inventory)
			p, _ := lib.Load(e.ID)
			if p == nil {
				t.Fatal("the package cannot be read")
			}
			r, err := p.Verify(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Faults {
				t.Errorf("%s %s: %s", f.Clause, f.Locator, f.Message.EN)
			}
			if !r.OK {
				return
			}
			sourceMutants(t, p, text)
			rulesMutants(t, e.ID, text)
		})
	}
}

// sourceMutants changes each figure of the text that a clause must carry.
func sourceMutants(t *testing.T, p *Package, text string) {
	for _, f := range Figures(text) {
		changed := mutate(f.Text)
		if f.Weak || changed == f.Text {
			continue
		}
		mutant := text[:f.Start] + strings.Replace(text[f.Start:f.End], f.Text, changed, 1) + text[f.End:]
		if r, err := p.Verify(strings.NewReader(mutant)); err == nil && r.OK {
			t.Errorf("the text with %s for %s still agrees", changed, f.Text)
		}
	}
}

// rulesMutants changes each figure in digits of the clauses and rules.
func rulesMutants(t *testing.T, id, text string) {
	name := id + "/rules.md"
	rules, err := os.ReadFile("../programmes/" + name)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	started, block := false, ""
	for line := range strings.Lines(string(rules)) {
		start := at
		at += len(line)
		switch {
		case strings.HasPrefix(line, "## "):
			started = true
			continue
		case strings.HasPrefix(line, "```"):
			block = strings.TrimSpace(strings.TrimLeft(line, "`"))
			continue
		}
		if !started || block != "" && !strings.HasPrefix(line, "require:") {
			continue
		}
		for _, f := range Figures(line) {
			if f.Weak || !strings.ContainsAny(f.Text, "0123456789") {
				continue
			}
			mutant := bytes.Clone(rules[:start+f.Start])
			mutant = append(mutant, mutate(line[f.Start:f.End])...)
			mutant = append(mutant, rules[start+f.End:]...)
			if r, err := withFile(t, id, name, mutant).Verify(strings.NewReader(text)); err == nil && r.OK {
				t.Errorf("%s with %s for %s still agrees: %s", name, mutate(f.Text), f.Text, strings.TrimSpace(line))
			}
		}
	}
}

// mutate changes the last digit of a figure, its Chinese numerals, or an address.
func mutate(s string) string {
	if i := strings.LastIndexAny(s, "0123456789"); i >= 0 {
		return s[:i] + string('0'+(s[i]-'0'+1)%10) + s[i+1:]
	}
	if strings.Contains(s, "@") {
		return "x" + s
	}
	return strings.NewReplacer("一", "二", "两", "三", "二", "三", "三", "四", "五", "六").Replace(s)
}

// withFile loads a package with one file changed.
func withFile(t *testing.T, id, name string, text []byte) *Package {
	t.Helper()
	fsys := fstest.MapFS{}
	if err := copyInto(fsys, os.DirFS("../programmes")); err != nil {
		t.Fatal(err)
	}
	fsys[name] = &fstest.MapFile{Data: text}
	lib, err := Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lib.Load(id)
	if p == nil {
		t.Fatal("the package cannot be read")
	}
	return p
}

func copyInto(to fstest.MapFS, from fs.FS) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		to[name] = &fstest.MapFile{Data: data}
		return err
	})
}
