package web

import (
	"strconv"
	"strings"

	"shenbao/registry"
)

// cell is the text of a row's cell for its input: what was typed, else what
// stands there.
func (p listPage) cell(v *visit, c *registry.Column) string {
	if text, ok := p.Typed[c.Code]; ok {
		return text
	}
	row := p.rowOf(c)
	if row == nil || row.Cells[c.Code] == "" {
		return ""
	}
	if c.Kind == registry.Choice || c.Kind == registry.Bool {
		return row.Cells[c.Code]
	}
	return c.Show(v.Lang, row.Cells[c.Code])
}

// rowOf is the row that holds a column: of single facts each has its own.
func (p listPage) rowOf(c *registry.Column) *registry.Row {
	if !p.List.Single {
		return p.Row
	}
	for _, row := range p.Rows {
		if _, ok := row.Cells[c.Code]; ok {
			return row
		}
	}
	return nil
}

// label is what a row is called: its first cell, or of single facts the name of
// its column.
func (p listPage) label(v *visit, row *registry.Row) string {
	for _, c := range p.List.Columns {
		if text := show(v, c, row); text != "" {
			if p.List.Single {
				return c.Name(v.Lang)
			}
			return text
		}
	}
	return string(row.ID)
}

// show is a cell as the table shows it.
func show(v *visit, c *registry.Column, row *registry.Row) string {
	if row.Cells[c.Code] == "" {
		return ""
	}
	text := c.Show(v.Lang, row.Cells[c.Code])
	if c.Kind == registry.Money || c.Kind == registry.Area || c.Kind == registry.Integer {
		whole, part, cut := strings.Cut(text, ".")
		if n, err := strconv.ParseInt(whole, 10, 64); err == nil && len(whole) > 4 {
			whole = grouped(n)
		}
		if cut {
			return whole + "." + part
		}
		return whole
	}
	return text
}

// entry is a column as a field of the form.
func (p listPage) entry(v *visit, c *registry.Column) input {
	f := input{Name: "cell." + c.Code, Label: c.Name(v.Lang), Value: p.cell(v, c), Unit: c.UnitName(v.Lang), Required: c.Must, Max: c.Max}
	switch c.Kind {
	case registry.LongText:
		f.Type = "textarea"
	case registry.Bool:
		f.Options = []option{{"", v.T("choose")}, {"true", v.T("yes")}, {"false", v.T("no")}}
	case registry.Choice:
		f.Options = []option{{"", v.T("choose")}}
		for _, code := range registry.Options[c.Options] {
			f.Options = append(f.Options, option{code, c.OptionName(v.Lang, code)})
		}
	case registry.Date:
		f.Type = "date"
	case registry.Integer, registry.Year, registry.Money, registry.Area:
		f.Pattern = "decimal"
	}
	return f
}

// wrong puts the fault of an edit, which names the column, beside its field.
func (p listPage) wrong(v *visit) *visit {
	if v.Fault == nil || p.List.Column(v.Fault.Field) == nil {
		return v
	}
	w := *v
	w.Fault = v.Fault.In("cell." + v.Fault.Field)
	return &w
}

func numeric(c *registry.Column) bool {
	return c.Kind == registry.Integer || c.Kind == registry.Money || c.Kind == registry.Area
}

func joined(words []string) string { return strings.Join(words, "、") }

// changedCell says what a file would change in a cell.
func changedCell(v *visit, c *registry.Column, it registry.Item) string {
	show := func(cells map[string]string) string {
		if cells[c.Code] == "" {
			return "—"
		}
		return c.Show(v.Lang, cells[c.Code])
	}
	return c.Name(v.Lang) + "：" + show(it.Before) + " → " + show(it.After)
}
