package web

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/programme"
)

// checkingPage is the last page before submitting: all that stands in the way in
// one list, the pledges, and the button.
type checkingPage struct {
	Sight      *apply.Sight      `json:"application"`
	Assessment *apply.Assessment `json:"assessment"`
	Seen       string            `json:"seen"` // to be sent with the submission
	Saved      *apply.Saved      `json:"saved,omitempty"`

	form    *apply.Form
	submit  bool     // the reader may submit
	admins  []string // who in the unit may, when the reader may not
	typed   map[string]string
	touched []string
	sent    submission
}

// submission is what a form that submits says.
type submission struct {
	Application  apply.ID `json:"application" in:"path"`
	Key          string   `json:"key"`  // made by the page: the same request twice submits once
	Seen         string   `json:"seen"` // what the page showed
	Pledges      []string `json:"pledges"`
	Acknowledged bool     `json:"acknowledged"`
}

func (p checkingPage) title(v *visit) string {
	return v.T("applications.tab.check") + " · " + nameOf(v, p.Sight)
}
func (p checkingPage) body(v *visit) templ.Component { return checkingBody(v, p) }

func (p checkingPage) fragment(v *visit, target string) templ.Component {
	if target == savedPart {
		return checkingSaved(v, p)
	}
	return nil
}

func (s *Server) showChecking(v *visit, in atApplication) (checkingPage, error) {
	if _, err := s.readPlan(v, in.Application); err != nil {
		return checkingPage{}, err
	}
	return s.checking(v, in.Application)
}

func (s *Server) checking(v *visit, id apply.ID) (checkingPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p checkingPage, err error) {
		ctx := v.Context()
		if p.Sight, p.form, err = s.draft(v, r, id); err != nil {
			return p, err
		}
		s.office.RecallPlan(p.form)
		if p.Assessment, err = s.office.Assess(ctx, r, p.form, v.Lang); err != nil {
			return p, err
		}
		p.Seen = p.form.Digest()
		p.submit = actor.May(ctx, r, v.By(), actor.ActSubmitApplication, p.Sight.Unit) == nil
		if p.submit || !v.ours(p.Sight) {
			return p, nil
		}
		members, err := actor.Members(ctx, r, v.By(), p.Sight.Unit)
		for _, m := range members {
			if m.Role == actor.UnitAdmin {
				p.admins = append(p.admins, m.PersonName)
			}
		}
		return p, err
	})
}

// saveReasons keeps the reasons for exceptions that the check asks for.
func (s *Server) saveReasons(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Fields      rest     `json:"fields"`
}) (page, error) {
	sent := savingOf(in.Application, in.Fields)
	saved, err := s.keep(v, sent)
	if err == nil && len(saved.Conflicts) == 0 && v.plain() {
		return moved{"/applications/" + string(in.Application) + "/check"}, nil
	}
	p, e := s.checking(v, in.Application)
	if e != nil {
		return nil, e
	}
	p.Saved, p.typed, p.touched = saved, sent.Typed, sent.fields()
	return p, err
}

// submittedPage is a version that was submitted a moment ago, where its receipt
// cannot be shown at once: a browser is led to it.
type submittedPage struct{ *apply.Version }

func (submittedPage) title(*visit) string         { return "" }
func (submittedPage) body(*visit) templ.Component { return templ.NopComponent }
func (p submittedPage) location() string          { return versionAddress(p.Application, p.Number) }

// submitted answers with the receipt itself: nobody who was in time is left
// without it because a second request did not come through.
func (s *Server) submitted(v *visit, of *apply.Version) page {
	if v.JSON() {
		return submittedPage{of}
	}
	p, err := s.versionPage(v, of.Application, of.Number)
	if err != nil { // it is submitted; its page can be asked for again
		s.Log.ErrorContext(v.Context(), "show a receipt", "request", v.Number, "error", err.Error())
		return submittedPage{of}
	}
	v.standsAt = p.address()
	return p
}

// submitApplication hands an application in. What counts is when the request
// was fully received.
func (s *Server) submitApplication(v *visit, in submission) (page, error) {
	version, err := s.office.HandIn(v.Context(), s.DB, v.By(), apply.Submission{Application: in.Application, Key: in.Key, Seen: in.Seen,
		Pledges: in.Pledges, Acknowledged: in.Acknowledged, Received: v.Received})
	if err == nil {
		return s.submitted(v, version), nil
	}
	p, e := s.checking(v, in.Application)
	if e != nil {
		return nil, e
	}
	p.sent = in
	return p, err
}

// An issueGroup holds what is to be done at one place.
type issueGroup struct {
	Place, Name string
	Issues      []apply.Issue
	Blocks      int
}

// issueGroups are the issues by their places, in the order of the form.
func (p checkingPage) issueGroups(v *visit) []issueGroup {
	var out []issueGroup
	for _, i := range p.Assessment.Issues {
		at := slices.IndexFunc(out, func(g issueGroup) bool { return g.Place == i.Place })
		if at < 0 {
			at, out = len(out), append(out, issueGroup{Place: i.Place, Name: p.placeName(v, i.Place)})
		}
		out[at].Issues = append(out[at].Issues, i)
		if i.Blocks {
			out[at].Blocks++
		}
	}
	return out
}

// placeName is what the place of an issue is called.
func (p checkingPage) placeName(v *visit, place string) string {
	for _, s := range p.form.Package.Form.Sections {
		if s.ID == place {
			return s.Name
		}
	}
	return v.T("applications.place." + place)
}

// issueAddress is where an issue is dealt with.
func issueAddress(s *apply.Sight, form *apply.Form, i apply.Issue) string {
	switch {
	case slices.ContainsFunc(form.Package.Form.Sections, func(one *programme.Section) bool { return one.ID == i.Place }):
		return fieldAddress(s, form, i.Place, i.Field)
	case i.Place == apply.InFiles:
		return tabAddress(s, "files") + "#" + inputID(i.Field)
	case i.Place == apply.InOutline:
		return tabAddress(s, "plan") + "#" + inputID(i.Field)
	case i.Place == apply.InPartners:
		return tabAddress(s, "partners")
	}
	return "#" + inputID(i.Field)
}

// versionAddress is where a submitted version is read, with its receipt.
func versionAddress(id apply.ID, number int64) string {
	return "/applications/" + string(id) + "/versions/" + strconv.FormatInt(number, 10)
}

// blocking is how many issues stand in the way.
func (p checkingPage) blocking() int {
	n := 0
	for _, i := range p.Assessment.Issues {
		if i.Blocks {
			n++
		}
	}
	return n
}

// reason is what stands, or was typed, of the reason for an exception.
func (p checkingPage) reason(v *visit, field string) string {
	typed, sent := p.typed[field]
	if sent && (v.Fault != nil || p.conflict(field) != nil) {
		return typed
	}
	var text string
	if f := p.form.Fields[field]; !f.Empty() {
		_ = json.Unmarshal(f.Value, &text) // what is no text shows nothing
	}
	return text
}

// excusable are the conditions that ask for a reason.
func (p checkingPage) excusable() []apply.Issue {
	var out []apply.Issue
	for _, i := range p.Assessment.Issues {
		if i.Place == apply.InConditions && (i.Blocks || i.Excused) {
			out = append(out, i)
		}
	}
	return out
}

func (p checkingPage) pledged(pledge string) bool { return slices.Contains(p.sent.Pledges, pledge) }

// issueLabel is what an issue is about.
func issueLabel(i apply.Issue) string {
	if i.Label == "" {
		return i.Field
	}
	return i.Label
}

func (p checkingPage) conflict(field string) *apply.Conflict {
	return sectionPage{Saved: p.Saved}.conflict(field)
}
