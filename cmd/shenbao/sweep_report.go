package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/locale"
	"shenbao/internal/terminal"
	"shenbao/rule"
	"shenbao/rule/sweep"
)

// nearest is how many units are shown that come near.
const nearestUnits = 5

// sweepReport is the summary of a sweep. Its JSON form is stable.
type sweepReport struct {
	Package    string         `json:"package"`
	Hash       string         `json:"hash"`
	Units      int            `json:"units"`
	LeftOut    int            `json:"left_out"`   // rows that could not be read
	Unreadable int            `json:"unreadable"` // values that could not be read
	Classes    classesJSON    `json:"classes"`
	Answers    map[string]int `json:"answers"`
	Rules      []tallyJSON    `json:"rules"`   // those with the most unmet first
	Nearest    []nearJSON     `json:"nearest"` // units that one rule alone keeps out, by the smallest gap
	WhatIf     *whatIfJSON    `json:"what_if,omitempty"`
	Curve      *sweep.Curve   `json:"-"`
	CurveJSON  *curveJSON     `json:"curve,omitempty"`
	Ratified   *ratifiedJSON  `json:"ratified,omitempty"`

	s *sweeping
}

type classesJSON struct {
	Qualifying int `json:"qualifying"`
	Could      int `json:"could"`
	Not        int `json:"not"`
}

type tallyJSON struct {
	Rule    string `json:"rule"`
	Label   string `json:"label"`
	Met     int    `json:"met"`
	Unmet   int    `json:"unmet"`
	Unknown int    `json:"unknown"`
	Alone   int    `json:"alone"` // units that this rule alone keeps out
}

type nearJSON struct {
	Unit string          `json:"unit"`
	Line int             `json:"line"`
	Gaps []rule.LeafView `json:"gaps"`
}

type whatIfJSON struct {
	Set    []string    `json:"set"`
	Enter  int         `json:"enter"`
	Leave  int         `json:"leave"`
	Before classesJSON `json:"before"`
	After  classesJSON `json:"after"`
}

type curveJSON struct {
	Rule   string      `json:"rule"`
	Points []pointJSON `json:"points"`
}

type pointJSON struct {
	Threshold  string `json:"threshold"`
	Qualifying int    `json:"qualifying"`
	Could      int    `json:"could"`
}

type ratifiedJSON struct {
	Rows        int          `json:"rows"`
	Differences []differJSON `json:"differences"`
}

type differJSON struct {
	Line      int    `json:"line"`
	Rule      string `json:"rule"`
	Sweep     string `json:"sweep"`
	Explained string `json:"explained"`
}

func classesOf(a *sweep.Answers) (c classesJSON) {
	c.Qualifying, c.Could, c.Not = a.Classes()
	return c
}

func newSweepReport(s *sweeping, v *sweep.Verdicts) *sweepReport {
	p := s.pkg.Program
	a := v.Answers(p)
	r := &sweepReport{s: s, Package: s.pkg.ID, Hash: s.pkg.Hash, Units: s.table.Rows(), LeftOut: s.faults.left, Unreadable: s.faults.n - s.faults.left,
		Classes: classesOf(a), Answers: map[string]int{}, Rules: []tallyJSON{}, Nearest: []nearJSON{}}
	for _, x := range []rule.Answer{rule.Eligible, rule.Exceptions, rule.NotYetProvable, rule.NotEligible, rule.OtherTrack} {
		r.Answers[string(x)] = a.Count(x)
	}
	for _, t := range v.Tallies(p) {
		r.Rules = append(r.Rules, tallyJSON{t.Rule.ID, ruleLabel(t.Rule, s.Lang), t.Met, t.Unmet, t.Unknown, t.Alone})
	}
	for _, m := range s.table.Nearest(p, v, nearestUnits) {
		f := p.Schema.NewFacts()
		s.table.Read(m.Unit, f)
		n := nearJSON{Unit: s.table.Key(m.Unit), Line: s.table.Line(m.Unit)}
		for _, g := range m.Gaps {
			n.Gaps = append(n.Gaps, g.Leaf.Render(f, s.Lang))
		}
		r.Nearest = append(r.Nearest, n)
	}
	return r
}

func ruleLabel(r *rule.Rule, lang string) string {
	if lang == locale.EN && r.LabelEN != "" {
		return r.LabelEN
	}
	return r.Label
}

func (r *sweepReport) whatIf(settings []*sweep.Setting, before, after *sweep.Verdicts, p, changed *rule.Program) {
	a, b := before.Answers(p), after.Answers(changed)
	w := &whatIfJSON{Before: classesOf(a), After: classesOf(b)}
	for _, s := range settings {
		w.Set = append(w.Set, s.String())
	}
	w.Enter, w.Leave = a.Moved(b)
	r.WhatIf = w
}

// ratify compares a sample with the explaining engine.
func (r *sweepReport) ratify(v *sweep.Verdicts) error {
	if r.s.cmd.Ratify <= 0 {
		return nil
	}
	rows, found, err := r.s.loader.Ratify(r.s.pkg.Program, v)
	if err != nil {
		return err
	}
	r.Ratified = &ratifiedJSON{Rows: rows, Differences: []differJSON{}}
	for _, m := range found {
		r.Ratified.Differences = append(r.Ratified.Differences, differJSON{r.s.table.Line(m.Unit), m.Rule.ID, m.Sweep.String(), m.Reference.String()})
		r.s.say(r.s.text("sweep.ratified.differ", r.s.unitName(m.Unit), m.Rule.ID, r.s.verdict(m.Sweep), r.s.verdict(m.Reference)))
	}
	return nil
}

// show writes the summary: to standard error when the units' lines go to
// standard output.
func (r *sweepReport) show() error {
	s := r.s
	if r.Curve != nil {
		r.CurveJSON = &curveJSON{Rule: r.Curve.Rule}
		for _, p := range r.Curve.Points {
			r.CurveJSON.Points = append(r.CurveJSON.Points, pointJSON{p.Text, p.Qualifying, p.Could})
		}
	}
	if err := r.drawSVG(s.cmd.SVG); err != nil {
		return err
	}
	if s.JSON && s.cmd.Out != "-" {
		return s.writeJSON(r)
	}
	var b strings.Builder
	r.page(&b)
	if s.cmd.Out == "-" {
		s.say(strings.TrimRight(b.String(), "\n"))
		return nil
	}
	_, err := s.out.WriteString(b.String())
	return err
}

func (r *sweepReport) page(b *strings.Builder) {
	s := r.s
	title := func(key string, args ...any) { fmt.Fprintln(b, s.style.Paint(terminal.Bold, s.text(key, args...))) }
	fmt.Fprintln(b, s.style.Paint(terminal.Bold, s.pkg.Title))
	fmt.Fprintln(b, s.text("sweep.read", r.Units, r.LeftOut, r.Unreadable))
	for _, c := range []struct {
		key, colour string
		n           int
	}{{"qualifying", terminal.Green, r.Classes.Qualifying}, {"could", terminal.Yellow, r.Classes.Could}, {"not", terminal.Red, r.Classes.Not}} {
		line := fmt.Sprintf("  %s %10d  %s", terminal.Pad(s.text("sweep.class."+c.key), 16), c.n, s.style.Paint(c.colour, bar(c.n, r.Units, 30)))
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(b)
	title("sweep.table.rule")
	r.tallies(b)
	fmt.Fprintln(b)
	title("sweep.near")
	if len(r.Nearest) == 0 {
		fmt.Fprintln(b, "  "+s.text("sweep.near.none"))
	}
	for _, n := range r.Nearest {
		name := s.text("sweep.near.line", n.Line)
		if n.Unit != "" {
			name = s.text("sweep.near.unit", terminal.Clean(n.Unit))
		}
		for _, g := range n.Gaps {
			r.line(b, name+s.text("sweep.near.gap", g.Label, g.Actual, g.Required, g.Gap))
		}
	}
	if w := r.WhatIf; w != nil {
		fmt.Fprintln(b)
		title("sweep.whatif", strings.Join(w.Set, s.text("usage.comma")))
		fmt.Fprintln(b, "  "+s.text("sweep.whatif.moved", w.Enter, w.Leave, w.After.Qualifying, w.Before.Qualifying))
		fmt.Fprintln(b, "  "+s.text("sweep.whatif.could", w.After.Could, w.Before.Could))
	}
	if c := r.CurveJSON; c != nil {
		fmt.Fprintln(b)
		title("sweep.curve", c.Rule)
		r.curve(b, c)
	}
	if r.Ratified != nil {
		fmt.Fprintln(b)
		fmt.Fprintln(b, s.text("sweep.ratified", r.Ratified.Rows, len(r.Ratified.Differences)))
	}
}

// tallies writes the histogram of what fails most.
func (r *sweepReport) tallies(b *strings.Builder) {
	head := strings.Split(r.s.text("sweep.table.head"), " | ")
	cells := [][]string{head}
	for _, t := range r.Rules {
		cells = append(cells, []string{strconv.Itoa(t.Unmet), strconv.Itoa(t.Unknown), strconv.Itoa(t.Met), strconv.Itoa(t.Alone)})
	}
	widths := make([]int, len(head))
	for _, row := range cells {
		for i, c := range row {
			widths[i] = max(widths[i], terminal.Width(c))
		}
	}
	for i, row := range cells {
		b.WriteString(" ")
		for j, c := range row {
			b.WriteString(" " + strings.Repeat(" ", widths[j]-terminal.Width(c)) + c)
		}
		if i > 0 {
			b.WriteString("  " + r.Rules[i-1].Rule + "  " + terminal.Clean(r.Rules[i-1].Label))
		}
		b.WriteString("\n")
	}
}

func (r *sweepReport) curve(b *strings.Builder, c *curveJSON) {
	width := 0
	most := 1
	for _, p := range c.Points {
		width, most = max(width, terminal.Width(p.Threshold)), max(most, p.Qualifying)
	}
	for _, p := range c.Points {
		line := fmt.Sprintf("  %s %10d  %s", terminal.Pad(p.Threshold, width), p.Qualifying, bar(p.Qualifying, most, 40))
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
}

// line writes a text that may be longer than a line, indented.
func (r *sweepReport) line(b *strings.Builder, text string) {
	for i, l := range terminal.Wrap(text, r.s.style.Columns-4) {
		fmt.Fprintln(b, strings.Repeat(" ", 2+2*min(i, 1))+l)
	}
}

// bar is n of most as a bar of at most the given width.
func bar(n, most, width int) string {
	if n == 0 || most == 0 {
		return ""
	}
	return strings.Join(slices.Repeat([]string{"█"}, max(1, n*width/most)), "")
}
