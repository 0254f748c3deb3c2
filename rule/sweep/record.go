package sweep

import (
	"bytes"
	"io"

	"shenbao/internal/fault"
)

// The limits of a row.
const (
	maxHeaders = 2000   // columns of a file
	maxCells   = 20_000 // cells that are told apart; a spreadsheet leaves 16,384
)

// recordReader cuts a CSV file into records: lines, or several where a cell in
// quotation marks goes on over them. It keeps one of them, and no more than
// maxRecord of it.
type recordReader struct {
	in    *input
	comma byte

	text  []byte   // the record without quotation marks
	cells [][]byte // its cells; of very many the first
	count int      // how many it has
	first int      // its first line
	fault *fault.Fault

	quotes bool // it has quotation marks
	state  quoteState
	out    []byte
	at     [][2]int // where its cells are in out
	from   int      // where the cell begins in out
	opened int      // the line of the last opening quotation mark
}

// quoteState is where in a cell the reader stands.
type quoteState uint8

const (
	beforeCell quoteState = iota
	bareCell
	insideQuotes
	afterQuote // the closing one, or the first of a pair
)

// next reads the next record. r.fault says why it is none; its first cell may
// then still name the unit. An error ends the file: io.EOF is its end.
func (r *recordReader) next() error {
	b, ends, err := r.in.piece()
	if err != nil {
		return err
	}
	r.first, r.fault = r.in.line, nil
	if r.quotes = !ends || bytes.IndexByte(b, '"') >= 0; r.quotes {
		return r.quoted(b, ends)
	}
	b = bytes.TrimRight(b, "\r\n")
	if bytes.ContainsAny(b, "\r\n") {
		r.fault = fault.New(fault.Invalid, "sweep.breaks")
	}
	r.cut(b)
	return nil
}

// last is the last line of the record.
func (r *recordReader) last() int { return r.in.line }

// empty reports whether the record is an empty line.
func (r *recordReader) empty() bool { return r.count == 1 && len(r.text) == 0 && r.fault == nil }

// cut cuts a line without quotation marks.
func (r *recordReader) cut(b []byte) {
	r.text, r.cells = b, r.cells[:0]
	for i := bytes.IndexByte(b, r.comma); i >= 0; i = bytes.IndexByte(b, r.comma) {
		r.cells = append(r.cells, b[:i])
		b = b[i+1:]
	}
	r.cells = append(r.cells, b)
	r.count = len(r.cells)
}

// quoted reads a record with quotation marks, or one that is longer than the
// input's buffer.
func (r *recordReader) quoted(b []byte, ends bool) error {
	r.out, r.at, r.from, r.count, r.state = r.out[:0], r.at[:0], 0, 0, beforeCell
	for {
		line := b
		if ends {
			line = bytes.TrimSuffix(b, []byte{r.in.end})
		}
		r.feed(line)
		if ends && r.state != insideQuotes {
			break
		}
		r.keep(b[len(line):])
		var err error
		if b, ends, err = r.in.piece(); err == io.EOF {
			return fault.New(fault.Invalid, "sweep.quote").At("", r.opened, 0)
		} else if err != nil {
			return err
		}
	}
	if r.state == bareCell {
		r.out = append(r.out[:r.from], bytes.TrimRight(r.out[r.from:], "\r")...)
	}
	r.endCell()
	r.text, r.cells = r.out, r.cells[:0]
	for _, at := range r.at {
		r.cells = append(r.cells, r.out[at[0]:at[1]])
	}
	return nil
}

// feed reads some of a record.
func (r *recordReader) feed(b []byte) {
	for len(b) > 0 {
		i := 0
		switch r.state {
		case insideQuotes:
			if i = bytes.IndexByte(b, '"'); i >= 0 {
				r.state = afterQuote
			}
		case bareCell:
			if i = bytes.IndexByte(b, r.comma); i >= 0 {
				r.keep(b[:i])
				r.endCell()
				b = b[i+1:]
				continue
			}
		default:
			r.edge(b[0])
			b = b[1:]
			continue
		}
		if i < 0 {
			r.keep(b)
			return
		}
		r.keep(b[:i])
		b = b[i+1:]
	}
}

// edge reads a character before a cell, or behind its closing quotation mark.
func (r *recordReader) edge(ch byte) {
	switch {
	case ch == r.comma:
		r.endCell()
	case r.state == beforeCell && ch == '"':
		r.state, r.opened = insideQuotes, r.in.line
	case r.state == beforeCell:
		r.state = bareCell
		r.keep([]byte{ch})
	case ch == '"': // a pair stands for one
		r.state = insideQuotes
		r.keep([]byte{ch})
	case ch == ' ', ch == '\t', ch == '\r':
	default: // the rest is read as a bare cell, so that the row ends with its line
		r.state = bareCell
		if r.fault == nil {
			r.fault = fault.New(fault.Invalid, "sweep.after_quote")
		}
	}
}

// keep adds to the cell. Of a record that is too long the first cell stays.
func (r *recordReader) keep(b []byte) {
	if len(r.out)+len(b) <= maxRecord {
		r.out = append(r.out, b...)
		return
	}
	if r.fault == nil || r.fault.Key != "sweep.long" {
		r.fault = fault.New(fault.Invalid, "sweep.long", maxRecord>>10)
	}
	if len(r.at) == 0 {
		r.at = append(r.at, [2]int{})
	}
	r.at = r.at[:1]
	r.out = r.out[:r.at[0][1]]
	r.from = len(r.out)
}

// endCell ends a cell and begins the next.
func (r *recordReader) endCell() {
	if r.state == bareCell && r.fault == nil && bytes.ContainsAny(r.out[r.from:], "\r\n") {
		r.fault = fault.New(fault.Invalid, "sweep.breaks")
	}
	if r.count++; r.count <= maxCells && (r.fault == nil || len(r.at) == 0) {
		r.at = append(r.at, [2]int{r.from, len(r.out)})
	}
	r.from, r.state = len(r.out), beforeCell
}

// decode turns the cells into UTF-8.
func (r *recordReader) decode() *fault.Fault {
	text, f := r.in.text(r.text)
	switch {
	case f != nil || r.in.encoding != inGBK || isASCII(r.text):
		return f
	case !r.quotes:
		r.cut(text)
		return nil
	}
	for i, cell := range r.cells {
		if text, f = r.in.text(cell); f != nil {
			return f
		}
		r.cells[i] = bytes.Clone(text)
	}
	return nil
}

// names reads the first line: what the columns are called.
func (r *recordReader) names() ([]string, error) {
	r.comma = ','
	head, _ := r.in.src.Peek(sampleSize) // an error comes again with the line
	first, _, _ := bytes.Cut(head, []byte{r.in.end})
	for _, other := range []byte{'\t', ';'} {
		if bytes.Count(first, []byte{other}) > bytes.Count(first, []byte{r.comma}) {
			r.comma = other
		}
	}
	switch err := r.next(); {
	case err == io.EOF:
		return nil, fault.New(fault.Invalid, "sweep.empty")
	case err != nil:
		return nil, err
	case r.count > maxCells || r.fault != nil && r.fault.Key == "sweep.long":
		return nil, fault.New(fault.Invalid, "sweep.header", maxHeaders).At("", r.first, 0)
	case r.fault != nil:
		return nil, r.fault.At("", r.first, 0)
	}
	if f := r.decode(); f != nil {
		return nil, f.At("", r.first, 0)
	}
	var names []string
	for _, cell := range r.cells {
		names = append(names, string(bytes.TrimSpace(cell)))
	}
	for len(names) > 1 && names[len(names)-1] == "" { // a spreadsheet left them behind
		names = names[:len(names)-1]
	}
	if len(names) > maxHeaders {
		return nil, fault.New(fault.Invalid, "sweep.header", maxHeaders).At("", r.first, 0)
	}
	return names, nil
}

// match makes the record as wide as the header, or says why it is no row.
func (r *recordReader) match(columns int) *fault.Fault {
	if r.fault != nil {
		return r.fault
	}
	for r.count > columns && len(r.cells) == r.count && len(r.cells[r.count-1]) == 0 {
		r.count--
		r.cells = r.cells[:r.count]
	}
	switch {
	case r.count != columns:
		return fault.New(fault.Invalid, "sweep.cells", r.count, columns)
	case r.last() > r.first && r.swallowed(columns):
		return fault.New(fault.Invalid, "sweep.swallowed", r.opened)
	}
	return r.decode()
}

// swallowed reports whether a line inside a cell is as wide as the header: a
// quotation mark without its pair made one row of several.
func (r *recordReader) swallowed(columns int) bool {
	for _, cell := range r.cells {
		lines := bytes.Split(cell, []byte{r.in.end})
		for i := 1; i < len(lines)-1; i++ {
			if columns > 2 && bytes.Count(lines[i], []byte{r.comma}) == columns-1 {
				return true
			}
		}
	}
	return false
}
