package recommend

import (
	"context"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// StandingOf returns how the paper original of an application that the reader
// found stands, and of the version of it that counts; nil when none was submitted
// or the call asks for none.
func (o *Office) StandingOf(ctx context.Context, r db.Reader, of *apply.Sight, v *apply.Version) (*PaperStanding, error) {
	if v == nil {
		return nil, nil
	}
	k := &paperCase{a: of.Application, c: of.Of}
	if err := o.plan(ctx, r, k, v); err != nil {
		return nil, err
	}
	return k.standing(ctx, r)
}

func (k *paperCase) standing(ctx context.Context, r db.Reader) (*PaperStanding, error) {
	if k.plan == nil {
		return nil, nil
	}
	lines, err := papersOf(ctx, r, k.a.ID)
	if err != nil {
		return nil, err
	}
	s := &PaperStanding{Plan: k.plan, Lines: lines}
	for _, l := range lines {
		if !l.Corrected {
			s.Current = l
			s.Matches = l.Version == k.a.Version
			break
		}
	}
	return s, nil
}

// A PaperDesk is an application in front of whoever keeps the register, with
// what was scanned of its print.
type PaperDesk struct {
	*PaperStanding
	Application *apply.Application `json:"application"`
	Printed     int64              `json:"printed"` // the version that stands on the paper; the one that counts when nothing was scanned
}

// A PaperQuery asks for the paper of an application: by its key and the version
// that stands on it, or by what a scanner typed.
type PaperQuery struct {
	Office      *Office
	Application apply.ID
	Version     int64 // 0 is the one that counts
	Text        string
}

// FindPaper returns an application to whoever keeps the register of its call.
func FindPaper(ctx context.Context, r db.Reader, by db.By, q PaperQuery) (*PaperDesk, error) {
	k, err := q.Office.paperCase(ctx, r, q.Application)
	if err != nil {
		return nil, err
	}
	if err := k.may(ctx, r, by); err != nil {
		return nil, err
	}
	s, err := k.standing(ctx, r)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, fault.New(fault.Conflict, "recommend.paper.none")
	}
	d := &PaperDesk{PaperStanding: s, Application: k.a, Printed: q.Version}
	if d.Printed <= 0 {
		d.Printed = k.a.Version
	}
	return d, nil
}
