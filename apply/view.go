package apply

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// VersionOf returns a submitted version of an application that the reader found.
func (s *Sight) VersionOf(ctx context.Context, r db.Reader, number int64) (*Version, error) {
	v, err := version(ctx, r, s.ID, number)
	if err == nil && v == nil {
		err = fault.New(fault.Missing, "apply.no_version", number)
	}
	return v, err
}

// Versions returns what was submitted of an application that the reader found,
// the newest first.
func (s *Sight) Versions(ctx context.Context, r db.Reader) ([]*Version, error) {
	return versions(ctx, r, s.ID)
}

// RemarksOf returns what was to be mended in a version that was returned.
func (s *Sight) RemarksOf(ctx context.Context, r db.Reader, number int64) ([]Remark, error) {
	return remarks(ctx, r, s.ID, number)
}
