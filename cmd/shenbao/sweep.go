package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
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
	Units      string   `required:"" placeholder:"FILE" help:"cli.flag.units"`
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
	// Nearly all memory is columns, which stay: a heap twice as large would
	// only hold air.
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	s := &sweeping{app: a, cmd: c, pkg: p, began: time.Now()}
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
	size   int64 // of the units' file, 0 when not known
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

// load reads the units' file.
func (s *sweeping) load(ctx context.Context) error {
	name := s.cmd.Units
	src, err := s.open(name)
	if err != nil {
		return err
	}
	defer src.Close()
	if f, ok := src.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			s.size = info.Size()
		}
	}
	s.loader = &sweep.Loader{Table: s.table, Faults: s.faulty, Progress: s.progress, Sample: s.cmd.Ratify}
	if s.cmd.AsOf != "" {
		day, ok := rule.ParseDay(s.cmd.AsOf)
		if !ok {
			return fault.New(fault.Invalid, "rule.facts.date", s.cmd.AsOf).In("--as-of")
		}
		s.loader.AsOf = day
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".txt", ".tsv":
		err = s.loader.CSV(ctx, src)
	case ".ndjson", ".jsonl":
		err = s.loader.NDJSON(ctx, src)
	default:
		return fault.New(fault.Invalid, "sweep.extension").At(name, 0, 0)
	}
	s.clearProgress()
	if err != nil && !errors.Is(err, context.Canceled) {
		err = programme.FactsFault(err, name)
	}
	return errors.Join(err, s.faults.close(s))
}

// note says how long something took, to somebody who watches.
func (s *sweeping) note(key string, args ...any) {
	if s.onTerminal() {
		s.say(s.text(key, args...))
	}
}

// progress draws a line that is drawn over again and again.
func (s *sweeping) progress(p sweep.Progress) {
	if time.Since(s.drawn) < 200*time.Millisecond || !s.onTerminal() {
		return
	}
	s.drawn = time.Now()
	took := time.Since(s.began).Seconds()
	line := s.text("sweep.progress", p.Rows, p.Bytes>>20, int(float64(p.Rows)/took))
	if s.size > p.Bytes && p.Bytes > 0 {
		left := time.Duration(took * float64(s.size-p.Bytes) / float64(p.Bytes) * float64(time.Second))
		line += s.text("sweep.progress.left", left.Round(time.Second))
	}
	_, _ = s.errOut.Write([]byte("\r\x1b[K" + line)) // a lost progress line is no loss
}

func (s *sweeping) clearProgress() {
	if !s.drawn.IsZero() {
		_, _ = s.errOut.Write([]byte("\r\x1b[K"))
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
