package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// RemoveLetter (撤下函件) takes a letter away while its step is not decided. Its
// line stays in the journal.
func RemoveLetter(ctx context.Context, tx *db.Tx, step StepID, id LetterID) error {
	s, _, _, err := findFor(ctx, tx, step, actor.ActDecideStep)
	if err != nil {
		return err
	}
	if err := s.open(s.Version); err != nil {
		return err
	}
	gone, err := removeLetter(ctx, tx, s.ID, id)
	if err != nil || !gone {
		return orMissing(err)
	}
	return tx.Record(ctx, "recommend.remove_letter", s.subject(), map[string]any{"application": s.Application, "letter": id})
}

func orMissing(err error) error {
	if err == nil {
		return errMissing()
	}
	return err
}
