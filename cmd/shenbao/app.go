package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"unicode"

	"golang.org/x/term"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/terminal"
)

// errFindings ends a command that has already said what it found.
var errFindings = errors.New("findings")

// An app is one run of the program: what it was told and whom it speaks to.
type app struct {
	config
	ctx    context.Context
	in     io.Reader
	out    *bufio.Writer // data
	errOut io.Writer     // messages
	style  terminal.Style
}

func newApp(c config, in io.Reader, out, errOut io.Writer) *app {
	return &app{config: c, in: in, out: bufio.NewWriter(out), errOut: errOut}
}

// text returns a message in the run's language.
func (a *app) text(key string, args ...any) string { return locale.Text(a.Lang, key, args...) }

// say writes a message to standard error. What came from the command line or a
// file may hold control characters; they do not reach the terminal.
func (a *app) say(message string) {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return unicode.ReplacementChar
		}
		return r
	}, message)
	fmt.Fprintln(a.errOut, strings.ToValidUTF8(clean, string(unicode.ReplacementChar)))
}

// onTerminal reports whether somebody watches the messages.
func (a *app) onTerminal() bool {
	f, ok := a.errOut.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// writeJSON writes v as data: indented, with < and & as they are.
func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// faultJSON is a fault as --json shows it.
type faultJSON struct {
	Kind   fault.Kind `json:"kind"`
	Key    string     `json:"key"`
	Text   string     `json:"text"`
	File   string     `json:"file,omitempty"`
	Line   int        `json:"line,omitempty"`
	Col    int        `json:"col,omitempty"`
	Field  string     `json:"field,omitempty"`
	Clause string     `json:"clause,omitempty"`
}

// report says faults to people and, with --json, writes them as the data
// {"faults": […]}.
func (a *app) report(faults []*fault.Fault) {
	list := a.tell(faults)
	if a.JSON {
		// A failed write is reported when the output is flushed.
		_ = a.writeJSON(map[string]any{"faults": list})
	}
}

// tell says faults to people and returns them as data. Of a fault that is not
// the reader's doing it tells the cause too: at the command line the reader is
// the operator.
func (a *app) tell(faults []*fault.Fault) []faultJSON {
	for _, f := range faults {
		sentence := locale.Fault(a.Lang, f)
		if f.Key == fault.Unforeseen && f.Err != nil {
			sentence = a.text("cli.crash", f.Err)
		}
		a.say(sentence)
	}
	return a.faultList(faults)
}

// faults are the faults of an error as --json shows them.
func (a *app) faults(err error) []faultJSON { return a.faultList(fault.All(err)) }

// faultList is faults as --json shows them.
func (a *app) faultList(faults []*fault.Fault) []faultJSON {
	list := make([]faultJSON, 0, len(faults))
	for _, f := range faults {
		list = append(list, faultJSON{f.Kind, f.Key, a.text(f.Key, f.Args...), f.File, f.Line, f.Col, f.Field, f.Clause})
	}
	return list
}

// open opens a file that the command line names; - is standard input.
func (a *app) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.in), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fileFault(name, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fault.New(fault.Invalid, "file.folder").At(name, 0, 0)
	}
	return f, nil
}

// fileFault turns the error of a file operation on name into a fault.
func fileFault(name string, err error) *fault.Fault {
	f := fault.New(fault.Internal, "file.unreadable", err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f = fault.New(fault.Missing, "file.missing")
	case errors.Is(err, fs.ErrPermission):
		f = fault.New(fault.Refused, "file.denied")
	case errors.Is(err, syscall.ENOTDIR):
		f = fault.New(fault.Invalid, "file.not_folder")
	}
	return f.At(name, 0, 0).Because(err)
}
