package recommend

import (
	"context"
	"slices"

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
	return unseen(actor.MayOn(ctx, r, by, act, s.under(c)))
}

// under is the step as who may do what in it is asked, under its call.
func (s *Step) under(c *call.Call) actor.On {
	return actor.On{Unit: s.Authority, Issuer: c.Issuer, Programme: c.Package}
}

// unseen tells of a step that somebody may not see what it tells of none.
func unseen(err error) error {
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return errMissing()
	}
	return err
}

// lockStep finds a step, with the chain of its application locked.
func lockStep(ctx context.Context, tx *db.Tx, id StepID) (*Step, error) {
	s, err := findStep(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if _, err := lockSteps(ctx, tx, s.Application); err != nil {
		return nil, err
	}
	return findStep(ctx, tx, id)
}

// findFor locks the chain of a step and asks whether the author of tx may do act
// in it.
func findFor(ctx context.Context, tx *db.Tx, id StepID, act actor.Act) (*Step, *apply.Application, *apply.Version, error) {
	s, err := lockStep(ctx, tx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := may(ctx, tx, tx.By, act, s); err != nil {
		return nil, nil, nil, err
	}
	a, v, err := apply.Get(ctx, tx, s.Application)
	return s, a, v, err
}

// find finds the step of a decision for the author of tx: one of some kinds, that
// waits for a decision about the version that stands.
func (d *Decision) find(ctx context.Context, tx *db.Tx, must bool, kinds ...Kind) (*Step, *apply.Application, *apply.Version, error) {
	s, a, v, err := findFor(ctx, tx, d.Step, actor.ActDecideStep)
	if err == nil {
		err = s.decidable(a, d.Version, kinds...)
	}
	if err == nil {
		err = written("reason", &d.Reason, must)
	}
	return s, a, v, err
}

// end ends the step of a decision.
func (d *Decision) end(ctx context.Context, tx *db.Tx, s *Step, to State) error {
	s.Reason = d.Reason
	s.decide(to, actor.PersonID(tx.By.Person), tx.Now)
	return saveStep(ctx, tx, s)
}

// Sight returns an application to those who may see it (see [apply.Find]), and to
// the people of the authorities that it fell to: one that only takes note of it
// is not above its host.
func Sight(ctx context.Context, r db.Reader, by db.By, id apply.ID) (*apply.Sight, error) {
	seen, err := apply.Find(ctx, r, by, id)
	if f := fault.Of(err); f == nil || f.Kind != fault.Missing {
		return seen, err
	}
	all, e := steps(ctx, r, id)
	if e != nil {
		return nil, e
	}
	i := slices.IndexFunc(all, func(s *Step) bool { return string(s.Authority) == by.Unit })
	if i < 0 || may(ctx, r, by, actor.ActViewQueue, all[i]) != nil {
		return nil, err
	}
	return apply.SightOf(ctx, r, id)
}

// A Case (办件) is a step with all that its officer looks at.
type Case struct {
	*Step
	Sight       *apply.Sight       `json:"-"`
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
	of, err := apply.SightOf(ctx, r, s.Application)
	if err != nil {
		return nil, err
	}
	on := s.under(of.Of)
	if err := unseen(actor.MayOn(ctx, r, by, actor.ActViewQueue, on)); err != nil {
		return nil, err
	}
	k := &Case{Step: s, Sight: of, Application: of.Application}
	if k.Submitted, err = of.VersionOf(ctx, r, of.Version); err != nil {
		return nil, err
	}
	if k.Chain, err = steps(ctx, r, s.Application); err != nil {
		return nil, err
	}
	if k.Answers, err = answersOf(ctx, r, s.Application); err != nil {
		return nil, err
	}
	k.MayDecide = s.State == Open && actor.MayOn(ctx, r, by, actor.ActDecideStep, on) == nil
	k.Seen, err = lookOf(ctx, r, actor.PersonID(by.Person), s.Application)
	return k, err
}
