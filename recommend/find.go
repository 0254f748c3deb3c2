package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// may asks whether by may do act in a step: it belongs to the authority that it
// fell to, and to the programme of its call.
func may(ctx context.Context, r db.Reader, by db.By, act actor.Act, s *Step) error {
	c, err := call.Newest(ctx, r, s.Call)
	if err != nil {
		return err
	}
	err = actor.MayOn(ctx, r, by, act, actor.On{Unit: s.Authority, Issuer: c.Issuer, Programme: c.Package})
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return errMissing()
	}
	return err
}

// findFor locks the chain of a step and asks whether the author of tx may do act
// in it.
func findFor(ctx context.Context, tx *db.Tx, id StepID, act actor.Act) (*Step, *apply.Application, *apply.Version, error) {
	s, err := findStep(ctx, tx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	all, err := lockSteps(ctx, tx, s.Application)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, one := range all {
		if one.ID == id {
			s = one
		}
	}
	if err := may(ctx, tx, tx.By, act, s); err != nil {
		return nil, nil, nil, err
	}
	a, v, err := apply.Get(ctx, tx, s.Application)
	return s, a, v, err
}

// A Case (办件) is a step with all that its officer looks at.
type Case struct {
	*Step
	Application *apply.Application `json:"application"`
	Submitted   *apply.Version     `json:"version_of"`
	Chain       []*Step            `json:"chain"`
	Answers     []Answer           `json:"answers"`
	Seen        int64              `json:"seen"` // the version at which the reader looked last, 0 for never
	MayDecide   bool               `json:"may_decide"`
}

// Find returns a step to the people of its authority.
func Find(ctx context.Context, r db.Reader, by db.By, id StepID) (*Case, error) {
	s, err := findStep(ctx, r, id)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, r, by, actor.ActViewQueue, s); err != nil {
		return nil, err
	}
	k := &Case{Step: s}
	if k.Application, k.Submitted, err = apply.Get(ctx, r, s.Application); err != nil {
		return nil, err
	}
	if k.Chain, err = steps(ctx, r, s.Application); err != nil {
		return nil, err
	}
	if k.Answers, err = answersOf(ctx, r, s.Application); err != nil {
		return nil, err
	}
	k.MayDecide = s.State == Open && may(ctx, r, by, actor.ActDecideStep, s) == nil
	k.Seen, err = lookOf(ctx, r, actor.PersonID(by.Person), s.Application)
	return k, err
}
