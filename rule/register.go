package rule

import (
	"math"
	"sync"
)

// A Register (名录) is a dated reference list that a named check may ask. All
// values are text. It does not change once it is made.
type Register struct {
	Complete bool // a row that is not there does not exist
	Rows     []map[string]string

	index map[string]map[string][]int
	spans []span
	kept  sync.Map
}

// span is the time for which a row counts, both days included.
type span struct {
	from, to int64
	unclear  bool // one of the two is no date
}

// NewRegister indexes rows by every column.
func NewRegister(rows []map[string]string, complete bool) *Register {
	r := &Register{Complete: complete, Rows: rows, index: map[string]map[string][]int{}, spans: make([]span, len(rows))}
	for i, row := range rows {
		for col, v := range row {
			if r.index[col] == nil {
				r.index[col] = map[string][]int{}
			}
			r.index[col][v] = append(r.index[col][v], i)
		}
		r.spans[i] = spanOf(row)
	}
	return r
}

func spanOf(row map[string]string) span {
	s := span{from: math.MinInt64, to: math.MaxInt64}
	day := func(text string, open int64) int64 {
		if text == "" {
			return open
		}
		n, ok := parseDay(text)
		if !ok {
			s.unclear = true
			return open
		}
		return n
	}
	s.from, s.to = day(row["valid_from"], s.from), day(row["valid_to"], s.to)
	return s
}

// Find returns the numbers of the rows whose column holds value, in order.
func (r *Register) Find(column, value string) []int {
	if r == nil {
		return nil
	}
	return r.index[column][value]
}

// Valid says whether row i counts on a day: from its valid_from to its
// valid_to, both included. A side that is empty is open; one that is no date
// leaves the row unknown unless the other settles it.
func (r *Register) Valid(i int, day int64) Truth {
	if r == nil || i < 0 || i >= len(r.spans) {
		return Unknown
	}
	switch s := r.spans[i]; {
	case day < s.from || day > s.to:
		return Unmet
	case s.unclear:
		return Unknown
	}
	return Met
}

// Keep returns what derive makes of the register. It is made once for each key
// and kept with the register, so that a check can have an index of its own
// without allocating when it runs.
func (r *Register) Keep(key any, derive func(*Register) any) any {
	if v, ok := r.kept.Load(key); ok {
		return v
	}
	v, _ := r.kept.LoadOrStore(key, derive(r))
	return v
}

// Registers are the registers at hand, by id; one that is not connected is absent.
type Registers map[string]*Register
