package recommend

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const listColumns = `l.id, l.call, l.authority, u.name, l.form, l.stage, l.number, l.package, l.recommender, l.state, l.version, l.receiver, l.handed, l.handed_by,
	l.hash, l.body, l.reason, l.seal_hash, l.seal_name, l.seal_type, l.sealed, l.sealed_by, l.revision,
	(SELECT COUNT(*) FROM recommend_list_rows w WHERE w.list = l.id)`

const fromLists = ` FROM recommend_lists l JOIN units u ON u.id = l.authority`

func scanList(row db.Scanner) (*Summary, error) {
	l := &Summary{}
	err := row.Scan(&l.ID, &l.Call, &l.Authority, &l.AuthorityName, &l.Form, &l.Stage, &l.Number, &l.Package, &l.Recommender, &l.State, &l.Version, &l.Receiver,
		db.Into(&l.Handed), &l.HandedBy, &l.Hash, &l.body, &l.Reason, &l.Seal.Hash, &l.Seal.Name, &l.Seal.Type, db.Into(&l.Seal.At), &l.Seal.By, &l.revision, &l.Count)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoList()
	}
	return l, err
}

func errNoList() error { return fault.New(fault.Missing, "recommend.no_list") }

func findList(ctx context.Context, r db.Reader, id SummaryID) (*Summary, error) {
	return scanList(r.QueryRow(ctx, `SELECT `+listColumns+fromLists+` WHERE l.id = $1`, id))
}

// lockList is findList, with everybody else who would change the table waiting.
func lockList(ctx context.Context, tx *db.Tx, id SummaryID) (*Summary, error) {
	if _, err := tx.Exec(ctx, `UPDATE recommend_lists SET revision = revision + 1 WHERE id = $1`, id); err != nil {
		return nil, err
	}
	return findList(ctx, tx, id)
}

// listsOf returns the tables of an authority, and those handed up to it, the
// newest first.
func listsOf(ctx context.Context, r db.Reader, unit actor.UnitID) ([]*Summary, error) {
	return db.All(ctx, r, scanList, `SELECT `+listColumns+fromLists+` WHERE l.authority = $1 OR l.receiver = $1 AND l.state = 'handed' ORDER BY l.id DESC`, unit)
}

// openList returns the key of the table of an authority for a hand-in that is not
// handed up, "" when there is none. Of amendments any is the call.
func openList(ctx context.Context, r db.Reader, like *Summary, calls ...call.ID) (id SummaryID, err error) {
	for _, c := range calls {
		err = r.QueryRow(ctx, `SELECT id FROM recommend_lists WHERE call = $1 AND authority = $2 AND form = $3 AND stage = $4 AND state = 'open'`,
			c, like.Authority, like.Form, like.Stage).Scan(&id)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
	}
	return "", nil
}

// insertList stores a new table under the next number; false when somebody else
// just began one.
func insertList(ctx context.Context, tx *db.Tx, l *Summary) (bool, error) {
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) + 1 FROM recommend_lists WHERE call = $1 AND authority = $2 AND form = $3 AND stage = $4`,
		l.Call, l.Authority, l.Form, l.Stage).Scan(&l.Number); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO recommend_lists (id, call, authority, form, stage, number, package, recommender, state, version, receiver, handed, handed_by, hash, body, reason,
			seal_hash, seal_name, seal_type, sealed, sealed_by, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 0, '', '', '', '', '', '', '', '', '', '', '', 0)
		ON CONFLICT (call, authority, form, stage, number) DO NOTHING`,
		l.ID, l.Call, l.Authority, l.Form, l.Stage, l.Number, l.Package, l.Recommender)
	return n > 0, err
}

// saveList writes what handing up, giving back and sealing change of a table
// that is locked.
func saveList(ctx context.Context, tx *db.Tx, l *Summary) error {
	_, err := tx.Exec(ctx, `
		UPDATE recommend_lists SET state = $1, version = $2, receiver = $3, handed = $4, handed_by = $5, hash = $6, body = $7, reason = $8,
			seal_hash = $9, seal_name = $10, seal_type = $11, sealed = $12, sealed_by = $13
		WHERE id = $14`,
		l.State, l.Version, l.Receiver, db.Time(l.Handed), l.HandedBy, l.Hash, l.body, l.Reason,
		l.Seal.Hash, l.Seal.Name, l.Seal.Type, db.Time(l.Seal.At), l.Seal.By, l.ID)
	return err
}

// rowsOf returns the rows of a table in their order.
func rowsOf(ctx context.Context, r db.Reader, id SummaryID) ([]*Row, error) {
	return db.All(ctx, r, func(row db.Scanner) (*Row, error) {
		w := &Row{}
		var own, cells, state string
		var version int64
		if err := row.Scan(&w.ID, &w.Rank, &w.Application, &w.Version, &w.Reason, &own, &cells, &state, &version); err != nil {
			return nil, err
		}
		w.Changed = w.Application != "" && (apply.State(state) != apply.Submitted || version != w.Version)
		return w, errors.Join(json.Unmarshal([]byte(own), &w.Own), json.Unmarshal([]byte(cells), &w.Cells))
	}, `
		SELECT w.id, w.rank, w.application, w.version, w.reason, w.own, w.cells, COALESCE(a.state, ''), COALESCE(a.version, 0)
		FROM recommend_list_rows w LEFT JOIN applications a ON a.id = w.application WHERE w.list = $1 ORDER BY w.rank, w.id`, id)
}

// addRow puts a row at the end of a table that is locked.
func addRow(ctx context.Context, tx *db.Tx, id SummaryID, w *Row) error {
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(rank), 0) + 1 FROM recommend_list_rows WHERE list = $1`, id).Scan(&w.Rank); err != nil {
		return err
	}
	own, cells := w.texts()
	_, err := tx.Exec(ctx, `INSERT INTO recommend_list_rows (id, list, rank, application, version, reason, own, cells) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		w.ID, id, w.Rank, w.Application, w.Version, w.Reason, own, cells)
	return err
}

// texts are the two sets of texts of a row as they are stored.
func (w *Row) texts() (own, cells string) {
	o, _ := json.Marshal(w.Own) // maps of texts have a JSON form
	c, _ := json.Marshal(w.Cells)
	return string(o), string(c)
}

func saveRow(ctx context.Context, tx *db.Tx, w *Row) error {
	own, cells := w.texts()
	_, err := tx.Exec(ctx, `UPDATE recommend_list_rows SET rank = $1, version = $2, reason = $3, own = $4, cells = $5 WHERE id = $6`,
		w.Rank, w.Version, w.Reason, own, cells, w.ID)
	return err
}

// saveOrder numbers the rows of a table that is locked as they come.
func saveOrder(ctx context.Context, tx *db.Tx, rows []*Row) error {
	for i, w := range rows {
		if w.Rank == int64(i+1) {
			continue
		}
		w.Rank = int64(i + 1)
		if _, err := tx.Exec(ctx, `UPDATE recommend_list_rows SET rank = $1 WHERE id = $2`, w.Rank, w.ID); err != nil {
			return err
		}
	}
	return nil
}

func deleteRow(ctx context.Context, tx *db.Tx, id RowID) error {
	_, err := tx.Exec(ctx, `DELETE FROM recommend_list_rows WHERE id = $1`, id)
	return err
}

// leaveLists takes an application off the tables that were not handed up.
func leaveLists(ctx context.Context, tx *db.Tx, id apply.ID) error {
	lists, err := db.All(ctx, tx, func(row db.Scanner) (l SummaryID, err error) { return l, row.Scan(&l) }, `
		SELECT w.list FROM recommend_list_rows w JOIN recommend_lists l ON l.id = w.list WHERE w.application = $1 AND l.state = 'open' ORDER BY w.list`, id)
	if err != nil {
		return err
	}
	for _, one := range lists {
		if l, err := lockList(ctx, tx, one); err != nil {
			return err
		} else if l.State != SummaryOpen {
			continue // it was handed up meanwhile
		}
		if _, err := tx.Exec(ctx, `DELETE FROM recommend_list_rows WHERE list = $1 AND application = $2`, one, id); err != nil {
			return err
		}
		rows, err := rowsOf(ctx, tx, one)
		if err != nil {
			return err
		}
		if err := saveOrder(ctx, tx, rows); err != nil {
			return err
		}
	}
	return nil
}
