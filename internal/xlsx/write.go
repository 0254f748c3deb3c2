package xlsx

import (
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A Field is a column of a sheet that is written.
type Field struct {
	Title   string
	Note    string   // what belongs into it; shown with the title, and when a cell is chosen
	Must    bool     // it has to be filled: the title stands out
	Date    bool     // its cells are days
	Number  bool     // its cells are numbers
	Options []string // what may be chosen; nil when anything may be typed
	Hidden  bool     // kept out of sight: the key of a row
	Width   float64  // in characters; 0 means 14
	Wrap    bool     // its cells are broken into lines
}

// A Table is a sheet that is written. A cell of its rows is a string, an int64,
// a float64, a time.Time for a day, or nil.
type Table struct {
	Sheet  string
	Fields []Field
	Rows   iter.Seq[[]any]
	Spare  int      // how many empty rows are prepared below
	Above  []string // lines over the header, from column to column: the title first
	Below  []string // and under the last row
}

// Prose is a sheet of plain lines: what whoever fills in the workbook has to
// know.
type Prose struct {
	Sheet string
	Lines []string
}

// choices is the name of the sheet, out of sight, that holds the options of
// drop-down lists.
const choices = "_options"

// Write writes a workbook: the tables, the lines of prose, and a hidden sheet
// with the options. Rows are written as they come; only their number is kept.
func Write(w io.Writer, tables []Table, notes Prose) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", tables[0].Sheet); err != nil {
		return err
	}
	b := &builder{file: f}
	if err := b.styles(); err != nil {
		return err
	}
	for _, t := range tables {
		if err := b.table(t); err != nil {
			return err
		}
	}
	if err := b.prose(notes); err != nil {
		return err
	}
	if err := b.options(); err != nil {
		return err
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "shenbao"}); err != nil {
		return err
	}
	return f.Write(w)
}

type builder struct {
	file  *excelize.File
	lists [][]string

	head, must, text, day, wrap, title int // styles; numbers go without
}

// styles are the looks of cells. Cells for text are formatted as text, so that
// what is typed into them later stays a text as well.
func (b *builder) styles() error {
	date := "yyyy-mm-dd"
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.head, excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49, Fill: fill("E8EEF4")}},
		{&b.must, excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49, Fill: fill("FBE3C8")}},
		{&b.text, excelize.Style{NumFmt: 49}},
		{&b.day, excelize.Style{CustomNumFmt: &date}},
		{&b.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}, NumFmt: 49, Alignment: &excelize.Alignment{Horizontal: "center"}}},
		{&b.wrap, excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
	} {
		id, err := b.file.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.id = id
	}
	return nil
}

func fill(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

func (f Field) width() float64 {
	if f.Width == 0 {
		return 14
	}
	return f.Width
}

func (b *builder) styleOf(f Field) int {
	switch {
	case f.Date:
		return b.day
	case f.Number:
		return 0
	case f.Wrap:
		return b.wrap
	}
	return b.text
}

// table writes a sheet: header, rows, and what its columns ask for.
func (b *builder) table(t Table) error {
	if _, err := b.file.NewSheet(t.Sheet); err != nil {
		return err
	}
	if err := b.paper(t); err != nil {
		return err
	}
	s, err := b.file.NewStreamWriter(t.Sheet)
	if err != nil {
		return err
	}
	header := make([]any, len(t.Fields))
	for i, f := range t.Fields {
		style := b.head
		if f.Must {
			style = b.must
		}
		header[i] = excelize.Cell{StyleID: style, Value: f.Title}
	}
	for i := len(t.Fields); i > 0; i-- { // excelize puts each before the ones it has, and they must ascend
		if err := b.column(s, i, t.Fields[i-1]); err != nil {
			return err
		}
	}
	last := len(t.Above) + 1
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: last, TopLeftCell: "A" + strconv.Itoa(last+1), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := b.lines(s, t, 1, t.Above); err != nil {
		return err
	}
	if err := s.SetRow("A"+strconv.Itoa(last), header); err != nil {
		return err
	}
	for cells := range t.Rows {
		last++
		if err := s.SetRow("A"+strconv.Itoa(last), b.styled(t.Fields, cells), excelize.RowOpts{Height: t.height(cells)}); err != nil {
			return err
		}
	}
	if err := b.lines(s, t, last+1, t.Below); err != nil {
		return err
	}
	if err := b.validations(t, last+t.Spare); err != nil {
		return err
	}
	return s.Flush()
}

// paper prepares an official form for printing: lying, as wide as the paper.
func (b *builder) paper(t Table) error {
	if len(t.Above) == 0 {
		return nil
	}
	lying, a4, wide, high, fit := "landscape", 9, 1, 0, true
	if err := b.file.SetPageLayout(t.Sheet, &excelize.PageLayoutOptions{Orientation: &lying, Size: &a4, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	return b.file.SetSheetProps(t.Sheet, &excelize.SheetPropsOptions{FitToPage: &fit})
}

// height is that of a row in which texts are broken into lines, in points; 0
// leaves it to the spreadsheet. Not every spreadsheet makes room by itself.
func (t Table) height(cells []any) float64 {
	const line, most = 15, 409
	lines := 0
	for i, c := range cells {
		text, ok := c.(string)
		if !ok || !t.Fields[i].Wrap {
			continue
		}
		n := 0
		for part := range strings.SplitSeq(text, "\n") {
			wide := 0
			for _, r := range part {
				if wide++; r > 0x2e80 {
					wide++
				}
			}
			n += 1 + wide/int(t.Fields[i].width())
		}
		lines = max(lines, n)
	}
	return min(float64(lines*line), most)
}

// lines writes lines over the whole width of a table, from a row on. The first
// one of a sheet is its title.
func (b *builder) lines(s *excelize.StreamWriter, t Table, from int, lines []string) error {
	for i, line := range lines {
		at, style := strconv.Itoa(from+i), b.wrap
		if from+i == 1 {
			style = b.title
		}
		if err := s.SetRow("A"+at, []any{excelize.Cell{StyleID: style, Value: legible(line)}}); err != nil {
			return err
		}
		if err := s.MergeCell("A"+at, Column(len(t.Fields)-1)+at); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) column(s *excelize.StreamWriter, n int, f Field) error {
	if err := s.SetColWidth(n, n, f.width()); err != nil {
		return err
	}
	if f.Hidden {
		if err := s.SetColVisible(n, n, false); err != nil {
			return err
		}
	}
	return s.SetColStyle(n, n, b.styleOf(f))
}

func (b *builder) styled(fields []Field, cells []any) []any {
	out := make([]any, len(cells))
	for i, c := range cells {
		if t, ok := c.(time.Time); ok {
			out[i] = excelize.Cell{StyleID: b.day, Value: t}
			continue
		}
		if c != nil {
			out[i] = excelize.Cell{StyleID: b.styleOf(fields[i]), Value: legible(c)}
		}
	}
	return out
}

// legible leaves out the characters of a text that XML has no place for.
func legible(c any) any {
	s, ok := c.(string)
	if !ok {
		return c
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

// validations gives the columns their notes and drop-down lists. Excel shows at
// most 255 characters of a note.
func (b *builder) validations(t Table, last int) error {
	for i, f := range t.Fields {
		if f.Note == "" && f.Options == nil {
			continue
		}
		letter := Column(i)
		v := excelize.NewDataValidation(true)
		head := len(t.Above) + 1
		v.Sqref = letter + strconv.Itoa(head) + ":" + letter + strconv.Itoa(max(last, head+1))
		if f.Options != nil {
			v.Sqref = letter + strconv.Itoa(head+1) + ":" + letter + strconv.Itoa(max(last, head+1))
			v.SetSqrefDropList(b.list(f.Options))
			v.SetError(excelize.DataValidationErrorStyleStop, short(f.Title, 32), short(strings.Join(f.Options, "、"), 255))
		}
		if f.Note != "" {
			v.SetInput(short(f.Title, 32), short(f.Note, 255))
		}
		if err := b.file.AddDataValidation(t.Sheet, v); err != nil {
			return err
		}
	}
	return nil
}

// short cuts a text to n characters as Excel counts them.
func short(s string, n int) string {
	for i, r := range s {
		if n--; r > 0xffff {
			n--
		}
		if n < 0 {
			return s[:i]
		}
	}
	return s
}

// list keeps options for the hidden sheet and returns the area that they will
// stand in.
func (b *builder) list(options []string) string {
	b.lists = append(b.lists, options)
	letter := Column(len(b.lists) - 1)
	return choices + "!$" + letter + "$1:$" + letter + "$" + strconv.Itoa(len(options))
}

func (b *builder) options() error {
	if len(b.lists) == 0 {
		return nil
	}
	if _, err := b.file.NewSheet(choices); err != nil {
		return err
	}
	for i, options := range b.lists {
		for n, o := range options {
			if err := b.file.SetCellStr(choices, Column(i)+strconv.Itoa(n+1), o); err != nil {
				return err
			}
		}
	}
	return b.file.SetSheetVisible(choices, false)
}

func (b *builder) prose(p Prose) error {
	if len(p.Lines) == 0 {
		return nil
	}
	if _, err := b.file.NewSheet(p.Sheet); err != nil {
		return err
	}
	s, err := b.file.NewStreamWriter(p.Sheet)
	if err != nil {
		return err
	}
	if err := s.SetColWidth(1, 1, 100); err != nil {
		return err
	}
	for i, line := range p.Lines {
		if err := s.SetRow("A"+strconv.Itoa(i+1), []any{excelize.Cell{StyleID: b.wrap, Value: legible(line)}}); err != nil {
			return err
		}
	}
	return s.Flush()
}
