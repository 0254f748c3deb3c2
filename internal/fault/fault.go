// Package fault holds the one error type whose text a person may see.
//
// A fault carries a message key and arguments, never a finished sentence: the
// sentence is made in the reader's language where it is shown
// (internal/locale). Every other error is internal: its cause belongs in a log,
// and the reader gets one sentence.
package fault

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Kind classes a fault. A door maps each kind to one answer: an HTTP status, or
// an exit code.
type Kind string

// The kinds of faults.
const (
	Invalid  Kind = "invalid"  // the input is malformed
	Refused  Kind = "refused"  // a rule says no; Clause names the rule's ground
	Missing  Kind = "missing"  // no such thing, or none that this reader may see
	Conflict Kind = "conflict" // somebody else was first
	Late     Kind = "late"     // the time for it is over
	Internal Kind = "internal" // everything that is not the reader's doing
)

// Unforeseen is the message key of an error that nobody made a fault of.
const Unforeseen = "fault.internal"

// Key is an argument that is itself a message key: a word that each language
// has its own form of.
type Key string

// A Fault is an error whose text is safe to show. The zero values of Field,
// Clause, File, Line and Col mean "not about one".
type Fault struct {
	Kind   Kind
	Key    string // message key in the catalogues of internal/locale
	Args   []any  // fill the placeholders {1}, {2}, … of the message
	Field  string // the fact, form field or key that the fault is about
	Clause string // id of the clause that a refusal rests on: 000-023
	File   string // the file as the reader named it
	Line   int    // line in File, from 1
	Col    int    // column in File, in characters, from 1
	Err    error  // the cause: logged, not shown to visitors
}

// New returns a fault of kind k with the message key and its arguments.
func New(k Kind, key string, args ...any) *Fault {
	return &Fault{Kind: k, Key: key, Args: args}
}

// At returns a copy of f that names a place in a file. Line and col count from
// 1; 0 means unknown.
func (f *Fault) At(file string, line, col int) *Fault {
	c := *f
	c.File, c.Line, c.Col = file, line, col
	return &c
}

// In returns a copy of f that names the field it is about.
func (f *Fault) In(field string) *Fault {
	c := *f
	c.Field = field
	return &c
}

// Under returns a copy of f that names the clause it rests on.
func (f *Fault) Under(clause string) *Fault {
	c := *f
	c.Clause = clause
	return &c
}

// Because returns a copy of f with its cause.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.Err = err
	return &c
}

// Place returns where the fault is, as file:line:col with the unknown parts
// left out, or "".
func (f *Fault) Place() string {
	var parts []string
	if f.File != "" {
		parts = append(parts, f.File)
	}
	if f.Line > 0 {
		parts = append(parts, strconv.Itoa(f.Line))
		if f.Col > 0 {
			parts = append(parts, strconv.Itoa(f.Col))
		}
	}
	return strings.Join(parts, ":")
}

// Error implements error. Its text is for logs; people read the message that
// internal/locale makes of the fault.
func (f *Fault) Error() string {
	var b strings.Builder
	for _, part := range []string{f.Place(), f.Field} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	fmt.Fprintf(&b, "%s: %s", f.Kind, f.Key)
	if len(f.Args) > 0 {
		fmt.Fprintf(&b, " %v", f.Args)
	}
	if f.Clause != "" {
		b.WriteString(" under " + f.Clause)
	}
	if f.Err != nil {
		b.WriteString(": " + f.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause, which may be nil.
func (f *Fault) Unwrap() error { return f.Err }

// Of returns the first fault in err, or an internal fault with err as its
// cause. Of(nil) is nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return New(Internal, Unforeseen).Because(err)
}

// All returns every fault in err, in order: those of a joined error one by one.
// An error without a fault gives one internal fault; nil gives none.
func All(err error) []*Fault {
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch e := e.(type) {
		case *Fault:
			return []*Fault{e}
		case interface{ Unwrap() []error }:
			var all []*Fault
			for _, one := range e.Unwrap() {
				all = append(all, All(one)...)
			}
			return all
		}
	}
	if err == nil {
		return nil
	}
	return []*Fault{Of(err)}
}
