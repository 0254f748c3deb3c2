package apply

import (
	"context"
	"fmt"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/internal/intake"
)

// A SendingBack (退回修改) sends a submitted application back to be mended.
type SendingBack struct {
	Application ID
	Reason      string
	Until       time.Time // the first instant that is too late; zero: the end of the call
	Remarks     []Remark
}

// Return sends a submitted application back with what is to be mended: an
// authority above the host does, or an officer of the programme.
func Return(ctx context.Context, tx *db.Tx, o *Office, g SendingBack) (*Application, error) {
	a, _, err := findFor(ctx, tx, g.Application, actor.ActReturnApplication)
	if err != nil {
		return nil, err
	}
	fm, err := o.formOf(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	if err := g.clean(fm); err != nil {
		return nil, err
	}
	if err := a.giveBack(g.Reason, g.Until.UTC().Truncate(time.Millisecond), tx.Now); err != nil {
		return nil, err
	}
	a.Changed, a.ChangedBy, a.ReturnedBy = tx.Now, actor.PersonID(tx.By.Person), actor.UnitID(tx.By.Unit)
	if err := endVersions(ctx, tx, a.ID, SentBack); err != nil {
		return nil, err
	}
	if err := insertRemarks(ctx, tx, a, g.Remarks); err != nil {
		return nil, err
	}
	if err := save(ctx, tx, a); err != nil {
		return nil, err
	}
	if err := Tell(ctx, tx, a.Unit, inbox.Notice{Key: "apply.notice.returned", Link: link(a.ID), Args: []any{a.Name, a.Reason}}, fmt.Sprintf("apply.returned:%s:%d", a.ID, a.Version)); err != nil {
		return nil, err
	}
	return a, tx.Record(ctx, "apply.return", a.subject(), map[string]any{"version": a.Version, "reason": a.Reason, "remarks": g.Remarks, "until": a.MendUntil})
}

// clean asks for a reason, and for remarks about what the form has.
func (g *SendingBack) clean(fm *Form) error {
	g.Reason = intake.CleanText(g.Reason)
	switch n := len([]rune(g.Reason)); {
	case n == 0:
		return fault.New(fault.Invalid, "apply.return_reason").In("reason")
	case n > maxReason:
		return fault.New(fault.Invalid, "apply.reason_long", n, maxReason).In("reason")
	case len(g.Remarks) > maxRemarks:
		return fault.New(fault.Invalid, "apply.remarks", maxRemarks).In("reason")
	}
	var kept []Remark
	for _, m := range g.Remarks {
		if m.Text = intake.CleanText(m.Text); m.Text == "" {
			continue
		}
		if n := len([]rune(m.Text)); n > maxReason {
			return fault.New(fault.Invalid, "apply.reason_long", n, maxReason).In("remark:" + m.Field)
		}
		if m.Field != "" && fm.Label(m.Field) == "" {
			return fault.New(fault.Invalid, "apply.no_field", m.Field).In("remark:" + m.Field)
		}
		kept = append(kept, m)
	}
	g.Remarks = kept
	return nil
}
