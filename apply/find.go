package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Sight (查看) is an application as somebody sees it, with what belongs to it.
type Sight struct {
	*Application
	Of      *call.Call `json:"call_of"` // the call in force: the newest amendment of the one it was begun under
	Amended bool       `json:"amended"` // the call was amended since: see [Follow]
	Part    bool       `json:"part"`    // the reader belongs to a partner, and fills in its part
	MayEdit bool       `json:"may_edit"`
	Remarks []Remark   `json:"remarks,omitempty"` // of one that was returned
}

// Find returns an application to those who may see it: the host and the units
// that it invited (not those that declined or were removed), and, once it was submitted, the authorities above the host
// and the issuer's officers of the programme.
func Find(ctx context.Context, r db.Reader, by db.By, id ID) (*Sight, error) {
	s, err := SightOf(ctx, r, id)
	if err != nil {
		return nil, err
	}
	if s.Part, err = sees(ctx, r, by, s.Application, s.Of); err != nil {
		return nil, err
	}
	s.MayEdit = s.Editable() && mayEdit(ctx, r, by, s.Application, s.Part) == nil
	return s, nil
}

// SightOf returns an application as somebody sees it who fills in nothing,
// whoever asks: for later rooms, which check for themselves.
func SightOf(ctx context.Context, r db.Reader, id ID) (*Sight, error) {
	a, err := find(ctx, r, id)
	if err != nil {
		return nil, err
	}
	s := &Sight{Application: a}
	if s.Of, err = call.Newest(ctx, r, a.Call); err != nil {
		return nil, err
	}
	s.Amended = s.Of.ID != a.Call
	if a.State == Returned {
		s.Remarks, err = remarks(ctx, r, a.ID, a.Version)
	}
	return s, err
}

// sees asks whether by may see an application, and tells whether as one of its
// partners.
func sees(ctx context.Context, r db.Reader, by db.By, a *Application, c *call.Call) (part bool, err error) {
	act := actor.ActViewApplication
	if a.Version > 0 {
		act = actor.ActViewSubmitted
	}
	if err = may(ctx, r, by, act, a, c); err == nil {
		return false, nil
	}
	if fault.Of(err).Kind != fault.Missing { // broken, or a token that does not cover the act
		return false, err
	}
	p, err := findPartner(ctx, r, a.ID, actor.UnitID(by.Unit))
	if err != nil {
		return false, unseen(err)
	}
	if !p.In() {
		return false, errMissing()
	}
	return true, unseen(actor.May(ctx, r, by, actor.ActViewPart, p.Unit))
}

// may asks whether by may do act to an application.
func may(ctx context.Context, r db.Reader, by db.By, act actor.Act, a *Application, c *call.Call) error {
	return unseen(actor.MayOn(ctx, r, by, act, actor.On{Unit: a.Unit, Issuer: c.Issuer, Programme: c.Package}))
}

// mayEdit asks whether by may fill in an application, or a partner's part of it.
func mayEdit(ctx context.Context, r db.Reader, by db.By, a *Application, part bool) error {
	if part {
		return actor.May(ctx, r, by, actor.ActFillPart, actor.UnitID(by.Unit))
	}
	return unseen(actor.May(ctx, r, by, actor.ActEditApplication, a.Unit))
}

// unseen tells of an application that somebody may not see what it tells of
// none.
func unseen(err error) error {
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return errMissing()
	}
	return err
}

// findFor locks an application, finds its call, and asks whether the author of
// tx may do act to it.
func findFor(ctx context.Context, tx *db.Tx, id ID, act actor.Act) (*Application, *call.Call, error) {
	a, err := lock(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	c, err := call.Newest(ctx, tx, a.Call)
	if err != nil {
		return nil, nil, err
	}
	if err := may(ctx, tx, tx.By, act, a, c); err != nil || a.Version > 0 {
		return a, c, err
	}
	return a, c, may(ctx, tx, tx.By, actor.ActViewApplication, a, c) // what was never submitted is missing to everybody else
}

// Subject names the application in the journal.
func (a *Application) subject() string { return "application:" + string(a.ID) }

// formOf reads all that was filled in.
func (o *Office) formOf(ctx context.Context, r db.Reader, a *Application) (fm *Form, err error) {
	fm = &Form{Of: a}
	if fm.Package, err = o.Shelf.Package(ctx, r, a.Hash); err != nil {
		return nil, err
	}
	if fm.Fields, err = fields(ctx, r, a.ID); err != nil {
		return nil, err
	}
	if fm.Files, err = files(ctx, r, a.ID); err != nil {
		return nil, err
	}
	fm.nameFiles()
	fm.Partners, err = partners(ctx, r, a.ID)
	return fm, err
}

// FormOf returns what was filled in of an application that the reader found.
func (o *Office) FormOf(ctx context.Context, r db.Reader, s *Sight) (*Form, error) {
	return o.formOf(ctx, r, s.Application)
}

// Assess answers every condition of the call on a form and lists what stands in
// the way of submitting it, in the order of the form. The registers are asked as
// they stand today.
func (o *Office) Assess(ctx context.Context, r db.Reader, fm *Form, lang string) (*Assessment, error) {
	facts, text, wrong := fm.Read(r.At())
	s := &Assessment{Facts: text, Wrong: wrong, Issues: []Issue{}, Needed: fm.Package.Needed(facts)}
	around, err := o.surroundings(ctx, r, fm)
	if err != nil {
		return nil, err
	}
	s.keys, s.year = around.keys, yearOf(r)
	if s.Integrity, err = around.integrity(ctx, r); err != nil {
		return nil, err
	}
	if fm.Package.Program != nil {
		facts.Registers = around.forRules()
		s.Checked = call.Answer(fm.Package, facts, lang)
	}
	l := &listing{Assessment: s, fm: fm, facts: facts, lang: lang}
	l.fields()
	l.files()
	l.outline()
	l.partners()
	l.others(around)
	l.conditions()
	return s, nil
}
