package rule

import "slices"

// Answer is the overall answer (总体结论) to one application. The machine
// proposes; a person signs every refusal.
type Answer string

// The overall answers of docs/rule-language.md section 4; the first that applies.
const (
	NotEligible    Answer = "not_eligible"
	OtherTrack     Answer = "other_track"
	NotYetProvable Answer = "not_yet_provable"
	Exceptions     Answer = "exceptions"
	Eligible       Answer = "eligible"
)

// A Judgement (结论) is the overall answer, what it rests on, and the three
// lists of what would change it.
type Judgement struct {
	Answer  Answer
	Track   string     // the track of OtherTrack: the first route that applies
	Because []*Finding // the findings that decided the answer

	Evidence []Evidence // what could still change a verdict
	Gaps     []Gap      // what failed, and by how much
	Nearest  []Branch   // of every failed any-of, the branch that lacks least

	Exceptions []*Finding // ask rules that are unmet: a reason is to be given and accepted
	Advantages []*Finding // advantage rules that are met
}

// Evidence is an unknown leaf that can still change its rule's verdict.
type Evidence struct {
	Finding *Finding
	Leaf    *Leaf
}

// Gap is a failed leaf that made its rule fail.
type Gap struct {
	Finding *Finding
	Leaf    *Leaf
}

// Branch is one alternative of a failed any-of: Label names it, Lacks are its
// failed leaves.
type Branch struct {
	Finding *Finding
	Index   int   // of the branch, from 0
	Rule    *Rule // when the branch is a rule of its own
	Node    Node
	Lacks   []Leaf
}

// binds reports whether the rule's answer counts towards the overall answer.
func (r *Rule) binds() bool { return r.WhenUnmet() != "" }

// Judge draws the overall answer from the findings of Findings.
func (p *Program) Judge(f *Facts, res *Result, findings []Finding) Judgement {
	j := Judgement{Answer: Eligible}
	by := map[Answer][]*Finding{}
	for i := range findings {
		fd := &findings[i]
		if fd.Rule.Effect == Advantage && fd.Verdict == Met && fd.Applies {
			j.Advantages = append(j.Advantages, fd)
		}
		if a := fd.points(); a != Eligible {
			by[a] = append(by[a], fd)
		}
		j.note(fd)
		if fd.Verdict == Unmet && fd.Rule.binds() {
			e := explainer{p: p, f: f, res: res}
			e.branches(p.roots[i], fd, &j)
		}
	}
	for _, a := range []Answer{NotEligible, OtherTrack, NotYetProvable, Exceptions} {
		if len(by[a]) > 0 {
			j.Answer, j.Because = a, by[a]
			break
		}
	}
	if routes := by[OtherTrack]; j.Answer == OtherTrack {
		j.Track = routes[0].Rule.Route
	}
	j.Exceptions = by[Exceptions]
	return j
}

// points is the overall answer that the finding alone would lead to.
func (fd *Finding) points() Answer {
	switch {
	case !fd.Rule.binds() || fd.Verdict == Met:
		return Eligible
	case fd.Verdict == Unknown:
		return NotYetProvable
	}
	return fd.Rule.WhenUnmet()
}

// WhenUnmet is the overall answer that a rule leads to when it is unmet, "" when
// it does not bind.
func (r *Rule) WhenUnmet() Answer {
	switch r.Effect {
	case Refuse, Veto:
		return NotEligible
	case Route:
		return OtherTrack
	case Ask:
		return Exceptions
	}
	return ""
}

// note adds the finding's evidence and gaps to the lists.
func (j *Judgement) note(fd *Finding) {
	if !fd.Rule.binds() {
		return
	}
	for i := range fd.Leaves {
		l := &fd.Leaves[i]
		switch {
		case !l.Live:
		case fd.Verdict == Unknown && l.Verdict == Unknown:
			j.Evidence = append(j.Evidence, Evidence{fd, l})
		case fd.Verdict == Unmet && l.failed():
			j.Gaps = append(j.Gaps, Gap{fd, l})
		}
	}
}

// failed reports whether the leaf has the answer that the rule does not want.
func (l *Leaf) failed() bool {
	if l.Negated {
		return l.Verdict == Met
	}
	return l.Verdict == Unmet
}

// branches finds the failed any-ofs on the way down from c and notes the
// nearest branch of each.
func (e *explainer) branches(c *code, fd *Finding, j *Judgement) {
	switch c.op {
	case opRef:
		e.branches(e.p.roots[c.k], fd, j)
	case opIf:
		e.branches(c.kids[1], fd, j)
	case opAll:
		for _, k := range c.kids {
			if e.truth(k) == Unmet {
				e.branches(k, fd, j)
			}
		}
	case opAny:
		j.Nearest = append(j.Nearest, e.nearest(c, fd))
	}
}

// nearest is the branch with the fewest failed leaves, then the smallest
// relative gap, then the first.
func (e *explainer) nearest(c *code, fd *Finding) Branch {
	best := Branch{Finding: fd, Index: -1}
	var bestGap float64
	for i, k := range c.kids {
		sub := explainer{p: e.p, f: e.f, res: e.res}
		sub.collect(k, false, true)
		lacks := slices.DeleteFunc(sub.leaves, func(l Leaf) bool { return !l.Live || !l.failed() })
		g := relativeGap(lacks)
		if best.Index >= 0 && (len(lacks) > len(best.Lacks) || len(lacks) == len(best.Lacks) && g >= bestGap) {
			continue
		}
		best.Index, best.Node, best.Lacks, best.Rule, bestGap = i, k.node, lacks, nil, g
		if k.op == opRef {
			best.Rule = &e.p.Rules[k.k]
		}
	}
	return best
}

// relativeGap adds the gaps as shares of what is required; a leaf without a
// measurable gap counts as wholly missing. It orders branches and nothing else.
func relativeGap(lacks []Leaf) float64 {
	sum := 0.0
	for _, l := range lacks {
		need := float64(l.Required.lo)
		if _, ok := l.Node.(*Ratio); ok {
			need = float64(Share(max(0, l.Base.lo), l.Required.lo))
		}
		if l.Gap <= 0 || need <= 0 {
			sum++
			continue
		}
		sum += float64(l.Gap) / need
	}
	return sum
}
