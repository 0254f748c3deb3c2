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
		p.Keepers = map[actor.UnitID]string{}
		for _, one := range p.Registers {
			for _, e := range one.Parts {
				if p.Keepers[e.Keeper] != "" {
					continue
				}
				u, err := actor.FindUnit(v.Context(), r, e.Keeper)
				if err != nil {
					return p, err
				}
				p.Keepers[e.Keeper] = u.Name
			}
		}
		return p, nil
	})
}

// registerPart is the part of a register that the reader's unit keeps, and the
// preview of the next edition.
type registerPart struct {
	List    *registry.List         `json:"-"`
	Part    *registry.RegisterPage `json:"part"`
	Next    string                 `json:"next,omitempty"`
	Preview *registry.Preview      `json:"-"`
	Adopt   registry.Adoption      `json:"-"`
	File    blob.Hash              `json:"-"`
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
	part, err := db.View(v.Context(), s.DB, func(r db.Reader) (*registry.RegisterPage, error) {
		return registry.ViewRegister(v.Context(), r, v.By(), at)
	})
	p.Part = part
	if err == nil && len(part.Rows) == 100 {
		p.Next = v.with("after", string(part.Rows[99].ID))
	}
	return p, err
}

func (s *Server) exportPart(v *visit, in struct {
	Register string `json:"register" in:"path"`
	Blank    bool   `json:"blank"`
}) (page, error) {
	list := registry.FindRegister(in.Register)
	if list == nil {
		return nil, fault.New(fault.Missing, "web.no_page")
	}
	content, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]byte, error) {
		return registry.ExportRegister(v.Context(), r, v.By(),
			registry.RegisterOrder{Register: in.Register, Keeper: v.Actor.Unit, Lang: v.Lang, Blank: in.Blank})
	})
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
	}
	p, e := s.part(v, registry.RegisterPlace{Register: in.Register, Keeper: v.Actor.Unit})
	if e != nil {
		return nil, e
	}
	p.Preview, p.Adopt, p.File = preview, a, hash
	return p, err
}
