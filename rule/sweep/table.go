package sweep

import (
	"sync"

	"shenbao/rule"
)

// A Table (数据表) holds the facts of many units, laid out for the rules it was
// made for: facts that no rule reads are not kept. It is filled from one
// goroutine; once filled, many may read it.
type Table struct {
	Schema    *rule.Schema
	Registers rule.Registers // asked by named checks, for every row

	sealing sync.Mutex
	rows    int
	top     frame
	lists   []*list
	byList  map[*rule.Fact]*list
	asOf    *column // the day of judging; kept only for named checks
	units   units
}

// frame is a set of columns of equal length: the units, or the rows of a list.
type frame struct {
	cols  []*column
	col   map[*rule.Fact]*column
	years map[*rule.Fact][]*column // of a series, from its first year; nil for years that no rule reads
}

// list holds the rows of a list of every unit, one after the other.
type list struct {
	frame
	fact  *rule.Fact
	n     int     // rows of all units
	state *column // whether the list is known, and complete
	start []int64 // the first row of every 64 units
	count [][]uint16
	span  int // most rows of one batch of units
	most  int // most rows of one unit
}

// NewTable returns an empty table for the facts that the rules read.
func NewTable(s *rule.Schema, rules []rule.Rule) *Table {
	t := &Table{Schema: s, top: newFrame(), byList: map[*rule.Fact]*list{}}
	owner := map[*rule.Fact]*rule.Fact{}
	for _, f := range s.Facts {
		for _, c := range f.Columns {
			owner[c] = f
		}
	}
	for _, r := range rules {
		for _, f := range rule.FactsUsed(r.Node) {
			t.use(f, owner[f])
		}
		rule.Walk(r.Node, func(n rule.Node) bool {
			t.useNode(n)
			return true
		})
	}
	return t
}

func newFrame() frame {
	return frame{col: map[*rule.Fact]*column{}, years: map[*rule.Fact][]*column{}}
}

// useNode adds what FactsUsed does not tell: the years of a window, and the
// whole rows that a named check may look at.
func (t *Table) useNode(n rule.Node) {
	for _, o := range rule.Operands(n) {
		if a, ok := o.(*rule.Agg); ok && a.Over != nil {
			years := t.top.years[a.Of]
			for y := a.Over.From; y <= a.Over.To; y++ {
				if i := int(y) - a.Of.Years[0]; years[i] == nil {
					years[i] = t.top.column(a.Of)
				}
			}
		}
	}
	call, ok := n.(*rule.Call)
	if !ok {
		return
	}
	if t.asOf == nil {
		t.asOf = newColumn(&rule.Fact{Kind: rule.DateKind})
	}
	for _, a := range call.Args {
		if a.Fact != nil && a.Fact.Kind == rule.ListKind {
			for _, c := range a.Fact.Columns {
				t.use(c, a.Fact)
			}
		}
	}
}

// use adds a fact, or a column of a list.
func (t *Table) use(f, owner *rule.Fact) {
	switch {
	case owner != nil:
		t.use(owner, nil)
		t.byList[owner].use(f)
	case f.Kind == rule.ListKind:
		if t.byList[f] == nil {
			l := &list{frame: newFrame(), fact: f, state: newColumn(&rule.Fact{Kind: rule.BoolKind})}
			t.byList[f] = l
			t.lists = append(t.lists, l)
		}
	case f.Kind == rule.SeriesKind:
		if t.top.years[f] == nil {
			t.top.years[f] = make([]*column, f.Years[1]-f.Years[0]+1)
		}
	default:
		t.top.use(f)
	}
}

func (f *frame) use(fact *rule.Fact) {
	if f.col[fact] == nil {
		f.col[fact] = f.column(fact)
	}
}

func (f *frame) column(fact *rule.Fact) *column {
	c := newColumn(fact)
	f.cols = append(f.cols, c)
	return c
}

// Rows is how many units the table holds.
func (t *Table) Rows() int { return t.rows }

// Uses reports whether a rule reads the fact, so that the table keeps it.
func (t *Table) Uses(f *rule.Fact) bool {
	return t.top.col[f] != nil || t.top.years[f] != nil || t.byList[f] != nil
}

// Bytes is what the columns take in memory.
func (t *Table) Bytes() int64 {
	n := t.top.bytes()
	if t.asOf != nil {
		n += t.asOf.bytes()
	}
	for _, l := range t.lists {
		n += l.bytes() + l.state.bytes() + int64(len(l.count)*batchRows*2+len(l.start)*8)
	}
	return n
}

func (f *frame) bytes() int64 {
	n := int64(0)
	for _, c := range f.cols {
		n += c.bytes()
	}
	return n
}

// seal makes all rows ready to be answered.
func (t *Table) seal() {
	t.sealing.Lock()
	defer t.sealing.Unlock()
	t.top.seal()
	for _, l := range t.lists {
		l.seal()
		l.state.seal()
	}
}

func (f *frame) seal() {
	for _, c := range f.cols {
		c.seal()
	}
}

// Append adds the facts of one unit, which must be of the table's schema. Rows
// of a list that is not known are not kept: no rule may look at them.
func (t *Table) Append(f *rule.Facts) {
	for fact, c := range t.top.col {
		c.add(f.Value(fact))
	}
	for fact, years := range t.top.years {
		for i, c := range years {
			if c != nil {
				v := f.YearValue(fact, fact.Years[0]+i)
				c.put(v.State, v.N)
			}
		}
	}
	for _, l := range t.lists {
		l.append(t.rows, f)
	}
	if t.asOf != nil {
		t.asOf.put(rule.Known, f.AsOf)
	}
	t.rows++
}

// append adds the list of the unit with the given number.
func (l *list) append(unit int, f *rule.Facts) {
	rows := f.Rows(l.fact)
	n, complete := 0, int64(0)
	if rows.State == rule.Known {
		n = rows.N
	}
	if rows.Complete {
		complete = 1
	}
	l.state.put(rows.State, complete)
	for i := range n {
		cells := rows.Cells[i*len(l.fact.Columns):]
		for j, fact := range l.fact.Columns {
			if c := l.col[fact]; c != nil {
				c.add(cells[j])
			}
		}
	}
	l.extend(unit, n)
}

// extend says that the unit's list has n rows, which are in the columns.
func (l *list) extend(unit, n int) {
	if unit%64 == 0 {
		l.start = append(l.start, int64(l.n))
	}
	if unit%batchRows == 0 {
		l.count = append(l.count, make([]uint16, batchRows))
	}
	l.n += n
	l.count[unit/batchRows][unit%batchRows] = uint16(n)
	l.most = max(l.most, n)
	l.span = max(l.span, l.n-int(l.start[unit/batchRows*batchWords]))
}

// Read writes what the table knows of a unit into f, which must be of the
// table's schema. Facts that no rule reads are left as they are.
func (t *Table) Read(unit int, f *rule.Facts) {
	f.Registers = t.Registers
	if t.asOf != nil {
		f.AsOf = t.asOf.value(unit).N
	}
	for fact, c := range t.top.col {
		f.Set(fact, c.value(unit))
	}
	for fact, years := range t.top.years {
		for i, c := range years {
			if c != nil {
				f.SetYear(fact, fact.Years[0]+i, c.value(unit))
			}
		}
	}
	for _, l := range t.lists {
		l.read(unit, f)
	}
}

func (l *list) read(unit int, f *rule.Facts) {
	b, i := unit/batchRows, unit%batchRows
	first := int(l.start[unit/64])
	for _, n := range l.count[b][i&^63 : i] {
		first += int(n)
	}
	rows := f.Rows(l.fact)
	state := l.state.value(unit)
	cols := len(l.fact.Columns)
	rows.State, rows.Complete, rows.N = state.State, state.N != 0, int(l.count[b][i])
	if cap(rows.Cells) < rows.N*cols {
		rows.Cells = make([]rule.Value, rows.N*cols)
	}
	rows.Cells = rows.Cells[:rows.N*cols]
	clear(rows.Cells)
	for j, fact := range l.fact.Columns {
		c := l.col[fact]
		for i := 0; c != nil && i < rows.N; i++ {
			rows.Cells[i*cols+j] = c.value(first + i)
		}
	}
}
