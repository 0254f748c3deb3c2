package apply

import (
	"context"
	"errors"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// EndUpload (上传完成) makes the file of an upload of which every byte is there.
// Ending it again gives the same file. [Office.Finish] is the whole way.
func EndUpload(ctx context.Context, tx *db.Tx, o *Office, id UploadID, in Arrival) (*File, error) {
	s, fm, err := o.editing(ctx, tx, in.Application)
	if err != nil {
		return nil, err
	}
	u, err := sending(ctx, tx, tx.By, UploadAt{s.ID, id})
	if err != nil {
		return nil, err
	}
	if u.File != "" {
		return findFile(ctx, tx, s.ID, u.File)
	}
	if u.Received != u.Size || u.Size != in.Size {
		return nil, u.errShort()
	}
	in.Material, in.Name = u.Material, u.Name
	f, err := o.attach(ctx, tx, attaching{s, fm, in})
	if err != nil {
		return nil, err
	}
	return f, endUpload(ctx, tx, u.ID, f.ID)
}

func (u *Upload) errShort() error {
	return fault.New(fault.Conflict, "apply.upload_short", u.Received, u.Size)
}

// Finish makes a file of an upload of which every byte is there. When the file
// is refused, the upload is forgotten.
func (o *Office) Finish(ctx context.Context, d *db.DB, by db.By, at UploadAt) (*File, error) {
	u, parts, err := partsOf(ctx, d, by, at)
	if err != nil {
		return nil, err
	}
	a := Arrival{Application: u.Application, Material: u.Material, Name: u.Name, Size: u.Size}
	if u.File == "" {
		if u.Received != u.Size {
			return nil, u.errShort()
		}
		content := &joined{ctx: ctx, store: o.Blobs, parts: parts, size: u.Size}
		err = o.inspect(ctx, d, &a, content)
		_ = content.Close() // it was only read
		if err != nil && ended(ctx, d, by, at) {
			err = nil // another tab made the file of it, and the parts are gone
		}
	}
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		return nil, errors.Join(err, o.Cancel(ctx, d, by, at))
	}
	if err != nil {
		return nil, err
	}
	f, err := keep(ctx, d, by, func(tx *db.Tx) (*File, error) { return EndUpload(ctx, tx, o, at.Upload, a) })
	if err != nil {
		return nil, err
	}
	o.discard(ctx, contents(parts)...)
	return f, nil
}

// ended reports whether an upload has become a file.
func ended(ctx context.Context, d *db.DB, by db.By, at UploadAt) bool {
	u, _, err := partsOf(ctx, d, by, at)
	return err == nil && u.File != ""
}
