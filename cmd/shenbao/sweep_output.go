package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
	"shenbao/rule/sweep"
)

// saidFaults is how many faults of rows are said when no file takes them.
const saidFaults = 20

// faultFile takes the faults of rows: row, line, field, what was done, message,
// the row's last line and the list whose file it is.
type faultFile struct {
	n, left int
	name    string
	file    *os.File
	csv     *csv.Writer
	err     error
}

// faulty notes a fault of a row in the side file, or says it.
func (s *sweeping) faulty(r sweep.RowFault) {
	f := &s.faults
	if f.n++; r.Left {
		f.left++
	}
	if f.csv == nil && f.err == nil {
		s.openFaults()
	}
	if f.csv == nil {
		if f.n <= saidFaults {
			s.sayFault(r)
		}
		return
	}
	done := "unknown"
	if r.Left {
		done = "left_out"
	}
	message := locale.Text(s.Lang, r.Fault.Key, r.Fault.Args...)
	err := f.csv.Write([]string{number(r.Row), number(r.Line), harmless(r.Fault.Field), done, harmless(message), number(max(r.To, r.Line)), r.List})
	if err != nil && f.err == nil {
		f.err = err
	}
}

// sayFault says a fault of a row to whoever runs the command.
func (s *sweeping) sayFault(r sweep.RowFault) {
	s.clearProgress()
	name := s.cmd.Units
	for _, text := range s.cmd.List {
		word, file, _ := strings.Cut(text, "=")
		if fact := s.pkg.Schema.Fact(word); fact != nil && fact.Code == r.List {
			name = file
		}
	}
	message := locale.Fault(s.Lang, r.Fault.At(name, r.Line, r.Fault.Col))
	if r.To > r.Line {
		message += s.text("sweep.lines", r.Line, r.To)
	}
	s.say(message)
}

// number is a count, or nothing when it is not known.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *sweeping) openFaults() {
	f := &s.faults
	if f.name = s.faultsName(); f.name == "" {
		return
	}
	if f.file, f.err = os.Create(f.name); f.err != nil {
		return
	}
	f.csv = csv.NewWriter(bufio.NewWriterSize(f.file, 1<<16))
	f.err = f.csv.Write([]string{"row", "line", "field", "kept", "message", "to", "list"})
}

// faultsName is where the faults of rows go, or "" when they are only said.
func (s *sweeping) faultsName() string {
	if s.cmd.Faults == "" && s.cmd.Out != "" && s.cmd.Out != "-" {
		return s.cmd.Out + ".faults.csv"
	}
	return s.cmd.Faults
}

// close ends the side file and says where it is. A file of an earlier run does
// not stay when there is nothing to tell.
func (f *faultFile) close(s *sweeping) error {
	if f.n > saidFaults && f.csv == nil {
		s.say(s.text("sweep.more", f.n-saidFaults))
	}
	if _, err := os.Stat(s.faultsName()); f.n == 0 && err == nil {
		s.openFaults()
	}
	if f.csv != nil {
		f.csv.Flush()
		if err := f.csv.Error(); err != nil && f.err == nil {
			f.err = err
		}
		if err := f.file.Close(); err != nil && f.err == nil {
			f.err = err
		}
		if f.n > 0 {
			s.say(s.text("sweep.faults", f.name))
		}
	}
	if f.err != nil {
		return fileFault(f.name, f.err)
	}
	return nil
}

// harmless keeps a spreadsheet from reading a text as a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// write writes one line a unit. A file appears under its name when it is whole.
func (s *sweeping) write(ctx context.Context, p *rule.Program, before, after *sweep.Verdicts) error {
	name := s.cmd.Out
	if name == "" {
		return nil
	}
	write := s.writeCSV
	switch strings.ToLower(filepath.Ext(name)) {
	case ".ndjson", ".jsonl":
		write = s.writeNDJSON
	case ".csv", "":
	default:
		return fault.New(fault.Invalid, "sweep.extension").At(name, 0, 0)
	}
	u := &unitLines{s: s, p: p, before: before.Answers(s.pkg.Program), after: after.Answers(p)}
	plan, f := sweep.NewPlan(p, s.table)
	if f != nil {
		return f
	}
	u.plan = plan
	if name == "-" {
		return write(ctx, s.out, u)
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".sweep-*")
	if err != nil {
		return fileFault(name, err)
	}
	defer os.Remove(file.Name())
	buffer := bufio.NewWriterSize(file, 1<<16)
	if err := write(ctx, buffer, u); err != nil {
		file.Close()
		return err
	}
	err = buffer.Flush()
	if e := file.Chmod(0o644); err == nil {
		err = e
	}
	if e := file.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fileFault(name, err)
	}
	return nil
}

// unitLines is what the lines of the output are made of.
type unitLines struct {
	s             *sweeping
	p             *rule.Program
	plan          *sweep.Plan
	before, after *sweep.Answers
}

// change says whether a unit enters or leaves by what --set does.
func (u *unitLines) change(unit int) string {
	was, is := u.before.Class(unit) == sweep.Qualifying, u.after.Class(unit) == sweep.Qualifying
	switch {
	case is && !was:
		return "enters"
	case was && !is:
		return "leaves"
	}
	return ""
}

// reasons are the codes of why the rules that bind are unknown.
func reasons(p *rule.Program, why []rule.Reasons) []string {
	var all rule.Reasons
	for i := range p.Rules {
		switch p.Rules[i].Effect {
		case rule.Refuse, rule.Veto, rule.Route, rule.Ask:
			all |= why[i]
		}
	}
	return all.Codes()
}

// writeCSV writes unit, line, class, answer, change, reasons and a column a
// rule. It begins with a mark, so that a spreadsheet reads it as UTF-8.
func (s *sweeping) writeCSV(ctx context.Context, dst io.Writer, u *unitLines) error {
	if _, err := io.WriteString(dst, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(dst)
	row := []string{"unit", "line", "class", "answer", "change", "reasons"}
	for i := range u.p.Rules {
		row = append(row, u.p.Rules[i].ID)
	}
	if err := w.Write(row); err != nil {
		return err
	}
	var failed error
	err := u.plan.Reasons(ctx, func(unit int, answers []rule.Truth, why []rule.Reasons) bool {
		answer := u.after.Of(unit)
		row = append(row[:0], harmless(s.table.Key(unit)), strconv.Itoa(s.table.Line(unit)), sweep.ClassOf(answer).String(),
			string(answer), u.change(unit), strings.Join(reasons(u.p, why), " "))
		for _, t := range answers {
			row = append(row, t.String())
		}
		failed = w.Write(row)
		return failed == nil
	})
	w.Flush()
	return firstError(err, failed, w.Error())
}

// unitJSON is one line of the NDJSON output.
type unitJSON struct {
	Unit    string              `json:"unit,omitempty"`
	Line    int                 `json:"line"`
	Class   string              `json:"class"`
	Answer  rule.Answer         `json:"answer"`
	Change  string              `json:"change,omitempty"`
	Rules   map[string]string   `json:"rules"`
	Reasons map[string][]string `json:"reasons"` // of the rules that are unknown
}

func (s *sweeping) writeNDJSON(ctx context.Context, dst io.Writer, u *unitLines) error {
	enc := json.NewEncoder(dst)
	enc.SetEscapeHTML(false)
	var failed error
	err := u.plan.Reasons(ctx, func(unit int, answers []rule.Truth, why []rule.Reasons) bool {
		answer := u.after.Of(unit)
		line := unitJSON{Unit: s.table.Key(unit), Line: s.table.Line(unit), Class: sweep.ClassOf(answer).String(), Answer: answer,
			Change: u.change(unit), Rules: map[string]string{}, Reasons: map[string][]string{}}
		for i, t := range answers {
			id := u.p.Rules[i].ID
			line.Rules[id] = t.String()
			if t == rule.Unknown {
				line.Reasons[id] = why[i].Codes()
			}
		}
		failed = enc.Encode(line)
		return failed == nil
	})
	return firstError(err, failed)
}

func firstError(errs ...error) error {
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	return nil
}
