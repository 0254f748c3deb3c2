package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

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
	g := &lineGroup{loader: l}
	for row := 1; ; row++ {
		b, err := in.next()
		tooLong := err == errTooLong
		if err != nil && !tooLong {
			if e := g.flush(ctx, in.n); e != nil || err != io.EOF {
				return errors.Join(e, ioError(err))
			}
			l.progress.Bytes = in.n
			return ctx.Err()
		}
		if b = bytes.TrimSpace(b); len(b) == 0 {
			row--
			continue
		}
		x := objectLine{row: row, line: in.line}
		if tooLong {
			x.left = fault.New(fault.Invalid, "sweep.long", maxRecord>>10)
		} else if b, x.left = in.text(b); x.left == nil {
			x.text = bytes.Clone(b)
		}
		g.lines = append(g.lines, x)
		if g.bytes += len(x.text); len(g.lines) == groupLines || g.bytes > groupBytes {
			if err := g.flush(ctx, in.n); err != nil {
				return err
			}
		}
	}
}

// ioError is the error unless it is the end.
func ioError(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// The lines that are read at once, on all cores.
const (
	groupLines = 512
	groupBytes = 8 << 20
)

// lineGroup is some lines of the file on their way into the table.
type lineGroup struct {
	loader *Loader
	lines  []objectLine
	bytes  int
}

// objectLine is one line, and what was made of it.
type objectLine struct {
	row, line int
	text      []byte
	key       string
	facts     *rule.Facts
	kept      []byte         // the facts as they were read
	faults    []*fault.Fault // of values that are left unknown
	left      *fault.Fault   // why the line cannot be a unit
}

// flush reads the lines of the group side by side and adds them in order.
func (g *lineGroup) flush(ctx context.Context, n int64) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(g.lines)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(g.lines); i = int(next.Add(1)) - 1 {
				if g.lines[i].left == nil {
					g.loader.read(&g.lines[i])
				}
			}
		})
	}
	wait.Wait()
	l := g.loader
	for i := range g.lines {
		x := &g.lines[i]
		for _, f := range x.faults {
			l.report(x.row, x.line, false, f.At("", 0, 0))
		}
		if x.left != nil {
			l.report(x.row, x.line, true, x.left)
			continue
		}
		l.Table.Append(x.facts)
		l.Table.units.add(x.line, []byte(x.key))
		if d := l.draw(); d != nil {
			d.json = x.kept
		}
		if err := l.tick(ctx, n); err != nil {
			return err
		}
	}
	g.lines, g.bytes = g.lines[:0], 0
	return ctx.Err()
}

// read makes facts of one line. It may run beside others.
func (l *Loader) read(x *objectLine) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(x.text, &members); err != nil {
		x.left = l.badJSON(x.text, err)
		return
	}
	members, twice := l.flatten(members)
	if twice != "" {
		x.left = fault.New(fault.Invalid, "rule.facts.twice", twice).In(twice)
		return
	}
	x.key = l.key(members)
	if _, ok := members["registers"]; ok {
		x.faults = append(x.faults, fault.New(fault.Invalid, "sweep.registers").In("registers"))
		delete(members, "registers")
	}
	if l.facts(x, members); x.left == nil && x.facts.AsOf == 0 {
		x.facts.AsOf = l.AsOf
	}
}

// flatten gives every fact a member of its own: {"host": {"kind": …}} is
// {"host.kind": …}. A member that is given both ways is returned as twice.
func (l *Loader) flatten(members map[string]json.RawMessage) (out map[string]json.RawMessage, twice string) {
	out = make(map[string]json.RawMessage, len(members))
	var walk func(prefix string, members map[string]json.RawMessage)
	walk = func(prefix string, members map[string]json.RawMessage) {
		for name, raw := range members {
			var inner map[string]json.RawMessage
			path := prefix + name
			if path != "registers" && l.Table.Schema.Fact(path) == nil && json.Unmarshal(raw, &inner) == nil && len(inner) > 0 {
				walk(path+".", inner)
				continue
			}
			if _, ok := out[path]; ok {
				twice = path
			}
			out[path] = raw
		}
	}
	walk("", members)
	return out, twice
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
func (l *Loader) facts(x *objectLine, members map[string]json.RawMessage) {
	for range 8 {
		doc, err := json.Marshal(members)
		if err != nil {
			x.left = fault.New(fault.Invalid, "rule.facts.json").Because(err)
			return
		}
		facts, faults := l.Table.Schema.ReadFacts(bytes.NewReader(doc))
		if len(faults) == 0 {
			x.facts, x.kept = facts, doc
			return
		}
		for _, f := range faults {
			if memberOf(members, f.Field) == "" {
				x.left = f.At("", 0, 0)
				return
			}
			x.faults = append(x.faults, f)
		}
		for _, f := range faults {
			delete(members, memberOf(members, f.Field))
		}
	}
	x.left = fault.New(fault.Invalid, "sweep.row")
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
