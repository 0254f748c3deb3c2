package programme

import (
	"strings"

	"shenbao/rule"
)

// Needed says of every fact and material (material.ID) of the form whether it
// has to be given, on facts at hand: Met when it has to, Unmet when not, Unknown
// when what that hangs on is not known yet.
func (p *Package) Needed(facts *rule.Facts) map[string]rule.Truth {
	out := map[string]rule.Truth{}
	for _, s := range p.Form.Sections {
		for _, f := range s.Facts {
			out[f.ID] = rule.Of(f.Required.Always)
		}
	}
	for _, m := range p.Form.Materials {
		out["material."+m.ID] = rule.Of(m.Required.Always)
	}
	if p.needing == nil {
		return out
	}
	res := p.needing.NewResult()
	p.needing.Eval(facts, res)
	for i, verdict := range res.Rules {
		if id := p.needing.Rules[i].ID; !strings.HasPrefix(id, quotaPrefix) && !strings.HasPrefix(id, stagePrefix) {
			out[id] = verdict
		}
	}
	return out
}

// What stands before the id of a quota, and of a stage, among the conditions.
const (
	quotaPrefix = "quota:"
	stagePrefix = "stage:"
)

// Counts says whether an application counts for a quota of the package, on its
// facts: Unknown when what that hangs on is not known.
func (p *Package) Counts(q *Quota, facts *rule.Facts) rule.Truth {
	if q.When == "" {
		return rule.Met
	}
	return p.when(quotaPrefix+q.ID, facts)
}

// Passes says whether an application goes through a stage of the package, on its
// facts: Unknown when what that hangs on is not known.
func (p *Package) Passes(s *Stage, facts *rule.Facts) rule.Truth {
	if s.When == "" {
		return rule.Met
	}
	return p.when(stagePrefix+s.ID, facts)
}

// when answers one of the conditions on facts.
func (p *Package) when(id string, facts *rule.Facts) rule.Truth {
	if p.needing == nil {
		return rule.Unknown
	}
	res := p.needing.NewResult()
	p.needing.Eval(facts, res)
	for i, verdict := range res.Rules {
		if p.needing.Rules[i].ID == id {
			return verdict
		}
	}
	return rule.Unknown
}

// compileNeeds makes the conditions under which something is needed ready to
// run.
func (p *Package) compileNeeds() {
	var rules []rule.Rule
	for id, node := range p.needs {
		rules = append(rules, rule.Rule{ID: id, Node: node})
	}
	if program, faults := rule.Compile(p.Schema, rules); len(faults) == 0 && len(rules) > 0 {
		p.needing = program
	}
}
