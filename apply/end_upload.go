package apply

import (
	"context"

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
