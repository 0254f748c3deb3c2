package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/alecthomas/kong"

	"shenbao/internal/fault"
	"shenbao/programme"
)

// programmeNewCmd is "shenbao programme new".
type programmeNewCmd struct {
	ID     string `arg:"" name:"ID" help:"cli.arg.id_new"`
	Title  string `required:"" placeholder:"TITLE" help:"cli.flag.title"`
	From   string `placeholder:"ID" help:"cli.flag.from"`
	Issuer string `placeholder:"NAME" help:"cli.flag.issuer"`
	Region string `placeholder:"CODE" help:"cli.flag.region"`
}

// Help names the command's longer text.
func (programmeNewCmd) Help() string { return "cli.new.detail" }

// Validate implements kong's hook: the packages inside the program cannot be
// written.
func (programmeNewCmd) Validate(ctx *kong.Context) error {
	for _, f := range ctx.Flags() {
		if f.Name == "programmes" && fmt.Sprint(ctx.FlagValue(f)) == "" {
			return errors.New("missing flags: --programmes=DIR")
		}
	}
	return nil
}

// Run implements the command.
func (c *programmeNewCmd) Run(a *app, g *programmeCmd) error {
	want := programme.IndexEntry{ID: c.ID, Title: c.Title, Issuer: c.Issuer, Region: c.Region}
	return newPackage(a, g, want, c.From)
}

// newJSON is a new package as new --json shows it.
type newJSON struct {
	Package string     `json:"package"`
	From    string     `json:"from,omitempty"`
	Folder  string     `json:"folder"`
	Files   []string   `json:"files"`
	Todo    []todoJSON `json:"todo"`
	Check   checkJSON  `json:"check"`
}

type todoJSON struct {
	programme.Todo
	Text string `json:"text"`
}

// newPackage makes a package in the folder of packages: empty, or as a copy of
// another one. It overwrites nothing.
func newPackage(a *app, g *programmeCmd, want programme.IndexEntry, from string) error {
	lib, err := g.open()
	if err != nil {
		return err
	}
	d, err := lib.NewDraft(want, from)
	if err != nil {
		return err
	}
	folder := filepath.Join(g.Programmes, d.Entry.ID)
	if err := writeDraft(g.Programmes, folder, d); err != nil {
		return err
	}
	lib, err = g.open()
	if err != nil {
		return err
	}
	p, err := lib.Load(d.Entry.ID)
	if p == nil {
		return err
	}
	problems := p.Check()
	out := newJSON{Package: d.Entry.ID, From: from, Folder: folder, Todo: []todoJSON{}, Check: a.checkSummary(p, problems)}
	for name := range d.Files {
		out.Files = append(out.Files, name)
	}
	slices.Sort(out.Files)
	for _, t := range d.Todo {
		out.Todo = append(out.Todo, todoJSON{t, a.text(t.Key, t.Args...)})
	}
	if a.JSON {
		return a.writeJSON(out)
	}
	a.newText(&out, p, problems)
	return nil
}

// newText writes what was made, what check says of it, and what to do next.
func (a *app) newText(n *newJSON, p *programme.Package, problems programme.Problems) {
	if n.From == "" {
		fmt.Fprintln(a.out, a.text("new.made", n.Folder, len(n.Files)))
	} else {
		fmt.Fprintln(a.out, a.text("new.copied", n.Folder, len(n.Files), n.From))
	}
	fmt.Fprintln(a.out, "\n"+a.text("new.next"))
	for i, t := range n.Todo {
		place := t.File
		if t.Line > 0 {
			place = fmt.Sprintf("%s:%d", t.File, t.Line)
		}
		if place != "" {
			place += "  "
		}
		fmt.Fprintf(a.out, "%3d. %s%s\n", i+1, place, t.Text)
	}
	fmt.Fprintln(a.out, "\n"+a.text("new.check"))
	a.checkText(p, problems, n.Check)
}

// writeDraft writes the files of a new package and then the index. A folder that
// exists is left alone; what cannot be finished is taken back.
func writeDraft(dir, folder string, d *programme.Draft) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fault.New(fault.Conflict, "new.exists").At(folder, 0, 0).Because(err)
		}
		return fileFault(folder, err)
	}
	err := func() error {
		for name, text := range d.Files {
			file := filepath.Join(folder, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return fileFault(file, err)
			}
			if err := os.WriteFile(file, text, 0o644); err != nil { //nolint:gosec // rules are for everybody
				return fileFault(file, err)
			}
		}
		return replaceFile(filepath.Join(dir, "index.yaml"), d.Index)
	}()
	if err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	return nil
}

// replaceFile writes a file in one step: readers see the old text or the new.
func replaceFile(file string, text []byte) error {
	tmp := file + ".new"
	if err := os.WriteFile(tmp, text, 0o644); err != nil { //nolint:gosec // rules are for everybody
		return fileFault(tmp, err)
	}
	if err := os.Rename(tmp, file); err != nil {
		return errors.Join(fileFault(file, err), os.Remove(tmp))
	}
	return nil
}
