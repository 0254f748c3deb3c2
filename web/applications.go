package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// atApplication names an application.
type atApplication struct {
	Application apply.ID `json:"application" in:"path"`
}

// address is where an application stands.
func address(s *apply.Sight) string { return "/applications/" + string(s.ID) }

// applicationsPage is the list of applications of whoever asks: an applicant's
// own, an authority's those that were submitted below it.
type applicationsPage struct {
	*apply.Listing
	Filter applicationFilter `json:"-"`

	mine     bool // the reader fills in
	progress map[apply.ID]progress
}

// applicationFilter is what the list is narrowed by.
type applicationFilter struct {
	Q     string      `json:"q"`
	State apply.State `json:"state"`
	Call  call.ID     `json:"call"`
	After string      `json:"after"`
}

func (p applicationsPage) title(v *visit) string {
	if p.mine {
		return v.T("applications.title")
	}
	return v.T("applications.submitted_title")
}
func (p applicationsPage) body(v *visit) templ.Component { return applicationsBody(v, p) }

// assessedRows is of how many drafts of a list it is told how far they are: an
// applicant has few.
const assessedRows = 10

func (s *Server) listApplications(v *visit, in applicationFilter) (applicationsPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p applicationsPage, err error) {
		p.Filter, p.mine, p.progress = in, v.applicant(), map[apply.ID]progress{}
		p.Listing, err = apply.List(v.Context(), r, v.By(), apply.Filter{Call: in.Call, State: in.State, Text: in.Q, After: in.After, Limit: pageRows})
		if err != nil || !p.mine || v.JSON() {
			return p, err
		}
		for _, e := range p.Entries[:min(assessedRows, len(p.Entries))] {
			if e.Editable() {
				if p.progress[e.ID], err = s.overall(v, r, e.Application); err != nil {
					return p, err
				}
			}
		}
		return p, nil
	})
}

// overall is how far an application is filled in.
func (s *Server) overall(v *visit, r db.Reader, a *apply.Application) (progress, error) {
	form, err := s.office.FormOf(v.Context(), r, &apply.Sight{Application: a})
	if err != nil {
		return progress{}, err
	}
	assessed, err := s.office.Assess(v.Context(), r, form, v.Lang)
	if err != nil {
		return progress{}, err
	}
	sum := progress{}
	for _, one := range progressOf(form, assessed) {
		sum.Filled, sum.Needed, sum.Wrong = sum.Filled+one.Filled, sum.Needed+one.Needed, sum.Wrong+one.Wrong
	}
	sum.Ready = !assessed.Blocked()
	return sum, nil
}

// applicant reports whether the reader fills in applications for their unit.
func (v *visit) applicant() bool {
	return slices.Contains([]actor.Role{actor.Editor, actor.UnitAdmin}, v.Actor.Role)
}

// beginApplication starts an application under a call. What was typed into the
// short form on the page goes with it.
func (s *Server) beginApplication(v *visit, in struct {
	Call call.ID `json:"call" in:"path"`
	Key  string  `json:"key"`  // made by the page: the same request twice begins one
	Kept string  `json:"kept"` // token of what was typed into the short form; "" for none
	Rest rest    `json:"facts"`
}) (page, error) {
	c, err := s.checkPage(v, in.Call)
	if err != nil {
		return nil, err
	}
	for name := range in.Rest {
		if !c.asks(name) {
			return nil, fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
	}
	if len(in.Rest) > 0 {
		if in.Kept, err = s.keepTyped(v, c, typedOf(in.Rest)); err != nil {
			return nil, err
		}
	}
	a, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*apply.Application, error) {
		return apply.Begin(v.Context(), tx, s.office, apply.Beginning{Call: in.Call, Key: in.Key, Kept: in.Kept})
	})
	if err == nil {
		return begunPage{a}, nil
	}
	p, e := s.call(v, in.Call)
	if e != nil {
		return nil, e
	}
	return p, err
}

// typedOf are the values of a form by name, those of one name with a space
// between.
func typedOf(sent rest) map[string]string {
	out := map[string]string{}
	for name, values := range sent {
		out[name] = strings.Join(values, " ")
	}
	return out
}

// begunPage is an application that was just begun; a browser is led to its form.
type begunPage struct{ *apply.Application }

func (begunPage) title(*visit) string         { return "" }
func (begunPage) body(*visit) templ.Component { return templ.NopComponent }
func (p begunPage) location() string          { return "/applications/" + string(p.ID) + "/form" }

// applicationPage is the overview of one application.
type applicationPage struct {
	*apply.Sight
	Versions []*apply.Version         `json:"versions"`
	Chain    []*recommend.Step        `json:"chain"`  // the authorities, and how far it came
	Relays   []recommend.Relay        `json:"relays"` // what they ask beside the call
	Appeals  []*recommend.Appeal      `json:"appeals,omitempty"`
	Paper    *recommend.PaperStanding `json:"paper,omitempty"` // nil when none is asked for

	form     *apply.Form
	assessed *apply.Assessment // nil for those who do not see what is being mended
	returner string            // who sent it back
	act      map[actor.Act]bool
	typed    sendingBack
}

func (p applicationPage) title(v *visit) string         { return nameOf(v, p.Sight) }
func (p applicationPage) body(v *visit) templ.Component { return applicationBody(v, p) }

func (s *Server) showApplication(v *visit, in atApplication) (applicationPage, error) {
	return s.overview(v, in.Application)
}

func (s *Server) overview(v *visit, id apply.ID) (applicationPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p applicationPage, err error) {
		ctx := v.Context()
		if p.Sight, p.form, err = s.application(ctx, r, v, id); err != nil {
			return p, err
		}
		if p.Versions, err = p.Sight.Versions(ctx, r); err != nil {
			return p, err
		}
		if err := p.onItsWay(ctx, r, v); err != nil {
			return p, err
		}
		if len(p.Versions) > 0 {
			if p.Paper, err = s.recommending().StandingOf(ctx, r, p.Sight, p.Versions[0]); err != nil {
				return p, err
			}
		}
		p.act = map[actor.Act]bool{}
		for _, act := range []actor.Act{actor.ActWithdrawApplication, actor.ActReturnApplication, actor.ActEditApplication} {
			p.act[act] = actor.MayOn(ctx, r, v.By(), act, actor.On{Unit: p.Unit, Issuer: p.Of.Issuer, Programme: p.Of.Package}) == nil
		}
		if len(p.Chain) > 0 {
			p.act[actor.ActReturnApplication] = false // that is done in its case
		}
		if p.ReturnedBy != "" {
			u, err := actor.FindUnit(ctx, r, p.ReturnedBy)
			if err != nil {
				return p, err
			}
			p.returner = u.Name
		}
		if sees, err := p.SeesDraft(ctx, r, v.By()); err != nil || !sees && p.Stand() == 0 {
			return p, err
		}
		p.assessed, err = s.office.Assess(ctx, r, p.form, v.Lang)
		return p, err
	})
}

// onItsWay reads what the authorities did with the application, and ask.
func (p *applicationPage) onItsWay(ctx context.Context, r db.Reader, v *visit) (err error) {
	if p.Chain, err = recommend.Chain(ctx, r, v.By(), p.Sight); err != nil {
		return err
	}
	if p.Appeals, err = recommend.Appeals(ctx, r, p.Sight); err != nil {
		return err
	}
	p.Relays, err = recommend.RelaysFor(ctx, r, p.Of.ID, p.Unit)
	return err
}

// refused is the step in which the application was refused, nil when none was.
func (p applicationPage) refused() *recommend.Step {
	for _, s := range p.Chain {
		if s.State == recommend.Rejected {
			return s
		}
	}
	return nil
}

// mayAppeal reports whether the reader may ask for another look.
func (p applicationPage) mayAppeal(v *visit) bool {
	s := p.refused()
	return s != nil && v.Actor.Role == actor.UnitAdmin && v.Actor.Unit == p.Unit && v.Now.Before(recommend.AppealUntil(p.form.Package, s)) &&
		!slices.ContainsFunc(p.Appeals, func(a *recommend.Appeal) bool { return !a.Asked.Before(s.Decided) })
}

// application finds an application and what was filled in of it.
func (s *Server) application(ctx context.Context, r db.Reader, v *visit, id apply.ID) (*apply.Sight, *apply.Form, error) {
	sight, err := recommend.Sight(ctx, r, v.By(), id)
	if err != nil {
		return nil, nil, err
	}
	form, err := s.office.FormOf(ctx, r, sight)
	return sight, form, err
}

// moved runs an act on an application and shows it again.
func (s *Server) moved(v *visit, id apply.ID, act func(ctx context.Context, tx *db.Tx) (*apply.Application, error)) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*apply.Application, error) { return act(v.Context(), tx) })
	if err == nil && !v.JSON() {
		return moved{"/applications/" + string(id)}, nil
	}
	p, e := s.overview(v, id)
	if e != nil {
		return nil, e
	}
	return p, err
}

func (s *Server) withdrawApplication(v *visit, in atApplication) (page, error) {
	return s.moved(v, in.Application, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Withdraw(ctx, tx, apply.Recall{Application: in.Application, Received: v.Received})
	})
}

func (s *Server) dropApplication(v *visit, in atApplication) (page, error) {
	return s.moved(v, in.Application, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Drop(ctx, tx, in.Application)
	})
}

func (s *Server) followAmendment(v *visit, in atApplication) (page, error) {
	return s.moved(v, in.Application, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Follow(ctx, tx, s.office, in.Application)
	})
}

// sendingBack is what a form says that returns an application: its remarks are
// pairs of a field and a text.
type sendingBack struct {
	Application apply.ID `json:"application" in:"path"`
	Reason      string   `json:"reason"`
	Until       string   `json:"until"`
	Field       []string `json:"field"`
	Remark      []string `json:"remark"`
}

// remarkRows is how many remarks the form has room for without a script.
const remarkRows = 10

func (s *Server) returnApplication(v *visit, in sendingBack) (page, error) {
	if len(in.Field) != len(in.Remark) {
		return nil, fault.New(fault.Invalid, "web.value", "remark").In("remark")
	}
	until, err := instant("until", in.Until)
	if err != nil {
		return nil, err
	}
	if before, err := s.overview(v, in.Application); err != nil || len(before.Chain) > 0 {
		if err == nil {
			err = fault.New(fault.Conflict, "web.applications.return_by_case")
		}
		return nil, err
	}
	g := apply.SendingBack{Application: in.Application, Reason: in.Reason, Until: until}
	for i, text := range in.Remark {
		g.Remarks = append(g.Remarks, apply.Remark{Field: in.Field[i], Text: text})
	}
	out, err := s.moved(v, in.Application, func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Return(ctx, tx, s.office, g)
	})
	if p, ok := out.(applicationPage); ok {
		p.typed = in
		return p, err
	}
	return out, err
}
