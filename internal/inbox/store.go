package inbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const columns = `id, person, unit, key, args, link, sent, read_at`

func scan(row db.Scanner) (n Notice, err error) {
	var args string
	if err = row.Scan(&n.ID, &n.Person, &n.Unit, &n.Key, &args, &n.Link, db.Into(&n.At), db.Into(&n.Read)); err != nil {
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
		INSERT INTO notices (id, person, unit, key, args, link, once, sent, read_at, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '') ON CONFLICT DO NOTHING`,
		n.ID, n.Person, n.Unit, n.Key, args, n.Link, once, db.Time(n.At))
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

// told returns a notice and those that other people of the unit got with the
// same once.
func told(ctx context.Context, r db.Reader, n Notice) ([]Notice, error) {
	return db.All(ctx, r, scan, `
		SELECT `+columns+` FROM notices WHERE id = $1
		UNION SELECT `+columns+` FROM notices WHERE unit = $2 AND once <> '' AND once = (SELECT once FROM notices WHERE id = $1)`, n.ID, n.Unit)
}

// chosen is what somebody chose about letters, "" for nothing.
func chosen(ctx context.Context, r db.Reader, person string) (c Choice, err error) {
	err = r.QueryRow(ctx, `SELECT digest FROM inbox_choices WHERE person = $1`, person).Scan(&c)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return c, err
}

func putChoice(ctx context.Context, tx *db.Tx, person string, c Choice) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO inbox_choices (person, digest) VALUES ($1, $2)
		ON CONFLICT (person) DO UPDATE SET digest = excluded.digest`, person, c)
	return err
}

// putOff lets a notice wait for the letter of the day.
func putOff(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE notices SET digest = '-' WHERE id = $1 AND digest = ''`, id)
	return err
}

// waits reports whether a notice was put off.
func waits(ctx context.Context, r db.Reader, id string) (yes bool, err error) {
	err = r.QueryRow(ctx, `SELECT digest <> '' FROM notices WHERE id = $1`, id).Scan(&yes)
	return yes, err
}

// waiting are the people for whom something waits for the letter of the day.
func waiting(ctx context.Context, r db.Reader) ([]string, error) {
	return db.All(ctx, r, func(row db.Scanner) (person string, err error) {
		err = row.Scan(&person)
		return person, err
	}, `SELECT DISTINCT person FROM notices WHERE digest = '-'`)
}

// take puts what waits for somebody, and was sent before an instant, into the
// letter of a day; what is there already stays.
func take(ctx context.Context, tx *db.Tx, l daily) error {
	_, err := tx.Exec(ctx, `UPDATE notices SET digest = $2 WHERE person = $1 AND digest = '-' AND sent < $3`, l.Person, l.Day, db.Time(l.Until))
	return err
}

// taken returns what stands in the letter of a day and was not read, the oldest
// first.
func taken(ctx context.Context, r db.Reader, l daily) ([]Notice, error) {
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM notices WHERE person = $1 AND digest = $2 AND read_at = '' ORDER BY id`, l.Person, l.Day)
}
