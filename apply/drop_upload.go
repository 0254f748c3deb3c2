package apply

import (
	"context"

	"shenbao/internal/blob"
	"shenbao/internal/db"
)

// DropUpload (取消上传) forgets an upload and returns the stored contents that
// nothing names any more. One that became a file is left as it is.
// [Office.Cancel] is the whole way.
func DropUpload(ctx context.Context, tx *db.Tx, at UploadAt) ([]blob.Hash, error) {
	u, err := sending(ctx, tx, tx.By, at)
	if err != nil || u.File != "" {
		return nil, err
	}
	return forgetUpload(ctx, tx, u.ID)
}

// forgetUpload removes an upload and its parts, and returns their contents.
func forgetUpload(ctx context.Context, tx *db.Tx, id UploadID) ([]blob.Hash, error) {
	parts, err := uploadParts(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return contents(parts), deleteUpload(ctx, tx, id)
}

func contents(parts []UploadPart) []blob.Hash {
	out := make([]blob.Hash, len(parts))
	for i, p := range parts {
		out[i] = p.hash
	}
	return out
}

// Cancel forgets an upload with everything that is kept of it.
func (o *Office) Cancel(ctx context.Context, d *db.DB, by db.By, at UploadAt) error {
	left, err := keep(ctx, d, by, func(tx *db.Tx) ([]blob.Hash, error) { return DropUpload(ctx, tx, at) })
	if err != nil {
		return err
	}
	o.discard(ctx, left...)
	return nil
}
