package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const editionColumns = `id, register, keeper, number, adopted, adopted_person, adopted_unit, document, file, day,
	complete, complete_from, added, changed, ended, undoes, reason, blank`

func scanEdition(from db.Scanner) (*Edition, error) {
	e := &Edition{}
	return e, from.Scan(&e.ID, &e.Register, &e.Keeper, &e.Number, db.Into(&e.Adopted.At), &e.Adopted.Person, &e.Adopted.Unit,
		&e.Document, &e.File, &e.Day, &e.Complete, &e.CompleteFrom, &e.Added, &e.Changed, &e.Ended,
		&e.Undoes, &e.Reason, &e.Blank)
}

// newest returns the newest edition of every part of every register in which
// something stands, by register and keeper.
func newest(ctx context.Context, r db.Reader) ([]*Edition, error) {
	return db.All(ctx, r, scanEdition, `SELECT `+editionColumns+` FROM register_editions e
		WHERE number = (SELECT MAX(number) FROM register_editions n WHERE n.register = e.register AND n.keeper = e.keeper)
			AND NOT blank
		ORDER BY register, keeper`)
}

// editions returns the editions of one part of a register, the newest first.
func editions(ctx context.Context, r db.Reader, register string, keeper actor.UnitID) ([]*Edition, error) {
	return db.All(ctx, r, scanEdition, `SELECT `+editionColumns+` FROM register_editions
		WHERE register = $1 AND keeper = $2 ORDER BY number DESC`, register, string(keeper))
}

// editionsOf returns the editions of all parts of a register, by keeper, the
// oldest first.
func editionsOf(ctx context.Context, r db.Reader, register string) ([]*Edition, error) {
	return db.All(ctx, r, scanEdition, `SELECT `+editionColumns+` FROM register_editions
		WHERE register = $1 ORDER BY keeper, number`, register)
}

// insertEdition writes a new edition; when the same number was written
// meanwhile, somebody else was first.
func insertEdition(ctx context.Context, tx *db.Tx, e *Edition) error {
	n, err := tx.Exec(ctx, `INSERT INTO register_editions (`+editionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		e.ID, e.Register, string(e.Keeper), e.Number, db.Time(e.Adopted.At), string(e.Adopted.Person), string(e.Adopted.Unit),
		e.Document, e.File, e.Day, e.Complete, e.CompleteFrom, e.Added, e.Changed, e.Ended,
		e.Undoes, e.Reason, e.Blank)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "registry.overtaken")
	}
	return err
}

// scanHeld reads a row of a register as a row of a list.
func scanHeld(from db.Scanner) (*Row, error) {
	row, cells := &Row{}, ""
	if err := from.Scan(&row.ID, &row.List, &row.Unit, &row.key, &cells, &row.Person); err != nil {
		return nil, err
	}
	return row, json.Unmarshal([]byte(cells), &row.Cells)
}

// heldNow returns the rows of one part of a register that stand, in the order
// in which they came.
func heldNow(ctx context.Context, r db.Reader, register string, keeper actor.UnitID) ([]*Row, error) {
	rows, err := db.All(ctx, r, scanHeld, `SELECT id, register, keeper, key, cells, person FROM register_rows
		WHERE register = $1 AND keeper = $2 AND until = 0 ORDER BY id`, register, string(keeper))
	if err != nil {
		return nil, fmt.Errorf("read register %s: %w", register, err)
	}
	return rows, nil
}

// heldOf returns the rows of all registers that are about a unit.
func heldOf(ctx context.Context, r db.Reader, code string) ([]*Row, error) {
	return db.All(ctx, r, scanHeld, `SELECT id, register, keeper, key, cells, person FROM register_rows
		WHERE unit_code = $1 AND until = 0 ORDER BY id`, code)
}

// heldPage returns up to limit rows of one part of a register as its edition
// had them, after the row with that id.
func heldPage(ctx context.Context, r db.Reader, e *Edition, after RowID, limit int) ([]*Row, error) {
	return db.All(ctx, r, scanHeld, `SELECT id, register, keeper, key, cells, person FROM register_rows
		WHERE register = $1 AND keeper = $2 AND since <= $3 AND (until = 0 OR until > $3) AND id > $4 ORDER BY id LIMIT $5`,
		e.Register, string(e.Keeper), e.Number, string(after), limit)
}

// endHeld ends a row of a register with an edition.
func endHeld(ctx context.Context, tx *db.Tx, id RowID, edition int64) error {
	n, err := tx.Exec(ctx, `UPDATE register_rows SET until = $2 WHERE id = $1 AND until = 0`, string(id), edition)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "registry.overtaken")
	}
	return err
}

// atOnce is how many rows one statement inserts.
const atOnce = 400

// insertHeld writes rows of a register as of an edition.
func insertHeld(ctx context.Context, tx *db.Tx, e *Edition, rows []*Row) error {
	for len(rows) > 0 {
		some := rows[:min(atOnce, len(rows))]
		rows = rows[len(some):]
		var b strings.Builder
		b.WriteString(`INSERT INTO register_rows (id, register, keeper, key, cells, person, unit_code, since, until) VALUES `)
		var args []any
		for i, row := range some {
			cells, err := json.Marshal(row.Cells)
			if err != nil {
				return err
			}
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(")
			for range 8 {
				args = append(args, nil)
				b.WriteString("$" + strconv.Itoa(len(args)) + ", ")
			}
			b.WriteString("0)")
			copy(args[len(args)-8:], []any{string(row.ID), e.Register, string(e.Keeper), row.key, string(cells), row.Person, row.Cells["unit_code"], e.Number})
		}
		if _, err := tx.Exec(ctx, b.String(), args...); err != nil {
			if db.Unique(err) {
				return fault.New(fault.Conflict, "registry.overtaken").Because(err)
			}
			return err
		}
	}
	return nil
}
