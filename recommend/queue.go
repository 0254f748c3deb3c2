package recommend

import (
	"context"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/textindex"
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
	Assigned  string      `json:"assigned,omitempty"`
	place     string
}

// Changed reports whether the reader has not seen the version that waits.
func (e *QueueEntry) Changed() bool { return e.Seen != e.Version }

// A Queue is a page of an authority's work.
type Queue struct {
	Entries []QueueEntry    `json:"steps"`
	Next    string          `json:"next,omitempty"`
	Counts  map[State]int64 `json:"counts"` // of all steps of the authority, by state
}

// List returns the steps that fell to the reader's authority, narrowed and
// sorted.
func List(ctx context.Context, r db.Reader, by db.By, f Filter) (*Queue, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	f.Limit = min(f.Limit, 500)
	f.Text, f.now = textindex.Fold(f.Text), r.At()
	if err := actor.May(ctx, r, by, actor.ActViewQueue, actor.UnitID(by.Unit)); err != nil {
		return nil, err
	}
	scope, held, err := actor.Holding(ctx, r, by)
	if err != nil || !held {
		return nil, err
	}
	q := &Queue{Entries: []QueueEntry{}}
	entries, err := queue(ctx, r, asking{by: by, scope: scope, f: f})
	if err != nil {
		return nil, err
	}
	q.Entries = append(q.Entries, entries...)
	if len(entries) > f.Limit {
		q.Entries = q.Entries[:f.Limit]
		q.Next = q.Entries[f.Limit-1].place
	}
	q.Counts, err = counts(ctx, r, by)
	return q, err
}

// Next returns the step that follows another in a queue, and the one before it;
// "" where there is none: for going through an evening's work by keyboard.
func Next(ctx context.Context, r db.Reader, by db.By, f Filter, at StepID) (before, next StepID, err error) {
	f.Limit, f.After = 500, ""
	for {
		q, err := List(ctx, r, by, f)
		if err != nil {
			return "", "", err
		}
		for i, e := range q.Entries {
			if e.ID != at {
				before = e.ID
				continue
			}
			if i+1 < len(q.Entries) {
				next = q.Entries[i+1].ID
			}
			return before, next, nil
		}
		if f.After = q.Next; f.After == "" {
			return "", "", nil
		}
	}
}

// CallsOf returns the calls under which something fell to the reader's authority,
// the newest first.
func CallsOf(ctx context.Context, r db.Reader, by db.By) ([]*call.Call, error) {
	ids, err := callsOf(ctx, r, by)
	if err != nil {
		return nil, err
	}
	var out []*call.Call
	for _, id := range ids {
		c, err := call.Find(ctx, r, by, id)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
