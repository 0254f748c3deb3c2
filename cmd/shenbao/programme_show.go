package main

// programmeShowCmd is "shenbao programme show".
type programmeShowCmd struct {
	ID string `arg:"" name:"ID" help:"cli.arg.id"`
}

// Help names the command's longer text.
func (programmeShowCmd) Help() string { return "cli.show.detail" }

// Run implements the command.
func (c *programmeShowCmd) Run(a *app, g *programmeCmd) error { return show(a, g, c.ID) }

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
