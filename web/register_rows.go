package web

import (
	"net/url"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
)

// undoEdition takes back the newest edition of the part that the reader's unit
// keeps.
func (s *Server) undoEdition(v *visit, in struct {
	Register string `json:"register" in:"path"`
	Number   int64  `json:"number"`
	Why      string `json:"why"`
}) (page, error) {
	u := registry.Undoing{Register: in.Register, Keeper: v.Actor.Unit, Number: in.Number, Why: in.Why}
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*registry.Edition, error) {
		return registry.Undo(v.Context(), tx, u)
	})
	if err == nil {
		return moved{"/registers/" + in.Register}, nil
	}
	p, e := s.part(v, registry.RegisterPlace{Register: in.Register, Keeper: v.Actor.Unit})
	if e != nil {
		return nil, e
	}
	p.Undo = u
	return p, err
}

// registerRows are the rows of a register that a reader asked for.
type registerRows struct {
	List    *registry.List          `json:"-"`
	Found   *registry.Found         `json:"found"`
	Keepers map[actor.UnitID]string `json:"keepers"`
	Next    string                  `json:"next,omitempty"`
	query   registry.Query
}

func (p registerRows) title(v *visit) string         { return p.List.Name(v.Lang) }
func (p registerRows) body(v *visit) templ.Component { return registerRowsBody(v, p) }

// address is where the register stands.
func (p registerRows) address() string { return "/registers/" + p.List.ID }

// workbook is where the rows stand as a workbook.
func (p registerRows) workbook() string {
	q := url.Values{}
	for name, value := range map[string]string{"q": p.query.Text, "code": p.query.Code, "day": p.query.Day} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return p.address() + "/rows.xlsx"
	}
	return p.address() + "/rows.xlsx?" + q.Encode()
}

func (s *Server) queryRegister(v *visit, in struct {
	Register string `json:"register" in:"path"`
	Q        string `json:"q"`
	Code     string `json:"code"`
	Day      string `json:"day"`
	After    string `json:"after"`
}) (registerRows, error) {
	q := registry.Query{Register: in.Register, Text: in.Q, Code: in.Code, Day: in.Day, After: in.After}
	p := registerRows{List: registry.FindRegister(in.Register), query: q}
	var err error
	if p.Found, err = s.reading().Rows(v.Context(), v.By(), q); err != nil {
		return p, err
	}
	if p.Found.Next != "" {
		p.Next = v.with("after", p.Found.Next)
	}
	p.Keepers, err = db.View(v.Context(), s.DB, func(r db.Reader) (map[actor.UnitID]string, error) {
		return keepersOf(v, r, p.Found.Parts)
	})
	return p, err
}

func (s *Server) exportRows(v *visit, in struct {
	Register string `json:"register" in:"path"`
	Q        string `json:"q"`
	Code     string `json:"code"`
	Day      string `json:"day"`
}) (page, error) {
	list := registry.FindRegister(in.Register)
	if list == nil {
		return nil, fault.New(fault.Missing, "web.no_page")
	}
	content, err := s.reading().Workbook(v.Context(), v.By(), registry.Query{Register: in.Register, Text: in.Q, Code: in.Code, Day: in.Day}, v.Lang)
	return raw{contentType: xlsxType, fileName: list.Name(v.Lang) + ".xlsx", content: content}, err
}

// registerAnswer is what a register has of a person or a unit.
type registerAnswer struct {
	List    *registry.List          `json:"-"`
	Answer  *registry.Answer        `json:"answer"`
	Keepers map[actor.UnitID]string `json:"keepers"`
	day     string
}

func (p registerAnswer) title(v *visit) string         { return p.List.Name(v.Lang) }
func (p registerAnswer) body(v *visit) templ.Component { return registerAnswerBody(v, p) }

func (s *Server) askRegister(v *visit, in struct {
	Register string `json:"register" in:"path"`
	Number   string `json:"number"`
	Day      string `json:"day"`
}) (page, error) {
	p := registerAnswer{List: registry.FindRegister(in.Register), day: in.Day}
	if p.List == nil {
		return nil, fault.New(fault.Missing, "web.no_page")
	}
	var err error
	if p.Answer, err = s.reading().Ask(v.Context(), v.By(), registry.Question{Register: in.Register, Number: in.Number, Day: in.Day}); err != nil {
		if f := fault.Of(err); f.Kind == fault.Missing || f.Kind == fault.Refused {
			return nil, err
		}
		return p, err
	}
	p.Keepers, err = db.View(v.Context(), s.DB, func(r db.Reader) (map[actor.UnitID]string, error) {
		return keepersOf(v, r, p.Answer.Parts)
	})
	return p, err
}

// looksPage is who looked at registers that are no public lists, the newest
// first.
type looksPage struct {
	Looks    []*registry.Look          `json:"looks"`
	People   map[actor.PersonID]string `json:"people"`
	Units    map[actor.UnitID]string   `json:"units"`
	Next     string                    `json:"next,omitempty"`
	register string
}

func (looksPage) title(v *visit) string           { return v.T("registers.looks") }
func (p looksPage) body(v *visit) templ.Component { return looksBody(v, p) }

func (s *Server) listLooks(v *visit, in struct {
	Register string         `json:"register"`
	Person   actor.PersonID `json:"person"`
	Before   string         `json:"before"`
}) (looksPage, error) {
	p := looksPage{register: in.Register, Units: map[actor.UnitID]string{}}
	_, err := db.View(v.Context(), s.DB, func(r db.Reader) (_ int, err error) {
		f := registry.LookFilter{Register: in.Register, Person: in.Person, Before: in.Before}
		if p.Looks, err = s.reading().Looks(v.Context(), r, v.By(), f); err != nil {
			return 0, err
		}
		for _, l := range p.Looks {
			for _, id := range []actor.UnitID{l.Unit, l.Keeper} {
				if id == "" || p.Units[id] != "" {
					continue
				}
				u, err := actor.FindUnit(v.Context(), r, id)
				if err != nil {
					return 0, err
				}
				p.Units[id] = u.Name
			}
		}
		return 0, nil
	})
	if err != nil {
		return p, err
	}
	if n := len(p.Looks); n == 100 {
		p.Next = v.with("before", p.Looks[n-1].ID)
	}
	var who []actor.PersonID
	for _, l := range p.Looks {
		who = append(who, l.Person)
	}
	p.People, err = s.namesOf(v, who)
	return p, err
}
