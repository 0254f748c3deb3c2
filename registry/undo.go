package registry

import (
	"context"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// An Undoing names the edition of a part of a register that is to be taken
// back, and says why.
type Undoing struct {
	Register string
	Keeper   actor.UnitID
	Number   int64 // of the edition, which has to be the newest
	Why      string
}

// Undo (撤销版次) takes back the newest edition of a part of a register: the
// edition before stands again. Nothing is deleted. The taken back edition keeps
// its number and its rows, and a new edition equal to the one before follows
// it, so that a finding of the time between can be explained years later. To
// undo an undoing brings back what it took away.
func Undo(ctx context.Context, tx *db.Tx, u Undoing) (*Edition, error) {
	if err := actor.May(ctx, tx, tx.By, actor.ActKeepRegister, u.Keeper); err != nil {
		return nil, err
	}
	why := strings.TrimSpace(u.Why)
	if why == "" {
		return nil, fault.New(fault.Invalid, "registry.undo_why").In("why")
	}
	past, err := editions(ctx, tx, u.Register, u.Keeper)
	if err != nil {
		return nil, err
	}
	if len(past) == 0 {
		return nil, fault.New(fault.Missing, "registry.missing")
	}
	if past[0].Number != u.Number {
		return nil, fault.New(fault.Conflict, "registry.undo_overtaken", u.Number, past[0].Number)
	}
	e := past[0].undone(past[1:])
	e.ID, e.Adopted, e.Reason = db.NewID(), markOf(tx), clipTo(why, 200)
	if err := e.putBack(ctx, tx); err != nil {
		return nil, err
	}
	return e, tx.Record(ctx, "registry.undo", "register:"+e.Register, map[string]any{"edition": e})
}

// undone is the edition that follows when e is taken back: what it says is what
// the one before said.
func (e *Edition) undone(before []*Edition) *Edition {
	next := &Edition{Register: e.Register, Keeper: e.Keeper, Day: e.Day, Blank: true}
	if len(before) > 0 {
		again := *before[0]
		next = &again
	}
	next.Number, next.Undoes = e.Number+1, e.Number
	next.Added, next.Changed, next.Ended = e.Ended, e.Changed, e.Added
	return next
}

// putBack ends the rows that the edition before brought, and adds those again
// that it ended.
func (e *Edition) putBack(ctx context.Context, tx *db.Tx) error {
	if err := insertEdition(ctx, tx, e); err != nil {
		return err
	}
	if err := endEdition(ctx, tx, e); err != nil {
		return err
	}
	rows, err := endedBy(ctx, tx, e)
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.ID = RowID(db.NewID())
	}
	return insertHeld(ctx, tx, e, rows)
}

// A state is an edition and what stood before it.
type state struct {
	edition *Edition // nil: nothing
	before  *state
}

// inForce returns the edition of one part that holds on a day, "" for now, of
// all its editions, the oldest first; nil for none. It is the last that was
// adopted for that day or an earlier one and was not taken back.
func inForce(all []*Edition, day string) *Edition {
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	if day == "" {
		if last.Blank {
			return nil
		}
		return last
	}
	now := &state{}
	states := map[int64]*state{0: now}
	for _, e := range all {
		if e.Undoes == 0 {
			now = &state{e, now}
		} else {
			now = states[e.Undoes-1]
		}
		states[e.Number] = now
	}
	for now.edition != nil && now.edition.Day > day {
		now = now.before
	}
	return now.edition
}
