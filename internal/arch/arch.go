// Package arch keeps the shape of the repository: which rooms there are, who
// may import whom, where SQL may stand, that names are documented, that files
// stay small, that documents hold together.
//
// Every rule is a function over a tree of files, so that the tests can run it
// on this repository and on the planted faults in testdata, one folder a fault.
// docs/map.md explains the shape to people; where the two differ, one of them
// has a bug.
package arch

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Finding is one place where the house is out of shape.
type Finding struct {
	Rule string // name of the rule in Rules
	Path string // file or folder, slash-separated, from the root
	Text string // what is wrong and what to do
}

// String is the finding as one line.
func (f Finding) String() string { return fmt.Sprintf("%s: %s (%s)", f.Path, f.Text, f.Rule) }

// A Rule checks one property of a tree.
type Rule struct {
	Name  string
	Check func(*Tree) []Finding
}

// Rules are the rules about Go files, in the order in which a reader wants to
// hear of them.
var Rules = []Rule{
	{"rooms", rooms},
	{"names", names},
	{"alias", aliases},
	{"imports", imports},
	{"pure", pure},
	{"nouns", nouns},
	{"acts", acts},
	{"sql", sqlText},
	{"docs", documented},
	{"size", sizes},
}

// A Tree is the parsed Go files under a root.
type Tree struct {
	Module string // import path of the root
	Files  []*File
	fset   *token.FileSet
}

// A File is one Go file of a tree.
type File struct {
	Path      string // slash-separated, from the root
	AST       *ast.File
	Lines     int
	Test      bool // its name ends in _test.go
	Generated bool // it says "Code generated … DO NOT EDIT."
	Ignored   bool // it says "//go:build ignore"
}

// Dir is the folder of the file, which is its room.
func (f *File) Dir() string { return path.Dir(f.Path) }

// Base is the file's name without its folder.
func (f *File) Base() string { return path.Base(f.Path) }

// Load parses every Go file under fsys. Left out are what the go command leaves
// out (testdata, names that begin with . or _) and folders with their own
// go.mod, which are other modules.
func Load(fsys fs.FS, module string) (*Tree, error) {
	t := &Tree{Module: module, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (skipped(d.Name()) || exists(fsys, path.Join(name, "go.mod"))) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(t.fset, name, src, parser.ParseComments)
		if err != nil {
			return err
		}
		t.Files = append(t.Files, &File{
			Path:      name,
			AST:       file,
			Lines:     t.fset.File(file.Pos()).LineCount(),
			Test:      strings.HasSuffix(name, "_test.go"),
			Generated: ast.IsGenerated(file),
			Ignored:   bytes.HasPrefix(src, []byte("//go:build ignore\n")),
		})
		return nil
	})
	return t, err
}

func skipped(dir string) bool {
	return dir == "testdata" || dir == "node_modules" || strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

// Check runs the rules over t and returns what they find, by path.
func Check(t *Tree, rules []Rule) []Finding {
	var found []Finding
	for _, rule := range rules {
		for _, f := range rule.Check(t) {
			f.Rule = rule.Name
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Path, b.Path) })
	return found
}

// own returns the room that an import path of ours names.
func (t *Tree) own(importPath string) (room string, ok bool) {
	return strings.CutPrefix(importPath, t.Module+"/")
}

// line is the line of a position in f, from 1.
func (t *Tree) line(p token.Pos) int { return t.fset.Position(p).Line }

// code returns the files that people wrote and that the program is built from.
func (t *Tree) code() []*File {
	return slices.DeleteFunc(slices.Clone(t.Files), func(f *File) bool { return f.Test || f.Generated })
}

// packages returns the non-test files by folder, generated ones included. A file
// that go build ignores is a program of its own and no part of the package.
func (t *Tree) packages() map[string][]*File {
	byDir := map[string][]*File{}
	for _, f := range t.Files {
		if !f.Test && !f.Ignored {
			byDir[f.Dir()] = append(byDir[f.Dir()], f)
		}
	}
	return byDir
}

// importPaths returns the paths that f imports.
func importPaths(f *File) []string {
	var paths []string
	for _, imp := range f.AST.Imports {
		paths = append(paths, strings.Trim(imp.Path.Value, "`\""))
	}
	return paths
}
