package bench

import (
	"fmt"
	"sync"
	"sync/atomic"

	"cel.dev/cel-go/cel"

	"shenbao/rule"
)

// rows is how many rows the random lists have at most.
const rows = 3

// A Run compares package rule with the oracle: in every block, every one of
// Rules random rules on every one of Facts random applications.
type Run struct {
	Seed                 uint64
	Blocks, Rules, Facts int
	Workers              int
	StopAfter            int                                       // mismatches; 0 for the first
	Mutate               func(g *generator, n rule.Node) rule.Node // plants a fault in what package rule is given
}

// A Tally is what a Run found.
type Tally struct {
	Pairs      int
	Answers    [3]int         // by rule.Truth
	Seen       map[string]int // kinds of nodes and operands, by rule
	Mismatches []Mismatch
}

// A Mismatch is one rule on one application that the two answer differently,
// cut down to the smallest part of the rule that still shows it.
type Mismatch struct {
	Seed        uint64
	Block, Rule int
	Facts       int
	Got, Want   rule.Truth // package rule, the oracle
	ZH, EN, CEL string
	JSON        []byte
	Err         error
}

// String tells all that is needed to see it again.
func (m Mismatch) String() string {
	return fmt.Sprintf("seed %d block %d rule %d facts %d: rule says %s, the oracle %s %v\n  %s\n  %s\n  CEL   %s\n  facts %s",
		m.Seed, m.Block, m.Rule, m.Facts, m.Got, m.Want, m.Err, m.ZH, m.EN, m.CEL, m.JSON)
}

// Compare runs all blocks. It stops early when it has found enough mismatches.
func (r Run) Compare() (Tally, error) {
	s := Schema()
	o, err := NewOracle(s, rows)
	if err != nil {
		return Tally{}, err
	}
	total := Tally{Seen: map[string]int{}}
	var next, bad atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range max(1, r.Workers) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= r.Blocks || int(bad.Load()) > r.StopAfter {
					return
				}
				t, e := r.block(o, s, i)
				bad.Add(int64(len(t.Mismatches)))
				mu.Lock()
				total.add(t)
				if e != nil {
					err = e
					bad.Add(int64(r.StopAfter) + 1)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total, err
}

func (t *Tally) add(u Tally) {
	t.Pairs += u.Pairs
	t.Mismatches = append(t.Mismatches, u.Mismatches...)
	for i, n := range u.Answers {
		t.Answers[i] += n
	}
	for k, n := range u.Seen {
		t.Seen[k] += n
	}
}

// block draws rules and applications and compares every pair.
func (r Run) block(o *Oracle, s *rule.Schema, number int) (Tally, error) {
	t := Tally{Seen: map[string]int{}}
	g := newGenerator(s, r.Seed, uint64(number))
	rs, err := r.rules(o, g)
	if err != nil {
		return t, fmt.Errorf("block %d: %w", number, err)
	}
	for _, n := range rs.trees {
		t.see(n)
	}
	res := rs.program.NewResult()
	for i := range r.Facts {
		f := g.facts([]float64{0, 0.1, 0.3, 0.5}[i%4])
		v, err := o.Vars(f)
		if err != nil {
			return t, err
		}
		rs.program.Eval(f, res)
		for j, p := range rs.programs {
			want, err := o.Answer(p, v)
			t.Pairs++
			t.Answers[want]++
			if res.Rules[j] != want || err != nil {
				m := Mismatch{Seed: r.Seed, Block: number, Rule: j, Facts: i, Got: res.Rules[j], Want: want, Err: err, JSON: FactsJSON(f)}
				t.Mismatches = append(t.Mismatches, rs.describe(m, o, f, j))
				return t, nil
			}
		}
	}
	return t, nil
}

// see counts the kinds of nodes and operands of a rule.
func (t *Tally) see(n rule.Node) {
	kinds := map[string]bool{}
	rule.Walk(n, func(n rule.Node) bool {
		kinds[fmt.Sprintf("%T", n)] = true
		for _, x := range rule.Operands(n) {
			name := fmt.Sprintf("%T", x)
			if a, ok := x.(*rule.Agg); ok {
				name += " " + a.Fn
				if a.Over != nil {
					name += " over years"
				}
			}
			kinds[name] = true
		}
		return true
	})
	for k := range kinds {
		t.Seen[k]++
	}
}

// ruleSet is the rules of one block, ready to run on both sides.
type ruleSet struct {
	trees    []rule.Node // as the oracle has them
	given    []rule.Node // as package rule has them
	texts    []string
	programs []cel.Program
	program  *rule.Program
}

// rules draws the rules of a block. Every second one goes through the printed
// form and the parser, in one language or the other.
func (r Run) rules(o *Oracle, g *generator) (*ruleSet, error) {
	rs := &ruleSet{}
	refs := map[string]rule.Node{}
	var rules []rule.Rule
	for i := range r.Rules {
		n := g.rule()
		given := n
		if i%2 == 0 {
			text := rule.Format(n, []string{"zh", "en"}[i/2%2])
			parsed, f := g.S.Parse(text)
			if f != nil {
				return nil, fmt.Errorf("%s: %s %v", text, f.Key, f.Args)
			}
			given = parsed
		}
		if r.Mutate != nil {
			given = r.Mutate(g, n)
		}
		text, err := o.Text(n, refs)
		if err != nil {
			return nil, err
		}
		p, err := o.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("%s\n%s\n%w", rule.Format(n, "en"), text, err)
		}
		id := fmt.Sprintf("r%d", i)
		g.ids, refs[id] = append(g.ids, id), n
		if len(g.ids) > 3 {
			g.ids = g.ids[1:] // references reach back three rules, so that texts stay short
		}
		rs.trees, rs.given = append(rs.trees, n), append(rs.given, given)
		rs.texts, rs.programs = append(rs.texts, text), append(rs.programs, p)
		rules = append(rules, rule.Rule{ID: id, Node: given})
	}
	p, faults := rule.Compile(g.S, rules)
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s %v", faults[0].Key, faults[0].Args)
	}
	rs.program = p
	return rs, nil
}

// describe finds the smallest part of rule j on which the two differ, when the
// part can stand alone, and prints it.
func (rs *ruleSet) describe(m Mismatch, o *Oracle, f *rule.Facts, j int) Mismatch {
	small := rs.trees[j]
	if m.Err == nil {
		small = smallest(o, f, rs.given[j], rs.trees[j], m)
	}
	m.ZH, m.EN = rule.Format(small, "zh"), rule.Format(small, "en")
	m.CEL = rs.texts[j]
	if text, err := o.Text(small, nil); err == nil {
		m.CEL = text
	}
	return m
}

// smallest walks down given and tree side by side while some part still differs.
func smallest(o *Oracle, f *rule.Facts, given, tree rule.Node, m Mismatch) rule.Node {
	a, b := rule.Children(given), rule.Children(tree)
	for i := range b {
		if i < len(a) && differ(o, f, a[i], b[i]) {
			return smallest(o, f, a[i], b[i], m)
		}
	}
	return tree
}

// differ compares one pair of trees that refer to no other rule.
func differ(o *Oracle, f *rule.Facts, given, tree rule.Node) bool {
	text, err := o.Text(tree, nil)
	if err != nil {
		return false
	}
	p, err := o.Compile(text)
	if err != nil {
		return false
	}
	v, err := o.Vars(f)
	if err != nil {
		return false
	}
	prog, faults := rule.Compile(f.Schema, []rule.Rule{{ID: "r", Node: given}})
	if len(faults) > 0 {
		return false
	}
	res := prog.NewResult()
	prog.Eval(f, res)
	want, err := o.Answer(p, v)
	return err != nil || res.Rules[0] != want
}
