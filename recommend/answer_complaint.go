package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// AnswerComplaint (答复投诉) answers a complaint, once. Who complained reads it by
// their link.
func AnswerComplaint(ctx context.Context, tx *db.Tx, o *Office, y ComplaintAnswer) (*Complaint, error) {
	c, err := findComplaint(ctx, tx, y.Complaint)
	if err != nil {
		return nil, err
	}
	if err := mayComplaint(ctx, tx, tx.By, actor.ActAnswerComplaint, c); err != nil {
		return nil, err
	}
	y.Text = intake.CleanText(y.Text)
	switch n := len([]rune(y.Text)); {
	case c.State != ComplaintOpen:
		return nil, fault.New(fault.Conflict, "recommend.complaint.answered")
	case n == 0:
		return nil, fault.New(fault.Invalid, "recommend.complaint.no_answer").In("answer")
	case n > MaxStory:
		return nil, fault.New(fault.Invalid, "recommend.long", n, MaxStory).In("answer")
	}
	if c.answer, err = o.Keys.Seal(c.place("answer"), y.Text); err != nil {
		return nil, err
	}
	c.State, c.Answered, c.AnsweredBy = ComplaintAnswered, tx.Now, actor.PersonID(tx.By.Person)
	first, err := saveAnswer(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if !first { // a colleague was quicker
		return nil, fault.New(fault.Conflict, "recommend.complaint.answered")
	}
	return c, tx.Record(ctx, "recommend.answer_complaint", c.subject(), map[string]any{"call": c.Call})
}

// A ComplaintAnswer is an answer as an officer typed it.
type ComplaintAnswer struct {
	Complaint ComplaintID
	Text      string
}

// mayComplaint asks whether by may do act to a complaint.
func mayComplaint(ctx context.Context, r db.Reader, by db.By, act actor.Act, c *Complaint) error {
	err := actor.MayOn(ctx, r, by, act, c.on())
	if f := fault.Of(err); err != nil && f.Kind == fault.Missing {
		return errNoComplaint()
	}
	return err
}

func errNoComplaint() error { return fault.New(fault.Missing, "recommend.complaint.missing") }
