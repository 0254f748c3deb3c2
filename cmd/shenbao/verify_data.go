package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/mod/sumdb/note"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/journal"
	"shenbao/internal/terminal"
	"shenbao/recommend"
	"shenbao/registry"
)

// verifyDataCmd is "shenbao verify-data".
type verifyDataCmd struct {
	dataFlags  `embed:""`
	Checkpoint []string `placeholder:"FILE" help:"cli.flag.checkpoint"`
}

// Help names the command's longer text.
func (verifyDataCmd) Help() string { return "cli.verify_data.detail" }

// Run implements the command.
func (c *verifyDataCmd) Run(a *app) error {
	report, err := verifyData(a, &c.dataFlags, c.Checkpoint...)
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.writeJSON(report)
	} else {
		err = report.text(a)
	}
	if err == nil && report.Faulty() {
		return errFindings
	}
	return err
}

// A dataReport is what verify-data found, one entry an invariant.
type dataReport struct {
	Invariants []invariantJSON `json:"invariants"`
}

// An invariantJSON is one thing that must hold of the data.
type invariantJSON struct {
	ID      string      `json:"id"`      // I1 to I6, looks or references
	State   string      `json:"state"`   // ok, faults, or nothing: there is nothing to check yet
	Checked int64       `json:"checked"` // how many things were looked at
	Faults  []faultJSON `json:"faults"`
}

// Faulty reports whether anything was found.
func (r *dataReport) Faulty() bool {
	for _, i := range r.Invariants {
		if i.State == "faults" {
			return true
		}
	}
	return false
}

func (r *dataReport) text(a *app) error {
	for _, i := range r.Invariants {
		title := terminal.Pad(a.text("verify_data.invariant."+i.ID), 40)
		fmt.Fprintf(a.out, "%-10s  %s  %s\n", i.ID, title, a.text("verify_data.state."+i.State, i.Checked, len(i.Faults)))
		for _, f := range i.Faults {
			fmt.Fprintln(a.out, "            "+terminal.Clean(f.Text))
		}
	}
	return nil
}

// An invariant checks one thing and returns how many it looked at.
type invariant struct {
	id    string
	check func(ctx context.Context, s *store) (int64, []*fault.Fault, error)
}

// verifyData checks the invariants of the data, in a fixed order. Those of
// rooms that do not stand yet have no check.
func verifyData(a *app, flags *dataFlags, checkpoints ...string) (*dataReport, error) {
	s, err := flags.openToOperate(a)
	if err != nil {
		return nil, err
	}
	defer s.close()
	r := &dataReport{}
	for _, one := range []invariant{
		{"I1", checkVersions}, {"I2", checkOnce}, {"I3", checkAttachments}, {"I4", checkPlaces},
		{"I5", func(ctx context.Context, s *store) (int64, []*fault.Fault, error) {
			return checkJournal(a, s, checkpoints)
		}},
		{"I6", checkStates}, {"looks", checkLooks}, {"references", checkReferences},
	} {
		i := invariantJSON{ID: one.id, State: "nothing", Faults: []faultJSON{}}
		if one.check != nil {
			n, faults, err := one.check(a.ctx, s)
			if unreadable(err) {
				faults, err = append(faults, fault.New(fault.Internal, "verify_data.unreadable", err.Error())), nil
			}
			if err != nil {
				return nil, err
			}
			i.Checked, i.Faults, i.State = n, a.faultList(faults), "ok"
			if len(faults) > 0 {
				i.State = "faults"
			}
		}
		r.Invariants = append(r.Invariants, i)
	}
	return r, nil
}

// unreadable reports whether a check stopped at a text that is no JSON any more:
// that is a finding, and the other checks go on.
func unreadable(err error) bool {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](err)
	return syntax || kind
}

// checkAttachments: every attachment that a row names is kept and matches its
// hash, and so is every other that is kept.
func checkAttachments(ctx context.Context, s *store) (n int64, faults []*fault.Fault, err error) {
	seen := map[blob.Hash]bool{}
	ask := func(h blob.Hash, where string) error {
		if seen[h] {
			return nil
		}
		seen[h] = true
		n++
		err := blob.Check(ctx, s.blobs, h)
		if f := fault.Of(err); f != nil && (f.Kind == fault.Missing || f.Key == "blob.damaged") {
			faults = append(faults, f.In(where))
			return nil
		}
		return err
	}
	named, err := db.View(ctx, s.db, func(r db.Reader) (map[string]string, error) {
		named, err := attachmentsNamed(ctx, r)
		if err != nil {
			return nil, err
		}
		return named, attachmentsSubmitted(ctx, r, named)
	})
	if err != nil {
		return 0, nil, err
	}
	for h, where := range named {
		if err := ask(blob.Hash(h), where); err != nil {
			return 0, nil, err
		}
	}
	for e, err := range s.blobs.List(ctx) {
		if err == nil {
			err = ask(e.Hash, "")
		}
		if err != nil {
			return 0, nil, err
		}
	}
	return n, faults, nil
}

// publicKeys check what the platform signed.
func (s *store) publicKeys() (note.Verifiers, error) {
	keys, err := journal.OpenPublic(s.flags.path(journal.PublicFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Missing, "verify_data.no_key", s.flags.path(journal.PublicFile)).Because(err)
	}
	return keys, err
}

// checkJournal: the journal verifies.
func checkJournal(a *app, s *store, checkpoints []string) (int64, []*fault.Fault, error) {
	keys, err := s.publicKeys()
	if err != nil {
		return 0, nil, err
	}
	report, err := verifyJournal(a, s, keys, checkpoints)
	if err != nil {
		return 0, nil, err
	}
	return report.Lines, report.Faults, nil
}

// checkPlaces: no quota is exceeded, and nobody who stands under one has no
// place.
func checkPlaces(ctx context.Context, s *store) (int64, []*fault.Fault, error) {
	return viewFaults(ctx, s, func(ctx context.Context, r db.Reader) (c counted, err error) {
		c.n, c.faults, err = recommend.VerifyPlaces(ctx, r)
		return c, err
	})
}

// checkLooks: who looked at registers is what the journal took in.
func checkLooks(ctx context.Context, s *store) (int64, []*fault.Fault, error) {
	return viewFaults(ctx, s, func(ctx context.Context, r db.Reader) (c counted, err error) {
		c.n, c.faults, err = registry.VerifyLooks(ctx, r)
		return c, err
	})
}

// checkStates: everything is in a state that there is, and that of an
// application agrees with its versions.
func checkStates(ctx context.Context, s *store) (int64, []*fault.Fault, error) {
	n, faults, err := viewFaults(ctx, s, strangeStates)
	if err != nil {
		return 0, nil, err
	}
	more, disagreeing, err := viewFaults(ctx, s, disagreeingStates)
	return n + more, append(faults, disagreeing...), err
}

// checkReferences: what a row points to is there, and the database's own pages
// are in order.
func checkReferences(ctx context.Context, s *store) (int64, []*fault.Fault, error) {
	n, faults, err := viewFaults(ctx, s, lostReferences)
	if err != nil {
		return 0, nil, err
	}
	broken, err := s.db.Intact(ctx)
	for _, one := range broken {
		faults = append(faults, fault.New(fault.Internal, "verify_data.broken", one))
	}
	return n, faults, err
}

type counted struct {
	n      int64
	faults []*fault.Fault
}

func viewFaults(ctx context.Context, s *store, fn func(context.Context, db.Reader) (counted, error)) (int64, []*fault.Fault, error) {
	c, err := db.View(ctx, s.db, func(r db.Reader) (counted, error) { return fn(ctx, r) })
	return c.n, c.faults, err
}
