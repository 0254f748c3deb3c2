package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"

	"shenbao/assign/draw"
	"shenbao/assign/verify"
	"shenbao/internal/fault"
)

// assignCommitCmd makes a party's secret and its commitment.
type assignCommitCmd struct {
	Bundle string `arg:"" name:"BUNDLE" help:"cli.arg.bundle"`
	Party  string `required:"" placeholder:"NAME" help:"cli.flag.party"`
}

// Help names the command's longer text.
func (assignCommitCmd) Help() string { return "cli.assign.commit.detail" }

// Run implements the command.
func (c *assignCommitCmd) Run(a *app) error {
	b, _, err := a.checkedBundle(c.Bundle)
	if err != nil {
		return err
	}
	secret := make([]byte, 32)
	rand.Read(secret) // it ends the program when the system has no randomness
	commitment := draw.Commit(draw.Digest(b[draw.BatchFile]), c.Party, secret)
	if a.JSON {
		return a.writeJSON(map[string]string{"party": c.Party, "secret": hex.EncodeToString(secret), "commitment": commitment})
	}
	_, err = io.WriteString(a.out, a.text("assign.commit", c.Party, commitment, hex.EncodeToString(secret))+"\n")
	return err
}

// assignAnnounceCmd fixes who has committed and which public values count.
type assignAnnounceCmd struct {
	Bundle string `arg:"" name:"BUNDLE" help:"cli.arg.bundle"`
	File   string `arg:"" name:"FILE" help:"cli.arg.announcement"`
}

// Help names the command's longer text.
func (assignAnnounceCmd) Help() string { return "cli.assign.announce.detail" }

// Run implements the command.
func (c *assignAnnounceCmd) Run(a *app) error {
	b, _, err := a.checkedBundle(c.Bundle)
	if err != nil {
		return err
	}
	var given struct {
		Commitments []draw.Commitment `json:"commitments"`
		Values      []draw.Source     `json:"values"`
	}
	if err := a.readStrict(c.File, &given); err != nil {
		return err
	}
	if err := b.Announce(given.Commitments, given.Values); err != nil {
		return fault.Of(err).At(c.File, 0, 0)
	}
	return a.finish(c.Bundle, b)
}

// assignRevealCmd reveals secrets and values, derives the seed and draws.
type assignRevealCmd struct {
	Bundle string `arg:"" name:"BUNDLE" help:"cli.arg.bundle"`
	File   string `arg:"" name:"FILE" help:"cli.arg.reveal"`
}

// Help names the command's longer text.
func (assignRevealCmd) Help() string { return "cli.assign.reveal.detail" }

// Run implements the command.
func (c *assignRevealCmd) Run(a *app) error {
	b, _, err := a.checkedBundle(c.Bundle)
	if err != nil {
		return err
	}
	var given draw.Reveal
	if err := a.readStrict(c.File, &given); err != nil {
		return err
	}
	if err := b.Reveal(&given); err != nil {
		return fault.Of(err).At(c.File, 0, 0)
	}
	return a.finish(c.Bundle, b)
}

// assignReplaceCmd takes an expert off a panel and seats the next alternate.
type assignReplaceCmd struct {
	Bundle      string `arg:"" name:"BUNDLE" help:"cli.arg.bundle"`
	Application string `arg:"" name:"APPLICATION" help:"cli.arg.application"`
	Expert      string `arg:"" name:"EXPERT" help:"cli.arg.expert"`
	Reason      string `required:"" placeholder:"TEXT" help:"cli.flag.reason"`
}

// Help names the command's longer text.
func (assignReplaceCmd) Help() string { return "cli.assign.replace.detail" }

// Run implements the command.
func (c *assignReplaceCmd) Run(a *app) error {
	b, r, err := a.checkedBundle(c.Bundle)
	if err != nil {
		return err
	}
	row, expert := -1, -1
	for j := range r.Problem.Experts {
		if r.Problem.Experts[j].ID == c.Expert {
			expert = j
		}
	}
	if expert < 0 {
		return fault.New(fault.Missing, "assign.no_such", c.Expert).In("EXPERT")
	}
	for i, x := range r.Problem.Rows() {
		if r.Problem.Applications[x.Application].ID == c.Application && x.Seat == r.Problem.Experts[expert].Seat {
			row = i
		}
	}
	if row < 0 {
		return fault.New(fault.Missing, "assign.no_such", c.Application).In("APPLICATION")
	}
	change, err := b.Change(row, expert, c.Reason)
	if err != nil {
		return err
	}
	if change.In < 0 {
		a.say(a.text("assign.nobody", c.Application))
	} else {
		a.say(a.text("assign.replaced", c.Application, r.Problem.Experts[change.In].ID, c.Expert))
	}
	return a.finish(c.Bundle, b)
}

// checkedBundle reads a bundle that every check accepts.
func (a *app) checkedBundle(name string) (draw.Bundle, *verify.Report, error) {
	b, err := a.readBundle(name)
	if err != nil {
		return nil, nil, err
	}
	r, err := verify.Bundle(b)
	return b, r, err
}

// readStrict reads a JSON file that a person wrote: a key that nobody knows is
// a fault.
func (a *app) readStrict(name string, v any) error {
	f, err := a.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	d := json.NewDecoder(io.LimitReader(f, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fault.New(fault.Invalid, "assign.json", err).At(name, 0, 0)
	}
	return nil
}

// finish writes a bundle back and tells its head.
func (a *app) finish(name string, b draw.Bundle) error {
	if err := a.writeBundle(name, b); err != nil {
		return err
	}
	if a.JSON {
		return a.writeJSON(map[string]string{"bundle": name, "head": b.Head()})
	}
	_, err := io.WriteString(a.out, a.text("assign.bundle", name, b.Head())+"\n")
	return err
}
