package programme

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// eachOfficial runs fn for every package of the index, with its official text.
func eachOfficial(t *testing.T, fn func(t *testing.T, p *Package, text string)) {
	lib, err := Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range lib.List() {
		t.Run(e.ID, func(t *testing.T) {
			text := official(t, e.Inventory)
			p, _ := lib.Load(e.ID)
			if p == nil {
				t.Fatal("the package cannot be read")
			}
			fn(t, p, text)
		})
	}
}

// TestOfficial holds every package against its official text: they agree.
func TestOfficial(t *testing.T) {
	eachOfficial(t, func(t *testing.T, p *Package, text string) {
		r, err := p.Verify(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Faults {
			t.Errorf("%s %s: %s", f.Clause, f.Locator, f.Message.EN)
		}
	})
}

// unnoticed is how many changes of one figure verify cannot see: those to a
// figure that stands at the same place for something else (2024 for 2025 in a
// sentence that names both, 66608802 for 66608803 in "66608802/03"), and those
// to the 0 by which a rule asks for any number at all.
var unnoticed = map[string]int{"shandong-plan-2024": 9, "jinan-2019": 10}

// TestOfficialMutants changes every figure of every official text, and every
// figure in digits of the clauses and rules, one at a time: the package no
// longer agrees.
func TestOfficialMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("changes every figure of five documents")
	}
	eachOfficial(t, func(t *testing.T, p *Package, text string) {
		survivors := sourceMutants(p, text)
		for _, m := range append([]*Package{p}, p.Members...) {
			survivors = append(survivors, rulesMutants(t, p.ID, m.ID, text)...)
		}
		if len(survivors) > unnoticed[p.ID] {
			t.Errorf("%d changes unnoticed, %d known:\n%s", len(survivors), unnoticed[p.ID], strings.Join(survivors, "\n"))
		}
	})
}

// sourceMutants changes each figure of the text that a clause must carry, and
// returns the changes that were not noticed.
func sourceMutants(p *Package, text string) (survivors []string) {
	noise := map[string]bool{}
	if r, err := p.Verify(strings.NewReader(text)); err == nil {
		for _, n := range r.Noise {
			noise[n.Text] = true
		}
	}
	at := 0
	for line := range strings.Lines(text) {
		start := at
		at += len(line)
		if noise[strings.TrimSpace(line)] {
			continue
		}
		for _, f := range Figures(line) {
			changed := mutate(f.Text)
			if f.Weak || changed == f.Text {
				continue
			}
			mutant := text[:start+f.Start] + strings.Replace(line[f.Start:f.End], f.Text, changed, 1) + text[start+f.End:]
			if r, err := p.Verify(strings.NewReader(mutant)); err == nil && r.OK {
				survivors = append(survivors, "the text with "+changed+" for "+f.Text+": "+strings.TrimSpace(line))
			}
		}
	}
	return survivors
}

// rulesMutants changes each figure in digits of the clauses and rules of one
// folder, and returns the changes that were not noticed.
func rulesMutants(t *testing.T, id, folder, text string) (survivors []string) {
	for _, file := range []string{"rules.md", "common.md"} {
		name := folder + "/" + file
		rules, err := os.ReadFile("../programmes/" + name)
		if err != nil {
			continue // a guide has the one, any other package the other
		}
		for _, m := range figuresOf(string(rules)) {
			mutant := bytes.Clone(rules[:m.start])
			mutant = append(mutant, mutate(string(rules[m.start:m.end]))...)
			mutant = append(mutant, rules[m.end:]...)
			if r, err := withFile(t, id, name, mutant).Verify(strings.NewReader(text)); err == nil && r.OK {
				survivors = append(survivors, name+" with "+mutate(m.text)+" for "+m.text)
			}
		}
	}
	return survivors
}

// inFile is a figure and where it stands in a file.
type inFile struct {
	start, end int
	text       string
}

// figuresOf finds the figures in digits of the clauses' prose and of the rules.
func figuresOf(rules string) []inFile {
	var out []inFile
	at, started, block := 0, false, ""
	for line := range strings.Lines(rules) {
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
			if !f.Weak && strings.ContainsAny(f.Text, "0123456789") {
				out = append(out, inFile{start + f.Start, start + f.End, f.Text})
			}
		}
	}
	return out
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
