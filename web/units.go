package web

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
)

// atUnit names the unit that a path is about.
type atUnit struct {
	Unit actor.UnitID `json:"unit" in:"path"`
}

// registerPage registers a unit.
type registerPage struct {
	Typed       actor.Registration `json:"-"`
	Departments []*actor.Unit      `json:"-"`
}

func (registerPage) title(v *visit) string           { return v.T("unit.register") }
func (p registerPage) body(v *visit) templ.Component { return registerBody(v, p) }

func (s *Server) registerPage(v *visit, typed actor.Registration) (registerPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (registerPage, error) {
		found, err := actor.Authorities(v.Context(), r, actor.Filter{})
		p := registerPage{Typed: typed}
		for _, u := range found {
			if !u.Territorial() {
				p.Departments = append(p.Departments, u)
			}
		}
		return p, err
	})
}

func (s *Server) showRegister(v *visit, _ nothing) (registerPage, error) {
	return s.registerPage(v, actor.Registration{})
}

func (s *Server) registerUnit(v *visit, in struct {
	Code  string       `json:"code"`
	Name  string       `json:"name"`
	Kind  string       `json:"kind"`
	Place string       `json:"place"`
	Under actor.UnitID `json:"under"`
}) (page, error) {
	typed := actor.Registration{Code: in.Code, Name: in.Name, Kind: in.Kind, Place: placeCode(in.Place), Under: in.Under}
	u, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*actor.Unit, error) {
		return actor.RegisterUnit(v.Context(), tx, typed)
	})
	if err != nil {
		p, e := s.registerPage(v, typed)
		if e != nil {
			return nil, e
		}
		return p, err
	}
	if err := s.actFor(v, u.ID); err != nil {
		return nil, err
	}
	return moved{"/units/" + string(u.ID)}, nil
}

// actFor makes the reader's session act for a unit they belong to.
func (s *Server) actFor(v *visit, unit actor.UnitID) error {
	held, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]*actor.Membership, error) {
		return actor.Memberships(v.Context(), r, v.Actor.Person)
	})
	if err != nil || v.token == "" {
		return err
	}
	for _, m := range held {
		if m.Unit == unit {
			token, err := s.Gate.SwitchTo(v.Context(), v.token, m.ID)
			if err == nil {
				v.keep(token)
			}
			return err
		}
	}
	return nil
}

// placeCode takes a place as people choose it from the list: the code, or the
// code with the name behind it.
func placeCode(typed string) string {
	if len(typed) >= 6 && chinacode.IsPlaceCode(typed[:6]) {
		return typed[:6]
	}
	return typed
}

// placesPage answers the place box with what matches what was typed so far.
type placesPage struct {
	Places []chinacode.Place `json:"places"`
}

func (placesPage) title(*visit) string             { return "" }
func (p placesPage) body(v *visit) templ.Component { return placesBody(p) }
func (p placesPage) fragment(v *visit, _ string) templ.Component {
	return placesBody(p)
}

// searchPlaces looks for what was typed so far. A place box sends it under its
// own name, which each form chooses.
func (s *Server) searchPlaces(_ *visit, in struct {
	Q   string `json:"q"`
	Box rest   `json:"box"`
}) (placesPage, error) {
	text := in.Q
	for name, values := range in.Box {
		if text != "" || len(values) > 1 {
			return placesPage{}, fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
		text = values[0]
	}
	return placesPage{chinacode.SearchPlaces(text, 20)}, nil
}

// unitPage is one unit: what it is registered with, its profile list by list,
// and what the reader may do about it.
type unitPage struct {
	Unit    *actor.Unit         `json:"unit"`
	Profile *registry.Profile   `json:"profile,omitempty"` // nil for those who may not see it
	History []actor.Past        `json:"history"`
	Members []*actor.Membership `json:"members,omitempty"`
	Above   string              `json:"authority"` // name of the authority right above

	Confirm, Change, Close, People bool `json:"-"` // what the reader may do or see

	Tree []*actor.Unit `json:"-"` // authorities that the reader may put the unit under; nil = they may not
}

func (p unitPage) title(*visit) string           { return p.Unit.Name }
func (p unitPage) body(v *visit) templ.Component { return unitBody(v, p) }
func (p unitPage) address() string               { return "/units/" + string(p.Unit.ID) }
func (p unitPage) location() string              { return p.address() }

func (s *Server) ownUnit(v *visit, _ nothing) (page, error) {
	if v.Actor.Unit == "" {
		return moved{"/account"}, nil
	}
	return moved{"/units/" + string(v.Actor.Unit)}, nil
}

func (s *Server) showUnit(v *visit, in atUnit) (shown, error) {
	p, err := s.unit(v, in.Unit)
	return shown{p}, err
}

// shown is a page that stands where it was asked for.
type shown struct{ unitPage }

// location hides that of the page: it is there already.
func (shown) location() string { return "" }

func (s *Server) unit(v *visit, id actor.UnitID) (unitPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p unitPage, err error) {
		ctx := v.Context()
		if err := actor.May(ctx, r, v.By(), actor.ActViewUnit, id); err != nil {
			return p, err
		}
		if p.Unit, err = actor.FindUnit(ctx, r, id); err != nil {
			return p, err
		}
		if p.Unit.Parent != "" {
			above, err := actor.FindUnit(ctx, r, p.Unit.Parent)
			if err != nil {
				return p, err
			}
			p.Above = above.Name
		}
		if p.History, err = actor.History(ctx, r, id); err != nil {
			return p, err
		}
		may := func(act actor.Act) bool { return actor.May(ctx, r, v.By(), act, id) == nil }
		p.Confirm, p.Change, p.Close = may(actor.ActConfirmUnit), may(actor.ActChangeUnit), may(actor.ActCloseUnit)
		if !p.Unit.Authority && may(actor.ActViewProfile) {
			if p.Profile, err = registry.ProfileOf(ctx, r, id); err != nil {
				return p, err
			}
		}
		if may(actor.ActMoveUnit) {
			if p.Tree, err = actor.Authorities(ctx, r, actor.Filter{}); err != nil {
				return p, err
			}
		}
		if p.People = may(actor.ActViewMembers); p.People {
			p.Members, err = actor.Members(ctx, r, v.By(), id)
		}
		return p, err
	})
}

// decided runs an act about a unit and shows the unit again.
func (s *Server) decided(v *visit, id actor.UnitID, act func(ctx context.Context, tx *db.Tx) (*actor.Unit, error)) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*actor.Unit, error) { return act(v.Context(), tx) })
	return s.unitAgain(v, id, err)
}

// unitAgain shows a unit after an act. One that the act took out of the
// reader's sight leaves them where their work begins.
func (s *Server) unitAgain(v *visit, id actor.UnitID, err error) (page, error) {
	p, e := s.unit(v, id)
	switch {
	case e == nil:
		return p, err
	case err == nil && fault.Of(e).Kind == fault.Missing:
		return moved{homeOf(v.Actor)}, nil
	}
	return nil, e
}

func (s *Server) confirmUnit(v *visit, in atUnit) (page, error) {
	return s.decided(v, in.Unit, func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) {
		return actor.ConfirmUnit(ctx, tx, in.Unit)
	})
}

// withReason is a decision about a unit and its reason.
type withReason struct {
	Unit   actor.UnitID `json:"unit" in:"path"`
	Reason string       `json:"reason"`
}

func (s *Server) refuseUnit(v *visit, in withReason) (page, error) {
	return s.decided(v, in.Unit, func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) {
		return actor.RefuseUnit(ctx, tx, in.Unit, in.Reason)
	})
}

func (s *Server) closeUnit(v *visit, in withReason) (page, error) {
	return s.decided(v, in.Unit, func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) {
		return actor.CloseUnit(ctx, tx, in.Unit, in.Reason)
	})
}

func (s *Server) changeUnit(v *visit, in struct {
	Unit  actor.UnitID `json:"unit" in:"path"`
	Name  string       `json:"name"`
	Place string       `json:"place"`
}) (page, error) {
	return s.decided(v, in.Unit, func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) {
		return actor.ChangeUnit(ctx, tx, in.Unit, in.Name, placeCode(in.Place))
	})
}

func (s *Server) moveUnit(v *visit, in struct {
	Unit  actor.UnitID `json:"unit" in:"path"`
	Under actor.UnitID `json:"under"` // "" follows the unit's place
}) (page, error) {
	return s.decided(v, in.Unit, func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) {
		return actor.MoveUnit(ctx, tx, in.Unit, in.Under)
	})
}

func (s *Server) invite(v *visit, in struct {
	Unit  actor.UnitID `json:"unit" in:"path"`
	Email string       `json:"email"`
	Role  actor.Role   `json:"role"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, s.Gate.Invite(v.Context(), tx, actor.Invitation{Offer: actor.Offer{Unit: in.Unit, Role: in.Role}, Email: in.Email, Language: v.Lang})
	})
	p, e := s.unit(v, in.Unit)
	if e != nil {
		return nil, e
	}
	if err == nil {
		v.Notice = v.T("letter.sent", in.Email)
	}
	return shown{p}, err
}

func (s *Server) endMembership(v *visit, in struct {
	Unit actor.UnitID `json:"unit" in:"path"`
	ID   string       `json:"id"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		members, err := actor.Members(v.Context(), tx, v.By(), in.Unit)
		if err != nil {
			return 0, err
		}
		if !slices.ContainsFunc(members, func(m *actor.Membership) bool { return m.ID == in.ID }) {
			return 0, fault.New(fault.Missing, "actor.missing") // of another unit than the page is about
		}
		return 0, actor.EndMembership(v.Context(), tx, in.ID)
	})
	return s.unitAgain(v, in.Unit, err)
}

// unitsPage is the list of units that the reader may see: those that wait for
// a decision first.
type unitsPage struct {
	Units []*actor.Unit `json:"units"`
	State string        `json:"-"`
	Text  string        `json:"-"`
	Next  string        `json:"next,omitempty"`
}

func (unitsPage) title(v *visit) string           { return v.T("units.title") }
func (p unitsPage) body(v *visit) templ.Component { return unitsBody(v, p) }

const pageRows = 50

func (s *Server) listUnits(v *visit, in struct {
	State string       `json:"state"`
	Q     string       `json:"q"`
	After actor.UnitID `json:"after"`
}) (unitsPage, error) {
	found, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]*actor.Unit, error) {
		return actor.ListUnits(v.Context(), r, v.By(), actor.Filter{State: in.State, Text: in.Q, After: in.After, Limit: pageRows})
	})
	p := unitsPage{Units: found, State: in.State, Text: in.Q}
	if len(found) == pageRows {
		p.Next = v.with("after", string(found[len(found)-1].ID))
	}
	return p, err
}
