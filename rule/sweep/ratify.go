package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// A Mismatch is a rule that the sweep and the reference engine answer
// differently for a unit. There should be none.
type Mismatch struct {
	Unit             int
	Rule             *rule.Rule
	Sweep, Reference rule.Truth
}

// Ratify reads the sampled rows once more, the way that a single application's
// facts are read, and compares the answers of the reference engine with those
// of the sweep. It returns how many rows it compared.
func (l *Loader) Ratify(p *rule.Program, v *Verdicts) (rows int, found []Mismatch, err error) {
	res := p.NewResult()
	for _, s := range l.sampled {
		facts, f := l.reference(s.doc)
		if f != nil {
			return rows, found, errors.New("sampled row: " + f.Error())
		}
		if facts.AsOf == 0 {
			facts.AsOf = l.AsOf
		}
		facts.Registers = l.Table.Registers
		p.Eval(facts, res)
		for i := range p.Rules {
			if got := v.Truth(i, s.unit); got != res.Rules[i] {
				found = append(found, Mismatch{s.unit, &p.Rules[i], got, res.Rules[i]})
			}
		}
		rows++
	}
	return rows, found, nil
}

// reference reads a line with rule.Schema.ReadFacts alone: whole, and again
// without the members that it complains of.
func (l *Loader) reference(doc string) (*rule.Facts, *fault.Fault) {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(doc, "\xef\xbb\xbf")), &members); err != nil {
		return nil, fault.New(fault.Invalid, "rule.facts.json").Because(err)
	}
	members = l.flatten(members)
	l.prune(members)
	for _, name := range append([]string{"registers"}, keyNames...) {
		if l.Table.Schema.Fact(name) == nil {
			delete(members, name)
		}
	}
	for {
		whole, err := json.Marshal(members)
		if err != nil {
			return nil, fault.New(fault.Invalid, "rule.facts.json").Because(err)
		}
		facts, faults := l.Table.Schema.ReadFacts(strings.NewReader(string(whole)))
		if len(faults) == 0 {
			faults = l.tooLong(facts)
		}
		if len(faults) == 0 {
			return facts, nil
		}
		before := len(members)
		for _, f := range faults {
			l.drop(members, f)
		}
		if len(members) == before {
			return nil, faults[0]
		}
	}
}

// flatten gives every fact a member of its own: {"host": {"kind": …}} is
// {"host.kind": …}. A fact that is given both ways is left out.
func (l *Loader) flatten(members map[string]json.RawMessage) map[string]json.RawMessage {
	out, twice := map[string]json.RawMessage{}, map[string]bool{}
	var walk func(prefix string, members map[string]json.RawMessage)
	walk = func(prefix string, members map[string]json.RawMessage) {
		for name, raw := range members {
			var inner map[string]json.RawMessage
			path := prefix + name
			if path != "registers" && l.Table.Schema.Fact(path) == nil && json.Unmarshal(raw, &inner) == nil && len(inner) > 0 {
				walk(path+".", inner)
				continue
			}
			_, twice[path] = out[path]
			out[path] = raw
		}
	}
	walk("", members)
	for path, again := range twice {
		if again {
			delete(out, path)
		}
	}
	return out
}

// prune leaves out what no rule reads, for the loader does not look at it.
func (l *Loader) prune(members map[string]json.RawMessage) {
	for name, raw := range members {
		switch f := l.Table.Schema.Fact(name); {
		case f == nil || !slices.Contains(l.Table.Schema.Facts, f):
		case !l.Table.Uses(f):
			delete(members, name)
		case f.Kind == rule.SeriesKind:
			members[name] = pruned(raw, "value", func(year string) bool {
				y, err := strconv.Atoi(year)
				return err == nil && y >= f.Years[0] && y <= f.Years[1] && l.Table.top.years[f][y-f.Years[0]] == nil
			})
		case f.Kind == rule.ListKind:
			members[name] = pruned(raw, "rows", func(column string) bool {
				c := l.Table.Schema.Fact(f.Code + "." + column)
				return c != nil && l.Table.byList[f].col[c] == nil
			})
		}
	}
}

// pruned leaves out the members that go from an object, from every object of an
// array, and from what stands inside. The others keep their order: of a column
// that is given by both its names the later counts.
func pruned(raw json.RawMessage, inside string, goes func(name string) bool) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, err := dec.Token()
	if err != nil || open != json.Delim('{') && open != json.Delim('[') {
		return raw
	}
	var parts []string
	for dec.More() {
		prefix, name := "", ""
		if open == json.Delim('{') {
			key, _ := dec.Token() // what was read as JSON is JSON
			name = fmt.Sprint(key)
			quoted, _ := json.Marshal(name)
			prefix = string(quoted) + ":"
		}
		var value json.RawMessage
		_ = dec.Decode(&value)
		switch {
		case prefix != "" && name == inside, prefix == "":
			value = pruned(value, "", goes)
		case goes(name):
			continue
		}
		parts = append(parts, prefix+string(value))
	}
	if open == json.Delim('[') {
		return json.RawMessage("[" + strings.Join(parts, ",") + "]")
	}
	return json.RawMessage("{" + strings.Join(parts, ",") + "}")
}

// tooLong names the texts that a table does not keep.
func (l *Loader) tooLong(facts *rule.Facts) (faults []*fault.Fault) {
	for _, fact := range l.Table.Schema.Facts {
		switch fact.Kind {
		case rule.SeriesKind:
		case rule.ListKind:
			for _, v := range facts.Rows(fact).Cells {
				if f := tooLong(v); f != nil {
					faults = append(faults, f.In(fact.Code))
				}
			}
		default:
			if f := tooLong(facts.Value(fact)); f != nil {
				faults = append(faults, f.In(fact.Code))
			}
		}
	}
	return faults
}

// drop leaves out the member that a fault is about, and of a fact that is given
// by two names both.
func (l *Loader) drop(members map[string]json.RawMessage, f *fault.Fault) {
	name := memberOf(members, f.Field)
	if fact := l.Table.Schema.Fact(f.Field); fact != nil && (f.Key == "rule.facts.both" || f.Key == "sweep.text") {
		for other := range members {
			if l.Table.Schema.Fact(other) == fact {
				delete(members, other)
			}
		}
	}
	delete(members, name)
}

// memberOf is the member that a fault's field lies in: staff[3].age lies in
// staff.
func memberOf(members map[string]json.RawMessage, field string) string {
	for end := len(field); end > 0; end = strings.LastIndexAny(field[:end], ".[") {
		if _, ok := members[field[:end]]; ok {
			return field[:end]
		}
	}
	return ""
}
