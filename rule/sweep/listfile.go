package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// A ListFile says which list a file holds, and whether it holds all of it.
type ListFile struct {
	Fact     *rule.Fact
	Complete bool // all rows of every unit: a unit without a row there has none
}

// List fills one list of the units that CSV has read, from a file with a row a
// line: in the first column the key of the unit, in the others the columns of
// the list, by code or Chinese name. The rows may stand in any order; those of a
// unit keep theirs. A column complete (完整) says for one unit whether its rows
// are all. A line in which nothing else is written is no row: it says that the
// unit's list is given.
//
// A unit whose list is neither in the file nor complete has not supplied it. A
// row that cannot be read as a row leaves its unit's list not supplied; when it
// cannot be told whose it is, no list of the file counts as complete. Beside the
// list's own columns this takes 7 bytes a unit and 8 a row while it runs, and
// for the keys of the units another 4 to 8 bytes each.
func (l *Loader) List(ctx context.Context, file ListFile, src io.Reader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	switch {
	case l.lines:
		return fault.New(fault.Invalid, "sweep.list.lines")
	case !l.Table.Keyed():
		return fault.New(fault.Invalid, "sweep.list.keyless", strings.Join(keyNames, ", "))
	}
	in, f := newInput(l.watch(ctx, src))
	if f != nil {
		return f
	}
	r := &listReader{recordReader: recordReader{in: in}, loader: l, file: file, said: -1}
	if err := r.header(); err != nil || l.Table.byList[file.Fact] == nil {
		return err
	}
	r.begin()
	for row := 0; ; {
		switch err := r.next(); {
		case err == io.EOF:
			r.finish()
			return ctx.Err()
		case err != nil:
			return err
		case r.empty():
			continue
		}
		row++
		r.row(row)
		if err := l.tick(ctx); err != nil {
			return err
		}
	}
}

// listReader reads the rows of a list in the order of the file, and then puts
// them in that of the units.
type listReader struct {
	recordReader
	loader  *Loader
	file    ListFile
	targets []target
	said    int // which cell says whether the list is complete; -1 for none

	rows  frame
	owner *column // the unit of each row
	count []uint16
	notes []listNote // by unit
	mixed bool       // the rows do not stand in the order of the units
	prior int        // the unit of the row before
	lost  bool       // there was a row of nobody knows whom

	samples map[int]*sampled
	docs    map[int][]string // rows of the sampled units, as JSON
}

// listNote is what is known of a unit's list.
type listNote uint8

const (
	listGiven listNote = 1 << iota
	listComplete
	listOpen   // said not to be complete
	listBroken // a row of it could not be read
)

// header finds the columns of the list.
func (r *listReader) header() error {
	names, err := r.names()
	if err != nil {
		return err
	}
	list := r.file.Fact
	var found []*fault.Fault
	seen := map[*rule.Fact]bool{}
	for i, name := range names {
		x := target{at: -1}
		if f := r.column(i, name, &x); f != nil {
			found = append(found, f.In(name))
		} else if x.fact != nil && seen[x.fact] {
			found = append(found, fault.New(fault.Invalid, "sweep.twice", x.fact.Name).In(name))
		}
		seen[x.fact] = true
		r.targets = append(r.targets, x)
	}
	if len(names) == 1 && len(found) == 0 {
		found = append(found, fault.New(fault.Invalid, "sweep.list.columns", list.Name))
	}
	return joined(found, r.first)
}

// column finds what the i-th column is.
func (r *listReader) column(i int, name string, x *target) *fault.Fault {
	list, schema := r.file.Fact, r.loader.Table.Schema
	var fact *rule.Fact
	for _, c := range list.Columns {
		if name == c.Code || name == c.Name {
			fact = c
		}
	}
	switch {
	case i == 0 && fact != nil:
		return fault.New(fault.Invalid, "sweep.list.first")
	case i == 0:
	case fact != nil:
		*x = newTarget(schema, fact, 0)
		x.list = list
		if l := r.loader.Table.byList[list]; l != nil {
			x.at = slices.Index(l.cols, l.col[fact])
		}
	case name == "":
		return fault.New(fault.Invalid, "sweep.nameless", i+1)
	case (name == "complete" || name == "完整") && r.file.Complete:
		return fault.New(fault.Invalid, "sweep.list.complete_twice", list.Code)
	case (name == "complete" || name == "完整") && r.said < 0:
		r.said = i
	default:
		quoted, _ := json.Marshal(name) // a text has a JSON form
		_, faults := schema.ReadFacts(strings.NewReader("{" + strconv.Quote(list.Code) + ":[{" + string(quoted) + ":null}]}"))
		return faults[0]
	}
	return nil
}

// begin makes room for what will be known of each unit.
func (r *listReader) begin() {
	t := r.loader.Table
	r.rows, r.owner = newFrame(), newColumn(&rule.Fact{Kind: rule.IntegerKind})
	for _, c := range t.byList[r.file.Fact].cols {
		r.rows.use(c.fact)
	}
	r.count, r.notes = make([]uint16, t.rows), make([]listNote, t.rows)
	r.samples, r.docs = map[int]*sampled{}, map[int][]string{}
	for i := range r.loader.sampled {
		r.samples[r.loader.sampled[i].unit] = &r.loader.sampled[i]
	}
	if r.loader.keys == nil {
		r.loader.index()
	}
}

func (r *listReader) say(row int, left bool, f *fault.Fault) {
	r.loader.say(RowFault{List: r.file.Fact.Code, Row: row, Line: r.first, To: r.last(), Left: left, Fault: f.At("", 0, 0)})
}

// row takes in one record.
func (r *listReader) row(row int) {
	f := r.match(len(r.targets))
	unit, known := r.unit(row, f)
	if !known {
		return
	}
	if f != nil {
		r.notes[unit] |= listBroken
		r.say(row, true, f)
		return
	}
	r.notes[unit] |= listGiven
	if r.said >= 0 {
		r.completeness(row, unit)
	}
	if r.blank() {
		return
	}
	switch {
	case r.notes[unit]&listBroken != 0 && int(r.count[unit]) == r.file.Fact.MaxItems:
		return // this was said
	case int(r.count[unit]) == r.file.Fact.MaxItems:
		r.notes[unit] |= listBroken
		r.say(row, true, fault.New(fault.Invalid, "sweep.list.rows", r.file.Fact.MaxItems))
		return
	}
	r.count[unit]++
	r.mixed = r.mixed || unit < r.prior
	r.prior = unit
	r.owner.put(rule.Known, int64(unit))
	r.cellsOf(row)
	if r.samples[unit] != nil {
		r.docs[unit] = append(r.docs[unit], r.doc())
	}
}

// unit finds whose row a record is; wrong is what is wrong with the record. When
// that cannot be told, it says so.
func (r *listReader) unit(row int, wrong *fault.Fault) (unit int, known bool) {
	var key []byte
	if wrong == nil {
		key = bytes.TrimSpace(r.cells[0])
	} else if len(r.cells) > 0 { // not decoded yet
		if text, f := r.in.text(r.cells[0]); f == nil {
			key = bytes.TrimSpace(text)
		}
	}
	unit, twice, known := r.loader.keys.find(r.loader.Table, string(key))
	switch {
	case known && !twice:
		return unit, true
	case len(key) == 0:
		r.lost = true
		if wrong == nil {
			wrong = fault.New(fault.Invalid, "sweep.list.no_unit")
		}
	case wrong != nil:
	case twice:
		wrong = fault.New(fault.Invalid, "sweep.list.ambiguous", string(key))
	default:
		wrong = fault.New(fault.Invalid, "sweep.list.unit", string(key))
	}
	r.say(row, true, wrong)
	return 0, false
}

// completeness notes what a row says about the whole list of its unit.
func (r *listReader) completeness(row, unit int) {
	text := string(bytes.TrimSpace(r.cells[r.said]))
	n, ok := yes(text)
	switch {
	case text == "":
		return
	case !ok:
		r.say(row, false, fault.New(fault.Invalid, "sweep.list.yes_or_no", text).In("complete"))
		return
	case n != 0:
		r.notes[unit] |= listComplete
	default:
		r.notes[unit] |= listOpen
	}
	if r.notes[unit]&(listComplete|listOpen) == listComplete|listOpen {
		r.say(row, false, fault.New(fault.Invalid, "sweep.list.differ").In("complete"))
	}
}

// blank reports whether a record says nothing of a row.
func (r *listReader) blank() bool {
	for i, cell := range r.cells[1:] {
		if i+1 != r.said && len(bytes.TrimSpace(cell)) > 0 {
			return false
		}
	}
	return true
}

// cellsOf puts the cells of a record behind those of the rows before.
func (r *listReader) cellsOf(row int) {
	given := make([]rule.Value, len(r.rows.cols))
	for i := range r.targets {
		x := &r.targets[i]
		if x.at < 0 {
			continue
		}
		v, f := x.read(r.cells[i])
		if f != nil {
			r.say(row, false, f.In(x.fact.Code))
		}
		given[x.at] = v
	}
	for i, c := range r.rows.cols {
		c.add(given[i])
	}
}

// doc is the row as JSON, for the reference engine.
func (r *listReader) doc() string {
	var b strings.Builder
	for i := range r.targets {
		x := &r.targets[i]
		if x.at < 0 || len(bytes.TrimSpace(r.cells[i])) == 0 {
			continue
		}
		if _, f := x.slow(r.cells[i]); f == nil {
			b.Write(x.member(r.cells[i]))
		}
	}
	return "{" + strings.TrimSuffix(b.String(), ",") + "}"
}
