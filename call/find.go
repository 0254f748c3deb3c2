package call

import (
	"context"
	"slices"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// Find returns a call: what was never published only to those who may see the
// issuer's drafts, and to them alone the extensions that wait for approval.
func Find(ctx context.Context, r db.Reader, by db.By, id ID) (*Call, error) {
	c, err := find(ctx, r, id)
	if err != nil {
		return nil, err
	}
	if !c.public() {
		if err := may(ctx, r, by, actor.ActViewDraft, c); err != nil {
			return nil, unseen(err)
		}
		return c, nil
	}
	if slices.ContainsFunc(c.Extensions, Extension.waits) && may(ctx, r, by, actor.ActViewDraft, c) != nil {
		c.hideProposals()
	}
	return c, nil
}

// MayEdit reports whether by may draft, publish and attach to the call, and
// propose an extension of it.
func MayEdit(ctx context.Context, r db.Reader, by db.By, c *Call) bool {
	return may(ctx, r, by, actor.ActPublishCall, c) == nil
}

// MayApprove reports whether by may approve an extension of the call.
func MayApprove(ctx context.Context, r db.Reader, by db.By, c *Call) bool {
	return may(ctx, r, by, actor.ActApproveExtension, c) == nil
}

// may asks whether by may do act to a call.
func may(ctx context.Context, r db.Reader, by db.By, act actor.Act, c *Call) error {
	return actor.MayOn(ctx, r, by, act, actor.On{Unit: c.Issuer, Issuer: c.Issuer, Programme: c.Package})
}

// findFor finds a call and asks whether the author of tx may do act to it.
func findFor(ctx context.Context, tx *db.Tx, id ID, act actor.Act) (*Call, error) {
	c, err := find(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, tx, tx.By, act, c); err != nil {
		return nil, unseen(err)
	}
	return c, nil
}

// unseen tells of a call that somebody may not see what it tells of none.
func unseen(err error) error {
	if fault.Of(err).Kind == fault.Missing {
		return fault.New(fault.Missing, "call.missing")
	}
	return err
}

// subject names the call in the journal.
func (c *Call) subject() string { return "call:" + string(c.ID) }
