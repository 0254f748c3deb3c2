package sweep

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// memberOf lays out where the parts of a fact go.
func (r *lineReader) memberOf(f *rule.Fact) (m member) {
	t := r.table
	in := func(fr *frame, c *column, year int, f *rule.Fact) *target {
		x := newTarget(t.Schema, f, year)
		x.at = slices.Index(fr.cols, c)
		return &x
	}
	switch f.Kind {
	case rule.ListKind:
		l := t.byList[f]
		if l == nil {
			return m
		}
		m.list, m.columns = slices.Index(t.lists, l), map[string]*target{}
		for _, c := range f.Columns {
			x := in(&l.frame, l.col[c], 0, c)
			m.columns[c.Code], m.columns[c.Name] = x, x
		}
	case rule.SeriesKind:
		for i, c := range t.top.years[f] {
			m.years = append(m.years, in(&t.top, c, f.Years[0]+i, f))
		}
	default:
		m.scalar = in(&t.top, t.top.col[f], 0, f)
	}
	return m
}

// alone reads one member as a facts file that holds nothing else. In a line
// that is refused already it reads nothing.
func (r *lineReader) alone(path, raw string) (*rule.Facts, []*fault.Fault) {
	if r.lost() {
		return nil, nil
	}
	quoted, _ := json.Marshal(path) // a text has a JSON form
	return r.table.Schema.ReadFacts(strings.NewReader("{" + string(quoted) + ":" + raw + "}"))
}

// fact reads a fact. One that is given twice is not supplied: nobody knows
// which of the two is meant.
func (r *lineReader) fact(m *member) {
	if r.seen[m.at] == r.line {
		r.skip()
		r.report(fault.New(fault.Invalid, "rule.facts.both", m.fact.Code, m.fact.Name).In(string(r.path)))
		r.forget(m)
		return
	}
	r.seen[m.at] = r.line
	if !m.held {
		r.skip()
		return
	}
	from := r.scanner.mark()
	if r.direct(m) || r.bad {
		return
	}
	r.forget(m)
	r.back(from)
	raw := r.span()
	if m.scalar != nil {
		r.scalarAlone(m, raw)
		return
	}
	facts, faults := r.alone(string(r.path), raw)
	faults = r.relevant(m, faults)
	if r.report(faults...); len(faults) == 0 && facts != nil {
		r.take(m, facts)
	}
}

// relevant leaves out the faults of years and columns that no rule reads, unless
// there are so many that others may not have been told.
func (r *lineReader) relevant(m *member, faults []*fault.Fault) []*fault.Fault {
	if len(faults) >= maxLineFaults {
		return faults
	}
	return slices.DeleteFunc(faults, func(f *fault.Fault) bool {
		rest := strings.TrimPrefix(f.Field, string(r.path))
		part := rest[strings.LastIndexByte(rest, '.')+1:]
		if m.years == nil {
			x := m.columns[part]
			return x != nil && x.at < 0
		}
		year, err := strconv.Atoi(part)
		i := year - m.fact.Years[0]
		return err == nil && i >= 0 && i < len(m.years) && m.years[i].at < 0
	})
}

// scalarAlone reads a value that is not plain; what was made of it is
// remembered.
func (r *lineReader) scalarAlone(m *member, raw string) {
	x := m.scalar
	if len(raw) > 6*maxText && raw[0] == '"' { // too long however it is escaped
		r.report(fault.New(fault.Invalid, "sweep.text", maxText>>10).In(string(r.path)))
		return
	}
	v, ok := x.seen[raw]
	if !ok {
		facts, faults := r.alone(string(r.path), raw)
		if facts == nil && faults == nil {
			return
		}
		if len(faults) == 0 {
			v = facts.Value(m.fact)
			if f := tooLong(v); f != nil {
				faults, v = append(faults, f.In(string(r.path))), rule.Value{}
			} else {
				x.remember(raw, v, nil)
			}
		}
		r.report(faults...)
	}
	r.row.cells[x.at] = v
}

// direct reads a fact that is plain in all its parts.
func (r *lineReader) direct(m *member) bool {
	switch {
	case m.scalar != nil:
		v, ok := r.stated(m.scalar)
		if ok {
			r.row.cells[m.scalar.at] = v
		}
		return ok
	case m.years != nil:
		return r.series(m)
	}
	return r.list(m)
}

// forget takes back what was read of a fact.
func (r *lineReader) forget(m *member) {
	switch {
	case !m.held:
	case m.scalar != nil:
		r.row.cells[m.scalar.at] = rule.Value{}
	case m.years != nil:
		for _, x := range m.years {
			if x.at >= 0 {
				r.row.cells[x.at] = rule.Value{}
			}
		}
	default:
		r.row.lists[m.list] = listRows{cells: r.row.lists[m.list].cells[:0]}
	}
}

// series reads the years of a series.
func (r *lineReader) series(m *member) bool {
	switch r.value() {
	case 'n':
		r.word("null")
		return true
	case '{':
	default:
		return false
	}
	o := r.open()
	for key, ok := r.scanner.member(&o); ok; key, ok = r.scanner.member(&o) {
		year, plain := digits(key)
		i := int(year) - m.fact.Years[0]
		if !plain || len(key) != 4 || i < 0 || i >= len(m.years) {
			return false
		}
		x := m.years[i]
		if x.at < 0 {
			r.skip()
			continue
		}
		v, ok := r.stated(x)
		if !ok {
			return false
		}
		r.row.cells[x.at] = v
	}
	return !r.bad
}

// list reads a list, bare or as {"complete": …, "rows": […], "status": …}.
func (r *lineReader) list(m *member) bool {
	l := &r.row.lists[m.list]
	l.complete = m.fact.Closed
	switch r.value() {
	case 'n':
		r.word("null")
		l.complete = false
		return true
	case '[':
		l.state = rule.Known
		return r.rows(m, l)
	case '{':
	default:
		return false
	}
	state, hasRows := rule.Known, false
	o := r.open()
	for key, ok := r.scanner.member(&o); ok; key, ok = r.scanner.member(&o) {
		plain := false
		switch key {
		case "complete":
			plain = r.completeness(l)
		case "status":
			state, plain = r.state()
		case "rows":
			hasRows = true
			plain = r.value() == '[' && r.rows(m, l)
		}
		if !plain {
			return false
		}
	}
	if l.state = state; state != rule.Known { // no rule may look at its rows
		l.n, l.cells = 0, l.cells[:0]
	}
	l.complete = l.complete && hasRows
	return !r.bad && (hasRows || state != rule.Known)
}

func (r *lineReader) completeness(l *listRows) bool {
	switch r.value() {
	case 't':
		r.word("true")
		l.complete = true
	case 'f':
		r.word("false")
	default:
		return false
	}
	return true
}

// rows reads the rows of a list.
func (r *lineReader) rows(m *member, l *listRows) bool {
	cols := len(r.table.lists[m.list].cols)
	for rows := r.open(); r.element(&rows); {
		if l.n++; l.n > m.fact.MaxItems || r.value() != '{' {
			return false
		}
		from := len(l.cells)
		for range cols {
			l.cells = append(l.cells, rule.Value{})
		}
		o := r.open()
		for key, ok := r.scanner.member(&o); ok; key, ok = r.scanner.member(&o) {
			x := m.columns[key]
			switch {
			case x == nil:
				return false
			case x.at < 0:
				r.skip()
				continue
			}
			v, ok := r.stated(x)
			if !ok {
				return false
			}
			l.cells[from+x.at] = v
		}
	}
	return !r.bad
}

// take copies a series or list that was read the long way.
func (r *lineReader) take(m *member, facts *rule.Facts) {
	if m.years != nil {
		for i, x := range m.years {
			if x.at >= 0 {
				r.row.cells[x.at] = facts.YearValue(m.fact, m.fact.Years[0]+i)
			}
		}
		return
	}
	rows, l := facts.Rows(m.fact), &r.row.lists[m.list]
	l.state, l.complete = rows.State, rows.Complete
	if rows.State != rule.Known {
		return
	}
	l.n = rows.N
	cols := r.table.lists[m.list].cols
	for i := range rows.N {
		for _, c := range cols {
			v := facts.Cell(c.fact, i)
			if f := tooLong(v); f != nil {
				r.report(f.In(string(r.path) + "[" + strconv.Itoa(i+1) + "]." + c.fact.Code))
				r.forget(m)
				return
			}
			l.cells = append(l.cells, v)
		}
	}
}
