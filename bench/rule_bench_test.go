package bench

import (
	"os"
	"testing"

	"shenbao/programme"
	"shenbao/rule"
)

// packageID is the package whose application is checked.
const packageID = "shandong-tic-2024"

// example is the application of the documentation: 55 staff rows, two facts not verified.
const example = "../docs/example/facts.json"

func load(tb testing.TB, id string) *programme.Package {
	tb.Helper()
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		tb.Fatal(err)
	}
	p, err := l.Load(id)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func exampleFacts(tb testing.TB, s *rule.Schema) *rule.Facts {
	tb.Helper()
	src, err := os.Open(example)
	if err != nil {
		tb.Fatal(err)
	}
	defer src.Close()
	f, faults := s.ReadFacts(src)
	if len(faults) > 0 {
		tb.Fatalf("%s: %s %v", example, faults[0].Key, faults[0].Args)
	}
	return f
}

func TestTmpIdiom(t *testing.T) {
	p := load(t, packageID)
	f := exampleFacts(t, p.Schema)
	d, err := NewIdiom(p.Schema, p.Program.Rules)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]rule.Truth, len(p.Program.Rules))
	if err := d.Eval(d.Vars(f), out); err != nil {
		t.Fatal(err)
	}
	res := p.Program.NewResult()
	p.Program.Eval(f, res)
	for i, r := range p.Program.Rules {
		t.Log(r.ID, out[i], d.Texts[i])
		if out[i] != res.Rules[i] {
			t.Errorf("%s: CEL %s, rule %s", r.ID, out[i], res.Rules[i])
		}
	}
}

func BenchmarkTmp(b *testing.B) {
	p := load(b, packageID)
	f := exampleFacts(b, p.Schema)
	res := p.Program.NewResult()
	b.Run("rule", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Program.Eval(f, res)
		}
	})
	d, err := NewIdiom(p.Schema, p.Program.Rules)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]rule.Truth, len(p.Program.Rules))
	v := d.Vars(f)
	b.Run("cel", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := d.Eval(v, out); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("judge", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Program.Eval(f, res)
			p.Program.Judge(f, res, p.Program.Findings(f, res))
		}
	})
}
