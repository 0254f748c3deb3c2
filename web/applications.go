package web

import (
	"context"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/db"
)

// atApplication names an application.
type atApplication struct {
	Application apply.ID `json:"application" in:"path"`
}

// address is where an application stands.
func address(s *apply.Sight) string { return "/applications/" + string(s.ID) }

// applicationPage is the overview of one application.
type applicationPage struct {
	*apply.Sight
	Form *apply.Form `json:"-"`
}

func (p applicationPage) title(v *visit) string         { return nameOf(v, p.Sight) }
func (p applicationPage) body(v *visit) templ.Component { return applicationBody(v, p) }

func (s *Server) showApplication(v *visit, in atApplication) (applicationPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p applicationPage, err error) {
		p.Sight, p.Form, err = s.application(v.Context(), r, v, in.Application)
		return p, err
	})
}

// application finds an application and what was filled in of it.
func (s *Server) application(ctx context.Context, r db.Reader, v *visit, id apply.ID) (*apply.Sight, *apply.Form, error) {
	sight, err := apply.Find(ctx, r, v.By(), id)
	if err != nil {
		return nil, nil, err
	}
	form, err := s.office.FormOf(ctx, r, sight)
	return sight, form, err
}
