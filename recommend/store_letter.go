package recommend

import (
	"context"

	"shenbao/apply"
	"shenbao/internal/db"
)

// letters returns the letters beside the steps of an application, the oldest
// first.
func letters(ctx context.Context, r db.Reader, id apply.ID) ([]*Letter, error) {
	return db.All(ctx, r, func(row db.Scanner) (*Letter, error) {
		l := &Letter{}
		err := row.Scan(&l.ID, &l.Step, &l.Version, &l.Place, &l.Number, &l.Hash, &l.Name, &l.Type, &l.Size, db.Into(&l.Attached), &l.Person, db.Into(&l.Removed), &l.AuthorityName)
		return l, err
	}, `
		SELECT l.id, l.step, l.version, l.place, l.number, l.hash, l.name, l.type, l.size, l.attached, l.person, l.removed, s.authority_name
		FROM recommend_letters l JOIN recommend_steps s ON s.id = l.step
		WHERE s.application = $1 ORDER BY l.attached, l.id`, id)
}

// lettersOver are the places whose governments wrote the letters beside a step and
// the steps before it. Whoever locks the chain has them as they stay: a letter
// comes and goes under the same lock.
func lettersOver(ctx context.Context, r db.Reader, s *Step) ([]string, error) {
	return db.All(ctx, r, func(row db.Scanner) (at string, err error) { return at, row.Scan(&at) }, `
		SELECT DISTINCT l.place FROM recommend_letters l JOIN recommend_steps b ON b.id = l.step
		WHERE b.application = $1 AND b.position <= $2 AND l.removed = '' AND l.place <> '' ORDER BY l.place`, s.Application, s.Position)
}

func insertLetter(ctx context.Context, tx *db.Tx, l *Letter) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO recommend_letters (id, step, version, place, number, hash, name, type, size, attached, person, removed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')`,
		l.ID, l.Step, l.Version, l.Place, l.Number, l.Hash, l.Name, l.Type, l.Size, db.Time(l.Attached), l.Person)
	return err
}

// removeLetter takes a letter away; false when there is none.
func removeLetter(ctx context.Context, tx *db.Tx, step StepID, id LetterID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE recommend_letters SET removed = $3 WHERE id = $1 AND step = $2 AND removed = ''`, id, step, db.Time(tx.Now))
	return n > 0, err
}
