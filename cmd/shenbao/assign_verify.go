package main

import (
	"fmt"
	"strings"

	"shenbao/assign/draw"
	"shenbao/assign/verify"
	"shenbao/internal/terminal"
)

// assignVerifyCmd checks a bundle from its first step on.
type assignVerifyCmd struct {
	Bundle string `arg:"" name:"BUNDLE" help:"cli.arg.bundle"`
	Script bool   `help:"cli.flag.script"`
}

// Help names the command's longer text.
func (assignVerifyCmd) Help() string { return "cli.assign.verify.detail" }

// bundleJSON is a report in its stable form.
type bundleJSON struct {
	OK      bool          `json:"ok"`
	Fault   *faultJSON    `json:"fault"`
	Steps   []verify.Step `json:"steps"`
	Head    string        `json:"head"`
	Open    bool          `json:"open"`
	Direct  bool          `json:"direct"`
	Redraw  *draw.Redraw  `json:"redraw"`
	Total   int64         `json:"total"`
	Floor   int           `json:"floor"`
	Q       string        `json:"q"`
	Panels  []panelJSON   `json:"panels"`
	Changes []changeJSON  `json:"changes"`
}

type changeJSON struct {
	Application string `json:"application"`
	Out         string `json:"out"`
	In          string `json:"in"`
	Reason      string `json:"reason"`
}

// Run implements the command.
func (c *assignVerifyCmd) Run(a *app) error {
	if c.Script {
		_, err := a.out.WriteString(verify.Script)
		return err
	}
	b, err := a.readBundle(c.Bundle)
	if err != nil {
		return err
	}
	r, wrong := verify.Bundle(b)
	if a.JSON {
		err = a.writeJSON(a.bundleJSON(r, wrong))
	} else {
		_, err = a.out.WriteString(a.bundlePage(r, wrong))
	}
	if err == nil && wrong != nil {
		err = errFindings
	}
	return err
}

func (a *app) bundleJSON(r *verify.Report, wrong error) bundleJSON {
	out := bundleJSON{OK: wrong == nil, Steps: r.Steps, Head: r.Head, Open: r.Open, Direct: r.Direct, Redraw: r.Redraw, Floor: r.Floor,
		Q: "1", Panels: []panelJSON{}, Changes: []changeJSON{}}
	if r.Units > 0 {
		out.Q, out.Total = fraction(r.Most, r.Units), r.Total/int64(r.Units)
	}
	if wrong != nil {
		f := a.faults(wrong)[0]
		out.Fault = &f
		return out
	}
	p := r.Problem
	for i, panel := range r.Panels {
		row := p.Rows()[i]
		x := panelJSON{p.Applications[row.Application].ID, p.Seats[row.Seat].Name, []string{}}
		for _, j := range panel {
			x.Experts = append(x.Experts, p.Experts[j].ID)
		}
		out.Panels = append(out.Panels, x)
	}
	for _, ch := range r.Changes {
		x := changeJSON{Application: p.Applications[p.Rows()[ch.Row].Application].ID, Out: p.Experts[ch.Out].ID, Reason: ch.Reason}
		if ch.In >= 0 {
			x.In = p.Experts[ch.In].ID
		}
		out.Changes = append(out.Changes, x)
	}
	return out
}

func (a *app) bundlePage(r *verify.Report, wrong error) string {
	var b strings.Builder
	line := func(mark, colour, text string) {
		fmt.Fprintf(&b, "%s %s\n", a.style.Paint(colour, mark), terminal.Clean(text))
	}
	for _, s := range r.Steps {
		line("✓", terminal.Green, a.text("assign.step."+string(s)))
	}
	if wrong != nil {
		line("✗", terminal.Red, a.faults(wrong)[0].Text)
		return b.String()
	}
	if r.Redraw != nil {
		line("!", terminal.Yellow, a.text("assign.redrawn", r.Redraw.Of, r.Redraw.Reason))
	}
	if r.Direct {
		line("!", terminal.Yellow, a.text("assign.direct"))
	}
	if r.Open {
		line("!", terminal.Yellow, a.text("assign.open"))
	}
	x := a.bundleJSON(r, nil)
	if r.Units > 0 {
		fmt.Fprintln(&b, a.text("assign.result", millionths(x.Total), millionths(int64(x.Floor)), x.Q))
	}
	fmt.Fprintln(&b, a.text("assign.head", r.Head))
	for _, p := range x.Panels {
		name := strings.TrimSpace(p.Application + " " + p.Seat)
		fmt.Fprintln(&b, terminal.Clean(name+"  "+strings.Join(p.Experts, " ")))
	}
	for _, c := range x.Changes {
		fmt.Fprintln(&b, terminal.Clean(a.text("assign.changed", c.Application, c.Out, c.In, c.Reason)))
	}
	return b.String()
}
