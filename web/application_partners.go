package web

import (
	"context"
	"errors"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/rule"
)

// partnersPage is the units of an application: to its host how each stands and
// what it has still to do, to a partner what it is asked and what it answers for.
type partnersPage struct {
	*apply.Sight
	Members []memberView `json:"members"`
	Part    *partView    `json:"part,omitempty"`

	form    *apply.Form
	invites bool   // the reader may invite and take out
	code    string // that was typed into the form that invites
}

// A memberView is a unit beside the host.
type memberView struct {
	Code       string         `json:"code"`
	Name       string         `json:"name"`
	Named      string         `json:"named,omitempty"` // the row of the list of units that names it
	Partner    *apply.Partner `json:"partner,omitempty"`
	Lacks      string         `json:"lacks,omitempty"` // what is still to be done, in the reader's language
	Registered bool           `json:"registered"`      // on the platform, by its credit code
	Rows       int            `json:"rows"`            // that it brought
	Files      int            `json:"files"`
	stands     bool
	again      bool // it can be asked again
}

// A partView is what a partner answers for, to itself.
type partView struct {
	*apply.Partner
	Hash    string        `json:"seen"` // to be sent with the confirmation
	Stands  bool          `json:"stands"`
	Lists   []partList    `json:"-"`
	Files   []*apply.File `json:"files"`
	confirm bool          // the reader may answer
	changed bool          // since it was confirmed
}

// A partList is rows of a list that a partner answers for.
type partList struct {
	Fact    *rule.Fact
	Section string // of the form, in which they are filled in
	Rows    []string
}

func (partnersPage) title(v *visit) string           { return v.T("applications.tab.partners") }
func (p partnersPage) body(v *visit) templ.Component { return partnersBody(v, p) }
func (p partnersPage) address() string               { return address(p.Sight) + "/partners" }

func (s *Server) showPartners(v *visit, in atApplication) (partnersPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p partnersPage, err error) {
		if p.Sight, p.form, err = s.draft(v, r, in.Application); err != nil {
			return p, err
		}
		p.invites = p.MayEdit && !p.Sight.Part && p.form.UnitsList() != nil
		p.Members = []memberView{}
		for _, m := range p.form.Members() {
			one, err := p.member(v.Context(), r, v, m)
			if err != nil {
				return p, err
			}
			p.Members = append(p.Members, one)
		}
		if p.Sight.Part {
			p.Part = p.part(v, r)
		}
		return p, nil
	})
}

func (p partnersPage) member(ctx context.Context, r db.Reader, v *visit, m apply.Member) (memberView, error) {
	one := memberView{Code: m.Code, Name: m.Name, Named: m.Field, Partner: m.Partner, Registered: true}
	if key, args := p.form.Lacks(m); key != "" {
		one.Lacks = v.Text(key, args...)
	}
	if m.Partner != nil {
		rows, files := p.form.Brought(m.Partner)
		one.Rows, one.Files, one.stands = len(rows), len(files), p.form.Stands(m.Partner)
		one.again = m.Partner.State != apply.Invited && !one.stands
		return one, nil
	}
	_, err := actor.UnitByCode(ctx, r, m.Code)
	if f, ok := errors.AsType[*fault.Fault](err); ok && f.Kind == fault.Missing {
		one.Registered = false
		return one, nil
	}
	return one, err
}

// part is what the reader's unit answers for.
func (p partnersPage) part(v *visit, r db.Reader) *partView {
	mine := p.form.PartnerOf(v.Actor.Unit)
	out := &partView{Partner: mine, Hash: p.form.Part(mine), Stands: p.form.Stands(mine), Files: []*apply.File{}}
	out.confirm = p.MayEdit && actor.May(v.Context(), r, v.By(), actor.ActConfirmPart, mine.Unit) == nil
	out.changed = mine.State == apply.Confirmed && !out.Stands
	rows, files := p.form.Brought(mine)
	if f := p.form.Naming(mine); f != nil {
		rows = append([]string{f.Name}, rows...)
	}
	for _, row := range rows {
		f := p.form.Package.Schema.Fact(codeOf(row))
		_, section := p.form.Declared(f.Code)
		if section == nil {
			continue // the form does not ask for it any more
		}
		if n := len(out.Lists); n == 0 || out.Lists[n-1].Fact != f {
			out.Lists = append(out.Lists, partList{Fact: f, Section: section.ID})
		}
		last := &out.Lists[len(out.Lists)-1]
		last.Rows = append(last.Rows, row)
	}
	out.Files = append(out.Files, files...)
	return out
}

// partnersAgain shows the units after an act: anew, or with what went wrong.
func (s *Server) partnersAgain(v *visit, id apply.ID, code string, err error) (page, error) {
	if err == nil {
		return moved{"/applications/" + string(id) + "/partners"}, nil
	}
	p, e := s.showPartners(v, atApplication{id})
	if e != nil {
		return nil, e
	}
	p.code = code
	return p, err
}

func (s *Server) invitePartner(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Code        string   `json:"code"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*apply.Partner, error) {
		return apply.Invite(v.Context(), tx, s.office, apply.Invitation{Application: in.Application, Code: in.Code})
	})
	return s.partnersAgain(v, in.Application, in.Code, err)
}

func (s *Server) removePartner(v *visit, in struct {
	Application apply.ID     `json:"application" in:"path"`
	Unit        actor.UnitID `json:"unit"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*apply.Partner, error) {
		return apply.RemovePartner(v.Context(), tx, s.office, apply.Removal{Application: in.Application, Unit: in.Unit})
	})
	return s.partnersAgain(v, in.Application, "", err)
}

func (s *Server) confirmPart(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Seen        string   `json:"seen"` // as the page of the units says
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*apply.Partner, error) {
		return apply.ConfirmPart(v.Context(), tx, s.office, apply.Confirmation{Application: in.Application, Part: in.Seen})
	})
	return s.partnersAgain(v, in.Application, "", err)
}

func (s *Server) declinePart(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	State       string   `json:"state"` // as the page of the units says
	Reason      string   `json:"reason"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*apply.Partner, error) {
		return apply.AnswerInvitation(v.Context(), tx, apply.Refusal{Application: in.Application, State: in.State, Reason: in.Reason})
	})
	if err == nil {
		return moved{"/applications"}, nil // who declined does not see it any more
	}
	return s.partnersAgain(v, in.Application, "", err)
}

// memberState is how a member stands, as a word and a colour.
func memberState(v *visit, m memberView) (word, colour string) {
	switch {
	case m.Partner == nil || m.Partner.State == apply.Removed:
		return v.T("partners.not_invited"), "bad"
	case m.Partner.State == apply.Declined:
		return v.Text("apply.partner.declined"), "bad"
	case m.Partner.State == apply.Confirmed && !m.stands:
		return v.T("partners.changed"), "bad"
	case m.Partner.State == apply.Confirmed:
		return v.Text("apply.partner.confirmed"), "good"
	}
	return v.Text("apply.partner.invited"), "open"
}

// inviteWord is what the button says that asks a member.
func inviteWord(v *visit, m memberView) string {
	if m.again && m.Partner.State == apply.Confirmed {
		return v.T("partners.ask_again")
	}
	if m.again {
		return v.T("partners.invite_again")
	}
	return v.T("partners.invite_now")
}

// agreementText says how many files of the agreement there are.
func (p partnersPage) agreementText(v *visit, material string) string {
	if n := len(p.form.FilesOf(material)); n > 0 {
		return v.T("partners.agreement_there", n)
	}
	return v.T("partners.agreement_none")
}

// stranger is the name of a unit that was to be invited and is not registered:
// what to tell it stands on the page.
func (p partnersPage) stranger(v *visit) bool {
	return v.Fault != nil && v.Fault.Key == "apply.invite_unknown"
}

// letter is what the host may send to a unit that is not registered.
func (p partnersPage) letter(v *visit, name string) string {
	if name == "" {
		name = v.T("partners.your_unit")
	}
	return v.T("partners.letter", name, p.UnitName, nameOf(v, p.Sight), v.Server.Base+"/join", v.When(p.Until(p.Of)))
}

// cellShown is a cell of a row as its reader sees it.
func (p partnersPage) cellShown(v *visit, row string, column *rule.Fact) string {
	c := control{Fact: column, Kind: column.Kind, Value: p.form.Fields[row].Cell(column)}
	return orDash(c.shown(v))
}
