package recommend

import (
	"context"
	"slices"
	"time"

	"shenbao/apply"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/rule"
)

// Endorse (审核通过、推荐) passes an application on: to the next step, or onto the
// authority's summary table. Every question of the stage is answered before,
// and what is not met is endorsed only with a reason.
func Endorse(ctx context.Context, tx *db.Tx, o *Office, d Decision) (*Step, error) {
	s, a, v, err := d.find(ctx, tx, false, Checks, Recommends)
	if err != nil {
		return nil, err
	}
	if err := o.answered(ctx, tx, s, v); err != nil {
		return nil, err
	}
	if err := written("reason", &d.Reason, unmet(v)); err != nil {
		return nil, err
	}
	if err := o.unblocked(ctx, tx, a); err != nil {
		return nil, err
	}
	if err := d.end(ctx, tx, s, Endorsed); err != nil {
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

// unblocked asks the integrity gate before a step passes an application on: a
// record that came since the submission stops it as well.
func (o *Office) unblocked(ctx context.Context, r db.Reader, a *apply.Application) error {
	fm, err := o.FormOf(ctx, r, &apply.Sight{Application: a})
	if err != nil {
		return err
	}
	today, _ := rule.ParseDay(r.At().In(clock.Zone).Format(time.DateOnly)) // a day of ours always parses
	found, err := o.IntegrityOf(ctx, r, fm, today)
	if err != nil || !found.Blocks() {
		return err
	}
	for _, b := range found.Breaches {
		if b.Sure {
			return fault.New(fault.Refused, "recommend.integrity", b.Subject, b.Matter, b.Keeper, b.Document)
		}
	}
	return nil
}

// inform tells the applicants something about their application.
func inform(ctx context.Context, tx *db.Tx, a *apply.Application, n inbox.Notice, once string) error {
	n.Link = "/applications/" + string(a.ID)
	return apply.Tell(ctx, tx, a.Unit, n, once)
}
