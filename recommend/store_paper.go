package recommend

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

const paperColumns = `id, application, number, corrects, version, hash, keeper, call, received, until, late, copies, outcome, complete, items, remark,
	entered, entered_by`

func (p *Paper) into(items *string) []any {
	return []any{&p.ID, &p.Application, &p.Number, &p.Corrects, &p.Version, &p.Hash, &p.Keeper, &p.Call, db.Into(&p.Received), db.Into(&p.Until), &p.Late, &p.Copies,
		&p.Outcome, &p.Complete, items, &p.Remark, db.Into(&p.Entered), &p.EnteredBy}
}

func scanPaper(row db.Scanner) (*Paper, error) {
	p, items := &Paper{}, ""
	if err := row.Scan(p.into(&items)...); err != nil {
		return nil, err
	}
	return p, json.Unmarshal([]byte(items), &p.Items)
}

// papersOf returns the lines about an application, the newest first.
func papersOf(ctx context.Context, r db.Reader, id apply.ID) ([]*Paper, error) {
	lines, err := db.All(ctx, r, scanPaper, `SELECT `+paperColumns+` FROM recommend_papers WHERE application = $1 ORDER BY number`, id)
	return markCorrected(lines), err
}

func insertPaper(ctx context.Context, tx *db.Tx, p *Paper) error {
	items, err := json.Marshal(p.Items)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO recommend_papers (`+paperColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		p.ID, p.Application, p.Number, p.Corrects, p.Version, p.Hash, p.Keeper, p.Call, db.Time(p.Received), db.Time(p.Until), p.Late, p.Copies, p.Outcome, p.Complete,
		string(items), p.Remark, db.Time(p.Entered), p.EnteredBy)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "recommend.paper.moved")
	}
	return err
}

// submittedAt gives a line the hash of the version that was printed, and returns
// when that was submitted.
func submittedAt(ctx context.Context, r db.Reader, p *Paper) (at time.Time, err error) {
	err = r.QueryRow(ctx, `SELECT hash, received FROM application_versions WHERE application = $1 AND number = $2`, p.Application, p.Version).Scan(&p.Hash, db.Into(&at))
	if errors.Is(err, sql.ErrNoRows) {
		return at, fault.New(fault.Invalid, "recommend.paper.no_version", p.Version).In("version")
	}
	return at, err
}

// versionByHash finds the one version whose hash begins so.
func versionByHash(ctx context.Context, r db.Reader, hash string) (*Scanned, error) {
	found, err := db.All(ctx, r, func(row db.Scanner) (s *Scanned, err error) {
		s = &Scanned{}
		err = row.Scan(&s.Application, &s.Version)
		return s, err
	}, `SELECT application, number FROM application_versions WHERE hash >= $1 AND hash < $2 ORDER BY hash LIMIT 2`, hash, hash+"g")
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, errMissing()
	case len(found) > 1:
		return nil, fault.New(fault.Invalid, "recommend.paper.ambiguous", hash)
	}
	return found[0], nil
}

// papersAsked is what is asked of a unit's register.
type papersAsked struct {
	unit  actor.UnitID
	scope actor.Scope
	f     PaperFilter
}

// counting is the condition for a line that no other stands for.
const counting = `NOT EXISTS (SELECT 1 FROM recommend_papers n WHERE n.application = p.application AND n.corrects = p.number)`

// paperRows returns the rows that are asked for, one more than a page.
func paperRows(ctx context.Context, r db.Reader, k papersAsked) ([]PaperRow, error) {
	args := &arguments{}
	unit := args.place(k.unit)
	where := k.narrow(args)
	if k.f.Show == PapersAwaited {
		return awaitedRows(ctx, r, args, append(where, "c.issuer = "+unit), k.f)
	}
	where = append(where, "p.keeper = "+unit)
	switch k.f.Show {
	case PapersIncomplete:
		where = append(where, "NOT p.complete AND p.outcome = 'received'")
	case PapersLate:
		where = append(where, "p.late")
	case PapersRefused:
		where = append(where, "p.outcome = 'refused'")
	}
	if k.f.Show != PapersAll {
		where = append(where, counting)
	}
	if at, id, ok := strings.Cut(k.f.After, " "); ok {
		when := args.place(at)
		where = append(where, fmt.Sprintf("(p.received < %s OR p.received = %s AND p.id < %s)", when, when, args.place(id)))
	}
	columns := "p." + strings.ReplaceAll(strings.Join(strings.Fields(paperColumns), " "), ", ", ", p.")
	return db.All(ctx, r, func(row db.Scanner) (e PaperRow, err error) {
		e.Paper = &Paper{}
		var items string
		err = row.Scan(append(e.into(&items), &e.UnitName, &e.Name, &e.CallTitle, db.Into(&e.Submitted), &e.Version, &e.EnteredName, &e.Corrected)...)
		e.Application = e.Paper.Application
		e.place = db.Time(e.Received) + " " + string(e.ID)
		if err == nil {
			err = json.Unmarshal([]byte(items), &e.Items)
		}
		return e, err
	}, `
		SELECT `+columns+`, a.unit_name, a.name, c.title, a.submitted, a.version, COALESCE(w.name, ''), NOT `+counting+`
		FROM recommend_papers p JOIN applications a ON a.id = p.application JOIN calls c ON c.id = p.call LEFT JOIN people w ON w.id = p.entered_by
		WHERE `+strings.Join(where, " AND ")+fmt.Sprintf(" ORDER BY p.received DESC, p.id DESC LIMIT %d", k.f.Limit+1), args.all...)
}

// narrow are the conditions that hold for lines and for what is awaited.
func (k papersAsked) narrow(args *arguments) []string {
	var where []string
	if k.f.Call != "" {
		where = append(where, "c.id = "+args.place(k.f.Call))
	}
	if k.f.Text != "" {
		where = append(where, "a.folded LIKE "+args.place("%"+escape.Replace(k.f.Text)+"%")+" ESCAPE '~'")
	}
	if len(k.scope) > 0 {
		var marks []string
		for _, one := range k.scope {
			marks = append(marks, args.place(one))
		}
		where = append(where, "c.package IN ("+strings.Join(marks, ", ")+")")
	}
	return where
}

// awaitedRows are the applications of which nothing came that was accepted.
func awaitedRows(ctx context.Context, r db.Reader, args *arguments, where []string, f PaperFilter) ([]PaperRow, error) {
	if at, id, ok := strings.Cut(f.After, " "); ok {
		when := args.place(at)
		where = append(where, fmt.Sprintf("(a.submitted > %s OR a.submitted = %s AND a.id > %s)", when, when, args.place(id)))
	}
	return db.All(ctx, r, func(row db.Scanner) (e PaperRow, err error) {
		err = row.Scan(&e.Application, &e.UnitName, &e.Name, &e.CallTitle, db.Into(&e.Submitted), &e.Version)
		e.place = db.Time(e.Submitted) + " " + string(e.Application)
		return e, err
	}, `
		SELECT a.id, a.unit_name, a.name, c.title, a.submitted, a.version
		FROM applications a JOIN calls c ON c.id = a.call
		WHERE a.state = 'submitted' AND EXISTS (SELECT 1 FROM call_windows w WHERE w.call = c.id AND w.channel = 'paper' AND w.who = 'applicant')
			AND NOT EXISTS (SELECT 1 FROM recommend_papers p WHERE p.application = a.id AND p.outcome = 'received' AND `+counting+`)
			AND `+strings.Join(where, " AND ")+fmt.Sprintf(" ORDER BY a.submitted, a.id LIMIT %d", f.Limit+1), args.all...)
}

// paperCalls returns the keys and titles of a unit's calls that ask for paper, the
// newest first.
func paperCalls(ctx context.Context, r db.Reader, unit actor.UnitID) ([][2]string, error) {
	return db.All(ctx, r, func(row db.Scanner) (c [2]string, err error) {
		err = row.Scan(&c[0], &c[1])
		return c, err
	}, `
		SELECT c.id, c.title FROM calls c
		WHERE c.issuer = $1 AND c.published <> '' AND EXISTS (SELECT 1 FROM call_windows w WHERE w.call = c.id AND w.channel = 'paper' AND w.who = 'applicant')
		ORDER BY c.published DESC, c.id DESC LIMIT 50`, unit)
}
