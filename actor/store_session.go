package actor

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"shenbao/internal/db"
)

// A session is a row of sessions with what it needs of its person.
type session struct {
	ID         string
	person     Person
	passwordAt time.Time
	membership string
	factors    int // proven: 1 password, 2 and a code; 0 = a code is still wanted
	misses     int // wrong codes
	Created    time.Time
	proved     time.Time // when the person last proved who they are
	Seen       time.Time
	ends       time.Time
	Source     string
	Agent      string
}

const sessionColumns = `s.id, s.membership, s.factors, s.misses, s.created, s.proved, s.seen, s.ends, s.source, s.agent,
	p.id, p.name, p.email, p.phone, p.language, p.disabled, p.totp <> '', p.password_at`

func scanSession(row db.Scanner) (*session, error) {
	s := &session{}
	p := &s.person
	err := row.Scan(&s.ID, &s.membership, &s.factors, &s.misses, db.Into(&s.Created), db.Into(&s.proved), db.Into(&s.Seen), db.Into(&s.ends), &s.Source, &s.Agent,
		&p.ID, &p.Name, &p.Email, &p.Phone, &p.Language, &p.Disabled, &p.TOTP, db.Into(&s.passwordAt))
	return s, err
}

// findSession returns the session of a token's hash, or nil.
func findSession(ctx context.Context, r db.Reader, hash string) (*session, error) {
	s, err := scanSession(r.QueryRow(ctx, `SELECT `+sessionColumns+` FROM sessions s JOIN people p ON p.id = s.person WHERE s.token = $1`, hash))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return s, err
}

func sessionsOf(ctx context.Context, r db.Reader, person PersonID) ([]*session, error) {
	return db.All(ctx, r, scanSession, `SELECT `+sessionColumns+` FROM sessions s JOIN people p ON p.id = s.person
		WHERE s.person = $1 AND s.ends > $2 ORDER BY s.id DESC`, string(person), db.Time(r.At()))
}

func storeSession(ctx context.Context, tx *db.Tx, s *session, hash string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO sessions (id, token, person, membership, factors, misses, created, proved, seen, ends, source, agent)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, $11)`,
		s.ID, hash, string(s.person.ID), s.membership, s.factors, db.Time(s.Created), db.Time(s.proved), db.Time(s.Seen), db.Time(s.ends), s.Source, s.Agent)
	return err
}

// renewSession gives a session another token and stores what was changed in it;
// false when somebody else renewed it first.
func renewSession(ctx context.Context, tx *db.Tx, s *session, before, hash string) (bool, error) {
	return one(tx.Exec(ctx, `UPDATE sessions SET token = $3, membership = $4, factors = $5, misses = 0, proved = $6, seen = $7, ends = $8
		WHERE id = $1 AND token = $2`,
		s.ID, before, hash, s.membership, s.factors, db.Time(s.proved), db.Time(tx.Now), db.Time(s.ends)))
}

func touchSession(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE sessions SET seen = $2 WHERE id = $1 AND seen < $2`, id, db.Time(tx.Now))
	return err
}

// missSession counts a wrong code and returns how many there were.
func missSession(ctx context.Context, tx *db.Tx, id string) (int, error) {
	var n int
	err := tx.Change(ctx, `UPDATE sessions SET misses = misses + 1 WHERE id = $1 RETURNING misses`, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return maxMisses, nil // somebody ended it meanwhile
	}
	return n, err
}

// endSession deletes a session of a person; false when there is none.
func endSession(ctx context.Context, tx *db.Tx, person PersonID, id string) (bool, error) {
	return one(tx.Exec(ctx, `DELETE FROM sessions WHERE id = $1 AND person = $2`, id, string(person)))
}

// endSessions deletes the sessions of a person but for one.
func endSessions(ctx context.Context, tx *db.Tx, person PersonID, except string) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM sessions WHERE person = $1 AND id <> $2`, string(person), except)
}

// keepSessions deletes the oldest sessions of a person beyond n.
func keepSessions(ctx context.Context, tx *db.Tx, person PersonID, n int) error {
	_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person = $1 AND id NOT IN
		(SELECT id FROM sessions WHERE person = $1 ORDER BY id DESC LIMIT $2)`, string(person), n)
	return err
}

const apiTokenColumns = `t.id, t.person, t.membership, t.label, t.scopes, t.created, t.expires`

func scanAPIToken(row db.Scanner) (*APIToken, error) {
	t := &APIToken{}
	var scopes string
	err := row.Scan(&t.ID, &t.person, &t.membership, &t.Label, &scopes, db.Into(&t.Created), db.Into(&t.Expires))
	t.Scopes = strings.Fields(scopes)
	return t, err
}

func storeAPIToken(ctx context.Context, tx *db.Tx, t *APIToken, hash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO api_tokens (id, token, person, membership, label, scopes, created, expires, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')`,
		t.ID, hash, string(t.person), t.membership, t.Label, strings.Join(t.Scopes, " "), db.Time(t.Created), db.Time(t.Expires))
	return err
}

// findAPIToken returns the token with that hash, or nil when there is none, it
// has run out, or its person is disabled.
func findAPIToken(ctx context.Context, r db.Reader, hash string) (*APIToken, error) {
	t, err := scanAPIToken(r.QueryRow(ctx, `SELECT `+apiTokenColumns+` FROM api_tokens t JOIN people p ON p.id = t.person
		WHERE t.token = $1 AND t.revoked = '' AND t.expires > $2 AND NOT p.disabled`, hash, db.Time(r.At())))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return t, err
}

func apiTokensOf(ctx context.Context, r db.Reader, person PersonID) ([]*APIToken, error) {
	return db.All(ctx, r, scanAPIToken, `SELECT `+apiTokenColumns+` FROM api_tokens t WHERE t.person = $1 AND t.revoked = '' AND t.expires > $2 ORDER BY t.id DESC`,
		string(person), db.Time(r.At()))
}

// revokeAPIToken revokes a token of a person; false when there is none.
func revokeAPIToken(ctx context.Context, tx *db.Tx, person PersonID, id string) (bool, error) {
	return one(tx.Exec(ctx, `UPDATE api_tokens SET revoked = $3 WHERE id = $1 AND person = $2 AND revoked = ''`, id, string(person), db.Time(tx.Now)))
}

func revokeAPITokens(ctx context.Context, tx *db.Tx, person PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE api_tokens SET revoked = $2 WHERE person = $1 AND revoked = ''`, string(person), db.Time(tx.Now))
	return err
}
