package main

import (
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/journal"
	"shenbao/internal/locale"
	"shenbao/internal/terminal"
)

// journalCmd is the group "shenbao journal".
type journalCmd struct {
	dataFlags `embed:""`

	Verify     journalVerifyCmd     `cmd:"" help:"cli.journal_verify"`
	Checkpoint journalCheckpointCmd `cmd:"" help:"cli.journal_checkpoint"`
}

// Help names the group's longer text.
func (journalCmd) Help() string { return "cli.journal.detail" }

// journalVerifyCmd is "shenbao journal verify".
type journalVerifyCmd struct {
	Checkpoint []string `placeholder:"FILE" help:"cli.flag.checkpoint"`
	Receipt    []string `placeholder:"FILE" help:"cli.flag.receipt"`
	Key        string   `placeholder:"FILE" help:"cli.flag.key"`
}

// Help names the command's longer text.
func (journalVerifyCmd) Help() string { return "cli.journal_verify.detail" }

// journalJSON is what "journal verify --json" writes.
type journalJSON struct {
	Lines       int64               `json:"lines"`
	Sealed      int64               `json:"sealed"`
	Checkpoints int                 `json:"checkpoints"`
	Newest      *journal.Checkpoint `json:"newest"`
	Faults      []faultJSON         `json:"faults"`
	More        int                 `json:"more"`
}

// Run implements the command. With receipts alone it asks no database.
func (c *journalVerifyCmd) Run(a *app, g *journalCmd) error {
	file := c.Key
	if file == "" {
		file = g.path(journal.PublicFile)
	}
	keys, err := journal.OpenPublic(file)
	if err != nil {
		return err
	}
	if len(c.Receipt) > 0 {
		return c.receipts(a, keys)
	}
	s, err := g.openToOperate(a)
	if err != nil {
		return err
	}
	defer s.close()
	report, err := verifyJournal(a, s, keys, c.Checkpoint)
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.writeJSON(report.json(a))
	} else {
		report.text(a)
	}
	if err == nil && len(report.Faults) > 0 {
		return errFindings
	}
	return err
}

// journalReport is a report that can be shown.
type journalReport struct{ *journal.Report }

// verifyJournal recomputes the journal; files hold checkpoints kept elsewhere.
func verifyJournal(a *app, s *store, keys note.Verifiers, files []string) (journalReport, error) {
	var external []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return journalReport{}, fileFault(name, err)
		}
		external = append(external, string(text))
	}
	report, err := db.View(a.ctx, s.db, func(r db.Reader) (*journal.Report, error) {
		return journal.Verify(a.ctx, r, keys, external)
	})
	return journalReport{report}, err
}

func (r journalReport) json(a *app) journalJSON {
	return journalJSON{r.Lines, r.Sealed, r.Checkpoints, r.Newest, a.faultList(r.Faults), r.More}
}

func (r journalReport) text(a *app) {
	for _, f := range r.Faults {
		fmt.Fprintln(a.out, terminal.Clean(locale.Fault(a.Lang, f)))
	}
	if r.More > 0 {
		fmt.Fprintln(a.out, a.text("journal.more", r.More))
	}
	fmt.Fprintln(a.out, a.text("journal.summary", r.Lines, r.Sealed, r.Checkpoints, len(r.Faults)+r.More))
}

// receiptJSON is a receipt that was checked. Seq and Size are 0 for a signed
// note alone: it says that the platform took something in, not that the journal
// still has it.
type receiptJSON struct {
	File       string         `json:"file"`
	Seq        int64          `json:"seq"`
	Size       int64          `json:"size"` // of the checkpoint that holds the line
	At         string         `json:"at"`   // of the line; of a submission, when it was received
	Verb       string         `json:"verb"`
	Submission *apply.Receipt `json:"submission,omitempty"`
}

// receipts checks receipts against the public keys alone.
func (c *journalVerifyCmd) receipts(a *app, keys note.Verifiers) error {
	all := []receiptJSON{}
	for _, name := range c.Receipt {
		text, err := os.ReadFile(name)
		if err != nil {
			return fileFault(name, err)
		}
		one, err := checkReceipt(text, keys)
		if err != nil {
			return fault.Of(err).At(name, 0, 0)
		}
		one.File = name
		all = append(all, one)
	}
	if a.JSON {
		return a.writeJSON(all)
	}
	for _, one := range all {
		fmt.Fprintln(a.out, terminal.Clean(one.text(a)))
	}
	return nil
}

// checkReceipt checks a receipt of any of the three kinds: that of a submission
// as a signed note, or with its proof, or that of any line of the journal.
func checkReceipt(text []byte, keys note.Verifiers) (receiptJSON, error) {
	switch {
	case apply.IsReceipt(string(text)):
		r, err := apply.OpenReceipt(string(text), keys)
		if err != nil {
			return receiptJSON{}, err
		}
		return receiptJSON{At: db.Time(r.Received), Verb: "apply.submit", Submission: r}, nil
	case apply.IsProof(text):
		p, err := apply.OpenProof(text, keys)
		if err != nil {
			return receiptJSON{}, err
		}
		return receiptJSON{Seq: p.Seq, Size: p.Size, At: db.Time(p.Received), Verb: "apply.submit", Submission: p.Receipt}, nil
	}
	var p journal.Receipt
	if err := json.Unmarshal(text, &p); err != nil {
		return receiptJSON{}, fault.New(fault.Invalid, "journal.receipt").Because(err)
	}
	cp, err := p.Check(keys)
	if err != nil {
		return receiptJSON{}, err
	}
	return receiptJSON{Seq: p.Seq, Size: cp.Size, At: p.Fields[1], Verb: p.Fields[5]}, nil
}

// text is what a receipt proves, in a sentence.
func (r receiptJSON) text(a *app) string {
	s := r.Submission
	switch {
	case s == nil:
		return a.text("journal.holds", r.File, r.Seq, r.Verb, r.At)
	case r.Seq == 0:
		return a.text("journal.holds_signed", r.File, s.Application, s.Number, r.At, s.Manifest)
	}
	return a.text("journal.holds_submission", r.File, s.Application, s.Number, r.At, s.Manifest, r.Seq)
}

// journalCheckpointCmd is "shenbao journal checkpoint".
type journalCheckpointCmd struct{}

// Help names the command's longer text.
func (journalCheckpointCmd) Help() string { return "cli.journal_checkpoint.detail" }

// Run implements the command.
func (journalCheckpointCmd) Run(a *app, g *journalCmd) error {
	s, err := g.openToOperate(a)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.openKeys(a, false); err != nil {
		return err
	}
	c, err := (&journal.Sealer{DB: s.db, Key: s.key}).Seal(a.ctx)
	if err != nil {
		return err
	}
	if c == nil {
		return fault.New(fault.Missing, "journal.empty")
	}
	if a.JSON {
		return a.writeJSON(c)
	}
	_, err = a.out.WriteString(c.Note)
	return err
}
