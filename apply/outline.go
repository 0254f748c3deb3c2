package apply

import (
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// planMaterial is the material that is the plan itself (建设方案): it is handed in
// as a file, or written section by section in its editor.
const planMaterial = "plan"

// A Plan (建设方案) is the plan of an application, section by section: as it was
// written in its editor, or as it was read out of the file that was uploaded.
type Plan struct {
	File     *File        // nil: it was written in its editor
	Wrong    *fault.Fault // why the file cannot be read; nil when it can
	Text     string       // all of it; a scanned file has none, or next to none
	Sections []PlanSection
}

// A PlanSection (方案章节) is a section that the outline asks for, and what stands
// in it.
type PlanSection struct {
	ID      string
	Name    string // as the outline has it: 一、建设意义
	Input   string // the field in which it is written: see [Form.PlanInput]
	Clause  string
	Text    string
	Chars   int    // 字 of the text
	Heading string // the line of the file that begins it; "" when none was found, or it was not uploaded
	Line    int    // of the file, from 1; 0 when none was found
	Moved   bool   // it stands before or after where the outline has it
}

// PlanAsked reports whether the form asks for a plan now that has an outline.
func (fm *Form) PlanAsked() bool {
	for _, m := range fm.Package.Form.Materials {
		if m.ID == planMaterial && !fm.AskedNow(m) {
			return false
		}
	}
	return len(fm.PlanSections()) > 0
}

// PlanSections are the sections of the outline that are to be written: the
// annexes (附件) are handed in as materials.
func (fm *Form) PlanSections() []*programme.OutlineSection {
	var out []*programme.OutlineSection
	for _, s := range fm.Package.Form.Outline {
		if !fm.isAnnex(s) {
			out = append(out, s)
		}
	}
	return out
}

// isAnnex reports whether a section of the outline stands for the annexes, and
// materials carry them.
func (fm *Form) isAnnex(s *programme.OutlineSection) bool {
	name := plainName(s.Name)
	return len(fm.Package.Form.Materials) > 0 && (strings.HasPrefix(name, "附件") || strings.HasPrefix(name, "附录"))
}

// PlanInput is the field in which a section of the plan is written: that of the
// text that the form asks for under another name (摘要 is 方案摘要, of the same
// clause), or one of its own.
func (fm *Form) PlanInput(s *programme.OutlineSection) string {
	for _, section := range fm.Package.Form.Sections {
		for _, d := range section.Facts {
			f := fm.Package.Schema.Fact(d.ID)
			same := slices.ContainsFunc(d.Clauses, func(c string) bool { return slices.Contains(s.Clauses, c) })
			if same && f != nil && f.Kind == rule.LongTextKind && strings.HasSuffix(plainName(f.Name), plainName(s.Name)) {
				return d.ID
			}
		}
	}
	return OutlinePrefix + s.ID
}

// SectionText is what was written of a section in the editor.
func (fm *Form) SectionText(s *programme.OutlineSection) string {
	f := fm.Fields[fm.PlanInput(s)]
	if f.Empty() {
		return ""
	}
	text, _ := f.decoded().(string)
	return text
}

// Uploaded is the file that is the plan, nil when none was handed in. Of several
// it is the newest.
func (fm *Form) Uploaded() *File {
	files := fm.FilesOf(planMaterial)
	if len(files) == 0 {
		return nil
	}
	return slices.MaxFunc(files, func(a, b *File) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

// written reports whether the plan was written in its editor: some section of
// the outline has a text. What the form asks for anyway is none.
func (fm *Form) written() bool {
	return slices.ContainsFunc(fm.PlanSections(), func(s *programme.OutlineSection) bool {
		return fm.PlanInput(s) == OutlinePrefix+s.ID && fm.Has(OutlinePrefix+s.ID)
	})
}

// Written is the plan as it stands in its editor.
func (fm *Form) Written() *Plan {
	p := &Plan{}
	var all []string
	for _, s := range fm.PlanSections() {
		section := fm.section(s)
		section.Text = fm.SectionText(s)
		section.Chars = rule.CountChars(section.Text)
		p.Sections = append(p.Sections, section)
		if section.Text != "" {
			all = append(all, s.Name+"\n"+section.Text)
		}
	}
	p.Text = strings.Join(all, "\n\n")
	return p
}

func (fm *Form) section(s *programme.OutlineSection) PlanSection {
	return PlanSection{ID: s.ID, Name: s.Name, Input: fm.PlanInput(s), Clause: clauseOf(fm.Package, s.Clauses)}
}

// Length is how long a text should be, in 字: about a number, between two.
type Length struct{ About, From, To int64 }

// usualShare is how far "about" (左右) reaches where the package does not say, in
// basis points.
const usualShare = 2000

// AskedLength is how long the text of a field should be by the conditions of the
// call; false when none says.
func (fm *Form) AskedLength(field string) (Length, bool) {
	if fm.Package.Program == nil {
		return Length{}, false
	}
	for i := range fm.Package.Program.Rules {
		for _, n := range nodes(fm.Package.Program.Rules[i].Node) {
			about, ok := n.(*rule.About)
			if !ok {
				continue
			}
			if of, ok := about.L.(*rule.Length); ok && of.Of.Code == field {
				v, share := quantity(about.V, 0), quantity(about.Within, usualShare)
				return Length{v, v - v*share/10_000, v + v*share/10_000}, v > 0
			}
		}
	}
	return Length{}, false
}

// quantity is the number that an operand states, or another when it states none.
func quantity(op rule.Operand, otherwise int64) int64 {
	switch op := op.(type) {
	case *rule.Number:
		return op.N
	case *rule.ParamOf:
		return op.Param.Quantity.N
	}
	return otherwise
}

// outline: the plan, when it is written in its editor, has every section of the
// outline. A file is compared with it when it was read ([Office.ReadPlan]): what
// is found is said, and a person decides.
func (l *listing) outline() {
	file, written := l.fm.Uploaded(), l.fm.written()
	switch {
	case file != nil && written:
		l.add(l.planIssue(), "apply.issue.plan_twice")
	case written:
		for _, s := range l.fm.PlanSections() {
			if input := l.fm.PlanInput(s); input == OutlinePrefix+s.ID && !l.fm.Has(input) {
				l.add(Issue{Blocks: true, Place: InOutline, Field: input, Label: s.Name, Clause: clauseOf(l.fm.Package, s.Clauses)}, "apply.issue.section")
			}
		}
	}
	if file == nil || l.fm.Plan == nil {
		return
	}
	for _, w := range l.fm.Warnings(l.fm.Plan) {
		i := l.planIssue()
		if w.Section != nil {
			i.Label, i.Clause = w.Section.Name, w.Section.Clause
		}
		l.add(i, w.Key, w.Args...)
	}
}

// planIssue is an issue about the plan that does not stand in the way.
func (l *listing) planIssue() Issue {
	return Issue{Place: InOutline, Field: "material." + planMaterial, Label: l.fm.Label("material." + planMaterial)}
}

// A PlanWarning (提纲核对提示) is something in an uploaded plan that is not as the
// outline has it, as a message key with its arguments.
type PlanWarning struct {
	Section *PlanSection // nil: about all of it
	Key     string
	Args    []any
}

// A file with less text than this, in 字 and for each of its pages, is a scan: what
// is there was printed on the pages by the scanner.
const scanChars, scanPage = 50, 15

// emptyBelow is how many 字 a section has at least that somebody wrote.
const emptyBelow = 30

// Warnings compares an uploaded plan with the outline. A plan that was written
// in its editor has none: its sections are fields of the form.
func (fm *Form) Warnings(p *Plan) []PlanWarning {
	switch {
	case p.File == nil:
		return nil
	case p.Wrong != nil:
		return []PlanWarning{{Key: "apply.issue.plan_broken"}}
	case rule.CountChars(p.Text) < scanChars+scanPage*p.File.Found.Pages:
		return []PlanWarning{{Key: "apply.issue.plan_unread"}}
	}
	var out []PlanWarning
	for i := range p.Sections {
		s := &p.Sections[i]
		length, asked := fm.AskedLength(s.Input)
		chars := int64(s.Chars)
		if s.Moved {
			out = append(out, PlanWarning{s, "apply.issue.plan_moved", []any{s.Line, s.Heading}})
		}
		switch {
		case s.Line == 0:
			out = append(out, PlanWarning{Section: s, Key: "apply.issue.plan_missing"})
		case chars < emptyBelow:
			out = append(out, PlanWarning{s, "apply.issue.plan_empty", []any{s.Chars}})
		case asked && (chars < length.From || chars > length.To):
			out = append(out, PlanWarning{s, "apply.issue.plan_short", []any{s.Chars, length.About, length.From, length.To}})
		}
	}
	return out
}
