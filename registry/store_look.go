package registry

import (
	"context"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/secret"
)

const lookColumns = `id, keeper, register, at, person, unit, role, kind, asked, number, found, line`

func scanLook(from db.Scanner) (*Look, error) {
	l, sealed := &Look{}, ""
	err := from.Scan(&l.ID, &l.Keeper, &l.Register, db.Into(&l.At), &l.Person, &l.Unit, &l.Role, &l.Kind, &sealed, &l.number, &l.Found, &l.Line)
	l.sealed = secret.Sealed(sealed)
	return l, err
}

// insertLook writes a look at one part; it waits for its line.
func insertLook(ctx context.Context, tx *db.Tx, l Look) error {
	_, err := tx.Exec(ctx, `INSERT INTO register_looks (`+lookColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')`,
		l.ID, string(l.Keeper), l.Register, db.Time(l.At), string(l.Person), string(l.Unit), l.Role, l.Kind, string(l.sealed), l.number, l.Found)
	return err
}

// lastLine is when the newest look of somebody at a register was made that has
// its line.
func lastLine(ctx context.Context, r db.Reader, person, register string) (at time.Time, err error) {
	err = r.QueryRow(ctx, `SELECT COALESCE(MAX(at), '') FROM register_looks
		WHERE person = $1 AND register = $2 AND line <> ''`, person, register).Scan(db.Into(&at))
	return at, err
}

// bindLooks binds the looks of somebody at a register that wait into a bundle,
// so that nobody else's line takes them, and returns them, the oldest first.
func bindLooks(ctx context.Context, tx *db.Tx, w waiter, bundle string) ([]*Look, error) {
	if err := lineLooks(ctx, tx, w, [2]string{"", bundle}); err != nil {
		return nil, err
	}
	return db.All(ctx, tx, scanLook, `SELECT `+lookColumns+` FROM register_looks
		WHERE person = $1 AND register = $2 AND line = $3 ORDER BY id, keeper`, w.person, w.register, bundle)
}

// lineLooks gives the looks of one line or bundle another.
func lineLooks(ctx context.Context, tx *db.Tx, w waiter, fromTo [2]string) error {
	_, err := tx.Exec(ctx, `UPDATE register_looks SET line = $4 WHERE person = $1 AND register = $2 AND line = $3`, w.person, w.register, fromTo[0], fromTo[1])
	return err
}

// waiters are those whose looks have waited since that instant.
func waiters(ctx context.Context, r db.Reader, since time.Time) ([]waiter, error) {
	return db.All(ctx, r, func(from db.Scanner) (w waiter, err error) {
		err = from.Scan(&w.person, &w.register)
		return w, err
	}, `SELECT person, register FROM register_looks WHERE line = '' GROUP BY person, register
		HAVING MIN(at) <= $1 ORDER BY person, register`, db.Time(since))
}

// looksAt returns looks at the parts of a keeper, "" for all, the newest first.
func looksAt(ctx context.Context, r db.Reader, keeper actor.UnitID, f LookFilter) ([]*Look, error) {
	return db.All(ctx, r, scanLook, `SELECT `+lookColumns+` FROM register_looks
		WHERE ($1 = '' OR keeper = $1) AND ($2 = '' OR register = $2) AND ($3 = '' OR person = $3) AND ($4 = '' OR id < $4)
		ORDER BY id DESC, keeper LIMIT $5`, string(keeper), f.Register, string(f.Person), f.Before, pageRows)
}

// eachLined calls fn with every look and the line that it names, the looks of a
// line together and in the order in which it took them in.
func eachLined(ctx context.Context, r db.Reader, fn func(*Look, lined)) error {
	return db.Each(ctx, r, func(from db.Scanner) error {
		l, sealed, of := &Look{}, "", lined{}
		err := from.Scan(&l.ID, &l.Keeper, &l.Register, db.Into(&l.At), &l.Person, &l.Unit, &l.Role, &l.Kind, &sealed, &l.number, &l.Found, &l.Line,
			&of.verb, &of.subject, &of.payload)
		if l.sealed, of.line = secret.Sealed(sealed), l.Line; err == nil {
			fn(l, of)
		}
		return err
	}, `SELECT l.id, l.keeper, l.register, l.at, l.person, l.unit, l.role, l.kind, l.asked, l.number, l.found, l.line,
			COALESCE(j.verb, ''), COALESCE(j.subject, ''), COALESCE(j.payload, '')
		FROM register_looks l LEFT JOIN journal j ON j.id = l.line ORDER BY l.line, l.id, l.keeper`)
}

// linesWithoutLooks are the lines that took looks in of which there are none.
func linesWithoutLooks(ctx context.Context, r db.Reader) ([]lined, error) {
	return db.All(ctx, r, func(from db.Scanner) (l lined, err error) { return l, from.Scan(&l.line, &l.subject) }, `
		SELECT id, subject FROM journal WHERE verb = $1 AND id NOT IN (SELECT line FROM register_looks) ORDER BY id`, lookVerb)
}
