package web

import (
	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/journal"
)

// peoplePage is every account, and the way to add an authority, for the system
// administrator.
type peoplePage struct {
	People []*actor.Person `json:"people"`
	Text   string          `json:"-"`
	Next   string          `json:"next,omitempty"`
}

func (peoplePage) title(v *visit) string           { return v.T("room.people") }
func (p peoplePage) body(v *visit) templ.Component { return peopleBody(v, p) }

func (s *Server) listPeople(v *visit, in struct {
	Q     string         `json:"q"`
	After actor.PersonID `json:"after"`
}) (peoplePage, error) {
	return s.people(v, actor.PeopleFilter{Text: in.Q, After: in.After})
}

func (s *Server) people(v *visit, f actor.PeopleFilter) (peoplePage, error) {
	f.Limit = pageRows
	found, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]*actor.Person, error) {
		return actor.ListPeople(v.Context(), r, v.By(), f)
	})
	p := peoplePage{People: found, Text: f.Text}
	if len(found) == pageRows {
		p.Next = v.with("after", string(found[len(found)-1].ID))
	}
	return p, err
}

// atPerson names a person.
type atPerson struct {
	Person actor.PersonID `json:"person" in:"path"`
}

func (s *Server) disablePerson(v *visit, in atPerson) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, actor.DisablePerson(v.Context(), tx, in.Person)
	})
	return moved{"/people"}, err
}

func (s *Server) enablePerson(v *visit, in atPerson) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, actor.EnablePerson(v.Context(), tx, in.Person)
	})
	return moved{"/people"}, err
}

// invitePerson offers a role of the whole platform, which no unit gives.
func (s *Server) invitePerson(v *visit, in struct {
	Email string     `json:"email"`
	Role  actor.Role `json:"role"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, s.Gate.Invite(v.Context(), tx, actor.Invitation{Offer: actor.Offer{Role: in.Role}, Email: in.Email, Language: v.Lang})
	})
	p, e := s.people(v, actor.PeopleFilter{})
	if e != nil {
		return nil, e
	}
	if err == nil {
		v.Notice = v.T("letter.sent", in.Email)
	}
	return p, err
}

// authorityPage enters an authority.
type authorityPage struct {
	Typed actor.Authority `json:"-"`
	Tree  []*actor.Unit   `json:"-"`
}

func (authorityPage) title(v *visit) string           { return v.T("authority.add") }
func (p authorityPage) body(v *visit) templ.Component { return authorityBody(v, p) }

func (s *Server) authorityPage(v *visit, typed actor.Authority) (authorityPage, error) {
	tree, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]*actor.Unit, error) {
		return actor.Authorities(v.Context(), r, actor.Filter{})
	})
	return authorityPage{typed, tree}, err
}

func (s *Server) showAuthority(v *visit, _ nothing) (authorityPage, error) {
	return s.authorityPage(v, actor.Authority{})
}

func (s *Server) addAuthority(v *visit, in struct {
	Name  string       `json:"name"`
	Code  string       `json:"code"`
	Level string       `json:"level"`
	Place string       `json:"place"`
	Under actor.UnitID `json:"under"`
}) (page, error) {
	typed := actor.Authority{Name: in.Name, Code: in.Code, Level: in.Level, Place: placeCode(in.Place), Under: in.Under}
	u, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*actor.Unit, error) {
		return actor.AddAuthority(v.Context(), tx, typed)
	})
	if err != nil {
		p, e := s.authorityPage(v, typed)
		if e != nil {
			return nil, e
		}
		return p, err
	}
	return moved{"/units/" + string(u.ID)}, nil
}

// journalPage is the lines of the journal, the newest first, for the auditor.
type journalPage struct {
	Lines   []journal.Line `json:"lines"`
	Subject string         `json:"-"`
	Person  string         `json:"-"`
	Next    string         `json:"next,omitempty"`
}

func (journalPage) title(v *visit) string           { return v.T("room.journal") }
func (p journalPage) body(v *visit) templ.Component { return journalBody(v, p) }

func (s *Server) listJournal(v *visit, in struct {
	Subject string `json:"subject"`
	Person  string `json:"person"`
	Before  string `json:"before"`
}) (journalPage, error) {
	found, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]journal.Line, error) {
		if err := actor.May(v.Context(), r, v.By(), actor.ActViewJournal, ""); err != nil {
			return nil, err
		}
		return journal.Lines(v.Context(), r, journal.Filter{Subject: in.Subject, Person: in.Person, Before: in.Before, Limit: pageRows})
	})
	p := journalPage{Lines: found, Subject: in.Subject, Person: in.Person}
	if len(found) == pageRows {
		p.Next = v.with("before", found[len(found)-1].ID)
	}
	return p, err
}
