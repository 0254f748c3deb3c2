package programme

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"go.yaml.in/yaml/v3"

	"shenbao/internal/fault"
)

// skeleton is an empty package: its files are templates.
//
//go:embed skeleton
var skeleton embed.FS

// A Draft is a package to be: its line of the index, its files, and what is left
// to fill in, in order.
type Draft struct {
	Entry IndexEntry
	From  string            // the package it is a copy of; empty for a skeleton
	Files map[string][]byte // by path in the package's folder
	Index []byte            // index.yaml with the new package
	Todo  []Todo
}

// A Todo is something to fill in or to look at.
type Todo struct {
	Key  string `json:"key"` // of its message: new.todo.…
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Args []any  `json:"args"` // last year's value, names
}

// newID is the form of a new package's id: the name of its folder ends in the
// year.
var newID = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*-(\d{4})$`)

// NewDraft makes a package out of nothing, or out of last year's: a copy with
// its dates and document numbers taken out, as a draft. Of want, the id and the
// title are needed; what else is empty is taken from the package copied, or left
// to be filled in. Nothing is written.
func (l *Library) NewDraft(want IndexEntry, from string) (*Draft, error) {
	m := newID.FindStringSubmatch(want.ID)
	if m == nil {
		return nil, fault.New(fault.Invalid, "new.id", want.ID)
	}
	if want.Title = strings.TrimSpace(want.Title); want.Title == "" || strings.ContainsFunc(want.Title, unicode.IsControl) {
		return nil, fault.New(fault.Invalid, "new.title")
	}
	if slices.ContainsFunc(l.index, func(e *IndexEntry) bool { return e.ID == want.ID }) {
		return nil, fault.New(fault.Conflict, "new.indexed", want.ID)
	}
	d := &Draft{Entry: want, From: from, Files: map[string][]byte{}}
	d.Entry.Year, _ = strconv.Atoi(m[1])
	d.Entry.Status = "draft"
	if d.Entry.Inventory == "" {
		d.Entry.Inventory = l.freeInventory()
	}
	var err error
	if from == "" {
		err = d.fromSkeleton()
	} else {
		err = l.copyInto(d)
	}
	if err != nil {
		return nil, err
	}
	return d, l.addToIndex(d)
}

// freeInventory is the first free number after the greatest in use, of three
// digits.
func (l *Library) freeInventory() string {
	used := map[int]bool{}
	next := 0
	for _, e := range l.index {
		if n, err := strconv.Atoi(e.Inventory); err == nil {
			used[n] = true
			next = max(next, n+1)
		}
	}
	for range 1000 {
		if next %= 1000; !used[next] {
			break
		}
		next++
	}
	return fmt.Sprintf("%03d", next)
}

// scalar writes a text as a YAML value, in quotes where it needs them.
func scalar(text string) string {
	if text == "" {
		return `""`
	}
	out, err := yaml.Marshal(text)
	if err != nil {
		return strconv.Quote(text)
	}
	return strings.TrimSpace(string(out))
}

func (d *Draft) fromSkeleton() error {
	if d.Entry.Region == "" {
		d.Entry.Region = "000000"
	}
	data := map[string]string{"Title": d.Entry.Title, "Quoted": scalar(d.Entry.Title), "Issuer": scalar(d.Entry.Issuer), "From": ""}
	err := fs.WalkDir(skeleton, "skeleton", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		t, err := template.ParseFS(skeleton, name)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, data); err != nil {
			return err
		}
		d.Files[strings.TrimPrefix(name, "skeleton/")] = b.Bytes()
		return nil
	})
	add := func(key, file string, args ...any) { d.todo(key, file, 0, args...) }
	add("index", "index.yaml")
	add("document", "call.yaml")
	add("outline", "call.yaml", d.Entry.ID)
	add("clauses", "rules.md")
	add("window", "call.yaml")
	add("parameters", "call.yaml")
	add("form", "form.yaml")
	add("others", "review.yaml")
	add("cases", "cases/base.yaml")
	d.last()
	return err
}

// last are the steps that every new package ends with.
func (d *Draft) last() {
	d.todo("changes", "CHANGES.md", 0)
	d.todo("check", "", 0, d.Entry.ID)
	d.todo("verify", "", 0, d.Entry.ID)
	d.todo("verified", "index.yaml", 0)
}

func (d *Draft) todo(key, file string, line int, args ...any) {
	if args == nil {
		args = []any{}
	}
	d.Todo = append(d.Todo, Todo{Key: "new.todo." + key, File: file, Line: line, Args: args})
}

// addToIndex appends the package to index.yaml and reads the outcome, so that
// what is written is known to be sound.
func (l *Library) addToIndex(d *Draft) error {
	text, err := fs.ReadFile(l.fsys, "index.yaml")
	if err != nil {
		return err
	}
	b := bytes.NewBuffer(bytes.TrimRight(text, "\n \t"))
	e := d.Entry
	b.WriteString("\n  - id: " + e.ID + "\n")
	for _, line := range [][2]string{{"title", scalar(e.Title)}, {"issuer", scalar(e.Issuer)}, {"number", `""`},
		{"inventory", strconv.Quote(e.Inventory)}, {"region", strconv.Quote(e.Region)}, {"year", strconv.Itoa(e.Year)},
		{"status", string(e.Status)}, {"verified_on", "null"}} {
		b.WriteString("    " + line[0] + ": " + line[1] + "\n")
	}
	if len(e.Members) > 0 {
		b.WriteString("    members:\n")
	}
	for _, m := range e.Members {
		b.WriteString("      - {id: " + m.ID + ", title: " + strconv.Quote(m.Title) + "}\n")
	}
	var problems Problems
	var index Index
	decodeText("index.yaml", 0, b.Bytes(), &index, &problems)
	if err := problems.Err(); err != nil {
		return err
	}
	if n := len(index.Packages); n == 0 || index.Packages[n-1].ID != e.ID {
		return fault.New(fault.Invalid, "new.index_order").At("index.yaml", 0, 0)
	}
	d.Index = b.Bytes()
	return nil
}

// copyInto fills a draft with the files of another package.
func (l *Library) copyInto(d *Draft) error {
	from := d.From
	i := slices.IndexFunc(l.index, func(e *IndexEntry) bool { return e.ID == from })
	if i < 0 {
		return l.unknown(from)
	}
	old := l.index[i]
	if d.Entry.Issuer == "" {
		d.Entry.Issuer = old.Issuer
	}
	if d.Entry.Region == "" {
		d.Entry.Region = old.Region
	}
	d.Entry.Members = old.Members
	err := fs.WalkDir(l.fsys, from, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(l.fsys, name)
		d.Files[strings.TrimPrefix(name, from+"/")] = text
		return err
	})
	if err != nil {
		return err
	}
	return d.renew(old)
}

// renew takes last year's dates out and notes what is left to change.
func (d *Draft) renew(old *IndexEntry) error {
	d.todo("index", "index.yaml", 0)
	d.todo("outline", "call.yaml", 0, d.Entry.ID)
	d.todo("compare", "", 0, d.Entry.ID)
	names := sortedKeys(d.Files)
	for _, name := range names {
		if path.Base(name) == "call.yaml" {
			d.Files[name] = d.emptyCall(name, d.Files[name])
		}
	}
	for _, name := range names {
		if path.Ext(name) == ".md" && path.Base(name) != "CHANGES.md" {
			d.Files[name] = bytes.Replace(d.Files[name], []byte("# "+old.Title), []byte("# "+d.Entry.Title), 1)
		}
	}
	d.oldYears(names, strconv.Itoa(old.Year))
	var b bytes.Buffer
	t, err := template.ParseFS(skeleton, "skeleton/CHANGES.md")
	if err != nil {
		return err
	}
	if err := t.Execute(&b, map[string]string{"Title": d.Entry.Title, "From": d.From}); err != nil {
		return err
	}
	d.Files["CHANGES.md"] = b.Bytes()
	d.todo("numbers", "rules.md", 0)
	d.todo("cases_copied", "cases", 0)
	d.last()
	return nil
}

// oldYears counts the lines that still name last year.
func (d *Draft) oldYears(names []string, year string) {
	for _, name := range names {
		if path.Base(name) == "CHANGES.md" || strings.Contains(name, "cases/") {
			continue
		}
		n := 0
		for line := range bytes.Lines(d.Files[name]) {
			if bytes.Contains(line, []byte(year)) {
				n++
			}
		}
		if n > 0 {
			d.todo("old_year", name, 0, year, n)
		}
	}
}
