package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// A Sending (上传请求) announces a file.
type Sending struct {
	Application ID
	Material    string
	Name        string // as the sender's computer calls it
	Size        int64  // bytes
}

// maxUploads is how many uploads of one application may be under way.
const maxUploads = 40

// BeginUpload (开始上传) begins to receive a file in parts. What cannot become a
// file of the material is refused before anything of it is sent. An upload that
// is not finished is forgotten after seven days.
func BeginUpload(ctx context.Context, tx *db.Tx, o *Office, in Sending) (*Upload, error) {
	s, fm, err := o.editing(ctx, tx, in.Application)
	if err != nil {
		return nil, err
	}
	m, err := fm.taking(in.Material)
	if err != nil {
		return nil, err
	}
	if err := early(m, in.Name, in.Size); err != nil {
		return nil, err
	}
	pending, err := uploads(ctx, tx, s.ID)
	if err != nil {
		return nil, err
	}
	if len(pending) >= maxUploads {
		return nil, fault.New(fault.Refused, "apply.uploads_many", maxUploads).In("file")
	}
	bytes := in.Size
	for _, u := range pending {
		bytes += u.Size
	}
	if err := fm.fits(m.ID, bytes); err != nil {
		return nil, err
	}
	if err := storable(ctx, tx, s.ID, bytes); err != nil {
		return nil, err
	}
	u := &Upload{ID: UploadID(db.NewID()), Application: s.ID, Material: m.ID, Owner: actor.UnitID(tx.By.Unit), Name: intake.CleanName(in.Name),
		Size: in.Size, Begun: tx.Now, BegunBy: actor.PersonID(tx.By.Person)}
	return u, insertUpload(ctx, tx, u)
}

// storable asks that so many bytes more may be stored for an application, with
// those that were removed from it: nobody fills the disk by removing.
func storable(ctx context.Context, r db.Reader, id ID, bytes int64) error {
	stored, err := storedBytes(ctx, r, id)
	if err == nil && stored+bytes > maxStored {
		return fault.New(fault.Refused, "apply.files_stored", maxStored>>30).In("file")
	}
	return err
}
