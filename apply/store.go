package apply

import (
	"context"
	"database/sql"
	"errors"
	"unicode/utf8"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/job"
)

const applicationColumns = `id, call, hash, unit, unit_name, name, state, begun, begun_by, changed, changed_by, submitted, version,
	mend_until, reason, returned_by, answer, met, unmet, unknown, revision`

func (a *Application) into() []any {
	return []any{&a.ID, &a.Call, &a.Hash, &a.Unit, &a.UnitName, &a.Name, &a.State, db.Into(&a.Begun), &a.BegunBy, db.Into(&a.Changed), &a.ChangedBy,
		db.Into(&a.Submitted), &a.Version, db.Into(&a.MendUntil), &a.Reason, &a.ReturnedBy, &a.Answer, &a.Met, &a.Unmet, &a.Unknown, &a.revision}
}

func scanApplication(row db.Scanner) (*Application, error) {
	a := &Application{}
	err := row.Scan(a.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errMissing()
	}
	return a, err
}

func errMissing() error { return fault.New(fault.Missing, "apply.missing") }

// keyed reports whether a text can be a key: what came with a request may be
// anything, and PostgreSQL does not take it all.
func keyed(text string) bool {
	if text == "" || len(text) > 100 || !utf8.ValidString(text) {
		return false
	}
	for _, c := range []byte(text) {
		if c < ' ' {
			return false
		}
	}
	return true
}

// find returns an application whoever asks.
func find(ctx context.Context, r db.Reader, id ID) (*Application, error) {
	if !keyed(string(id)) {
		return nil, errMissing()
	}
	return scanApplication(r.QueryRow(ctx, `SELECT `+applicationColumns+` FROM applications WHERE id = $1`, id))
}

// findBegun returns the application that a unit began with a key, or nil.
func findBegun(ctx context.Context, r db.Reader, unit actor.UnitID, key string) (*Application, error) {
	a, err := scanApplication(r.QueryRow(ctx, `SELECT `+applicationColumns+` FROM applications WHERE unit = $1 AND begin_key = $2`, unit, key))
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return nil, nil
	}
	return a, err
}

// insertApplication reports whether the key was free: somebody may have begun
// with it at the same moment.
func insertApplication(ctx context.Context, tx *db.Tx, a *Application, key string) (bool, error) {
	var id ID
	err := tx.Lock(ctx, `
		INSERT INTO applications (`+applicationColumns+`, begin_key, folded)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
		ON CONFLICT (unit, begin_key) DO NOTHING RETURNING id`,
		a.ID, a.Call, a.Hash, a.Unit, a.UnitName, a.Name, a.State, db.Time(a.Begun), a.BegunBy, db.Time(a.Changed), a.ChangedBy, db.Time(a.Submitted),
		a.Version, db.Time(a.MendUntil), a.Reason, a.ReturnedBy, a.Answer, a.Met, a.Unmet, a.Unknown, a.revision, key, a.folded()).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return true, err
}

// save writes what the moves of an application change. The application must
// still be as it was found: two people do not undo each other.
func save(ctx context.Context, tx *db.Tx, a *Application) error {
	n, err := tx.Exec(ctx, `
		UPDATE applications SET call = $1, hash = $2, name = $3, folded = $4, state = $5, changed = $6, changed_by = $7, submitted = $8, version = $9,
			mend_until = $10, reason = $11, returned_by = $12, answer = $13, met = $14, unmet = $15, unknown = $16, revision = revision + 1
		WHERE id = $17 AND revision = $18`,
		a.Call, a.Hash, a.Name, a.folded(), a.State, db.Time(a.Changed), a.ChangedBy, db.Time(a.Submitted), a.Version, db.Time(a.MendUntil), a.Reason,
		a.ReturnedBy, a.Answer, a.Met, a.Unmet, a.Unknown, a.ID, a.revision)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "apply.moved")
	}
	if err == nil {
		a.revision++
	}
	return err
}

// touch notes that a draft was changed. Whatever changes what would be submitted
// (fields, files, partners) calls it: what was worked out of the application
// before holds while its revision is the same.
func touch(ctx context.Context, tx *db.Tx, a *Application) error {
	n, err := tx.Exec(ctx, `
		UPDATE applications SET changed = $1, changed_by = $2, name = $3, folded = $4, revision = revision + 1
		WHERE id = $5 AND state IN ('draft', 'returned', 'withdrawn')`,
		db.Time(tx.Now), tx.By.Person, a.Name, a.folded(), a.ID)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "apply.moved")
	}
	a.Changed, a.ChangedBy = tx.Now, actor.PersonID(tx.By.Person)
	a.revision++
	return err
}

// touch notes that the form was changed, and what its application is for now.
func (fm *Form) touch(ctx context.Context, tx *db.Tx) error {
	fm.Of.Name = fm.NameOf()
	return touch(ctx, tx, fm.Of)
}

// lock keeps others from changing the application or its fields until the
// transaction ends, and returns it as it then is.
func lock(ctx context.Context, tx *db.Tx, id ID) (*Application, error) {
	if !keyed(string(id)) {
		return nil, errMissing()
	}
	return scanApplication(tx.Lock(ctx, `UPDATE applications SET revision = revision WHERE id = $1 RETURNING `+applicationColumns, id))
}

// Moved is the job by which later rooms learn that an application was submitted,
// taken back or given up. It carries its id; whoever handles it looks where the
// application stands then.
const Moved job.Kind[ID] = "apply.moved"

// moved asks for that job in the transaction of the act.
func moved(ctx context.Context, tx *db.Tx, a *Application) error {
	return job.Enqueue(ctx, tx, Moved, a.ID, job.Options{})
}
