package registry

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// ProfileOf returns the profile of a unit as it stands, whoever asks: for acts
// of other rooms, which check for themselves. People ask [View].
func ProfileOf(ctx context.Context, r db.Reader, unit actor.UnitID) (*Profile, error) {
	u, err := actor.FindUnit(ctx, r, unit)
	if err != nil {
		return nil, err
	}
	p := &Profile{Unit: u, At: r.At(), Rows: map[string][]*Row{}}
	rows, err := standing(ctx, r, unit, "")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		p.Rows[row.List] = append(p.Rows[row.List], row)
	}
	p.Registers, err = registersOf(ctx, r, u.Code)
	return p, err
}

// View returns the profile of a unit to those who may see it.
func View(ctx context.Context, r db.Reader, by db.By, unit actor.UnitID) (*Profile, error) {
	if err := actor.May(ctx, r, by, actor.ActViewProfile, unit); err != nil {
		return nil, err
	}
	return ProfileOf(ctx, r, unit)
}

// ViewList returns the rows of one list of a unit's profile that stand, to those
// who may see it.
func ViewList(ctx context.Context, r db.Reader, by db.By, unit actor.UnitID, list string) ([]*Row, error) {
	if err := actor.May(ctx, r, by, actor.ActViewProfile, unit); err != nil {
		return nil, err
	}
	return standing(ctx, r, unit, list)
}

// History returns the versions of a row, the oldest first, to those who may see
// the profile that it stands in.
func History(ctx context.Context, r db.Reader, by db.By, id RowID) ([]*Row, error) {
	past, err := versions(ctx, r, id)
	if err != nil {
		return nil, err
	}
	switch err := actor.May(ctx, r, by, actor.ActViewProfile, past[0].Unit); {
	case err == nil:
		return past, nil
	case fault.Of(err).Kind == fault.Internal:
		return nil, err
	}
	return nil, fault.New(fault.Missing, "registry.missing") // as for a row that never was
}
