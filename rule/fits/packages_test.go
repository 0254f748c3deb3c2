package fits

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"shenbao/programme"
	"shenbao/rule"
)

// TestPackages compares the index with the reference engine on all real packages
// at once, for the facts of every one of their worked cases.
func TestPackages(t *testing.T) {
	lib, err := programme.Open(os.DirFS("../../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	var packages []*programme.Package
	var calls []*rule.Program
	for _, e := range lib.List() {
		p, err := lib.Load(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range append([]*programme.Package{p}, p.Members...) {
			if p.Program == nil || len(p.Members) > 0 {
				continue
			}
			packages, calls = append(packages, p), append(calls, p.Program)
		}
	}
	const every = 6 // of the cases is put to all packages; all are to their own
	all, usual := newIndex(calls, 1).NewMatcher(), NewIndex(calls).NewMatcher()
	var seen [3]int
	units := 0
	for _, p := range packages {
		own := newIndex([]*rule.Program{p.Program}, 1).NewMatcher()
		for _, situation := range situations(t, p) {
			agree(t, own, []*rule.Program{p.Program}, readings(own.ix, situation), &seen)
			if units++; units%every == 0 {
				facts := readings(all.ix, situation)
				agree(t, all, calls, facts, &seen)
				agree(t, usual, calls, facts, &seen)
			}
		}
	}
	if len(calls) < 20 || units < 300 {
		t.Errorf("%d packages, %d cases", len(calls), units)
	}
	t.Logf("%d packages, %d cases, by class %v", len(calls), units, seen)
}

func readings(ix *Index, text []byte) (out []*rule.Facts) {
	all, _ := rule.ReadUnit(bytes.NewReader(text), ix.Schemas())
	for _, r := range all {
		out = append(out, r.Facts)
	}
	return out
}

// A caseFile is what is needed here of a file of cases.
type caseFile struct {
	Base      yaml.Node `yaml:"base"`
	BaseFrom  string    `yaml:"base_from"`
	Registers yaml.Node `yaml:"registers"`
	Cases     []struct {
		AsOf      string    `yaml:"as_of"`
		Facts     yaml.Node `yaml:"facts"`
		Drop      []string  `yaml:"drop"`
		Registers yaml.Node `yaml:"registers"`
	} `yaml:"cases"`
}

// laid is a facts file in the making: facts and registers by name.
type laid struct{ facts, registers map[string]any }

// situations are the facts files of a package's cases.
func situations(t *testing.T, p *programme.Package) (out [][]byte) {
	t.Helper()
	folder := path.Join("../../programmes", p.ID, "cases")
	for _, f := range p.Cases {
		file := readCases(t, folder, f.Name)
		base := laid{map[string]any{}, map[string]any{}}
		base.base(t, p, folder, file)
		for _, c := range file.Cases {
			l := laid{maps.Clone(base.facts), maps.Clone(base.registers)}
			l.lay(p, &c.Facts, &c.Registers)
			for _, d := range c.Drop {
				delete(l.facts, p.Schema.Fact(d).Path())
			}
			l.facts["registers"], l.facts["as_of"] = l.registers, c.AsOf
			text, err := json.Marshal(l.facts)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text)
		}
	}
	return out
}

// readCases reads a file of cases; one of the guide's is behind ../.
func readCases(t *testing.T, folder, name string) (f caseFile) {
	t.Helper()
	if strings.HasPrefix(name, "../") {
		folder = path.Join(folder, "../../cases")
	}
	text, err := os.ReadFile(path.Join(folder, path.Base(name)))
	if err == nil {
		err = yaml.Unmarshal(text, &f)
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return f
}

// base lays what the cases of a file start from.
func (l laid) base(t *testing.T, p *programme.Package, folder string, f caseFile) {
	if f.BaseFrom != "" {
		l.base(t, p, folder, readCases(t, folder, f.BaseFrom))
	}
	l.lay(p, &f.Base, &f.Registers)
}

func (l laid) lay(p *programme.Package, facts, registers *yaml.Node) {
	l.flatten(p.Schema, facts, "")
	for i := 0; i+1 < len(registers.Content); i += 2 {
		l.registers[registers.Content[i].Value] = plainJSON(registers.Content[i+1])
	}
}

// flatten lays facts by their full codes, nested at the dots or not.
func (l laid) flatten(s *rule.Schema, n *yaml.Node, prefix string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, v := prefix+n.Content[i].Value, n.Content[i+1]
		if f := s.Fact(name); f != nil {
			l.facts[f.Path()] = plainJSON(v)
		} else if v.Kind == yaml.MappingNode {
			l.flatten(s, v, name+".")
		}
	}
}

// plainJSON is a node as JSON has it: what is no number, truth or null is text.
func plainJSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return plainJSON(n.Alias)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainJSON(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plainJSON(c))
		}
		return list
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}
