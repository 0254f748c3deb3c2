package recommend

import (
	"context"
	"fmt"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/internal/secret"
)

// Complain (投诉) files a complaint under a public call and returns the token of
// the link by which the answer is read; it is not shown again. Anybody may, and
// it is filed by nobody: [db.Visitor].
func Complain(ctx context.Context, tx *db.Tx, o *Office, e ComplaintEntry) (token string, err error) {
	if err := e.Clean(); err != nil {
		return "", err
	}
	if len(e.Files) > MaxEvidence {
		return "", fault.New(fault.Invalid, "recommend.complaint.files", MaxEvidence).In("file")
	}
	of, err := call.Find(ctx, tx, db.Visitor, e.Call)
	if err != nil {
		return "", err
	}
	token = secret.NewToken()
	c := &Complaint{ID: ComplaintID(db.NewID()), Call: of.ID, CallTitle: of.Title, Issuer: of.Issuer, Programme: of.Package, State: ComplaintOpen, Filed: tx.Now,
		Files: e.Files, token: secret.Hash(token)}
	if err := c.seal(o.Keys, &e); err != nil {
		return "", err
	}
	if err := insertComplaint(ctx, tx, c); err != nil {
		return "", err
	}
	if err := c.announce(ctx, tx, 0); err != nil {
		return "", err
	}
	return token, tx.Record(ctx, "recommend.complain", c.subject(), map[string]any{"call": c.Call, "files": len(c.Files), "content": c.digest()})
}

// announce tells those who may answer that there is a complaint, or that whoever
// complained said more in a message with a number, and nothing of what it says.
func (c *Complaint) announce(ctx context.Context, tx *db.Tx, number int64) error {
	key, once := "recommend.notice.complaint", "recommend.complaint:"+string(c.ID)
	if number > 0 {
		key, once = key+"_again", fmt.Sprintf("%s:%d", once, number)
	}
	for _, role := range []actor.Role{actor.Officer, actor.Head, actor.ProgrammeOfficer} {
		people, err := actor.PeopleOf(ctx, tx, c.Issuer, role)
		if err != nil {
			return err
		}
		for _, p := range people {
			by := db.By{Person: string(p), Unit: string(c.Issuer), Role: string(role)}
			if actor.MayOn(ctx, tx, by, actor.ActAnswerComplaint, c.on()) != nil {
				continue // of another programme
			}
			n := inbox.Notice{Person: string(p), Unit: string(c.Issuer), Key: key, Link: "/complaints/" + string(c.ID), Args: []any{c.CallTitle}}
			if err := inbox.Send(ctx, tx, n, once); err != nil {
				return err
			}
		}
	}
	return nil
}
