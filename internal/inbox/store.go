package inbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const columns = `id, person, key, args, link, sent, read_at`

func scan(row db.Scanner) (n Notice, err error) {
	var args string
	if err = row.Scan(&n.ID, &n.Person, &n.Key, &args, &n.Link, db.Into(&n.At), db.Into(&n.Read)); err != nil {
		return n, err
	}
	n.Args, err = unpack(args)
	return n, err
}

func missing() error { return fault.New(fault.Missing, "inbox.missing") }

// find returns a notice, whosever it is.
func find(ctx context.Context, r db.Reader, id string) (Notice, error) {
	n, err := scan(r.QueryRow(ctx, `SELECT `+columns+` FROM notices WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return n, missing()
	}
	return n, err
}

// List returns up to limit notices of a person, the newest first, from the one
// after the notice with the id after; "" begins with the newest.
func List(ctx context.Context, r db.Reader, person, after string, limit int) ([]Notice, error) {
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM notices WHERE person = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`,
		person, after, limit)
}

// Unread counts the notices that a person has not read, up to [Most].
func Unread(ctx context.Context, r db.Reader, person string) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT id FROM notices WHERE person = $1 AND read_at = '' LIMIT $2) counted`, person, Most).Scan(&n)
	return n, err
}

// insert stores a notice; false when there is one to the person with that key.
func insert(ctx context.Context, tx *db.Tx, n Notice, once string) (bool, error) {
	args, err := pack(n.Args)
	if err != nil {
		return false, err
	}
	rows, err := tx.Exec(ctx, `
		INSERT INTO notices (id, person, key, args, link, once, sent, read_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '') ON CONFLICT DO NOTHING`,
		n.ID, n.Person, n.Key, args, n.Link, once, db.Time(n.At))
	return rows > 0, err
}

func markRead(ctx context.Context, tx *db.Tx, person, id string) error {
	_, err := tx.Exec(ctx, `UPDATE notices SET read_at = $3 WHERE id = $1 AND person = $2 AND read_at = ''`, id, person, db.Time(tx.Now))
	return err
}

func markAllRead(ctx context.Context, tx *db.Tx, person, newest string) error {
	_, err := tx.Exec(ctx, `UPDATE notices SET read_at = $3 WHERE person = $1 AND ($2 = '' OR id <= $2) AND read_at = ''`,
		person, newest, db.Time(tx.Now))
	return err
}

// forget deletes what was read before an instant.
func forget(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM notices WHERE read_at <> '' AND read_at < $1`, db.Time(before))
	return err
}
