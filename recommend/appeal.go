package recommend

import (
	"context"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/programme"
)

// AppealID is the key of an [Appeal].
type AppealID string

// An Appeal (复核申请) asks to look again at an application that was not
// recommended.
type Appeal struct {
	ID          AppealID       `json:"id"`
	Application apply.ID       `json:"application"`
	Step        StepID         `json:"step"`
	Ground      string         `json:"ground"`
	Asked       time.Time      `json:"asked"`
	AskedBy     actor.PersonID `json:"-"`
	State       string         `json:"state"`
	Answer      string         `json:"answer,omitempty"`
	Answered    time.Time      `json:"answered,omitzero"`
	AnsweredBy  actor.PersonID `json:"-"`
}

// The states of an appeal.
const (
	AppealOpen = "open"     // 待复核
	Upheld     = "upheld"   // 维持原结论
	Reopened   = "reopened" // 重新审核
)

// appealDays is how long somebody may ask for another look, in days, when the
// package has no parameter for it.
const appealDays = 5

// appealParam is the parameter of a package that says so.
const appealParam = "recheck_days"

// AppealUntil is the first instant at which a refusal stands for good.
func AppealUntil(p *programme.Package, s *Step) time.Time {
	days := int64(appealDays)
	for _, param := range p.Schema.Params {
		if param.Code == appealParam && param.Quantity.N > 0 {
			days = param.Quantity.N
		}
	}
	return s.Decided.AddDate(0, 0, int(days))
}

// Ask (申请复核) asks the authority to look again, within the time that the
// package gives, once for a decision.
func Ask(ctx context.Context, tx *db.Tx, o *Office, id StepID, ground string) (*Appeal, error) {
	s, err := findStep(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if _, err := lockSteps(ctx, tx, s.Application); err != nil {
		return nil, err
	}
	a, v, err := apply.Get(ctx, tx, s.Application)
	if err != nil {
		return nil, err
	}
	if err := actor.May(ctx, tx, tx.By, actor.ActAppeal, a.Unit); err != nil {
		return nil, err
	}
	p, err := o.Shelf.Package(ctx, tx, v.Package)
	if err != nil {
		return nil, err
	}
	ground = strings.TrimSpace(ground)
	switch n := len([]rune(ground)); {
	case s.State != Rejected:
		return nil, fault.New(fault.Conflict, "recommend.not_rejected")
	case !tx.Now.Before(AppealUntil(p, s)):
		return nil, fault.New(fault.Late, "recommend.appeal_late", AppealUntil(p, s))
	case n == 0:
		return nil, fault.New(fault.Invalid, "recommend.reason").In("ground")
	case n > maxReason:
		return nil, fault.New(fault.Invalid, "recommend.long", n, maxReason).In("ground")
	}
	before, err := appeals(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range before {
		if one.Step == s.ID && !one.Asked.Before(s.Decided) {
			return nil, fault.New(fault.Conflict, "recommend.appealed")
		}
	}
	ask := &Appeal{ID: AppealID(db.NewID()), Application: a.ID, Step: s.ID, Ground: ground, Asked: tx.Now, AskedBy: actor.PersonID(tx.By.Person), State: AppealOpen}
	if err := insertAppeal(ctx, tx, ask); err != nil {
		return nil, err
	}
	return ask, tx.Record(ctx, "recommend.appeal", s.subject(), map[string]any{"application": a.ID, "ground": ground})
}

// A Reply answers an [Appeal].
type Reply struct {
	Appeal AppealID
	Reopen bool   // the application is looked at again
	Answer string // the ground, which the applicant reads
}

// AnswerAppeal (答复复核) upholds a refusal, or opens the step again.
func AnswerAppeal(ctx context.Context, tx *db.Tx, _ *Office, y Reply) (*Appeal, error) {
	ask, err := findAppeal(ctx, tx, y.Appeal)
	if err != nil {
		return nil, err
	}
	s, a, _, err := findFor(ctx, tx, ask.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	y.Answer = strings.TrimSpace(y.Answer)
	switch n := len([]rune(y.Answer)); {
	case ask.State != AppealOpen || s.State != Rejected:
		return nil, fault.New(fault.Conflict, "recommend.appeal_answered")
	case n == 0:
		return nil, fault.New(fault.Invalid, "recommend.reason").In("answer")
	case n > maxReason:
		return nil, fault.New(fault.Invalid, "recommend.long", n, maxReason).In("answer")
	}
	ask.State, ask.Answer, ask.Answered, ask.AnsweredBy = Upheld, y.Answer, tx.Now, actor.PersonID(tx.By.Person)
	if y.Reopen {
		ask.State = Reopened
		s.arrive(s.Version, tx.Now)
		if err := saveStep(ctx, tx, s); err != nil {
			return nil, err
		}
	}
	if ok, err := answerAppeal(ctx, tx, ask); err != nil || !ok {
		return nil, err
	}
	if err := inform(ctx, tx, a, inbox.Notice{Key: "recommend.notice." + ask.State, Link: "/applications/" + string(a.ID), Args: []any{a.Name, s.AuthorityName, ask.Answer}},
		"recommend.appeal:"+string(ask.ID)); err != nil {
		return nil, err
	}
	return ask, tx.Record(ctx, "recommend.answer_appeal", s.subject(), map[string]any{"application": a.ID, "state": ask.State, "answer": ask.Answer})
}

// Appeals returns the requests about an application to those who may see it.
func Appeals(ctx context.Context, r db.Reader, by db.By, id apply.ID) ([]*Appeal, error) {
	if _, err := apply.Find(ctx, r, by, id); err != nil {
		return nil, err
	}
	return appeals(ctx, r, id)
}

// AppealsIn returns the requests about a step, for those who found it.
func AppealsIn(ctx context.Context, r db.Reader, step StepID) ([]*Appeal, error) {
	s, err := findStep(ctx, r, step)
	if err != nil {
		return nil, err
	}
	all, err := appeals(ctx, r, s.Application)
	return slices.DeleteFunc(all, func(a *Appeal) bool { return a.Step != step }), err
}
