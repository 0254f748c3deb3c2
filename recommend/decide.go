package recommend

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
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

func (d *Decision) clean(must bool) error {
	d.Reason = strings.TrimSpace(strings.ToValidUTF8(d.Reason, ""))
	switch n := len([]rune(d.Reason)); {
	case must && n == 0:
		return fault.New(fault.Invalid, "recommend.reason").In("reason")
	case n > maxReason:
		return fault.New(fault.Invalid, "recommend.long", n, maxReason).In("reason")
	}
	return nil
}

// Endorse (审核通过、推荐) passes an application on: to the next step, or onto the
// authority's summary table. Every question of the stage is answered before,
// and what is not met is endorsed only with a reason.
func Endorse(ctx context.Context, tx *db.Tx, o *Office, d Decision) (*Step, error) {
	s, a, v, err := findFor(ctx, tx, d.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.decidable(a, d.Version, Checks, Recommends); err != nil {
		return nil, err
	}
	if err := o.answered(ctx, tx, s, v); err != nil {
		return nil, err
	}
	if err := d.clean(unmet(v)); err != nil {
		return nil, err
	}
	if err := o.unblocked(ctx, tx, a); err != nil {
		return nil, err
	}
	s.Reason = d.Reason
	s.decide(Endorsed, actor.PersonID(tx.By.Person), tx.Now)
	if err := saveStep(ctx, tx, s); err != nil {
		return nil, err
	}
	if err := tx.Record(ctx, "recommend.endorse", s.subject(), map[string]any{"application": s.Application, "version": s.Version, "hash": v.Hash, "reason": s.Reason}); err != nil {
		return nil, err
	}
	if s.Kind == Recommends {
		return s, o.enlist(ctx, tx, s, a, v)
	}
	return s, pass(ctx, tx, s, a)
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

// answered asks that everything that has to be answered in a step was, about
// this version.
func (o *Office) answered(ctx context.Context, r db.Reader, s *Step, v *apply.Version) error {
	p, err := o.Shelf.Package(ctx, r, v.Package)
	if err != nil {
		return err
	}
	given, err := answers(ctx, r, s.ID, s.Version)
	if err != nil {
		return err
	}
	for _, t := range TodoOf(p, s, v) {
		if t.Must && !slices.ContainsFunc(given, func(a Answer) bool { return a.Kind == t.Kind && a.Item == t.Item }) {
			return fault.New(fault.Conflict, "recommend.unanswered", t.Ask).In(string(t.Kind) + ":" + t.Item)
		}
	}
	return nil
}

// unmet reports whether a condition that refuses is not met.
func unmet(v *apply.Version) bool {
	return slices.ContainsFunc(v.Findings, func(f rule.View) bool {
		return f.Verdict == "unmet" && (f.Effect == rule.Refuse || f.Effect == rule.Veto)
	})
}

// SendBack (退回修改) returns an application to be mended; it comes back to this
// step.
func SendBack(ctx context.Context, tx *db.Tx, o *Office, d Decision) (*Step, error) {
	s, a, _, err := findFor(ctx, tx, d.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.decidable(a, d.Version, Checks, Recommends); err != nil {
		return nil, err
	}
	if err := d.clean(true); err != nil {
		return nil, err
	}
	if _, err := apply.Return(ctx, tx, o.Office, apply.SendingBack{Application: a.ID, Reason: d.Reason, Until: d.Until, Remarks: d.Remarks}); err != nil {
		return nil, err
	}
	s.Reason = d.Reason
	s.decide(Returned, actor.PersonID(tx.By.Person), tx.Now)
	if err := saveStep(ctx, tx, s); err != nil {
		return nil, err
	}
	return s, tx.Record(ctx, "recommend.return", s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}

// Refuse (不予推荐) ends the way of an application, with the clause or the reason
// that it rests on. The applicant may ask for another look: see [Appeal].
func Refuse(ctx context.Context, tx *db.Tx, _ *Office, d Decision) (*Step, error) {
	s, a, v, err := findFor(ctx, tx, d.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.decidable(a, d.Version, Checks, Recommends); err != nil {
		return nil, err
	}
	if err := d.clean(true); err != nil {
		return nil, err
	}
	if d.Clause != "" && !slices.ContainsFunc(v.Findings, func(f rule.View) bool { return slices.Contains(f.Clauses, d.Clause) || f.Clause == d.Clause }) {
		return nil, fault.New(fault.Invalid, "recommend.no_clause", d.Clause).In("clause")
	}
	s.Reason, s.Clause = d.Reason, d.Clause
	s.decide(Rejected, actor.PersonID(tx.By.Person), tx.Now)
	if err := saveStep(ctx, tx, s); err != nil {
		return nil, err
	}
	if err := apply.FreePlaces(ctx, tx, a.ID, room); err != nil {
		return nil, err
	}
	if err := inform(ctx, tx, a, inbox.Notice{Key: "recommend.notice.rejected", Link: "/applications/" + string(a.ID), Args: []any{a.Name, s.AuthorityName, s.Reason}},
		fmt.Sprintf("recommend.rejected:%s:%d", s.ID, s.Version)); err != nil {
		return nil, err
	}
	return s, tx.RecordUnder(ctx, s.Clause, "recommend.reject", s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}

// File (备案) takes note of an application in which a unit of the authority takes
// part.
func File(ctx context.Context, tx *db.Tx, _ *Office, d Decision) (*Step, error) {
	return close(ctx, tx, d, closing{Files, Filed, "recommend.file"})
}

// Receive (接收) ends the chain: what was recommended is with who decides.
func Receive(ctx context.Context, tx *db.Tx, _ *Office, d Decision) (*Step, error) {
	return close(ctx, tx, d, closing{Receives, Received, "recommend.receive"})
}

type closing struct {
	kind Kind
	to   State
	verb string
}

// close ends a step in which nothing is decided.
func close(ctx context.Context, tx *db.Tx, d Decision, c closing) (*Step, error) {
	s, a, _, err := findFor(ctx, tx, d.Step, actor.ActDecideStep)
	if err != nil {
		return nil, err
	}
	if err := s.decidable(a, d.Version, c.kind); err != nil {
		return nil, err
	}
	if err := d.clean(false); err != nil {
		return nil, err
	}
	s.Reason = d.Reason
	s.decide(c.to, actor.PersonID(tx.By.Person), tx.Now)
	if err := saveStep(ctx, tx, s); err != nil {
		return nil, err
	}
	return s, tx.Record(ctx, c.verb, s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}

// inform tells the applicants something.
func inform(ctx context.Context, tx *db.Tx, a *apply.Application, n inbox.Notice, once string) error {
	people, err := actor.PeopleOf(ctx, tx, a.Unit, actor.Editor, actor.UnitAdmin)
	if err != nil {
		return err
	}
	for _, p := range people {
		n.Person = string(p)
		if err := inbox.Send(ctx, tx, n, once); err != nil {
			return err
		}
	}
	return nil
}

// unblocked asks the integrity gate before a step passes an application on.
func (o *Office) unblocked(_ context.Context, _ db.Reader, _ *apply.Application) error { return nil }
