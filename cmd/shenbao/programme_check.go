package main

import (
	"errors"
	"fmt"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
)

// programmeCheckCmd is "shenbao programme check".
type programmeCheckCmd struct {
	IDs []string `arg:"" optional:"" name:"ID" help:"cli.arg.ids"`
}

// Help names the command's longer text.
func (programmeCheckCmd) Help() string { return "cli.check.detail" }

// Run implements the command.
func (c *programmeCheckCmd) Run(a *app, g *programmeCmd) error { return check(a, g, c.IDs) }

// problemJSON is a problem as check --json shows it.
type problemJSON struct {
	Severity programme.Severity `json:"severity"`
	Key      string             `json:"key"`
	Text     string             `json:"text"`
	Clauses  []string           `json:"clauses"` // full ids: 000-023
	File     string             `json:"file,omitempty"`
	Line     int                `json:"line,omitempty"`
	Col      int                `json:"col,omitempty"`
	Field    string             `json:"field,omitempty"`
}

// checkJSON is one package as check --json shows it.
type checkJSON struct {
	Package        string        `json:"package"`
	Hash           string        `json:"hash"`
	Clauses        int           `json:"clauses"`
	Rules          int           `json:"rules"`
	Cases          int           `json:"cases"`
	FailedCases    int           `json:"failed_cases"`
	Errors         int           `json:"errors"`
	Contradictions int           `json:"contradictions"`
	Warnings       int           `json:"warnings"`
	Infos          int           `json:"infos"`
	Problems       []problemJSON `json:"problems"`
}

// check checks the packages with the given ids, or all of them.
func check(a *app, g *programmeCmd, ids []string) error {
	lib, err := g.open()
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		for _, e := range lib.List() {
			ids = append(ids, e.ID)
		}
	}
	out := []checkJSON{}
	faulty := false
	for _, id := range ids {
		p, err := lib.Load(id)
		if p == nil {
			return err
		}
		problems := p.Check()
		faulty = faulty || problems.Count(programme.Error) > 0
		sum := a.checkSummary(p, problems)
		out = append(out, sum)
		if !a.JSON {
			a.checkText(p, problems, sum)
		}
	}
	if a.JSON {
		if err := a.writeJSON(map[string]any{"packages": out}); err != nil {
			return err
		}
	}
	if faulty {
		return errFindings
	}
	return nil
}

func (a *app) checkSummary(p *programme.Package, problems programme.Problems) checkJSON {
	size := p.Sizes()
	c := checkJSON{Package: p.ID, Hash: p.Hash, Clauses: size.Clauses, Rules: size.Rules, Cases: size.Cases,
		Errors: problems.Count(programme.Error), Contradictions: problems.Count(programme.Contradiction),
		Warnings: problems.Count(programme.Warning), Infos: problems.Count(programme.Info), Problems: []problemJSON{}}
	failed := map[string]bool{}
	for _, q := range problems {
		c.Problems = append(c.Problems, problemJSON{q.Severity, q.Key, q.Text(a.Lang), p.ClauseIDs(q.Clauses),
			q.File, q.Line, q.Col, q.Field})
		if q.Case != "" && q.Severity == programme.Error {
			failed[q.Case] = true
		}
	}
	c.FailedCases = len(failed)
	return c
}

// checkText writes a package's problems, the grave ones first, and a line that
// sums up.
func (a *app) checkText(p *programme.Package, problems programme.Problems, sum checkJSON) {
	last := programme.Severity("")
	for _, q := range problems {
		if q.Severity != last {
			fmt.Fprintln(a.out, a.text("check.severity."+string(q.Severity)))
			last = q.Severity
		}
		f := q.Fault
		f.Clause = ""
		fmt.Fprintf(a.out, "  %s", locale.Fault(a.Lang, &f))
		if len(q.Clauses) > 0 {
			fmt.Fprint(a.out, a.text("check.clauses", strings.Join(p.ClauseIDs(q.Clauses), a.text("usage.comma"))))
		}
		fmt.Fprintln(a.out)
	}
	if len(problems) > 0 {
		fmt.Fprintln(a.out)
	}
	fmt.Fprintln(a.out, a.text("check.summary", p.ID, sum.Clauses, sum.Rules, sum.Cases, sum.Cases-sum.FailedCases,
		a.text("check.counts", sum.Errors, sum.Contradictions, sum.Warnings, sum.Infos)))
}

// load reads one package that must be free of faults.
func load(g *programmeCmd, id string) (*programme.Package, error) {
	lib, err := g.open()
	if err != nil {
		return nil, err
	}
	p, err := lib.Load(id)
	if err != nil {
		return nil, err
	}
	if p.Program == nil && len(p.Members) == 0 {
		return nil, fault.New(fault.Internal, fault.Unforeseen).Because(errors.New("no program"))
	}
	return p, nil
}
