package recommend

import (
	"context"
	"slices"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// RevealComplainant (查看联系方式) returns how whoever complained can be reached,
// as they wrote it. It leaves a line: who looked at it can be told.
func RevealComplainant(ctx context.Context, tx *db.Tx, o *Office, id ComplaintID) (string, error) {
	c, err := findComplaint(ctx, tx, id)
	if err != nil {
		return "", err
	}
	if err := mayComplaint(ctx, tx, tx.By, actor.ActAnswerComplaint, c); err != nil {
		return "", err
	}
	if c.contact == "" {
		return "", fault.New(fault.Missing, "recommend.complaint.anonymous")
	}
	text, err := o.Keys.Open(c.place("contact"), c.contact)
	if err != nil {
		return "", err
	}
	return text, tx.Record(ctx, "recommend.reveal_complainant", c.subject(), map[string]any{"call": c.Call})
}

// NoteEvidence notes who opens a file of a complaint, and returns the file. Its
// content is read after the transaction: [Office.Evidence].
func (o *Office) NoteEvidence(ctx context.Context, tx *db.Tx, id ComplaintID, file string) (*ComplaintFile, error) {
	c, err := findComplaint(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := mayComplaint(ctx, tx, tx.By, actor.ActAnswerComplaint, c); err != nil {
		return nil, err
	}
	if err := c.open(o.Keys); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.Files, func(f ComplaintFile) bool { return f.ID == file })
	if i < 0 {
		return nil, errNoComplaint()
	}
	return &c.Files[i], tx.Record(ctx, "recommend.open_evidence", c.subject(), map[string]any{"call": c.Call, "file": file})
}
