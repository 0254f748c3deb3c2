package main

import (
	"errors"
	"io"
	"slices"

	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/rule/fits"
	"shenbao/rule/sweep"
)

// fitsCmd is "shenbao fits": which of all calls a unit fits.
type fitsCmd struct {
	Unit       string `arg:"" name:"UNIT" help:"fits.arg.unit"`
	All        bool   `help:"fits.flag.all"`
	AsOf       string `placeholder:"DATE" help:"fits.flag.as_of"`
	Programmes string `placeholder:"DIR" help:"cli.flag.programmes"`
}

// Help names the command's longer text.
func (fitsCmd) Help() string { return "fits.detail" }

// Run implements the command.
func (c *fitsCmd) Run(a *app) error {
	f := &fitting{app: a, cmd: c}
	if err := f.load(); err != nil {
		return err
	}
	if err := f.read(); err != nil {
		return err
	}
	r := f.report()
	if a.JSON {
		if err := a.writeJSON(r); err != nil {
			return err
		}
	} else if err := f.write(r); err != nil {
		return err
	}
	if r.Classes.Qualifying == 0 || len(f.faults) > 0 {
		return errFindings
	}
	return nil
}

// fitting is one run of the command.
type fitting struct {
	*app
	cmd *fitsCmd

	calls     []*programme.Package // those that ask something a program can check
	unchecked []*programme.Package // those that do not
	others    []*rule.Schema       // of all that is not compared
	index     *fits.Index
	readings  []rule.Reading // by schema of the index
	faults    []*fault.Fault // of the packages and of the file
}

// load reads every package and every programme of a guide. One that cannot be
// used is reported, and the others are tried.
func (f *fitting) load() error {
	lib, err := (&programmeCmd{Programmes: f.cmd.Programmes}).open()
	if err != nil {
		return err
	}
	var programs []*rule.Program
	for _, e := range lib.List() {
		p, err := lib.Load(e.ID)
		f.faults = append(f.faults, fault.All(err)...)
		if p == nil {
			continue
		}
		for _, p := range append([]*programme.Package{p}, p.Members...) {
			if p.Program != nil && asksAnything(p.Program) {
				f.calls, programs = append(f.calls, p), append(programs, p.Program)
				continue
			}
			if p.Program != nil {
				f.unchecked = append(f.unchecked, p)
			}
			if p.Schema != nil {
				f.others = append(f.others, p.Schema)
			}
		}
	}
	f.index = fits.NewIndex(programs)
	return nil
}

// asksAnything reports whether a rule of the program can count against a unit.
func asksAnything(p *rule.Program) bool {
	for i := range p.Rules {
		switch p.Rules[i].Effect {
		case rule.Refuse, rule.Veto, rule.Route, rule.Ask:
			return true
		}
	}
	return false
}

// read reads the unit's file for every schema.
func (f *fitting) read() error {
	day := int64(0)
	if f.cmd.AsOf != "" {
		var ok bool
		if day, ok = rule.ParseDay(f.cmd.AsOf); !ok {
			return fault.New(fault.Invalid, "rule.facts.date", f.cmd.AsOf).In("--as-of")
		}
	}
	src, err := f.open(f.cmd.Unit)
	if err != nil {
		return err
	}
	defer src.Close()
	return f.readFacts(src, day)
}

func (f *fitting) readFacts(src io.Reader, day int64) error {
	schemas := f.index.Schemas()
	readings, faults := rule.ReadUnit(src, append(schemas, f.others...))
	var errs []error
	for _, one := range faults {
		one = one.At(f.cmd.Unit, one.Line, one.Col)
		errs = append(errs, one)
		f.faults = append(f.faults, one)
	}
	if readings == nil && len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, r := range readings {
		if r.Facts.AsOf == 0 {
			r.Facts.AsOf = day
		}
	}
	f.readings = readings[:len(schemas)]
	return nil
}

// report matches the unit and explains the calls that are shown.
func (f *fitting) report() *fitsReport {
	m := f.index.NewMatcher()
	facts := make([]*rule.Facts, len(f.readings))
	for i := range f.readings {
		facts[i] = f.readings[i].Facts
	}
	m.Match(facts...)
	r := &fitsReport{Calls: []fitJSON{}, Unchecked: []string{}, Faults: f.tell(f.faults)}
	if len(facts) > 0 && facts[0].AsOf != 0 {
		r.AsOf = rule.FormatDay(facts[0].AsOf)
	}
	for _, p := range f.unchecked {
		r.Unchecked = append(r.Unchecked, p.ID)
	}
	r.Classes.Qualifying, r.Classes.Could, r.Classes.Not = m.Count()
	for _, class := range []sweep.Class{sweep.Qualifying, sweep.Could, sweep.Not} {
		if class == sweep.Not && !f.cmd.All {
			break
		}
		var of []fitJSON
		for _, call := range m.Append(nil, class) {
			of = append(of, f.explain(call, class))
		}
		nearestFirst(of)
		r.Calls = append(r.Calls, of...)
	}
	return r
}

// explain has the reference engine say why a call has its class.
func (f *fitting) explain(call int, class sweep.Class) fitJSON {
	p, schema := f.calls[call], f.index.Schema(call)
	reading := f.readings[schema]
	report := p.Explain(reading.Facts, f.Lang)
	out := fitJSON{Package: p.ID, Title: p.Title, Status: p.Status, Class: class.String(), Answer: report.Answer, AnswerText: report.AnswerText,
		Track: report.Track, Because: report.Because, Exceptions: report.Exceptions, Nearest: []programme.Near{}, Gaps: []programme.Lack{},
		Evidence: []programme.Lack{}, Questions: len(report.Questions), Unread: []string{}, pkg: p, schema: schema, report: report}
	if class == sweep.Could {
		out.Evidence = report.Evidence
	}
	for _, g := range report.Gaps {
		if class == sweep.Not && slices.Contains(report.Because, g.Rule) || slices.Contains(report.Exceptions, g.Rule) {
			out.Gaps = append(out.Gaps, g)
		}
	}
	for _, n := range report.Nearest {
		if class == sweep.Not && slices.Contains(report.Because, n.Rule) {
			out.Nearest = append(out.Nearest, n)
		}
	}
	for _, one := range reading.Faults {
		if one.Key != "rule.facts.year" && one.Key != "rule.facts.column" { // what it has no place for is for others
			out.Unread = append(out.Unread, one.Field)
		}
	}
	return out
}
