package apply

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// A Delivery (上传的文件) is a file as it comes in one piece.
type Delivery struct {
	Sending
	Content io.ReadSeeker
}

// Receive takes a whole file: it asks whether the sender may, looks at what is
// inside, stores it, and makes it part of the application. Nothing is stored of
// a file that is refused.
func (o *Office) Receive(ctx context.Context, d *db.DB, by db.By, in Delivery) (*File, error) {
	a := Arrival{Application: in.Application, Material: in.Material, Name: in.Name, Size: in.Size}
	_, err := db.View(ctx, d, func(r db.Reader) (int, error) {
		s, fm, err := o.editable(ctx, r, by, in.Application)
		if err != nil {
			return 0, err
		}
		m, err := fm.taking(in.Material)
		if err != nil {
			return 0, err
		}
		return 0, errors.Join(early(m, in.Name, in.Size), fm.fits(m.ID, in.Size), storable(ctx, r, s.ID, in.Size))
	})
	if err != nil {
		return nil, err
	}
	if err := o.inspect(ctx, d, &a, in.Content); err != nil {
		return nil, err
	}
	return keep(ctx, d, by, func(tx *db.Tx) (*File, error) { return Attach(ctx, tx, o, a) })
}

// keep does what leaves no line on somebody's account.
func keep[T any](ctx context.Context, d *db.DB, by db.By, fn func(*db.Tx) (T, error)) (T, error) {
	return db.Keep(ctx, d, func(tx *db.Tx) (T, error) {
		tx.By = by
		return fn(tx)
	})
}

// inspect looks at a content as its material asks, and stores it.
func (o *Office) inspect(ctx context.Context, d *db.DB, a *Arrival, content io.ReadSeeker) error {
	rules, err := db.View(ctx, d, func(r db.Reader) (intake.Rules, error) { return o.rulesFor(ctx, r, a) })
	if err != nil {
		return err
	}
	found, err := intake.Look(ctx, content, a.Size, a.Name, rules)
	if err != nil {
		return err
	}
	if limit := kindLimit(found.Kind); a.Size > limit {
		return errLarge(a.Size, limit)
	}
	if o.Scanner != nil {
		if _, err := content.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := intake.Clean(ctx, o.Scanner, content); err != nil {
			return err
		}
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return err
	}
	a.Found = *found
	hash, size, err := o.Blobs.Put(ctx, content)
	if err == nil && size != a.Size {
		return fault.New(fault.Invalid, "intake.incomplete").In("file")
	}
	a.Hash = hash
	return err
}

// rulesFor are what the material of a file asks.
func (o *Office) rulesFor(ctx context.Context, r db.Reader, a *Arrival) (intake.Rules, error) {
	app, err := find(ctx, r, a.Application)
	if err != nil {
		return intake.Rules{}, err
	}
	p, err := o.Shelf.Package(ctx, r, app.Hash)
	if err != nil {
		return intake.Rules{}, err
	}
	m, err := (&Form{Package: p}).taking(a.Material)
	if err != nil {
		return intake.Rules{}, err
	}
	return fileRules(m), nil
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

// Cancel forgets an upload with everything that is kept of it.
func (o *Office) Cancel(ctx context.Context, d *db.DB, by db.By, at UploadAt) error {
	left, err := keep(ctx, d, by, func(tx *db.Tx) ([]blob.Hash, error) { return DropUpload(ctx, tx, at) })
	if err != nil {
		return err
	}
	o.discard(ctx, left...)
	return nil
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

// discard deletes contents that nothing names any more. One that stays does no
// harm, so whoever waits for an answer is not told.
func (o *Office) discard(ctx context.Context, all ...blob.Hash) { _ = discard(ctx, o.Blobs, all) }

// discard goes on when nobody waits for the answer any more.
func discard(ctx context.Context, store blob.Store, all []blob.Hash) error {
	ctx = context.WithoutCancel(ctx)
	var failed error
	for _, h := range all {
		failed = errors.Join(failed, store.Delete(ctx, h))
	}
	return failed
}

// ForgetUploads removes the uploads that were begun more than seven days ago,
// with everything that is kept of them. What became a file stays.
func ForgetUploads(ctx context.Context, d *db.DB, store blob.Store) error {
	for {
		left, err := db.Keep(ctx, d, func(tx *db.Tx) ([]blob.Hash, error) { return forgetOld(ctx, tx, tx.Now.Add(-uploadAge)) })
		if err != nil {
			return err
		}
		if left == nil {
			return nil
		}
		if err := discard(ctx, store, left); err != nil {
			return err
		}
	}
}

// forgetOld removes some of the uploads that were begun before an instant. Nil
// says that there were none.
func forgetOld(ctx context.Context, tx *db.Tx, before time.Time) ([]blob.Hash, error) {
	old, err := oldUploads(ctx, tx, before)
	if err != nil || len(old) == 0 {
		return nil, err
	}
	left := []blob.Hash{}
	for _, id := range old {
		parts, err := forgetUpload(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		left = append(left, parts...)
	}
	return left, nil
}
