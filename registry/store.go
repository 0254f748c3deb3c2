package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const rowColumns = `id, version, unit, list, key, cells, person, sealed, evidence,
	entered, entered_person, entered_unit, confirmed, confirmed_person, confirmed_unit,
	verified, verified_person, verified_unit, ended, ended_person, ended_unit`

func scanRow(from db.Scanner) (*Row, error) {
	r, cells := &Row{}, ""
	if err := from.Scan(&r.ID, &r.Version, &r.Unit, &r.List, &r.key, &cells, &r.Person, &r.sealed, &r.Evidence,
		db.Into(&r.Entered.At), &r.Entered.Person, &r.Entered.Unit, db.Into(&r.Confirmed.At), &r.Confirmed.Person, &r.Confirmed.Unit,
		db.Into(&r.Verified.At), &r.Verified.Person, &r.Verified.Unit, db.Into(&r.Ended.At), &r.Ended.Person, &r.Ended.Unit); err != nil {
		return nil, err
	}
	return r, json.Unmarshal([]byte(cells), &r.Cells)
}

// standing returns the rows of a unit's list that stand, in the order in which
// they were first entered; of every list for "".
func standing(ctx context.Context, r db.Reader, unit actor.UnitID, list string) ([]*Row, error) {
	rows, err := db.All(ctx, r, scanRow, `SELECT `+rowColumns+` FROM profile_rows
		WHERE unit = $1 AND (list = $2 OR $2 = '') AND ended = '' ORDER BY id`, string(unit), list)
	if err != nil {
		return nil, fmt.Errorf("read the profile of %s: %w", unit, err)
	}
	return rows, nil
}

// standingAsStored is standing of every list, for a snapshot.
func standingAsStored(ctx context.Context, r db.Reader, unit actor.UnitID) ([]*frozenRow, error) {
	rows, err := db.All(ctx, r, func(from db.Scanner) (*frozenRow, error) {
		f, cells := &frozenRow{}, ""
		err := from.Scan(&f.ID, &f.Version, &f.List, &cells, &f.PersonKey, &f.Evidence, &f.Entered.At, &f.Entered.Person, &f.Entered.Unit,
			&f.Confirmed.At, &f.Confirmed.Person, &f.Confirmed.Unit, &f.Verified.At, &f.Verified.Person, &f.Verified.Unit)
		f.Cells = json.RawMessage(cells)
		return f, err
	}, `SELECT id, version, list, cells, person, evidence, entered, entered_person, entered_unit, confirmed, confirmed_person, confirmed_unit,
		verified, verified_person, verified_unit FROM profile_rows WHERE unit = $1 AND ended = '' ORDER BY list, id`, string(unit))
	if rows == nil {
		rows = []*frozenRow{}
	}
	return rows, err
}

// first returns the first rows of a roster that stand, in the order in which
// they were first entered.
func first(ctx context.Context, r db.Reader, o Roster, limit int) ([]*Row, error) {
	return db.All(ctx, r, scanRow, `SELECT `+rowColumns+` FROM profile_rows
		WHERE unit = $1 AND list = $2 AND ended = '' ORDER BY id LIMIT $3`, string(o.Unit), o.List, limit)
}

// versions returns all versions of a row, the oldest first; a Missing fault
// when there is none.
func versions(ctx context.Context, r db.Reader, id RowID) ([]*Row, error) {
	rows, err := db.All(ctx, r, scanRow, `SELECT `+rowColumns+` FROM profile_rows WHERE id = $1 ORDER BY version`, string(id))
	if err == nil && len(rows) == 0 {
		return nil, fault.New(fault.Missing, "registry.missing")
	}
	return rows, err
}

// end closes the version of a row that stands. When it is not that version any
// more, somebody else was first.
func end(ctx context.Context, tx *db.Tx, r *Row) error {
	n, err := tx.Exec(ctx, `UPDATE profile_rows SET ended = $3, ended_person = $4, ended_unit = $5
		WHERE id = $1 AND version = $2 AND ended = ''`, string(r.ID), r.Version, db.Time(tx.Now), tx.By.Person, tx.By.Unit)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "registry.overtaken")
	}
	return err
}

// insert writes a new version of a row. Two rows that are the same thing cannot
// stand beside each other, whoever writes them.
func insert(ctx context.Context, tx *db.Tx, r *Row) error {
	cells, err := json.Marshal(r.Cells)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO profile_rows (`+rowColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', '', '') ON CONFLICT DO NOTHING`,
		string(r.ID), r.Version, string(r.Unit), r.List, r.key, string(cells), r.Person, string(r.sealed), r.Evidence,
		db.Time(r.Entered.At), string(r.Entered.Person), string(r.Entered.Unit),
		db.Time(r.Confirmed.At), string(r.Confirmed.Person), string(r.Confirmed.Unit),
		db.Time(r.Verified.At), string(r.Verified.Person), string(r.Verified.Unit))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "registry.overtaken")
	}
	return err
}

// mark writes who confirmed or verified the version of a row that stands.
func mark(ctx context.Context, tx *db.Tx, r *Row) error {
	n, err := tx.Exec(ctx, `UPDATE profile_rows SET confirmed = $3, confirmed_person = $4, confirmed_unit = $5,
			verified = $6, verified_person = $7, verified_unit = $8
		WHERE id = $1 AND version = $2 AND ended = ''`, string(r.ID), r.Version,
		db.Time(r.Confirmed.At), string(r.Confirmed.Person), string(r.Confirmed.Unit),
		db.Time(r.Verified.At), string(r.Verified.Person), string(r.Verified.Unit))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "registry.overtaken")
	}
	return err
}

// keepSnapshot stores a frozen copy; the same text is stored once.
func keepSnapshot(ctx context.Context, tx *db.Tx, s Snapshot) error {
	_, err := tx.Exec(ctx, `INSERT INTO profile_snapshots (hash, unit, taken, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		s.Hash, string(s.Unit), db.Time(tx.Now), string(s.Body))
	return err
}

// FindSnapshot returns a frozen copy by its hash.
func FindSnapshot(ctx context.Context, r db.Reader, hash string) (Snapshot, error) {
	s, body := Snapshot{Hash: hash}, ""
	err := r.QueryRow(ctx, `SELECT unit, body FROM profile_snapshots WHERE hash = $1`, hash).Scan(&s.Unit, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.New(fault.Missing, "registry.missing")
	}
	s.Body = []byte(body)
	return s, err
}
