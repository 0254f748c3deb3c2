package hook

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const columns = `id, unit, name, format, language, kinds, host, address, secret, state, failures, failing, made, made_by`

func missing() error { return fault.New(fault.Missing, "hook.missing") }

func scan(row db.Scanner) (*Hook, error) {
	h := &Hook{}
	var kinds string
	err := row.Scan(&h.ID, &h.Unit, &h.Name, &h.Format, &h.Language, &kinds, &h.Host, &h.address, &h.secret, &h.State, &h.Failures, db.Into(&h.Failing),
		db.Into(&h.Made), &h.MadeBy)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, missing()
	}
	h.Kinds, h.Signed = strings.Fields(kinds), h.secret != ""
	return h, err
}

// find returns a hook, whosever it is.
func find(ctx context.Context, r db.Reader, id string) (*Hook, error) {
	return scan(r.QueryRow(ctx, `SELECT `+columns+` FROM hooks WHERE id = $1`, id))
}

// List returns the hooks of a unit, the oldest first, but for those that were
// removed.
func List(ctx context.Context, r db.Reader, unit string) ([]*Hook, error) {
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM hooks WHERE unit = $1 AND state <> 'removed' ORDER BY id`, unit)
}

func insertHook(ctx context.Context, tx *db.Tx, h *Hook) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO hooks (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '', $11, $12)`,
		h.ID, h.Unit, h.Name, h.Format, h.Language, strings.Join(h.Kinds, " "), h.Host, h.address, h.secret, h.State, db.Time(h.Made), h.MadeBy)
	return err
}

func saveHook(ctx context.Context, tx *db.Tx, h *Hook) error {
	_, err := tx.Exec(ctx, `UPDATE hooks SET state = $2, failures = $3, failing = $4, address = $5, secret = $6 WHERE id = $1`,
		h.ID, h.State, h.Failures, db.Time(h.Failing), h.address, h.secret)
	return err
}

// countFailure adds a failure to a hook, and returns it as it then is.
func countFailure(ctx context.Context, tx *db.Tx, id string) (*Hook, error) {
	return scan(tx.Change(ctx, `
		UPDATE hooks SET failures = failures + 1, failing = CASE WHEN failing = '' THEN $2 ELSE failing END WHERE id = $1
		RETURNING `+columns, id, db.Time(tx.Now)))
}

// arrived notes that the last message to a hook arrived.
func arrived(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE hooks SET failures = 0, failing = '' WHERE id = $1 AND failures > 0`, id)
	return err
}

const deliveryColumns = `id, hook, notice, state, outcome, code, attempts, made, ended`

func scanDelivery(row db.Scanner) (*Delivery, error) {
	d := &Delivery{}
	err := row.Scan(&d.ID, &d.Hook, &d.Notice, &d.State, &d.Outcome, &d.Code, &d.Attempts, db.Into(&d.Made), db.Into(&d.Ended))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, missing()
	}
	return d, err
}

func findDelivery(ctx context.Context, r db.Reader, id string) (*Delivery, error) {
	return scanDelivery(r.QueryRow(ctx, `SELECT `+deliveryColumns+` FROM hook_deliveries WHERE id = $1`, id))
}

// Deliveries returns up to limit deliveries of a hook, the newest first.
func Deliveries(ctx context.Context, r db.Reader, hook string, limit int) ([]*Delivery, error) {
	return db.All(ctx, r, scanDelivery, `SELECT `+deliveryColumns+` FROM hook_deliveries WHERE hook = $1 ORDER BY id DESC LIMIT $2`, hook, limit)
}

// insertDelivery stores a delivery; false when the hook was told the same before.
func insertDelivery(ctx context.Context, tx *db.Tx, d *Delivery, once string) (bool, error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO hook_deliveries (`+deliveryColumns+`, once) VALUES ($1, $2, $3, $4, '', 0, 0, $5, '', $6) ON CONFLICT DO NOTHING`,
		d.ID, d.Hook, d.Notice, d.State, db.Time(d.Made), once)
	return n > 0, err
}

func saveDelivery(ctx context.Context, tx *db.Tx, d *Delivery) error {
	_, err := tx.Exec(ctx, `UPDATE hook_deliveries SET state = $2, outcome = $3, code = $4, attempts = $5, ended = $6 WHERE id = $1`,
		d.ID, d.State, d.Outcome, d.Code, d.Attempts, db.Time(d.Ended))
	return err
}

// forget deletes the deliveries that ended before an instant, and those that
// never did but are as old.
func forget(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM hook_deliveries WHERE ended <> '' AND ended < $1 OR ended = '' AND made < $1`, db.Time(before))
	return err
}
