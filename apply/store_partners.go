package apply

import (
	"context"
	"database/sql"
	"errors"

	"shenbao/actor"
	"shenbao/internal/db"
)

const partnerColumns = `application, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason`

func scanPartner(row db.Scanner) (*Partner, error) {
	p := &Partner{}
	return p, row.Scan(&p.Application, &p.Unit, &p.UnitCode, &p.UnitName, &p.State, db.Into(&p.Invited), &p.InvitedBy, db.Into(&p.Answered), &p.AnsweredBy, &p.Part, &p.Reason)
}

// partners returns the units that were invited to an application.
func partners(ctx context.Context, r db.Reader, id ID) ([]*Partner, error) {
	return db.All(ctx, r, scanPartner, `SELECT `+partnerColumns+` FROM application_partners WHERE application = $1 ORDER BY invited, unit`, id)
}

// findPartner returns a unit that was invited, or a missing fault.
func findPartner(ctx context.Context, r db.Reader, id ID, unit actor.UnitID) (*Partner, error) {
	p, err := scanPartner(r.QueryRow(ctx, `SELECT `+partnerColumns+` FROM application_partners WHERE application = $1 AND unit = $2`, id, unit))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errMissing()
	}
	return p, err
}
