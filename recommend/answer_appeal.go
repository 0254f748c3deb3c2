package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
)

// A Reply answers an [Appeal].
type Reply struct {
	Appeal AppealID
	Reopen bool   // the application is looked at again
	Answer string // the ground, which the applicant reads
}

// AnswerAppeal (答复复核) upholds a refusal, or opens the step again.
func AnswerAppeal(ctx context.Context, tx *db.Tx, o *Office, y Reply) (*Appeal, error) {
	ask, err := findAppeal(ctx, tx, y.Appeal)
	if err != nil {
		return nil, err
	}
	s, a, _, err := findFor(ctx, tx, ask.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if ask.State != AppealOpen || s.State != Rejected {
		return nil, fault.New(fault.Conflict, "recommend.appeal_answered")
	}
	if err := written("answer", &y.Answer, true); err != nil {
		return nil, err
	}
	ask.State, ask.Answer, ask.Answered, ask.AnsweredBy = Upheld, y.Answer, tx.Now, actor.PersonID(tx.By.Person)
	if y.Reopen {
		ask.State = Reopened
		s.arrive(s.Version, tx.Now)
		if err := saveStep(ctx, tx, s); err != nil {
			return nil, err
		}
		if err := apply.Revive(ctx, tx, o.Office, a.ID); err != nil {
			return nil, err
		}
		if err := Arrive(ctx, tx, o, a.ID); err != nil { // it may have been taken back, and submitted again
			return nil, err
		}
	}
	if ok, err := answerAppeal(ctx, tx, ask); err != nil {
		return nil, err
	} else if !ok { // a colleague was faster
		return nil, fault.New(fault.Conflict, "recommend.appeal_answered")
	}
	if err := inform(ctx, tx, a, inbox.Notice{Key: "recommend.notice." + ask.State, Args: []any{a.Name, s.AuthorityName, ask.Answer}},
		"recommend.appeal:"+string(ask.ID)); err != nil {
		return nil, err
	}
	return ask, tx.Record(ctx, "recommend.answer_appeal", s.subject(), map[string]any{"application": a.ID, "state": ask.State, "answer": ask.Answer})
}
