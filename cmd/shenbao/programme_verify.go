package main

import (
	"fmt"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
)

// programmeVerifyCmd is "shenbao programme verify".
type programmeVerifyCmd struct {
	ID     string `arg:"" name:"ID" help:"cli.arg.id"`
	Source string `required:"" placeholder:"FILE" help:"cli.flag.source"`
}

// Help names the command's longer text.
func (programmeVerifyCmd) Help() string { return "cli.verify.detail" }

// Run implements the command.
func (c *programmeVerifyCmd) Run(a *app, g *programmeCmd) error {
	return verifySource(a, g, c.ID, c.Source)
}

// verifySource holds a package against the official text. A package with faults of
// its own is compared as far as it could be read, after its faults.
func verifySource(a *app, g *programmeCmd, id, source string) error {
	lib, err := g.open()
	if err != nil {
		return err
	}
	p, faulty := lib.Load(id)
	if p == nil || faulty != nil && a.JSON {
		return faulty
	}
	if faulty != nil {
		a.report(fault.All(faulty))
	}
	src, err := a.open(source)
	if err != nil {
		return err
	}
	defer src.Close()
	report, err := p.Verify(src)
	if err != nil {
		return sourceFault(err, source)
	}
	if a.JSON {
		if err := a.writeJSON(report); err != nil {
			return err
		}
	} else {
		a.verifyText(p, source, report)
	}
	if !report.OK || faulty != nil {
		return errFindings
	}
	return nil
}

// verifyText writes what does not agree, the noise, and a line that sums up.
func (a *app) verifyText(p *programme.Package, source string, r *programme.VerifyReport) {
	for _, f := range r.Faults {
		text := f.Message.ZH
		if a.Lang == locale.EN {
			text = f.Message.EN
		}
		place := ""
		if f.File != "" {
			place = fmt.Sprintf("%s:%d: ", f.File, f.Line)
		} else if f.SourceLine > 0 {
			place = fmt.Sprintf("%s:%d: ", source, f.SourceLine)
		}
		if f.Clause != "" {
			place += p.Inventory + "-" + f.Clause + " "
		}
		if f.Locator != "" {
			place += f.Locator + ": "
		}
		fmt.Fprintln(a.out, place+text)
	}
	for _, n := range r.Noise {
		fmt.Fprintln(a.out, a.text("check.source_noise", n.Line, n.Text))
	}
	key := "check.source_ok"
	if !r.OK {
		key = "check.source_bad"
	}
	fmt.Fprintln(a.out, a.text(key, p.ID, r.Clauses, r.Sentences, r.Figures, len(r.Faults)))
}
