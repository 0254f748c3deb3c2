package bench

import (
	"os"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"

	"shenbao/programme"
	"shenbao/rule"
)

// packageID is the package whose application is checked.
const packageID = "shandong-tic-2024"

// example is the application of the documentation.
const example = "../docs/example/facts.json"

func library(tb testing.TB) *programme.Library {
	tb.Helper()
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func load(tb testing.TB, id string) *programme.Package {
	tb.Helper()
	p, err := library(tb).Load(id)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// application reads the example. When known is true, what is stated in it but
// not verified counts as known.
func application(tb testing.TB, s *rule.Schema, known bool) *rule.Facts {
	tb.Helper()
	text, err := os.ReadFile(example)
	if err != nil {
		tb.Fatal(err)
	}
	if known {
		text = []byte(strings.ReplaceAll(string(text), `"unverified"`, `"known"`))
	}
	f, faults := s.ReadFacts(strings.NewReader(string(text)))
	if len(faults) > 0 {
		tb.Fatalf("%s: %s %v", example, faults[0].Key, faults[0].Args)
	}
	return f
}

// sides are the ways to check one application, on the same rules and facts.
type sides struct {
	rules   []rule.Rule
	program *rule.Program
	idiom   *Idiom
	tracked *Idiom
	hand    hand
	facts   *rule.Facts
	vars    map[string]any
	centre  *centre // nil when a fact is not known
}

func newSides(tb testing.TB, p *programme.Package, rules []rule.Rule, known bool) *sides {
	tb.Helper()
	s := &sides{rules: rules, facts: application(tb, p.Schema, known)}
	program, faults := rule.Compile(p.Schema, rules)
	if len(faults) > 0 {
		tb.Fatalf("%s %v", faults[0].Key, faults[0].Args)
	}
	s.program = program
	var err error
	if s.idiom, err = NewIdiom(p.Schema, rules); err != nil {
		tb.Fatal(err)
	}
	if s.tracked, err = NewIdiom(p.Schema, rules, cel.OptExhaustiveEval); err != nil {
		tb.Fatal(err)
	}
	s.vars = s.idiom.Vars(s.facts)
	if known {
		s.hand, s.centre = newHand(tb, rules), newCentre(s.facts)
	}
	return s
}

// written are the rules that are not named checks.
func written(rules []rule.Rule) []rule.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r rule.Rule) bool {
		_, call := r.Node.(*rule.Call)
		return call
	})
}

// BenchmarkCheck checks one application: "all" its rules with every fact known,
// "unverified" as it was handed in, "plain" without the named checks. The sides:
// package rule with every leaf recorded ("rule"), the same with findings and the
// overall answer ("explained"), and with every finding in Chinese ("sentences"); cel-go at its fastest, which explains nothing
// ("cel"); cel-go with the value of every node kept, from which an explanation
// could be made ("tracked"); Go by hand, which knows no unknown ("go").
func BenchmarkCheck(b *testing.B) {
	p := load(b, packageID)
	b.Run("all", func(b *testing.B) { newSides(b, p, p.Program.Rules, true).run(b) })
	b.Run("unverified", func(b *testing.B) { newSides(b, p, p.Program.Rules, false).run(b) })
	b.Run("plain", func(b *testing.B) { newSides(b, p, written(p.Program.Rules), true).run(b) })
}

func (s *sides) run(b *testing.B) {
	res, truths, bools := s.program.NewResult(), make([]rule.Truth, len(s.rules)), make([]bool, len(s.rules))
	timed := func(name string, fn func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := fn(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(s.rules)), "rules")
		})
	}
	timed("rule", func() error { s.program.Eval(s.facts, res); return nil })
	timed("explained", func() error {
		s.program.Eval(s.facts, res)
		s.program.Judge(s.facts, res, s.program.Findings(s.facts, res))
		return nil
	})
	timed("sentences", func() error {
		s.program.Eval(s.facts, res)
		findings := s.program.Findings(s.facts, res)
		s.program.Judge(s.facts, res, findings)
		for i := range findings {
			findings[i].Render(s.facts, "zh")
		}
		return nil
	})
	timed("cel", func() error { return s.idiom.Eval(s.vars, truths) })
	timed("tracked", func() error { return s.tracked.Eval(s.vars, truths) })
	if s.centre != nil {
		timed("go", func() error { s.hand.eval(s.centre, s.facts, bools); return nil })
	}
}

// BenchmarkLoad reads, checks and compiles a whole package from its files.
func BenchmarkLoad(b *testing.B) {
	l := library(b)
	for _, e := range l.List() {
		b.Run(e.ID, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Load(e.ID); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompile makes programs of the text of all rules of the package.
func BenchmarkCompile(b *testing.B) {
	p := load(b, packageID)
	rules := written(p.Program.Rules)
	var texts []string
	for _, r := range rules {
		texts = append(texts, rule.Format(r.Node, "zh"))
	}
	b.Run("rule", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			again := slices.Clone(rules)
			for i, text := range texts {
				n, f := p.Schema.Parse(text)
				if f != nil {
					b.Fatalf("%s: %s %v", text, f.Key, f.Args)
				}
				again[i].Node = n
			}
			if _, faults := rule.Compile(p.Schema, again); len(faults) > 0 {
				b.Fatalf("%s %v", faults[0].Key, faults[0].Args)
			}
		}
	})
	d, err := NewIdiom(p.Schema, rules)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("cel", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := d.compile(rules); err != nil {
				b.Fatal(err)
			}
		}
	})
}
