package recommend

import (
	"context"
	"fmt"
	"slices"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
)

// A NewSummary begins a table that an authority keeps by hand.
type NewSummary struct {
	Call  call.ID
	Stage string // the hand-in
}

// OpenSummary (建立汇总表) begins the table of an early hand-in, as that of the units
// that mean to apply (意向): the authority fills it in, row by row or from Excel.
// The one that is not handed up yet is gone on with. The table of what was
// recommended begins by itself, with the first recommendation.
func OpenSummary(ctx context.Context, tx *db.Tx, o *Office, n NewSummary) (*Summary, error) {
	c, err := call.Newest(ctx, tx, n.Call)
	if err != nil {
		return nil, err
	}
	u, err := actor.FindUnit(ctx, tx, actor.UnitID(tx.By.Unit))
	if err != nil {
		return nil, errNoList()
	}
	if err := actor.MayOn(ctx, tx, tx.By, actor.ActEditTable, actor.On{Unit: u.ID, Issuer: c.Issuer, Programme: c.Package}); err != nil {
		return nil, err
	}
	p, err := o.Shelf.Package(ctx, tx, c.Hash)
	if err != nil {
		return nil, err
	}
	t := tableOf(p)
	if t == nil || !slices.Contains(t.Stage, n.Stage) || n.Stage == finalStage(t) {
		return nil, fault.New(fault.Missing, "recommend.no_hand_in").In("stage")
	}
	if c.State != call.Published || !keeps(c, u) {
		return nil, fault.New(fault.Conflict, "recommend.not_concerned")
	}
	l := &Summary{Call: c.ID, Authority: u.ID, AuthorityName: u.Name, Form: t.ID, Stage: n.Stage, Package: c.Hash}
	if id, err := openList(ctx, tx, l, n.Call, c.ID); id != "" || err != nil {
		if err != nil {
			return nil, err
		}
		return findList(ctx, tx, id)
	}
	if l.Recommender, err = recommender(ctx, tx, p, u); err != nil {
		return nil, err
	}
	return begin(ctx, tx, l, n.Call, c.ID)
}

// keeps reports whether an authority has to do with a call: by the place of
// either, or because it issued it.
func keeps(c *call.Call, u *actor.Unit) bool {
	return u.ID == c.Issuer || c.Place == "" || u.Place == "" || chinacode.Within(u.Place, c.Place) || chinacode.Within(c.Place, u.Place)
}

// recommender is the name that stands on the tables of an authority: that of the
// authority which recommends for its place.
func recommender(ctx context.Context, r db.Reader, p *programme.Package, u *actor.Unit) (string, error) {
	for _, s := range p.Call.Stages {
		if s.Room != room || s.Act != "recommend" {
			continue
		}
		l := &line{ctx: ctx, r: r, host: u}
		over, err := l.authority(s.Who)
		if err != nil {
			return "", err
		}
		if over != nil && s.Who != "authority" {
			return over.Name, nil
		}
	}
	return u.Name, nil
}

// begin finds the open table, under any of some calls, or begins one.
func begin(ctx context.Context, tx *db.Tx, l *Summary, calls ...call.ID) (*Summary, error) {
	const tries = 5
	for range tries {
		id, err := openList(ctx, tx, l, calls...)
		if err != nil {
			return nil, err
		}
		if id != "" {
			if found, err := lockList(ctx, tx, id); err != nil || found.State == SummaryOpen {
				return found, err
			}
			continue // it was handed up meanwhile
		}
		l.ID = SummaryID(db.NewID())
		made, err := insertList(ctx, tx, l)
		if err != nil {
			return nil, err
		}
		if made {
			if err := tx.Record(ctx, "recommend.open_list", l.subject(), map[string]any{"call": l.Call, "table": l.Form, "stage": l.Stage, "number": l.Number}); err != nil {
				return nil, err
			}
			return lockList(ctx, tx, l.ID)
		}
	}
	return nil, fault.New(fault.Conflict, "recommend.list_changed")
}

// enlist puts a recommended application on the summary table of its authority,
// last in rank, and takes its places of the quotas. Where the package has no
// table it goes to the next step at once, and the applicant is told.
func (o *Office) enlist(ctx context.Context, tx *db.Tx, s *Step, a *apply.Application, v *apply.Version) error {
	claim, err := o.Claim(ctx, tx, a, v)
	if err != nil {
		return err
	}
	claim.Room, claim.Authority, claim.Over = room, s.Authority, s.Reason != ""
	if claim.Letters, err = lettersOver(ctx, tx, s); err != nil {
		return err
	}
	if err := apply.TakePlaces(ctx, tx, claim); err != nil {
		return err
	}
	t := tableOf(claim.Package)
	if t == nil {
		if err := pass(ctx, tx, s, a); err != nil {
			return err
		}
		return recommended(ctx, tx, a, s.AuthorityName, fmt.Sprintf("%s:%d", s.ID, v.Number))
	}
	c, err := call.Newest(ctx, tx, s.Call)
	if err != nil {
		return err
	}
	l, err := begin(ctx, tx, &Summary{Call: c.ID, Authority: s.Authority, AuthorityName: s.AuthorityName, Form: t.ID, Stage: finalStage(t), Package: v.Package,
		Recommender: s.AuthorityName}, s.Call, a.Call, c.ID)
	if err != nil {
		return err
	}
	w := &Row{ID: RowID(db.NewID()), Application: a.ID, Version: v.Number, Own: ownTexts(claim.Package, columnsOf(claim.Package, t), claim.Facts, l.Recommender)}
	if err := addRow(ctx, tx, l.ID, w); err != nil {
		return err
	}
	return tx.Record(ctx, "recommend.enlist", l.subject(), map[string]any{"application": a.ID, "version": v.Number, "rank": w.Rank})
}
