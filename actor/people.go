package actor

import (
	"context"

	"shenbao/internal/db"
)

// A PeopleFilter says which accounts a list is to hold; zero fields do not
// narrow it.
type PeopleFilter struct {
	Text  string   // a part of the name or of the e-mail address
	After PersonID // the last person of the page before
	Limit int      // at most maxPage, which is the default
}

// ListPeople returns accounts in the order in which they were opened, for the
// system administrator.
func ListPeople(ctx context.Context, r db.Reader, by db.By, f PeopleFilter) ([]*Person, error) {
	if err := May(ctx, r, by, ActViewPeople, ""); err != nil {
		return nil, err
	}
	return listPeople(ctx, r, f)
}

// ViewPerson returns a person as by may see them: themself, the system
// administrator anybody, and an administrator of a unit those who belong to it.
func ViewPerson(ctx context.Context, r db.Reader, by db.By, person PersonID) (*Person, error) {
	if err := mayTo(ctx, r, by, ActViewPerson, person); err != nil {
		return nil, err
	}
	return FindPerson(ctx, r, person)
}

// mayTo is May for an act that is done to a person, who belongs to the unit of
// by when they are colleagues.
func mayTo(ctx context.Context, r db.Reader, by db.By, act Act, person PersonID) error {
	on := On{Person: person}
	held, err := membershipsOf(ctx, r, person)
	if err != nil {
		return err
	}
	for _, m := range held {
		if by.Unit != "" && string(m.Unit) == by.Unit {
			on.Unit = m.Unit
		}
	}
	return MayOn(ctx, r, by, act, on)
}
