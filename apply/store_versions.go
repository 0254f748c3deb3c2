package apply

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"shenbao/internal/db"
)

const versionColumns = `application, number, state, submit_key, received, submitted, person, person_name, call, package, manifest, hash,
	facts, texts, findings, line, receipt, ended`

func scanVersion(row db.Scanner) (*Version, error) {
	v := &Version{}
	var manifest, facts, texts, findings string
	err := row.Scan(&v.Application, &v.Number, &v.State, &v.key, db.Into(&v.Received), db.Into(&v.Submitted), &v.Person, &v.PersonName, &v.Call, &v.Package,
		&manifest, &v.Hash, &facts, &texts, &findings, &v.Line, &v.Receipt, db.Into(&v.Ended))
	if err != nil {
		return nil, err
	}
	v.Facts = Facts(facts)
	return v, errors.Join(json.Unmarshal([]byte(manifest), &v.Manifest), json.Unmarshal([]byte(texts), &v.Texts), json.Unmarshal([]byte(findings), &v.Findings))
}

func insertVersion(ctx context.Context, tx *db.Tx, v *Version) error {
	var stored [3]string
	for i, part := range []any{v.Manifest, v.Texts, v.Findings} {
		text, err := json.Marshal(part)
		if err != nil {
			return err
		}
		stored[i] = string(text)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO application_versions (`+versionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		v.Application, v.Number, v.State, v.key, db.Time(v.Received), db.Time(v.Submitted), v.Person, v.PersonName, v.Call, v.Package,
		stored[0], v.Hash, string(v.Facts), stored[1], stored[2], v.Line, v.Receipt, db.Time(v.Ended))
	return err
}

// findByKey returns the version that a request made, or nil.
func findByKey(ctx context.Context, r db.Reader, id ID, key string) (*Version, error) {
	return oneVersion(scanVersion(r.QueryRow(ctx, `SELECT `+versionColumns+` FROM application_versions WHERE application = $1 AND submit_key = $2`, id, key)))
}

// version returns a version of an application, or nil.
func version(ctx context.Context, r db.Reader, id ID, number int64) (*Version, error) {
	return oneVersion(scanVersion(r.QueryRow(ctx, `SELECT `+versionColumns+` FROM application_versions WHERE application = $1 AND number = $2`, id, number)))
}

func oneVersion(v *Version, err error) (*Version, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return v, err
}

// versions returns what was submitted of an application, the newest first.
func versions(ctx context.Context, r db.Reader, id ID) ([]*Version, error) {
	return db.All(ctx, r, scanVersion, `SELECT `+versionColumns+` FROM application_versions WHERE application = $1 ORDER BY number DESC`, id)
}

// endVersions gives the version that stands another state.
func endVersions(ctx context.Context, tx *db.Tx, id ID, state string) error {
	_, err := tx.Exec(ctx, `UPDATE application_versions SET state = $1, ended = $2 WHERE application = $3 AND state = 'standing'`, state, db.Time(tx.Now), id)
	return err
}

// remarks returns what is to be mended in a version that was returned.
func remarks(ctx context.Context, r db.Reader, id ID, version int64) ([]Remark, error) {
	return db.All(ctx, r, func(row db.Scanner) (m Remark, err error) {
		err = row.Scan(&m.Field, &m.Clause, &m.Text)
		return m, err
	}, `SELECT field, clause, remark FROM application_remarks WHERE application = $1 AND version = $2 ORDER BY position`, id, version)
}

func insertRemarks(ctx context.Context, tx *db.Tx, a *Application, all []Remark) error {
	for i, m := range all {
		if _, err := tx.Exec(ctx, `INSERT INTO application_remarks (application, version, position, field, clause, remark) VALUES ($1, $2, $3, $4, $5, $6)`,
			a.ID, a.Version, i, m.Field, m.Clause, m.Text); err != nil {
			return err
		}
	}
	return nil
}
