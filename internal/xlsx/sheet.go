package xlsx

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
)

// The most rows and columns that a spreadsheet can have.
const (
	maxRow    = 1 << 20
	maxColumn = 1 << 14
)

// maxStrings bounds the table of texts that the cells of a workbook share.
const maxStrings = 1 << 20

// Rows reads the rows of a sheet that hold something, in order.
func (b *Book) Rows(s Sheet) ([]Row, error) {
	if b.parts == nil {
		return b.csv, nil
	}
	r, err := b.open(s.part)
	if err != nil {
		return nil, damaged(err)
	}
	defer r.Close()
	reader := &sheetReader{book: b, xml: xml.NewDecoder(r)}
	if err := reader.read(); err != nil {
		return nil, damaged(err)
	}
	return reader.rows, nil
}

// sheetReader goes through a sheet's part once. It takes tokens as they stand,
// without name spaces: programs write them with prefixes of their own.
type sheetReader struct {
	book   *Book
	xml    *xml.Decoder
	rows   []Row
	merges []area
	last   int // number of the last row that began
}

// area is a rectangle of cells that were merged.
type area struct{ row, column, lastRow int }

func (r *sheetReader) read() error {
	whole := false
	for {
		token, err := r.xml.RawToken()
		switch {
		case err == io.EOF && whole:
			r.fill()
			return nil
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				err = r.row(t)
			case "mergeCell":
				err = r.merge(attribute(t, "ref"))
			}
		case xml.EndElement:
			whole = whole || t.Name.Local == "sheetData"
		}
		if err != nil {
			return err
		}
	}
}

// row reads one row up to its end.
func (r *sheetReader) row(start xml.StartElement) error {
	r.last++
	if said := attribute(start, "r"); said != "" {
		n, err := strconv.Atoi(said)
		if err != nil || n < r.last || n > maxRow {
			return errors.New("row " + said)
		}
		r.last = n
	}
	row, column := Row{Number: r.last}, 0
	for {
		token, err := r.xml.RawToken()
		if err != nil {
			return unfinished(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if column, err = r.cell(t, &row, column); err != nil {
				return err
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				return r.keep(row)
			}
		}
	}
}

// keep adds a row that holds something.
func (r *sheetReader) keep(row Row) error {
	if len(row.Cells) == 0 {
		return nil
	}
	if len(r.rows) == r.book.limits.Rows {
		return fault.New(fault.Invalid, "xlsx.rows", r.book.limits.Rows)
	}
	r.rows = append(r.rows, row)
	return nil
}

// cell reads a cell into its row; next is the column of a cell that does not
// say where it stands.
func (r *sheetReader) cell(start xml.StartElement, row *Row, next int) (int, error) {
	column := next
	if ref := attribute(start, "r"); ref != "" {
		var ok bool
		if column, _, ok = reference(ref); !ok || column < next {
			return 0, errors.New("cell " + ref)
		}
	}
	c, err := r.content(attribute(start, "t"))
	if err != nil {
		return 0, err
	}
	if c.Kind != Blank {
		if f := r.book.limits.fits(c, row.Number, column); f != nil {
			return 0, f
		}
		row.Cells = append(row.Cells, make([]Cell, column-len(row.Cells)+1)...)
		row.Cells[column] = c
	}
	return column + 1, nil
}

// content reads what stands in a cell of type kind, up to its end.
func (r *sheetReader) content(kind string) (Cell, error) {
	value, inline, formula := "", "", false
	for {
		token, err := r.xml.RawToken()
		if err != nil {
			return Cell{}, unfinished(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				value, err = texts(r.xml, "v")
			case "is":
				inline, err = texts(r.xml, "is")
			case "f":
				formula = true
			}
			if err != nil {
				return Cell{}, err
			}
		case xml.EndElement:
			if t.Name.Local == "c" {
				return r.book.value(kind, value, inline, formula)
			}
		}
	}
}

// value makes a cell of its type and of what it holds.
func (b *Book) value(kind, value, inline string, formula bool) (Cell, error) {
	switch {
	case kind == "inlineStr":
		return text(inline), nil
	case value == "" && formula:
		return Cell{Kind: Error}, nil
	case kind == "str", kind == "d":
		return text(unescape(value)), nil
	case strings.TrimSpace(value) == "":
		return Cell{}, nil
	case kind == "s":
		shared, err := b.shared()
		i, bad := strconv.Atoi(strings.TrimSpace(value))
		if err == nil && (bad != nil || i < 0 || i >= len(shared)) {
			err = errors.New("shared text " + value)
		}
		if err != nil {
			return Cell{}, err
		}
		return text(shared[i]), nil
	case kind == "b":
		return Cell{Bool, strconv.FormatBool(strings.TrimSpace(value) == "1")}, nil
	case kind == "e":
		return Cell{Error, value}, nil
	}
	if n, ok := decimal(value); ok {
		return Cell{Number, n}, nil
	}
	return Cell{Error, value}, nil
}

// shared returns the table of texts, which is read when a cell first asks.
func (b *Book) shared() ([]string, error) {
	if b.strings != nil {
		return b.strings, nil
	}
	r, err := b.open("xl/sharedstrings.xml")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b.strings = []string{}
	decoder := xml.NewDecoder(r)
	for {
		token, err := decoder.RawToken()
		if err == io.EOF {
			return b.strings, nil
		}
		if err != nil {
			return nil, err
		}
		if t, ok := token.(xml.StartElement); ok && t.Name.Local == "si" {
			one, err := texts(decoder, "si")
			if err != nil {
				return nil, err
			}
			if len(b.strings) == maxStrings {
				return nil, fault.New(fault.Invalid, "xlsx.strings")
			}
			b.strings = append(b.strings, one)
		}
	}
}

// texts joins the characters up to the end of an element: of v all, of a text
// those of its runs, but not of the reading (rPh) that is printed above them.
func texts(decoder *xml.Decoder, end string) (string, error) {
	var b strings.Builder
	take, reading := end == "v", false
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return "", unfinished(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			take = take || t.Name.Local == "t"
			reading = reading || t.Name.Local == "rPh"
		case xml.CharData:
			if take && !reading {
				b.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case end:
				if end == "v" {
					return b.String(), nil
				}
				return unescape(b.String()), nil
			case "t":
				take = false
			case "rPh":
				reading = false
			}
		}
	}
}

// unescape reads _x000D_, which is how a workbook writes a character that XML
// has no place for.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || len(s) < i+7 {
			b.WriteString(s)
			return b.String()
		}
		code, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' || code >= 0xd800 && code < 0xe000 {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteRune(rune(code))
		s = s[i+7:]
	}
}

// merge notes cells that were merged over several rows.
func (r *sheetReader) merge(ref string) error {
	from, to, _ := strings.Cut(ref, ":")
	column, row, ok := reference(from)
	_, last, okLast := reference(to)
	if !ok || !okLast {
		return errors.New("merged cells " + ref)
	}
	if last > row {
		if len(r.merges) == r.book.limits.Rows {
			return fault.New(fault.Invalid, "xlsx.merges", r.book.limits.Rows)
		}
		r.merges = append(r.merges, area{row, column, last})
	}
	return nil
}

// fill gives every row under a merged cell the value of its first row. Areas
// that overlap are no spreadsheet's work: a cell is filled once.
func (r *sheetReader) fill() {
	slices.SortStableFunc(r.merges, func(a, b area) int { return a.row - b.row })
	done := map[int]int{} // by column, the last row that was filled
	for _, m := range r.merges {
		i, found := r.find(m.row)
		if !found || m.row <= done[m.column] || m.column >= r.book.limits.Columns {
			continue
		}
		value := r.rows[i].Cell(m.column)
		for i++; i < len(r.rows) && r.rows[i].Number <= m.lastRow; i++ {
			row := &r.rows[i]
			if missing := m.column - len(row.Cells) + 1; missing > 0 {
				row.Cells = append(row.Cells, make([]Cell, missing)...)
			}
			row.Cells[m.column] = value
		}
		done[m.column] = m.lastRow
	}
}

func (r *sheetReader) find(number int) (int, bool) {
	return slices.BinarySearchFunc(r.rows, number, func(row Row, n int) int { return row.Number - n })
}

// reference reads the place of a cell: AB12 is column 27, row 12.
func reference(s string) (column, row int, ok bool) {
	i := 0
	for ; i < len(s) && s[i] >= 'A' && s[i] <= 'Z' && column <= maxColumn; i++ {
		column = column*26 + int(s[i]-'A') + 1
	}
	row, err := strconv.Atoi(s[i:])
	return column - 1, row, err == nil && i > 0 && column <= maxColumn && row > 0 && row <= maxRow
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// unfinished is err, but an end in the middle of something is not the end.
func unfinished(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
