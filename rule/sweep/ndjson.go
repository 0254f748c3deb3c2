package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// NDJSON fills the table from a file with the facts of one unit a line, in the
// form of a facts file (FACTS.json). The member id is the unit's key. Registers
// are those of the table: a line cannot bring its own. Of a series or a list in
// which something cannot be read, nothing is kept.
func (l *Loader) NDJSON(ctx context.Context, src io.Reader) error {
	in, f := newInput(src)
	if f != nil {
		return f
	}
	for row := 1; ; row++ {
		b, err := in.next()
		switch {
		case err == io.EOF:
			l.progress.Bytes = in.n
			return ctx.Err()
		case err == errTooLong:
			l.report(row, in.line, true, fault.New(fault.Invalid, "sweep.long", maxRecord>>10))
			continue
		case err != nil:
			return err
		}
		if b = bytes.TrimSpace(b); len(b) == 0 {
			row--
			continue
		}
		if f := l.object(row, in, b); f != nil {
			l.report(row, in.line, true, f)
		}
		if err := l.tick(ctx, in.n); err != nil {
			return err
		}
	}
}

// object adds one line to the table, or says why it cannot be a unit.
func (l *Loader) object(row int, in *input, b []byte) *fault.Fault {
	b, f := in.text(b)
	if f != nil {
		return f
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return l.badJSON(b, err)
	}
	members = l.flatten(members)
	key := l.key(members)
	if _, ok := members["registers"]; ok {
		l.report(row, in.line, false, fault.New(fault.Invalid, "sweep.registers").In("registers"))
		delete(members, "registers")
	}
	facts, kept, f := l.facts(row, in.line, members)
	if f != nil {
		return f
	}
	if facts.AsOf == 0 {
		facts.AsOf = l.AsOf
	}
	l.Table.Append(facts)
	l.Table.units.add(in.line, []byte(key))
	if d := l.draw(); d != nil {
		d.json = bytes.Clone(kept)
	}
	return nil
}

// flatten gives every fact a member of its own: {"host": {"kind": …}} is
// {"host.kind": …}.
func (l *Loader) flatten(members map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(members))
	var walk func(prefix string, members map[string]json.RawMessage)
	walk = func(prefix string, members map[string]json.RawMessage) {
		for name, raw := range members {
			var inner map[string]json.RawMessage
			path := prefix + name
			if path != "registers" && l.Table.Schema.Fact(path) == nil && json.Unmarshal(raw, &inner) == nil && len(inner) > 0 {
				walk(path+".", inner)
				continue
			}
			out[path] = raw
		}
	}
	walk("", members)
	return out
}

func (l *Loader) badJSON(b []byte, err error) *fault.Fault {
	if _, faults := l.Table.Schema.ReadFacts(bytes.NewReader(b)); len(faults) > 0 {
		return faults[0]
	}
	return fault.New(fault.Invalid, "rule.facts.json").Because(err)
}

// key takes the unit's key out of the members, unless a fact is called so.
func (l *Loader) key(members map[string]json.RawMessage) string {
	for _, name := range keyNames {
		raw, ok := members[name]
		if !ok || l.Table.Schema.Fact(name) != nil {
			continue
		}
		delete(members, name)
		var key string
		if json.Unmarshal(raw, &key) != nil {
			key = string(raw)
		}
		return key
	}
	return ""
}

// facts reads the members; those that cannot be read are told and left out.
func (l *Loader) facts(row, line int, members map[string]json.RawMessage) (*rule.Facts, []byte, *fault.Fault) {
	for range 8 {
		doc, err := json.Marshal(members)
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "rule.facts.json").Because(err)
		}
		facts, faults := l.Table.Schema.ReadFacts(bytes.NewReader(doc))
		if len(faults) == 0 {
			return facts, doc, nil
		}
		for _, f := range faults {
			name := memberOf(members, f.Field)
			if name == "" {
				return nil, nil, f.At("", 0, 0)
			}
			l.report(row, line, false, f.At("", 0, 0))
		}
		for _, f := range faults {
			delete(members, memberOf(members, f.Field))
		}
	}
	return nil, nil, fault.New(fault.Invalid, "sweep.row")
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
		facts, faults := l.Table.Schema.ReadFacts(bytes.NewReader(s.json))
		if len(faults) > 0 {
			return rows, found, errors.New("sampled row: " + faults[0].Error())
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
