package recommend

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A ComplaintFollowUp is what whoever complained says to an answer.
type ComplaintFollowUp struct {
	Token string // of their link
	Text  string
}

// Clean asks that it says something, and takes away what cannot be seen.
func (f *ComplaintFollowUp) Clean() error { return cleanMessage("message", &f.Text) }

// FollowComplaint (追问) says more to the last answer of a complaint, which then waits
// for an answer again. Whoever has the link may, once after every answer; it is
// said by nobody: [db.Visitor].
func FollowComplaint(ctx context.Context, tx *db.Tx, o *Office, f ComplaintFollowUp) error {
	found, err := findToken(ctx, tx, secret.Hash(f.Token))
	if err != nil {
		return err
	}
	c, err := lockComplaint(ctx, tx, found.ID)
	if err != nil {
		return err
	}
	if c.State != ComplaintAnswered {
		return fault.New(fault.Conflict, "recommend.complaint.waits")
	}
	if err := f.Clean(); err != nil {
		return err
	}
	m, err := c.say(ctx, tx, o, ComplaintMessage{Side: SideComplainant, Text: f.Text})
	if err != nil {
		return err
	}
	if err := c.announce(ctx, tx, m.Number); err != nil {
		return err
	}
	return tx.Record(ctx, "recommend.follow_complaint", c.subject(), map[string]any{"call": c.Call, "number": m.Number, "content": m.digest()})
}
