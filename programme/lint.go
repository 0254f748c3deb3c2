package programme

import (
	"slices"
	"strings"
	"time"

	"shenbao/rule"
)

// lint reads the notice itself critically: what it says twice and differently,
// what cannot be, and what can never matter.
func (c *checker) lint() {
	c.lintTerms()
	c.lintStages()
	c.lintLabels()
	c.lintRules()
	c.lintFacts()
	c.lintIntermediaries()
}

// contradiction reports two clauses of the official text that do not agree.
func (c *checker) contradiction(pos Pos, clauses []string, key string, args ...any) {
	c.problems.add(Contradiction, pos, key, args...).under(distinctClauses(clauses)...)
}

func distinctClauses(clauses []string) []string {
	out := slices.DeleteFunc(slices.Clone(clauses), func(s string) bool { return s == "" })
	slices.Sort(out)
	return slices.Compact(out)
}

// lintTerms finds one word of the source that stands for two values.
func (c *checker) lintTerms() {
	first := map[string]*Parameter{}
	for _, q := range c.Call.Parameters {
		if q.Term == "" {
			continue
		}
		o := first[q.Term]
		if o == nil {
			first[q.Term] = q
			continue
		}
		if o.Value.Text() != q.Value.Text() {
			a, b := c.clauseOf(o.Clauses, ""), c.clauseOf(q.Clauses, "")
			c.contradiction(q.In("value"), []string{a, b}, "lint.term", q.Term, o.Value.Text(), a, q.Value.Text(), b)
		}
	}
}

// lintStages looks at windows and at the order of stages.
func (c *checker) lintStages() {
	for _, s := range c.Call.Stages {
		if s.From != nil && s.Until != nil && !s.From.Before(s.Until.End()) {
			c.contradiction(s.In("until"), s.Clauses, "lint.window", s.Name, s.From.String(), s.Until.String())
		}
		c.lintOpening(s)
		c.lintOrder(s)
		c.lintDeadline(s)
	}
}

// lintOpening finds an act said to begin before the system through which it is
// done opens.
func (c *checker) lintOpening(system *Stage) {
	if system.Channel != "system" || system.From == nil {
		return
	}
	for _, s := range c.Call.Stages {
		if s == system || s.Act != system.Act || s.Who != system.Who || s.From == nil || s.Channel != "" && s.Channel != system.Channel {
			continue
		}
		// A day without a time begins before the system opens only if the whole
		// day lies before.
		begins := s.From.Time
		if !s.From.Clock {
			begins = startOfDay(s.From.Time).AddDate(0, 0, 1).Add(-time.Minute)
		}
		if begins.Before(system.From.Time) {
			a, b := c.clauseOf(s.Clauses, "deadline"), c.clauseOf(system.Clauses, "deadline")
			c.contradiction(s.In("from"), []string{a, b}, "lint.opening", s.Name, s.From.String(), a, system.Name, system.From.String(), b)
		}
	}
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

// lintOrder finds a stage that ends or begins before the one it comes after.
func (c *checker) lintOrder(s *Stage) {
	for _, id := range s.After {
		i := slices.IndexFunc(c.Call.Stages, func(o *Stage) bool { return o.ID == id })
		if i < 0 {
			continue
		}
		o := c.Call.Stages[i]
		a, b := c.clauseOf(o.Clauses, "deadline"), c.clauseOf(s.Clauses, "deadline")
		switch {
		case s.Until != nil && o.Until != nil && s.Until.End().Before(o.Until.End()):
			c.contradiction(s.In("until"), []string{a, b}, "lint.ends", s.Name, s.Until.String(), o.Name, o.Until.String())
		case s.From != nil && o.From != nil && s.From.Before(o.From.Time):
			c.contradiction(s.In("from"), []string{a, b}, "lint.begins", s.Name, s.From.String(), o.Name, o.From.String())
		case s.From != nil && o.Until != nil && s.From.Before(o.Until.End()):
			c.problems.add(Info, s.In("from"), "lint.overlap", s.Name, s.From.String(), o.Name, o.Until.String()).under(distinctClauses([]string{a, b})...)
		}
	}
}

// lintDeadline remarks on closing times without a clock time, and on notice so
// short that no working day lies in between.
func (c *checker) lintDeadline(s *Stage) {
	if s.Until == nil {
		return
	}
	under := distinctClauses([]string{c.clauseOf(s.Clauses, "deadline")})
	if !s.Until.Clock {
		c.problems.add(Info, s.In("until"), "lint.clock", s.Name, s.Until.String()).under(under...)
	}
	issued := c.Call.Document.Issued
	if issued != nil && !s.Until.Before(issued.Time) && workingDays(issued.Time, s.Until.Time) == 0 {
		c.problems.add(Info, s.In("until"), "lint.notice", s.Name, s.Until.String(), issued.String()).under(under...)
	}
}

// workingDays counts the days strictly between two days that are no Saturday
// and no Sunday. Public holidays are not known here.
func workingDays(from, to time.Time) int {
	n, last := 0, startOfDay(to)
	for d := startOfDay(from).AddDate(0, 0, 1); d.Before(last) && n < 1000; d = d.AddDate(0, 0, 1) {
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			n++
		}
	}
	return n
}

// lintLabels finds a limit that calls its column by another name.
func (c *checker) lintLabels() {
	for _, t := range c.Tables.Tables {
		for _, l := range t.Limits {
			i := slices.IndexFunc(t.Columns, func(o *Column) bool { return o.ID == l.Column })
			if i < 0 || t.Columns[i].Name == l.Label {
				continue
			}
			a, b := c.clauseOf(t.Clauses, "document template"), c.clauseOf(l.Clauses, "format limit")
			c.contradiction(l.In("label"), []string{a, b}, "lint.label", t.Name, t.Columns[i].Name, a, l.Label, b)
		}
	}
}

// lintRules finds the parts of rules that can never matter.
func (c *checker) lintRules() {
	c.eachRule(func(cl *Clause, b *RuleBlock) {
		if b.node == nil {
			return
		}
		for _, d := range rule.Lint(b.node) {
			node := rule.Format(d.Node, "zh")
			args := []any{b.ID, node}
			severity := Warning
			switch {
			case d.Other != nil:
				args = append(args, rule.Format(d.Other, "zh"))
			case d.Kind == "always" && onlyLength(d.Node):
				severity = Info // the form keeps the limit, and the rule explains it
			}
			c.problems.add(severity, b.textPos("require", 1, 1), "lint."+d.Kind, args...).under(cl.Number)
		}
	})
}

// onlyLength reports whether a leaf compares nothing but the length of a text.
func onlyLength(n rule.Node) bool {
	if len(rule.Operands(n)) == 0 {
		return false
	}
	_, ok := rule.Operands(n)[0].(*rule.Length)
	return ok
}

// lintFacts finds facts that nothing reads.
func (c *checker) lintFacts() {
	if c.Program == nil {
		return // rules that cannot be read may use them
	}
	used := c.usedBy()
	for _, t := range c.Tables.Tables {
		names := []string{t.Order, t.FileName}
		for _, col := range t.Columns {
			names = append(names, col.From)
		}
		c.use(used, names)
	}
	for _, m := range c.Form.Materials {
		c.use(used, []string{m.FileName})
	}
	if k := c.Call.Ranking; k != nil {
		c.use(used, k.Ties)
		for _, x := range k.Index {
			c.use(used, []string{x.Of})
		}
	}
	for _, s := range c.Form.Sections {
		for _, f := range s.Facts {
			if len(f.Clauses) == 0 && !used[c.Schema.Fact(f.ID)] && c.owns(f.At) {
				c.problems.add(Info, f.Pos(), "fact.unused", f.Name)
			}
		}
	}
}

// use marks the facts that tables and file names take.
func (c *checker) use(used map[*rule.Fact]bool, names []string) {
	for _, n := range names {
		words := []string{n}
		for _, m := range braces.FindAllStringSubmatch(n, -1) {
			words = append(words, m[1])
		}
		for _, w := range words {
			if f := c.Schema.Fact(strings.TrimSpace(w)); f != nil {
				used[f] = true
			}
		}
	}
}
