package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// A Signing (作出判断) answers one question in a step.
type Signing struct {
	Step    StepID
	Version int64 // that the answer is about
	Kind    AnswerKind
	Item    string
	Answer  string
	Remark  string
}

// Sign answers a question of the call, an item of the form check or an exception
// on behalf of a person: each by itself, and never by a machine. A "no" says
// why. Until the step is decided it may be answered again.
func Sign(ctx context.Context, tx *db.Tx, o *Office, g Signing) (*Answer, error) {
	s, _, v, err := findFor(ctx, tx, g.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.open(g.Version); err != nil {
		return nil, err
	}
	p, err := o.Shelf.Package(ctx, tx, v.Package)
	if err != nil {
		return nil, err
	}
	if err := written("remark", &g.Remark, false); err != nil {
		return nil, err
	}
	a := &Answer{Step: s.ID, Version: s.Version, Kind: g.Kind, Item: g.Item, Answer: g.Answer, Remark: g.Remark, Person: actor.PersonID(tx.By.Person), At: tx.Now}
	if err := a.check(TodoOf(p, s, v)); err != nil {
		return nil, err
	}
	if err := putAnswer(ctx, tx, a); err != nil {
		return nil, err
	}
	clause := ""
	if a.Kind == ToQuestion {
		clause = questionOf(p, a.Item).Clause
	}
	return a, tx.RecordUnder(ctx, clause, "recommend.sign", s.subject(), a)
}
