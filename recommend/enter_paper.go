package recommend

import (
	"context"
	"fmt"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
)

// EnterPaper (登记纸质材料) enters into the register what came on paper of an
// application: when, how many copies, and what was there of what the call asks.
// The people of the call's issuer keep the register. The deadline is judged by
// receipt.
func EnterPaper(ctx context.Context, tx *db.Tx, o *Office, e PaperEntry) (*Paper, error) {
	k, err := o.paperCase(ctx, tx, e.Application)
	if err != nil {
		return nil, err
	}
	if err := k.may(ctx, tx, tx.By); err != nil {
		return nil, err
	}
	all, err := lockSteps(ctx, tx, k.a.ID)
	if err != nil {
		return nil, err
	}
	lines, err := papersOf(ctx, tx, k.a.ID) // again: nobody enters one meanwhile
	if err != nil {
		return nil, err
	}
	if k.plan == nil {
		return nil, fault.New(fault.Conflict, "recommend.paper.none")
	}
	if err := e.clean(k.a, tx.Now); err != nil {
		return nil, err
	}
	if err := e.follows(lines); err != nil {
		return nil, err
	}
	l, err := e.line(k.plan, k.a, lines)
	if err != nil {
		return nil, err
	}
	if l.Outcome == PaperReceived {
		if err := k.plan.passed(all); err != nil {
			return nil, err
		}
	}
	submitted, err := submittedAt(ctx, tx, l)
	if err != nil {
		return nil, err
	}
	if l.Received.Before(submitted.Truncate(time.Minute)) { // whoever enters it says the minute
		return nil, fault.New(fault.Invalid, "recommend.paper.before", submitted).In("received")
	}
	l.ID, l.Keeper, l.Call, l.Entered, l.EnteredBy = PaperID(db.NewID()), k.c.Issuer, k.c.ID, tx.Now, actor.PersonID(tx.By.Person)
	if err := insertPaper(ctx, tx, l); err != nil {
		return nil, err
	}
	if err := k.told(ctx, tx, l); err != nil {
		return nil, err
	}
	clause := ""
	if l.Late {
		clause = k.plan.Clause
	}
	return l, tx.RecordUnder(ctx, clause, "recommend.enter_paper", "application:"+string(k.a.ID), l)
}

// told tells the applicants what became of their paper.
func (k *paperCase) told(ctx context.Context, tx *db.Tx, l *Paper) error {
	key := "recommend.notice.paper_received"
	switch {
	case l.Outcome == PaperRefused:
		key = "recommend.notice.paper_refused"
	case !l.Complete:
		key = "recommend.notice.paper_lacks"
	}
	n := inbox.Notice{Key: key, Args: []any{k.a.Name, l.Received, l.Copies, l.Remark}}
	return inform(ctx, tx, k.a, n, fmt.Sprintf("recommend.paper:%s", l.ID))
}

// A paperCase is an application with what is asked of it on paper.
type paperCase struct {
	a    *apply.Application
	c    *call.Call
	plan *PaperPlan
}

func (o *Office) paperCase(ctx context.Context, r db.Reader, id apply.ID) (*paperCase, error) {
	a, v, err := apply.Get(ctx, r, id)
	if err != nil || v == nil {
		return nil, noneSubmitted(err)
	}
	k := &paperCase{a: a}
	if k.c, err = call.Newest(ctx, r, a.Call); err != nil {
		return nil, err
	}
	return k, o.plan(ctx, r, k, v)
}

// plan reads what is asked on paper of a version.
func (o *Office) plan(ctx context.Context, r db.Reader, k *paperCase, v *apply.Version) error {
	p, err := o.Shelf.Package(ctx, r, v.Package)
	if err != nil {
		return err
	}
	facts, err := v.ReadFacts(p)
	if err != nil {
		return err
	}
	k.plan = paperPlan(p, k.c, facts)
	return nil
}

// noneSubmitted tells of what was never submitted what it tells of nothing.
func noneSubmitted(err error) error {
	if f := fault.Of(err); err == nil || f.Kind == fault.Missing {
		return errMissing()
	}
	return err
}

// may asks whether by keeps the register of the call.
func (k *paperCase) may(ctx context.Context, r db.Reader, by db.By) error {
	err := actor.MayOn(ctx, r, by, actor.ActEnterPaper, actor.On{Unit: k.c.Issuer, Issuer: k.c.Issuer, Programme: k.c.Package})
	if f := fault.Of(err); err != nil && f.Kind == fault.Missing {
		return errMissing()
	}
	return err
}
