package registry

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"

	"shenbao/internal/chinacode"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// A Column (栏目) is one thing that a row of a list says. Its names are the
// messages registry.column.LIST_CODE.
type Column struct {
	Code     string
	Kind     Kind
	Unit     string   // of a number: what a bare one is taken for, and what it is shown in
	Options  string   // of a choice: the set in [Options]
	Must     bool     // it has to be filled
	Negative bool     // a number may be below zero
	Max      int      // 字 of a text; 0 for no bound but that of a cell
	Also     []string // what people head it with besides its name
	Months   int      // of a single fact: as List.Months

	list *List
}

// A List (清单) is a list of a profile or a register: its columns, what makes
// two rows the same, and how long a row stands. Its name is the message
// registry.list.ID, of a register registry.register.ID.
type List struct {
	ID      string
	Columns []*Column
	Keys    [][]string // what makes two rows the same: the first of these of which every column is filled
	Months  int        // how long a row stands without being confirmed; 0 for good
	Until   string     // the column that holds the last day on which a row counts; "" for none
	Rows    int        // the most rows that it holds
	Open    bool       // of a register: it is a public list
	Single  bool       // of single facts: each column is a row of its own, with the column's code as its key

	register bool
}

// Column returns the column with that code, or nil.
func (l *List) Column(code string) *Column {
	for _, c := range l.Columns {
		if c.Code == code {
			return c
		}
	}
	return nil
}

// kind returns the first column of a kind, or nil.
func (l *List) kind(k Kind) *Column {
	if i := slices.IndexFunc(l.Columns, func(c *Column) bool { return c.Kind == k }); i >= 0 {
		return l.Columns[i]
	}
	return nil
}

// Name is the list's name in a language.
func (l *List) Name(lang string) string { return locale.Text(lang, string(l.word())) }

func (l *List) word() fault.Key {
	if l.register {
		return fault.Key("registry.register." + l.ID)
	}
	return fault.Key("registry.list." + l.ID)
}

// Name is the column's name in a language, without its unit.
func (c *Column) Name(lang string) string { return locale.Text(lang, string(c.word())) }

func (c *Column) word() fault.Key {
	if c.list.register {
		return fault.Key("registry.column.register_" + c.list.ID + "_" + c.Code)
	}
	return fault.Key("registry.column." + c.list.ID + "_" + c.Code)
}

// Title is the column's name with its unit, as it heads a column: 原值（元）.
func (c *Column) Title(lang string) string {
	if c.Unit == "" {
		return c.Name(lang)
	}
	return locale.Text(lang, "registry.title", c.Name(lang), c.UnitName(lang))
}

// UnitName is the column's unit in a language, "" for none.
func (c *Column) UnitName(lang string) string {
	if c.Unit == "" {
		return ""
	}
	return locale.Text(lang, string(c.unitWord()))
}

func (c *Column) unitWord() fault.Key {
	return fault.Key("registry.unit." + rule.FindUnit(c.Unit).Code)
}

// OptionName is the name of an option of the column in a language; a code that
// it does not have is returned as it is.
func (c *Column) OptionName(lang, code string) string {
	if !slices.Contains(Options[c.Options], code) {
		return code
	}
	return locale.Text(lang, "registry.option."+c.Options+"_"+code)
}

// optionNames lists the first options for a message.
func (c *Column) optionNames() any {
	var names []fault.Key
	for _, code := range Options[c.Options] {
		names = append(names, fault.Key("registry.option."+c.Options+"_"+code))
	}
	return listed(names[:min(len(names), 12)])
}

// listed is a list of words as one argument of a message.
func listed(words []fault.Key) any {
	if len(words) == 1 {
		return words[0]
	}
	return fault.New(fault.Invalid, "registry.and", words[0], listed(words[1:]))
}

// draft is a row as it will be stored: canonical cells, and the identity number
// that they show masked.
type draft struct {
	cells  map[string]string
	number string // "" when the row has none, or keeps the one it has
}

// read makes a draft of what was typed over the cells that the row has.
func (l *List) read(over map[string]string, typed map[string]string) (draft, []*fault.Fault) {
	d := draft{cells: map[string]string{}}
	var faults []*fault.Fault
	for code, text := range over {
		d.cells[code] = text
	}
	for code, text := range typed {
		c := l.Column(code)
		if c == nil {
			faults = append(faults, fault.New(fault.Invalid, "registry.column_unknown", clip(code), l.word()).In(clip(code)))
			continue
		}
		if c.Kind == Person && text == over[code] {
			continue // the masked number was handed back
		}
		canonical, f := c.Read(text)
		switch {
		case f != nil:
			faults = append(faults, f)
		case canonical == "":
			delete(d.cells, code)
		default:
			d.cells[code] = canonical
			if c.Kind == Person {
				d.number = canonical
			}
		}
	}
	if len(faults) == 0 {
		faults = l.whole(&d)
	}
	slices.SortStableFunc(faults, func(a, b *fault.Fault) int { return l.order(a.Field) - l.order(b.Field) })
	return d, faults
}

func (l *List) order(code string) int {
	return slices.IndexFunc(l.Columns, func(c *Column) bool { return c.Code == code })
}

// whole checks what one column alone cannot say.
func (l *List) whole(d *draft) []*fault.Fault {
	var faults []*fault.Fault
	for _, c := range l.Columns {
		if c.Must && d.cells[c.Code] == "" && !l.Single {
			faults = append(faults, fault.New(fault.Invalid, "registry.must", c.word()).In(c.Code))
		}
	}
	if d.number != "" {
		faults = append(faults, l.person(d)...)
	}
	for _, span := range [][2]string{{"valid_from", "valid_to"}, {"granted", "until"}, {"founded", "until"}} {
		from, to := d.cells[span[0]], d.cells[span[1]]
		if from != "" && to != "" && to < from {
			faults = append(faults, fault.New(fault.Invalid, "registry.backwards", from, to).In(span[1]))
		}
	}
	return faults
}

// person checks an identity number against its document and the rest of the
// row, fills in what it says, and leaves the masked number in its cell.
func (l *List) person(d *draft) []*fault.Fault {
	column := l.kind(Person)
	if document := d.cells["document"]; document != "" && document != "id" {
		return otherDocument(d, column)
	}
	identity, err := chinacode.ParseIdentity(d.number)
	if err != nil {
		return []*fault.Fault{fault.Of(err).In(column.Code)}
	}
	d.number = identity.Number
	d.cells[column.Code] = chinacode.MaskIdentity(identity.Number)
	sex := "female"
	if identity.Male {
		sex = "male"
	}
	var faults []*fault.Fault
	for code, says := range map[string]string{"birth": identity.Birth.Format(time.DateOnly), "sex": sex} {
		switch c := l.Column(code); {
		case c == nil:
		case d.cells[code] == "":
			d.cells[code] = says
		case d.cells[code] != says:
			faults = append(faults, fault.New(fault.Invalid, "registry.not_of_number", c.word()).In(code))
		}
	}
	return faults
}

// otherDocument takes the number of a passport or a permit: letters and digits.
func otherDocument(d *draft, column *Column) []*fault.Fault {
	number := strings.ToUpper(strings.ReplaceAll(d.number, " ", ""))
	if len(number) < 5 || len(number) > 30 || strings.Trim(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return []*fault.Fault{fault.New(fault.Invalid, "registry.document_number").In(column.Code)}
	}
	d.number = number
	d.cells[column.Code] = chinacode.MaskIdentity(number)
	return nil
}

// key is what makes a row the same thing as another: of a single fact its
// column, else what stands in its key columns, and where these are empty
// everything. Person is the keyed hash of its identity number.
func (l *List) key(cells map[string]string, person string) string {
	if l.Single {
		for code := range cells {
			return code
		}
	}
	for n, columns := range l.Keys {
		parts := []string{strconv.Itoa(n)}
		for _, code := range columns {
			text := fold(cells[code])
			if c := l.Column(code); c.Kind == Person {
				text = person
			}
			if text == "" {
				parts = nil
				break
			}
			parts = append(parts, text)
		}
		if parts != nil {
			return strings.Join(parts, "\x1f")
		}
	}
	return whole(cells)
}

// label is what a row is called in a message: its first text.
func (l *List) label(cells map[string]string) string {
	for _, c := range l.Columns {
		if c.Kind == Text && cells[c.Code] != "" {
			return cells[c.Code]
		}
	}
	for _, c := range l.Columns {
		if cells[c.Code] != "" {
			return c.Show(locale.ZH, cells[c.Code])
		}
	}
	return ""
}

// CSV writes rows, by column, as an authority uploads them: under the names of
// the columns in Chinese.
func (l *List) CSV(rows []map[string]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		line[i] = c.Name(locale.ZH)
	}
	_ = w.Write(line) // into memory
	for _, row := range rows {
		for i, c := range l.Columns {
			line[i] = row[c.Code]
		}
		_ = w.Write(line)
	}
	w.Flush()
	return b.Bytes()
}
