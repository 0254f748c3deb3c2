package rule

import (
	"io"
	"slices"
	"strings"

	"shenbao/internal/fault"
)

// maxUnitFaults is how many faults one schema may have with a unit's file, most
// of which are no faults of the file.
const maxUnitFaults = 500

// A Reading is what a unit's file says under one schema.
type Reading struct {
	Facts *Facts
	// Faults are the values that this schema could not read, though another
	// could. They count as not supplied.
	Faults []*fault.Fault
}

// ReadUnit reads the file of a unit, which holds what many programmes ask, for
// each of their schemas: see ReadFacts. What a schema does not know is not for
// it. The faults are those of the file: a name that no schema knows, a value
// that none which knows its name could read. Without readings the file as a
// whole could not be read.
func ReadUnit(src io.Reader, schemas []*Schema) ([]Reading, []*fault.Fault) {
	root, r, f := readJSON(src)
	if f != nil {
		return nil, []*fault.Fault{f}
	}
	if root.kind != 'o' {
		return nil, []*fault.Fault{r.fault(root.at, "facts.object")}
	}
	u := unitReader{schemas: schemas, words: map[string]bool{}, failed: map[place]int{}, fields: make([]map[string]bool, len(schemas))}
	for _, s := range schemas {
		for word := range s.fact {
			u.words[word] = true
		}
	}
	out := make([]Reading, len(schemas))
	for i, s := range schemas {
		fr := &factReader{s: s, r: r, f: s.NewFacts(), elsewhere: u.knows}
		fr.object("", root)
		out[i] = Reading{fr.f, fr.faults}
		u.fields[i] = map[string]bool{}
		for _, f := range fr.faults {
			u.failed[placeOf(f)]++
			u.fields[i][f.Field] = true
		}
	}
	return out, u.sort(out)
}

// unitReader tells the faults of a file from those of single schemas.
type unitReader struct {
	schemas []*Schema
	words   map[string]bool   // the names of all schemas
	failed  map[place]int     // how many schemas could not read what stands there
	fields  []map[string]bool // what each schema could not read
}

type place struct{ line, col int }

func placeOf(f *fault.Fault) place { return place{f.Line, f.Col} }

// knows reports whether a schema knows a name, or the fact that it is a part of.
func (u *unitReader) knows(name string) bool {
	return within(name, func(word string) bool { return u.words[word] })
}

// within asks about a name and all that it is a part of: of rd_expense.2021 also
// about rd_expense.
func within(name string, ask func(word string) bool) bool {
	name, _, _ = strings.Cut(name, "[")
	for {
		if ask(name) {
			return true
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return false
		}
		name = name[:i]
	}
}

// sort takes the faults of the file out of the readings, each once, in the order
// of the file.
func (u *unitReader) sort(readings []Reading) []*fault.Fault {
	var all []*fault.Fault
	for i := range readings {
		readings[i].Faults = slices.DeleteFunc(readings[i].Faults, func(f *fault.Fault) bool {
			if u.failed[placeOf(f)] < u.readers(f.Field) {
				return false
			}
			i := slices.IndexFunc(all, func(g *fault.Fault) bool { return placeOf(f) == placeOf(g) })
			switch {
			case i < 0:
				all = append(all, u.suggest(f))
			case hasNone(all[i]) && !hasNone(f):
				all[i] = f // the schema that has the column or year says what is wrong with it
			}
			return true
		})
	}
	slices.SortStableFunc(all, func(f, g *fault.Fault) int {
		if f.Line != g.Line {
			return f.Line - g.Line
		}
		return f.Col - g.Col
	})
	return all
}

// hasNone reports whether a fault says that there is no such column or year.
func hasNone(f *fault.Fault) bool { return f.Key == "rule.facts.column" || f.Key == "rule.facts.year" }

// readers is how many schemas look at a field: they know its fact, or facts
// whose names continue it, and could read all that it is a part of. At what is
// no fact all look.
func (u *unitReader) readers(field string) int {
	n, known := 0, false
	for i, s := range u.schemas {
		if !s.looksAt(field) {
			continue
		}
		known = true
		if !above(field, func(name string) bool { return u.fields[i][name] }) {
			n++
		}
	}
	if !known {
		return len(u.schemas)
	}
	return n
}

// looksAt reports whether the schema has the fact that a field is or is a part
// of, or one whose name continues it.
func (s *Schema) looksAt(field string) bool {
	if within(field, func(word string) bool { return s.fact[word] != nil }) {
		return true
	}
	for word := range s.fact {
		if strings.HasPrefix(word, field+".") {
			return true
		}
	}
	return false
}

// above asks about all that a field is a part of: of staff[1].name about
// staff[1] and staff.
func above(field string, ask func(name string) bool) bool {
	for i := len(field) - 1; i > 0; i-- {
		if (field[i] == '.' || field[i] == '[') && ask(field[:i]) {
			return true
		}
	}
	return false
}

// suggest names the nearest name of all schemas, when no schema knows one.
func (u *unitReader) suggest(f *fault.Fault) *fault.Fault {
	if f.Key != "rule.facts.name" {
		return f
	}
	c := *f
	c.Args = []any{f.Field, near(f.Field, keys(u.words))}
	return &c
}
