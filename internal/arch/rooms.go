package arch

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

// stages is the life of a project, in order. A stage may import an earlier
// stage, never a later one.
var stages = []string{"call", "apply", "recommend", "review", "decide", "monitor", "evaluate"}

// engines compute; they hold no state and know no room but each other.
var engines = []string{"rule", "similar", "assign"}

// nounRooms stand beside the stages, which import them.
var nounRooms = []string{
	"actor", "programme", "registry", "policy", "voucher", "instrument", "outcome", "ledger",
}

// The ranks of rooms: a room imports rooms of a lower rank only, and those of
// its own rank where siblings says so.
const (
	unknown = iota - 1
	plumbing
	engine
	noun
	stage     // stages[i] has the rank stage + i
	reporting = stage + 20
	door      = reporting + 1
	command   = door + 1
	data      = command + 1 // the embedded packages: only a command may import them
)

// rank places a folder in the house, or says unknown.
func rank(dir string) int {
	first, _, nested := strings.Cut(dir, "/")
	switch {
	case first == "internal":
		return plumbing
	case slices.Contains(engines, first):
		return engine
	case nested && first != "cmd" && first != "web" && !strings.HasSuffix(dir, "test"):
		return unknown // the other rooms have no inner rooms but what only tests use
	case slices.Contains(nounRooms, first):
		return noun
	case slices.Contains(stages, first):
		return stage + slices.Index(stages, first)
	case first == "report":
		return reporting
	case first == "web":
		return door
	case first == "cmd" && nested:
		return command
	case first == "programmes":
		return data
	}
	return unknown
}

func isStage(dir string) bool { return slices.Contains(stages, dir) }

// rooms: every package is a known room, at most two folders deep, and is named
// like its folder.
func rooms(t *Tree) (found []Finding) {
	for dir, files := range t.packages() {
		name := files[0].AST.Name.Name
		switch {
		case rank(dir) == unknown:
			found = append(found, Finding{Path: dir, Text: "no such room: the rooms are listed in docs/map.md and in internal/arch/rooms.go"})
		case strings.Count(dir, "/") > 1:
			found = append(found, Finding{Path: dir, Text: "deeper than two folders"})
		case dir == "programmes" && len(files) > 1:
			found = append(found, Finding{Path: dir, Text: "programmes/ holds data and one Go file"})
		case name != path.Base(dir) && name != "main":
			found = append(found, Finding{Path: dir, Text: fmt.Sprintf("package %s must be named like its folder", name)})
		}
	}
	return found
}

// names: a package name occurs once, so that it can be read without its path.
func names(t *Tree) (found []Finding) {
	seen := map[string][]string{}
	for dir, files := range t.packages() {
		if name := files[0].AST.Name.Name; name != "main" {
			seen[name] = append(seen[name], dir)
		}
	}
	for name, dirs := range seen {
		if len(dirs) > 1 {
			slices.Sort(dirs)
			found = append(found, Finding{Path: dirs[1], Text: fmt.Sprintf("package name %s is also used by %s", name, dirs[0])})
		}
	}
	return found
}

// aliases: a package of ours goes by its own name everywhere, in tests too.
func aliases(t *Tree) (found []Finding) {
	for _, f := range t.Files {
		for _, imp := range f.AST.Imports {
			room, ours := t.own(strings.Trim(imp.Path.Value, "`\""))
			if ours && imp.Name != nil {
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("alias %s for %s", imp.Name.Name, room)})
			}
		}
	}
	return found
}

// imports: who may import whom. Tests are free: a scenario walks through
// several rooms.
func imports(t *Tree) (found []Finding) {
	for _, f := range t.Files {
		if f.Test {
			continue
		}
		for _, imp := range importPaths(f) {
			room, ours := t.own(imp)
			if !ours || rank(f.Dir()) == unknown {
				continue
			}
			if why := forbidden(f, room); why != "" {
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("may not import %s: %s", room, why)})
			}
		}
	}
	return found
}

// stateful is the plumbing that an engine may not touch.
var stateful = []string{"internal/db", "internal/journal", "internal/job", "internal/blob"}

// forbidden says why f may not import room, or "".
func forbidden(f *File, room string) string {
	from, to := rank(f.Dir()), rank(room)
	switch {
	case to == unknown:
		return "no such room"
	case to == data && from != command:
		return "only a command embeds the packages"
	case strings.HasSuffix(room, "test") && !f.Test && f.Dir() != room:
		return "only tests use it"
	case to == command:
		return "nothing imports a command"
	case from == plumbing && to != plumbing:
		return "plumbing knows no room"
	case from == engine && to == plumbing && slices.Contains(stateful, room) && !isIndex(f):
		return "an engine holds no state"
	case from == engine && to > engine:
		return "an engine knows no room but the engines"
	case from == noun && to >= stage && to < reporting:
		return "a room beside the stages knows no stage"
	case from >= stage && from < reporting && to > from && to < reporting:
		return "a stage knows no later stage"
	case to == door && from < command:
		return "only a command opens the door"
	case to > from && to < data:
		return "the arrow points the other way"
	}
	return ""
}

// isIndex reports whether f is the store of similar: its index lives in the
// database, its engine does not.
func isIndex(f *File) bool { return f.Dir() == "similar" && isStore(f) }

func isStore(f *File) bool { return strings.HasPrefix(f.Base(), "store") }

// outside says which packages from outside a rank may not import, by prefix.
var outside = map[int][]string{
	engine: {"database/sql", "net/http", "modernc.org/sqlite", "github.com/jackc/pgx"},
	door:   {"database/sql"},
}

// pure: engines know neither SQL nor HTTP, the door knows no SQL, and no room
// reads the clock itself: time comes in with the transaction or the facts.
func pure(t *Tree) (found []Finding) {
	for _, f := range t.code() {
		r := rank(f.Dir())
		for _, imp := range importPaths(f) {
			banned := slices.ContainsFunc(outside[r], func(p string) bool { return imp == p || strings.HasPrefix(imp, p+"/") })
			if banned && !isIndex(f) {
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("%s has no business in %s", imp, f.Dir())})
			}
		}
		if r == plumbing || r == command {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && readsClock(sel) {
				found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("line %d reads the clock: take the time as an argument", t.line(n.Pos()))})
			}
			return true
		})
	}
	return found
}

func readsClock(sel *ast.SelectorExpr) bool {
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name)
}
