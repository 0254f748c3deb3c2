package call

import (
	"context"
	"strings"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/programme"
)

// A File is a file of the official notice, stored already; Text is what could
// be read of it.
type File struct {
	Hash blob.Hash
	Name string
	Size int64
	Type string
	Text string
}

// Attach (上传原文) adds a file of the official notice to a draft or a published
// call. The first that can be read is compared with the package (package
// programme, Verify), and shown beside the rules.
func Attach(ctx context.Context, tx *db.Tx, id ID, p *programme.Package, f File) (*Call, error) {
	c, err := find(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, tx, tx.By, actor.ActAttachToCall, c); err != nil {
		return nil, err
	}
	a := Attachment{Hash: f.Hash, Name: f.Name, Size: f.Size, Type: f.Type, Text: f.Text, Attached: tx.Now}
	if f.Text != "" && !c.hasText() {
		report, err := p.Verify(strings.NewReader(f.Text))
		if err != nil {
			return nil, err
		}
		a.Faults = len(report.Faults)
	}
	if err := insertAttachment(ctx, tx, c.ID, a); err != nil {
		return nil, err
	}
	c.Attachments = append(c.Attachments, a)
	return c, tx.Record(ctx, "call.attach", "call:"+string(c.ID), map[string]any{"file": f.Hash, "name": f.Name, "faults": a.Faults})
}

// hasText reports whether a file that could be read is attached.
func (c *Call) hasText() bool { return c.OfficialText() != "" }

// OfficialText is the text of the official notice, "" when none could be read.
func (c *Call) OfficialText() string {
	for _, a := range c.Attachments {
		if a.Text != "" {
			return a.Text
		}
	}
	return ""
}
