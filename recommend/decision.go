package recommend

import (
	"slices"
	"time"

	"shenbao/apply"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/rule"
)

// A Decision is what an authority does in a step, about one version.
type Decision struct {
	Step    StepID
	Version int64  // of the application, that the officer looked at
	Reason  string // always for what is refused; for what passes in spite of unmet conditions
	Clause  string // that a refusal rests on, as 000-023
	Until   time.Time
	Remarks []apply.Remark // of what is returned, item by item
}

// written cleans what somebody wrote into a field, as a reason or a remark, and
// asks for it where it must be there.
func written(field string, text *string, must bool) error {
	*text = intake.CleanText(*text)
	switch n := len([]rune(*text)); {
	case must && n == 0:
		return fault.New(fault.Invalid, "recommend.reason").In(field)
	case n > maxReason:
		return fault.New(fault.Invalid, "recommend.long", n, maxReason).In(field)
	}
	return nil
}

// decidable asks that a step of one of some kinds waits for a decision about the
// version that stands.
func (s *Step) decidable(a *apply.Application, version int64, kinds ...Kind) error {
	if !slices.Contains(kinds, s.Kind) {
		return fault.New(fault.Conflict, "recommend.other_kind", fault.Key("recommend.kind."+string(s.Kind)))
	}
	if err := s.open(version); err != nil {
		return err
	}
	if a.State != apply.Submitted || a.Version != version {
		return fault.New(fault.Conflict, "recommend.taken_back", fault.Key("apply.state."+string(a.State)))
	}
	return nil
}

// unmet reports whether a condition that refuses is not met.
func unmet(v *apply.Version) bool {
	return slices.ContainsFunc(v.Findings, func(f rule.View) bool {
		return f.Verdict == "unmet" && (f.Effect == rule.Refuse || f.Effect == rule.Veto)
	})
}
