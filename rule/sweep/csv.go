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

// CSV fills the table from a file whose first line names the columns: codes or
// Chinese names of facts, the years of a series as rd_expense.2023 or
// 研发费用.2023, and id, 编号 or 统一社会信用代码 for the unit's key. Fields are
// separated by commas, semicolons or tabs. An empty cell is not supplied;
// several choices are separated by ; or 、; a unit is its code, or code|name.
// Lists come from files of their own: see List.
func (l *Loader) CSV(ctx context.Context, src io.Reader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	in, f := newInput(l.watch(ctx, src))
	if f != nil {
		return f
	}
	c := &csvReader{recordReader: recordReader{in: in}, loader: l}
	if err := c.header(); err != nil {
		return err
	}
	for row := 0; ; {
		switch err := c.next(); {
		case err == io.EOF:
			return ctx.Err()
		case err != nil:
			return err
		case c.empty():
			continue
		}
		row++
		if f := c.append(row); f != nil {
			l.say(RowFault{Row: row, Line: c.first, To: c.last(), Left: true, Fault: f})
		}
		if err := l.tick(ctx); err != nil {
			return err
		}
	}
}

// csvReader puts the cells of records into columns.
type csvReader struct {
	recordReader
	loader  *Loader
	targets []target
	key     int // which cell is the unit's key; -1 for none
	absent  []*column
}

// keyNames head the column of the units' keys, unless a fact is called so.
var keyNames = []string{"id", "编号", "统一社会信用代码", "credit_code"}

// header finds the column of each name of the first line. All that is wrong with
// it is told at once.
func (c *csvReader) header() error {
	names, err := c.names()
	if err != nil {
		return err
	}
	c.key = -1
	var found []*fault.Fault
	seen := map[string]bool{}
	for i, name := range names {
		if f := c.column(i, name, seen); f != nil {
			found = append(found, f.In(name))
		}
	}
	for i, col := range c.loader.Table.top.cols {
		if !slices.ContainsFunc(c.targets, func(x target) bool { return x.at == i }) {
			c.absent = append(c.absent, col)
		}
	}
	return joined(found, c.first)
}

// column adds the target of the i-th cell.
func (c *csvReader) column(i int, name string, seen map[string]bool) *fault.Fault {
	t := c.loader.Table
	fact, year := c.find(name)
	switch {
	case fact == nil && slices.Contains(keyNames, name) && c.key < 0:
		c.key = i
		c.targets = append(c.targets, target{at: -1})
		return nil
	case fact == nil && name == "":
		return fault.New(fault.Invalid, "sweep.nameless", i+1)
	case fact == nil:
		quoted, _ := json.Marshal(name) // a text has a JSON form
		_, faults := t.Schema.ReadFacts(strings.NewReader("{" + string(quoted) + ":null}"))
		if len(faults) == 0 {
			return fault.New(fault.Invalid, "sweep.nameless", i+1)
		}
		return faults[0]
	case fact.Kind == rule.ListKind:
		return fault.New(fault.Invalid, "sweep.list", fact.Name, fact.Code)
	case fact.Kind == rule.SeriesKind && (year < fact.Years[0] || year > fact.Years[1]):
		return fault.New(fault.Invalid, "sweep.year", fact.Name, fact.Years[0], fact.Years[1])
	}
	key := fact.Code + "." + strconv.Itoa(year)
	if seen[key] {
		return fault.New(fault.Invalid, "sweep.twice", fact.Name)
	}
	seen[key] = true
	x := newTarget(t.Schema, fact, year)
	col := t.top.col[fact]
	if years := t.top.years[fact]; years != nil {
		col = years[year-fact.Years[0]]
	}
	x.at = slices.Index(t.top.cols, col)
	c.targets = append(c.targets, x)
	return nil
}

// find reads a column's name: a fact, or a fact and a year.
func (c *csvReader) find(name string) (*rule.Fact, int) {
	s := c.loader.Table.Schema
	if f := s.Fact(name); f != nil && slices.Contains(s.Facts, f) {
		return f, 0
	}
	name = strings.TrimSuffix(name, "年")
	if len(name) < 5 {
		return nil, 0
	}
	year, err := strconv.Atoi(name[len(name)-4:])
	if f := s.Fact(strings.TrimRight(name[:len(name)-4], ". _")); err == nil && f != nil && f.Kind == rule.SeriesKind {
		return f, year
	}
	return nil, 0
}

// append adds the row to the table, or says why it cannot be one.
func (c *csvReader) append(row int) *fault.Fault {
	if f := c.match(len(c.targets)); f != nil {
		return f
	}
	l, t := c.loader, c.loader.Table
	var key []byte
	for i := range c.targets {
		x := &c.targets[i]
		if i == c.key {
			key = bytes.TrimSpace(c.cells[i])
		}
		if x.at < 0 {
			continue
		}
		v, f := x.read(c.cells[i])
		if f != nil {
			l.say(RowFault{Row: row, Line: c.first, To: c.last(), Fault: f.At("", 0, 0)})
		}
		t.top.cols[x.at].add(v)
	}
	for _, col := range c.absent {
		col.put(rule.NotSupplied, 0)
	}
	for _, s := range t.lists {
		s.state.put(rule.NotSupplied, 0)
		s.extend(t.rows, 0)
	}
	if t.asOf != nil {
		t.asOf.put(rule.Known, l.AsOf)
	}
	t.units.add(c.first, key)
	t.rows++
	if d := l.draw(); d != nil {
		d.doc = c.doc()
	}
	return nil
}

// doc is the row as facts, for the reference engine. What cannot be read is
// left out, as in the table.
func (c *csvReader) doc() string {
	var b strings.Builder
	series := map[*rule.Fact]string{}
	for i := range c.targets {
		x := &c.targets[i]
		if x.at < 0 || len(bytes.TrimSpace(c.cells[i])) == 0 {
			continue
		}
		if _, f := x.slow(c.cells[i]); f != nil {
			continue
		}
		if x.year != 0 {
			series[x.fact] += string(x.member(c.cells[i]))
			continue
		}
		b.Write(x.member(c.cells[i]))
	}
	for f, years := range series {
		b.WriteString(strconv.Quote(f.Code) + ":{" + strings.TrimSuffix(years, ",") + "},")
	}
	if c.loader.AsOf != 0 {
		b.WriteString(`"as_of":"` + rule.FormatDay(c.loader.AsOf) + `",`)
	}
	return "{" + strings.TrimSuffix(b.String(), ",") + "}"
}
