package apply

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const fileColumns = `id, application, material, owner, hash, name, given_name, size, type, found, uploaded, uploaded_by, removed`

func scanFile(row db.Scanner) (*File, error) {
	f := &File{}
	var found string
	if err := row.Scan(&f.ID, &f.Application, &f.Material, &f.Owner, &f.Hash, &f.Name, &f.GivenName, &f.Size, &f.Type, &found,
		db.Into(&f.Uploaded), &f.UploadedBy, db.Into(&f.Removed)); err != nil {
		return nil, err
	}
	return f, json.Unmarshal([]byte(found), &f.Found)
}

// files returns the files that are part of an application, in the order in which
// they came.
func files(ctx context.Context, r db.Reader, id ID) ([]*File, error) {
	return db.All(ctx, r, scanFile, `SELECT `+fileColumns+` FROM application_files WHERE application = $1 AND removed = '' ORDER BY material, id`, id)
}

// findFile returns a file that is or was part of an application, or a missing
// fault.
func findFile(ctx context.Context, r db.Reader, application ID, id FileID) (*File, error) {
	if !keyed(string(id)) {
		return nil, errNoFile()
	}
	f, err := scanFile(r.QueryRow(ctx, `SELECT `+fileColumns+` FROM application_files WHERE application = $1 AND id = $2`, application, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoFile()
	}
	return f, err
}

func errNoFile() error { return fault.New(fault.Missing, "apply.no_file") }

// everyFile returns the files that are or were part of an application.
func everyFile(ctx context.Context, r db.Reader, application ID) ([]*File, error) {
	return db.All(ctx, r, scanFile, `SELECT `+fileColumns+` FROM application_files WHERE application = $1 ORDER BY id`, application)
}

func insertFile(ctx context.Context, tx *db.Tx, f *File) error {
	found, err := json.Marshal(f.Found)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO application_files (`+fileColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '')`,
		f.ID, f.Application, f.Material, f.Owner, f.Hash, f.Name, f.GivenName, f.Size, f.Type, string(found), db.Time(f.Uploaded), f.UploadedBy)
	return err
}

func removeFile(ctx context.Context, tx *db.Tx, f *File) error {
	_, err := tx.Exec(ctx, `UPDATE application_files SET removed = $1 WHERE id = $2 AND removed = ''`, db.Time(f.Removed), f.ID)
	return err
}

// storedBytes are the bytes of all files that are or were part of an application.
func storedBytes(ctx context.Context, r db.Reader, id ID) (n int64, err error) {
	err = r.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM application_files WHERE application = $1`, id).Scan(&n)
	return n, err
}

// manifests returns those of an application's versions, the newest first.
func manifests(ctx context.Context, r db.Reader, id ID) ([]Manifest, error) {
	return db.All(ctx, r, func(row db.Scanner) (m Manifest, err error) {
		var text string
		if err := row.Scan(&text); err != nil {
			return m, err
		}
		return m, json.Unmarshal([]byte(text), &m)
	}, `SELECT manifest FROM application_versions WHERE application = $1 ORDER BY number DESC`, id)
}
