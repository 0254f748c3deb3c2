package registry

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/xlsx"
	"shenbao/rule"
)

// A grid is a sheet that somebody filled in for a list: the rows under its
// header, as changes.
type grid struct {
	sheet   string
	numbers []int // of each change, the row of the sheet
	changes []Change
	flaws   []flaw // cells that could not be read; their rows are not to be planned
	ignored []string
}

// heading is how the columns of a sheet were understood.
type heading struct {
	row     int // place of the header among the rows
	columns []headed
	ignored []string
}

// headed is the column of a list that stands in a column of the sheet; nil
// where there is none. Unit is written behind bare numbers.
type headed struct {
	column *Column
	id     bool // the hidden key of the row
	unit   string
}

// headerRows is how far down a header is looked for: titles and notes stand
// above it.
const headerRows = 15

// readGrid reads a file for a list.
func readGrid(list *List, name string, data []byte) (*grid, error) {
	limits := xlsx.Roster
	if list.register {
		limits = xlsx.Register
	}
	book, err := xlsx.Open(name, data, limits)
	if err != nil {
		return nil, err
	}
	sheet, rows, head, err := list.pick(book)
	if err != nil {
		return nil, err
	}
	g := &grid{sheet: sheet.Name, ignored: head.ignored}
	seen := map[RowID]bool{}
	for _, row := range rows[head.row+1:] {
		list.change(g, book, head, row)
		// Whoever copies a row copies its hidden key: the copy is a new row.
		if n := len(g.changes) - 1; n >= 0 && g.changes[n].ID != "" {
			if seen[g.changes[n].ID] {
				g.changes[n].ID = ""
			}
			seen[g.changes[n].ID] = true
		}
	}
	return g, nil
}

// pick finds the sheet of a workbook that is the list: the visible one of its
// name, else the first visible one with its header.
func (l *List) pick(book *xlsx.Book) (xlsx.Sheet, []xlsx.Row, heading, error) {
	visible := slices.DeleteFunc(slices.Clone(book.Sheets), func(s xlsx.Sheet) bool { return s.Hidden })
	slices.SortStableFunc(visible, func(a, b xlsx.Sheet) int { return l.rank(a) - l.rank(b) })
	for _, s := range visible {
		rows, err := book.Rows(s)
		if err != nil {
			return s, nil, heading{}, err
		}
		if head, ok := l.heading(rows); ok {
			return s, rows, head, l.sound(s, rows[head.row], head)
		}
	}
	return xlsx.Sheet{}, nil, heading{}, fault.New(fault.Invalid, "registry.header", l.word(), l.Columns[0].word())
}

func (l *List) rank(s xlsx.Sheet) int {
	if fold(s.Name) == fold(l.Name(locale.ZH)) || fold(s.Name) == fold(l.Name(locale.EN)) {
		return 0
	}
	return 1
}

// heading finds the header: the first row in which half of the titles, and two
// at least, are columns of the list.
func (l *List) heading(rows []xlsx.Row) (heading, bool) {
	for i, row := range rows[:min(len(rows), headerRows)] {
		h := heading{row: i, columns: make([]headed, len(row.Cells))}
		known, titles := 0, 0
		for n, c := range row.Cells {
			if c.Kind == xlsx.Blank {
				continue
			}
			titles++
			if h.columns[n] = l.title(c.Text); h.columns[n].column != nil || h.columns[n].id {
				known++
			} else {
				h.ignored = append(h.ignored, clip(c.Text))
			}
		}
		if known >= min(2, len(l.Columns)) && known*2 >= titles {
			return h, true
		}
	}
	return heading{}, false
}

// title finds the column that a title means, by its name in either language or
// its code, with a unit in brackets behind it or not.
func (l *List) title(text string) headed {
	name, unit, _ := strings.Cut(strings.NewReplacer("(", "（", ")", "", "）", "", "*", "", "＊", "").Replace(text), "（")
	if fold(text) == fold(locale.Text(locale.ZH, "registry.row_id")) || fold(text) == fold(locale.Text(locale.EN, "registry.row_id")) {
		return headed{id: true}
	}
	for _, c := range l.Columns {
		if fold(name) != fold(c.Name(locale.ZH)) && fold(name) != fold(c.Name(locale.EN)) && fold(name) != c.Code && !slices.Contains(c.Also, fold(name)) {
			continue
		}
		h := headed{column: c}
		if u := rule.FindUnit(strings.TrimSpace(unit)); u != nil && c.Unit != "" && u.Dim == rule.FindUnit(c.Unit).Dim {
			h.unit = u.Name
		}
		return h
	}
	return headed{}
}

// sound refuses a header that names a column twice, or lacks one that has to be
// filled.
func (l *List) sound(s xlsx.Sheet, row xlsx.Row, head heading) error {
	var missing []fault.Key
	for _, c := range l.Columns {
		n := 0
		for _, h := range head.columns {
			if h.column == c {
				n++
			}
		}
		if n > 1 {
			return fault.New(fault.Invalid, "registry.header_twice", s.Name, row.Number, c.word())
		}
		if n == 0 && c.Must && !l.Single {
			missing = append(missing, c.word())
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "registry.header_lacks", s.Name, row.Number, listed(missing))
	}
	return nil
}

// change makes a change of a row of the sheet, or several of a row of single
// facts. A row that holds nothing but its key is a blank one.
func (l *List) change(g *grid, book *xlsx.Book, head heading, row xlsx.Row) {
	c := Change{Cells: map[string]string{}}
	filled := false
	for n, h := range head.columns {
		cell := row.Cell(n)
		if h.id {
			c.ID = RowID(cell.Text)
		}
		if h.column == nil {
			continue
		}
		text, f := h.read(book, cell)
		if f != nil {
			g.flaws = append(g.flaws, flaw{change: len(g.changes), column: h.column.Code, fault: f})
		}
		filled = filled || cell.Kind != xlsx.Blank
		c.Cells[h.column.Code] = text
	}
	switch {
	case !filled:
	case l.Single:
		for _, column := range l.Columns {
			if text := c.Cells[column.Code]; text != "" {
				g.changes = append(g.changes, Change{Cells: map[string]string{column.Code: text}})
				g.numbers = append(g.numbers, row.Number)
			}
		}
	default:
		g.changes = append(g.changes, c)
		g.numbers = append(g.numbers, row.Number)
	}
}

// lostDigits is how long a number must be for a spreadsheet to have lost its
// last digits.
const lostDigits = 16

// read is a cell as it would have been typed. A bare number is in the unit of
// the header, stored as a number or as a text.
func (h headed) read(book *xlsx.Book, cell xlsx.Cell) (string, *fault.Fault) {
	text := cell.Text
	switch {
	case cell.Kind == xlsx.Error && text == "":
		return "", fault.New(fault.Invalid, "registry.uncalculated")
	case cell.Kind == xlsx.Error:
		return "", fault.New(fault.Invalid, "registry.formula", clip(text))
	case h.column.Kind == Person && cell.Kind == xlsx.Number && len(text) >= lostDigits:
		return "", fault.New(fault.Invalid, "registry.digits")
	case h.column.Kind == Date:
		day, ok := book.Day(xlsx.Cell{Kind: xlsx.Number, Text: text})
		if _, isYear := readYear(text); ok && isYear != nil { // 2024 is no day of 1905
			return rule.FormatDay(day), nil
		}
	case h.unit != "" && text != "" && unicode.IsDigit(lastRune(text)):
		return text + " " + h.unit, nil
	}
	return text, nil
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
