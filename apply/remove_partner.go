package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
)

// A Removal (移出共建单位) takes a unit out of an application.
type Removal struct {
	Application ID
	Unit        actor.UnitID
}

// RemovePartner takes a unit that was invited out of an application, for its
// host, and with it the row that names it. What it brought is taken out first,
// row by row and file by file: nothing that counts disappears by itself, and
// nothing of a unit that is not part of it is submitted.
func RemovePartner(ctx context.Context, tx *db.Tx, o *Office, g Removal) (*Partner, error) {
	a, c, err := findFor(ctx, tx, g.Application, actor.ActEditApplication)
	if err != nil {
		return nil, err
	}
	if err := a.takesParts(c, tx.Now); err != nil {
		return nil, err
	}
	fm, err := o.formOf(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	p := fm.PartnerOf(g.Unit)
	if p == nil {
		return nil, fault.New(fault.Missing, "apply.no_partner")
	}
	rows, files := fm.Brought(p)
	if len(rows)+len(files) > 0 {
		return nil, fault.New(fault.Conflict, "apply.partner_brought", p.UnitName, len(rows), len(files))
	}
	was := p.State
	if err := p.remove(); err != nil {
		return nil, err
	}
	if f := fm.Naming(p); f != nil {
		f.Value, f.Changed, f.ChangedBy, f.Tab = nil, tx.Now, actor.PersonID(tx.By.Person), ""
		if err := putField(ctx, tx, a.ID, f); err != nil {
			return nil, err
		}
	}
	if err := keepPartner(ctx, tx, a, p); err != nil {
		return nil, err
	}
	if was != Declined {
		if err := Tell(ctx, tx, p.Unit, inbox.Notice{Key: "apply.notice.removed", Link: "/applications", Args: []any{a.UnitName, a.called(c)}}, ""); err != nil {
			return nil, err
		}
	}
	return p, tx.Record(ctx, "apply.remove_partner", a.subject(), map[string]string{"unit": string(p.Unit), "was": was})
}
