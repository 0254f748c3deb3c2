package main

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"shenbao/assign"
	"shenbao/assign/batch"
	"shenbao/assign/draw"
	"shenbao/assign/verify"
	"shenbao/internal/fault"
)

// assignCmd is "shenbao assign": experts to applications.
type assignCmd struct {
	Solve    assignSolveCmd    `cmd:"" default:"withargs" help:"cli.assign.solve"`
	Commit   assignCommitCmd   `cmd:"" help:"cli.assign.commit"`
	Announce assignAnnounceCmd `cmd:"" help:"cli.assign.announce"`
	Reveal   assignRevealCmd   `cmd:"" help:"cli.assign.reveal"`
	Replace  assignReplaceCmd  `cmd:"" help:"cli.assign.replace"`
	Verify   assignVerifyCmd   `cmd:"" help:"cli.assign.verify"`
}

// Help names the command's longer text.
func (assignCmd) Help() string { return "cli.assign.detail" }

// assignSolveCmd finds the best plan, and draws when a seed is given.
type assignSolveCmd struct {
	Scores       string `required:"" placeholder:"FILE" help:"cli.flag.scores"`
	Per          int    `placeholder:"N" help:"cli.flag.per"`
	Load         int    `placeholder:"M" help:"cli.flag.load"`
	Conflicts    string `placeholder:"FILE" help:"cli.flag.conflicts"`
	Caps         string `placeholder:"FILE" help:"cli.flag.caps"`
	Experts      string `placeholder:"FILE" help:"cli.flag.experts"`
	Applications string `placeholder:"FILE" help:"cli.flag.applications"`
	Floor        bool   `help:"cli.flag.floor"`
	Q            string `name:"q" placeholder:"FRACTION" help:"cli.flag.q"`
	Before       string `placeholder:"FILE" help:"cli.flag.before"`
	Draw         string `placeholder:"SEED" help:"cli.flag.draw"`
	Out          string `placeholder:"FILE" help:"cli.flag.assign_out"`
	Bundle       string `placeholder:"FILE" help:"cli.flag.bundle"`
	Key          string `placeholder:"FILE" help:"cli.flag.bundle_key"`
	RedrawOf     string `placeholder:"BUNDLE" help:"cli.flag.redraw_of"`
	Reason       string `placeholder:"TEXT" help:"cli.flag.reason"`
	SkipPrices   bool   `help:"cli.flag.skip_prices"`
}

// Help names the command's longer text.
func (assignSolveCmd) Help() string { return "cli.assign.solve.detail" }

// Run implements the command.
func (c *assignSolveCmd) Run(a *app) error {
	// Nearly all memory is scores, which stay.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	ctx, stop := signal.NotifyContext(a.ctx, os.Interrupt)
	defer stop()
	s := &assigning{app: a, cmd: c, began: time.Now()}
	err := s.run(ctx)
	s.clear()
	if errors.Is(err, context.Canceled) {
		return fault.New(fault.Late, "assign.cancelled")
	}
	return err
}

// assigning is one run of the command.
type assigning struct {
	*app
	cmd    *assignSolveCmd
	began  time.Time
	drawn  time.Time // when the progress line was last drawn
	p      *batch.Problem
	o      assign.Options
	seed   *draw.Seed
	panels [][]int
}

func (s *assigning) run(ctx context.Context) error {
	if err := s.settings(); err != nil {
		return err
	}
	if err := s.read(ctx); err != nil {
		return err
	}
	if err := s.p.Check(); err != nil {
		return err
	}
	r, err := assign.Solve(ctx, s.p, s.o)
	if err != nil {
		return err
	}
	report := newAssignReport(s, r)
	if r.Shortage != nil {
		if err := verify.Short(s.p, max(1, s.o.Units), max(1, s.o.Most), &r.Shortage.Proof); err != nil {
			return err
		}
		if err := report.show(); err != nil {
			return err
		}
		return errFindings
	}
	// Whoever made the plan, other code says whether it is right.
	if err := verify.Plan(s.p, verify.Claim{Plan: r.Plan, Floor: s.o.Floor, Before: s.o.Before}); err != nil {
		return err
	}
	if !s.cmd.SkipPrices {
		if err := report.prices(ctx); err != nil {
			return err
		}
	}
	if err := s.carry(r.Plan, report); err != nil {
		return err
	}
	s.clear()
	if err := s.write(r.Plan); err != nil {
		return err
	}
	return report.show()
}

// settings reads the flags that are more than names of files.
func (s *assigning) settings() error {
	c := s.cmd
	s.o.Floor, s.o.Progress = c.Floor, s.progress
	if c.Q != "" {
		units, most, ok := parseChance(c.Q)
		if !ok {
			return fault.New(fault.Invalid, "assign.q", c.Q).In("--q")
		}
		s.o.Units, s.o.Most = units, most
	}
	if c.Draw != "" {
		seed, err := draw.ParseSeed(c.Draw)
		if err != nil {
			return err
		}
		s.seed = &seed
	}
	if c.Per < 0 || c.Load < 0 {
		return fault.New(fault.Invalid, "assign.negative")
	}
	if (c.RedrawOf == "") != (c.Reason == "") {
		return fault.New(fault.Invalid, "assign.redraw")
	}
	return nil
}

// parseChance reads a fraction from above 0 to 1. A denominator that is no
// power of two up to 64 becomes 64, and the fraction is rounded down.
func parseChance(text string) (units, most int, ok bool) {
	above, below, found := strings.Cut(text, "/")
	if !found {
		below = "1"
	}
	a, err := strconv.Atoi(above)
	b, err2 := strconv.Atoi(below)
	if err != nil || err2 != nil || a < 1 || a > b || b > 1_000_000 {
		return 0, 0, false
	}
	for units = 1; units < batch.MaxUnits; units *= 2 {
		if a*units%b == 0 {
			return units, a * units / b, true
		}
	}
	return units, a * units / b, a*units/b > 0
}

// read reads the files, in the order in which they lean on each other.
func (s *assigning) read(ctx context.Context) error {
	c := s.cmd
	err := s.with(c.Scores, func(src batch.Source) (err error) {
		s.p, err = batch.ReadScores(ctx, src)
		return err
	})
	if err != nil {
		return err
	}
	needs := []int(nil)
	err = s.with(c.Caps, func(src batch.Source) (err error) {
		needs, err = s.p.ReadCaps(ctx, src)
		return err
	})
	switch {
	case err != nil:
		return err
	case needs == nil && c.Per == 0 && c.Applications == "":
		return fault.New(fault.Invalid, "assign.per")
	case needs != nil && c.Per != 0:
		return fault.New(fault.Invalid, "assign.per_twice")
	case c.Load == 0 && c.Experts == "":
		return fault.New(fault.Invalid, "assign.no_load")
	case needs == nil:
		needs = []int{c.Per}
	}
	s.p.Ask(needs, c.Load)
	for _, f := range []struct {
		name string
		read func(batch.Source) error
	}{
		{c.Experts, func(src batch.Source) error { return s.p.ReadExperts(ctx, src, c.Load) }},
		{c.Applications, func(src batch.Source) error { return s.p.ReadApplications(ctx, src) }},
		{c.Conflicts, func(src batch.Source) error { return s.p.ReadRecusals(ctx, src) }},
		{c.Before, func(src batch.Source) (err error) {
			s.o.Before, err = s.p.ReadPlan(ctx, src)
			return err
		}},
	} {
		if err := s.with(f.name, f.read); err != nil {
			return err
		}
	}
	return nil
}

// with opens a file for a reader; a file that was not named is not read.
func (s *assigning) with(name string, read func(batch.Source) error) error {
	if name == "" {
		return nil
	}
	f, err := s.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return read(batch.Source{Name: name, Reader: f})
}

// carry draws and makes the bundle.
func (s *assigning) carry(plan *batch.Plan, report *assignReport) error {
	if s.seed != nil {
		s.panels = draw.Lottery(s.p, plan, *s.seed)
	} else if plan.Units == 1 {
		s.panels = plan.Seats(len(s.p.Rows()))
	}
	report.panels(s.panels)
	if s.cmd.Bundle == "" {
		return nil
	}
	p, frozen := s.p, draw.Batch{Floor: s.o.Floor, Units: plan.Units, Most: plan.Most}
	frozen.SetBefore(s.o.Before)
	if s.cmd.Key != "" {
		key, err := os.ReadFile(s.cmd.Key)
		if err != nil {
			return fileFault(s.cmd.Key, err)
		}
		if len(key) < 16 {
			return fault.New(fault.Invalid, "assign.key", 16).At(s.cmd.Key, 0, 0)
		}
		p = draw.Pseudonymous(p, key)
	}
	if s.cmd.RedrawOf != "" {
		old, err := s.readBundle(s.cmd.RedrawOf)
		if err != nil {
			return err
		}
		frozen.Redraw = &draw.Redraw{Of: old.Head(), Reason: s.cmd.Reason}
	}
	b := draw.Freeze(p, frozen)
	b.Solve(plan)
	if s.seed != nil {
		if err := b.Direct(*s.seed); err != nil {
			return err
		}
	}
	report.Bundle = b.Head()
	return s.writeBundle(s.cmd.Bundle, b)
}

// readBundle reads a bundle and checks it from its first step on.
func (a *app) readBundle(name string) (draw.Bundle, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileFault(name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fileFault(name, err)
	}
	if info.IsDir() {
		return nil, fault.New(fault.Invalid, "file.folder").At(name, 0, 0)
	}
	b, err := draw.Unpack(f, info.Size())
	if err != nil {
		return nil, fault.Of(err).At(name, 0, 0)
	}
	return b, nil
}

// writeBundle writes a bundle; it appears under its name when it is whole.
func (a *app) writeBundle(name string, b draw.Bundle) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".assign-*")
	if err != nil {
		return fileFault(name, err)
	}
	defer os.Remove(f.Name())
	if err = firstError(b.Pack(f), f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fileFault(name, err)
	}
	return nil
}

// write writes the plan, a line a pair.
func (s *assigning) write(plan *batch.Plan) error {
	name := s.cmd.Out
	if name == "" {
		return nil
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	line := func(cells ...string) {
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		_ = w.Write(cells) // into memory: it does not fail
	}
	line("application", "seat", "expert", "score", "chance")
	rows := s.p.Rows()
	put := func(r, j int, chance string) {
		row := rows[r]
		line(s.p.Applications[row.Application].ID, s.p.Seats[row.Seat].Name, s.p.Experts[j].ID,
			strconv.Itoa(int(s.p.Scores.Of(row.Application, j))), chance)
	}
	if s.panels != nil {
		for r, panel := range s.panels {
			for _, j := range panel {
				put(r, j, "1")
			}
		}
	} else {
		for _, x := range plan.Shares {
			put(x.Row, x.Expert, fraction(x.Units, plan.Units))
		}
	}
	w.Flush()
	if name == "-" {
		_, err := s.out.WriteString(b.String())
		return err
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		return fileFault(name, err)
	}
	return nil
}

// fraction is n of units in lowest terms.
func fraction(n, units int) string {
	for n%2 == 0 && units%2 == 0 && units > 1 {
		n, units = n/2, units/2
	}
	if units == 1 {
		return strconv.Itoa(n)
	}
	return strconv.Itoa(n) + "/" + strconv.Itoa(units)
}

// progress draws a line that is drawn over again and again.
func (s *assigning) progress(p assign.Progress) {
	if time.Since(s.drawn) < 200*time.Millisecond || !s.onTerminal() {
		return
	}
	s.drawn = time.Now()
	line := s.text("assign.progress", p.Round, p.Pairs, p.Pivots, int(time.Since(s.began).Seconds()))
	_, _ = s.errOut.Write([]byte("\r\x1b[K" + line)) // a lost progress line is no loss
}

func (s *assigning) clear() {
	if !s.drawn.IsZero() {
		_, _ = s.errOut.Write([]byte("\r\x1b[K"))
		s.drawn = time.Time{}
	}
}
