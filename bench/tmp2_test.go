package bench

import (
	"testing"
	"shenbao/rule"
"cel.dev/cel-go/common/types/ref"
)

func BenchmarkTmp2(b *testing.B) {
	p := load(b, packageID)
	f := exampleFacts(b, p.Schema)
	res := p.Program.NewResult()
	var rules []rule.Rule
	for _, r := range p.Program.Rules {
		if _, ok := r.Node.(*rule.Call); !ok {
			rules = append(rules, r)
		}
	}
	for _, c := range []struct{n string; rs []rule.Rule}{{"all",p.Program.Rules},{"nocheck",rules}} {
	prog, _ := rule.Compile(p.Schema, c.rs)
	d, _ := NewIdiom(p.Schema, c.rs)
	out := make([]rule.Truth, len(c.rs))
	v := d.Vars(f)
	b.Run(c.n+"/rule", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			prog.Eval(f, res)
		}
	})
	b.Run(c.n+"/cel-frame", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := d.Eval(v, out); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run(c.n+"/cel-map", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, i := range d.order {
				x, _, err := d.programs[i].Eval(v)
				if err != nil { b.Fatal(err) }
				v[d.names[i]] = x
			}
		}
	})
	av := Vars{}
	for k, x := range v { if y, ok := x.(interface{ Type() any }); ok { _ = y }; av[k] = x.(ref.Val) }
	b.Run(c.n+"/cel-act", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, i := range d.order {
				x, _, err := d.programs[i].Eval(av)
				if err != nil { b.Fatal(err) }
				av[d.names[i]] = x
			}
		}
	})
	b.Run(c.n+"/findings", func(b *testing.B) {
		prog.Eval(f, res)
		b.ReportAllocs()
		for b.Loop() {
			prog.Findings(f, res)
		}
	})
	b.Run(c.n+"/judge", func(b *testing.B) {
		prog.Eval(f, res)
		fd := prog.Findings(f, res)
		b.ReportAllocs()
		for b.Loop() {
			prog.Judge(f, res, fd)
		}
	})
	}
}
