package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// nouns: in a stage, the database is reached from store*.go and from act files
// alone. An act file declares the function that it is named after: submit.go
// holds func Submit. Every other file, and so application.go with its type
// Application and its pure moves, is free of internal/db and database/sql.
func nouns(t *Tree) (found []Finding) {
	for _, f := range t.code() {
		if !isStage(f.Dir()) || isStore(f) || isAct(f) {
			continue
		}
		for _, imp := range importPaths(f) {
			if imp == t.Module+"/internal/db" || imp == "database/sql" {
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf(
					"imports %s, but is neither store*.go nor an act file (it declares no func %s)", imp, camel(f.Base()))})
			}
		}
	}
	return found
}

// acts: in a stage, a public function that takes a *db.Tx is an act and stands
// in the file named after it.
func acts(t *Tree) (found []Finding) {
	for _, f := range t.code() {
		if !isStage(f.Dir()) {
			continue
		}
		for _, d := range f.AST.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv == nil && fn.Name.IsExported() && takesTx(fn) && camel(f.Base()) != fn.Name.Name {
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("act %s stands in a file of its own: %s.go", fn.Name.Name, snake(fn.Name.Name))})
			}
		}
	}
	return found
}

func isAct(f *File) bool {
	return slices.ContainsFunc(f.AST.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv == nil && fn.Name.Name == camel(f.Base())
	})
}

func takesTx(fn *ast.FuncDecl) bool {
	return slices.ContainsFunc(fn.Type.Params.List, func(p *ast.Field) bool {
		star, ok := p.Type.(*ast.StarExpr)
		if !ok {
			return false
		}
		sel, ok := star.X.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		pkg, ok := sel.X.(*ast.Ident)
		return ok && pkg.Name == "db" && sel.Sel.Name == "Tx"
	})
}

// camel turns a file name into the exported name it stands for:
// record_payment.go → RecordPayment.
func camel(file string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(strings.TrimSuffix(file, ".go"), "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// snake is the reverse of camel, without the suffix.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// statement recognises the beginning of an SQL statement.
var statement = regexp.MustCompile(`(?is)^\s*(select\s.*\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\S+\s+set\s|delete\s+from\s|` +
	`(create|alter|drop)\s+(unique\s+)?(table|index|view|trigger)\s|with\s+\w+\s+as\s*\(|pragma\s+\w)`)

// writing recognises the statements that change a table.
var writing = regexp.MustCompile(`(?i)^\s*(insert|update|delete|create|alter|drop)\s`)

// postgres names the packages that may keep a text for PostgreSQL alone.
var postgres = []string{"similar", "policy", "internal/job"}

// emitter is the room that makes SQL of rules, as text for others to run.
const emitter = "rule/sqltext"

// sqlText: SQL stands in store*.go, in internal/db and in the emitter; report
// only reads; and one text serves both databases, but for the rooms in postgres
// and the emitter, which writes for each.
func sqlText(t *Tree) (found []Finding) {
	for _, f := range t.code() {
		if f.Base() == "store_postgres.go" && !slices.Contains(postgres, f.Dir()) {
			found = append(found, Finding{Path: f.Path, Text: "one SQL text serves both databases here"})
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text := strings.Trim(lit.Value, "`\"")
			switch {
			case !statement.MatchString(text):
			case f.Dir() == "report" && writing.MatchString(text):
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("line %d writes: report only reads", t.line(lit.Pos()))})
			case !isStore(f) && f.Dir() != "internal/db" && f.Dir() != emitter:
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("line %d holds SQL: it belongs in store.go", t.line(lit.Pos()))})
			}
			return true
		})
	}
	return found
}
