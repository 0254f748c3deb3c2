package web

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/rule"
)

// planPage is the plan of an application: its editor, a text a section of the
// outline, and how a file that was uploaded compares with the outline.
type planPage struct {
	Sight    *apply.Sight      `json:"application"`
	Sections []planSectionView `json:"sections"`
	File     *planFileView     `json:"file,omitempty"` // that was uploaded; it counts before what was written
	Saved    *apply.Saved      `json:"saved,omitempty"`

	sectionPage `json:"-"` // of the fields, as those of any section of the form
	asked       bool
	plan        *apply.Plan
}

// A planSectionView is a section of the outline in the editor.
type planSectionView struct {
	Name  string   `json:"name"`  // as the outline has it
	Field string   `json:"field"` // in which it is written
	Holds []string `json:"holds"` // what it should hold
	Shown string   `json:"shown"`
	Hash  string   `json:"hash"` // to be sent back as was:FIELD
	Chars int      `json:"chars"`

	note    string
	clauses []string
	own     bool // it is no fact that the form asks for anyway
	most    int  // 字
	length  apply.Length
	limited bool
}

// A planFileView is how an uploaded plan compares with the outline.
type planFileView struct {
	*apply.File
	Unread   bool           `json:"unread"` // it holds no text, or none that can be read
	Found    []planFound    `json:"sections"`
	Warnings []planWarnText `json:"warnings"`
}

// A planFound is a section of the outline in an uploaded plan.
type planFound struct {
	Name    string `json:"name"`
	Heading string `json:"heading,omitempty"` // as the file has it; none was found when it is missing
	Line    int    `json:"line,omitempty"`
	Chars   int    `json:"chars"`
	Says    string `json:"says,omitempty"` // what is not as the outline has it
}

// A planWarnText is what is said about all of an uploaded plan.
type planWarnText struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// mostPlan is how many 字 a section may have that the form does not limit: as
// many as one input takes.
const mostPlan = 60_000

func (p planPage) title(v *visit) string {
	return v.T("applications.tab.plan") + " · " + nameOf(v, p.Sight)
}
func (p planPage) body(v *visit) templ.Component { return planBody(v, p) }
func (p planPage) address() string               { return address(p.Sight) + "/plan" }

// fragment is what an autosave changes on the page.
func (p planPage) fragment(v *visit, target string) templ.Component {
	if target == savedPart {
		return planSaved(v, p)
	}
	return nil
}

func (s *Server) showPlan(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Check       bool     `json:"check"`
}) (planPage, error) {
	return s.plan(v, in.Application, sectionQuery{Check: in.Check})
}

// A drawn plan is an application with the file that was uploaded as its plan.
type drawn struct {
	*apply.Sight
	*apply.Form
}

// readPlan finds an application and reads its plan, between two looks at the
// database: a long file may take seconds.
func (s *Server) readPlan(v *visit, id apply.ID) (drawn, error) {
	d, err := db.View(v.Context(), s.DB, func(r db.Reader) (d drawn, err error) {
		d.Sight, d.Form, err = s.draft(v, r, id)
		return d, err
	})
	if err != nil {
		return d, err
	}
	return d, s.office.ReadPlan(v.Context(), d.Form)
}

// plan reads all that the page shows.
func (s *Server) plan(v *visit, id apply.ID, q sectionQuery) (p planPage, err error) {
	d, err := s.readPlan(v, id)
	if err != nil {
		return p, err
	}
	assessed, err := db.View(v.Context(), s.DB, func(r db.Reader) (*apply.Assessment, error) {
		return s.office.Assess(v.Context(), r, d.Form, v.Lang)
	})
	if err != nil {
		return p, err
	}
	p = planPage{Sight: d.Sight, asked: d.PlanAsked(), plan: d.Form.Plan,
		sectionPage: sectionPage{Sight: d.Sight, Section: apply.InOutline, form: d.Form, assessed: assessed, query: q}}
	p.Sections = p.planSections()
	p.File = p.planFile(v)
	return p, nil
}

func (p planPage) planSections() []planSectionView {
	out := []planSectionView{}
	for _, s := range p.form.PlanSections() {
		one := planSectionView{Name: s.Name, Field: p.form.PlanInput(s), Holds: s.Holds, Shown: p.form.SectionText(s), note: s.Note,
			clauses: p.form.Package.ClauseIDs(s.Clauses), most: mostPlan}
		one.Hash, one.Chars = p.form.Fields[one.Field].Hash(), rule.CountChars(one.Shown)
		one.own = strings.HasPrefix(one.Field, apply.OutlinePrefix)
		one.length, one.limited = p.form.AskedLength(one.Field)
		if f := p.form.Package.Schema.Fact(one.Field); f != nil && !one.own && f.MaxChars > 0 {
			one.most = f.MaxChars
		}
		out = append(out, one)
	}
	return out
}

// planFile is how the file compares with the outline; nil without one.
func (p planPage) planFile(v *visit) *planFileView {
	if p.plan == nil {
		return nil
	}
	out := &planFileView{File: p.plan.File, Found: []planFound{}, Warnings: []planWarnText{}}
	says := map[string][]string{}
	for _, w := range p.form.Warnings(p.plan) {
		if text := v.Text(w.Key, w.Args...); w.Section == nil {
			out.Unread = true
			out.Warnings = append(out.Warnings, planWarnText{w.Key, text})
		} else {
			says[w.Section.ID] = append(says[w.Section.ID], text)
		}
	}
	if out.Unread {
		return out
	}
	for _, s := range p.plan.Sections {
		out.Found = append(out.Found, planFound{s.Name, s.Heading, s.Line, s.Chars, strings.Join(says[s.ID], v.T("plan.and"))})
	}
	return out
}

// amiss is how many sections of the file are not as the outline has them.
func (f *planFileView) amiss() int {
	n := 0
	for _, s := range f.Found {
		if s.Says != "" {
			n++
		}
	}
	return n
}

// savePlan keeps what was typed into the editor, as a section of the form does.
func (s *Server) savePlan(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Fields      rest     `json:"fields"`
}) (page, error) {
	sent := savingOf(in.Application, in.Fields)
	saved, err := s.keep(v, sent)
	if err == nil && len(saved.Conflicts) == 0 && v.plain() {
		to := "/applications/" + string(in.Application) + "/plan"
		if q := sent.query.encode(); q != "" {
			to += "?" + q
		}
		return moved{to}, nil
	}
	p, e := s.plan(v, in.Application, sent.query)
	if e != nil {
		return nil, e
	}
	p.Saved, p.sectionPage.Saved, p.typed, p.touched = saved, saved, sent.Typed, sent.fields()
	return p, err
}

// asFacts are the sections that the form asks for anyway, ours those that only
// the editor asks for: they are put away when a file was uploaded.
func (p planPage) asFacts() []planSectionView {
	return slices.DeleteFunc(slices.Clone(p.Sections), func(s planSectionView) bool { return s.own })
}

func (p planPage) ours() []planSectionView {
	return slices.DeleteFunc(slices.Clone(p.Sections), func(s planSectionView) bool { return !s.own })
}

// countText is the counter below a section: with its limit where the form has
// one.
func (s planSectionView) countText(v *visit, n any) string {
	if s.most == mostPlan {
		return v.T("plan.count", n)
	}
	return v.T("applications.count", n, s.most)
}

// describedBy names what is said of a section's input.
func (s planSectionView) describedBy() string {
	says := "s-" + s.Field
	if len(s.Holds) == 0 {
		return says
	}
	return "holds-" + plainID(s.Field) + " " + says
}
