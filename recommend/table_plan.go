package recommend

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/internal/xlsx"
)

// A TablePreview (导入预览) is what a filled-in workbook would do to a table: shown
// before anything is stored. A workbook with faults is not imported at all.
type TablePreview struct {
	Rows    int            `json:"rows"` // of the workbook
	Moved   []RowMove      `json:"moved"`
	Changed []CellChange   `json:"changed"`
	Added   []string       `json:"added"`
	Removed []string       `json:"removed"` // of a table kept by hand: what the workbook leaves out
	Ignored []string       `json:"ignored"` // titles that are no column of the table
	Faults  []*fault.Fault `json:"-"`
	Accept  string         `json:"accept"` // hand it back with the import: exactly this is done, or nothing
}

// Nothing reports whether the workbook says what the table says already.
func (p *TablePreview) Nothing() bool {
	return len(p.Moved)+len(p.Changed)+len(p.Added)+len(p.Removed) == 0
}

// A RowMove is a row that stands elsewhere.
type RowMove struct {
	Name string `json:"name"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
}

// A CellChange is a cell that says something else.
type CellChange struct {
	Row    int    `json:"row"` // of the sheet
	Name   string `json:"name"`
	Column string `json:"column"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// maxFaults is how many faults of a workbook are shown.
const maxFaults = 100

// A plan is what a workbook does to a table.
type plan struct {
	table   *Table
	sheet   string
	columns []*Column // of the sheet, nil where there is none of the table
	rows    []planned // in the order of the workbook
	gone    []*Row
	preview TablePreview
}

// planned is a row as it will be.
type planned struct {
	*Row
	fresh, changed bool
	line           int    // of the sheet
	number         string // that stands in the column of ranks
}

// planOf reads a workbook against a table.
func planOf(t *Table, u TableUpload) (*plan, error) {
	book, err := xlsx.Open(u.Name, u.Data, xlsx.Roster)
	if err != nil {
		return nil, err
	}
	p := &plan{table: t}
	rows, err := p.pick(book)
	if err != nil {
		return nil, err
	}
	used := map[RowID]int{}
	for _, row := range rows {
		if texts, ok := p.texts(row); ok {
			p.line(row.Number, texts, used)
		}
	}
	p.rest(used)
	if u.ByNumber && len(p.preview.Faults) == 0 {
		p.byNumber()
	}
	p.compare()
	return p, nil
}

// bare is a text as titles and cells are compared: without white space and what
// does not show, with the brackets of Chinese.
func bare(s string) string {
	return strings.NewReplacer("(", "（", ")", "）").Replace(strings.Join(strings.Fields(intake.CleanText(s)), ""))
}

// headerRows is how far down the header is looked for: the title, and who
// recommends, stand above it.
const headerRows = 15

// pick finds the sheet with the table's header and returns the rows below it.
func (p *plan) pick(book *xlsx.Book) ([]xlsx.Row, error) {
	for _, s := range book.Sheets {
		if s.Hidden {
			continue
		}
		rows, err := book.Rows(s)
		if err != nil {
			return nil, err
		}
		for i, row := range rows[:min(len(rows), headerRows)] {
			if p.header(row) {
				p.sheet = s.Name
				return rows[i+1:], nil
			}
		}
	}
	return nil, fault.New(fault.Invalid, "recommend.header", p.table.Title)
}

// header reads a row as the header: at least half of the table's columns, and
// two, are in it.
func (p *plan) header(row xlsx.Row) bool {
	columns, known := make([]*Column, len(row.Cells)), 0
	var ignored []string
	for i, cell := range row.Cells {
		if cell.Kind == xlsx.Blank {
			continue
		}
		at := slices.IndexFunc(p.table.Columns, func(c *Column) bool {
			return bare(cell.Text) == bare(c.Name) || c.Label != "" && bare(cell.Text) == bare(c.Label)
		})
		if at < 0 || slices.Contains(columns, p.table.Columns[at]) {
			ignored = append(ignored, cell.Text)
			continue
		}
		columns[i] = p.table.Columns[at]
		known++
	}
	if known < 2 || known*2 < len(p.table.Columns) {
		return false
	}
	p.columns, p.preview.Ignored = columns, ignored
	return true
}

// texts are the cells of a row by column; ok is false for what is no row of the
// table: an empty one, a note over the whole width.
func (p *plan) texts(row xlsx.Row) (texts map[string]string, ok bool) {
	texts, distinct := map[string]string{}, map[string]bool{}
	for i, c := range p.columns {
		if c == nil {
			continue
		}
		cell := row.Cell(i)
		if cell.Kind == xlsx.Error {
			p.wrong(row.Number, c, fault.New(fault.Invalid, "recommend.cell_error"))
		}
		if texts[c.ID] = cleanCell(cell.Text, true); texts[c.ID] != "" {
			distinct[texts[c.ID]] = true
			ok = ok || c.From != rankWord
		}
	}
	return texts, ok && len(distinct) > 1
}

// wrong notes a fault with its place in the sheet.
func (p *plan) wrong(line int, c *Column, f *fault.Fault) {
	if len(p.preview.Faults) >= maxFaults {
		return
	}
	if c == nil {
		f = fault.New(f.Kind, "registry.at_row", p.sheet, line, f)
	} else {
		f = fault.New(f.Kind, "registry.at", p.sheet, line, c.Name, f).In(c.ID)
	}
	p.preview.Faults = append(p.preview.Faults, f)
}

// line plans one row of the sheet.
func (p *plan) line(number int, texts map[string]string, used map[RowID]int) {
	p.preview.Rows++
	was := p.match(texts)
	if was == nil && p.table.Final {
		p.wrong(number, nil, fault.New(fault.Invalid, "recommend.not_listed"))
		return
	}
	if was != nil && used[was.ID] > 0 {
		p.wrong(number, nil, fault.New(fault.Invalid, "recommend.row_twice", used[was.ID]))
		return
	}
	w := planned{Row: &Row{}, fresh: was == nil, line: number, number: p.number(texts)}
	if was != nil {
		*w.Row, used[was.ID] = *was, number
	}
	editable := map[string]string{}
	for _, c := range p.columns {
		switch {
		case c == nil || c.Given():
		case c.Editable(w.Row):
			editable[c.ID] = texts[c.ID]
		case bare(texts[c.ID]) != bare(w.value(c)):
			p.wrong(number, c, fault.New(fault.Invalid, "recommend.fixed", brief(texts[c.ID]), brief(w.value(c))))
		}
	}
	before := maps.Clone(w.Cells)
	for _, c := range p.columns {
		if text, ok := editable[columnID(c)]; ok {
			if err := w.write(p.table.Columns, map[string]string{c.ID: text}); err != nil {
				p.wrong(number, c, fault.Of(err))
			}
		}
	}
	if err := p.table.complete(w.Row); err != nil {
		p.wrong(number, nil, fault.Of(err))
	}
	w.changed = !maps.Equal(before, w.Cells)
	p.rows = append(p.rows, w)
}

func columnID(c *Column) string {
	if c == nil {
		return ""
	}
	return c.ID
}

// brief keeps a text that is quoted in a sentence short.
func brief(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// match finds the row of the table that a row of the sheet is: the one that
// agrees with most of what the authority cannot write; where it writes all, the
// one of the same name. Nil when there is none, or more than one.
func (p *plan) match(texts map[string]string) *Row {
	var best *Row
	most, ties := 0, 0
	for _, w := range p.table.Rows {
		n := 0
		for i, c := range p.fixed(w) {
			if text := bare(w.value(c)); text != "" && bare(texts[c.ID]) == text {
				if n++; i == 0 {
					n += len(p.table.Columns) // the name decides
				}
			}
		}
		switch {
		case n > most:
			best, most, ties = w, n, 1
		case n == most:
			ties++
		}
	}
	if most == 0 || ties > 1 {
		return nil
	}
	return best
}

// fixed are the columns by which a row is known again.
func (p *plan) fixed(w *Row) []*Column {
	var out []*Column
	for _, c := range p.table.Columns {
		switch {
		case c.Given() || !slices.Contains(p.columns, c):
		case w.Application == "":
			return []*Column{c}
		case !c.Editable(w):
			out = append(out, c)
		}
	}
	return out
}

func (p *plan) number(texts map[string]string) string {
	for _, c := range p.columns {
		if c != nil && c.From == rankWord {
			return bare(texts[c.ID])
		}
	}
	return ""
}

// rest deals with the rows that the workbook leaves out.
func (p *plan) rest(used map[RowID]int) {
	for _, w := range p.table.Rows {
		switch {
		case used[w.ID] > 0:
		case w.Application == "":
			p.gone = append(p.gone, w)
			p.preview.Removed = append(p.preview.Removed, p.table.named(w))
		default:
			p.preview.Faults = append(p.preview.Faults, fault.New(fault.Invalid, "recommend.left_out", p.table.named(w)))
		}
	}
	if len(p.rows) > maxRows {
		p.preview.Faults = append(p.preview.Faults, fault.New(fault.Invalid, "recommend.rows", maxRows))
	}
}

// compare says what is different.
func (p *plan) compare() {
	for i, w := range p.rows {
		name := p.table.named(w.Row)
		if w.fresh {
			p.preview.Added = append(p.preview.Added, name)
			continue
		}
		if w.Rank != int64(i+1) {
			p.preview.Moved = append(p.preview.Moved, RowMove{name, w.Rank, int64(i + 1)})
		}
		was, _ := p.table.row(w.ID) // it is one of its rows
		for _, c := range p.table.Columns {
			if c.From != rankWord && was.value(c) != w.value(c) {
				p.preview.Changed = append(p.preview.Changed, CellChange{w.line, name, c.Name, was.value(c), w.value(c)})
			}
		}
	}
	p.preview.Accept = p.digest()
}

// digest tells plans apart, and the tables that they are made for.
func (p *plan) digest() string {
	type line struct {
		ID    RowID
		Cells map[string]string
	}
	var before, after []line
	for _, w := range p.table.Rows {
		before = append(before, line{w.ID, w.Cells})
	}
	for _, w := range p.rows {
		after = append(after, line{w.ID, w.Cells})
	}
	text, _ := json.Marshal([]any{before, after}) // texts have a JSON form
	return sum(text)
}

// byNumber puts the rows into the order of the numbers that stand in the sheet.
func (p *plan) byNumber() {
	seen := map[string]int{}
	for _, w := range p.rows {
		if !isNumber(w.number) {
			p.wrong(w.line, nil, fault.New(fault.Invalid, "recommend.no_number", w.number))
		} else if seen[w.number] > 0 {
			p.wrong(w.line, nil, fault.New(fault.Invalid, "recommend.number_twice", w.number, seen[w.number]))
		}
		seen[w.number] = w.line
	}
	slices.SortStableFunc(p.rows, func(a, b planned) int {
		if len(a.number) != len(b.number) {
			return len(a.number) - len(b.number)
		}
		return strings.Compare(a.number, b.number)
	})
}

// isNumber reports whether a text is a whole number from 1, as it is written.
func isNumber(s string) bool {
	return s != "" && len(s) < 7 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}
