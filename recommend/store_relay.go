package recommend

import (
	"context"
	"database/sql"
	"errors"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
)

func putRelay(ctx context.Context, tx *db.Tx, l Relay) error {
	if l.Until.IsZero() && l.Message == "" {
		_, err := tx.Exec(ctx, `DELETE FROM recommend_relays WHERE call = $1 AND authority = $2`, l.Call, l.Authority)
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO recommend_relays (call, authority, until, message, at, person) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (call, authority) DO UPDATE SET until = excluded.until, message = excluded.message, at = excluded.at, person = excluded.person`,
		l.Call, l.Authority, db.Time(l.Until), l.Message, db.Time(l.At), l.Person)
	return err
}

func relays(ctx context.Context, r db.Reader, id call.ID, unit actor.UnitID) ([]Relay, error) {
	return db.All(ctx, r, func(row db.Scanner) (l Relay, err error) {
		err = row.Scan(&l.Call, &l.Authority, &l.AuthorityName, db.Into(&l.Until), &l.Message, db.Into(&l.At), &l.Person)
		return l, err
	}, `
		WITH RECURSIVE up (id, far) AS (
			SELECT id, 0 FROM units WHERE id = $2
			UNION SELECT u.parent, up.far + 1 FROM units u JOIN up ON u.id = up.id WHERE up.far < 10)
		SELECT l.call, l.authority, u.name, l.until, l.message, l.at, l.person
		FROM recommend_relays l JOIN up ON up.id = l.authority JOIN units u ON u.id = l.authority
		WHERE l.call = $1 ORDER BY up.far`, id, unit)
}

const appealColumns = `id, application, step, ground, asked, asked_by, state, answer, answered, answered_by`

func scanAppeal(row db.Scanner) (*Appeal, error) {
	a := &Appeal{}
	err := row.Scan(&a.ID, &a.Application, &a.Step, &a.Ground, db.Into(&a.Asked), &a.AskedBy, &a.State, &a.Answer, db.Into(&a.Answered), &a.AnsweredBy)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errMissing()
	}
	return a, err
}

func findAppeal(ctx context.Context, r db.Reader, id AppealID) (*Appeal, error) {
	return scanAppeal(r.QueryRow(ctx, `SELECT `+appealColumns+` FROM recommend_appeals WHERE id = $1`, id))
}

// appeals returns the requests about an application, the oldest first.
func appeals(ctx context.Context, r db.Reader, id apply.ID) ([]*Appeal, error) {
	return db.All(ctx, r, scanAppeal, `SELECT `+appealColumns+` FROM recommend_appeals WHERE application = $1 ORDER BY asked, id`, id)
}

func insertAppeal(ctx context.Context, tx *db.Tx, a *Appeal) error {
	_, err := tx.Exec(ctx, `INSERT INTO recommend_appeals (`+appealColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', '')`,
		a.ID, a.Application, a.Step, a.Ground, db.Time(a.Asked), a.AskedBy, a.State)
	return err
}

// answerAppeal writes the answer to a request that has none, once.
func answerAppeal(ctx context.Context, tx *db.Tx, a *Appeal) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE recommend_appeals SET state = $1, answer = $2, answered = $3, answered_by = $4 WHERE id = $5 AND state = 'open'`,
		a.State, a.Answer, db.Time(a.Answered), a.AnsweredBy, a.ID)
	return n > 0, err
}
