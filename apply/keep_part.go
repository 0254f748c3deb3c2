package apply

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"

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

// An Incoming is a part of a file as it comes.
type Incoming struct {
	UploadAt
	Offset  int64
	Content io.Reader // at most [MaxPart] bytes
}

// ReceivePart takes a part of a file: it is stored before its row is written. A
// part that does not count leaves nothing behind.
func (o *Office) ReceivePart(ctx context.Context, d *db.DB, by db.By, in Incoming) (*Upload, error) {
	u, err := db.View(ctx, d, func(r db.Reader) (*Upload, error) { return sending(ctx, r, by, in.UploadAt) })
	if err != nil {
		return nil, err
	}
	if wanted, err := u.wants(in.Offset, 1); !wanted || err != nil {
		return u, err
	}
	salt := make([]byte, saltSize)
	rand.Read(salt)
	most := min(MaxPart, u.Size-in.Offset)
	hash, size, err := o.Blobs.Put(ctx, io.MultiReader(bytes.NewReader(salt), io.LimitReader(in.Content, most+1)))
	if err != nil {
		return nil, err
	}
	size -= saltSize
	switch {
	case size > most && most == MaxPart:
		err = fault.New(fault.Invalid, "apply.part_large", MaxPart>>20)
	case size > most:
		err = fault.New(fault.Invalid, "apply.upload_beyond", u.Size).In("offset")
	case size == 0:
		err = fault.New(fault.Invalid, "intake.empty").In("file")
	default:
		u, err = keep(ctx, d, by, func(tx *db.Tx) (*Upload, error) {
			return KeepPart(ctx, tx, StoredPart{UploadAt: in.UploadAt, Offset: in.Offset, Size: size, Hash: hash})
		})
	}
	if err != nil || !u.kept {
		o.discard(ctx, hash)
	}
	return u, err
}
