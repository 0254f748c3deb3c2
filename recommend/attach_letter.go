package recommend

import (
	"context"
	"slices"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// AttachLetter (上传函件) puts a letter beside a step that its authority has not
// decided yet.
func AttachLetter(ctx context.Context, tx *db.Tx, o *Office, e LetterEntry) (*Letter, error) {
	s, _, _, err := findFor(ctx, tx, e.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.open(e.Version); err != nil {
		return nil, err
	}
	if err := e.clean(); err != nil {
		return nil, err
	}
	if _, err := o.Blobs.Stat(ctx, e.Scan.Hash); err != nil {
		return nil, err
	}
	have, err := letters(ctx, tx, s.Application)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, l := range have {
		if l.Step == s.ID && l.Removed.IsZero() {
			n++
			if l.Hash == e.Scan.Hash {
				return nil, fault.New(fault.Conflict, "recommend.letter.there", l.Name).In("file")
			}
		}
	}
	if n >= maxLetters {
		return nil, fault.New(fault.Conflict, "recommend.letter.many", maxLetters)
	}
	l := &Letter{ID: LetterID(db.NewID()), Step: s.ID, Version: s.Version, Place: e.Place, Number: e.Number, Hash: e.Scan.Hash, Name: e.Scan.Name, Type: e.Scan.Type,
		Size: e.Size, Attached: tx.Now, AuthorityName: s.AuthorityName, Person: actor.PersonID(tx.By.Person)}
	if err := insertLetter(ctx, tx, l); err != nil {
		return nil, err
	}
	return l, tx.Record(ctx, "recommend.attach_letter", s.subject(), map[string]any{"application": s.Application, "letter": l.ID, "hash": l.Hash, "name": l.Name, "place": l.Place, "number": l.Number})
}

// LettersOf returns the letters of the steps of a case that its reader found: its
// own, those of the steps below, and of what was removed nothing.
func LettersOf(ctx context.Context, r db.Reader, k *Case) ([]*Letter, error) {
	all, err := letters(ctx, r, k.Step.Application)
	return slices.DeleteFunc(all, func(l *Letter) bool { return !l.Removed.IsZero() || !k.below(l.Step) }), err
}

// below reports whether a step is the case's own or one that comes before it.
func (k *Case) below(step StepID) bool {
	return step == k.Step.ID || slices.ContainsFunc(k.Chain, func(s *Step) bool { return s.ID == step && s.Position < k.Step.Position })
}

// LetterIn returns a letter to who may see it in a step.
func LetterIn(ctx context.Context, r db.Reader, k *Case, id LetterID) (*Letter, error) {
	all, err := LettersOf(ctx, r, k)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.ID == id {
			return l, nil
		}
	}
	return nil, errMissing()
}
