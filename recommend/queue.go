package recommend

import (
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/rule"
)

// A Filter narrows a queue; zero values do not narrow.
type Filter struct {
	Call     call.ID
	State    State
	Kind     Kind
	Clause   string // applications in which a condition of this clause has Verdict
	Verdict  string // met, unmet, unknown; without a clause: that some condition has it
	Assignee actor.PersonID
	Changed  bool   // that changed since the reader's last look, or were never looked at
	Late     bool   // past their due
	Text     string // in the name of the application or its host
	Sort     string // arrived (the default), name, unmet, unknown, due
	After    string // the place where the page before ended
	Limit    int    // 100 unless told otherwise, at most 500

	now time.Time
}

// A QueueEntry is a line of a queue.
type QueueEntry struct {
	*Step
	UnitName  string      `json:"unit_name"`
	Name      string      `json:"name"`
	CallTitle string      `json:"call_title"`
	Submitted time.Time   `json:"submitted"`
	Answer    rule.Answer `json:"answer"`
	Met       int64       `json:"met"`
	Unmet     int64       `json:"unmet"`
	Unknown   int64       `json:"unknown"`
	Answered  int64       `json:"answered"` // how much was answered in the step about this version
	Seen      int64       `json:"seen"`     // the version at which the reader looked last
	Latest    int64       `json:"latest"`   // the version that was submitted last: those who passed an older one see that it changed
	Assigned  string      `json:"assigned,omitempty"`
	place     string
}

// Changed reports whether the reader has not seen the version that was submitted
// last.
func (e *QueueEntry) Changed() bool { return e.Seen != e.Latest }

// A Queue is a page of an authority's work.
type Queue struct {
	Entries []QueueEntry    `json:"steps"`
	Next    string          `json:"next,omitempty"`
	Counts  map[State]int64 `json:"counts"` // of all steps of the authority, by state
}
