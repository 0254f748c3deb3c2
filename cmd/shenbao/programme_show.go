package main

import (
	"bytes"
	"os"
)

// programmeShowCmd is "shenbao programme show".
type programmeShowCmd struct {
	ID   string `arg:"" name:"ID" help:"cli.arg.id"`
	HTML string `name:"html" placeholder:"FILE" help:"cli.flag.html"`
}

// Help names the command's longer text.
func (programmeShowCmd) Help() string { return "cli.show.detail" }

// Run implements the command.
func (c *programmeShowCmd) Run(a *app, g *programmeCmd) error {
	if c.HTML != "" {
		return showHTML(a, g, c.ID, c.HTML)
	}
	return show(a, g, c.ID)
}

// show writes every clause of a package with its rules and cases.
func show(a *app, g *programmeCmd, id string) error {
	p, err := load(g, id)
	if err != nil {
		return err
	}
	if a.JSON {
		return a.writeJSON(p.Show(a.Lang))
	}
	return p.WriteShow(a.out, a.style, a.Lang)
}

// showHTML writes a package as a page to read and print, into a file or to
// standard output. A package with faults has a page too, and says them.
func showHTML(a *app, g *programmeCmd, id, file string) error {
	lib, err := g.open()
	if err != nil {
		return err
	}
	p, err := lib.Load(id)
	if p == nil {
		return err
	}
	var page bytes.Buffer
	if err := p.WriteSheet(&page, a.Lang); err != nil {
		return err
	}
	if file == "-" {
		_, err := a.out.Write(page.Bytes())
		return err
	}
	if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil { //nolint:gosec // a page to be read
		return fileFault(file, err)
	}
	a.say(a.text("cli.written", file))
	return nil
}
