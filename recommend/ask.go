package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
)

// Ask (申请复核) asks the authority to look again, within the time that the
// package gives, once for a decision.
func Ask(ctx context.Context, tx *db.Tx, o *Office, id StepID, ground string) (*Appeal, error) {
	s, err := lockStep(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	a, v, err := apply.Get(ctx, tx, s.Application)
	if err != nil {
		return nil, err
	}
	if err := actor.May(ctx, tx, tx.By, actor.ActAppeal, a.Unit); err != nil {
		return nil, err
	}
	p, err := o.Shelf.Package(ctx, tx, v.Package)
	if err != nil {
		return nil, err
	}
	switch {
	case s.State != Rejected:
		return nil, fault.New(fault.Conflict, "recommend.not_rejected")
	case !tx.Now.Before(AppealUntil(p, s)):
		return nil, fault.New(fault.Late, "recommend.appeal_late", AppealUntil(p, s))
	}
	if err := written("ground", &ground, true); err != nil {
		return nil, err
	}
	before, err := appeals(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range before {
		if one.Step == s.ID && !one.Asked.Before(s.Decided) {
			return nil, fault.New(fault.Conflict, "recommend.appealed")
		}
	}
	ask := &Appeal{ID: AppealID(db.NewID()), Application: a.ID, Step: s.ID, Ground: ground, Asked: tx.Now, AskedBy: actor.PersonID(tx.By.Person), State: AppealOpen}
	if err := insertAppeal(ctx, tx, ask); err != nil {
		return nil, err
	}
	if err := s.tell(ctx, tx, inbox.Notice{Key: "recommend.notice.appealed", Args: []any{a.UnitName, a.Name, ground}}, "recommend.appealed:"+string(ask.ID)); err != nil {
		return nil, err
	}
	return ask, tx.Record(ctx, "recommend.appeal", s.subject(), map[string]any{"application": a.ID, "ground": ground})
}
