package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/rule/sweep"
)

// load reads the units' file, and those of the lists.
func (s *sweeping) load(ctx context.Context) error {
	s.loader = &sweep.Loader{Table: s.table, Faults: s.faulty, Progress: s.progress, Sample: s.cmd.Ratify}
	if s.cmd.AsOf != "" {
		day, ok := rule.ParseDay(s.cmd.AsOf)
		if !ok {
			return fault.New(fault.Invalid, "rule.facts.date", s.cmd.AsOf).In("--as-of")
		}
		s.loader.AsOf = day
	}
	lists, err := s.listFiles()
	if err != nil {
		return err
	}
	if err := s.registers(ctx); err != nil {
		return err
	}
	for _, name := range append([]string{s.cmd.Units}, names(lists)...) {
		if info, err := os.Stat(name); err == nil {
			s.size += info.Size()
		}
	}
	s.began = time.Now()
	err = s.read(s.cmd.Units, func(src io.Reader) error {
		switch strings.ToLower(filepath.Ext(s.cmd.Units)) {
		case ".csv", ".txt", ".tsv":
			return s.loader.CSV(ctx, src)
		case ".ndjson", ".jsonl":
			return s.loader.NDJSON(ctx, src)
		}
		return fault.New(fault.Invalid, "sweep.extension")
	})
	for _, list := range lists {
		if err != nil {
			break
		}
		s.list = list.Fact.Code
		err = s.read(list.name, func(src io.Reader) error { return s.loader.List(ctx, list.ListFile, src) })
	}
	s.clearProgress()
	return errors.Join(err, s.faults.close(s))
}

// read opens a file and has it read; what is wrong with it names it.
func (s *sweeping) read(name string, by func(io.Reader) error) error {
	src, err := s.open(name)
	if err != nil {
		return err
	}
	defer src.Close()
	s.filed = time.Now()
	if err := by(src); err != nil {
		if errors.Is(err, context.Canceled) {
			return err
		}
		return programme.FactsFault(err, name)
	}
	if info, err := os.Stat(name); err == nil {
		s.done += info.Size()
	}
	return nil
}

// listFile is a list with the file that holds it.
type listFile struct {
	sweep.ListFile
	name string
}

func names(lists []listFile) (out []string) {
	for _, l := range lists {
		out = append(out, l.name)
	}
	return out
}

// listFiles reads every --list CODE=FILE and --complete CODE.
func (s *sweeping) listFiles() ([]listFile, error) {
	var errs []error
	var lists []listFile
	at := func(word string) int {
		for i, l := range lists {
			if word == l.Fact.Code || word == l.Fact.Name {
				return i
			}
		}
		return -1
	}
	for _, text := range s.cmd.List {
		word, name, ok := strings.Cut(text, "=")
		fact := s.pkg.Schema.Fact(word)
		switch {
		case !ok || name == "":
			errs = append(errs, fault.New(fault.Invalid, "sweep.list.form", text).In("--list"))
		case fact == nil || fact.Kind != rule.ListKind:
			errs = append(errs, fault.New(fault.Missing, "sweep.list.none", word, strings.Join(s.listCodes(), ", ")).In("--list"))
		case at(word) >= 0:
			errs = append(errs, fault.New(fault.Invalid, "sweep.list.twice", word).In("--list"))
		default:
			lists = append(lists, listFile{sweep.ListFile{Fact: fact}, name})
		}
	}
	for _, word := range s.cmd.Complete {
		if i := at(word); i >= 0 {
			lists[i].Complete = true
		} else {
			errs = append(errs, fault.New(fault.Invalid, "sweep.list.complete", word).In("--complete"))
		}
	}
	return lists, errors.Join(errs...)
}

func (s *sweeping) listCodes() (codes []string) {
	for _, f := range s.pkg.Schema.Facts {
		if f.Kind == rule.ListKind {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// progress draws a line that is drawn over again and again.
func (s *sweeping) progress(p sweep.Progress) {
	if time.Since(s.drawn) < 200*time.Millisecond || !s.onTerminal() {
		return
	}
	s.drawn = time.Now()
	_, _ = s.errOut.Write([]byte("\r\x1b[K" + s.progressLine(p, time.Since(s.began), time.Since(s.filed)))) // a lost progress line is no loss
}

// progressLine says how far the reading has come, how fast it goes and, when the
// files tell their size, how long it still takes. all is the time since the
// first of them was opened, now that since this one was.
func (s *sweeping) progressLine(p sweep.Progress, all, now time.Duration) string {
	done, rate := s.done+p.Bytes, int(float64(p.Rows)/max(now.Seconds(), 1e-3))
	line := s.text("sweep.progress", p.Rows, done>>20, rate)
	if s.list != "" {
		line = s.text("sweep.progress.list", s.list, p.Rows, done>>20, rate)
	}
	if s.size > done && done > 0 {
		left := time.Duration(float64(all) * float64(s.size-done) / float64(done))
		line += s.text("sweep.progress.left", left.Round(time.Second))
	}
	if p.Faults > 0 {
		line += s.text("sweep.progress.faults", s.faults.n)
	}
	return line
}

func (s *sweeping) clearProgress() {
	if !s.drawn.IsZero() {
		_, _ = s.errOut.Write([]byte("\r\x1b[K"))
	}
}
