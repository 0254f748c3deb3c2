package apply

import (
	"context"
	"encoding/json"
	"errors"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/rule"
)

// An Invitation (邀请共建) asks a registered unit to take part in an application.
type Invitation struct {
	Application ID
	Code        string // unified social credit code
}

// Invite asks a unit to fill in and confirm its part: its people see the
// application from then on, and are told. When no row of the list of units names
// it, one is added. A unit that declined, was removed, or whose part changed
// since it confirmed may be asked again. Nobody is invited who is not
// registered: the fault says so, and the page what to tell them.
func Invite(ctx context.Context, tx *db.Tx, o *Office, in Invitation) (*Partner, error) {
	a, c, err := findFor(ctx, tx, in.Application, actor.ActEditApplication)
	if err != nil {
		return nil, err
	}
	if err := a.takesParts(c, tx.Now); err != nil {
		return nil, err
	}
	u, err := a.invitable(ctx, tx, in.Code)
	if err != nil {
		return nil, err
	}
	fm, err := o.formOf(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	p := fm.PartnerOf(u.ID)
	if p == nil {
		p = &Partner{Application: a.ID, Unit: u.ID}
	}
	if err := p.invite(fm.Stands(p), tx.Now); err != nil {
		return nil, err
	}
	p.UnitCode, p.UnitName, p.InvitedBy, p.AnsweredBy = u.Code, u.Name, actor.PersonID(tx.By.Person), ""
	if err := fm.enlist(ctx, tx, a, p, u); err != nil {
		return nil, err
	}
	if err := keepPartner(ctx, tx, a, p); err != nil {
		return nil, err
	}
	if err := Tell(ctx, tx, u.ID, inbox.Notice{Key: "apply.notice.invited", Link: partnersLink(a), Args: []any{a.UnitName, a.called(c)}}, ""); err != nil {
		return nil, err
	}
	return p, tx.Record(ctx, "apply.invite", a.subject(), map[string]string{"unit": string(u.ID), "code": u.Code})
}

// invitable finds the unit with a credit code, and asks that it can take part.
func (a *Application) invitable(ctx context.Context, r db.Reader, typed string) (*actor.Unit, error) {
	code, err := chinacode.CreditCode(typed)
	if err != nil {
		return nil, fault.Of(err).In("code")
	}
	u, err := actor.UnitByCode(ctx, r, code)
	if f, ok := errors.AsType[*fault.Fault](err); ok && f.Kind == fault.Missing {
		return nil, fault.New(fault.Invalid, "apply.invite_unknown", code).In("code")
	}
	switch {
	case err != nil:
		return nil, err
	case u.ID == a.Unit:
		return nil, fault.New(fault.Invalid, "apply.invite_self").In("code")
	case u.Authority:
		return nil, fault.New(fault.Refused, "apply.invite_authority", u.Name).In("code")
	case u.State == actor.Closed:
		return nil, fault.New(fault.Refused, "apply.invite_closed", u.Name).In("code")
	}
	return u, nil
}

// enlist adds a unit to the list of units when no row names it.
func (fm *Form) enlist(ctx context.Context, tx *db.Tx, a *Application, p *Partner, u *actor.Unit) error {
	units := fm.UnitsList()
	if units == nil {
		return fault.New(fault.Refused, "apply.no_partners").In("code")
	}
	if fm.Naming(p) != nil {
		return nil
	}
	if d, _ := fm.Declared(units.Code); d != nil && len(fm.Rows(units.Code)) >= MaxRows(d) {
		return fault.New(fault.Refused, "apply.many_partners", MaxRows(d)).In("code")
	}
	text, err := json.Marshal(unitRow(units, u, partnerRole(units)))
	if err != nil {
		return err
	}
	f := &Field{Name: units.Code + "/" + db.NewID(), Value: text, Owner: a.Unit, Source: Typed, Changed: tx.Now, ChangedBy: actor.PersonID(tx.By.Person)}
	fm.put(f)
	return putField(ctx, tx, a.ID, f)
}

// unitRow is a row of the list of units with what is registered of a unit.
func unitRow(list *rule.Fact, u *actor.Unit, role string) map[string]any {
	row := map[string]any{"unit": map[string]string{"code": u.Code, "name": u.Name}, "role": role}
	for _, c := range list.Columns {
		switch {
		case c.Code == "kind" && c.Kind == rule.ChoiceKind:
			row["kind"] = u.Kind
		case c.Code == "place" && c.Kind == rule.PlaceKind:
			row["place"] = u.Place
		}
	}
	return row
}

// keepPartner writes a partner, and that its application was changed.
func keepPartner(ctx context.Context, tx *db.Tx, a *Application, p *Partner) error {
	if err := putPartner(ctx, tx, p); err != nil {
		return err
	}
	return touch(ctx, tx, a)
}
