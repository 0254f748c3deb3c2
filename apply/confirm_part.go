package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
)

// A Confirmation (共建确认) takes responsibility for a part as its author saw it.
type Confirmation struct {
	Application ID
	Part        string // [Form.Part] of what the page showed: nobody confirms what changed since
}

// ConfirmPart confirms, for the unit that the author acts for, the part of it in
// an application as it stands. The confirmation holds until the part changes
// ([Form.Stands]).
func ConfirmPart(ctx context.Context, tx *db.Tx, o *Office, g Confirmation) (*Partner, error) {
	a, c, p, err := findPart(ctx, tx, g.Application)
	if err != nil {
		return nil, err
	}
	fm, err := o.formOf(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	if fm.Naming(p) == nil {
		return nil, fault.New(fault.Conflict, "apply.part_unnamed", a.UnitName)
	}
	part := fm.Part(p)
	if p.In() && g.Part != part {
		return nil, fault.New(fault.Conflict, "apply.part_moved")
	}
	if err := p.confirm(part, tx.Now); err != nil {
		return nil, err
	}
	p.AnsweredBy = actor.PersonID(tx.By.Person)
	if err := keepPartner(ctx, tx, a, p); err != nil {
		return nil, err
	}
	if err := Tell(ctx, tx, a.Unit, inbox.Notice{Key: "apply.notice.confirmed", Link: partnersLink(a), Args: []any{p.UnitName, a.called(c)}}, ""); err != nil {
		return nil, err
	}
	return p, tx.Record(ctx, "apply.confirm_part", a.subject(), map[string]string{"unit": string(p.Unit), "part": part})
}
