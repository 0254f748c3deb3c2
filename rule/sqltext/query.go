package sqltext

import (
	"regexp"
	"slices"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// A Text (SQL 文本) is the rules of a program as SQL for one dialect. It does
// not change, and may be used by many goroutines.
type Text struct {
	Program *rule.Program
	Dialect Dialect
	Tables  []Table        // that of the units first, then one a list; only what the rules read
	Rules   []int          // which of the program's rules are written, in their order
	Refused []*fault.Fault // why each of the others is not; Field is the rule

	table string
	namer *namer
}

// A Statement is a text and the values of its $1, $2, …: int64 or string.
type Statement struct {
	SQL  string
	Args []any
}

// ruleID is what the id of a rule must be to head a column.
var ruleID = regexp.MustCompile(`^[a-z0-9_.-]{1,63}$`)

// answerName heads the column of the overall answer.
const answerName = "answer"

// New writes the rules of a program for a dialect. The table of the units has
// the given name, that of a list the same followed by __ and the list's code.
// The fault says that the name is no plain identifier.
func New(p *rule.Program, d Dialect, table string) (*Text, *fault.Fault) {
	if !identifier.MatchString(table) {
		return nil, fault.New(fault.Invalid, "sqltext.table", table)
	}
	t := &Text{Program: p, Dialect: d, table: table, namer: newNamer(table, p.Schema)}
	args := 0
	for i := range p.Rules {
		n, f := t.probe(i)
		if args += n; f == nil && args > maxArgs {
			f = fault.New(fault.Invalid, "sqltext.size")
		}
		if f != nil {
			t.Refused = append(t.Refused, f.In(p.Rules[i].ID))
			args -= n
			continue
		}
		t.Rules = append(t.Rules, i)
	}
	all := t.emitter()
	for _, i := range t.Rules {
		all.rule(i)
	}
	t.Tables = t.tables(all.used)
	return t, nil
}

// probe tries to write a rule, and counts its values.
func (t *Text) probe(i int) (args int, f *fault.Fault) {
	r := &t.Program.Rules[i]
	if !ruleID.MatchString(r.ID) || r.ID == unitName || r.ID == answerName {
		return 0, fault.New(fault.Invalid, "sqltext.id", r.ID)
	}
	e := t.emitter()
	x := e.rule(i)
	for _, g := range e.lists {
		args += len(e.joined(g).args)
	}
	return args + len(x.args), e.fault
}

// Query asks for every rule of every unit: the columns "unit" and, by its id,
// one a rule, which is 1 met, 0 unmet, NULL unknown. With answer the last column
// is the overall answer; a refused rule counts there as unknown.
func (t *Text) Query(answer bool) Statement {
	e := t.emitter()
	columns := []expr{{sql: "u." + quote(unitName)}}
	for _, i := range t.Rules {
		r := &t.Program.Rules[i]
		columns = append(columns, say("CAST(@ AS INTEGER) AS "+quote(r.ID), e.rule(i)))
	}
	q := say("SELECT\n  @\n@", list(columns, ",\n  "), e.from())
	if answer {
		q = say("SELECT q.*, @ AS "+quote(answerName)+"\nFROM (\n@\n) AS q", t.answer(), q)
	}
	return Statement{q.numbered(), q.args}
}

// Candidates asks for the units that no rule keeps out for certain: each rule
// that could is met or unknown. A refused rule keeps nobody out.
func (t *Text) Candidates() Statement {
	e := t.emitter()
	var where []expr
	for _, i := range t.Rules {
		switch r := &t.Program.Rules[i]; r.Effect {
		case rule.Refuse, rule.Veto, rule.Route:
			where = append(where, say("@ IS NOT FALSE", e.rule(i)))
		}
	}
	q := say("SELECT u."+quote(unitName)+"\n@", e.from())
	if len(where) > 0 {
		q = say("@\nWHERE @", q, join(where, "\n  AND "))
	}
	return Statement{q.numbered(), q.args}
}

// from is the units and, beside each, what was asked of its lists.
func (e *emitter) from() expr {
	parts := []expr{{sql: "FROM " + quote(e.table) + " AS u"}}
	for _, g := range e.lists {
		parts = append(parts, e.joined(g))
	}
	return list(parts, "\n")
}

// answer is the overall answer, the first that applies. A refused rule that
// binds is unknown for everybody.
func (t *Text) answer() expr {
	unmet := map[rule.Answer][]expr{}
	var unknown, when []expr
	for _, i := range t.Rules {
		r := &t.Program.Rules[i]
		if a := r.WhenUnmet(); a != "" {
			unmet[a] = append(unmet[a], expr{sql: "q." + quote(r.ID) + " = 0"})
			unknown = append(unknown, expr{sql: "q." + quote(r.ID) + " IS NULL"})
		}
	}
	then := func(a rule.Answer, holds []expr) {
		if len(holds) > 0 {
			when = append(when, say("WHEN @ THEN ? ", join(holds, " OR ")).with(string(a)))
		}
	}
	then(rule.NotEligible, unmet[rule.NotEligible])
	then(rule.OtherTrack, unmet[rule.OtherTrack])
	otherwise := rule.NotYetProvable
	if !t.doubtful() {
		then(rule.NotYetProvable, unknown)
		then(rule.Exceptions, unmet[rule.Exceptions])
		otherwise = rule.Eligible
	}
	if len(when) == 0 {
		return bind(string(otherwise))
	}
	return say("CASE @ELSE ? END", list(when, "")).with(string(otherwise))
}

// doubtful reports whether a rule that binds was refused.
func (t *Text) doubtful() bool {
	for i := range t.Program.Rules {
		if !slices.Contains(t.Rules, i) && t.Program.Rules[i].WhenUnmet() != "" {
			return true
		}
	}
	return false
}
