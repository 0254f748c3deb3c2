package apply

import (
	"context"
	"encoding/json"

	"shenbao/internal/db"
)

const fileColumns = `id, application, material, owner, hash, name, given_name, size, type, found, uploaded, uploaded_by`

func scanFile(row db.Scanner) (*File, error) {
	f := &File{}
	var found string
	if err := row.Scan(&f.ID, &f.Application, &f.Material, &f.Owner, &f.Hash, &f.Name, &f.GivenName, &f.Size, &f.Type, &found,
		db.Into(&f.Uploaded), &f.UploadedBy); err != nil {
		return nil, err
	}
	return f, json.Unmarshal([]byte(found), &f.Found)
}

// files returns the files that are part of an application, in the order in which
// they came.
func files(ctx context.Context, r db.Reader, id ID) ([]*File, error) {
	return db.All(ctx, r, scanFile, `SELECT `+fileColumns+` FROM application_files WHERE application = $1 AND removed = '' ORDER BY material, id`, id)
}
