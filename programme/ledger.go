package programme

import (
	"slices"
	"strings"

	"shenbao/rule"
)

// roomOr is the room that an entry names, or the one it has by default.
func roomOr(room, usual string) string {
	if room == "" {
		return usual
	}
	return room
}

// ledgerCarriers adds what ledger.yaml carries.
func (p *Package) ledgerCarriers(c collector) {
	for _, t := range p.Ledger.Tasks {
		c.add("duty", t.ID, roomOr(t.Room, "ledger"), t.Clauses)
	}
	for _, t := range p.Ledger.Targets {
		c.add("field", "ledger.targets."+t.ID, roomOr(t.Room, "ledger"), t.Clauses)
	}
	for _, s := range p.Ledger.Systems {
		c.add("stage", "ledger.systems."+s.ID, roomOr(s.Room, "ledger"), s.Clauses)
	}
	for _, u := range p.Ledger.Units {
		c.add("note", "ledger.units."+u.ID, "show", u.Clauses)
	}
	for _, s := range p.Ledger.Sections {
		c.add("note", "ledger.sections."+s.ID, "show", s.Clauses)
	}
	if r := p.Ledger.Reports; r != nil {
		c.add("duty", "ledger.reports", "ledger", r.Clauses)
	}
}

// targetValue reads "35000 家" as one quantity, "3..4 家" as two.
func targetValue(text string) (lo, hi rule.Quantity, ok bool) {
	low, high, isRange := strings.Cut(text, "..")
	if !isRange {
		lo, ok = rule.ParseQuantity(text, nil)
		return lo, lo, ok
	}
	hi, ok = rule.ParseQuantity(high, nil)
	if !ok {
		return lo, hi, false
	}
	lo, ok = rule.ParseQuantity(low, hi.Unit)
	return lo, hi, ok && lo.N <= hi.N
}

var targetOps = map[TargetOp]FigureOp{">=": OpAtLeast, ">": OpOver, "<=": OpAtMost, "about": OpAbout}

// ledger cites the targets of ledger.yaml.
func (b *claimer) ledger() {
	for _, t := range b.Ledger.Targets {
		field, pos := "target "+t.ID, t.In("values")
		for _, year := range sortedKeys(t.Values) {
			if lo, hi, ok := targetValue(t.Values[year]); ok && t.Op == "range" {
				b.literal(t.Clauses, pos, field, lo, OpAtLeast)
				b.literal(t.Clauses, pos, field, hi, OpAtMost)
				continue
			}
			b.text(t.Clauses, pos, field, t.Values[year], targetOps[t.Op])
		}
	}
}

// ledger checks what the entries of ledger.yaml point to, and the targets'
// values.
func (c *checker) ledger() {
	var units, sections, tasks []string
	for _, u := range c.Ledger.Units {
		units = append(units, u.ID)
	}
	for _, s := range c.Ledger.Sections {
		sections = append(sections, s.ID)
	}
	for _, t := range c.Ledger.Tasks {
		tasks = append(tasks, t.ID)
	}
	for _, t := range c.Ledger.Tasks {
		c.one(t.At, "section", t.Section, sections)
		for _, u := range t.Lead {
			c.one(t.At, "lead", u, units)
		}
		for _, u := range t.Support {
			c.one(t.At, "support", u, units)
		}
		c.room(t.At, roomOr(t.Room, "ledger"))
	}
	for _, s := range c.Ledger.Systems {
		c.one(s.At, "task", s.Task, tasks)
		c.room(s.At, roomOr(s.Room, "ledger"))
	}
	for _, t := range c.Ledger.Targets {
		c.one(t.At, "task", t.Task, tasks)
		c.room(t.At, roomOr(t.Room, "ledger"))
		c.target(t)
	}
}

// one checks that a key names one of the known ids; empty names none.
func (c *checker) one(at At, key, id string, known []string) {
	if id != "" && !slices.Contains(known, id) {
		c.unknown(at.In(key), "ledger.missing", id, known)
	}
}

func (c *checker) target(t *Target) {
	if t.Op == "none" && len(t.Values) > 0 || t.Op != "none" && t.Op != "aspire" && len(t.Values) == 0 {
		c.bad(t.In("op"), "ledger.values", t.Name, string(t.Op))
	}
	for _, year := range sortedKeys(t.Values) {
		text := t.Values[year]
		pos := t.inside("values", year)
		y := parseYear(year)
		if p := c.Ledger.Period; y == 0 || p != nil && (y < p.From || y > p.To) {
			c.bad(pos, "ledger.year", year, t.Name)
		}
		_, hi, ok := targetValue(text)
		switch {
		case !ok || strings.Contains(text, "..") != (t.Op == "range"):
			c.bad(pos, "ledger.value", text, t.Name, string(t.Op))
		case t.Unit != "" && (hi.Unit == nil || rule.FindUnit(t.Unit) != hi.Unit):
			c.bad(pos, "ledger.unit", text, t.Unit)
		}
	}
}

// mode checks that each kind of programme has what it needs (FORMAT.md, Modes).
func (c *checker) mode() {
	at := c.Call.In("mode")
	missing := func(ok bool, what string) {
		if !ok {
			c.bad(at, "mode.needs", string(c.Call.Mode), what)
		}
	}
	acts := func(act Act) bool {
		return slices.ContainsFunc(c.Call.Stages, func(s *Stage) bool { return s.Act == act })
	}
	windows := slices.ContainsFunc(c.Call.Stages, func(s *Stage) bool {
		return (s.From != nil || s.Until != nil) && slices.Contains([]Act{"intent", "filing", "claim", "apply"}, s.Act)
	})
	switch c.Call.Mode {
	case "call", "rolling", "contest":
		missing(len(c.Call.Stages) > 0, "stages")
	case "ranking":
		missing(c.Call.Ranking != nil, "ranking")
		if c.Call.Ranking != nil && c.Schema != nil {
			_, ps := c.ranker()
			*c.problems = append(*c.problems, ps...)
		}
	case "filing":
		missing(acts("filing") && c.claimAfterFiling(), "stages (filing, then claim after it)")
	case "reference":
		missing(len(c.Call.References) > 0, "by_reference")
		missing(len(c.Call.Open) > 0, "open")
		if windows {
			c.bad(at, "mode.window", string(c.Call.Mode))
		}
	case "one-off":
		missing(acts("decide"), "stages (decide)")
		if windows {
			c.bad(at, "mode.window", string(c.Call.Mode))
		}
	case "entitlement":
		missing(acts("notify"), "stages (notify)")
	case "plan":
		missing(c.Ledger.Period != nil, "ledger.yaml")
	}
}

// claimAfterFiling reports whether a claim stands after a filing.
func (c *checker) claimAfterFiling() bool {
	after := map[string][]string{}
	for _, s := range c.Call.Stages {
		after[s.ID] = s.After
	}
	for _, claim := range c.Call.Stages {
		for _, filing := range c.Call.Stages {
			if claim.Act == "claim" && filing.Act == "filing" && reaches(after, claim.ID, filing.ID, map[string]bool{}) {
				return true
			}
		}
	}
	return false
}
