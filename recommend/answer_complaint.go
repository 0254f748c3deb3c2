package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// A ComplaintAnswer is an answer as an officer typed it.
type ComplaintAnswer struct {
	Complaint ComplaintID
	Seen      int64 // how many messages there were when it was written
	Text      string
}

// AnswerComplaint (答复投诉) answers a complaint that waits for it: once, until
// whoever complained says more. They read it by their link.
func AnswerComplaint(ctx context.Context, tx *db.Tx, o *Office, y ComplaintAnswer) (*Complaint, error) {
	c, err := lockComplaint(ctx, tx, y.Complaint)
	if err != nil {
		return nil, err
	}
	if err := mayComplaint(ctx, tx, tx.By, actor.ActAnswerComplaint, c); err != nil {
		return nil, err
	}
	if c.State != ComplaintOpen || y.Seen != int64(len(c.Messages)) { // a colleague was quicker
		return nil, fault.New(fault.Conflict, "recommend.complaint.answered")
	}
	if err := cleanMessage("answer", &y.Text); err != nil {
		return nil, err
	}
	m, err := c.say(ctx, tx, o, ComplaintMessage{Side: SideOffice, Text: y.Text, Person: actor.PersonID(tx.By.Person)})
	if err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "recommend.answer_complaint", c.subject(), map[string]any{"call": c.Call, "number": m.Number, "content": m.digest()})
}

// cleanMessage asks that a message says something, and takes away what cannot be
// seen.
func cleanMessage(field string, text *string) error {
	*text = intake.CleanText(*text)
	switch n := len([]rune(*text)); {
	case n == 0:
		return fault.New(fault.Invalid, "recommend.complaint.no_"+field).In(field)
	case n > MaxStory:
		return fault.New(fault.Invalid, "recommend.long", n, MaxStory).In(field)
	}
	return nil
}

// say adds a message to a complaint that is locked, and turns it to the other side.
func (c *Complaint) say(ctx context.Context, tx *db.Tx, o *Office, m ComplaintMessage) (_ *ComplaintMessage, err error) {
	m.Number, m.Said, c.State = int64(len(c.Messages))+1, tx.Now, ComplaintAnswered
	if m.Side == SideComplainant {
		c.State = ComplaintOpen
	}
	if m.text, err = o.Keys.Seal(c.place(m.column()), m.Text); err != nil {
		return nil, err
	}
	return &m, insertMessage(ctx, tx, c, m)
}

// digest is a commitment to what a message says, for the journal.
func (m *ComplaintMessage) digest() string { return string(blob.Sum([]byte(m.text))) }

// mayComplaint asks whether by may do act to a complaint.
func mayComplaint(ctx context.Context, r db.Reader, by db.By, act actor.Act, c *Complaint) error {
	err := actor.MayOn(ctx, r, by, act, c.on())
	if f := fault.Of(err); err != nil && f.Kind == fault.Missing {
		return errNoComplaint()
	}
	return err
}

func errNoComplaint() error { return fault.New(fault.Missing, "recommend.complaint.missing") }
