// Package xlsx reads and writes workbooks (电子表格) that people fill in: rosters,
// instruments, registers.
//
// Reading ([Open]) takes .xlsx and .csv, holds to [Limits] before it unpacks
// anything, and hands over what stands in the cells with its type: a number
// stays apart from a text, a merged cell says its value in every row that it
// covers, an error of a formula is not a value. Whatever is wrong with a file is
// a fault that says what it is and what to do (xlsx.*).
//
// Writing ([Write]) makes a workbook with headers that explain themselves,
// drop-down lists and columns that are kept out of sight. A text is stored as a
// text, in a column formatted as text, so that no spreadsheet takes it for a
// formula, whatever it begins with.
package xlsx

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"shenbao/internal/fault"
)

// Limits bound what reading a file may cost.
type Limits struct {
	Bytes    int   // of the file as it was uploaded
	Unpacked int64 // bytes of the parts of a workbook that could be read, unpacked
	Rows     int   // rows of one sheet that hold something
	Columns  int   // the last column that may hold something
	Chars    int   // characters of one cell
}

// Roster are the limits for a list that a unit fills in.
var Roster = Limits{Bytes: 5 << 20, Unpacked: 16 << 20, Rows: 6000, Columns: 60, Chars: 5000}

// Register are the limits for a list that an authority imports.
var Register = Limits{Bytes: 20 << 20, Unpacked: 96 << 20, Rows: 110_000, Columns: 60, Chars: 5000}

// maxParts bounds the number of parts of a workbook.
const maxParts = 2000

// A Kind is the type of what stands in a cell.
type Kind uint8

// The kinds of cells.
const (
	Blank  Kind = iota
	Text        // Cell.Text as it was typed
	Number      // Cell.Text is a decimal of at most 15 digits, all that a spreadsheet keeps
	Bool        // Cell.Text is "true" or "false"
	Error       // Cell.Text is the spreadsheet's word for it, "#REF!", or "" for a formula that was never calculated
)

// A Cell is what stands in one cell.
type Cell struct {
	Kind Kind
	Text string
}

// A Row is a row that holds something. Number is the one that the spreadsheet
// shows, from 1; Cells begin with column A.
type Row struct {
	Number int
	Cells  []Cell
}

// Cell returns the cell in a column, counted from 0.
func (r Row) Cell(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// A Sheet is one sheet of a workbook. A sheet that is hidden was put away by
// the program that wrote the file, or by a person: it is not what they fill in.
type Sheet struct {
	Name   string
	Hidden bool

	part string
}

// A Book is an opened workbook.
type Book struct {
	Sheets []Sheet

	limits   Limits
	parts    map[string]part
	strings  []string
	date1904 bool
	csv      []Row
}

// Day reads a number cell as the day that it shows when it is formatted as a
// date: days since 1970-01-01. ok is false for what is no day between 1900 and
// 2199.
func (b *Book) Day(c Cell) (day int64, ok bool) {
	serial, err := strconv.ParseFloat(c.Text, 64)
	if c.Kind != Number || err != nil || serial < 1 || serial >= 110_000 {
		return 0, false
	}
	n := int64(math.Floor(serial))
	switch {
	case b.date1904:
		n += 1462
	case n == 60:
		return 0, false // 1900-02-29, a day that never was
	case n < 60:
		n++ // before it, the count is one behind
	}
	return n - 25569, true
}

// Column is the letter of a column, counted from 0: A, B, … AA.
func Column(n int) string {
	name := ""
	for n++; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// decimal writes a number as it is stored, which may be 0.30000000000000004 or
// 3.7E+17, as a plain decimal of at most 15 digits.
func decimal(stored string) (string, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(stored), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) >= 1e30 {
		return "", false
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(f), 'e', 14, 64), "e")
	digits = strings.Replace(digits, ".", "", 1)
	point, err := strconv.Atoi(exponent)
	if err != nil {
		return "", false
	}
	point++ // digits before the point
	if point <= 0 {
		digits, point = strings.Repeat("0", 1-point)+digits, 1
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	whole, rest := digits[:point], strings.TrimRight(digits[point:], "0")
	if rest != "" {
		whole += "." + rest
	}
	if f < 0 && strings.Trim(whole, "0.") != "" {
		whole = "-" + whole
	}
	return whole, true
}

// text makes a cell of a text: white space around it was not meant.
func text(s string) Cell {
	if s = strings.TrimSpace(s); s == "" {
		return Cell{}
	}
	return Cell{Text, s}
}

// fits says what is wrong with the size of a cell, or nil.
func (l Limits) fits(c Cell, row, column int) *fault.Fault {
	switch {
	case c.Kind == Blank:
		return nil
	case column >= l.Columns:
		return fault.New(fault.Invalid, "xlsx.columns", row, Column(column), l.Columns)
	case len(c.Text) > l.Chars && utf8.RuneCountInString(c.Text) > l.Chars:
		return fault.New(fault.Invalid, "xlsx.chars", row, Column(column), l.Chars)
	}
	return nil
}

// Date is the day as a spreadsheet shows it, for [Write].
func Date(day int64) time.Time { return time.Unix(day*86400, 0).UTC() }
