package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/programme"
	"shenbao/rule"
)

// nameOf is what an application is called: its name, or where none was filled
// in yet the title of its call.
func nameOf(v *visit, a *apply.Sight) string {
	if a.Name != "" {
		return a.Name
	}
	return v.T("applications.unnamed", a.Of.Title)
}

// applicationColour is the colour beside the word of a state.
func applicationColour(s apply.State) string {
	return map[apply.State]string{apply.Drafted: "open", apply.Submitted: "good", apply.Returned: "bad", apply.Withdrawn: "open"}[s]
}

// ours reports whether the reader fills in the application for its host.
func (v *visit) ours(s *apply.Sight) bool {
	return s.Unit == v.Actor.Unit && slices.Contains([]actor.Role{actor.Editor, actor.UnitAdmin}, v.Actor.Role)
}

// applicationTabs are the pages of an application that the reader has, by the
// last word of their address; "" is the overview.
func applicationTabs(v *visit, s *apply.Sight) []string {
	tabs := []string{""}
	if v.ours(s) || s.Part || s.Stand() > 0 {
		tabs = append(tabs, "form", "files", "plan", "partners")
	}
	if v.ours(s) && s.Editable() {
		tabs = append(tabs, "check")
	}
	if s.Version > 0 {
		tabs = append(tabs, "versions")
	}
	return tabs
}

// tabAddress is the address of a page of an application.
func tabAddress(s *apply.Sight, tab string) string {
	if tab == "" {
		return address(s)
	}
	return address(s) + "/" + tab
}

// tabName is what a page of an application is called.
func tabName(v *visit, tab string) string {
	if tab == "" {
		tab = "overview"
	}
	return v.T("applications.tab." + tab)
}

// isoTime is an instant as scripts read it.
func isoTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// savingWords are what the script of the form says while it saves.
func savingWords(v *visit) templ.Attributes {
	a := templ.Attributes{}
	for _, word := range []string{"saving", "unsaved", "session", "leave"} {
		a["data-"+word] = v.T("applications.script." + word)
	}
	a["data-signin"] = "/sign-in?next=" + url.QueryEscape(v.URL.Path)
	return a
}

// newTab names a page of the form, so that what it wrote itself is no conflict.
func newTab() string { return db.NewID() }

// clockTime is a time of day to the second.
func clockTime(t time.Time) string { return t.In(clock.Zone).Format(time.TimeOnly) }

// refillable reports whether a section has facts that the profile or a register
// may know.
func refillable(s *programme.Section) bool {
	return slices.ContainsFunc(s.Facts, func(d *programme.Fact) bool { return d.From != "" && d.From != "none" })
}

// answered reports whether a fact was given in any part.
func (p sectionPage) answered(f *rule.Fact) bool {
	for name, field := range p.form.Fields {
		if codeOf(name) == f.Code && !field.Empty() {
			return true
		}
	}
	return false
}

// isDay reports whether a text is a day as a box for days takes it; the empty
// text is.
func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil || text == ""
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// rowAt is a row of a list on the page of the form.
type rowAt struct {
	Field  string
	Number int
	Blank  bool // there to be filled in
}

func isRow(field string) bool {
	_, row, _ := strings.Cut(field, "/")
	return apply.IsRow(row)
}

// rowRange names a page of a list: 51–100.
func rowRange(l *listView, from int) string {
	return strconv.Itoa(from+1) + "–" + strconv.Itoa(min(from+formRows, l.Total))
}

func rowsAddress(p sectionPage, l *listView, from int) string {
	q := sectionQuery{Check: p.query.Check, List: l.Fact.Code, From: int64(from)}
	return sectionAddress(p.Sight, p.Section) + "?" + q.encode() + "#" + inputID(l.Fact.Code)
}

// A conditionGroup holds the conditions with one answer.
type conditionGroup struct {
	Class, Sign, Word string
	Conditions        []call.Condition
}

// conditionGroups are the conditions by their answers, what is not met first;
// within a group they stand in the order of the notice.
func conditionGroups(c *call.Checked) []conditionGroup {
	groups := []conditionGroup{{Class: "unmet", Sign: "✗"}, {Class: "unknown", Sign: "?"}, {Class: "without", Sign: "–"}, {Class: "met", Sign: "✓"}}
	for _, s := range c.Sections {
		for _, one := range s.Conditions {
			i := slices.IndexFunc(groups, func(g conditionGroup) bool { return g.Sign == one.Sign })
			if groups[i].Word == "" {
				groups[i].Word = one.Word
			}
			groups[i].Conditions = append(groups[i].Conditions, one)
		}
	}
	return slices.DeleteFunc(groups, func(g conditionGroup) bool { return len(g.Conditions) == 0 })
}
