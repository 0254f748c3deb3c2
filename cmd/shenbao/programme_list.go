package main

import (
	"fmt"

	"shenbao/programme"
)

// programmeListCmd is "shenbao programme list".
type programmeListCmd struct {
}

// Help names the command's longer text.
func (programmeListCmd) Help() string { return "cli.list.detail" }

// Run implements the command.
func (c *programmeListCmd) Run(a *app, g *programmeCmd) error { return list(a, g) }

// list lists the packages of the index.
func list(a *app, g *programmeCmd) error {
	lib, err := g.open()
	if err != nil {
		return err
	}
	entries := lib.List()
	if a.JSON {
		return a.writeJSON(entries)
	}
	width := 0
	for _, e := range entries {
		width = max(width, len(e.ID))
	}
	for _, e := range entries {
		fmt.Fprintf(a.out, "%-*s  %s\n%*s  %s\n", width, e.ID, e.Title, width, "", a.listLine(e))
		for _, m := range e.Members {
			fmt.Fprintf(a.out, "%*s  %s  %s\n", width, "", e.ID+"/"+m.ID, m.Title)
		}
	}
	return nil
}

func (a *app) listLine(e programme.IndexEntry) string {
	issuer := e.Issuer
	if issuer == "" {
		issuer = a.text("list.no_issuer")
	}
	return a.text("list.line", issuer, e.Year, a.text("list.status."+string(e.Status)))
}
