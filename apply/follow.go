package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// Follow (转入修订后的通知) lets an application go on under the amendment of its
// call. What was filled in stays; what the amended form does not have stays
// aside, and is shown to nobody who judges.
func Follow(ctx context.Context, tx *db.Tx, o *Office, id ID) (*Application, error) {
	a, c, err := findFor(ctx, tx, id, actor.ActEditApplication)
	if err != nil {
		return nil, err
	}
	if err := a.editable(); err != nil {
		return nil, err
	}
	if c.ID == a.Call {
		return nil, fault.New(fault.Conflict, "apply.not_amended")
	}
	before := a.Call
	a.Call, a.Hash, a.Changed, a.ChangedBy = c.ID, c.Hash, tx.Now, actor.PersonID(tx.By.Person)
	fm, err := o.formOf(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	a.Name = fm.NameOf()
	if err := save(ctx, tx, a); err != nil {
		return nil, err
	}
	return a, tx.Record(ctx, "apply.follow", a.subject(), map[string]string{"from": string(before), "to": string(c.ID), "package": c.Hash})
}
