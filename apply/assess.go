package apply

import (
	"slices"
	"strings"

	"shenbao/call"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
	"shenbao/rule"
)

// An Issue (待处理事项) is one thing that stands in the way of submitting, or that
// the applicant has to know before.
type Issue struct {
	Blocks  bool   `json:"blocks"`            // cannot be submitted with it
	Place   string `json:"place"`             // where to mend it: id of a section, or files, outline, partners, conditions
	Field   string `json:"field,omitempty"`   // name of the input, or material.ID
	Label   string `json:"label,omitempty"`   // what the form calls it
	Text    string `json:"text"`              // in the reader's language
	Clause  string `json:"clause,omitempty"`  // that asks for it
	Rule    string `json:"rule,omitempty"`    // of an unmet condition
	Excused bool   `json:"excused,omitempty"` // an exception was asked for, with a reason
}

// The places that are no sections of the form.
const (
	InFiles      = "files"
	InOutline    = "outline"
	InPartners   = "partners"
	InConditions = "conditions"
)

// An Assessment (自查结果) is what an application comes to as it stands.
type Assessment struct {
	Checked *call.Checked  `json:"conditions"`
	Issues  []Issue        `json:"issues"`
	Wrong   []*fault.Fault `json:"-"` // what cannot be read, by the name of its input
	Facts   Facts          `json:"-"` // as the rules read them
	Needed  map[string]rule.Truth

	Integrity *Integrity `json:"integrity"`

	keys []resourceKey // of what others may not have too
	year int           // in which they hold
}

// Blocked reports whether something keeps the application from being submitted.
func (s *Assessment) Blocked() bool {
	return slices.ContainsFunc(s.Issues, func(i Issue) bool { return i.Blocks })
}

// Unmet is how many conditions are not met without an exception asked for: who
// submits says that they know.
func (s *Assessment) Unmet() int {
	n := 0
	for _, i := range s.Issues {
		if i.Place == InConditions && !i.Blocks && !i.Excused {
			n++
		}
	}
	return n
}

// listing writes the list of issues.
type listing struct {
	*Assessment
	fm    *Form
	facts *rule.Facts
	lang  string
}

func (l *listing) text(key string, args ...any) string { return locale.Text(l.lang, key, args...) }

func (l *listing) add(i Issue, key string, args ...any) {
	i.Text = l.text(key, args...)
	l.Issues = append(l.Issues, i)
}

// fields: everything required is there, everything there can be read.
func (l *listing) fields() {
	wrong := map[string][]*fault.Fault{}
	for _, f := range l.Wrong {
		code, _ := split(f.Field)
		wrong[code] = append(wrong[code], f)
	}
	for _, s := range l.fm.Package.Form.Sections {
		for _, d := range s.Facts {
			f := l.fm.Package.Schema.Fact(d.ID)
			at := Issue{Blocks: true, Place: s.ID, Field: d.ID, Label: f.Label(l.lang), Clause: clauseOf(l.fm.Package, d.Clauses)}
			for _, one := range wrong[d.ID] {
				i := at
				i.Field = one.Field
				l.add(i, one.Key, one.Args...)
			}
			if len(wrong[d.ID]) == 0 {
				l.missing(at, f, d)
			}
		}
	}
}

// missing lists a required fact that is not given, and what a list lacks.
func (l *listing) missing(at Issue, f *rule.Fact, d *programme.Fact) {
	if f.Kind == rule.FileKind {
		return
	}
	if l.fm.value(f) == nil {
		if l.Needed[d.ID] == rule.Met {
			l.add(at, "apply.issue.missing")
		}
		return
	}
	switch {
	case f.Kind == rule.SeriesKind && l.Needed[d.ID] == rule.Met:
		for y := f.Years[0]; y <= f.Years[1]; y++ {
			if !l.fm.Has(yearField(f.Code, y)) && l.asks(f, y) {
				at.Field = yearField(f.Code, y)
				l.add(at, "apply.issue.year", y)
			}
		}
	case f.Kind == rule.ListKind:
		if n := len(l.fm.Rows(f.Code)); n > MaxRows(d) {
			l.add(at, "apply.issue.rows", n, MaxRows(d))
		}
		if d.Complete == "declared" && !l.fm.Complete(f) {
			at.Blocks, at.Field = false, f.Code+"/"+completeRow
			l.add(at, "apply.issue.complete")
		}
	}
}

// asks reports whether a condition looks at a year of a series; when none looks
// at any, all are asked for.
func (l *listing) asks(f *rule.Fact, year int) bool {
	asked, found := false, false
	if p := l.fm.Package.Program; p != nil {
		for i := range p.Rules {
			for _, n := range nodes(p.Rules[i].Node) {
				for _, op := range rule.Operands(n) {
					if a, ok := op.(*rule.Agg); ok && a.Of == f && a.Over != nil {
						found = true
						asked = asked || int64(year) >= a.Over.From && int64(year) <= a.Over.To
					}
				}
			}
		}
	}
	return asked || !found
}

func nodes(n rule.Node) []rule.Node {
	var out []rule.Node
	rule.Walk(n, func(n rule.Node) bool {
		out = append(out, n)
		return true
	})
	return out
}

// files: every material that is handed in with the application is there.
func (l *listing) files() {
	for _, m := range l.fm.asked() {
		i := Issue{Blocks: true, Place: InFiles, Field: "material." + m.ID, Label: m.Name, Clause: clauseOf(l.fm.Package, m.Clauses)}
		if m.ID == planMaterial && l.fm.written() {
			continue // the plan was written in its editor
		}
		switch needed := l.Needed["material."+m.ID]; {
		case len(l.fm.FilesOf(m.ID)) > 0:
		case needed == rule.Met:
			l.add(i, "apply.issue.file")
		case needed == rule.Unknown:
			i.Blocks = false
			l.add(i, "apply.issue.file_maybe")
		}
	}
}

// partners: every unit named as a partner was invited and has confirmed its
// part as it stands, and nothing is there of a unit that takes no part.
func (l *listing) partners() {
	for _, m := range l.fm.Members() {
		if key, args := l.fm.Lacks(m); key != "" {
			l.add(Issue{Blocks: true, Place: InPartners, Field: m.Field, Label: m.Name}, key, args...)
		}
	}
}

// others: what other applications under way have too, and the records of the
// register of integrity. Nothing in the list tells who the others are.
func (l *listing) others(s *surroundings) {
	for i := range l.Integrity.Breaches {
		l.Issues = append(l.Issues, l.Integrity.Breaches[i].issue(l.fm, l.lang))
	}
	l.Issues = append(l.Issues, issuesOf(s.conflicts(), l.lang)...)
}

// conditions: what is not met is known before it is submitted; what may be
// excused asks for a reason.
func (l *listing) conditions() {
	if l.Checked == nil {
		return
	}
	for _, s := range l.Checked.Sections {
		for _, c := range s.Conditions {
			if c.Verdict != "unmet" || c.Effect == rule.Advantage || c.Effect == rule.Inform || c.Effect == rule.Flag {
				continue
			}
			i := Issue{Place: InConditions, Field: ReasonPrefix + c.Rule, Label: c.Label, Clause: c.Clause, Rule: c.Rule}
			switch {
			case c.Effect != rule.Ask:
				l.add(i, "apply.issue.unmet", strings.Trim(c.Actual+" / "+c.Required, " /"))
			case l.fm.Has(i.Field):
				i.Excused = true
				l.add(i, "apply.issue.excused")
			default:
				i.Blocks = true
				l.add(i, "apply.issue.reason")
			}
		}
	}
}

// clauseOf is the full id of the first clause.
func clauseOf(p *programme.Package, clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	return p.ClauseIDs(clauses[:1])[0]
}
