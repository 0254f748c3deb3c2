package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// A Filter says which calls a list is to hold; zero fields do not narrow it.
type Filter struct {
	Place  string // GB/T 2260: calls that units of the place may answer, and those of places in it
	Field  string // code or name of a [Field]
	Mode   string
	Phase  Phase
	Year   int64
	Issuer actor.UnitID
	Text   string  // words to look for: see package textindex
	States []State // published when empty; [List] takes no other
	Newest bool    // the newest first, instead of those that end next
	Whole  bool    // with windows and extensions, for a feed
	After  string  // Cursor of the last call of the page before
	Limit  int     // at most maxPage, which is the default
}

const maxPage = 100

func (f Filter) limit() int {
	if f.Limit <= 0 || f.Limit > maxPage {
		return maxPage
	}
	return f.Limit
}

// Cursor is where the next page of a list begins after the call.
func (f Filter) Cursor(c *Call) string {
	if f.Newest {
		return db.Time(c.Published) + " " + string(c.ID)
	}
	return closesOrder(c) + " " + string(c.ID)
}

// List returns published calls, for anybody.
func List(ctx context.Context, r db.Reader, f Filter) ([]*Call, error) {
	f.States = []State{Published}
	found, err := listCalls(ctx, r, f)
	if err != nil || !f.Whole {
		return found, err
	}
	if err := hang(ctx, r, found); err != nil {
		return nil, err
	}
	for _, c := range found {
		c.hideProposals()
	}
	return found, nil
}

// Mine returns the calls of the unit that by acts for, drafts and all.
func Mine(ctx context.Context, r db.Reader, by db.By, f Filter) ([]*Call, error) {
	if err := actor.May(ctx, r, by, actor.ActViewDraft, actor.UnitID(by.Unit)); err != nil {
		return nil, err
	}
	f.Issuer, f.States = actor.UnitID(by.Unit), []State{Drafted, Published, Withdrawn, Replaced}
	return listCalls(ctx, r, f)
}
