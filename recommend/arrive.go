package recommend

import (
	"context"
	"fmt"
	"slices"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/inbox"
)

// Arrive brings the chain of an application to where the application is: it is
// run after every submission, withdrawal and end of an application, and again
// does nothing. What was submitted for the first time goes to the first step;
// what was returned goes back to the step that returned it; what was taken back
// ends every step.
func Arrive(ctx context.Context, tx *db.Tx, o *Office, id apply.ID) error {
	a, v, err := apply.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	c, err := call.Newest(ctx, tx, a.Call)
	if err != nil {
		return err
	}
	all, err := lockSteps(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case a.State == apply.Withdrawn || a.State == apply.Dropped:
		return cancel(ctx, tx, a, all)
	case a.State != apply.Submitted || v == nil:
		return nil
	}
	if err := putFindings(ctx, tx, id, v.Findings); err != nil {
		return err
	}
	if len(all) == 0 {
		return o.begin(ctx, tx, a, c)
	}
	return again(ctx, tx, a, all)
}

// begin lays the chain out and opens its first step.
func (o *Office) begin(ctx context.Context, tx *db.Tx, a *apply.Application, c *call.Call) error {
	steps, err := o.chain(ctx, tx, a, c)
	if err != nil {
		return err
	}
	beside, err := o.filings(ctx, tx, a, c, steps)
	if err != nil {
		return err
	}
	for _, s := range append(steps, beside...) {
		if s.Version = a.Version; s.Position == 1 || s.Kind == Files {
			s.arrive(a.Version, tx.Now)
		}
		if err := insertStep(ctx, tx, s); err != nil {
			return err
		}
		if s.State == Open {
			if err := tell(ctx, tx, s, a); err != nil {
				return err
			}
		}
	}
	if len(steps) == 0 {
		return nil
	}
	return tx.Record(ctx, "recommend.arrive", "application:"+string(a.ID), map[string]any{"version": a.Version, "steps": len(steps)})
}

// again lets a resubmitted application go on: at the step that returned it, or
// from the first one when it was taken back in between.
func again(ctx context.Context, tx *db.Tx, a *apply.Application, all []*Step) error {
	// It comes back to the step that returned it, or that had it when somebody
	// else did.
	returned := slices.IndexFunc(all, func(s *Step) bool {
		return s.State == Returned || s.State == Open && s.Kind != Files && s.Version < a.Version
	})
	if returned < 0 && !slices.ContainsFunc(all, func(s *Step) bool { return s.State == Cancelled }) {
		return nil // it is there already
	}
	for i, s := range all {
		was := s.State
		switch {
		case s.Kind == Files && was != Open || i == returned, returned < 0 && s.Position == 1:
			s.arrive(a.Version, tx.Now)
		case returned >= 0 && s.Position < all[returned].Position:
			continue // they passed it; they see that it changed
		case s.Kind != Files:
			s.wait(a.Version)
		}
		if err := saveStep(ctx, tx, s); err != nil {
			return err
		}
		if s.State == Open && (was != Open || i == returned) {
			if err := tell(ctx, tx, s, a); err != nil {
				return err
			}
		}
	}
	return tx.Record(ctx, "recommend.arrive", "application:"+string(a.ID), map[string]any{"version": a.Version, "again": true})
}

// cancel ends the steps of an application that was taken back, frees its
// places, and takes it off the tables that were not handed up.
func cancel(ctx context.Context, tx *db.Tx, a *apply.Application, all []*Step) error {
	open := slices.ContainsFunc(all, func(s *Step) bool { return s.State != Cancelled })
	if !open {
		return nil
	}
	for _, s := range all {
		s.decide(Cancelled, "", tx.Now)
		if err := saveStep(ctx, tx, s); err != nil {
			return err
		}
	}
	if err := apply.FreePlaces(ctx, tx, a.ID, room); err != nil {
		return err
	}
	if err := leaveLists(ctx, tx, a.ID); err != nil {
		return err
	}
	return tx.Record(ctx, "recommend.cancel", "application:"+string(a.ID), map[string]any{"version": a.Version})
}

// tell says to the people of an authority that something waits for them: the
// one whose it is, else all its officers.
func tell(ctx context.Context, tx *db.Tx, s *Step, a *apply.Application) error {
	people := []actor.PersonID{s.Assignee}
	if s.Assignee == "" {
		var err error
		if people, err = actor.PeopleOf(ctx, tx, s.Authority, actor.Officer); err != nil {
			return err
		}
	}
	for _, p := range people {
		n := inbox.Notice{Person: string(p), Key: "recommend.notice.arrived", Link: "/queue/" + string(s.ID), Args: []any{a.UnitName, a.Name, s.Name}}
		if err := inbox.Send(ctx, tx, n, fmt.Sprintf("recommend.arrived:%s:%d", s.ID, s.Version)); err != nil {
			return err
		}
	}
	return nil
}

// pass opens the next step of the chain.
func pass(ctx context.Context, tx *db.Tx, s *Step, a *apply.Application) error {
	all, err := steps(ctx, tx, s.Application)
	if err != nil {
		return err
	}
	next := follower(all, s)
	if next == nil || next.State != Waiting {
		return nil
	}
	next.arrive(s.Version, tx.Now)
	if err := saveStep(ctx, tx, next); err != nil {
		return err
	}
	return tell(ctx, tx, next, a)
}

// follower is the step of the chain after another, nil at its end.
func follower(all []*Step, s *Step) *Step {
	i := slices.IndexFunc(all, func(n *Step) bool { return n.Kind != Files && n.Position == s.Position+1 })
	if i < 0 {
		return nil
	}
	return all[i]
}
