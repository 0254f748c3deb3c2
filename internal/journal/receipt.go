package journal

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Receipt (回执) proves that a line is in the log. Anybody who has the public
// keys can check it, without the database.
type Receipt struct {
	Fields     []string    `json:"fields"` // of the leaf: id, at, person, unit, role, verb, subject, clause, commitment
	Salt       string      `json:"salt,omitempty"`
	Payload    string      `json:"payload,omitempty"` // with its salt: what the commitment is to
	Seq        int64       `json:"seq"`               // the line's place, from 1
	Proof      []tlog.Hash `json:"proof"`             // base64; audit path of RFC 6962
	Checkpoint string      `json:"checkpoint"`        // the signed note that holds the line
}

// Prove returns the receipt of a line. A line that is not sealed yet is a
// conflict fault.
func Prove(ctx context.Context, r db.Reader, id string) (*Receipt, error) {
	l, err := find(ctx, r, id)
	if err != nil {
		return nil, err
	}
	text, err := covering(ctx, r, l.seq)
	if l.seq == 0 || errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Conflict, "journal.not_sealed")
	}
	if err != nil {
		return nil, err
	}
	c, err := readCheckpoint(text)
	if err != nil {
		return nil, err
	}
	proof, err := tlog.ProveRecord(c.Size, l.seq-1, &tree{ctx: ctx, r: r})
	if err != nil {
		return nil, err
	}
	return &Receipt{Fields: l.fields(), Salt: l.salt, Payload: l.payload, Seq: l.seq, Proof: proof, Checkpoint: text}, nil
}

// Check checks a receipt against the public keys and returns the checkpoint
// that it rests on.
func (p *Receipt) Check(keys note.Verifiers) (*Checkpoint, error) {
	c, err := OpenCheckpoint(p.Checkpoint, keys)
	if err != nil {
		return nil, err
	}
	if len(p.Fields) != len((&record{}).fields()) {
		return nil, fault.New(fault.Invalid, "journal.receipt")
	}
	if err := tlog.CheckRecord(p.Proof, c.Size, c.Root, p.Seq-1, leafHash(p.Fields)); err != nil {
		return nil, fault.New(fault.Refused, "journal.receipt").Because(err)
	}
	if p.Salt == "" && p.Payload == "" {
		return c, nil
	}
	salt, err := hex.DecodeString(p.Salt)
	if err != nil || db.Commit(salt, []byte(p.Payload)) != p.Fields[len(p.Fields)-1] {
		return nil, fault.New(fault.Refused, "journal.receipt").Because(err)
	}
	return c, nil
}
