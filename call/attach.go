package call

import (
	"context"
	"fmt"
	"strings"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
)

// A File is a file of the official notice, stored already; Text is what could
// be read of it (package official).
type File struct {
	Hash blob.Hash
	Name string
	Size int64
	Type string
	Text string
}

// maxAttachments bounds the attachments of one call.
const maxAttachments = 20

// Attach (上传原文) adds a file of the official notice to a draft or a published
// call. What can be read of the files is compared with the package that the call
// is pinned to, alone and with the files before it (an annex may come as a file
// of its own); the text that agrees best is the official text, shown beside the
// rules. The comparison is kept: see [Compared].
func Attach(ctx context.Context, tx *db.Tx, id ID, p *programme.Package, f File) (*Call, error) {
	c, err := findFor(ctx, tx, id, actor.ActAttachToCall)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Hash != p.Hash:
		return nil, fmt.Errorf("attach to %s: the package is %s, not %s", id, p.Hash, c.Hash)
	case c.State != Drafted && c.State != Published:
		return nil, c.is(Published)
	case len(c.Attachments) >= maxAttachments:
		return nil, fault.New(fault.Refused, "call.attachments", maxAttachments)
	}
	a := Attachment{Hash: f.Hash, Name: cleanName(f.Name), Size: f.Size, Type: f.Type, Attached: tx.Now, text: strings.ReplaceAll(strings.ToValidUTF8(f.Text, "\ufffd"), "\x00", "")}
	if err := save(ctx, tx, c); err != nil { // two files that come at once are compared one after the other
		return nil, err
	}
	if err := insertAttachment(ctx, tx, c, a); err != nil {
		return nil, err
	}
	c.Attachments = append(c.Attachments, a)
	if report := c.compare(p); report != nil {
		if err := saveComparison(ctx, tx, c, report); err != nil {
			return nil, err
		}
	}
	c.mark()
	return c, tx.Record(ctx, "call.attach", c.subject(), map[string]any{"file": a.Hash, "name": a.Name, "faults": c.compared.Faults})
}
