package rule

import "slices"

// State says whether a value is known, and if not, why.
type State uint8

// The states of a value. The zero value is not supplied.
const (
	NotSupplied State = iota
	Known
	IsUnverified
	IsExpired
	InConflict
)

// reasons is the cause of Unknown that the state stands for; 0 when known.
func (s State) reasons() Reasons {
	switch s {
	case Known:
		return 0
	case IsUnverified:
		return Unverified
	case IsExpired:
		return Expired
	case InConflict:
		return Conflict
	}
	return Missing
}

// A Value is one value of a fact. N holds numbers in base units, days, years,
// option indexes, place codes and 0/1; S holds text, and the code of a unit or
// person; Label the shown name of these; Set the options of a choices fact, a
// bit each. N of a text is its number of 字, counted when it is stored.
type Value struct {
	State State
	N     int64
	S     string
	Label string
	Set   uint64
}

// Rows are the rows of a list fact, in the order given.
type Rows struct {
	State    State
	Complete bool // no further rows exist
	N        int
	Cells    []Value // N × columns
}

// Facts (事实) are what is known of one application, laid out for one schema.
type Facts struct {
	Schema    *Schema
	AsOf      int64 // the day at which the application is judged, days since 1970-01-01
	Registers Registers

	vals  []Value
	lists []Rows
}

// NewFacts returns facts of which nothing is known.
func (s *Schema) NewFacts() *Facts {
	return &Facts{Schema: s, vals: make([]Value, s.vals), lists: make([]Rows, s.lists)}
}

// Value returns the value of a scalar fact.
func (f *Facts) Value(fact *Fact) Value { return f.vals[fact.slot] }

// YearValue returns a series' value of one year; a year that the series does
// not have was not supplied.
func (f *Facts) YearValue(fact *Fact, year int) Value {
	if year < fact.Years[0] || year > fact.Years[1] {
		return Value{}
	}
	return f.vals[fact.slot+year-fact.Years[0]]
}

// Rows returns the rows of a list fact.
func (f *Facts) Rows(list *Fact) *Rows { return &f.lists[list.slot] }

// Cell returns the value in a row of a list, counted from 0.
func (f *Facts) Cell(column *Fact, row int) Value {
	l := column.list
	return f.lists[l.slot].Cells[row*len(l.Columns)+column.slot]
}

// Set stores the value of a scalar fact.
func (f *Facts) Set(fact *Fact, v Value) { f.vals[fact.slot] = fact.measured(v) }

// measured counts the 字 of a text once, when it is stored.
func (fact *Fact) measured(v Value) Value {
	if fact.Kind.isText() {
		v.N = int64(CountChars(v.S))
	}
	return v
}

// SetYear stores one year of a series; a year outside the series is ignored.
func (f *Facts) SetYear(fact *Fact, year int, v Value) {
	if year >= fact.Years[0] && year <= fact.Years[1] {
		f.vals[fact.slot+year-fact.Years[0]] = v
	}
}

// SetRows stores the rows of a list; cells holds them one after the other.
func (f *Facts) SetRows(list *Fact, complete bool, cells []Value) {
	for i := range cells {
		cells[i] = list.Columns[i%len(list.Columns)].measured(cells[i])
	}
	f.lists[list.slot] = Rows{State: Known, Complete: complete || list.Closed, N: len(cells) / len(list.Columns), Cells: cells}
}

// Clone returns a copy that can be changed without changing f. Registers are
// shared.
func (f *Facts) Clone() *Facts {
	c := *f
	c.vals = slices.Clone(f.vals)
	c.lists = slices.Clone(f.lists)
	for i := range c.lists {
		c.lists[i].Cells = slices.Clone(c.lists[i].Cells)
	}
	return &c
}
