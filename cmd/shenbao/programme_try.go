package main

import (
	"shenbao/programme"
	"shenbao/rule"
)

// programmeTryCmd is "shenbao programme try".
type programmeTryCmd struct {
	ID    string `arg:"" name:"ID" help:"cli.arg.id"`
	Facts string `arg:"" name:"FACTS" help:"cli.arg.facts"`
}

// Help names the command's longer text.
func (programmeTryCmd) Help() string { return "cli.try.detail" }

// Run implements the command.
func (c *programmeTryCmd) Run(a *app, g *programmeCmd) error { return try(a, g, c.ID, c.Facts) }

// try answers every rule of a package on the facts of one application.
func try(a *app, g *programmeCmd, id, facts string) error {
	p, err := load(g, id)
	if err != nil {
		return err
	}
	src, err := a.open(facts)
	if err != nil {
		return err
	}
	defer src.Close()
	report, err := p.Try(src, a.Lang)
	if err != nil {
		return programme.FactsFault(err, facts)
	}
	if a.JSON {
		err = a.writeJSON(report)
	} else {
		err = report.WritePage(a.out, a.style, a.Lang)
	}
	if err != nil {
		return err
	}
	if report.Answer != rule.Eligible && report.Answer != rule.Exceptions {
		return errFindings
	}
	return nil
}
