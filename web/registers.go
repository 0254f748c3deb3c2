package web

import (
	"time"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
)

// registersPage lists the registers and who keeps them: which conditions can be
// checked by machine. It is public.
type registersPage struct {
	Registers []registry.RegisterState `json:"registers"`
	Keepers   map[actor.UnitID]string  `json:"keepers"`
}

func (registersPage) title(v *visit) string           { return v.T("room.registers") }
func (p registersPage) body(v *visit) templ.Component { return registersBody(v, p) }

func (s *Server) listRegisters(v *visit, _ nothing) (registersPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p registersPage, err error) {
		if p.Registers, err = registry.RegisterStates(v.Context(), r); err != nil {
			return p, err
		}
		var parts []*registry.Edition
		for _, one := range p.Registers {
			parts = append(parts, one.Parts...)
		}
		p.Keepers, err = keepersOf(v, r, parts)
		return p, err
	})
}

// keepersOf are the names of those who keep parts of registers.
func keepersOf(v *visit, r db.Reader, parts []*registry.Edition) (map[actor.UnitID]string, error) {
	names := map[actor.UnitID]string{}
	for _, e := range parts {
		if names[e.Keeper] != "" {
			continue
		}
		u, err := actor.FindUnit(v.Context(), r, e.Keeper)
		if err != nil {
			return nil, err
		}
		names[e.Keeper] = u.Name
	}
	return names, nil
}

// reading reads registers for people, and leaves the trace of it.
func (s *Server) reading() registry.Reading {
	return registry.Reading{DB: s.DB, Keys: s.Gate.Keys}
}

// registerPart is the part of a register that the reader's unit keeps, and the
// preview of the next edition.
type registerPart struct {
	List    *registry.List            `json:"-"`
	Part    *registry.RegisterPage    `json:"part"`
	People  map[actor.PersonID]string `json:"people"` // who adopted the editions
	Undo    registry.Undoing          `json:"-"`
	Next    string                    `json:"next,omitempty"`
	Preview *registry.Preview         `json:"-"`
	Adopt   registry.Adoption         `json:"-"`
	File    blob.Hash                 `json:"-"`
}

func (p registerPart) title(v *visit) string         { return p.List.Name(v.Lang) }
func (p registerPart) body(v *visit) templ.Component { return registerPartBody(v, p) }
func (p registerPart) address() string               { return "/registers/" + p.List.ID }

func (s *Server) showPart(v *visit, in struct {
	Register string         `json:"register" in:"path"`
	Number   int64          `json:"number"`
	After    registry.RowID `json:"after"`
}) (registerPart, error) {
	return s.part(v, registry.RegisterPlace{Register: in.Register, Keeper: v.Actor.Unit, Number: in.Number, After: in.After})
}

func (s *Server) part(v *visit, at registry.RegisterPlace) (registerPart, error) {
	p := registerPart{List: registry.FindRegister(at.Register)}
	p.Adopt.Day = v.Now.In(clock.Zone).Format(time.DateOnly)
	if p.List == nil {
		return p, fault.New(fault.Missing, "web.no_page")
	}
	var err error
	if p.Part, err = s.reading().Part(v.Context(), v.By(), at); err != nil {
		return p, err
	}
	if len(p.Part.Rows) == 100 {
		p.Next = v.with("after", string(p.Part.Rows[99].ID))
	}
	var who []actor.PersonID
	for _, e := range p.Part.Editions {
		who = append(who, e.Adopted.Person)
	}
	p.People, err = s.namesOf(v, who)
	return p, err
}

// namesOf are the names of people; those who are no longer there have none.
func (s *Server) namesOf(v *visit, people []actor.PersonID) (map[actor.PersonID]string, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (map[actor.PersonID]string, error) {
		names := map[actor.PersonID]string{}
		for _, id := range people {
			if _, known := names[id]; known || id == "" {
				continue
			}
			p, err := actor.FindPerson(v.Context(), r, id)
			if f := fault.Of(err); f != nil && f.Kind != fault.Missing {
				return nil, err
			} else if f == nil {
				names[id] = p.Name
			}
		}
		return names, nil
	})
}

func (s *Server) exportPart(v *visit, in struct {
	Register string `json:"register" in:"path"`
	Blank    bool   `json:"blank"`
}) (page, error) {
	list := registry.FindRegister(in.Register)
	if list == nil {
		return nil, fault.New(fault.Missing, "web.no_page")
	}
	content, err := s.reading().PartWorkbook(v.Context(), v.By(),
		registry.RegisterOrder{Register: in.Register, Keeper: v.Actor.Unit, Lang: v.Lang, Blank: in.Blank})
	return raw{contentType: xlsxType, fileName: list.Name(v.Lang) + ".xlsx", content: content}, err
}

// adopt previews the next edition of a register, or adopts the one that was
// previewed.
func (s *Server) adopt(v *visit, in struct {
	Register string    `json:"register" in:"path"`
	File     upload    `json:"file"`
	Kept     blob.Hash `json:"kept"`
	Name     string    `json:"name"`
	Document string    `json:"document"`
	Day      string    `json:"day"`
	Whole    bool      `json:"whole"`
	Complete bool      `json:"complete"`
	Accept   string    `json:"accept"`
}) (page, error) {
	if err := s.may(v, actor.ActKeepRegister, v.Actor.Unit); err != nil {
		return nil, err // before anything of theirs is kept
	}
	a := registry.Adoption{Register: in.Register, Keeper: v.Actor.Unit, Document: in.Document, Day: in.Day,
		Whole: in.Whole, Complete: in.Complete, Accept: in.Accept}
	u := registry.Upload{Unit: v.Actor.Unit, List: in.Register, Name: in.Name}
	hash, err := s.received(v, in.File, in.Kept, &u)
	a.Name, a.Data = u.Name, u.Data
	var preview *registry.Preview
	switch {
	case err != nil:
	case in.Accept != "":
		if _, err = db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*registry.Edition, error) {
			return registry.Adopt(v.Context(), tx, s.Gate.Keys, a)
		}); err == nil {
			s.drop(v, hash)
			return moved{"/registers/" + in.Register}, nil
		}
	default:
		preview, err = db.View(v.Context(), s.DB, func(r db.Reader) (*registry.Preview, error) {
			return a.Preview(v.Context(), r, v.By(), s.Gate.Keys)
		})
		if err != nil {
			s.dropFresh(v, in.File, hash)
		}
	}
	p, e := s.part(v, registry.RegisterPlace{Register: in.Register, Keeper: v.Actor.Unit})
	if e != nil {
		return nil, e
	}
	p.Preview, p.Adopt, p.File = preview, a, hash
	return p, err
}
