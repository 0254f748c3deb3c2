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

// putPartner writes how a unit stands to an application.
func putPartner(ctx context.Context, tx *db.Tx, p *Partner) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_partners (`+partnerColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (application, unit) DO UPDATE SET unit_code = excluded.unit_code, unit_name = excluded.unit_name, state = excluded.state,
			invited = excluded.invited, invited_by = excluded.invited_by, answered = excluded.answered, answered_by = excluded.answered_by,
			part = excluded.part, reason = excluded.reason`,
		p.Application, p.Unit, p.UnitCode, p.UnitName, p.State, db.Time(p.Invited), p.InvitedBy, db.Time(p.Answered), p.AnsweredBy, p.Part, p.Reason)
	return err
}
