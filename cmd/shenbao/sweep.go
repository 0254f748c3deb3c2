package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/rule/sweep"
)

// sweepCmd is "shenbao sweep": the rules of a package for many units at once.
type sweepCmd struct {
	ID         string   `arg:"" name:"ID" help:"cli.arg.id"`
	Units      string   `placeholder:"FILE" help:"cli.flag.units"`
	SQL        string   `name:"sql" enum:"postgres,sqlite," default:"" placeholder:"DIALECT" help:"cli.flag.sql"`
	List       []string `sep:"none" placeholder:"CODE=FILE" help:"cli.flag.list"`
	Complete   []string `sep:"none" placeholder:"CODE" help:"cli.flag.complete"`
	Registers  string   `placeholder:"DIR|FILE" help:"cli.flag.registers"`
	Out        string   `placeholder:"FILE" help:"cli.flag.sweep_out"`
	Set        []string `sep:"none" placeholder:"SETTING" help:"cli.flag.set"`
	Curve      string   `placeholder:"RANGE" help:"cli.flag.curve"`
	SVG        string   `name:"svg" placeholder:"FILE" help:"cli.flag.svg"`
	Ratify     int      `placeholder:"N" help:"cli.flag.ratify"`
	Faults     string   `placeholder:"FILE" help:"cli.flag.faults"`
	AsOf       string   `placeholder:"DATE" help:"cli.flag.as_of"`
	Programmes string   `placeholder:"DIR" help:"cli.flag.programmes"`
}

// Help names the command's longer text.
func (sweepCmd) Help() string { return "cli.sweep.detail" }

// Validate implements kong's hook.
func (c *sweepCmd) Validate() error {
	if (c.Units == "") == (c.SQL == "") {
		return errors.New("one of --units --sql")
	}
	return nil
}

// Run implements the command.
func (c *sweepCmd) Run(a *app) error {
	p, err := load(&programmeCmd{Programmes: c.Programmes}, c.ID)
	if err != nil {
		return err
	}
	switch {
	case len(p.Members) > 0:
		_, err := p.Try(strings.NewReader("{}"), a.Lang)
		return err
	case p.Program == nil || len(p.Program.Rules) == 0:
		return fault.New(fault.Invalid, "sweep.rules")
	}
	s := &sweeping{app: a, cmd: c, pkg: p, began: time.Now()}
	if c.SQL != "" {
		return s.writeSQL()
	}
	// Nearly all memory is columns, which stay: a heap twice as large would
	// only hold air.
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	ctx, stop := signal.NotifyContext(a.ctx, os.Interrupt)
	defer stop()
	err = s.run(ctx)
	if errors.Is(err, context.Canceled) {
		return fault.New(fault.Late, "sweep.cancelled")
	}
	return err
}

// sweeping is one run of the command.
type sweeping struct {
	*app
	cmd   *sweepCmd
	pkg   *programme.Package
	began time.Time

	table  *sweep.Table
	loader *sweep.Loader
	faults faultFile
	list   string    // the list whose file is read, "" while it is the units'
	size   int64     // of all files, 0 when not known
	done   int64     // of those that were read
	filed  time.Time // when the one that is read was opened
	drawn  time.Time
}

func (s *sweeping) run(ctx context.Context) error {
	p := s.pkg.Program
	settings, changed, err := s.settings()
	if err != nil {
		return err
	}
	s.table = sweep.NewTable(p.Schema, p.Rules)
	if err := s.load(ctx); err != nil {
		return err
	}
	plan, f := sweep.NewPlan(p, s.table)
	if f != nil {
		return f
	}
	started := time.Now()
	before, err := plan.Run(ctx, 0)
	if err != nil {
		return err
	}
	s.note("sweep.answered", s.table.Rows(), len(p.Rules), milliseconds(time.Since(started)), s.table.Bytes()/max(1, int64(s.table.Rows())))
	r := newSweepReport(s, before)
	final, program := before, p
	if len(settings) > 0 {
		var ids []string
		for _, x := range settings {
			ids = append(ids, x.Rule)
		}
		if final, err = sweep.WhatIf(ctx, changed, s.table, before, ids...); err != nil {
			return err
		}
		program = changed
		r.whatIf(settings, before, final, p, changed)
	}
	if s.cmd.Curve != "" {
		if r.Curve, err = sweep.DrawCurve(ctx, p, s.table, before, s.cmd.Curve); err != nil {
			return err
		}
	}
	if err := s.write(ctx, program, before, final); err != nil {
		return err
	}
	if err := r.ratify(before); err != nil {
		return err
	}
	if err := r.show(); err != nil {
		return err
	}
	if s.faults.n > 0 || r.Ratified != nil && len(r.Ratified.Differences) > 0 {
		return errFindings
	}
	return nil
}

// settings reads every --set, and the program that they make.
func (s *sweeping) settings() (out []*sweep.Setting, changed *rule.Program, err error) {
	var errs []error
	for _, text := range s.cmd.Set {
		x, f := sweep.ParseSetting(s.pkg.Program, text)
		if f != nil {
			errs = append(errs, f.In("--set"))
			continue
		}
		out = append(out, x)
	}
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	changed, faults := sweep.Apply(s.pkg.Program, out)
	if len(faults) > 0 {
		return nil, nil, faults[0].In("--set")
	}
	return out, changed, nil
}

// note says how long something took, to somebody who watches.
func (s *sweeping) note(key string, args ...any) {
	if s.onTerminal() {
		s.say(s.text(key, args...))
	}
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64)
}

// unitName is what a unit is called in messages.
func (s *sweeping) unitName(unit int) string {
	if key := s.table.Key(unit); key != "" {
		return s.text("sweep.near.unit", key)
	}
	return s.text("sweep.near.line", s.table.Line(unit))
}

// verdict is a verdict in words.
func (s *sweeping) verdict(t rule.Truth) string {
	return locale.Text(s.Lang, "sweep.verdict."+t.String())
}
