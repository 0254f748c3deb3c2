package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Filter says which lines are asked for.
type Filter struct {
	Subject string // as call:0193…; "" is any
	Person  string // who acted; "" is anybody
	Before  string // the id of the last line of the page before; "" begins with the newest
	Limit   int    // lines; 50 when 0, 1000 at most
}

// Lines returns the lines of the filter, newest first. Whether the reader may
// see them is asked before.
func Lines(ctx context.Context, r db.Reader, f Filter) ([]Line, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	if f.Before == "" {
		f.Before = "g" // sorts after every hexadecimal id, by bytes and by language
	}
	where, args := "id < $1", []any{f.Before, min(f.Limit, 1000)}
	for column, value := range map[string]string{"subject": f.Subject, "person": f.Person} {
		if value != "" {
			args = append(args, value)
			where += fmt.Sprintf(" AND %s = $%d", column, len(args))
		}
	}
	all, err := db.All(ctx, r, func(row db.Scanner) (l Line, err error) {
		var payload string
		err = row.Scan(&l.ID, &l.Seq, db.Into(&l.At), &l.Person, &l.Unit, &l.Role, &l.Verb, &l.Subject, &l.Clause, &payload)
		l.Payload = []byte(payload)
		return l, err
	}, `
		SELECT id, seq, at, person, unit, role, verb, subject, clause, payload
		FROM journal WHERE `+where+` ORDER BY id DESC LIMIT $2`, args...)
	if all == nil {
		all = []Line{} // a page of nothing is [] for programs too
	}
	return all, err
}

const recordColumns = `seq, id, at, person, unit, role, verb, subject, clause, commitment, salt, payload`

func (r *record) into() []any {
	return []any{&r.seq, &r.id, &r.at, &r.person, &r.unit, &r.role, &r.verb, &r.subject, &r.clause, &r.commitment, &r.salt, &r.payload}
}

func scanRecord(row db.Scanner) (one record, err error) {
	err = row.Scan(one.into()...)
	return one, err
}

// unsealed returns lines that have no place yet.
func unsealed(ctx context.Context, r db.Reader, after string, limit int) ([]record, error) {
	return db.All(ctx, r, scanRecord, `SELECT `+recordColumns+` FROM journal WHERE seq = 0 AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// sealed returns the lines after a place, in their order.
func sealed(ctx context.Context, r db.Reader, after int64, limit int) ([]record, error) {
	return db.All(ctx, r, scanRecord, `SELECT `+recordColumns+` FROM journal WHERE seq > 0 AND seq > $1 ORDER BY seq LIMIT $2`, after, limit)
}

// find returns the stored line with an id.
func find(ctx context.Context, r db.Reader, id string) (*record, error) {
	all, err := db.All(ctx, r, scanRecord, `SELECT `+recordColumns+` FROM journal WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.Missing, "journal.missing", id)
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// place gives a line its place. It reports whether the line had none before.
func place(ctx context.Context, tx *db.Tx, id string, seq int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE journal SET seq = $2 WHERE id = $1 AND seq = 0`, id, seq)
	return n == 1, err
}

func storeHash(ctx context.Context, tx *db.Tx, at int64, h tlog.Hash) error {
	_, err := tx.Exec(ctx, `INSERT INTO journal_hashes (place, hash) VALUES ($1, $2)`, at, h.String())
	return err
}

// storedHashes reads hashes of the tree by their places.
func storedHashes(ctx context.Context, r db.Reader, places []int64) (map[int64]tlog.Hash, error) {
	found := map[int64]tlog.Hash{}
	if len(places) == 0 {
		return found, nil
	}
	var list strings.Builder
	args := make([]any, len(places))
	for i, p := range places {
		args[i] = p
		fmt.Fprintf(&list, ", $%d", i+1)
	}
	return found, db.Each(ctx, r, intoHashes(found), `SELECT place, hash FROM journal_hashes WHERE place IN (`+list.String()[2:]+`)`, args...)
}

// hashesFrom reads the hashes of the tree in order of their places.
func hashesFrom(ctx context.Context, r db.Reader, from, below int64) (map[int64]tlog.Hash, error) {
	found := map[int64]tlog.Hash{}
	return found, db.Each(ctx, r, intoHashes(found), `SELECT place, hash FROM journal_hashes WHERE place >= $1 AND place < $2`, from, below)
}

func intoHashes(found map[int64]tlog.Hash) func(db.Scanner) error {
	return func(row db.Scanner) error {
		var at int64
		var text string
		if err := row.Scan(&at, &text); err != nil {
			return err
		}
		// A hash that is none is as good as a wrong one.
		found[at], _ = tlog.ParseHash(text)
		return nil
	}
}

func storeCheckpoint(ctx context.Context, tx *db.Tx, c *Checkpoint) error {
	_, err := tx.Exec(ctx, `INSERT INTO journal_checkpoints (size, at, note) VALUES ($1, $2, $3)`, c.Size, db.Time(c.At), c.Note)
	return err
}

// newest returns the size and the note of the newest checkpoint; 0 and ""
// before the first.
func newest(ctx context.Context, r db.Reader) (size int64, text string, err error) {
	err = r.QueryRow(ctx, `SELECT size, note FROM journal_checkpoints ORDER BY size DESC LIMIT 1`).Scan(&size, &text)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return size, text, err
}

// Newest returns the newest checkpoint; nil before the first.
func Newest(ctx context.Context, r db.Reader) (*Checkpoint, error) {
	_, text, err := newest(ctx, r)
	if err != nil || text == "" {
		return nil, err
	}
	return readCheckpoint(text)
}

// covering returns the note of the first checkpoint that holds a place.
func covering(ctx context.Context, r db.Reader, seq int64) (text string, err error) {
	err = r.QueryRow(ctx, `SELECT note FROM journal_checkpoints WHERE size >= $1 ORDER BY size LIMIT 1`, seq).Scan(&text)
	return text, err
}

// notes returns the sizes and notes of all checkpoints, the smallest first.
func notes(ctx context.Context, r db.Reader) ([]int64, []string, error) {
	var sizes []int64
	var texts []string
	err := db.Each(ctx, r, func(row db.Scanner) error {
		var size int64
		var text string
		if err := row.Scan(&size, &text); err != nil {
			return err
		}
		sizes, texts = append(sizes, size), append(texts, text)
		return nil
	}, `SELECT size, note FROM journal_checkpoints ORDER BY size`)
	return sizes, texts, err
}
