package recommend

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/internal/secret"
)

// ComplaintID is the key of a [Complaint].
type ComplaintID string

// The states of a complaint.
const (
	ComplaintOpen     = "open"     // 待答复
	ComplaintAnswered = "answered" // 已答复
)

// ComplaintStates are all of them.
var ComplaintStates = []string{ComplaintOpen, ComplaintAnswered}

// A Complaint (中介投诉) says that somebody forces applicants to pay for an
// intermediary, or does so in an authority's name (“黄牛”“黑中介”). Anybody may
// complain, without a name, too. The officers of the call's issuer answer; who
// complained reads the answer by a link that nobody else has, and may say more to
// it there, which is answered again. Nothing of it is changed or deleted.
//
// What it says is sealed at rest. Who complained is known to nobody but by what
// they wrote themselves: no account, no address of the network.
type Complaint struct {
	ID         ComplaintID        `json:"id"`
	Call       call.ID            `json:"call"`
	CallTitle  string             `json:"call_title"`
	Issuer     actor.UnitID       `json:"-"`
	IssuerName string             `json:"issuer_name"`
	Programme  string             `json:"-"`
	State      string             `json:"state"`
	About      string             `json:"about,omitempty"` // who is complained of
	Story      string             `json:"story,omitempty"`
	Reachable  bool               `json:"reachable"` // they left an address: see [RevealComplainant]
	Files      []ComplaintFile    `json:"files,omitempty"`
	Filed      time.Time          `json:"filed"`
	Asked      time.Time          `json:"asked"`              // when whoever complained spoke last
	Answered   time.Time          `json:"answered,omitzero"`  // when it was answered last
	Messages   []ComplaintMessage `json:"messages,omitempty"` // in order; a list of complaints has none

	token                 string // hash
	about, story, contact secret.Sealed
}

// The sides of a [ComplaintMessage].
const (
	SideOffice      = "office"      // 答复
	SideComplainant = "complainant" // 追问
)

// A ComplaintMessage (往来) is an answer to a complaint, or what whoever complained
// said to one.
type ComplaintMessage struct {
	Number int64          `json:"number"` // from 1, the first answer
	Side   string         `json:"side"`
	Text   string         `json:"text"`
	Said   time.Time      `json:"said"`
	Person actor.PersonID `json:"-"` // who answered

	text secret.Sealed
}

// A ComplaintFile (证据) is a file that came with a complaint.
type ComplaintFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`

	hash blob.Hash // of the sealed content
	name secret.Sealed
}

// A ComplaintEntry is a complaint as somebody typed it.
type ComplaintEntry struct {
	Call    call.ID
	About   string
	Story   string
	Contact string          // "" when they stay unknown
	Files   []ComplaintFile // as [Office.ReceiveEvidence] returns them
}

// The limits of a complaint.
const (
	MaxAbout        = 200      // characters
	MaxStory        = 4000     // characters
	MaxContact      = 200      // characters
	MaxEvidence     = 3        // files
	MaxEvidenceSize = 10 << 20 // bytes of each
)

// Clean asks that an entry says something, and takes away what cannot be seen.
// It is done before anything of the entry is kept.
func (e *ComplaintEntry) Clean() error {
	for _, one := range []struct {
		field string
		text  *string
		most  int
		must  bool
	}{{"about", &e.About, MaxAbout, true}, {"story", &e.Story, MaxStory, true}, {"contact", &e.Contact, MaxContact, false}} {
		*one.text = intake.CleanText(*one.text)
		switch n := len([]rune(*one.text)); {
		case n == 0 && one.must:
			return fault.New(fault.Invalid, "recommend.complaint."+one.field).In(one.field)
		case n > one.most:
			return fault.New(fault.Invalid, "recommend.long", n, one.most).In(one.field)
		}
	}
	return nil
}

// evidenceKinds are the files that are taken as evidence.
var evidenceKinds = []intake.Kind{intake.PDF, intake.JPEG, intake.PNG, intake.DOCX, intake.XLSX, intake.TXT}

// ReceiveEvidence looks into a file that comes with a complaint, and keeps it
// sealed. It asks no database, and is done before the transaction.
func (o *Office) ReceiveEvidence(ctx context.Context, id string, s Scan) (f ComplaintFile, err error) {
	found, err := intake.Look(ctx, bytes.NewReader(s.Data), int64(len(s.Data)), s.Name, intake.Rules{Kinds: evidenceKinds, MaxBytes: MaxEvidenceSize})
	if err != nil {
		return f, err
	}
	if o.Scanner != nil {
		if err := intake.Clean(ctx, o.Scanner, bytes.NewReader(s.Data)); err != nil {
			return f, err
		}
	}
	f = ComplaintFile{ID: id, Name: intake.CleanName(s.Name), Type: found.Type, Size: int64(len(s.Data))}
	sealed, err := o.Keys.Seal("complaint_files:"+id, string(s.Data))
	if err != nil {
		return f, err
	}
	if f.name, err = o.Keys.Seal("complaint_files.name:"+id, f.Name); err != nil {
		return f, err
	}
	f.hash, _, err = o.Blobs.Put(ctx, strings.NewReader(string(sealed)))
	return f, err
}

// Evidence is the content of a file that somebody found: see [Office.NoteEvidence].
func (o *Office) Evidence(ctx context.Context, f *ComplaintFile) ([]byte, error) {
	from, err := o.Blobs.Open(ctx, f.hash)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	sealed, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	text, err := o.Keys.Open("complaint_files:"+f.ID, secret.Sealed(sealed))
	return []byte(text), err
}

// seal fills in what the database keeps of an entry.
func (c *Complaint) seal(keys *secret.Keys, e *ComplaintEntry) (err error) {
	for column, one := range map[string]struct {
		text string
		to   *secret.Sealed
	}{"about": {e.About, &c.about}, "story": {e.Story, &c.story}, "contact": {e.Contact, &c.contact}} {
		if *one.to, err = keys.Seal(c.place(column), one.text); err != nil {
			return err
		}
	}
	return nil
}

// open reads what is sealed, but for how to reach the complainant.
func (c *Complaint) open(keys *secret.Keys) (err error) {
	for column, one := range map[string]struct {
		from secret.Sealed
		to   *string
	}{"about": {c.about, &c.About}, "story": {c.story, &c.Story}} {
		if *one.to, err = keys.Open(c.place(column), one.from); err != nil {
			return err
		}
	}
	for i := range c.Messages {
		m := &c.Messages[i]
		if m.Text, err = keys.Open(c.place(m.column()), m.text); err != nil {
			return err
		}
	}
	for i := range c.Files {
		if c.Files[i].Name, err = keys.Open("complaint_files.name:"+c.Files[i].ID, c.Files[i].name); err != nil {
			return err
		}
	}
	return nil
}

func (c *Complaint) place(column string) string { return "complaints." + column + ":" + string(c.ID) }

// column is where a message is sealed.
func (m *ComplaintMessage) column() string { return fmt.Sprintf("message%d", m.Number) }

func (c *Complaint) subject() string { return "complaint:" + string(c.ID) }

// digest is a commitment to what a complaint says, for the journal: nobody can
// change it unseen, and nobody reads it there.
func (c *Complaint) digest() string {
	parts := string(c.about) + "\n" + string(c.story) + "\n" + string(c.contact)
	for _, f := range c.Files {
		parts += "\n" + string(f.hash)
	}
	return string(blob.Sum([]byte(parts)))
}

// on is what acts on a complaint are about.
func (c *Complaint) on() actor.On {
	return actor.On{Unit: c.Issuer, Issuer: c.Issuer, Programme: c.Programme}
}
