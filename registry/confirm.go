package registry

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Ref names a version of a row: the one that somebody has before their eyes.
type Ref struct {
	ID      RowID `json:"id"`
	Version int64 `json:"version"`
}

// A Selection names rows of one unit's profile.
type Selection struct {
	Unit actor.UnitID
	Rows []Ref
}

// Confirm (确认仍然属实) says that rows are still true: they stand for as long
// as their list allows, counted anew.
func Confirm(ctx context.Context, tx *db.Tx, s Selection) ([]*Row, error) {
	if err := actor.May(ctx, tx, tx.By, actor.ActConfirmProfile, s.Unit); err != nil {
		return nil, err
	}
	return marked(ctx, tx, s, "registry.confirm", func(r *Row) { r.Confirmed = markOf(tx) })
}

// marked puts a mark on the rows of a selection, all of them or none, and
// leaves one line.
func marked(ctx context.Context, tx *db.Tx, s Selection, verb string, put func(*Row)) ([]*Row, error) {
	if len(s.Rows) == 0 {
		return nil, fault.New(fault.Invalid, "registry.none")
	}
	rows, err := standing(ctx, tx, s.Unit, "")
	if err != nil {
		return nil, err
	}
	byID := map[RowID]*Row{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	var done []*Row
	for _, ref := range s.Rows {
		r := byID[ref.ID]
		if r == nil {
			return nil, fault.New(fault.Missing, "registry.missing")
		}
		if r.Version != ref.Version {
			return nil, fault.New(fault.Conflict, "registry.touched", FindList(r.List).label(r.Cells), shown(r.Entered.At))
		}
		put(r)
		if err := mark(ctx, tx, r); err != nil {
			return nil, err
		}
		done = append(done, r)
	}
	return done, tx.Record(ctx, verb, subject(s.Unit), s.Rows)
}
