package apply

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"shenbao/internal/db"
)

const uploadColumns = `id, application, material, owner, name, size, received, begun, begun_by, file`

func scanUpload(row db.Scanner) (*Upload, error) {
	u := &Upload{}
	return u, row.Scan(&u.ID, &u.Application, &u.Material, &u.Owner, &u.Name, &u.Size, &u.Received, db.Into(&u.Begun), &u.BegunBy, &u.File)
}

// findUpload returns an upload to an application, or a missing fault.
func findUpload(ctx context.Context, r db.Reader, application ID, id UploadID) (*Upload, error) {
	if !keyed(string(id)) {
		return nil, errNoUpload()
	}
	u, err := scanUpload(r.QueryRow(ctx, `SELECT `+uploadColumns+` FROM application_uploads WHERE id = $1 AND application = $2`, id, application))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoUpload()
	}
	return u, err
}

// uploads returns the uploads to an application that are not finished.
func uploads(ctx context.Context, r db.Reader, id ID) ([]*Upload, error) {
	return db.All(ctx, r, scanUpload, `SELECT `+uploadColumns+` FROM application_uploads WHERE application = $1 AND file = '' ORDER BY begun, id`, id)
}

func insertUpload(ctx context.Context, tx *db.Tx, u *Upload) error {
	_, err := tx.Exec(ctx, `INSERT INTO application_uploads (`+uploadColumns+`) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, '')`,
		u.ID, u.Application, u.Material, u.Owner, u.Name, u.Size, db.Time(u.Begun), u.BegunBy)
	return err
}

// advance counts bytes that were received, and reports whether the upload still
// stood where it was found.
func advance(ctx context.Context, tx *db.Tx, u *Upload, size int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE application_uploads SET received = received + $1 WHERE id = $2 AND received = $3 AND file = ''`, size, u.ID, u.Received)
	return n == 1, err
}

func insertPart(ctx context.Context, tx *db.Tx, id UploadID, p UploadPart) error {
	_, err := tx.Exec(ctx, `INSERT INTO application_upload_parts (upload, position, hash, size) VALUES ($1, $2, $3, $4)`, id, p.Position, p.hash, p.Size)
	return err
}

// uploadParts returns the parts of an upload in their order.
func uploadParts(ctx context.Context, r db.Reader, id UploadID) ([]UploadPart, error) {
	return db.All(ctx, r, func(row db.Scanner) (p UploadPart, err error) {
		err = row.Scan(&p.Position, &p.hash, &p.Size)
		return p, err
	}, `SELECT position, hash, size FROM application_upload_parts WHERE upload = $1 ORDER BY position`, id)
}

// endUpload notes the file that an upload became. Its parts are needed no more.
func endUpload(ctx context.Context, tx *db.Tx, id UploadID, file FileID) error {
	if _, err := tx.Exec(ctx, `UPDATE application_uploads SET file = $1 WHERE id = $2`, file, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM application_upload_parts WHERE upload = $1`, id)
	return err
}

func deleteUpload(ctx context.Context, tx *db.Tx, id UploadID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM application_upload_parts WHERE upload = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM application_uploads WHERE id = $1`, id)
	return err
}

// oldUploads returns some of the uploads that were begun before an instant.
func oldUploads(ctx context.Context, r db.Reader, before time.Time) ([]UploadID, error) {
	return db.All(ctx, r, func(row db.Scanner) (id UploadID, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT id FROM application_uploads WHERE begun < $1 ORDER BY begun LIMIT 50`, db.Time(before))
}
