package sweep

import (
	"cmp"
	"math/bits"
	"slices"

	"shenbao/rule"
)

// Class is what the overall answer comes to for a push or a preview: nobody is
// refused by it.
type Class uint8

// The classes: the answers eligible and exceptions qualify, not yet provable
// could, not eligible and other track do not.
const (
	Not Class = iota
	Could
	Qualifying
)

// String is the class's code.
func (c Class) String() string { return [...]string{"not", "could", "qualifying"}[c] }

// Answers are the overall answers of all units, drawn from the verdicts as
// rule.Program.Judge draws them.
type Answers struct {
	rows int
	by   map[rule.Answer][]uint64
}

// answersInOrder is the order in which they apply; the last is what is left.
var answersInOrder = []rule.Answer{rule.NotEligible, rule.OtherTrack, rule.NotYetProvable, rule.Exceptions, rule.Eligible}

// Answers draws the overall answers.
func (v *Verdicts) Answers(p *rule.Program) *Answers {
	n := (v.Rows + batchRows - 1) / batchRows * batchWords
	a := &Answers{rows: v.Rows, by: map[rule.Answer][]uint64{}}
	for _, x := range answersInOrder {
		a.by[x] = make([]uint64, n)
	}
	for i := range p.Rules {
		unmet := p.Rules[i].WhenUnmet()
		if unmet == "" {
			continue
		}
		left, open := a.by[unmet], a.by[rule.NotYetProvable]
		for w := range n {
			left[w] |= v.unmet[i][w]
			open[w] |= ^(v.met[i][w] | v.unmet[i][w])
		}
	}
	for w := range n {
		free := ^uint64(0)
		if rest := v.Rows - w*64; rest < 64 {
			free = 1<<max(rest, 0) - 1
		}
		for _, x := range answersInOrder[:4] {
			a.by[x][w] &= free
			free &^= a.by[x][w]
		}
		a.by[rule.Eligible][w] = free
	}
	return a
}

// Of is the overall answer of a unit.
func (a *Answers) Of(unit int) rule.Answer {
	for _, x := range answersInOrder {
		if a.by[x][unit/64]>>(unit%64)&1 == 1 {
			return x
		}
	}
	return rule.NotYetProvable
}

// Class is the class of a unit.
func (a *Answers) Class(unit int) Class { return ClassOf(a.Of(unit)) }

// ClassOf is the class of an answer.
func ClassOf(a rule.Answer) Class {
	switch a {
	case rule.Eligible, rule.Exceptions:
		return Qualifying
	case rule.NotYetProvable:
		return Could
	}
	return Not
}

// Count is how many units have an answer.
func (a *Answers) Count(x rule.Answer) int { return ones(a.by[x]) }

// Classes counts the units of each class.
func (a *Answers) Classes() (qualifying, could, not int) {
	return a.Count(rule.Eligible) + a.Count(rule.Exceptions), a.Count(rule.NotYetProvable), a.Count(rule.NotEligible) + a.Count(rule.OtherTrack)
}

// qualifying are the bits of the units that qualify.
func (a *Answers) qualifying(w int) uint64 { return a.by[rule.Eligible][w] | a.by[rule.Exceptions][w] }

// Moved counts the units that qualify in b and not in a, and the reverse.
func (a *Answers) Moved(b *Answers) (enter, leave int) {
	for w := range a.by[rule.Eligible] {
		x, y := a.qualifying(w), b.qualifying(w)
		enter += bits.OnesCount64(y &^ x)
		leave += bits.OnesCount64(x &^ y)
	}
	return enter, leave
}

// A Tally is how the units answer one rule.
type Tally struct {
	Rule                *rule.Rule
	Met, Unmet, Unknown int
	Alone               int // units that this rule alone keeps from qualifying
}

// Tallies counts every rule's answers, those with the most unmet first.
func (v *Verdicts) Tallies(p *rule.Program) []Tally {
	var out []Tally
	few := v.failing(p)
	for i := range p.Rules {
		t := Tally{Rule: &p.Rules[i]}
		t.Met, t.Unmet, t.Unknown = v.Counts(i)
		if obstructs(t.Rule) {
			for w := range few {
				t.Alone += bits.OnesCount64(few[w] & v.unmet[i][w])
			}
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b Tally) int { return cmp.Compare(b.Unmet, a.Unmet) })
	return out
}

// obstructs reports whether a rule that is unmet keeps a unit from qualifying.
func obstructs(r *rule.Rule) bool { return ClassOf(r.WhenUnmet()) == Not && r.WhenUnmet() != "" }

// failing are the units that one rule alone keeps from qualifying: it is
// unmet, and every other rule that could is met.
func (v *Verdicts) failing(p *rule.Program) []uint64 {
	n := (v.Rows + batchRows - 1) / batchRows * batchWords
	once, more := make([]uint64, n), make([]uint64, n)
	for i := range p.Rules {
		binds := p.Rules[i].WhenUnmet() != ""
		for w := range n {
			if obstructs(&p.Rules[i]) {
				more[w] |= once[w] & v.unmet[i][w]
				once[w] |= v.unmet[i][w]
			}
			if binds {
				more[w] |= ^(v.met[i][w] | v.unmet[i][w])
			}
		}
	}
	for w := range n {
		once[w] &^= more[w]
	}
	return once
}

// A Miss is a unit that one rule alone keeps from qualifying, and what it
// lacks.
type Miss struct {
	Unit int
	Gaps []rule.Gap
	far  float64 // the gaps as shares of what is required; orders misses and nothing else
}

// maxCandidates bounds how many units are explained to find the nearest.
const maxCandidates = 20_000

// Nearest finds the units that come nearest to qualifying, by the gaps that
// the reference engine measures. A unit whose gap cannot be measured is not
// near. Of very many candidates the first are looked at.
func (t *Table) Nearest(p *rule.Program, v *Verdicts, n int) []Miss {
	var out []Miss
	tried, res := 0, p.NewResult()
	for w, x := range v.failing(p) {
		for ; x != 0 && tried < maxCandidates; x &= x - 1 {
			tried++
			unit := w*64 + bits.TrailingZeros64(x)
			f := p.Schema.NewFacts()
			t.Read(unit, f)
			p.Eval(f, res)
			j := p.Judge(f, res, p.Findings(f, res))
			if far, ok := distance(j.Gaps); ok {
				out = append(out, Miss{unit, j.Gaps, far})
			}
			if len(out) > 4*n+100 {
				out = nearest(out, n)
			}
		}
	}
	return nearest(out, n)
}

func nearest(of []Miss, n int) []Miss {
	slices.SortStableFunc(of, func(a, b Miss) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.Unit, b.Unit)) })
	return of[:min(n, len(of))]
}

// distance adds gaps up as shares of what is required.
func distance(gaps []rule.Gap) (far float64, ok bool) {
	for _, g := range gaps {
		need, _, known := g.Leaf.Required.Range()
		if r, isRatio := g.Leaf.Node.(*rule.Ratio); isRatio && r != nil {
			base, _, baseKnown := g.Leaf.Base.Range()
			need, known = rule.Share(max(0, base), max(0, need)), known && baseKnown
		}
		if g.Leaf.Gap <= 0 || need <= 0 || !known {
			return 0, false
		}
		far += float64(g.Leaf.Gap) / float64(need)
	}
	return far, len(gaps) > 0
}
