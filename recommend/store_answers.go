package recommend

import (
	"context"
	"database/sql"
	"errors"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
)

const answerColumns = `step, version, kind, item, answer, remark, person, at`

func scanAnswer(row db.Scanner) (a Answer, err error) {
	err = row.Scan(&a.Step, &a.Version, &a.Kind, &a.Item, &a.Answer, &a.Remark, &a.Person, db.Into(&a.At))
	return a, err
}

// answers returns what was answered in a step about a version.
func answers(ctx context.Context, r db.Reader, step StepID, version int64) ([]Answer, error) {
	return db.All(ctx, r, scanAnswer, `SELECT `+answerColumns+` FROM recommend_answers WHERE step = $1 AND version = $2 ORDER BY kind, item`, step, version)
}

// answersOf returns what was answered in all steps of an application.
func answersOf(ctx context.Context, r db.Reader, id apply.ID) ([]Answer, error) {
	return db.All(ctx, r, scanAnswer, `
		SELECT a.step, a.version, a.kind, a.item, a.answer, a.remark, a.person, a.at
		FROM recommend_answers a JOIN recommend_steps s ON s.id = a.step
		WHERE s.application = $1 ORDER BY s.position, a.version, a.kind, a.item`, id)
}

func putAnswer(ctx context.Context, tx *db.Tx, a *Answer) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO recommend_answers (`+answerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (step, version, kind, item) DO UPDATE SET answer = excluded.answer, remark = excluded.remark, person = excluded.person, at = excluded.at`,
		a.Step, a.Version, a.Kind, a.Item, a.Answer, a.Remark, a.Person, db.Time(a.At))
	return err
}

// lookOf is the version at which somebody looked at an application last; 0 for
// never.
func lookOf(ctx context.Context, r db.Reader, person actor.PersonID, id apply.ID) (version int64, err error) {
	err = r.QueryRow(ctx, `SELECT version FROM recommend_looks WHERE person = $1 AND application = $2`, person, id).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return version, err
}

func putLook(ctx context.Context, tx *db.Tx, person actor.PersonID, a *apply.Application) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO recommend_looks (person, application, version, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person, application) DO UPDATE SET version = excluded.version, at = excluded.at`, person, a.ID, a.Version, db.Time(tx.Now))
	return err
}
