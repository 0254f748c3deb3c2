package recommend

import (
	"context"
	"slices"

	"shenbao/apply"
	"shenbao/internal/db"
)

// Appeals returns the requests about an application that the reader found.
func Appeals(ctx context.Context, r db.Reader, of *apply.Sight) ([]*Appeal, error) {
	return appeals(ctx, r, of.ID)
}

// AppealsIn returns the requests about a step that the reader found.
func AppealsIn(ctx context.Context, r db.Reader, s *Step) ([]*Appeal, error) {
	all, err := appeals(ctx, r, s.Application)
	return slices.DeleteFunc(all, func(a *Appeal) bool { return a.Step != s.ID }), err
}
