package web

import (
	"net/url"
	"strings"

	"shenbao/apply"
	"shenbao/call"
	"shenbao/rule"
)

// applicationsWord is what the list is called for whoever reads.
func (v *visit) applicationsWord() string { return applicationsPage{mine: v.applicant()}.title(v) }

// begins reports whether applications can be begun under a call.
func begins(v *visit, c *call.Call) bool {
	return c.State == call.Published && (c.Closes.IsZero() || v.Now.Before(c.Closes))
}

// signInTo leads to the sign-in, and from there on.
func signInTo(next string) string { return "/sign-in?next=" + url.QueryEscape(next) }

// nextStep is the one thing to do about an application, on its overview.
func (p applicationPage) nextStep(v *visit) link {
	own := v.ours(p.Sight)
	switch {
	case p.State == apply.Submitted && !own:
		return link{versionAddress(p.ID, p.Version), v.T("applications.step.version")}
	case p.State == apply.Submitted:
		return link{versionAddress(p.ID, p.Version), v.T("applications.step.receipt")}
	case !p.MayEdit || p.assessed == nil:
		return link{}
	case p.Part:
		return link{tabAddress(p.Sight, "partners"), v.T("applications.step.part")}
	case p.State == apply.Returned && !p.mended():
		return link{tabAddress(p.Sight, "form"), v.T("applications.step.mend")}
	case own && !p.assessed.Blocked():
		return link{tabAddress(p.Sight, "check"), v.T("applications.step.submit")}
	}
	return link{tabAddress(p.Sight, "form"), v.T("applications.step.fill")}
}

// mended reports whether anything was changed since the application came back.
func (p applicationPage) mended() bool {
	return len(p.Versions) > 0 && p.Changed.After(p.Versions[0].Ended)
}

// entryStep is the next thing to do about a line of the list.
func entryStep(v *visit, e apply.Entry, ready bool) link {
	at := "/applications/" + string(e.ID)
	switch {
	case e.State == apply.Dropped:
		return link{}
	case e.State == apply.Submitted:
		return link{versionAddress(e.ID, e.Version), v.T("applications.step.receipt")}
	case e.State != apply.Returned && !e.Part && ready:
		return link{at + "/check", v.T("applications.step.submit")}
	case e.Part:
		return link{at + "/partners", v.T("applications.step.part")}
	case e.State == apply.Returned:
		return link{at, v.T("applications.step.mend")}
	}
	return link{at + "/form", v.T("applications.step.fill")}
}

func entryName(v *visit, e apply.Entry) string {
	if e.Name != "" {
		return e.Name
	}
	return v.T("applications.unnamed", e.CallTitle)
}

func applicationStates(v *visit) []option {
	out := []option{{"", v.T("all")}}
	for _, s := range apply.States {
		out = append(out, option{string(s), v.Text("apply.state." + string(s))})
	}
	return out
}

// calls are those of the lines that are shown, to narrow the list by.
func (p applicationsPage) calls(v *visit) []option {
	out := []option{{"", v.T("all")}}
	seen := map[call.ID]bool{}
	for _, e := range p.Entries {
		if !seen[e.Call] {
			seen[e.Call] = true
			out = append(out, option{string(e.Call), e.CallTitle})
		}
	}
	if p.Filter.Call != "" && !seen[p.Filter.Call] {
		out = append(out, option{string(p.Filter.Call), v.T("applications.this_call")})
	}
	return out
}

// failed is the visit as the form sees it that something is wrong with.
func (p applicationPage) failed(v *visit) *visit { return v.form(v.URL.Path, "") }

// A part is files, plan or partners in a line of the overview.
type part struct {
	link
	Says string
	Open int // issues that stand in the way
}

func (p applicationPage) parts(v *visit) []part {
	open := map[string]int{}
	for _, i := range p.assessed.Issues {
		if i.Blocks {
			open[i.Place]++
		}
	}
	written, confirmed := 0, 0
	for _, s := range p.form.Package.Form.Outline {
		if p.form.Has(apply.OutlinePrefix + s.ID) {
			written++
		}
	}
	for _, one := range p.form.Partners {
		if p.form.Stands(one) {
			confirmed++
		}
	}
	out := []part{{link{tabAddress(p.Sight, "files"), tabName(v, "files")}, v.T("applications.files", len(p.form.Files)), open[apply.InFiles]}}
	if n := len(p.form.Package.Form.Outline); n > 0 {
		out = append(out, part{link{tabAddress(p.Sight, "plan"), tabName(v, "plan")}, v.T("applications.plan", written, n), open[apply.InOutline]})
	}
	if p.form.UnitsList() != nil {
		out = append(out, part{link{tabAddress(p.Sight, "partners"), tabName(v, "partners")}, v.T("applications.partners", confirmed, len(p.form.Partners)), open[apply.InPartners]})
	}
	return out
}

// remarkAddress leads to what a remark is about; "" for the whole.
func (p applicationPage) remarkAddress(m apply.Remark) string {
	if _, section := p.form.Declared(codeOf(m.Field)); section != nil {
		return sectionAddress(p.Sight, section.ID) + "#r-" + codeOf(m.Field)
	}
	switch {
	case strings.HasPrefix(m.Field, "material."):
		return tabAddress(p.Sight, "files") + "#" + inputID(m.Field)
	case strings.HasPrefix(m.Field, apply.OutlinePrefix):
		return tabAddress(p.Sight, "plan") + "#" + inputID(m.Field)
	}
	return ""
}

// An optionGroup is a heading with its options.
type optionGroup struct {
	Name    string
	Options []option
}

// remarkFields are what a remark can be about.
func remarkFields(v *visit, form *apply.Form) []optionGroup {
	var out []optionGroup
	for _, s := range form.Package.Form.Sections {
		g := optionGroup{Name: s.Name}
		for _, d := range s.Facts {
			if string(d.Kind) != string(rule.FileKind) {
				g.Options = append(g.Options, option{d.ID, form.Package.Schema.Fact(d.ID).Label(v.Lang)})
			}
		}
		out = append(out, g)
	}
	files, plan := optionGroup{Name: tabName(v, "files")}, optionGroup{Name: tabName(v, "plan")}
	for _, m := range form.Package.Form.Materials {
		if form.AskedNow(m) {
			files.Options = append(files.Options, option{"material." + m.ID, m.Name})
		}
	}
	for _, s := range form.Package.Form.Outline {
		plan.Options = append(plan.Options, option{apply.OutlinePrefix + s.ID, s.Name})
	}
	return append(out, files, plan)
}

// nth is one of some texts, "" where there is none.
func nth(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}
