package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/secret"
)

// FindComplaint returns a complaint to those who may answer it.
func FindComplaint(ctx context.Context, r db.Reader, by db.By, q ComplaintQuery) (*Complaint, error) {
	c, err := findComplaint(ctx, r, q.ID)
	if err != nil {
		return nil, err
	}
	if err := mayComplaint(ctx, r, by, actor.ActViewComplaints, c); err != nil {
		return nil, err
	}
	return c, c.open(q.Office.Keys)
}

// A ComplaintQuery asks for a complaint by its key, or by the token of its link.
type ComplaintQuery struct {
	Office *Office
	ID     ComplaintID
	Token  string
}

// ComplaintByToken returns a complaint to whoever has its link: how it stands, and
// what was said since it was filed, and nothing of what it says itself.
func ComplaintByToken(ctx context.Context, r db.Reader, q ComplaintQuery) (*Complaint, error) {
	c, err := findToken(ctx, r, secret.Hash(q.Token))
	if err != nil {
		return nil, err
	}
	if err := c.open(q.Office.Keys); err != nil {
		return nil, err
	}
	c.About, c.Story, c.Files = "", "", nil
	return c, nil
}

// A ComplaintFilter narrows a list of complaints; zero values do not narrow.
type ComplaintFilter struct {
	State string
	After string // the key of the last one of the page before
	Limit int    // 50 unless told otherwise, at most 200
}

// ListComplaints returns the complaints that the reader may answer, the newest
// first, without what they say.
func ListComplaints(ctx context.Context, r db.Reader, by db.By, f ComplaintFilter) ([]*Complaint, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	if err := actor.May(ctx, r, by, actor.ActViewComplaints, actor.UnitID(by.Unit)); err != nil {
		return nil, err
	}
	scope, held, err := actor.Holding(ctx, r, by)
	if err != nil || !held {
		return nil, err
	}
	return complaints(ctx, r, complaintsAsked{actor.UnitID(by.Unit), scope, f})
}
