package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// A Field (领域方向) is one of the directions that a call names.
type Field struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// A Filter says which calls a list is to hold; zero fields do not narrow it.
type Filter struct {
	Place  string // GB/T 2260: calls that units of the place may answer
	Field  string
	Mode   string
	Phase  Phase
	Year   int64
	Issuer actor.UnitID
	Text   string
	States []State // published when empty
	Newest bool    // the newest first, instead of those that end next
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
	f.States = nil
	return listCalls(ctx, r, f)
}

// Mine returns the calls of the unit that by acts for, drafts and all.
func Mine(ctx context.Context, r db.Reader, by db.By, f Filter) ([]*Call, error) {
	if err := actor.May(ctx, r, by, actor.ActViewDraft, actor.UnitID(by.Unit)); err != nil {
		return nil, err
	}
	f.Issuer, f.States = actor.UnitID(by.Unit), []State{Drafted, Published, Withdrawn, Replaced}
	return listCalls(ctx, r, f)
}

// Find returns a call: a draft only to those who may see the issuer's drafts.
func Find(ctx context.Context, r db.Reader, by db.By, id ID) (*Call, error) {
	c, err := find(ctx, r, id)
	if err != nil {
		return nil, err
	}
	if c.State == Drafted {
		if err := may(ctx, r, by, actor.ActViewDraft, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// may asks whether by may do act to a call.
func may(ctx context.Context, r db.Reader, by db.By, act actor.Act, c *Call) error {
	return actor.MayOn(ctx, r, by, act, actor.On{Unit: c.Issuer, Issuer: c.Issuer, Programme: c.Package})
}
