package apply

import (
	"context"

	"shenbao/internal/db"
)

// Prepare works out what a submission is made of now, as [Office.HandIn] does
// before its transaction.
func (o *Office) Prepare(ctx context.Context, r db.Reader, by db.By, s *Submission) (err error) {
	s.prepared, err = o.early(ctx, r, by, s.Application)
	return err
}

// Prepared reports whether anything was worked out.
func (s Submission) Prepared() bool { return s.prepared != nil }
