package sqltext

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shenbao/rule"
)

// A Table (数据表) is a table that rules are answered from: that of the units,
// or that of the rows of a list.
type Table struct {
	Name    string
	Columns []Column
	List    *rule.Fact // the list whose rows it holds; nil for the units
}

// A Column holds one value of a fact. NULL means not known, for whatever reason.
type Column struct {
	Name string
	Fact *rule.Fact // nil for the unit and for the number of a row
	Part string     // of the fact: a year of a series, "chars", "complete"; else ""
	typ  columnType
}

// columnType is what a column holds.
type columnType struct {
	kind   columnKind
	lo, hi int64 // of a number
}

type columnKind uint8

const (
	textKind columnKind = iota
	flagKind
	numberKind
)

// most is the greatest size of a number: the language's own bound.
const most = 1_000_000_000_000_000

var (
	textColumn   = columnType{kind: textKind}
	flagColumn   = columnType{kind: flagKind}
	numberColumn = columnType{numberKind, -most, most}
	dayColumn    = columnType{numberKind, -719_162, 2_932_896} // from the year 1 to the year 9999
)

// typeOf is the type of a part of a fact.
func typeOf(s slot) columnType {
	switch {
	case s.part == completePart, s.fact.Kind == rule.BoolKind, s.fact.Kind == rule.FileKind:
		return flagColumn
	case s.part != "":
		return numberColumn
	}
	switch s.fact.Kind {
	case rule.TextKind, rule.LongTextKind, rule.ChoiceKind, rule.ChoicesKind, rule.UnitKind, rule.PersonKind:
		return textColumn
	case rule.DateKind:
		return dayColumn
	}
	return numberColumn
}

// tables are the tables that hold the used parts, in the order of the schema.
func (t *Text) tables(used map[slot]bool) (out []Table) {
	units := Table{Name: t.table, Columns: []Column{{Name: unitName, typ: textColumn}}}
	for _, f := range t.Program.Schema.Facts {
		units.Columns = append(units.Columns, t.columns(f, used)...)
	}
	out = append(out, units)
	for _, f := range t.Program.Schema.Facts {
		if f.Kind != rule.ListKind || !used[slot{f, completePart}] {
			continue
		}
		rows := columnType{numberKind, 1, int64(f.MaxItems)}
		x := Table{Name: t.namer.of[slot{f, rowsPart}], List: f, Columns: []Column{{Name: unitName, typ: textColumn}, {Name: rowName, typ: rows}}}
		for _, c := range f.Columns {
			x.Columns = append(x.Columns, t.columns(c, used)...)
		}
		out = append(out, x)
	}
	return out
}

func (t *Text) columns(f *rule.Fact, used map[slot]bool) (out []Column) {
	for _, part := range parts(f) {
		if s := (slot{f, part}); used[s] {
			out = append(out, Column{t.namer.of[s], f, part, typeOf(s)})
		}
	}
	return out
}

// Create is the statements that make the tables, that of the units first.
func (t *Text) Create() (out []string) {
	for i := range t.Tables {
		x := &t.Tables[i]
		var lines []string
		for j := range x.Columns {
			c := &x.Columns[j]
			line := quote(c.Name) + " " + t.Dialect.columnType(c)
			if c.Fact == nil {
				line += " NOT NULL"
			}
			lines = append(lines, "  "+line)
		}
		key := quote(unitName)
		if x.List != nil {
			key += ", " + quote(rowName)
		}
		lines = append(lines, "  PRIMARY KEY ("+key+")")
		out = append(out, fmt.Sprintf("CREATE TABLE %s (\n%s\n%s", quote(x.Name), strings.Join(lines, ",\n"), t.Dialect.tableEnd()))
	}
	return out
}

// Insert is a statement that takes in a number of rows at once, their values
// one row after the other.
func (x *Table) Insert(rows int) string {
	var names []string
	for _, c := range x.Columns {
		names = append(names, quote(c.Name))
	}
	row := expr{sql: "(?" + strings.Repeat(", ?", len(names)-1) + ")"}
	values := list(slices.Repeat([]expr{row}, rows), ", ")
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", quote(x.Name), strings.Join(names, ", "), values.numbered())
}

// Rows are the rows that the facts of one unit come to, for each of the Tables
// in turn, a value a column: nil, bool, int64 or string. A database refuses a
// number past the bounds of the language.
func (t *Text) Rows(unit string, f *rule.Facts) [][][]any {
	out := make([][][]any, len(t.Tables))
	for i := range t.Tables {
		x := &t.Tables[i]
		if x.List == nil {
			row := []any{unit}
			for _, c := range x.Columns[1:] {
				row = append(row, c.of(f))
			}
			out[i] = [][]any{row}
			continue
		}
		rows := f.Rows(x.List)
		if rows.State != rule.Known {
			continue
		}
		for n := range rows.N {
			row := []any{unit, int64(n + 1)}
			for _, c := range x.Columns[2:] {
				row = append(row, c.value(f.Cell(c.Fact, n)))
			}
			out[i] = append(out[i], row)
		}
	}
	return out
}

// of is what a unit's facts put into the column.
func (c *Column) of(f *rule.Facts) any {
	switch c.Fact.Kind {
	case rule.ListKind:
		rows := f.Rows(c.Fact)
		if rows.State != rule.Known {
			return nil
		}
		return rows.Complete || c.Fact.Closed
	case rule.SeriesKind:
		year, _ := strconv.Atoi(c.Part) // the part of a series is a year
		return c.value(f.YearValue(c.Fact, year))
	}
	return c.value(f.Value(c.Fact))
}

// value is how a column holds a value.
func (c *Column) value(v rule.Value) any {
	switch {
	case v.State != rule.Known:
		return nil
	case c.typ == flagColumn:
		return v.N != 0
	case c.Fact.Kind == rule.ChoiceKind:
		return c.Fact.Options[v.N].Code
	case c.Fact.Kind == rule.ChoicesKind:
		set := optionMark
		for i, o := range c.Fact.Options {
			if v.Set>>i&1 == 1 {
				set += o.Code + optionMark
			}
		}
		return set
	case c.typ == textColumn:
		return v.S
	}
	return v.N
}

// optionMark stands around every option of a choices fact: |a|c|, and | alone
// for none.
const optionMark = "|"
