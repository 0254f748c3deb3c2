package actor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

const personColumns = `id, name, email, phone, language, disabled, totp <> '', created`

func scanPerson(row db.Scanner) (*Person, error) {
	p := &Person{}
	err := row.Scan(&p.ID, &p.Name, &p.Email, &p.Phone, &p.Language, &p.Disabled, &p.TOTP, db.Into(&p.Created))
	return p, err
}

// FindPerson returns the person with that id, whoever asks.
func FindPerson(ctx context.Context, r db.Reader, id PersonID) (*Person, error) {
	p, err := scanPerson(r.QueryRow(ctx, `SELECT `+personColumns+` FROM people WHERE id = $1`, string(id)))
	if err != nil {
		return nil, missing(err)
	}
	return p, nil
}

// personByEmail returns the person with that e-mail address, or nil.
func personByEmail(ctx context.Context, r db.Reader, email string) (*Person, error) {
	p, err := scanPerson(r.QueryRow(ctx, `SELECT `+personColumns+` FROM people WHERE email_key = $1`, emailKey(email)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return p, err
}

// listPeople returns accounts in the order in which they were opened.
func listPeople(ctx context.Context, r db.Reader, f PeopleFilter) ([]*Person, error) {
	q := `SELECT ` + personColumns + ` FROM people WHERE id > $1 AND (name LIKE $2 ESCAPE '!' OR email_key LIKE $2 ESCAPE '!') ORDER BY id LIMIT $3`
	return db.All(ctx, r, scanPerson, q, string(f.After), "%"+escape.Replace(f.Text)+"%", Filter{Limit: f.Limit}.limit())
}

// storePerson inserts an account; a Conflict fault when there is one with that
// e-mail address.
func storePerson(ctx context.Context, tx *db.Tx, p *Person, hash Hash) error {
	ok, err := one(tx.Exec(ctx, `
		INSERT INTO people (id, email, email_key, name, phone, language, disabled, password, password_at, totp, totp_new, totp_step, created)
		VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7, $8, '', '', 0, $8) ON CONFLICT DO NOTHING`,
		string(p.ID), p.Email, emailKey(p.Email), p.Name, string(p.Phone), p.Language, string(hash), db.Time(tx.Now)))
	if err == nil && !ok {
		return fault.New(fault.Conflict, "actor.email_taken").In("email")
	}
	return err
}

func savePerson(ctx context.Context, tx *db.Tx, p *Person) error {
	_, err := tx.Exec(ctx, `UPDATE people SET name = $2, phone = $3, language = $4 WHERE id = $1`,
		string(p.ID), p.Name, string(p.Phone), p.Language)
	return err
}

// setEmail changes an e-mail address; a Conflict fault when another account has
// it.
func setEmail(ctx context.Context, tx *db.Tx, person PersonID, email string) error {
	_, err := tx.Exec(ctx, `UPDATE people SET email = $2, email_key = $3 WHERE id = $1`, string(person), email, emailKey(email))
	if db.Unique(err) {
		return fault.New(fault.Conflict, "actor.email_taken").In("email")
	}
	return err
}

// setDisabled locks or unlocks an account; false when it was so before.
func setDisabled(ctx context.Context, tx *db.Tx, person PersonID, disabled bool) (bool, error) {
	return one(tx.Exec(ctx, `UPDATE people SET disabled = $2 WHERE id = $1 AND disabled <> $2`, string(person), disabled))
}

// lockPerson makes two changes of what a person holds wait for one another.
func lockPerson(ctx context.Context, tx *db.Tx, person PersonID) error {
	n, err := tx.Exec(ctx, `UPDATE people SET name = name WHERE id = $1`, string(person))
	if err == nil && n == 0 {
		return missing(sql.ErrNoRows)
	}
	return err
}

func anyPerson(ctx context.Context, r db.Reader) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT id FROM people LIMIT 1) one`).Scan(&n)
	return n > 0, err
}

// proofs are what somebody proves with that they are the person.
type proofs struct {
	password   Hash
	passwordAt time.Time
	totp       secret.Sealed
	totpNew    secret.Sealed // chosen, not proven yet
}

func findProofs(ctx context.Context, r db.Reader, person PersonID) (*proofs, error) {
	p := &proofs{}
	err := r.QueryRow(ctx, `SELECT password, password_at, totp, totp_new FROM people WHERE id = $1`, string(person)).
		Scan(&p.password, db.Into(&p.passwordAt), &p.totp, &p.totpNew)
	return p, missing(err)
}

func setPassword(ctx context.Context, tx *db.Tx, person PersonID, hash Hash) error {
	_, err := tx.Exec(ctx, `UPDATE people SET password = $2, password_at = $3 WHERE id = $1`, string(person), string(hash), db.Time(tx.Now))
	return err
}

// rehash stores the same password under new parameters, unless it was changed
// meanwhile.
func rehash(ctx context.Context, tx *db.Tx, person PersonID, before, hash Hash) error {
	_, err := tx.Exec(ctx, `UPDATE people SET password = $3 WHERE id = $1 AND password = $2`, string(person), string(before), string(hash))
	return err
}

func setNewTOTP(ctx context.Context, tx *db.Tx, person PersonID, key secret.Sealed) error {
	_, err := tx.Exec(ctx, `UPDATE people SET totp_new = $2 WHERE id = $1`, string(person), string(key))
	return err
}

// adoptTOTP makes the chosen key the one that counts; false when somebody else
// chose another meanwhile.
func adoptTOTP(ctx context.Context, tx *db.Tx, person PersonID, key secret.Sealed, step int64) (bool, error) {
	return one(tx.Exec(ctx, `UPDATE people SET totp = totp_new, totp_new = '', totp_step = $3 WHERE id = $1 AND totp_new = $2`,
		string(person), string(key), step))
}

func dropTOTP(ctx context.Context, tx *db.Tx, person PersonID) error {
	if _, err := tx.Exec(ctx, `UPDATE people SET totp = '', totp_new = '' WHERE id = $1`, string(person)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE person = $1`, string(person))
	return err
}

// useStep marks the time step of a code as used; false when it, or a later one,
// was used before. Of many who bring the same code one wins.
func useStep(ctx context.Context, tx *db.Tx, person PersonID, step int64) (bool, error) {
	return one(tx.Exec(ctx, `UPDATE people SET totp_step = $2 WHERE id = $1 AND totp_step < $2`, string(person), step))
}

// setRecovery replaces a person's recovery codes by those with these digests.
func setRecovery(ctx context.Context, tx *db.Tx, person PersonID, digests []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE person = $1`, string(person)); err != nil {
		return err
	}
	for _, d := range digests {
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_codes (person, code) VALUES ($1, $2)`, string(person), d); err != nil {
			return err
		}
	}
	return nil
}

// useRecovery uses up a recovery code; false when there is no such code.
func useRecovery(ctx context.Context, tx *db.Tx, person PersonID, digest string) (bool, error) {
	return one(tx.Exec(ctx, `DELETE FROM recovery_codes WHERE person = $1 AND code = $2`, string(person), digest))
}

func countRecovery(ctx context.Context, r db.Reader, person PersonID) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COUNT(*) FROM recovery_codes WHERE person = $1`, string(person)).Scan(&n)
	return n, err
}

// A oneTime is a one-time token: what it is for, and for whom.
type oneTime struct {
	purpose string
	person  PersonID
	email   string
	offer   Offer
	madeBy  PersonID
	expires time.Time
}

const oneTimeColumns = `purpose, person, email, unit, role, scope, valid_to, made_by, expires`

func scanOneTime(row db.Scanner) (*oneTime, error) {
	o := &oneTime{}
	var scope string
	err := row.Scan(&o.purpose, &o.person, &o.email, &o.offer.Unit, &o.offer.Role, &scope, db.Into(&o.offer.Until), &o.madeBy, db.Into(&o.expires))
	o.offer.Scope = scopeOf(scope)
	return o, err
}

func storeOneTime(ctx context.Context, tx *db.Tx, hash string, o *oneTime) error {
	_, err := tx.Exec(ctx, `INSERT INTO one_time_tokens (token, `+oneTimeColumns+`, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')`,
		hash, o.purpose, string(o.person), o.email, string(o.offer.Unit), string(o.offer.Role), o.offer.Scope.text(), db.Time(o.offer.Until), string(o.madeBy), db.Time(o.expires))
	return err
}

// errOver says that a one-time token was used, has run out or never was: which
// of them is nobody's business.
var errOver = fault.New(fault.Late, "actor.token_over")

// findOneTime looks at a token that can still be used.
func findOneTime(ctx context.Context, r db.Reader, hash, purpose string) (*oneTime, error) {
	o, err := scanOneTime(r.QueryRow(ctx, `SELECT `+oneTimeColumns+` FROM one_time_tokens WHERE token = $1 AND purpose = $2 AND used = '' AND expires > $3`,
		hash, purpose, db.Time(r.At())))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errOver
	}
	return o, err
}

// useOneTime uses a token up. Of many who bring it one wins.
func useOneTime(ctx context.Context, tx *db.Tx, hash, purpose string) (*oneTime, error) {
	o, err := scanOneTime(tx.Change(ctx, `UPDATE one_time_tokens SET used = $3 WHERE token = $1 AND purpose = $2 AND used = '' AND expires > $3
		RETURNING `+oneTimeColumns, hash, purpose, db.Time(tx.Now)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errOver
	}
	return o, err
}

// voidOneTimes uses up the tokens of a purpose that are out: those of a person,
// or of the whole installation for "".
func voidOneTimes(ctx context.Context, tx *db.Tx, purpose string, person PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE one_time_tokens SET used = $3 WHERE purpose = $1 AND person = $2 AND used = ''`, purpose, string(person), db.Time(tx.Now))
	return err
}

// count adds one attempt to a counter and returns its new state.
func count(ctx context.Context, tx *db.Tx, subject string, began time.Time) (int, error) {
	var n int
	err := tx.Change(ctx, `INSERT INTO attempts (subject, began, n) VALUES ($1, $2, 1)
		ON CONFLICT (subject, began) DO UPDATE SET n = attempts.n + 1 RETURNING n`, subject, db.Time(began)).Scan(&n)
	return n, err
}

// counted returns the state of a counter.
func counted(ctx context.Context, r db.Reader, subject string, began time.Time) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COALESCE(MAX(n), 0) FROM attempts WHERE subject = $1 AND began = $2`, subject, db.Time(began)).Scan(&n)
	return n, err
}

// uncount takes one attempt back.
func uncount(ctx context.Context, tx *db.Tx, subject string, began time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE attempts SET n = n - 1 WHERE subject = $1 AND began = $2 AND n > 0`, subject, db.Time(began))
	return err
}

// sweep deletes what has run out: counters, tokens and sessions.
func sweep(ctx context.Context, tx *db.Tx, before time.Time) error {
	for table, column := range map[string]string{"attempts": "began", "one_time_tokens": "expires", "sessions": "ends"} {
		if _, err := tx.Exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE %s < $1", table, column), db.Time(before)); err != nil {
			return err
		}
	}
	return nil
}
