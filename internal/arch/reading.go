package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"unicode"
)

// The limits on size. A file or function past them is usually two.
const (
	maxFileLines = 600 // of any file that people write, tests included
	maxFuncLines = 60  // at the 95th percentile of all functions outside tests
)

// documented: every package has a doc comment, that of a room holds the
// official Chinese term, and every exported name is documented.
func documented(t *Tree) (found []Finding) {
	for dir, files := range t.packages() {
		doc := ""
		for _, f := range files {
			doc += f.AST.Doc.Text()
		}
		isRoom := rank(dir) >= engine && rank(dir) <= reporting
		switch {
		case doc == "":
			found = append(found, Finding{Path: dir, Text: "no package comment"})
		case isRoom && !hasHan(doc):
			found = append(found, Finding{Path: dir, Text: "the package comment must hold the official Chinese term"})
		}
		if isStage(dir) && !slices.ContainsFunc(files, func(f *File) bool { return f.Base() == "doc.go" }) {
			found = append(found, Finding{Path: dir, Text: "a stage has a doc.go: term, states, acts, tables"})
		}
	}
	for _, f := range t.code() {
		for _, name := range bare(f.AST) {
			found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("%s has no comment (line %d)", name.Name, t.line(name.Pos()))})
		}
	}
	return found
}

func hasHan(s string) bool {
	return slices.ContainsFunc([]rune(s), func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// bare returns the exported names of file that have no comment. A group of
// constants or variables may share one.
func bare(file *ast.File) (out []*ast.Ident) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
				out = append(out, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				out = append(out, bareSpec(d, spec)...)
			}
		}
	}
	return out
}

func bareSpec(d *ast.GenDecl, spec ast.Spec) (out []*ast.Ident) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
			out = append(out, s.Name)
		}
	case *ast.ValueSpec:
		if s.Doc != nil || s.Comment != nil || d.Doc != nil {
			return nil
		}
		for _, name := range s.Names {
			if name.IsExported() {
				out = append(out, name)
			}
		}
	}
	return out
}

// exportedReceiver reports whether d is a function, or a method that people
// outside the package can see.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}

// sizes: files and functions stay small enough to be read at one sitting.
func sizes(t *Tree) (found []Finding) {
	for _, f := range t.Files {
		if !f.Generated && f.Lines > maxFileLines {
			found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("%d lines, limit %d: would two files be easier to live in?", f.Lines, maxFileLines)})
		}
	}
	type length struct {
		path, name string
		lines      int
	}
	var all []length
	for _, f := range t.code() {
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				all = append(all, length{f.Path, fn.Name.Name, span(t, fn.Pos(), fn.End())})
			}
		}
	}
	if len(all) == 0 {
		return found
	}
	slices.SortFunc(all, func(a, b length) int { return a.lines - b.lines })
	if p95 := all[(len(all)*95+99)/100-1]; p95.lines > maxFuncLines {
		longest := all[len(all)-1]
		found = append(found, Finding{Path: longest.path, Text: fmt.Sprintf("95th percentile of function lengths is %d lines, limit %d; the longest is %s with %d",
			p95.lines, maxFuncLines, longest.name, longest.lines)})
	}
	return found
}

// span is the number of lines from one position to another, both included.
func span(t *Tree, from, to token.Pos) int { return t.line(to) - t.line(from) + 1 }
