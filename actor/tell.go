package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/inbox"
)

// Tell sends a notice to everybody who acts for its unit in one of some roles
// now; of the notices with the same once each is told the first ([inbox.Send]).
func Tell(ctx context.Context, tx *db.Tx, n inbox.Notice, once string, roles ...Role) error {
	people, err := PeopleOf(ctx, tx, UnitID(n.Unit), roles...)
	if err != nil {
		return err
	}
	for _, p := range people {
		n.Person = string(p)
		if err := inbox.Send(ctx, tx, n, once); err != nil {
			return err
		}
	}
	return nil
}
