package actor

import (
	"context"
	"time"

	"shenbao/internal/db"
)

// A Past is what a unit was called, and where it was, for a time.
type Past struct {
	Name  string    `json:"name"`
	Place string    `json:"place"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"` // zero = to this day
}

// A Filter says which units a list is to hold; zero fields do not narrow it.
type Filter struct {
	State       string
	Kind        string
	Place       string // a place and what lies in it
	Text        string // a part of the name or of the credit code
	Authorities bool   // authorities alone
	After       UnitID // the last unit of the page before
	Limit       int    // at most maxPage, which is the default
}

const maxPage = 100

func (f Filter) limit() int {
	if f.Limit <= 0 || f.Limit > maxPage {
		return maxPage
	}
	return f.Limit
}

// ListUnits returns the units that by may see, in the order of their
// registration: an authority's people those below it and itself, the system
// administrator all, everybody else their own.
func ListUnits(ctx context.Context, r db.Reader, by db.By, f Filter) ([]*Unit, error) {
	if err := May(ctx, r, by, ActViewUnit, ""); err == nil {
		return listUnits(ctx, r, "", f)
	}
	if err := May(ctx, r, by, ActViewUnit, UnitID(by.Unit)); err != nil {
		return nil, err
	}
	return listUnits(ctx, r, UnitID(by.Unit), f)
}

// Authorities returns the confirmed authorities, for anybody: a unit that
// registers says which one it belongs to.
func Authorities(ctx context.Context, r db.Reader, f Filter) ([]*Unit, error) {
	f.Authorities, f.State = true, Confirmed
	return listUnits(ctx, r, "", f)
}
