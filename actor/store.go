package actor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// one reports whether a statement changed a row.
func one(n int64, err error) (bool, error) { return n > 0, err }

// missing turns "no row" into the fault that nobody can tell from "not for you".
func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.Missing, "actor.missing")
	}
	return err
}

const unitColumns = `id, code, name, kind, place, authority, level, parent, by_place, state, reason, contact, created, decided`

func scanUnit(row db.Scanner) (*Unit, error) {
	u := &Unit{}
	err := row.Scan(&u.ID, &u.Code, &u.Name, &u.Kind, &u.Place, &u.Authority, &u.Level, &u.Parent, &u.ByPlace,
		&u.State, &u.Reason, &u.Contact, db.Into(&u.Created), db.Into(&u.Decided))
	return u, err
}

// FindUnit returns the unit with that id, whoever asks.
func FindUnit(ctx context.Context, r db.Reader, id UnitID) (*Unit, error) {
	u, err := scanUnit(r.QueryRow(ctx, `SELECT `+unitColumns+` FROM units WHERE id = $1`, string(id)))
	if err != nil {
		return nil, missing(err)
	}
	return u, nil
}

// UnitByCode returns the unit with that credit code that was not refused,
// whoever asks.
func UnitByCode(ctx context.Context, r db.Reader, code string) (*Unit, error) {
	u, err := scanUnit(r.QueryRow(ctx, `SELECT `+unitColumns+` FROM units WHERE code = $1 AND code <> '' AND state <> 'refused'`, code))
	if err != nil {
		return nil, missing(err)
	}
	return u, nil
}

// storeUnit inserts a unit; false when its credit code or its seat is taken.
func storeUnit(ctx context.Context, tx *db.Tx, u *Unit) (bool, error) {
	return one(tx.Exec(ctx, `
		INSERT INTO units (`+unitColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
		string(u.ID), u.Code, u.Name, u.Kind, u.Place, u.Authority, u.Level, string(u.Parent), u.ByPlace,
		u.State, u.Reason, string(u.Contact), db.Time(u.Created), db.Time(u.Decided)))
}

// decideUnit stores the state of a unit that was in the state from a moment
// ago; it is a conflict when somebody else was quicker.
func decideUnit(ctx context.Context, tx *db.Tx, u *Unit, from string) error {
	ok, err := one(tx.Exec(ctx, `UPDATE units SET state = $3, reason = $4, decided = $5 WHERE id = $1 AND state = $2`,
		string(u.ID), from, u.State, u.Reason, db.Time(u.Decided)))
	if err == nil && !ok {
		return fault.New(fault.Conflict, "actor.changed_meanwhile", u.Name)
	}
	return err
}

// changeUnit stores name, place and parent of a unit that was as before a
// moment ago, and ends the row of its history that held until now.
func changeUnit(ctx context.Context, tx *db.Tx, u, before *Unit) error {
	ok, err := one(tx.Exec(ctx, `UPDATE units SET name = $4, place = $5, parent = $6 WHERE id = $1 AND name = $2 AND place = $3 AND state = $7`,
		string(u.ID), before.Name, before.Place, u.Name, u.Place, string(u.Parent), before.State))
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "actor.changed_meanwhile", before.Name)
	}
	_, err = tx.Exec(ctx, `UPDATE unit_history SET valid_to = $2 WHERE unit = $1 AND valid_to = ''`, string(u.ID), db.Time(tx.Now))
	return err
}

func moveUnit(ctx context.Context, tx *db.Tx, u *Unit) error {
	_, err := tx.Exec(ctx, `UPDATE units SET parent = $2, by_place = $3 WHERE id = $1`, string(u.ID), string(u.Parent), u.ByPlace)
	return err
}

// appendHistory stores what the unit is called from now on.
func appendHistory(ctx context.Context, tx *db.Tx, u *Unit) error {
	_, err := tx.Exec(ctx, `INSERT INTO unit_history (id, unit, name, place, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, '')`,
		db.NewID(), string(u.ID), u.Name, u.Place, db.Time(tx.Now))
	return err
}

// History returns what a unit was called and where it was, the newest first.
func History(ctx context.Context, r db.Reader, unit UnitID) ([]Past, error) {
	return db.All(ctx, r, func(row db.Scanner) (Past, error) {
		var p Past
		err := row.Scan(&p.Name, &p.Place, db.Into(&p.From), db.Into(&p.Until))
		return p, err
	}, `SELECT name, place, valid_from, valid_to FROM unit_history WHERE unit = $1 ORDER BY valid_from DESC, id DESC`, string(unit))
}

// seatOver returns the authority of the smallest of the places in line, which
// goes from small to large; "" when there is none. It is not the unit itself.
func seatOver(ctx context.Context, r db.Reader, line []string, itself UnitID) (UnitID, error) {
	args := []any{string(itself)}
	for _, code := range line {
		args = append(args, code)
	}
	var id UnitID
	err := r.QueryRow(ctx, `
		SELECT id FROM units
		WHERE level IN ('province', 'city', 'district') AND state = 'confirmed' AND id <> $1 AND place IN (`+places(len(line))+`)
		ORDER BY place DESC LIMIT 1`, args...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// places is n placeholders from $2 on.
func places(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("$%d", i+2))
	}
	return strings.Join(list, ", ")
}

// authorityOver returns the name of the authority over the unit that has a
// credit code, or "".
func authorityOver(ctx context.Context, r db.Reader, code string) (string, error) {
	var name string
	err := r.QueryRow(ctx, `SELECT a.name FROM units u JOIN units a ON a.id = u.parent WHERE u.code = $1 AND u.state <> 'refused'`, code).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

func codeTaken(ctx context.Context, r db.Reader, code string) bool {
	_, err := UnitByCode(ctx, r, code)
	return err == nil
}

// isAbove reports whether the authority stands over the unit, at whatever
// distance.
func isAbove(ctx context.Context, r db.Reader, authority, unit UnitID) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT parent FROM units WHERE id = $1
			UNION SELECT u.parent FROM units u JOIN up ON u.id = up.id)
		SELECT COUNT(*) FROM up WHERE id = $2`, string(unit), string(authority)).Scan(&n)
	return n > 0, err
}

// pendingOf counts the units that a person registered and that wait for
// confirmation.
func pendingOf(ctx context.Context, r db.Reader, person PersonID) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COUNT(*) FROM units WHERE contact = $1 AND state = 'pending'`, string(person)).Scan(&n)
	return n, err
}

// lockUnit makes whoever else changes the unit, or what depends on it, wait.
func lockUnit(ctx context.Context, tx *db.Tx, id UnitID) error {
	_, err := tx.Exec(ctx, `UPDATE units SET parent = parent WHERE id = $1`, string(id))
	return err
}

// lockTree makes changes of the tree of authorities wait for one another: two
// moves that are each sound could together close a ring.
func lockTree(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE units SET parent = parent WHERE authority AND parent = ''`)
	return err
}

// takeUnits puts under a new authority what follows its place and stood
// directly under the authority above it until now.
func takeUnits(ctx context.Context, tx *db.Tx, u *Unit) error {
	_, err := tx.Exec(ctx, `UPDATE units SET parent = $1 WHERE by_place AND parent = $2 AND id <> $1 AND place LIKE $3`,
		string(u.ID), string(u.Parent), u.reach()+"%")
	return err
}

// leaveUnits gives the units that follow their place to the authority above u,
// and counts those that are left under u.
func leaveUnits(ctx context.Context, tx *db.Tx, u *Unit) (int, error) {
	if _, err := tx.Exec(ctx, `UPDATE units SET parent = $2 WHERE parent = $1 AND by_place`, string(u.ID), string(u.Parent)); err != nil {
		return 0, err
	}
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM units WHERE parent = $1 AND state IN ('pending', 'confirmed')`, string(u.ID)).Scan(&n)
	return n, err
}

// listUnits returns units below an authority and the unit itself, or all of
// them when from is "", in the order of their registration.
func listUnits(ctx context.Context, r db.Reader, from UnitID, f Filter) ([]*Unit, error) {
	q := `
		WITH RECURSIVE below (id) AS (
			SELECT id FROM units WHERE id = $1
			UNION SELECT u.id FROM units u JOIN below b ON u.parent = b.id WHERE u.authority)
		SELECT ` + unitColumns + ` FROM units
		WHERE ($1 = '' OR id = $1 OR parent IN (SELECT id FROM below)) AND id > $2`
	args := []any{string(from), string(f.After)}
	where := func(condition string, v any) {
		args = append(args, v)
		q += fmt.Sprintf(" AND "+condition, len(args))
	}
	if f.State != "" {
		where("state = $%d", f.State)
	}
	if f.Kind != "" {
		where("kind = $%d", f.Kind)
	}
	if f.Place != "" {
		where("place LIKE $%d", (&Unit{Place: f.Place}).reach()+"%")
	}
	if f.Authorities {
		q += " AND authority"
	}
	if f.Text != "" {
		where(`(name LIKE $%[1]d ESCAPE '!' OR code LIKE $%[1]d ESCAPE '!')`, "%"+escape.Replace(f.Text)+"%")
	}
	args = append(args, f.limit())
	return db.All(ctx, r, scanUnit, q+fmt.Sprintf(" ORDER BY id LIMIT $%d", len(args)), args...)
}

// escape takes the meaning from the characters that LIKE knows.
var escape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// AuthorityAt returns the confirmed authority of a level for a place, or nil:
// that of the place itself, of its city, of its province.
func AuthorityAt(ctx context.Context, r db.Reader, level, place string) (*Unit, error) {
	if len(place) != 6 {
		return nil, nil
	}
	switch level {
	case City:
		place = place[:4] + "00"
	case Province:
		place = place[:2] + "0000"
	}
	found, err := db.All(ctx, r, scanUnit, `
		SELECT `+unitColumns+` FROM units WHERE authority AND level = $1 AND place = $2 AND state = 'confirmed' ORDER BY id LIMIT 1`, level, place)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}
