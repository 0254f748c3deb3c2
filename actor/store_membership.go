package actor

import (
	"context"
	"database/sql"
	"errors"

	"shenbao/internal/db"
)

// held is a membership as far as permissions need it.
type held struct {
	scope Scope
	state string // of the unit; "" for a role of the whole platform
}

// current is the condition on a membership m that it holds at the instant $1.
const current = `m.ended = '' AND m.valid_from <= $1 AND (m.valid_to = '' OR m.valid_to > $1)`

// findStanding returns the membership that by names, or nil when they do not
// hold it now.
func findStanding(ctx context.Context, r db.Reader, by db.By) (*held, error) {
	var scope string
	h := &held{}
	err := r.QueryRow(ctx, `
		SELECT m.scope, COALESCE(u.state, '')
		FROM memberships m JOIN people p ON p.id = m.person LEFT JOIN units u ON u.id = m.unit
		WHERE m.person = $2 AND m.unit = $3 AND m.role = $4 AND NOT p.disabled AND `+current,
		db.Time(r.At()), by.Person, by.Unit, by.Role).Scan(&scope, &h.state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	h.scope = scopeOf(scope)
	return h, err
}

const selectMembership = `
	SELECT m.id, m.person, p.name, m.unit, COALESCE(u.name, ''), m.role, m.scope, m.valid_from, m.valid_to, m.granted_by
	FROM memberships m JOIN people p ON p.id = m.person LEFT JOIN units u ON u.id = m.unit `

func scanMembership(row db.Scanner) (*Membership, error) {
	m := &Membership{}
	var scope string
	err := row.Scan(&m.ID, &m.Person, &m.PersonName, &m.Unit, &m.UnitName, &m.Role, &scope, db.Into(&m.From), db.Into(&m.Until), &m.GrantedBy)
	m.Scope = scopeOf(scope)
	return m, err
}

func findMembership(ctx context.Context, r db.Reader, id string) (*Membership, error) {
	m, err := scanMembership(r.QueryRow(ctx, selectMembership+`WHERE m.id = $2 AND `+current, db.Time(r.At()), id))
	if err != nil {
		return nil, missing(err)
	}
	return m, nil
}

func membershipsOf(ctx context.Context, r db.Reader, person PersonID) ([]*Membership, error) {
	return db.All(ctx, r, scanMembership, selectMembership+`WHERE m.person = $2 AND `+current+` ORDER BY m.id`, db.Time(r.At()), string(person))
}

func membersOf(ctx context.Context, r db.Reader, unit UnitID) ([]*Membership, error) {
	return db.All(ctx, r, scanMembership, selectMembership+`WHERE m.unit = $2 AND `+current+` ORDER BY m.id`, db.Time(r.At()), string(unit))
}

// storeMembership inserts a membership; false when the person holds the role
// there already.
func storeMembership(ctx context.Context, tx *db.Tx, m *Membership) (bool, error) {
	// One that has run out still stands in the way of its successor.
	if _, err := tx.Exec(ctx, `UPDATE memberships SET ended = valid_to WHERE person = $1 AND ended = '' AND valid_to <> '' AND valid_to <= $2`,
		string(m.Person), db.Time(tx.Now)); err != nil {
		return false, err
	}
	return one(tx.Exec(ctx, `
		INSERT INTO memberships (id, person, unit, role, scope, valid_from, valid_to, granted_by, ended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '') ON CONFLICT DO NOTHING`,
		m.ID, string(m.Person), string(m.Unit), string(m.Role), m.Scope.text(), db.Time(m.From), db.Time(m.Until), string(m.GrantedBy)))
}

// endMembership ends a membership; false when somebody did so before.
func endMembership(ctx context.Context, tx *db.Tx, id string) (bool, error) {
	return one(tx.Exec(ctx, `UPDATE memberships SET ended = $2 WHERE id = $1 AND ended = ''`, id, db.Time(tx.Now)))
}

func endMemberships(ctx context.Context, tx *db.Tx, unit UnitID) error {
	_, err := tx.Exec(ctx, `UPDATE memberships SET ended = $2 WHERE unit = $1 AND ended = ''`, string(unit), db.Time(tx.Now))
	return err
}

// lockHolders makes two that take away a role of the same unit wait for one
// another.
func lockHolders(ctx context.Context, tx *db.Tx, m *Membership) error {
	_, err := tx.Exec(ctx, `UPDATE memberships SET scope = scope WHERE unit = $1 AND role = $2 AND ended = ''`, string(m.Unit), string(m.Role))
	return err
}

// otherHolders counts the other people who hold a role in the unit and can use
// it.
func otherHolders(ctx context.Context, r db.Reader, m *Membership) (int, error) {
	var n int
	err := r.QueryRow(ctx, `
		SELECT COUNT(*) FROM memberships m JOIN people p ON p.id = m.person
		WHERE m.unit = $2 AND m.role = $3 AND m.person <> $4 AND NOT p.disabled AND `+current,
		db.Time(r.At()), string(m.Unit), string(m.Role), string(m.Person)).Scan(&n)
	return n, err
}

// holders returns the people who hold a role now and can use it, in order.
func holders(ctx context.Context, r db.Reader, role Role) ([]PersonID, error) {
	return db.All(ctx, r, func(row db.Scanner) (p PersonID, err error) {
		err = row.Scan(&p)
		return p, err
	}, `SELECT DISTINCT m.person FROM memberships m JOIN people p ON p.id = m.person WHERE m.role = $2 AND NOT p.disabled AND `+current+` ORDER BY m.person`,
		db.Time(r.At()), string(role))
}
