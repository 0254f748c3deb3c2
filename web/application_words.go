package web

import (
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/apply"
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
	tabs := []string{"", "form", "files", "plan", "partners"}
	if v.ours(s) {
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
