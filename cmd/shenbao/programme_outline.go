package main

import (
	"errors"
	"fmt"
	"strings"

	"shenbao/internal/fault"
	"shenbao/programme"
)

// programmeOutlineCmd is "shenbao programme outline".
type programmeOutlineCmd struct {
	ID     string `arg:"" optional:"" name:"ID" help:"cli.arg.id_outline"`
	Source string `required:"" placeholder:"FILE" help:"cli.flag.source"`
}

// Help names the command's longer text.
func (programmeOutlineCmd) Help() string { return "cli.outline.detail" }

// Run implements the command.
func (c *programmeOutlineCmd) Run(a *app, g *programmeCmd) error {
	return outline(a, g, c.ID, c.Source)
}

// sentenceJSON is a sentence as outline --json shows it.
type sentenceJSON struct {
	Locator string `json:"locator"`
	Line    int    `json:"line"`
	Text    string `json:"text"`
	Heading bool   `json:"heading"`
}

// placeJSON is one place of the source with the sentences of its own line.
type placeJSON struct {
	Locator   string         `json:"locator"`
	Line      int            `json:"line"`
	Sentences []sentenceJSON `json:"sentences"`
}

// outlineJSON is an official text as outline --json shows it.
type outlineJSON struct {
	Sentences int                   `json:"sentences"` // how many
	Places    []placeJSON           `json:"places"`
	Noise     []programme.NoiseLine `json:"noise"`
}

// outline writes every place of an official text with its sentences, as the
// package cuts it; without an id, as a text without parts and noise.
func outline(a *app, g *programmeCmd, id, source string) error {
	p, faulty, err := outlinePackage(g, id)
	if err != nil || faulty != nil && a.JSON {
		return errors.Join(err, faulty)
	}
	if faulty != nil {
		a.report(fault.All(faulty))
	}
	src, err := a.open(source)
	if err != nil {
		return err
	}
	defer src.Close()
	o, err := p.ReadSource(src)
	if err != nil {
		return sourceFault(err, source)
	}
	if a.JSON {
		return a.writeJSON(outlineData(o))
	}
	if err := a.outlineText(o); err != nil {
		return err
	}
	if faulty != nil {
		return errFindings
	}
	return nil
}

// outlinePackage loads the package whose parts and noise cut the text. A
// package in the making may be faulty all over: only what is wrong with its
// call.yaml, where they are declared, is told.
func outlinePackage(g *programmeCmd, id string) (p *programme.Package, faulty, err error) {
	if id == "" {
		return &programme.Package{Call: &programme.Call{}}, nil, nil
	}
	lib, err := g.open()
	if err != nil {
		return nil, nil, err
	}
	p, all := lib.Load(id)
	if p == nil {
		return nil, nil, all
	}
	var own []error
	for _, f := range fault.All(all) {
		if strings.HasSuffix(f.File, "/call.yaml") {
			own = append(own, f)
		}
	}
	return p, errors.Join(own...), nil
}

// sourceFault names the file in a fault of an official text.
func sourceFault(err error, source string) error {
	f := fault.Of(err)
	if f.File == "" {
		f = f.At(source, f.Line, f.Col)
	}
	return f
}

func outlineData(o *programme.Outline) outlineJSON {
	out := outlineJSON{Sentences: len(o.Sentences()), Places: []placeJSON{}, Noise: []programme.NoiseLine{}}
	for _, n := range o.Locators() {
		place := placeJSON{n.Locator, n.Line, []sentenceJSON{}}
		for _, s := range n.Sentences {
			place.Sentences = append(place.Sentences, sentenceJSON{s.Locator, s.Line, s.Text, s.Heading})
		}
		out.Places = append(out.Places, place)
	}
	out.Noise = append(out.Noise, o.Noise()...)
	return out
}

// outlineText writes one sentence a line, then the noise, and a line that sums
// up.
func (a *app) outlineText(o *programme.Outline) error {
	if err := o.Dump(a.out); err != nil {
		return err
	}
	for _, n := range o.Noise() {
		fmt.Fprintf(a.out, "%s\t%d\t%s\n", a.text("outline.noise"), n.Line, n.Text)
	}
	fmt.Fprintln(a.out, "\n"+a.text("outline.summary", len(o.Locators()), len(o.Sentences()), len(o.Noise())))
	return nil
}
