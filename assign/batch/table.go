package batch

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"shenbao/internal/fault"
)

// maxFaults is how many faults of a file are told; reading stops with the last.
const maxFaults = 20

// maxLine bounds one line of a file, and so the memory that reading takes.
const maxLine = 64 << 20

// A Source is a file to be read, by the name that messages use.
type Source struct {
	Name string
	io.Reader
}

// table reads a CSV file strictly, row by row: UTF-8, as many cells in every
// row as in the first. Lines that begin with # are comments.
type table struct {
	src    Source
	csv    *csv.Reader
	ctx    context.Context
	lines  *lineGuard
	rows   int
	cells  int
	line   int
	row    []string
	faults []error
}

func newTable(ctx context.Context, src Source) *table {
	g := &lineGuard{r: src.Reader}
	r := csv.NewReader(g)
	r.ReuseRecord, r.FieldsPerRecord, r.Comment = true, -1, '#'
	return &table{src: src, csv: r, ctx: ctx, lines: g}
}

// fault notes a fault at the row at hand, in a column: its name, or none.
func (t *table) fault(column string, key string, args ...any) {
	if len(t.faults) < maxFaults {
		t.faults = append(t.faults, fault.New(fault.Invalid, key, args...).At(t.src.Name, t.line, 0).In(column))
	}
}

// next reads a row. It returns false at the end, when there are too many
// faults, and when the file cannot be read on.
func (t *table) next() bool {
	if len(t.faults) >= maxFaults {
		return false
	}
	if t.rows&255 == 0 && t.ctx.Err() != nil {
		t.faults = append(t.faults, t.ctx.Err())
		return false
	}
	row, err := t.csv.Read()
	if err == io.EOF {
		return false
	}
	var wrong *csv.ParseError
	switch {
	case t.lines.long:
		t.faults = append(t.faults, fault.New(fault.Invalid, "assign.long", maxLine>>20).At(t.src.Name, t.line+1, 0))
		return false
	case errors.As(err, &wrong):
		t.faults = append(t.faults, fault.New(fault.Invalid, "assign.quote").At(t.src.Name, wrong.Line, wrong.Column))
		return false
	case err != nil:
		t.faults = append(t.faults, fault.New(fault.Internal, "file.unreadable", err).At(t.src.Name, 0, 0).Because(err))
		return false
	}
	t.line, _ = t.csv.FieldPos(0)
	if t.rows++; t.rows == 1 {
		row[0] = strings.TrimPrefix(row[0], "\ufeff")
		t.cells = len(row)
	}
	for i, c := range row {
		row[i] = strings.TrimSpace(c)
		if !utf8.ValidString(c) {
			t.fault("", "assign.utf8", i+1)
			return false
		}
	}
	t.row = row
	if len(row) != t.cells {
		t.fault("", "assign.cells", len(row), t.cells)
		return t.next()
	}
	return true
}

// err is what was wrong with the file.
func (t *table) err() error { return errors.Join(t.faults...) }

// lineGuard ends a file whose lines are too long to be held.
type lineGuard struct {
	r    io.Reader
	n    int
	long bool
}

// Read implements io.Reader.
func (g *lineGuard) Read(b []byte) (int, error) {
	if g.long {
		return 0, io.ErrShortBuffer
	}
	n, err := g.r.Read(b)
	if i := bytes.LastIndexByte(b[:n], '\n'); i >= 0 {
		g.n = n - i - 1
	} else {
		g.n += n
	}
	g.long = g.n > maxLine
	return n, err
}

// columns finds the columns of a table by their names, Chinese or English. A
// column that nobody knows is a fault; so is one that must be there and is not.
func (t *table) columns(known [][2]string, must int) (at []int, ok bool) {
	at = make([]int, len(known))
	for i := range at {
		at[i] = -1
	}
	if !t.next() {
		if len(t.faults) == 0 {
			t.faults = append(t.faults, fault.New(fault.Invalid, "assign.no_rows").At(t.src.Name, 0, 0))
		}
		return nil, false
	}
	before := len(t.faults)
	for i, name := range t.row {
		k := indexOf(known, name)
		switch {
		case k < 0:
			t.fault(name, "assign.column", i+1, names(known))
		case at[k] >= 0:
			t.fault(name, "assign.twice", name)
		default:
			at[k] = i
		}
	}
	for k := range must {
		if at[k] < 0 {
			t.fault("", "assign.no_column", known[k][0]+" / "+known[k][1])
		}
	}
	return at, len(t.faults) == before
}

func indexOf(known [][2]string, name string) int {
	for k, n := range known {
		if strings.EqualFold(n[0], name) || n[1] == name {
			return k
		}
	}
	return -1
}

func names(known [][2]string) string {
	var out []string
	for _, n := range known {
		out = append(out, n[0])
	}
	return strings.Join(out, ", ")
}

// cell is the text of a column, "" when the table does not have it.
func (t *table) cell(column int) string {
	if column < 0 {
		return ""
	}
	return t.row[column]
}

// whole reads a whole number from 0 to most.
func whole(s string, most int) (int, bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, n <= most
}
