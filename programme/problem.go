package programme

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// Severity says what follows from a problem.
type Severity string

// The severities. Only an error is the package's own fault and keeps it from
// being used; a contradiction stands in the official text itself.
const (
	Error         Severity = "error"
	Contradiction Severity = "contradiction"
	Warning       Severity = "warning"
	Info          Severity = "info"
)

// A Problem (问题) is one thing that does not hold in a package: where, what, and
// what to do. The sentence is made in the reader's language.
type Problem struct {
	fault.Fault
	Severity Severity
	Clauses  []string // numbers of the clauses concerned, in order
	Case     string   // the worked case that failed, as file#number
}

// Text is the problem as a sentence in the given language, "zh" or "en",
// without its place.
func (p *Problem) Text(lang string) string { return locale.Text(lang, p.Key, p.Args...) }

// Unwrap lets errors.As find the fault itself.
func (p *Problem) Unwrap() error { return &p.Fault }

// Problems are all that was found in one package.
type Problems []*Problem

// Err returns the errors among ps joined into one, or nil if there are none.
func (ps Problems) Err() error {
	var errs []error
	for _, p := range ps {
		if p.Severity == Error {
			errs = append(errs, &p.Fault)
		}
	}
	return errors.Join(errs...)
}

// Count returns how many problems have the given severity.
func (ps Problems) Count(s Severity) int {
	n := 0
	for _, p := range ps {
		if p.Severity == s {
			n++
		}
	}
	return n
}

var severityOrder = map[Severity]int{Error: 0, Contradiction: 1, Warning: 2, Info: 3}

// sort puts the grave ones first, then by place.
func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(severityOrder[a.Severity], severityOrder[b.Severity]),
			strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			strings.Compare(a.Key, b.Key))
	})
}

// distinct sorts ps and leaves out what is there twice: the members of a guide
// find the same in what they inherit.
func (ps Problems) distinct() Problems {
	ps.sort()
	return slices.CompactFunc(ps, func(a, b *Problem) bool { return a.Severity == b.Severity && a.Error() == b.Error() })
}

// add appends a problem at a place and returns it, so that callers can name
// clauses.
func (ps *Problems) add(s Severity, pos Pos, key string, args ...any) *Problem {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = cutLong(text)
		}
	}
	p := &Problem{Severity: s, Fault: fault.Fault{Kind: fault.Invalid, Key: "programme." + key, Args: args,
		Field: pos.Path, File: pos.File, Line: pos.Line, Col: pos.Col}}
	*ps = append(*ps, p)
	return p
}

// maxQuoted is how much of a file a message quotes, in characters.
const maxQuoted = 400

func cutLong(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	if r := []rune(s); len(r) > maxQuoted {
		return string(r[:maxQuoted]) + "…"
	}
	return s
}

// addFault appends a fault of the rule language. where turns the fault's line and
// column, which count within one text, into its place in the file.
func (ps *Problems) addFault(s Severity, where func(line, col int) Pos, f *fault.Fault) *Problem {
	pos := where(f.Line, f.Col)
	q := &Problem{Severity: s, Fault: *f.At(pos.File, pos.Line, pos.Col)}
	q.Field = strings.Trim(pos.Path+" · "+f.Field, " ·")
	*ps = append(*ps, q)
	return q
}

// under names the clauses that a problem is about.
func (p *Problem) under(clauses ...string) *Problem {
	p.Clauses = clauses
	if len(clauses) > 0 {
		p.Clause = clauses[0]
	}
	return p
}

// verdictKey and answerKey are arguments that are messages themselves.
func verdictKey(v string) fault.Key { return fault.Key("programme.verdict." + v) }

func answerKey(a string) fault.Key { return fault.Key("programme.answer." + a) }
