package applytest

import (
	"context"

	"shenbao/apply"
	"shenbao/internal/db"
)

func insertFile(ctx context.Context, tx *db.Tx, f apply.File) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_files (id, application, material, owner, hash, name, given_name, size, type, found, uploaded, uploaded_by, removed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', $10, '', '')`,
		f.ID, f.Application, f.Material, f.Owner, f.Hash, f.Name, f.Name, f.Size, f.Type, db.Time(tx.Now))
	return err
}

func insertPartner(ctx context.Context, tx *db.Tx, p *apply.Partner) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_partners (application, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason)
		VALUES ($1, $2, $3, $4, $5, $6, '', $6, '', $7, '')
		ON CONFLICT (application, unit) DO UPDATE SET state = excluded.state, part = excluded.part`,
		p.Application, p.Unit, p.UnitCode, p.UnitName, p.State, db.Time(tx.Now), p.Part)
	return err
}

// copyApplication copies a draft with its fields, files and partners. The
// confirmation of a partner covers ids of files of its own only, so it holds for
// the copy.
func copyApplication(ctx context.Context, tx *db.Tx, of, id apply.ID) error {
	for _, text := range []string{
		`INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begin_key, begun, begun_by, changed, changed_by, submitted, version,
			mend_until, reason, returned_by, answer, met, unmet, unknown, revision)
		SELECT $1, call, hash, unit, unit_name, name, folded, state, CAST($1 AS TEXT), begun, begun_by, changed, changed_by, submitted, version,
			mend_until, reason, returned_by, answer, met, unmet, unknown, revision FROM applications WHERE id = $2`,
		`INSERT INTO application_fields (application, field, value, owner, source, sealed, tab, changed, changed_by)
		SELECT $1, field, value, owner, source, sealed, tab, changed, changed_by FROM application_fields WHERE application = $2`,
		`INSERT INTO application_files (id, application, material, owner, hash, name, given_name, size, type, found, uploaded, uploaded_by, removed)
		SELECT CAST($1 AS TEXT) || material, $1, material, owner, hash, name, given_name, size, type, found, uploaded, uploaded_by, removed
		FROM application_files WHERE application = $2`,
		`INSERT INTO application_partners (application, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason)
		SELECT $1, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason FROM application_partners WHERE application = $2`,
	} {
		if _, err := tx.Exec(ctx, text, id, of); err != nil {
			return err
		}
	}
	return nil
}
