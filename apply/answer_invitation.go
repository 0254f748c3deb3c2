package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/internal/intake"
)

// A Refusal (谢绝) is the answer of a unit that does not take part.
type Refusal struct {
	Application ID
	State       string // of the partner as the page showed it; another one is a conflict, "" is not compared
	Reason      string
}

// AnswerInvitation declines an invitation for the unit that the author acts for,
// with a reason that the host sees. It may have confirmed before. Its people do
// not see the application any more until they are invited again; what they
// brought stays until somebody of the host takes it out. Who takes part answers
// by [ConfirmPart].
func AnswerInvitation(ctx context.Context, tx *db.Tx, g Refusal) (*Partner, error) {
	a, c, p, err := findPart(ctx, tx, g.Application)
	if err != nil {
		return nil, err
	}
	g.Reason = intake.CleanText(g.Reason)
	switch n := len([]rune(g.Reason)); {
	case n == 0:
		return nil, fault.New(fault.Invalid, "apply.decline_reason").In("reason")
	case n > maxReason:
		return nil, fault.New(fault.Invalid, "apply.reason_long", n, maxReason).In("reason")
	case g.State != "" && g.State != p.State:
		return nil, p.answered()
	}
	if err := p.decline(g.Reason, tx.Now); err != nil {
		return nil, err
	}
	p.AnsweredBy = actor.PersonID(tx.By.Person)
	if err := keepPartner(ctx, tx, a, p); err != nil {
		return nil, err
	}
	if err := Tell(ctx, tx, a.Unit, inbox.Notice{Key: "apply.notice.declined", Link: partnersLink(a), Args: []any{p.UnitName, a.called(c), p.Reason}}, ""); err != nil {
		return nil, err
	}
	return p, tx.Record(ctx, "apply.answer", a.subject(), map[string]string{"unit": string(p.Unit), "state": p.State, "reason": p.Reason})
}

// findPart locks an application and finds the part of the unit that the author
// of tx acts for, who must be allowed to answer for it. A unit that was removed
// learns nothing; one that declined is told so.
func findPart(ctx context.Context, tx *db.Tx, id ID) (*Application, *call.Call, *Partner, error) {
	a, err := lock(ctx, tx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	p, err := findPartner(ctx, tx, a.ID, actor.UnitID(tx.By.Unit))
	if err != nil {
		return nil, nil, nil, err
	}
	if p.State == Removed {
		return nil, nil, nil, errMissing()
	}
	if err := unseen(actor.May(ctx, tx, tx.By, actor.ActConfirmPart, p.Unit)); err != nil {
		return nil, nil, nil, err
	}
	c, err := call.Newest(ctx, tx, a.Call)
	if err != nil {
		return nil, nil, nil, err
	}
	return a, c, p, a.takesParts(c, tx.Now)
}

// partnersLink is the address of the page about the units of an application.
func partnersLink(a *Application) string { return link(a.ID) + "/partners" }

// called is what notices call an application: its name, or that of its call.
func (a *Application) called(c *call.Call) string {
	if a.Name != "" {
		return a.Name
	}
	return c.Title
}
