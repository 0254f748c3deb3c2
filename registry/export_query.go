package registry

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/locale"
	"shenbao/internal/xlsx"
)

// maxExport is how many rows a workbook of a query holds at most.
const maxExport = 200_000

// Workbook returns all rows that a query asks for as a workbook, in a language.
func (x Reading) Workbook(ctx context.Context, by db.By, q Query, lang string) ([]byte, error) {
	q.After = ""
	return traced(ctx, x, by, look{register: q.Register, kind: LookExport, query: q}, func(r db.Reader, l *look) ([]byte, error) {
		found, err := x.find(ctx, r, by, findOrder{q, maxExport, l})
		if err != nil {
			return nil, err
		}
		names := map[actor.UnitID]string{}
		for _, e := range found.Parts {
			u, err := actor.FindUnit(ctx, r, e.Keeper)
			if err != nil {
				return nil, err
			}
			names[e.Keeper] = u.Name
		}
		list := FindRegister(q.Register)
		notes := xlsx.Prose{Sheet: locale.Text(lang, "registry.guide.sheet"), Lines: []string{list.Name(lang),
			locale.Text(lang, "registry.found_text", q.Text), locale.Text(lang, "registry.found_code", q.Code), locale.Text(lang, "registry.found_day", q.Day)}}
		for _, e := range found.Parts {
			notes.Lines = append(notes.Lines, locale.Text(lang, "registry.found_part", names[e.Keeper], e.Number, e.Document, e.Day))
		}
		return workbook([]xlsx.Table{list.foundTable(lang, found.Rows, names)}, notes)
	})
}

// PartWorkbook is [ExportRegister] with its trace.
func (x Reading) PartWorkbook(ctx context.Context, by db.By, o RegisterOrder) ([]byte, error) {
	if o.Blank {
		return db.View(ctx, x.DB, func(r db.Reader) ([]byte, error) { return ExportRegister(ctx, r, by, o) })
	}
	return traced(ctx, x, by, look{register: o.Register, kind: LookExport}, func(r db.Reader, l *look) ([]byte, error) {
		rows, err := heldNow(ctx, r, o.Register, o.Keeper)
		if err == nil {
			l.reach(o.Keeper, len(rows))
		}
		if err != nil {
			return nil, err
		}
		return ExportRegister(ctx, r, by, o)
	})
}

// foundTable is what a query found as a sheet: who keeps a row, and its columns
// but the identity number.
func (l *List) foundTable(lang string, rows []FoundRow, names map[actor.UnitID]string) xlsx.Table {
	t := xlsx.Table{Sheet: l.Name(lang), Fields: []xlsx.Field{{Title: locale.Text(lang, "registry.found_keeper"), Width: 24}}}
	for _, c := range l.Columns {
		if c.Kind != Person {
			t.Fields = append(t.Fields, xlsx.Field{Title: c.Title(lang), Width: 20, Date: c.Kind == Date, Number: c.Kind == Year})
		}
	}
	t.Rows = func(yield func([]any) bool) {
		for _, row := range rows {
			cells := []any{names[row.Keeper]}
			for _, c := range l.Columns {
				if c.Kind != Person {
					cells = append(cells, c.typed(lang, row.Cells[c.Code]))
				}
			}
			if !yield(cells) {
				return
			}
		}
	}
	return t
}
