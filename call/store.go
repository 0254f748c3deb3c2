package call

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const callColumns = `id, package, hash, title, number, issuer, issuer_name, place, mode, year, state, reason, amends, replaced_by,
	drafted, published, opens, closes`

type scanner interface{ Scan(...any) error }

func scanCall(row scanner) (*Call, error) {
	c := &Call{}
	err := row.Scan(&c.ID, &c.Package, &c.Hash, &c.Title, &c.Number, &c.Issuer, &c.IssuerName, &c.Place, &c.Mode, &c.Year, &c.State,
		&c.Reason, &c.Amends, &c.ReplacedBy, db.Into(&c.Drafted), db.Into(&c.Published), db.Into(&c.Opens), db.Into(&c.Closes))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Missing, "call.missing")
	}
	return c, err
}

// find returns a call whoever asks, without what hangs on it.
func find(ctx context.Context, r db.Reader, id ID) (*Call, error) {
	c, err := scanCall(r.QueryRow(ctx, `SELECT `+callColumns+` FROM calls WHERE id = $1`, id))
	if err != nil {
		return nil, err
	}
	if c.Windows, err = windows(ctx, r, id); err != nil {
		return nil, err
	}
	if c.Attachments, err = attachments(ctx, r, id); err != nil {
		return nil, err
	}
	c.Extensions, err = extensions(ctx, r, id)
	return c, err
}

// each calls scan for every row of a query.
func each(ctx context.Context, r db.Reader, scan func(scanner) error, q string, args ...any) error {
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func windows(ctx context.Context, r db.Reader, id ID) (out []Window, err error) {
	err = each(ctx, r, func(row scanner) error {
		var w Window
		var clauses string
		err := row.Scan(&w.Stage, &w.Name, &w.Act, &w.Who, db.Into(&w.From), db.Into(&w.Until), &w.Received, &w.Channel, &w.To, &w.Does, &clauses)
		w.Clauses = strings.Fields(clauses)
		out = append(out, w)
		return err
	}, `SELECT stage, name, act, who, opens, ends, received, channel, receiver, does, clauses FROM call_windows WHERE call = $1 ORDER BY position`, id)
	return out, err
}

func attachments(ctx context.Context, r db.Reader, id ID) (out []Attachment, err error) {
	err = each(ctx, r, func(row scanner) error {
		var a Attachment
		err := row.Scan(&a.Hash, &a.Name, &a.Size, &a.Type, &a.Text, &a.Faults, db.Into(&a.Attached))
		out = append(out, a)
		return err
	}, `SELECT hash, name, size, type, text, faults, attached FROM call_attachments WHERE call = $1 ORDER BY attached, hash`, id)
	return out, err
}

func extensions(ctx context.Context, r db.Reader, id ID) (out []Extension, err error) {
	err = each(ctx, r, func(row scanner) error {
		var e Extension
		err := row.Scan(&e.ID, &e.Stage, db.Into(&e.Before), db.Into(&e.After), &e.Reason, db.Into(&e.Proposed), &e.ProposedBy, db.Into(&e.Approved), &e.ApprovedBy)
		out = append(out, e)
		return err
	}, `SELECT id, stage, ends_before, ends_after, reason, proposed, proposed_by, approved, approved_by FROM call_extensions WHERE call = $1 ORDER BY id`, id)
	return out, err
}

// last sorts after every instant: calls without an end come after those with
// one.
const last = "9999"

// insert stores a new call with its windows, fields and words.
func insert(ctx context.Context, tx *db.Tx, c *Call, fields []Field, words []string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO calls (`+callColumns+`, closes_order)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		c.ID, c.Package, c.Hash, c.Title, c.Number, c.Issuer, c.IssuerName, c.Place, c.Mode, c.Year, c.State, c.Reason, c.Amends, c.ReplacedBy,
		db.Time(c.Drafted), db.Time(c.Published), db.Time(c.Opens), db.Time(c.Closes), closesOrder(c))
	if err != nil {
		return err
	}
	if err := storeWindows(ctx, tx, c); err != nil {
		return err
	}
	for _, f := range fields {
		if _, err := tx.Exec(ctx, `INSERT INTO call_fields (call, code, name) VALUES ($1, $2, $3)`, c.ID, f.Code, f.Name); err != nil {
			return err
		}
	}
	for _, w := range words {
		if _, err := tx.Exec(ctx, `INSERT INTO call_words (word, call) VALUES ($1, $2)`, w, c.ID); err != nil {
			return err
		}
	}
	return nil
}

func closesOrder(c *Call) string {
	if c.Closes.IsZero() {
		return last
	}
	return db.Time(c.Closes)
}

func storeWindows(ctx context.Context, tx *db.Tx, c *Call) error {
	for i, w := range c.Windows {
		_, err := tx.Exec(ctx, `
			INSERT INTO call_windows (call, position, stage, name, act, who, opens, ends, received, channel, receiver, does, clauses)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			ON CONFLICT (call, stage) DO UPDATE SET opens = excluded.opens, ends = excluded.ends`,
			c.ID, i, w.Stage, w.Name, w.Act, w.Who, db.Time(w.From), db.Time(w.Until), w.Received, w.Channel, w.To, w.Does, strings.Join(w.Clauses, " "))
		if err != nil {
			return err
		}
	}
	return nil
}

// save writes what moves of a call change. The call must still be in the state
// in which it was found: two people do not undo each other.
func save(ctx context.Context, tx *db.Tx, c *Call, found State) error {
	n, err := tx.Exec(ctx, `
		UPDATE calls SET state = $1, reason = $2, replaced_by = $3, published = $4, opens = $5, closes = $6, closes_order = $7
		WHERE id = $8 AND state = $9`,
		c.State, c.Reason, c.ReplacedBy, db.Time(c.Published), db.Time(c.Opens), db.Time(c.Closes), closesOrder(c), c.ID, found)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "call.moved")
	}
	if err != nil {
		return err
	}
	return storeWindows(ctx, tx, c)
}

// moveEnd moves the end of a window from one instant to another, if it still
// stands there.
func moveEnd(ctx context.Context, tx *db.Tx, id ID, e Extension) error {
	n, err := tx.Exec(ctx, `UPDATE call_windows SET ends = $1 WHERE call = $2 AND stage = $3 AND ends = $4`,
		db.Time(e.After), id, e.Stage, db.Time(e.Before))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "call.moved")
	}
	return err
}

func insertExtension(ctx context.Context, tx *db.Tx, id ID, e Extension) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO call_extensions (id, call, stage, ends_before, ends_after, reason, proposed, proposed_by, approved, approved_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '')`,
		e.ID, id, e.Stage, db.Time(e.Before), db.Time(e.After), e.Reason, db.Time(e.Proposed), e.ProposedBy)
	return err
}

// approve marks a proposal as approved, once.
func approve(ctx context.Context, tx *db.Tx, e Extension) error {
	n, err := tx.Exec(ctx, `UPDATE call_extensions SET approved = $1, approved_by = $2 WHERE id = $3 AND approved = ''`,
		db.Time(e.Approved), e.ApprovedBy, e.ID)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "call.approved")
	}
	return err
}

func insertAttachment(ctx context.Context, tx *db.Tx, id ID, a Attachment) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO call_attachments (call, hash, name, size, type, text, faults, attached)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (call, hash) DO NOTHING`,
		id, a.Hash, a.Name, a.Size, a.Type, a.Text, a.Faults, db.Time(a.Attached))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "call.attached", a.Name)
	}
	return err
}

// keepPackage stores the copy of a package, once a version.
func keepPackage(ctx context.Context, tx *db.Tx, hash, id string, archive []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO call_packages (hash, id, archive) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING`, hash, id, archive)
	return err
}

func packageCopy(ctx context.Context, r db.Reader, hash string) (id string, archive []byte, err error) {
	err = r.QueryRow(ctx, `SELECT id, archive FROM call_packages WHERE hash = $1`, hash).Scan(&id, &archive)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.Missing, "call.missing")
	}
	return id, archive, err
}

func insertKept(ctx context.Context, tx *db.Tx, k kept) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO call_kept (token, call, facts, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (token) DO UPDATE SET facts = excluded.facts, until = excluded.until`,
		k.token, k.call, k.facts, db.Time(k.until))
	return err
}

func findKept(ctx context.Context, r db.Reader, token string) (k kept, err error) {
	err = r.QueryRow(ctx, `SELECT token, call, facts, until FROM call_kept WHERE token = $1`, token).Scan(&k.token, &k.call, &k.facts, db.Into(&k.until))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !r.At().Before(k.until) {
		err = fault.New(fault.Missing, "call.not_kept")
	}
	return k, err
}

// Forget removes what visitors typed and nobody came back for. It runs as
// housekeeping.
func Forget(ctx context.Context, tx *db.Tx) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM call_kept WHERE until <= $1`, db.Time(tx.Now))
}
