package recommend

import (
	"time"

	"shenbao/actor"
	"shenbao/apply"
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
