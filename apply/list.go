package apply

import (
	"context"
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/textindex"
)

// A Filter narrows a list of applications; zero values do not narrow.
type Filter struct {
	Call  call.ID
	State State
	Text  string // in the name of the application or of the host
	After string // the place where the page before ended
	Limit int    // 50 unless told otherwise, at most 200
}

// An Entry is a line of a list.
type Entry struct {
	*Application
	CallTitle string    `json:"call_title"`
	Closes    time.Time `json:"closes,omitzero"`
	Part      bool      `json:"part,omitempty"` // as a partner
	place     string
}

// A Listing is a page of a list.
type Listing struct {
	Entries []Entry `json:"applications"`
	Next    string  `json:"next,omitempty"` // for [Filter.After]; "" when there is no more
}

// The lengths of a page of a list.
const (
	listLimit = 50
	maxLimit  = 200
)

// List returns the applications that by may see, the last changed first: those
// of their own unit and those to which it was invited; to an authority, those
// submitted by the units below it; to a programme's officers, those submitted
// under its calls.
func List(ctx context.Context, r db.Reader, by db.By, f Filter) (*Listing, error) {
	if f.Limit <= 0 {
		f.Limit = listLimit
	}
	f.Limit = min(f.Limit, maxLimit)
	f.Text = textindex.Fold(f.Text)
	role := actor.Role(by.Role)
	var entries []Entry
	var err error
	switch {
	case slices.Contains([]actor.Role{actor.Editor, actor.UnitAdmin}, role):
		if err := actor.Covered(ctx, actor.ActViewApplication); err != nil {
			return nil, err
		}
		entries, err = ownEntries(ctx, r, actor.UnitID(by.Unit), f)
	case slices.Contains([]actor.Role{actor.Officer, actor.Head, actor.ProgrammeOfficer, actor.Finance}, role):
		if err := actor.Covered(ctx, actor.ActViewSubmitted); err != nil {
			return nil, err
		}
		entries, err = submittedEntries(ctx, r, by, f)
	}
	if err != nil {
		return nil, err
	}
	out := &Listing{Entries: []Entry{}}
	out.Entries = append(out.Entries, entries...)
	if len(entries) > f.Limit {
		out.Entries = out.Entries[:f.Limit]
		out.Next = out.Entries[f.Limit-1].place
	}
	return out, nil
}
