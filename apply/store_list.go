package apply

import (
	"context"
	"fmt"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
)

// entryColumns are those of an application a and its call c.
var entryColumns = "a." + strings.ReplaceAll(strings.Join(strings.Fields(applicationColumns), " "), ", ", ", a.") + ", c.title, c.closes"

// A query gathers the conditions of a query with their arguments.
type query struct {
	where []string
	args  []any
}

// add adds a condition; %s stands for the place of its argument.
func (q *query) add(condition string, arg any) {
	q.args = append(q.args, arg)
	q.where = append(q.where, strings.ReplaceAll(condition, "%s", fmt.Sprintf("$%d", len(q.args))))
}

// narrow adds what a filter asks for, but for its place.
func (q *query) narrow(f Filter) {
	if f.Call != "" {
		q.add("a.call = %s", f.Call)
	}
	if f.State != "" {
		q.add("a.state = %s", f.State)
	}
	if f.Text != "" {
		q.add("a.folded LIKE %s ESCAPE '~'", "%"+strings.NewReplacer("~", "~~", "%", "~%", "_", "~_").Replace(f.Text)+"%")
	}
}

// page asks for the rows after a place, the newest first by a column.
func (q *query) page(column string, f Filter) string {
	if at, id, ok := strings.Cut(f.After, " "); ok && keyed(f.After) {
		q.add("a."+column+" <= %s", at)
		q.args = append(q.args, at, id)
		q.where = append(q.where, fmt.Sprintf("(a.%s < $%d OR a.id < $%d)", column, len(q.args)-1, len(q.args)))
	}
	return fmt.Sprintf(" WHERE %s ORDER BY a.%s DESC, a.id DESC LIMIT %d", strings.Join(q.where, " AND "), column, f.Limit+1)
}

func entries(ctx context.Context, r db.Reader, by func(*Entry) string, text string, q *query) ([]Entry, error) {
	return db.All(ctx, r, func(row db.Scanner) (e Entry, err error) {
		e.Application = &Application{}
		err = row.Scan(append(e.into(), &e.CallTitle, db.Into(&e.Closes))...)
		e.place = by(&e) + " " + string(e.ID)
		return e, err
	}, text, q.args...)
}

// ownEntries are the applications of a unit, and those to which it was invited.
func ownEntries(ctx context.Context, r db.Reader, unit actor.UnitID, f Filter) ([]Entry, error) {
	q := &query{}
	q.add("(a.unit = %s OR a.id IN (SELECT p.application FROM application_partners p WHERE p.unit = %s AND p.state IN ('invited', 'confirmed')))", unit)
	q.narrow(f)
	text := `SELECT ` + entryColumns + ` FROM applications a JOIN calls c ON c.id = a.call` + q.page("changed", f)
	all, err := entries(ctx, r, func(e *Entry) string { return db.Time(e.Changed) }, text, q)
	for i := range all {
		all[i].Part = all[i].Unit != unit
	}
	return all, err
}

// submittedEntries are the applications that were submitted by units below an
// authority, or under the calls that a programme's officer answers for.
func submittedEntries(ctx context.Context, r db.Reader, by db.By, f Filter) ([]Entry, error) {
	scope, held, err := actor.Holding(ctx, r, by)
	if err != nil || !held {
		return nil, err
	}
	q := &query{}
	q.add(`(h.parent IN (SELECT id FROM below) OR h.id = %s)`, by.Unit)
	if actor.Role(by.Role) == actor.ProgrammeOfficer {
		q.where[0] = `(h.parent IN (SELECT id FROM below) OR c.issuer = $1)`
	}
	q.where = append(q.where, "a.version > 0")
	q.scoped(scope)
	q.narrow(f)
	text := `
		WITH RECURSIVE below (id) AS (
			SELECT id FROM units WHERE id = $1
			UNION SELECT u.id FROM units u JOIN below b ON u.parent = b.id WHERE u.authority)
		SELECT ` + entryColumns + ` FROM applications a JOIN calls c ON c.id = a.call JOIN units h ON h.id = a.unit` + q.page("submitted", f)
	return entries(ctx, r, func(e *Entry) string { return db.Time(e.Submitted) }, text, q)
}

// scoped leaves the programmes that a membership is limited to.
func (q *query) scoped(scope actor.Scope) {
	if len(scope) == 0 {
		return
	}
	var marks []string
	for _, programme := range scope {
		q.args = append(q.args, programme)
		marks = append(marks, fmt.Sprintf("$%d", len(q.args)))
	}
	q.where = append(q.where, "c.package IN ("+strings.Join(marks, ", ")+")")
}

// dueBefore returns the applications that are not submitted and end before an
// instant, but after now.
func dueBefore(ctx context.Context, r db.Reader, before time.Time) ([]due, error) {
	return db.All(ctx, r, func(row db.Scanner) (d due, err error) {
		err = row.Scan(&d.id, &d.unit, &d.name, &d.callTitle, db.Into(&d.until))
		return d, err
	}, `
		SELECT id, unit, name, title, until FROM (
			SELECT a.id, a.unit, a.name, c.title,
				CASE WHEN a.state = 'returned' AND a.mend_until > c.closes THEN a.mend_until ELSE c.closes END AS until
			FROM applications a JOIN calls c ON c.id = a.call
			WHERE a.state IN ('draft', 'returned', 'withdrawn') AND c.state = 'published' AND c.closes <> '') ends
		WHERE until > $1 AND until <= $2 ORDER BY id`, db.Time(r.At()), db.Time(before))
}
