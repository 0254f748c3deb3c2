package sweep

import (
	"errors"
	"hash/maphash"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// finish puts the rows in the order of the units, and says of every unit
// whether its list is known and complete.
func (r *listReader) finish() {
	t := r.loader.Table
	if r.lost {
		r.loader.say(RowFault{List: r.file.Fact.Code, Fault: fault.New(fault.Invalid, "sweep.list.lost")})
	}
	l := &list{frame: r.rows, fact: r.file.Fact, state: newColumn(&rule.Fact{Kind: rule.BoolKind})}
	for unit := range t.rows {
		state, complete := r.state(unit)
		n := int64(0)
		if complete {
			n = 1
		}
		l.state.put(state, n)
		if state != rule.Known && r.count[unit] > 0 {
			r.count[unit], r.mixed = 0, true
		}
		l.extend(unit, int(r.count[unit]))
		if s := r.samples[unit]; s != nil && state == rule.Known {
			s.doc = withList(s.doc, r.file.Fact.Code, complete, r.docs[unit])
		}
	}
	if r.mixed {
		l.frame = r.sorted(l)
	}
	*t.byList[r.file.Fact] = *l
}

// state says what a unit's list is.
func (r *listReader) state(unit int) (state rule.State, complete bool) {
	closed, note := r.file.Fact.Closed, r.notes[unit]
	switch {
	case note&listBroken != 0, r.lost && closed, !r.loader.keys.alone(unit, r.loader.Table):
		return rule.NotSupplied, false
	case note&listGiven == 0 && !r.file.Complete:
		return rule.NotSupplied, false
	}
	all := r.file.Complete || note&listComplete != 0 && note&listOpen == 0
	return rule.Known, closed || all && !r.lost
}

// sorted is the columns of the rows in the order of their units; rows of units
// whose list is not known are left out.
func (r *listReader) sorted(l *list) frame {
	next := make([]uint32, len(r.count)) // where the next row of a unit goes
	at := uint32(0)
	for unit, n := range r.count {
		next[unit] = at
		at += uint32(n)
	}
	order := make([]uint32, at)
	for row := range r.owner.n {
		unit := r.owner.value(row).N
		if r.count[unit] > 0 {
			order[next[unit]] = uint32(row)
			next[unit]++
		}
	}
	out := newFrame()
	for i, from := range l.cols {
		out.use(from.fact)
		to := out.cols[i]
		to.dict = from.dict
		for _, row := range order {
			to.put(from.raw(int(row)))
		}
		delete(l.col, from.fact) // and free it
		l.cols[i] = nil
	}
	return out
}

// withList adds a list to a row that is written as facts.
func withList(doc, code string, complete bool, rows []string) string {
	doc = strings.TrimSuffix(doc, "}")
	if doc != "{" {
		doc += ","
	}
	return doc + strconv.Quote(code) + `:{"complete":` + strconv.FormatBool(complete) + `,"rows":[` + strings.Join(rows, ",") + "]}}"
}

// keyIndex finds units by their keys.
type keyIndex struct {
	seed  maphash.Seed
	slots []uint32 // unit + 1, by hash; 0 is free
	twice []uint64 // units whose key another one has too, a bit each
}

// index makes the index of the table's keys, and tells which units cannot be
// found by it.
func (l *Loader) index() {
	t := l.Table
	size := 16
	for size*3/4 < t.rows {
		size *= 2
	}
	x := &keyIndex{seed: maphash.MakeSeed(), slots: make([]uint32, size), twice: make([]uint64, t.rows/64+1)}
	l.keys = x
	for unit := range t.rows {
		key := t.Key(unit)
		if key == "" {
			l.say(RowFault{Line: t.Line(unit), To: t.Line(unit), Fault: fault.New(fault.Invalid, "sweep.list.no_key")})
			continue
		}
		at := x.slot(t, key)
		if x.slots[at] == 0 {
			x.slots[at] = uint32(unit + 1)
			continue
		}
		first := int(x.slots[at] - 1)
		x.twice[first/64] |= 1 << (first % 64)
		x.twice[unit/64] |= 1 << (unit % 64)
		l.say(RowFault{Line: t.Line(unit), To: t.Line(unit), Fault: fault.New(fault.Invalid, "sweep.list.key_twice", key, t.Line(first))})
	}
}

// slot is where a key stands, or would.
func (x *keyIndex) slot(t *Table, key string) int {
	mask := len(x.slots) - 1
	at := int(maphash.String(x.seed, key)) & mask
	for x.slots[at] != 0 && t.Key(int(x.slots[at]-1)) != key {
		at = (at + 1) & mask
	}
	return at
}

// find returns the unit with a key, and whether there are several.
func (x *keyIndex) find(t *Table, key string) (unit int, twice, known bool) {
	unit = int(x.slots[x.slot(t, key)]) - 1
	return unit, unit >= 0 && !x.alone(unit, t), unit >= 0
}

// alone reports whether a unit has a key and no other unit has it.
func (x *keyIndex) alone(unit int, t *Table) bool {
	return x.twice[unit/64]>>(unit%64)&1 == 0 && t.Key(unit) != ""
}

// joined is all faults of a line as one error, or nil.
func joined(faults []*fault.Fault, line int) error {
	var errs []error
	for _, f := range faults[:min(20, len(faults))] {
		errs = append(errs, f.At("", line, 0))
	}
	return errors.Join(errs...)
}
