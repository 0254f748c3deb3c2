package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// FileAt names a file of an application.
type FileAt struct {
	Application ID
	File        FileID
}

// RemoveFile (移除附件) takes a file out of an application. Its bytes stay:
// versions that were submitted may name them. A partner removes its own files
// only. Removing it again changes nothing.
func RemoveFile(ctx context.Context, tx *db.Tx, o *Office, in FileAt) (*File, error) {
	s, _, err := o.editing(ctx, tx, in.Application)
	if err != nil {
		return nil, err
	}
	f, err := findFile(ctx, tx, s.ID, in.File)
	if err != nil {
		return nil, err
	}
	if s.Part && f.Owner != actor.UnitID(tx.By.Unit) {
		return nil, fault.New(fault.Refused, "apply.not_your_file").In("file")
	}
	if !f.Removed.IsZero() {
		return f, nil
	}
	f.Removed = tx.Now
	if err := removeFile(ctx, tx, f); err != nil {
		return nil, err
	}
	return f, touch(ctx, tx, s.Application)
}
