package main

import (
	"errors"
	"fmt"
	"strings"

	"shenbao/programme"
)

// programmeCoverageCmd is "shenbao programme coverage".
type programmeCoverageCmd struct {
	ID  string `arg:"" optional:"" name:"ID" help:"cli.arg.id"`
	All bool   `help:"cli.flag.all"`
}

// Help names the command's longer text.
func (programmeCoverageCmd) Help() string { return "cli.coverage.detail" }

// Run implements the command.
func (c *programmeCoverageCmd) Run(a *app, g *programmeCmd) error {
	if c.All {
		return coverageAll(a, g)
	}
	return coverage(a, g, c.ID)
}

// Validate implements kong's hook: one package or all of them.
func (c *programmeCoverageCmd) Validate() error {
	if (c.ID == "") != c.All {
		return errors.New("one of <ID> --all")
	}
	return nil
}

// coverage lists every clause of a package with what carries it out. A package
// with faults is covered as far as it could be read.
func coverage(a *app, g *programmeCmd, id string) error {
	lib, err := g.open()
	if err != nil {
		return err
	}
	p, err := lib.Load(id)
	if err != nil {
		return err
	}
	rows := p.Coverage()
	if a.JSON {
		return a.writeJSON(rows)
	}
	a.coverageText(rows)
	return nil
}

// coverageText writes one clause a line, then the counts.
func (a *app) coverageText(rows []programme.Coverage) {
	var runs, pending int
	for _, r := range rows {
		var parts []string
		live := false
		for _, c := range r.Carriers {
			word := a.text("coverage.type."+c.Type) + " " + c.ID
			if c.State == programme.Pending {
				word += a.text("coverage.pending", c.Room)
			} else {
				live = true
			}
			parts = append(parts, word)
		}
		if live {
			runs++
		} else {
			pending++
		}
		fmt.Fprintf(a.out, "%s  %s · %s · %s\n         %s\n", r.Clause, r.Locator, a.text("coverage.kind."+strings.ReplaceAll(string(r.Kind), " ", "_")),
			a.text("coverage.modality."+string(r.Modality)), strings.Join(parts, a.text("coverage.join")))
	}
	fmt.Fprintln(a.out, "\n"+a.text("coverage.summary", len(rows), runs, pending))
}
