package recommend

import (
	"context"
	"database/sql"
	"errors"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/rule"
)

const stepColumns = `s.id, s.application, s.position, s.kind, s.stage, s.name, s.authority, s.authority_name, s.call, s.state, s.version, s.arrived,
	COALESCE(w.ends, ''), s.decided, s.decided_by, s.reason, s.clause, s.assignee, s.revision`

// fromSteps are the steps with the windows of their calls: an extension of the
// call counts for every step at once.
const fromSteps = ` FROM recommend_steps s LEFT JOIN call_windows w ON w.call = s.call AND w.stage = s.stage `

func (s *Step) into() []any {
	return []any{&s.ID, &s.Application, &s.Position, &s.Kind, &s.Stage, &s.Name, &s.Authority, &s.AuthorityName, &s.Call, &s.State, &s.Version,
		db.Into(&s.Arrived), db.Into(&s.Due), db.Into(&s.Decided), &s.DecidedBy, &s.Reason, &s.Clause, &s.Assignee, &s.revision}
}

func scanStep(row db.Scanner) (*Step, error) {
	s := &Step{}
	return s, row.Scan(s.into()...)
}

func errMissing() error { return fault.New(fault.Missing, "recommend.missing") }

// steps returns the chain of an application, the filings behind it.
func steps(ctx context.Context, r db.Reader, id apply.ID) ([]*Step, error) {
	return db.All(ctx, r, scanStep, `SELECT `+stepColumns+fromSteps+`WHERE s.application = $1 ORDER BY s.position, s.id`, id)
}

// lockSteps is steps, with everybody else who would change them waiting.
func lockSteps(ctx context.Context, tx *db.Tx, id apply.ID) ([]*Step, error) {
	if _, err := tx.Exec(ctx, `UPDATE recommend_steps SET revision = revision WHERE application = $1`, id); err != nil {
		return nil, err
	}
	return steps(ctx, tx, id)
}

// findStep returns a step whoever asks.
func findStep(ctx context.Context, r db.Reader, id StepID) (*Step, error) {
	s, err := scanStep(r.QueryRow(ctx, `SELECT `+stepColumns+fromSteps+`WHERE s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errMissing()
	}
	return s, err
}

func insertStep(ctx context.Context, tx *db.Tx, s *Step) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO recommend_steps (id, application, position, kind, stage, name, authority, authority_name, call, state, version, arrived, decided,
			decided_by, reason, clause, assignee, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0)`,
		s.ID, s.Application, s.Position, s.Kind, s.Stage, s.Name, s.Authority, s.AuthorityName, s.Call, s.State, s.Version, db.Time(s.Arrived),
		db.Time(s.Decided), s.DecidedBy, s.Reason, s.Clause, s.Assignee)
	if err == nil {
		s.revision = 0
	}
	return err
}

// saveStep writes what the moves of a step change. It must still be as it was
// found.
func saveStep(ctx context.Context, tx *db.Tx, s *Step) error {
	n, err := tx.Exec(ctx, `
		UPDATE recommend_steps SET call = $1, state = $2, version = $3, arrived = $4, decided = $5, decided_by = $6, reason = $7, clause = $8,
			assignee = $9, revision = revision + 1
		WHERE id = $10 AND revision = $11`,
		s.Call, s.State, s.Version, db.Time(s.Arrived), db.Time(s.Decided), s.DecidedBy, s.Reason, s.Clause, s.Assignee, s.ID, s.revision)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "recommend.moved")
	}
	if err == nil {
		s.revision++
	}
	return err
}

// putFindings stores what the findings of the version that stands say under each
// clause, by which queues are narrowed.
func putFindings(ctx context.Context, tx *db.Tx, id apply.ID, all []rule.View) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recommend_findings WHERE application = $1`, id); err != nil {
		return err
	}
	for _, v := range all {
		for _, clause := range v.Clauses {
			if _, err := tx.Exec(ctx, `INSERT INTO recommend_findings (application, clause, verdict) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				id, clause, v.Verdict); err != nil {
				return err
			}
		}
	}
	return nil
}
