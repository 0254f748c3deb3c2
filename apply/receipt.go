package apply

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"shenbao/internal/clock"
	"shenbao/internal/fault"
)

// receiptHead is the first line of every receipt.
const receiptHead = "shenbao receipt"

// sign makes the receipt (回执) of a version: a signed note (C2SP signed-note,
// Ed25519, the key of the journal) with this text:
//
//	shenbao receipt
//	application <id> <number>
//	received <instant, as 2024-12-02T08:59:59.999Z>
//	entered <instant>
//	manifest <SHA-256, hexadecimal>
//	journal <id of the line>
//
// It proves by itself that the platform took the version in at that instant.
// That the journal was not changed since is proved by the line's inclusion.
func (o *Office) sign(v *Version) (string, error) {
	text := fmt.Sprintf("%s\napplication %s %d\nreceived %s\nentered %s\nmanifest %s\njournal %s\n",
		receiptHead, v.Application, v.Number, v.Received.UTC().Format(clock.Layout), v.Submitted.UTC().Format(clock.Layout), v.Hash, v.Line)
	signed, err := note.Sign(&note.Note{Text: text}, o.Sign)
	return string(signed), err
}

// A Receipt is what a signed receipt says.
type Receipt struct {
	Application ID        `json:"application"`
	Number      int64     `json:"number"`
	Received    time.Time `json:"received"`
	Entered     time.Time `json:"entered"`
	Manifest    string    `json:"manifest"`
	Line        string    `json:"line"`
}

// IsReceipt reports whether a text begins as a signed receipt does.
func IsReceipt(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(first, "\r") == receiptHead
}

// OpenReceipt checks the signature of a receipt against the public keys of the
// journal and reads it. It needs no database. Line ends of Windows and a missing
// last line end, which come of copying, are forgiven; nothing else is.
func OpenReceipt(text string, keys note.Verifiers) (*Receipt, error) {
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n") + "\n"
	n, err := note.Open([]byte(text), keys)
	if err != nil {
		return nil, fault.New(fault.Refused, "apply.receipt").Because(err)
	}
	if !genuine(n, text) {
		return nil, fault.New(fault.Refused, "apply.receipt")
	}
	r := &Receipt{}
	var received, entered string
	if _, err := fmt.Sscanf(n.Text, receiptHead+"\napplication %s %d\nreceived %s\nentered %s\nmanifest %s\njournal %s\n",
		&r.Application, &r.Number, &received, &entered, &r.Manifest, &r.Line); err != nil || !IsReceipt(n.Text) {
		return nil, fault.New(fault.Invalid, "apply.receipt")
	}
	for _, t := range []struct {
		text string
		to   *time.Time
	}{{received, &r.Received}, {entered, &r.Entered}} {
		if *t.to, err = time.Parse(clock.Layout, t.text); err != nil {
			return nil, fault.New(fault.Invalid, "apply.receipt").Because(err)
		}
	}
	return r, nil
}

// genuine reports whether a signed note is, to the last character, the one that
// was signed: with one signature, written in the one right form.
func genuine(n *note.Note, text string) bool {
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return false
	}
	s := n.Sigs[0]
	if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
		return false
	}
	return text == n.Text+"\n— "+s.Name+" "+s.Base64+"\n"
}
