package recommend

import (
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/fault"
)

// StepID is the key of a [Step].
type StepID string

// Kind is what an authority does in a step.
type Kind string

// The kinds of steps.
const (
	Checks     Kind = "check"     // 审核: passes on
	Recommends Kind = "recommend" // 推荐: ranks, and hands up with its summary table
	Files      Kind = "filing"    // 备案: takes note, decides nothing
	Receives   Kind = "receive"   // 接收: the end of the chain
)

// State is where a step stands.
type State string

// The states.
const (
	Waiting   State = "waiting"   // 待上一级
	Open      State = "open"      // 待办
	Endorsed  State = "endorsed"  // 已通过
	Returned  State = "returned"  // 已退回
	Rejected  State = "rejected"  // 不予推荐
	Filed     State = "filed"     // 已备案
	Received  State = "received"  // 已接收
	Cancelled State = "cancelled" // 已终止
)

// States are all of them.
var States = []State{Waiting, Open, Endorsed, Returned, Rejected, Filed, Received, Cancelled}

// A Step (审核环节) is one authority's part in the chain of an application.
type Step struct {
	ID            StepID         `json:"id"`
	Application   apply.ID       `json:"application"`
	Position      int64          `json:"position"`
	Kind          Kind           `json:"kind"`
	Stage         string         `json:"stage"` // in call.yaml
	Name          string         `json:"name"`
	Authority     actor.UnitID   `json:"authority"`
	AuthorityName string         `json:"authority_name"`
	Call          call.ID        `json:"call"`
	State         State          `json:"state"`
	Version       int64          `json:"version"`
	Arrived       time.Time      `json:"arrived,omitzero"`
	Due           time.Time      `json:"due,omitzero"` // the first instant that is late; zero: none is set
	Decided       time.Time      `json:"decided,omitzero"`
	DecidedBy     actor.PersonID `json:"-"`
	Reason        string         `json:"reason,omitempty"`
	Clause        string         `json:"clause,omitempty"`
	Assignee      actor.PersonID `json:"assignee,omitempty"`

	revision int64
}

// fresh is the revision of a step that is not stored yet.
const fresh = -1

// Late reports whether the step is not done, or was done, after it was due.
func (s *Step) Late(now time.Time) bool {
	if s.Due.IsZero() || s.State == Waiting || s.State == Cancelled {
		return false
	}
	if !s.Decided.IsZero() {
		now = s.Decided
	}
	return !now.Before(s.Due)
}

// open asks that the step waits for its authority, and that the decision is
// about the version that stands.
func (s *Step) open(version int64) error {
	if s.State != Open {
		return fault.New(fault.Conflict, "recommend.not_open", fault.Key("recommend.state."+string(s.State)))
	}
	if version != s.Version {
		return fault.New(fault.Conflict, "recommend.other_version", version, s.Version)
	}
	return nil
}

// decide ends the step.
func (s *Step) decide(to State, by actor.PersonID, now time.Time) {
	s.State, s.Decided, s.DecidedBy = to, now, by
}

// arrive lets the authority have a version.
func (s *Step) arrive(version int64, now time.Time) {
	s.State, s.Version, s.Arrived = Open, version, now
	s.Decided, s.DecidedBy, s.Reason, s.Clause = time.Time{}, "", "", ""
}

// wait puts the step back behind the one before it.
func (s *Step) wait(version int64) {
	s.State, s.Version, s.Arrived = Waiting, version, time.Time{}
	s.Decided, s.DecidedBy, s.Reason, s.Clause = time.Time{}, "", "", ""
}

func (s *Step) subject() string { return "step:" + string(s.ID) }
