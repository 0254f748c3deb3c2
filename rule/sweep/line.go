package sweep

import (
	"encoding/json"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// maxLineFaults is how many values of a line may be at fault before the line
// itself is refused.
const maxLineFaults = 50

// unitRow is what a line says of the facts that its table holds.
type unitRow struct {
	text   string // the line
	key    string
	asOf   int64
	cells  []rule.Value // one a column of the units
	lists  []listRows   // one a list
	faults []*fault.Fault
	left   *fault.Fault // why the line cannot be a unit
}

// listRows is one list of a unit.
type listRows struct {
	state    rule.State
	complete bool
	n        int
	cells    []rule.Value // n × columns that the table holds
}

func (t *Table) newRow() unitRow {
	return unitRow{cells: make([]rule.Value, len(t.top.cols)), lists: make([]listRows, len(t.lists))}
}

// add appends what a line said of a unit.
func (t *Table) add(x *unitRow) {
	for i, c := range t.top.cols {
		c.add(x.cells[i])
	}
	for i, l := range t.lists {
		rows := &x.lists[i]
		complete := int64(0)
		if rows.complete {
			complete = 1
		}
		l.state.put(rows.state, complete)
		for j, v := range rows.cells {
			l.cols[j%len(l.cols)].add(v)
		}
		l.extend(t.rows, rows.n)
	}
	if t.asOf != nil {
		t.asOf.put(rule.Known, x.asOf)
	}
	t.rows++
}

// clear makes the row ready for a line.
func (x *unitRow) clear(text string) {
	clear(x.cells)
	for i := range x.lists {
		x.lists[i] = listRows{cells: x.lists[i].cells[:0]}
	}
	x.text, x.key, x.asOf, x.faults, x.left = text, "", 0, x.faults[:0], nil
}

// refuse says why the line cannot be a unit; what else is wrong with it does not
// matter then.
func (x *unitRow) refuse(f *fault.Fault) { x.left, x.faults = f, x.faults[:0] }

// member is what a name at the top of a line means.
type member struct {
	fact    *rule.Fact // nil of names that are no fact
	at      int        // the place of the fact in the schema
	held    bool       // a rule reads it
	list    int        // which list of the table
	scalar  *target
	years   []*target          // of a series, from its first year
	columns map[string]*target // of a list
	special string             // as_of, registers, comment, or a name of keyNames
}

// lineReader reads lines of NDJSON into rows: only the facts that the table
// holds, the rest is passed over by its structure. A member that is not plain
// goes the way of a facts file, alone, so that both mean the same and complain
// alike. A lineReader is used by one goroutine.
type lineReader struct {
	scanner
	decoder decoder
	table   *Table
	members map[string]member
	strange map[string]*fault.Fault // of names that the schema does not know
	path    []byte
	seen    []int // by fact: the line that gave it last
	line    int
	row     *unitRow
	keyRank int
	keyName string
}

func newLineReader(t *Table) *lineReader {
	r := &lineReader{scanner: newScanner(), table: t, members: map[string]member{}, strange: map[string]*fault.Fault{}, seen: make([]int, len(t.Schema.Facts))}
	for _, name := range []string{"as_of", "registers", "comment"} {
		r.members[name] = member{special: name}
	}
	for _, name := range keyNames {
		r.members[name] = member{special: name}
	}
	for i, f := range t.Schema.Facts {
		m := r.memberOf(f)
		m.fact, m.at, m.held = f, i, t.Uses(f)
		r.members[f.Name], r.members[f.Code] = m, m
	}
	return r
}

// read reads one line. What it keeps in the row is part of the line's text.
func (r *lineReader) read(text string, row *unitRow) {
	r.row, r.keyRank, r.keyName = row, len(keyNames), ""
	r.line++
	row.clear(text)
	r.scanner.read(strings.TrimPrefix(text, "\xef\xbb\xbf"))
	if r.value() != '{' {
		r.fail()
	} else if r.walk(0); r.peek() != 0 {
		r.fail()
	}
	switch {
	case r.bad:
		row.refuse(r.refusal(text))
	case len(row.faults) > maxLineFaults:
		row.refuse(fault.New(fault.Invalid, "sweep.row", maxLineFaults))
	}
}

// refusal is what a facts file would say of a line that is no document.
func (r *lineReader) refusal(text string) *fault.Fault {
	if _, faults := r.table.Schema.ReadFacts(strings.NewReader(text)); len(faults) > 0 {
		return faults[0]
	}
	return fault.New(fault.Invalid, "rule.facts.json")
}

// walk reads the members of an object whose names continue the path, of which
// the first bytes stay.
func (r *lineReader) walk(prefix int) {
	o := r.open()
	for key, ok := r.scanner.member(&o); ok; key, ok = r.scanner.member(&o) {
		r.path = append(r.path[:prefix], key...)
		m, known := r.members[string(r.path)]
		switch {
		case m.fact != nil:
			r.fact(&m)
		case known:
			r.special(m.special)
		case r.peek() == '{':
			r.value()
			r.path = append(r.path, '.')
			r.walk(len(r.path))
		default:
			r.skip()
			r.name(string(r.path))
		}
	}
}

// lost reports whether the line is refused already, so that only its structure
// still matters.
func (r *lineReader) lost() bool { return r.bad || len(r.row.faults) > maxLineFaults }

func (r *lineReader) report(faults ...*fault.Fault) {
	if r.lost() {
		return
	}
	for _, f := range faults {
		r.row.faults = append(r.row.faults, f.At("", 0, 0))
	}
}

// name complains of a name that is none.
func (r *lineReader) name(path string) {
	if r.lost() {
		return
	}
	f := r.strange[path]
	if f == nil {
		quoted, _ := json.Marshal(path) // a text has a JSON form
		_, faults := r.table.Schema.ReadFacts(strings.NewReader("{" + string(quoted) + ":0}"))
		f = faults[0]
		if len(r.strange) < maxSeen {
			r.strange[strings.Clone(path)] = f
		}
	}
	r.report(f)
}

// special reads a member that is no fact.
func (r *lineReader) special(name string) {
	switch name {
	case "comment":
		r.skip()
	case "registers":
		r.skip()
		r.report(fault.New(fault.Invalid, "sweep.registers").In(name))
	case "as_of":
		r.asOf()
	default:
		r.key(name)
	}
}

func (r *lineReader) asOf() {
	raw := r.span()
	if day, ok := plainDay(strings.Trim(raw, `"`)); ok && raw[0] == '"' {
		r.row.asOf = day
		return
	}
	if facts, faults := r.alone("as_of", raw); len(faults) == 0 && facts != nil {
		r.row.asOf = facts.AsOf
	} else {
		r.report(faults...)
	}
}

// key reads the unit's own name. Of several the first of keyNames counts; the
// others are no facts.
func (r *lineReader) key(name string) {
	if r.peek() == '{' {
		r.value()
		r.path = append(r.path, '.')
		r.walk(len(r.path))
		return
	}
	m := r.scanner.mark()
	key := r.span()
	switch {
	case r.bad:
		return
	case key == "null":
		key = ""
	case key[0] == '"':
		r.back(m)
		r.value()
		key = r.text()
	}
	rank := slices.Index(keyNames, name)
	if rank > r.keyRank {
		r.name(name)
		return
	}
	if r.keyName != "" {
		r.name(r.keyName)
	}
	r.row.key, r.keyRank, r.keyName = key, rank, name
}
