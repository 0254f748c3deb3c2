package actor

import (
	"context"
	"slices"
	"strings"

	"shenbao/internal/db"
)

// A standing is how somebody stands to what an act is done to.
type standing struct {
	role    Role
	is      map[Relation]bool
	unready bool // the unit they act for is not confirmed
}

// standingOf finds out how by stands to on. Somebody who does not hold the
// membership that By names stands as a visitor.
func standingOf(ctx context.Context, r db.Reader, by db.By, on On) (standing, error) {
	s := standing{role: Role(by.Role), is: map[Relation]bool{Any: true}}
	s.is[Self] = on.Person != "" && string(on.Person) == by.Person
	if s.role == Visitor || s.role == System {
		return s, nil
	}
	m, err := findStanding(ctx, r, by)
	if err != nil {
		return s, err
	}
	if m == nil {
		s.role = Visitor
		return s, nil
	}
	unit := UnitID(by.Unit)
	narrowed := m.scope.narrows(on.Programme)
	s.unready = unit != "" && m.state != Confirmed
	s.is[Any] = !narrowed
	if unit == "" || narrowed {
		return s, nil
	}
	s.is[Own] = on.Unit == unit
	s.is[Programme] = on.Issuer == unit && m.scope.covers(on.Programme)
	if on.Unit != "" && on.Unit != unit {
		s.is[Above], err = isAbove(ctx, r, unit, on.Unit)
	}
	return s, err
}

// A Scope (范围) is the list of programme packages that a membership is limited
// to; an empty one is not limited.
type Scope []string

// narrows reports whether the scope leaves out a thing of that programme.
func (s Scope) narrows(programme string) bool {
	return len(s) > 0 && programme != "" && !slices.Contains(s, programme)
}

// covers reports whether the scope takes in a thing of that programme; what
// names no programme is for those without limits alone.
func (s Scope) covers(programme string) bool {
	return len(s) == 0 || slices.Contains(s, programme)
}

// text is the scope as it is stored.
func (s Scope) text() string { return strings.Join(s, " ") }

func scopeOf(text string) Scope { return strings.Fields(text) }

// Holding returns the scope of the membership that by names, and whether it is
// held: for lists, which ask once and not for every line.
func Holding(ctx context.Context, r db.Reader, by db.By) (Scope, bool, error) {
	m, err := findStanding(ctx, r, by)
	if m == nil || err != nil {
		return nil, false, err
	}
	return m.scope, true, nil
}
