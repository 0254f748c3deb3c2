package registry

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"shenbao/internal/db"
)

// endEdition ends the rows that the edition that e takes back brought.
func endEdition(ctx context.Context, tx *db.Tx, e *Edition) error {
	_, err := tx.Exec(ctx, `UPDATE register_rows SET until = $4 WHERE register = $1 AND keeper = $2 AND since = $3 AND until = 0`,
		e.Register, string(e.Keeper), e.Undoes, e.Number)
	return err
}

// endedBy returns the rows that the edition that e takes back ended.
func endedBy(ctx context.Context, r db.Reader, e *Edition) ([]*Row, error) {
	return db.All(ctx, r, scanHeld, `SELECT id, register, keeper, key, cells, person FROM register_rows
		WHERE register = $1 AND keeper = $2 AND until = $3 ORDER BY id`, e.Register, string(e.Keeper), e.Undoes)
}

// newestOf is the id of the newest edition of the part that e is of.
func newestOf(ctx context.Context, r db.Reader, e *Edition) (id string, err error) {
	err = r.QueryRow(ctx, `SELECT id FROM register_editions WHERE register = $1 AND keeper = $2 ORDER BY number DESC LIMIT 1`,
		e.Register, string(e.Keeper)).Scan(&id)
	return id, err
}

// read fills the finder of the part that e is of.
func (f *finder) read(ctx context.Context, r db.Reader, e *Edition) error {
	list := FindRegister(e.Register)
	var whole strings.Builder
	err := db.Each(ctx, r, func(from db.Scanner) error {
		t, cells, body := rowText{begins: whole.Len()}, map[string]string{}, ""
		if err := from.Scan(&t.id, &t.since, &t.until, &t.code, &body); err != nil {
			return err
		}
		f.texts = append(f.texts, t)
		err := json.Unmarshal([]byte(body), &cells)
		whole.WriteString(sought(list, cells))
		whole.WriteByte('\n')
		return err
	}, `SELECT id, since, until, unit_code, cells FROM register_rows WHERE register = $1 AND keeper = $2 ORDER BY id`, e.Register, string(e.Keeper))
	f.whole = whole.String()
	return err
}

// heldByID returns rows of a register by their ids, in order.
func heldByID(ctx context.Context, r db.Reader, ids []RowID) ([]*Row, error) {
	var out []*Row
	for len(ids) > 0 {
		some := ids[:min(atOnce, len(ids))]
		ids = ids[len(some):]
		var args []any
		var marks []string
		for _, id := range some {
			args = append(args, string(id))
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		rows, err := db.All(ctx, r, scanHeld, `SELECT id, register, keeper, key, cells, person FROM register_rows
			WHERE id IN (`+strings.Join(marks, ", ")+`) ORDER BY id`, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// heldWithCode returns a page of the rows of an edition about a unit.
func heldWithCode(ctx context.Context, r db.Reader, code string, p place) ([]*Row, error) {
	e := p.edition
	return db.All(ctx, r, scanHeld, `SELECT id, register, keeper, key, cells, person FROM register_rows
		WHERE unit_code = $1 AND register = $2 AND keeper = $3 AND since <= $4 AND (until = 0 OR until > $4) AND id > $5
		ORDER BY id LIMIT $6`, code, e.Register, string(e.Keeper), e.Number, string(p.after), p.limit)
}

// heldNumbered returns the rows of an edition about the person or the unit of a
// number.
func heldNumbered(ctx context.Context, r db.Reader, e *Edition, n number) ([]*Row, error) {
	if n.person == "" {
		return heldWithCode(ctx, r, n.code, place{e, "", pageRows})
	}
	return db.All(ctx, r, scanHeld, `SELECT id, register, keeper, key, cells, person FROM register_rows
		WHERE person = $1 AND register = $2 AND keeper = $3 AND since <= $4 AND (until = 0 OR until > $4) ORDER BY id LIMIT $5`,
		n.person, e.Register, string(e.Keeper), e.Number, pageRows)
}
