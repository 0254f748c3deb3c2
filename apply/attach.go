package apply

import (
	"context"
	"errors"
	"io"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// An Arrival (收到的文件) is a file whose bytes are stored and were looked at.
type Arrival struct {
	Application ID
	Material    string
	Name        string // as the sender's computer calls it
	Hash        blob.Hash
	Size        int64
	Found       intake.Found
}

// Attach (上传附件) makes a file part of an application. The same bytes as the
// same material once more are the file that is there. It is no act and leaves no
// line: what counts is what is submitted. [Office.Receive] is the whole way of a
// file.
func Attach(ctx context.Context, tx *db.Tx, o *Office, in Arrival) (*File, error) {
	s, fm, err := o.editing(ctx, tx, in.Application)
	if err != nil {
		return nil, err
	}
	return o.attach(ctx, tx, attaching{s, fm, in})
}

// attaching is a file on its way into a form that is locked.
type attaching struct {
	sight *Sight
	form  *Form
	Arrival
}

func (o *Office) attach(ctx context.Context, tx *db.Tx, in attaching) (*File, error) {
	m, err := in.form.taking(in.Material)
	if err != nil {
		return nil, err
	}
	if f := in.form.same(m.ID, in.Hash); f != nil {
		return f, nil
	}
	if err := in.form.fits(m.ID, in.Size); err != nil {
		return nil, err
	}
	f := &File{ID: FileID(db.NewID()), Application: in.sight.ID, Material: m.ID, Owner: actor.UnitID(tx.By.Unit), Hash: in.Hash,
		GivenName: intake.CleanName(in.Name), Size: in.Size, Type: in.Found.Type, Found: in.Found, Uploaded: tx.Now, UploadedBy: actor.PersonID(tx.By.Person)}
	in.form.Files = append(in.form.Files, f)
	in.form.nameFiles()
	if err := insertFile(ctx, tx, f); err != nil {
		return nil, err
	}
	return f, touch(ctx, tx, in.sight.Application)
}

// editing locks an application that the author of tx fills in, for its host or
// for a partner, and returns it with what was filled in. [Form.Of] is the same
// application.
func (o *Office) editing(ctx context.Context, tx *db.Tx, id ID) (*Sight, *Form, error) {
	if _, err := lock(ctx, tx, id); err != nil {
		return nil, nil, err
	}
	return o.editable(ctx, tx, tx.By, id)
}

// hosting is editing for the host alone: to a partner there is no such act.
func (o *Office) hosting(ctx context.Context, tx *db.Tx, id ID) (*Form, error) {
	a, _, err := findFor(ctx, tx, id, actor.ActEditApplication)
	if err != nil {
		return nil, err
	}
	if err := a.editable(); err != nil {
		return nil, err
	}
	return o.formOf(ctx, tx, a)
}

// editable finds an application that by fills in, with what was filled in.
func (o *Office) editable(ctx context.Context, r db.Reader, by db.By, id ID) (*Sight, *Form, error) {
	s, err := fillable(ctx, r, by, id)
	if err != nil {
		return nil, nil, err
	}
	fm, err := o.formOf(ctx, r, s.Application)
	return s, fm, err
}

// fillable finds an application that by fills in.
func fillable(ctx context.Context, r db.Reader, by db.By, id ID) (*Sight, error) {
	s, err := Find(ctx, r, by, id)
	if err != nil || s.MayEdit {
		return s, err
	}
	if err := mayEdit(ctx, r, by, s.Application, s.Part); err != nil {
		return nil, err
	}
	return s, s.editable()
}

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

// keep does what leaves no line on somebody's account.
func keep[T any](ctx context.Context, d *db.DB, by db.By, fn func(*db.Tx) (T, error)) (T, error) {
	return db.Keep(ctx, d, func(tx *db.Tx) (T, error) {
		tx.By = by
		return fn(tx)
	})
}
