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

const stepColumns = `id, application, position, kind, stage, name, authority, authority_name, call, state, version, arrived, due, decided,
	decided_by, reason, clause, assignee, revision`

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
	return db.All(ctx, r, scanStep, `SELECT `+stepColumns+` FROM recommend_steps WHERE application = $1 ORDER BY position, id`, id)
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
	s, err := scanStep(r.QueryRow(ctx, `SELECT `+stepColumns+` FROM recommend_steps WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errMissing()
	}
	return s, err
}

func insertStep(ctx context.Context, tx *db.Tx, s *Step) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO recommend_steps (`+stepColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0)`,
		s.ID, s.Application, s.Position, s.Kind, s.Stage, s.Name, s.Authority, s.AuthorityName, s.Call, s.State, s.Version, db.Time(s.Arrived),
		db.Time(s.Due), db.Time(s.Decided), s.DecidedBy, s.Reason, s.Clause, s.Assignee)
	if err == nil {
		s.revision = 0
	}
	return err
}

// saveStep writes what the moves of a step change. It must still be as it was
// found.
func saveStep(ctx context.Context, tx *db.Tx, s *Step) error {
	n, err := tx.Exec(ctx, `
		UPDATE recommend_steps SET state = $1, version = $2, arrived = $3, due = $4, decided = $5, decided_by = $6, reason = $7, clause = $8,
			assignee = $9, revision = revision + 1
		WHERE id = $10 AND revision = $11`,
		s.State, s.Version, db.Time(s.Arrived), db.Time(s.Due), db.Time(s.Decided), s.DecidedBy, s.Reason, s.Clause, s.Assignee, s.ID, s.revision)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "recommend.moved")
	}
	if err == nil {
		s.revision++
	}
	return err
}

// putFindings stores the findings of the version that stands, by which queues
// are narrowed.
func putFindings(ctx context.Context, tx *db.Tx, id apply.ID, all []rule.View) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recommend_findings WHERE application = $1`, id); err != nil {
		return err
	}
	for _, v := range all {
		if _, err := tx.Exec(ctx, `INSERT INTO recommend_findings (application, rule, clause, verdict, effect) VALUES ($1, $2, $3, $4, $5)`,
			id, v.Rule, v.Clause, v.Verdict, v.Effect); err != nil {
			return err
		}
	}
	return nil
}
