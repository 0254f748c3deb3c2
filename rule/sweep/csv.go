package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
// Lists cannot be given in CSV.
func (l *Loader) CSV(ctx context.Context, src io.Reader) error {
	in, f := newInput(src)
	if f != nil {
		return f
	}
	c := &csvReader{in: in, loader: l, comma: ','}
	if err := c.header(); err != nil {
		return err
	}
	for row := 1; ; row++ {
		line, err := c.record()
		switch {
		case err == io.EOF:
			l.progress.Bytes = in.n
			return ctx.Err()
		case errors.Is(err, errTooLong):
			l.report(row, line, true, fault.New(fault.Invalid, "sweep.long", maxRecord>>10))
			continue
		case err != nil:
			return err
		}
		if len(c.cells) == 1 && len(c.cells[0]) == 0 {
			row--
			continue // an empty line
		}
		if f := c.append(row, line); f != nil {
			l.report(row, line, true, f)
		}
		if err := l.tick(ctx, in.n); err != nil {
			return err
		}
	}
}

// csvReader cuts a file into records and puts their cells into columns.
type csvReader struct {
	in      *input
	loader  *Loader
	comma   byte
	text    []byte   // the row
	cells   [][]byte // its cells
	at      [][2]int // where they are, when there were quotation marks
	buf     []byte
	targets []target
	key     int // which cell is the unit's key; -1 for none
	absent  []*column
}

// record reads the next row into c.cells, and returns the line it begins on.
func (c *csvReader) record() (line int, err error) {
	b, err := c.in.next()
	line = c.in.line
	if err != nil && err != errTooLong {
		return line, err
	}
	if bytes.IndexByte(b, '"') < 0 {
		if err != nil {
			return line, err
		}
		return line, c.plain(bytes.TrimRight(b, "\r\n"))
	}
	return line, c.quoted(b, err)
}

// plain cuts a row without quotation marks.
func (c *csvReader) plain(b []byte) error {
	c.text, c.cells = b, c.cells[:0]
	for {
		i := bytes.IndexByte(b, c.comma)
		if i < 0 {
			c.cells = append(c.cells, b)
			return nil
		}
		c.cells = append(c.cells, b[:i])
		b = b[i+1:]
	}
}

// quoted cuts a row with quotation marks, which may go on over several lines.
// Of a row that is too long the rest is passed over.
func (c *csvReader) quoted(b []byte, tooLong error) error {
	s := quoteScanner{comma: c.comma, out: c.buf[:0], at: c.at[:0]}
	opened := c.in.line
	for {
		s.line(b)
		if !s.open {
			break
		}
		if len(s.out) > maxRecord {
			tooLong = errTooLong
			s.out = s.out[:0]
		}
		var err error
		b, err = c.in.next()
		switch {
		case err == io.EOF:
			return fault.New(fault.Invalid, "sweep.quote").At("", opened, 0)
		case err == errTooLong:
			tooLong = err
		case err != nil:
			return err
		}
	}
	if tooLong != nil || len(s.out) > maxRecord {
		return errTooLong
	}
	c.buf, c.text, c.at, c.cells = s.out, s.out, s.at, c.cells[:0]
	for _, at := range s.at {
		c.cells = append(c.cells, s.out[at[0]:at[1]])
	}
	return nil
}

// quoteScanner takes the quotation marks out of a row, line by line.
type quoteScanner struct {
	comma byte
	out   []byte
	at    [][2]int
	from  int
	open  bool // inside quotation marks
}

func (s *quoteScanner) line(b []byte) {
	start := !s.open // at the beginning of a cell
	for i := 0; i < len(b); i++ {
		ch := b[i]
		switch {
		case s.open && ch == '"' && i+1 < len(b) && b[i+1] == '"':
			s.out = append(s.out, '"')
			i++
		case s.open && ch == '"':
			s.open = false
		case s.open:
			s.out = append(s.out, ch)
		case ch == '"' && start:
			s.open, start = true, false
		case ch == s.comma:
			s.end()
			start = true
		case ch == '\n' || ch == '\r' && i == len(b)-2:
		default:
			s.out, start = append(s.out, ch), false
		}
	}
	if !s.open {
		s.end()
	}
}

func (s *quoteScanner) end() {
	s.at = append(s.at, [2]int{min(s.from, len(s.out)), len(s.out)})
	s.from = len(s.out)
}

// keyNames head the column of the units' keys, unless a fact is called so.
var keyNames = []string{"id", "编号", "统一社会信用代码", "credit_code"}

// header reads the first line and finds the column of each of its names. All
// that is wrong with it is told at once.
func (c *csvReader) header() error {
	if head, _ := c.in.src.Peek(sampleSize); len(head) > 0 {
		first, _, _ := bytes.Cut(head, []byte("\n"))
		for _, other := range []byte{'\t', ';'} {
			if bytes.Count(first, []byte{other}) > bytes.Count(first, []byte{c.comma}) {
				c.comma = other
			}
		}
	}
	line, err := c.record()
	switch {
	case err == io.EOF:
		return fault.New(fault.Invalid, "sweep.empty")
	case err == errTooLong || err == nil && len(c.cells) > maxHeaders:
		return fault.New(fault.Invalid, "sweep.header", maxHeaders).At("", line, 0)
	case err != nil:
		return err
	}
	var errs []error
	c.key = -1
	seen := map[string]bool{}
	for i, cell := range c.cells {
		text, f := c.in.text(bytes.TrimSpace(cell))
		name := string(text)
		if f == nil {
			f = c.column(i, name, seen)
		}
		if f != nil {
			errs = append(errs, f.At("", line, 0).In(name))
		}
		if len(errs) >= 20 {
			break
		}
	}
	t := c.loader.Table
	for _, col := range t.top.cols {
		if !slices.ContainsFunc(c.targets, func(x target) bool { return x.col == col }) {
			c.absent = append(c.absent, col)
		}
	}
	return errors.Join(errs...)
}

// column adds the target of the i-th cell.
func (c *csvReader) column(i int, name string, seen map[string]bool) *fault.Fault {
	t := c.loader.Table
	fact, year := c.find(name)
	switch {
	case fact == nil && slices.Contains(keyNames, name) && c.key < 0:
		c.key = i
		c.targets = append(c.targets, target{})
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
		return fault.New(fault.Invalid, "sweep.list", fact.Name)
	case fact.Kind == rule.SeriesKind && (year < fact.Years[0] || year > fact.Years[1]):
		return fault.New(fault.Invalid, "sweep.year", fact.Name, fact.Years[0], fact.Years[1])
	}
	key := fact.Code + "." + strconv.Itoa(year)
	if seen[key] {
		return fault.New(fault.Invalid, "sweep.twice", fact.Name)
	}
	seen[key] = true
	x := newTarget(t.Schema, fact, year)
	if fact.Kind == rule.SeriesKind {
		if years := t.top.years[fact]; years != nil {
			x.col = years[year-fact.Years[0]]
		}
	} else {
		x.col = t.top.col[fact]
	}
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
func (c *csvReader) append(row, line int) *fault.Fault {
	l, t := c.loader, c.loader.Table
	n := len(c.targets)
	for len(c.cells) > n && len(c.cells[len(c.cells)-1]) == 0 {
		c.cells = c.cells[:len(c.cells)-1]
	}
	if len(c.cells) != n {
		return fault.New(fault.Invalid, "sweep.cells", len(c.cells), n)
	}
	if f := c.decode(); f != nil {
		return f
	}
	var key []byte
	for i := range c.targets {
		x := &c.targets[i]
		if i == c.key {
			key = bytes.TrimSpace(c.cells[i])
		}
		if x.col == nil {
			continue
		}
		v, f := x.read(c.cells[i])
		if f != nil {
			l.report(row, line, false, f.At("", 0, 0))
		}
		x.col.add(v)
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
	t.units.add(line, key)
	t.rows++
	if d := l.draw(); d != nil {
		d.json = c.json()
	}
	return nil
}

// decode turns the cells into UTF-8.
func (c *csvReader) decode() *fault.Fault {
	if isASCII(c.text) {
		return nil
	}
	if _, f := c.in.text(c.text); f != nil || c.in.encoding == inUTF8 {
		return f
	}
	for i, cell := range c.cells {
		text, f := c.in.gbk(cell)
		if f != nil {
			return f
		}
		c.cells[i] = bytes.Clone(text)
	}
	return nil
}

// json is the row as facts, for the reference engine. What cannot be read is
// left out, as in the table.
func (c *csvReader) json() []byte {
	b := []byte("{")
	series := map[*rule.Fact][]byte{}
	for i := range c.targets {
		x := &c.targets[i]
		if x.col == nil || len(bytes.TrimSpace(c.cells[i])) == 0 {
			continue
		}
		if _, f := x.slow(c.cells[i]); f != nil {
			continue
		}
		if x.year != 0 {
			series[x.fact] = append(series[x.fact], x.member(c.cells[i])...)
			continue
		}
		b = append(b, x.member(c.cells[i])...)
	}
	for f, years := range series {
		b = append(b, strconv.Quote(f.Code)+":{"...)
		b = append(append(b, bytes.TrimSuffix(years, []byte(","))...), "},"...)
	}
	if c.loader.AsOf != 0 {
		b = append(b, `"as_of":"`+rule.FormatDay(c.loader.AsOf)+`",`...)
	}
	return append(bytes.TrimSuffix(b, []byte(",")), '}')
}
