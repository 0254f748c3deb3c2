package programme

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"shenbao/internal/locale"
	"shenbao/rule"
)

// A CaseResult is how a worked case (案例) came out.
type CaseResult struct {
	File, Name string
	Failures   Problems // none when it came out as expected
}

// RunCases runs every worked case of the package, in the order of the files.
// Where a rule cannot be read, what cases expect of it is passed over.
func (p *Package) RunCases() []CaseResult {
	if len(p.Members) > 0 {
		var out []CaseResult
		for _, m := range p.Members {
			out = append(out, m.RunCases()...)
		}
		return out
	}
	run := caseRun{Package: p, program: p.Program}
	if run.program == nil {
		run.program = p.partial
	}
	if run.program == nil {
		return nil
	}
	var out []CaseResult
	run.res = run.program.NewResult()
	for _, f := range p.Cases {
		if len(f.Cases) > 0 || f.Ranking != nil || f.BaseFrom != "" {
			out = append(out, run.runFile(f)...)
		}
	}
	return out
}

// runFile runs the cases of one file, all from the file's base.
func (r *caseRun) runFile(f *CaseFile) []CaseResult {
	r.file, r.problems, r.name = f, nil, f.Name
	base, ok := r.base(f, nil)
	if !ok {
		return []CaseResult{{f.Name, "", r.problems}}
	}
	facts, ok := r.read(r.Schema.NewFacts(), base, "", f.Pos())
	if !ok {
		return []CaseResult{{f.Name, "", r.problems}}
	}
	var out []CaseResult
	for i, c := range f.Cases {
		r.name = fmt.Sprintf("%s#%d", f.Name, i+1)
		r.problems = nil
		r.one(c, facts)
		out = append(out, CaseResult{f.Name, c.Name, r.problems})
	}
	if f.Ranking != nil {
		r.name, r.problems = f.Name+"#ranking", nil
		r.ranking(f.Ranking, facts)
		out = append(out, CaseResult{f.Name, "ranking", r.problems})
	}
	return out
}

// read lays a situation over facts that are already there. What cannot be read
// is noted at its place, or at the place given.
func (r *caseRun) read(over *rule.Facts, s situation, asOf string, at Pos) (*rule.Facts, bool) {
	facts, faults := r.Schema.ReadOver(over, bytes.NewReader(s.json(asOf)))
	for _, f := range faults {
		where := func(int, int) Pos {
			if pos, ok := s.where(f.Field); ok {
				return pos
			}
			return at
		}
		r.problems.addFault(Error, where, f).Case = r.name
	}
	return facts, len(faults) == 0
}

// caseRun runs the cases of one file after another.
type caseRun struct {
	*Package
	program  *rule.Program
	file     *CaseFile
	name     string
	res      *rule.Result
	problems Problems
}

// bad notes what is wrong with the current case.
func (r *caseRun) bad(pos Pos, key string, args ...any) {
	r.problems.add(Error, pos, key, args...).Case = r.name
}

// base gathers the facts that every case of a file starts from. seen guards
// against files that start from each other.
func (r *caseRun) base(f *CaseFile, seen []string) (situation, bool) {
	file := f.path
	var s situation
	if f.BaseFrom != "" {
		i := slices.IndexFunc(r.Cases, func(o *CaseFile) bool { return o.Name == f.BaseFrom })
		if i < 0 || slices.Contains(seen, f.BaseFrom) {
			r.name = f.Name
			r.bad(f.In("base_from"), "case.base_from", f.BaseFrom)
			return s, false
		}
		var ok bool
		if s, ok = r.base(r.Cases[i], append(seen, f.Name)); !ok {
			return s, false
		}
	}
	s.facts = lay(s.facts, flatten(r.Schema, file, f.Base.node, ""))
	s.registers = lay(s.registers, members(file, f.Registers.node))
	return s, true
}

// one runs a case, whose facts are laid over the base, and compares what came
// out.
func (r *caseRun) one(c *Case, base *rule.Facts) {
	s := situation{flatten(r.Schema, r.file.path, c.Facts.node, ""), members(r.file.path, c.Registers.node)}
	for _, d := range c.Drop {
		f := r.Schema.Fact(d)
		if f == nil {
			r.bad(c.In("drop"), "case.drop", c.Name, d)
			continue
		}
		s.facts = lay([]given{{f.Path(), nil, r.file.path}}, s.facts)
	}
	facts, ok := r.read(base, s, c.AsOf.String(), c.Pos())
	if !ok {
		return
	}
	r.program.Eval(facts, r.res)
	r.compare(c, facts)
}

// compare holds the answers against what the case expects.
func (r *caseRun) compare(c *Case, facts *rule.Facts) {
	for _, key := range sortedKeys(c.Expect) {
		rules := r.rulesOf(key)
		if len(rules) == 0 {
			r.noRule(c, "expect", key)
			continue
		}
		got := rule.Met
		for _, i := range rules {
			got = got.And(r.res.Rules[i])
		}
		if want := string(c.Expect[key]); got.String() != want {
			r.bad(c.inside("expect", key), "case.verdict", c.Name, key, verdictKey(want), verdictKey(got.String()),
				r.sentences(facts, rules))
		}
	}
	var findings []rule.Finding
	if len(c.Items) > 0 || c.Answer != nil {
		findings = r.program.Findings(facts, r.res)
	}
	for _, key := range sortedKeys(c.Items) {
		r.items(c, key, findings, facts)
	}
	if c.Answer != nil && r.Program != nil {
		j := r.program.Judge(facts, r.res, findings)
		if got := string(j.Answer); got != string(*c.Answer) {
			r.bad(c.In("answer"), "case.answer", c.Name, answerKey(string(*c.Answer)), answerKey(got), because(j))
		}
	}
}

// items holds the rows that a rule names against those the case names.
func (r *caseRun) items(c *Case, key string, findings []rule.Finding, facts *rule.Facts) {
	var got []int
	rules := r.rulesOf(key)
	if len(rules) == 0 {
		r.noRule(c, "items", key)
		return
	}
	for _, i := range rules {
		for j := range findings[i].Leaves {
			findings[i].Leaves[j].Explain(facts)
		}
		got = append(got, namedRows(&findings[i])...)
	}
	slices.Sort(got)
	got = slices.Compact(got)
	want := slices.Sorted(slices.Values(c.Items[key]))
	if !slices.Equal(got, want) {
		r.bad(c.inside("items", key), "case.items", c.Name, key, listed(want), listed(got))
	}
}

// namedRows are the rows, from 1, that a finding rests on: those at fault, or
// when there are none, those not known.
func namedRows(f *rule.Finding) []int {
	var fault, unsure []int
	for _, l := range f.Leaves {
		if !l.Live {
			continue
		}
		for _, n := range l.Rows {
			fault = append(fault, n+1)
		}
		for _, n := range l.Unsure {
			unsure = append(unsure, n+1)
		}
	}
	if len(fault) > 0 {
		return fault
	}
	return unsure
}

func listed(rows []int) string {
	if len(rows) == 0 {
		return "—"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(rows), " ", "、"), "[]")
}

// noRule notes that a case names a rule that does not exist.
func (r *caseRun) noRule(c *Case, in, key string) {
	if r.Program == nil && (r.clause(key) != nil || r.rulePos(key).Line > 0) {
		return // it cannot be read, and that is reported at its place
	}
	r.bad(c.inside(in, key), "case.rule", c.Name, key)
}

// rulesOf are the rules that a key of expect means: the rule with that id, or
// all rules of the clause with that number.
func (r *caseRun) rulesOf(key string) []int {
	if i := r.program.Rule(key); i >= 0 {
		return []int{i}
	}
	var out []int
	for i, rl := range r.program.Rules {
		if slices.Contains(rl.Clauses, r.clauseID(key)) {
			out = append(out, i)
		}
	}
	return out
}

// sentences says what the rules found, for the message of a failed case.
func (r *caseRun) sentences(facts *rule.Facts, rules []int) string {
	findings := r.program.Findings(facts, r.res)
	var out []string
	for _, i := range rules {
		out = append(out, Sentence(findings[i].Render(facts, locale.ZH), locale.ZH))
	}
	return strings.Join(out, "；")
}

// because names the rules that an overall answer rests on.
func because(j rule.Judgement) string {
	var ids []string
	for _, f := range j.Because {
		ids = append(ids, f.Rule.ID)
	}
	if len(ids) == 0 {
		return "—"
	}
	return strings.Join(ids, ", ")
}

// Sentence is a finding in one line: label, actual, required, gap.
func Sentence(v rule.View, lang string) string {
	actual, required, gap := v.Actual, v.Required, v.Gap
	if l := live(v.Leaves); len(l) == 1 {
		actual, required, gap = l[0].Actual, l[0].Required, l[0].Gap // the rule's label says what it is about
	}
	return locale.Text(lang, "programme.labelled", v.Label, measured(actual, required, gap, lang))
}

// measured puts what is there, what is required and the gap side by side.
func measured(actual, required, gap, lang string) string {
	var parts []string
	if actual != "" {
		parts = append(parts, locale.Text(lang, "programme.actual", actual))
	}
	if required != "" {
		parts = append(parts, locale.Text(lang, "programme.required", required))
	}
	if gap != "" {
		parts = append(parts, gap)
	}
	return strings.Join(parts, " · ")
}

// inside is the place of a key within one of the entry's mappings.
func (a At) inside(key, inner string) Pos {
	pos := a.In(key)
	if n := a.value(key); n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == inner {
				pos.Line, pos.Col = n.Content[i].Line+a.line, n.Content[i].Column
				pos.Path = join(pos.Path, inner)
			}
		}
	}
	return pos
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
