package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"shenbao/internal/fault"
	"shenbao/internal/nearest"
	"shenbao/rule"
)

// A Library is a folder of programme packages with its index and the
// vocabularies that the packages share.
type Library struct {
	fsys  fs.FS
	index []*IndexEntry
}

// Open reads index.yaml of a folder of packages.
func Open(fsys fs.FS) (*Library, error) {
	var problems Problems
	text, ok := readFile(fsys, "index.yaml", &problems)
	var index Index
	if ok {
		decodeText("index.yaml", 0, text, &index, &problems)
	}
	seen := map[string]bool{}
	for _, e := range index.Packages {
		if seen[e.ID] {
			problems.add(Error, e.In("id"), "id.twice", e.ID)
		}
		seen[e.ID] = true
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return &Library{fsys: fsys, index: index.Packages}, nil
}

// List returns the index, in its own order.
func (l *Library) List() []IndexEntry {
	out := make([]IndexEntry, len(l.index))
	for i, e := range l.index {
		out[i] = *e
	}
	return out
}

// A Package (指南包) is one programme and year, read and compiled.
type Package struct {
	IndexEntry
	Hash    string // SHA-256 of its files and of the vocabularies it uses
	Clauses []*Clause
	Call    *Call
	Form    *Form
	Review  *Review
	After   *After
	Tables  *Tables
	Ledger  *Ledger
	Cases   []*CaseFile
	Terms   map[string]*Term // by id, as the package uses them
	Schema  *rule.Schema
	Program *rule.Program // nil when a rule does not compile

	Members []*Package // of a guide, in the order of the index; nil for any other package

	guide    *Package      // of a member; nil for any other package
	partial  *rule.Program // the rules that can be read, when not all can; may be nil
	problems Problems      // found while loading
	files    map[string][]byte
	facts    map[string]*Fact // by code
	needs    map[string]rule.Node
	needing  *rule.Program // the needs made ready to run; nil when there are none
}

// Load reads and compiles the package with the given id: of the index, or
// guide/member. When something is wrong with it, the error holds every fault
// ([fault.All] lists them) and the package is returned as far as it could be
// read, so that [Package.Check] can say more. An unknown id gives no package.
func (l *Library) Load(id string) (*Package, error) {
	id, member, _ := strings.Cut(id, "/")
	i := slices.IndexFunc(l.index, func(e *IndexEntry) bool { return e.ID == id })
	if i < 0 {
		return nil, l.unknown(id)
	}
	p := l.read(*l.index[i])
	if len(p.IndexEntry.Members) == 0 {
		if member != "" {
			return nil, l.unknown(id + "/" + member)
		}
		p.finish(l.fsys)
		return p, p.problems.Err()
	}
	for _, m := range p.IndexEntry.Members {
		if member == "" || m.ID == member {
			p.Members = append(p.Members, l.readMember(p, m))
		}
	}
	if len(p.Members) == 0 {
		return nil, l.unknown(id + "/" + member)
	}
	if member != "" {
		m := p.Members[0]
		return m, m.problems.Err()
	}
	files := map[string][]byte{}
	for _, m := range append([]*Package{p}, p.Members...) {
		for name, text := range m.files {
			files[path.Join(m.ID, name)] = text
		}
		p.problems = append(p.problems, m.problems...)
	}
	p.Hash = hashOf(files)
	p.problems = p.problems.distinct()
	return p, p.problems.Err()
}

// readMember reads a member of a guide and gives it what the guide holds for it.
func (l *Library) readMember(g *Package, m *Member) *Package {
	entry := g.IndexEntry
	entry.ID, entry.Title, entry.Members = g.ID+"/"+m.ID, m.Title, nil
	p := l.read(entry)
	p.inherit(g)
	p.finish(l.fsys)
	return p
}

// read reads a package's own files.
func (l *Library) read(entry IndexEntry) *Package {
	p := &Package{IndexEntry: entry, files: map[string][]byte{}, Terms: map[string]*Term{}, Call: &Call{}, Form: &Form{},
		Review: &Review{}, After: &After{}, Tables: &Tables{}, Ledger: &Ledger{}}
	p.readFiles(l.fsys)
	p.decodeFiles()
	return p
}

// finish reads the vocabularies that the package uses and compiles it.
func (p *Package) finish(fsys fs.FS) {
	p.required()
	p.readTerms(fsys)
	p.Hash = hashOf(p.files)
	p.compile()
	p.problems = p.problems.distinct()
}

// required notes what every call must say; a member of a guide may leave it to
// the guide.
func (p *Package) required() {
	if !p.hasOrFailed("call.yaml") && p.guide == nil {
		return // the file itself is missing, and was reported
	}
	pos := p.Call.Pos()
	if pos.File == "" {
		pos.File = p.ID + "/call.yaml"
	}
	for _, k := range []struct {
		name  string
		there bool
	}{{"document", p.Call.Document.At.pos.File != ""}, {"time_zone", p.Call.TimeZone != ""}, {"mode", p.Call.Mode != ""}} {
		if !k.there {
			p.problems.add(Error, pos, "yaml.required", k.name)
		}
	}
}

// unknown is the fault of an id that names no package.
func (l *Library) unknown(id string) error {
	var known []string
	for _, e := range l.index {
		known = append(known, e.ID)
		for _, m := range e.Members {
			known = append(known, e.ID+"/"+m.ID)
		}
	}
	if s := nearest.Word(id, known); s != "" {
		return fault.New(fault.Missing, "programme.package_near", id, s)
	}
	return fault.New(fault.Missing, "programme.package", id, strings.Join(known, ", "))
}

// readFile reads one file within the limits; what is wrong is noted.
func readFile(fsys fs.FS, name string, problems *Problems) ([]byte, bool) {
	pos := Pos{File: name}
	f, err := fsys.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			problems.add(Error, pos, "file.missing", name)
		} else {
			problems.add(Error, pos, "file.unreadable", name).Err = err
		}
		return nil, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		problems.add(Error, pos, "file.unreadable", name).Err = err
		return nil, false
	}
	if len(text) > maxFile {
		problems.add(Error, pos, "file.large", maxFile>>10)
		return nil, false
	}
	return text, validUTF8(name, text, problems)
}

// knownFiles are the files that a package may hold, beside its cases.
var knownFiles = []string{"rules.md", "common.md", "call.yaml", "form.yaml", "review.yaml", "after.yaml", "tables.yaml",
	"ledger.yaml", "CHANGES.md", "README.md"}

// neededFiles are the files without which there is no package.
func (p *Package) neededFiles() []string {
	switch {
	case len(p.IndexEntry.Members) > 0:
		return []string{"common.md", "call.yaml"}
	case strings.Contains(p.ID, "/"):
		return []string{"rules.md"}
	}
	return []string{"rules.md", "call.yaml"}
}

// readFiles reads the package's folder.
func (p *Package) readFiles(fsys fs.FS) {
	total := 0
	err := fs.WalkDir(fsys, p.ID, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(name, p.ID), "/")
		if d.IsDir() {
			if slices.ContainsFunc(p.IndexEntry.Members, func(m *Member) bool { return m.ID == rel }) {
				return fs.SkipDir
			}
			if rel != "" && rel != "cases" {
				p.problems.add(Warning, Pos{File: name}, "file.unknown", strings.Join(knownFiles, ", ")+", cases/*.yaml")
				return fs.SkipDir
			}
			return nil
		}
		if !knownFile(rel) {
			p.problems.add(Warning, Pos{File: name}, "file.unknown", strings.Join(knownFiles, ", ")+", cases/*.yaml")
			return nil
		}
		text, ok := readFile(fsys, name, &p.problems)
		if total += len(text); total > maxPackage {
			p.problems.add(Error, Pos{File: p.ID}, "package.large", maxPackage>>20)
			return fs.SkipAll
		}
		if ok {
			p.files[rel] = text
		}
		return nil
	})
	if err != nil {
		p.problems.add(Error, Pos{File: p.ID}, "file.folder", p.ID).Err = err
		return
	}
	for _, name := range p.neededFiles() {
		if !p.hasOrFailed(name) {
			p.problems.add(Error, Pos{File: path.Join(p.ID, name)}, "file.missing", name)
		}
	}
	if !p.hasOrFailed("CHANGES.md") && !strings.Contains(p.ID, "/") {
		p.problems.add(Warning, Pos{File: p.ID}, "file.changes")
	}
}

func knownFile(rel string) bool {
	return slices.Contains(knownFiles, rel) || path.Dir(rel) == "cases" && path.Ext(rel) == ".yaml"
}

// hasOrFailed reports whether the file is there, readable or not.
func (p *Package) hasOrFailed(name string) bool {
	if _, ok := p.files[name]; ok {
		return true
	}
	return slices.ContainsFunc(p.problems, func(q *Problem) bool { return q.File == path.Join(p.ID, name) })
}

// decodeFiles turns the files into structs, all at once: reading YAML is nearly
// the whole time of a load.
func (p *Package) decodeFiles() {
	var jobs []func(*Problems)
	for name, into := range map[string]any{"call.yaml": p.Call, "form.yaml": p.Form, "review.yaml": p.Review,
		"after.yaml": p.After, "tables.yaml": p.Tables, "ledger.yaml": p.Ledger} {
		if text, ok := p.files[name]; ok {
			jobs = append(jobs, func(ps *Problems) { decodeText(path.Join(p.ID, name), 0, text, into, ps) })
		}
	}
	for _, name := range []string{"rules.md", "common.md"} {
		if text, ok := p.files[name]; ok {
			jobs = append(jobs, func(ps *Problems) { p.Clauses = readClauses(path.Join(p.ID, name), text, ps) })
		}
	}
	names := slices.DeleteFunc(sortedKeys(p.files), func(name string) bool { return path.Dir(name) != "cases" })
	cases := make([]*CaseFile, len(names))
	for i, name := range names {
		jobs = append(jobs, func(ps *Problems) {
			c := &CaseFile{Name: path.Base(name), path: path.Join(p.ID, name)}
			if decodeText(path.Join(p.ID, name), 0, p.files[name], c, ps) {
				cases[i] = c
			}
		})
	}
	found := make([]Problems, len(jobs))
	var wg sync.WaitGroup
	for i, job := range jobs {
		wg.Go(func() { job(&found[i]) })
	}
	wg.Wait()
	for _, ps := range found {
		p.problems = append(p.problems, ps...)
	}
	p.Cases = slices.DeleteFunc(cases, func(c *CaseFile) bool { return c == nil })
}

// readTerms reads the vocabularies that the form names.
func (p *Package) readTerms(fsys fs.FS) {
	p.eachFact(func(f *Fact) {
		if f.OptionsFrom != "" {
			p.readTerm(fsys, f.OptionsFrom, f.In("options_from"))
		}
	})
	if _, err := fs.Stat(fsys, "terms/registers.yaml"); err == nil {
		p.readTerm(fsys, "terms/registers", Pos{File: p.ID})
	}
}

func (p *Package) readTerm(fsys fs.FS, ref string, pos Pos) {
	id, ok := strings.CutPrefix(ref, "terms/")
	if !ok || !fs.ValidPath(id) || strings.Contains(id, "/") {
		p.problems.add(Error, pos, "term.ref", ref)
		return
	}
	if p.Terms[id] != nil {
		return
	}
	name := path.Join("terms", id+".yaml")
	if _, err := fs.Stat(fsys, name); err != nil {
		p.problems.add(Error, pos, "term.missing", id, strings.Join(termNames(fsys), ", "))
		return
	}
	text, ok := readFile(fsys, name, &p.problems)
	if !ok {
		return
	}
	t := &Term{}
	if decodeText(name, 0, text, t, &p.problems) {
		p.Terms[id] = t
		p.files[path.Join("..", name)] = text
		if t.ID != id {
			p.problems.add(Error, t.In("id"), "term.id", t.ID, id)
		}
	}
}

func termNames(fsys fs.FS) []string {
	files, _ := fs.Glob(fsys, "terms/*.yaml")
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	return files
}

// eachFact calls fn for every fact of the form and every column of a list.
func (p *Package) eachFact(fn func(*Fact)) {
	for _, s := range p.Form.Sections {
		for _, f := range s.Facts {
			fn(f)
			for _, c := range f.Columns {
				fn(c)
			}
		}
	}
}

// hashOf is the SHA-256 over the sorted names and content hashes of files: the
// same files give the same hash, wherever they lie.
func hashOf(files map[string][]byte) string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(files[name]))
	}
	return hex.EncodeToString(h.Sum(nil))
}
