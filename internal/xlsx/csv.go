package xlsx

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shenbao/internal/fault"
)

// openCSV reads comma-separated text: UTF-8, or GB 18030 as Chinese
// spreadsheets write it, with commas, semicolons or tabs.
func openCSV(data []byte, limits Limits) (*Book, error) {
	if !isText(data) {
		return nil, fault.New(fault.Invalid, "xlsx.type")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, fault.New(fault.Invalid, "xlsx.encoding").Because(err)
		}
		data = decoded
	}
	b := &Book{limits: limits, Sheets: []Sheet{{Name: "CSV"}}}
	comma := separator(data)
	if bytes.Count(data, []byte(string(comma))) > limits.Rows*limits.Columns { // a record is held whole
		return nil, fault.New(fault.Invalid, "xlsx.cells", limits.Rows, limits.Columns)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	inside := 0 // line ends inside of cells, which begin no row
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, csvFault(err)
		}
		line, _ := r.FieldPos(0)
		row := Row{Number: line - inside}
		for i, field := range fields {
			inside += strings.Count(field, "\n")
			if err := b.field(&row, i, field); err != nil {
				return nil, err
			}
		}
		if len(row.Cells) > 0 && len(b.csv) == limits.Rows {
			return nil, fault.New(fault.Invalid, "xlsx.rows", limits.Rows)
		}
		if len(row.Cells) > 0 {
			b.csv = append(b.csv, row)
		}
	}
}

// field adds a field of a record to its row. Every field is a text: whether it
// is a number is for its column to say.
func (b *Book) field(row *Row, column int, field string) error {
	c := text(strings.Clone(field))
	if f := b.limits.fits(c, row.Number, column); f != nil {
		return f
	}
	if c.Kind != Blank {
		row.Cells = append(row.Cells, make([]Cell, column-len(row.Cells)+1)...)
		row.Cells[column] = c
	}
	return nil
}

func csvFault(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return fault.New(fault.Invalid, "xlsx.quotes", e.Line).Because(err)
	}
	return damaged(err)
}

// separator is the character that the first line uses most.
func separator(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', 0
	for _, c := range ",\t;" {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// isText reports whether the beginning of a file could be text.
func isText(data []byte) bool {
	for _, c := range data[:min(len(data), 4096)] {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return !bytes.HasPrefix(data, []byte("%PDF"))
}
