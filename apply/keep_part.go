package apply

import (
	"context"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A StoredPart (已存的一段) is a part of a file whose bytes are stored behind a salt.
type StoredPart struct {
	UploadAt
	Offset int64
	Size   int64 // without the salt
	Hash   blob.Hash
}

// KeepPart (收下一段) adds a part to an upload. It counts when it begins where the
// upload stands; of two that do, the first counts. A part that is there already
// changes nothing: the answer says where the upload stands. One that leaves a
// gap is a conflict. [Office.ReceivePart] is the whole way of a part.
func KeepPart(ctx context.Context, tx *db.Tx, in StoredPart) (*Upload, error) {
	u, err := sending(ctx, tx, tx.By, in.UploadAt)
	if err != nil {
		return nil, err
	}
	if wanted, err := u.wants(in.Offset, in.Size); !wanted || err != nil {
		return u, err
	}
	if u.kept, err = advance(ctx, tx, u, in.Size); err != nil {
		return nil, err
	}
	if !u.kept { // another one came in between
		return findUpload(ctx, tx, u.Application, u.ID)
	}
	u.Received += in.Size
	return u, insertPart(ctx, tx, u.ID, UploadPart{Position: in.Offset, Size: in.Size, hash: in.Hash})
}

// wants reports whether a part goes on where the upload stands. Size may be
// nothing while it is not known.
func (u *Upload) wants(offset, size int64) (bool, error) {
	switch {
	case offset < 0 || offset > u.Received:
		return false, fault.New(fault.Conflict, "apply.upload_gap", u.Received).In("offset")
	case u.File != "" || offset < u.Received:
		return false, nil
	case offset+size > u.Size:
		return false, fault.New(fault.Invalid, "apply.upload_beyond", u.Size).In("offset")
	}
	return true, nil
}
