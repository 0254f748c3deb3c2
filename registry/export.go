package registry

import (
	"bytes"
	"context"
	"iter"
	"strconv"
	"time"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/xlsx"
	"shenbao/rule"
)

// spareRows is how many empty rows below the last one a workbook prepares for
// typing.
const spareRows = 500

// An Order names lists of a unit's profile that are wanted as a workbook.
type Order struct {
	Unit  actor.UnitID
	Lists []string
	Lang  string
	Blank bool // a template: no rows
}

// Export (导出) returns lists of a profile as a workbook: to be kept, or to be
// filled in and imported again. Identity numbers are masked; a number that is
// left masked stays as it is.
func Export(ctx context.Context, r db.Reader, by db.By, o Order) ([]byte, error) {
	if err := actor.May(ctx, r, by, actor.ActExportProfile, o.Unit); err != nil {
		return nil, err
	}
	var tables []xlsx.Table
	var lists []*List
	for _, id := range o.Lists {
		list := FindList(id)
		if list == nil {
			return nil, fault.New(fault.Missing, "registry.missing")
		}
		var rows []*Row
		if !o.Blank {
			var err error
			if rows, err = standing(ctx, r, o.Unit, id); err != nil {
				return nil, err
			}
		}
		lists, tables = append(lists, list), append(tables, list.table(o.Lang, rows))
	}
	if len(tables) == 0 {
		return nil, fault.New(fault.Invalid, "registry.none")
	}
	return workbook(tables, guide(o.Lang, lists))
}

// ExportRegister returns the newest edition of the part of a register that
// keeper keeps, or with blank a template for it, as a workbook.
func ExportRegister(ctx context.Context, r db.Reader, by db.By, o RegisterOrder) ([]byte, error) {
	if err := actor.May(ctx, r, by, actor.ActKeepRegister, o.Keeper); err != nil {
		return nil, err
	}
	list := FindRegister(o.Register)
	if list == nil {
		return nil, fault.New(fault.Missing, "registry.missing")
	}
	var rows []*Row
	if !o.Blank {
		var err error
		if rows, err = heldNow(ctx, r, o.Register, o.Keeper); err != nil {
			return nil, err
		}
	}
	return workbook([]xlsx.Table{list.table(o.Lang, rows)}, guide(o.Lang, []*List{list}))
}

// A RegisterOrder names a part of a register that is wanted as a workbook.
type RegisterOrder struct {
	Register string
	Keeper   actor.UnitID
	Lang     string
	Blank    bool // a template: no rows
}

func workbook(tables []xlsx.Table, notes xlsx.Prose) ([]byte, error) {
	var b bytes.Buffer
	err := xlsx.Write(&b, tables, notes)
	return b.Bytes(), err
}

// table is a list as a sheet: the hidden key, then its columns.
func (l *List) table(lang string, rows []*Row) xlsx.Table {
	t := xlsx.Table{Sheet: l.Name(lang), Spare: spareRows, Rows: l.sheetRows(lang, rows),
		Fields: []xlsx.Field{{Title: locale.Text(lang, "registry.row_id"), Hidden: true, Width: 34}}}
	for _, c := range l.Columns {
		f := xlsx.Field{Title: c.Title(lang), Must: c.Must, Note: c.Hint(lang), Width: 16,
			Date: c.Kind == Date, Number: c.Kind == Integer || c.Kind == Money || c.Kind == Area || c.Kind == Year}
		switch c.Kind {
		case Bool:
			f.Options = []string{c.Show(lang, "true"), c.Show(lang, "false")}
		case Choice:
			for _, code := range Options[c.Options] {
				f.Options = append(f.Options, c.OptionName(lang, code))
			}
		case LongText:
			f.Width = 60
		case Person, Credit:
			f.Width = 24
		}
		t.Fields = append(t.Fields, f)
	}
	return t
}

// Hint says how a column is filled in.
func (c *Column) Hint(lang string) string {
	if c.Unit != "" {
		return locale.Text(lang, "registry.hint.unit", c.UnitName(lang))
	}
	if c.Max > 0 {
		return locale.Text(lang, "registry.hint.text", c.Max)
	}
	return locale.Text(lang, "registry.hint."+string(c.Kind))
}

// sheetRows are the rows of a list as they are written. Single facts stand in
// one row together.
func (l *List) sheetRows(lang string, rows []*Row) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		if l.Single {
			together := map[string]string{}
			for _, r := range rows {
				together[r.key] = r.Cells[r.key]
			}
			if len(together) > 0 {
				yield(l.sheetRow(lang, &Row{Cells: together}))
			}
			return
		}
		for _, r := range rows {
			if !yield(l.sheetRow(lang, r)) {
				return
			}
		}
	}
}

func (l *List) sheetRow(lang string, r *Row) []any {
	cells := []any{string(r.ID)}
	for _, c := range l.Columns {
		cells = append(cells, c.typed(lang, r.Cells[c.Code]))
	}
	return cells
}

// typed is a canonical text as it would be typed into a spreadsheet.
func (c *Column) typed(lang, text string) any {
	if text == "" {
		return nil
	}
	switch c.Kind {
	case Date:
		if t, err := time.Parse(time.DateOnly, text); err == nil && t.Year() >= 1900 {
			return t
		}
	case Integer, Money, Area, Year:
		if n, err := strconv.ParseFloat(inUnit(text, rule.FindUnit(c.Unit)), 64); err == nil {
			return n
		}
	case Place:
		return text + " " + chinacode.PlaceName(text)
	case Bool, Choice:
		return c.Show(lang, text)
	}
	return text
}

// guide is the sheet that says how a workbook is filled in.
func guide(lang string, lists []*List) xlsx.Prose {
	p := xlsx.Prose{Sheet: locale.Text(lang, "registry.guide.sheet")}
	for _, word := range []string{"rows", "must", "dates", "numbers", "masked", "formula"} {
		p.Lines = append(p.Lines, locale.Text(lang, "registry.guide."+word))
	}
	for _, l := range lists {
		p.Lines = append(p.Lines, "", l.Name(lang))
		for _, c := range l.Columns {
			key := "registry.guide.column"
			if c.Must {
				key = "registry.guide.column_must"
			}
			p.Lines = append(p.Lines, locale.Text(lang, key, c.Title(lang), c.Hint(lang)))
		}
	}
	return p
}
