package call

import (
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/internal/fault"
)

// An Extension (延期) moves the end of a window; it counts once a second person
// has approved it. Until then only the issuer sees it.
type Extension struct {
	ID         string         `json:"id"`
	Stage      string         `json:"stage"`
	Before     time.Time      `json:"before"` // the end as it was
	After      time.Time      `json:"after"`
	Reason     string         `json:"reason"`
	Proposed   time.Time      `json:"proposed"`
	ProposedBy actor.PersonID `json:"-"`
	Approved   time.Time      `json:"approved,omitzero"`
	ApprovedBy actor.PersonID `json:"-"`
	Reopens    bool           `json:"reopens,omitempty"` // the window had ended when it was approved
}

// reopens sets Reopens.
func (e *Extension) reopens() { e.Reopens = !e.Approved.IsZero() && !e.Approved.Before(e.Before) }

// waits reports whether the extension is only proposed.
func (e Extension) waits() bool { return e.Approved.IsZero() }

// hideProposals leaves the extensions that count.
func (c *Call) hideProposals() { c.Extensions = slices.DeleteFunc(c.Extensions, Extension.waits) }

// propose checks that a window can be moved to another end, and returns the
// proposal.
func (c *Call) propose(p Proposal, now time.Time) (Extension, error) {
	w, ok := c.Stage(p.Stage)
	if !ok {
		return Extension{}, fault.New(fault.Missing, "call.no_stage", p.Stage).In("stage")
	}
	if err := c.is(Published); err != nil {
		return Extension{}, err
	}
	until := cutTime(p.Until)
	switch {
	case w.Until.IsZero():
		return Extension{}, fault.New(fault.Invalid, "call.no_end", w.Name).In("stage")
	case !until.After(w.Until):
		return Extension{}, fault.New(fault.Invalid, "call.earlier", shown(w.Until)).In("until")
	case !until.After(now):
		return Extension{}, fault.New(fault.Invalid, "call.past", shown(now)).In("until")
	}
	reason, err := cleanReason(p.Reason, true)
	if err != nil {
		return Extension{}, err
	}
	return Extension{Stage: p.Stage, Before: w.Until, After: until, Reason: reason, Proposed: now}, nil
}

// approve makes a proposed extension count, for somebody who did not propose it.
func (c *Call) approve(id string, by actor.PersonID, now time.Time) (*Extension, error) {
	i := slices.IndexFunc(c.Extensions, func(e Extension) bool { return e.ID == id })
	if i < 0 {
		return nil, fault.New(fault.Missing, "call.missing")
	}
	e := &c.Extensions[i]
	if err := c.is(Published); err != nil {
		return nil, err
	}
	w := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Stage == e.Stage })
	switch {
	case by == "" || e.ProposedBy == by:
		return nil, fault.New(fault.Refused, "call.two_people")
	case !e.Approved.IsZero():
		return nil, fault.New(fault.Conflict, "call.approved")
	case w < 0 || !c.Windows[w].Until.Equal(e.Before):
		return nil, fault.New(fault.Conflict, "call.moved")
	case !e.After.After(now):
		return nil, fault.New(fault.Late, "call.past", shown(now))
	}
	e.Approved, e.ApprovedBy = now, by
	e.reopens()
	c.Windows[w].Until = e.After
	c.span()
	return e, nil
}
