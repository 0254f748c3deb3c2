package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// Assign (分办) gives the open steps of an authority to one of its people; ""
// gives them back to all.
func Assign(ctx context.Context, tx *db.Tx, to actor.PersonID, ids []StepID) error {
	for _, id := range ids {
		s, a, _, err := findFor(ctx, tx, id, actor.ActDecideStep)
		if err != nil {
			return err
		}
		if err := s.open(s.Version); err != nil {
			return err
		}
		if err := works(ctx, tx, s, to); err != nil {
			return err
		}
		s.Assignee = to
		if err := saveStep(ctx, tx, s); err != nil {
			return err
		}
		if err := tx.Record(ctx, "recommend.assign", s.subject(), map[string]string{"application": string(a.ID), "to": string(to)}); err != nil {
			return err
		}
	}
	return nil
}

// works asks that somebody works for the authority of a step.
func works(ctx context.Context, r db.Reader, s *Step, person actor.PersonID) error {
	if person == "" {
		return nil
	}
	people, err := actor.PeopleOf(ctx, r, s.Authority, actor.Officer, actor.Head)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p == person {
			return nil
		}
	}
	return fault.New(fault.Invalid, "recommend.not_colleague").In("to")
}
