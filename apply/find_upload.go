package apply

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
)

// FindUpload returns an upload of the reader's unit: where to go on with it.
func FindUpload(ctx context.Context, r db.Reader, by db.By, at UploadAt) (*Upload, error) {
	return sending(ctx, r, by, at)
}

// Unfinished are the uploads to an application that the reader's unit began and
// did not finish.
func (s *Sight) Unfinished(ctx context.Context, r db.Reader, by db.By) ([]*Upload, error) {
	all, err := uploads(ctx, r, s.ID)
	return slices.DeleteFunc(all, func(u *Upload) bool { return u.Owner != actor.UnitID(by.Unit) }), err
}

// sending finds an upload of the reader's unit to an application that the reader
// fills in.
func sending(ctx context.Context, r db.Reader, by db.By, at UploadAt) (*Upload, error) {
	s, err := fillable(ctx, r, by, at.Application)
	if err != nil {
		return nil, err
	}
	u, err := findUpload(ctx, r, s.ID, at.Upload)
	if err == nil && u.Owner != actor.UnitID(by.Unit) {
		return nil, errNoUpload()
	}
	return u, err
}

// Sums returns an upload with its parts and their hashes.
func (o *Office) Sums(ctx context.Context, d *db.DB, by db.By, at UploadAt) (*Upload, error) {
	u, parts, err := partsOf(ctx, d, by, at)
	if err != nil {
		return nil, err
	}
	for i := range parts {
		sum := sha256.New()
		content := &joined{ctx: ctx, store: o.Blobs, parts: parts, size: parts[i].Position + parts[i].Size, at: parts[i].Position}
		_, err := io.Copy(sum, content)
		_ = content.Close() // it was only read
		if err != nil {
			return nil, err
		}
		parts[i].Sum = blob.Hash(hex.EncodeToString(sum.Sum(nil)))
	}
	u.Parts = parts
	return u, nil
}

// partsOf returns an upload of the reader's unit with its parts.
func partsOf(ctx context.Context, d *db.DB, by db.By, at UploadAt) (u *Upload, parts []UploadPart, err error) {
	u, err = db.View(ctx, d, func(r db.Reader) (*Upload, error) {
		u, err := sending(ctx, r, by, at)
		if err == nil {
			parts, err = uploadParts(ctx, r, u.ID)
		}
		return u, err
	})
	return u, parts, err
}
