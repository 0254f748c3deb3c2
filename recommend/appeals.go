package recommend

import (
	"context"
	"slices"

	"shenbao/apply"
	"shenbao/internal/db"
)

// Appeals returns the requests about an application to those who may see it.
func Appeals(ctx context.Context, r db.Reader, by db.By, id apply.ID) ([]*Appeal, error) {
	if _, err := apply.Find(ctx, r, by, id); err != nil {
		return nil, err
	}
	return appeals(ctx, r, id)
}

// AppealsIn returns the requests about a step, for those who found it.
func AppealsIn(ctx context.Context, r db.Reader, step StepID) ([]*Appeal, error) {
	s, err := findStep(ctx, r, step)
	if err != nil {
		return nil, err
	}
	all, err := appeals(ctx, r, s.Application)
	return slices.DeleteFunc(all, func(a *Appeal) bool { return a.Step != step }), err
}
