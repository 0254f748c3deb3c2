package apply

import (
	"bytes"
	"encoding/json"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"shenbao/internal/fault"
	"shenbao/internal/journal"
)

// A Proof (存证证明) is a receipt with all that it rests on: the manifest by whose
// hash it names the version, and the inclusion of its line in the journal.
// Whoever has the public keys checks it without the platform.
type Proof struct {
	Receipt   string           `json:"receipt"` // signed note
	Manifest  Manifest         `json:"manifest"`
	Inclusion *journal.Receipt `json:"inclusion"`
}

// A Proved is what a proof proves.
type Proved struct {
	*Receipt
	Seq  int64 `json:"seq"`  // the line's place in the journal, from 1
	Size int64 `json:"size"` // of the checkpoint that holds it, in lines
}

// File is the proof as it is kept.
func (p *Proof) File() ([]byte, error) {
	text, err := json.Marshal(p)
	return append(text, '\n'), err
}

// IsProof reports whether a text is a file of a [Proof], whole or not.
func IsProof(text []byte) bool {
	p := struct {
		Receipt *string `json:"receipt"`
	}{}
	return json.Unmarshal(text, &p) == nil && p.Receipt != nil
}

// OpenProof checks a file of a [Proof] against the public keys of the journal. It
// needs no database. A file in which anything was changed, be it a space, is
// refused.
func OpenProof(text []byte, keys note.Verifiers) (*Proved, error) {
	p := &Proof{}
	if err := json.Unmarshal(text, p); err != nil || p.Inclusion == nil {
		return nil, fault.New(fault.Invalid, "apply.receipt").Because(err)
	}
	if again, err := p.File(); err != nil || !bytes.Equal(bytes.TrimSuffix(again, []byte("\n")), bytes.TrimSuffix(text, []byte("\n"))) {
		return nil, fault.New(fault.Refused, "apply.receipt").Because(err)
	}
	r, err := OpenReceipt(p.Receipt, keys)
	if err != nil {
		return nil, err
	}
	c, err := p.Inclusion.Check(keys)
	if err != nil {
		return nil, err
	}
	n, err := note.Open([]byte(p.Inclusion.Checkpoint), keys)
	if err != nil || !genuine(n, p.Inclusion.Checkpoint) || !p.agrees(r) {
		return nil, fault.New(fault.Refused, "apply.receipt").Because(err)
	}
	return &Proved{Receipt: r, Seq: p.Inclusion.Seq, Size: c.Size}, nil
}

// agrees reports whether the receipt, the manifest and the line tell of the same
// version, the salt in its one right form.
func (p *Proof) agrees(r *Receipt) bool {
	hash, err := p.Manifest.sum()
	if err != nil || hash != r.Manifest || p.Manifest.Application != r.Application || p.Manifest.Number != r.Number || !p.Manifest.Received.Equal(r.Received) {
		return false
	}
	line := struct {
		Version int64  `json:"version"`
		Hash    string `json:"hash"`
	}{}
	err = json.Unmarshal([]byte(p.Inclusion.Payload), &line)
	id, verb, subject := p.Inclusion.Fields[0], p.Inclusion.Fields[5], p.Inclusion.Fields[6]
	return err == nil && p.Inclusion.Salt == strings.ToLower(p.Inclusion.Salt) && id == r.Line && verb == "apply.submit" && subject == (&Application{ID: r.Application}).subject() && line.Version == r.Number && line.Hash == hash
}
