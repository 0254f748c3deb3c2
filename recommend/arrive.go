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
// ends every step. What was refused stays so, however often it is taken back and
// submitted: see [refusal].
func Arrive(ctx context.Context, tx *db.Tx, o *Office, id apply.ID) error {
	all, err := lockSteps(ctx, tx, id)
	if err != nil {
		return err
	}
	a, v, err := apply.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	c, err := call.Newest(ctx, tx, a.Call)
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
	return o.again(ctx, tx, a, c, all)
}

// lay is the chain of an application as it is now, and the filings beside it.
func (o *Office) lay(ctx context.Context, tx *db.Tx, a *apply.Application, c *call.Call) ([]*Step, error) {
	steps, err := o.chain(ctx, tx, a, c)
	if err != nil {
		return nil, err
	}
	beside, err := o.filings(ctx, tx, a, c, steps)
	return append(steps, beside...), err
}

// begin lays the chain out and opens its first step.
func (o *Office) begin(ctx context.Context, tx *db.Tx, a *apply.Application, c *call.Call) error {
	steps, err := o.lay(ctx, tx, a, c)
	if err != nil || len(steps) == 0 {
		return err
	}
	for _, s := range steps {
		if err := s.take(ctx, tx, a, 1); err != nil {
			return err
		}
	}
	return tx.Record(ctx, "recommend.arrive", "application:"+string(a.ID), map[string]any{"version": a.Version, "steps": len(steps)})
}

// take puts a step where it stands when an application comes to a position of
// its chain: those before passed it, and see that it changed; those behind wait;
// filings are asked beside.
func (s *Step) take(ctx context.Context, tx *db.Tx, a *apply.Application, at int64) error {
	switch {
	case s.Kind == Files || s.Position == at:
		s.arrive(a.Version, tx.Now)
	case s.Position < at:
		return nil
	default:
		s.wait(a.Version)
	}
	put := saveStep
	if s.revision == fresh {
		put = insertStep
	}
	if err := put(ctx, tx, s); err != nil || s.State != Open {
		return err
	}
	return tell(ctx, tx, s, a)
}

// again lets a resubmitted application go on: at the step that returned it, or
// from the first one when it was taken back in between. Then the chain is laid
// out again, as the unit may have moved; filings follow the partners always.
func (o *Office) again(ctx context.Context, tx *db.Tx, a *apply.Application, c *call.Call, all []*Step) error {
	versions, err := (&apply.Sight{Application: a}).Versions(ctx, tx)
	if err != nil {
		return err
	}
	if s := refusal(all, versions); s != nil {
		return s.stands(ctx, tx, a)
	}
	at, anew := comesBack(all, a.Version), takenBack(all, versions)
	if at == 0 && !anew {
		return nil // it is there already
	}
	if anew {
		at = 1
		if err := leave(ctx, tx, a); err != nil {
			return err
		}
	}
	laid, err := o.lay(ctx, tx, a, c)
	if err != nil {
		return err
	}
	for _, s := range all {
		i := slices.IndexFunc(laid, s.same)
		if i >= 0 {
			s.Call, laid[i] = laid[i].Call, s
		} else if s.Kind != Files && !anew {
			laid = append(laid, s)
		} else if s.State != Cancelled {
			s.decide(Cancelled, "", tx.Now)
			if err := saveStep(ctx, tx, s); err != nil {
				return err
			}
		}
	}
	for _, s := range laid {
		if s.revision == fresh && s.Kind != Files && !anew {
			continue // what keeps its place keeps its chain
		}
		if err := s.take(ctx, tx, a, at); err != nil {
			return err
		}
	}
	return tx.Record(ctx, "recommend.arrive", "application:"+string(a.ID), map[string]any{"version": a.Version, "again": true})
}

// same reports whether another step is that of the same authority at the same
// place.
func (s *Step) same(other *Step) bool {
	return s.Kind == other.Kind && s.Position == other.Position && s.Authority == other.Authority
}

// comesBack is the position of the step to which a resubmitted application comes
// back: the one that returned it, or that had it or had done with it when
// somebody else did; 0 when there is none.
func comesBack(all []*Step, version int64) int64 {
	for _, s := range all {
		if s.Kind != Files && s.Version < version && slices.Contains([]State{Returned, Open, Rejected, Received}, s.State) {
			return s.Position
		}
	}
	return 0
}

// refusal is the step whose refusal of an application stands; nil when none does.
// It stands until the authority opens the step again ([AnswerAppeal]), or somebody
// returned the application to be mended since: nobody is rid of it by taking the
// application back and submitting it anew.
func refusal(all []*Step, versions []*apply.Version) *Step {
	i := slices.IndexFunc(all, func(s *Step) bool { return s.State == Rejected })
	if i < 0 || slices.ContainsFunc(versions, func(v *apply.Version) bool { return v.Number >= all[i].Version && v.State == apply.SentBack }) {
		return nil
	}
	return all[i]
}

// stands lets a refusal stand for what was submitted since, and tells the
// applicants.
func (s *Step) stands(ctx context.Context, tx *db.Tx, a *apply.Application) error {
	if a.Version == s.Version {
		return nil
	}
	if err := apply.Release(ctx, tx, a.ID); err != nil {
		return err
	}
	return inform(ctx, tx, a, inbox.Notice{Key: "recommend.notice.still_rejected", Args: []any{a.Name, s.AuthorityName, s.Reason}},
		fmt.Sprintf("recommend.still_rejected:%s:%d", s.ID, a.Version))
}

// takenBack reports whether an application was taken back since it was with the
// authorities last: they saw that, or it was submitted again before they could.
func takenBack(all []*Step, versions []*apply.Version) bool {
	seen, ended := int64(0), true
	for _, s := range all {
		if s.Kind != Files && s.State != Cancelled {
			seen, ended = max(seen, s.Version), false
		}
	}
	return ended || slices.ContainsFunc(versions, func(v *apply.Version) bool { return v.Number >= seen && v.State == apply.TakenBack })
}

// cancel ends the steps of an application that was taken back, frees its
// places, and takes it off the tables that were not handed up. The chain of what
// was refused stays as it is; nobody takes note any more.
func cancel(ctx context.Context, tx *db.Tx, a *apply.Application, all []*Step) error {
	refused := slices.ContainsFunc(all, func(s *Step) bool { return s.State == Rejected })
	all = slices.DeleteFunc(all, func(s *Step) bool { return s.State == Cancelled || refused && s.Kind != Files })
	if len(all) == 0 {
		return nil
	}
	for _, s := range all {
		s.decide(Cancelled, "", tx.Now)
		if err := saveStep(ctx, tx, s); err != nil {
			return err
		}
	}
	if err := leave(ctx, tx, a); err != nil {
		return err
	}
	return tx.Record(ctx, "recommend.cancel", "application:"+string(a.ID), map[string]any{"version": a.Version})
}

// leave frees the places of an application, and takes it off the tables that
// were not handed up.
func leave(ctx context.Context, tx *db.Tx, a *apply.Application) error {
	if err := apply.FreePlaces(ctx, tx, a.ID, room); err != nil {
		return err
	}
	return leaveLists(ctx, tx, a.ID)
}

// tell says to the people of an authority that something waits for them.
func tell(ctx context.Context, tx *db.Tx, s *Step, a *apply.Application) error {
	n := inbox.Notice{Key: "recommend.notice.arrived", Args: []any{a.UnitName, a.Name, s.Name}}
	return s.tell(ctx, tx, n, fmt.Sprintf("recommend.arrived:%s:%d", s.ID, s.Version))
}

// tell sends a notice about a step: to the one whose it is, while they work
// there, else to all officers of the authority.
func (s *Step) tell(ctx context.Context, tx *db.Tx, n inbox.Notice, once string) error {
	people, err := actor.PeopleOf(ctx, tx, s.Authority, actor.Officer, actor.Head)
	if err != nil {
		return err
	}
	n.Unit, n.Link = string(s.Authority), "/queue/"+string(s.ID)
	if slices.Contains(people, s.Assignee) {
		n.Person = string(s.Assignee)
		return inbox.Send(ctx, tx, n, once)
	}
	return actor.Tell(ctx, tx, n, once, actor.Officer)
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
	i := slices.IndexFunc(all, func(n *Step) bool { return n.Kind != Files && n.State != Cancelled && n.Position == s.Position+1 })
	if i < 0 {
		return nil
	}
	return all[i]
}
