package apply

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
	"shenbao/rule"
)

// A RowPicking (选取清单行) adds rows of a roster to a list of the form: of the
// host's, for a partner of its own.
type RowPicking struct {
	Application ID
	List        string // code of the fact
	Rows        []registry.RowID
}

// PickRows adds rows of a roster to a list of the form, with the columns that
// both have. Those that the list has already are not added again: see
// [Form.Holds]. It is no act: nothing was submitted.
func PickRows(ctx context.Context, tx *db.Tx, o *Office, in RowPicking) (*Picked, error) {
	p, err := o.picks(ctx, tx, in.Application)
	if err != nil {
		return nil, err
	}
	rows, err := p.rows(in.List, in.Rows)
	if err != nil {
		return nil, err
	}
	d, _ := p.fm.Declared(in.List)
	list := p.fm.Package.Schema.Fact(in.List)
	if list.Kind != rule.ListKind {
		return nil, fault.New(fault.Invalid, "apply.no_roster", in.List).In(in.List)
	}
	rows = slices.DeleteFunc(rows, func(row *registry.Row) bool { return p.fm.Holds(list, row) })
	p.out.Twice = len(in.Rows) - len(rows)
	if free := MaxRows(d) - len(p.fm.Rows(in.List)); len(rows) > free {
		return nil, fault.New(fault.Invalid, "apply.list_full", MaxRows(d), max(free, 0), len(rows)).In(in.List)
	}
	if len(p.fm.Fields)+len(rows) > maxFields {
		return nil, fault.New(fault.Invalid, "apply.too_much")
	}
	for _, row := range rows {
		if err := p.row(list, row); err != nil {
			return nil, err
		}
	}
	return p.done()
}

// row adds a row of a roster to a list.
func (p *picking) row(list *rule.Fact, row *registry.Row) error {
	next := &Field{Name: list.Code + "/" + db.NewID(), Owner: p.unit, Source: "profile." + row.List}
	if p.part && !p.fm.mayWrite(p.unit, next) {
		return fault.New(fault.Refused, "apply.not_your_part").In(list.Code)
	}
	var err error
	if next.Value, err = json.Marshal(row.CellsFor(list)); err != nil {
		return err
	}
	if slices.ContainsFunc(list.Columns, func(c *rule.Fact) bool { return c.Kind == rule.PersonKind }) {
		if next.Sealed, err = row.Reseal(p.office.Keys, p.fm.Of.sealPlace(next.Name)); err != nil {
			return err
		}
	}
	return p.put(next)
}

// Holds reports whether a list of the form has a row of a roster already: one
// with the same key of the roster (identity number, asset code), or, where
// either has none, one in which all stands that the roster's row would bring.
func (fm *Form) Holds(list *rule.Fact, row *registry.Row) bool {
	text, _ := json.Marshal(row.CellsFor(list)) // texts, numbers and booleans always have a JSON form
	brings, _ := decode(text).(map[string]any)
	return slices.ContainsFunc(fm.Rows(list.Code), func(id string) bool {
		stands, _ := fm.Fields[list.Code+"/"+id].decoded().(map[string]any)
		for _, key := range registry.FindList(row.List).Keys {
			if whole(list, stands, key) && whole(list, brings, key) {
				return agree(list, key, stands, brings)
			}
		}
		var all []string
		for column := range brings {
			all = append(all, column)
		}
		return agree(list, all, stands, brings)
	})
}

// whole reports whether a row of a list has something in each of some columns.
func whole(list *rule.Fact, row map[string]any, columns []string) bool {
	return !slices.ContainsFunc(columns, func(code string) bool { return compared(columnOf(list, code), row[code]) == "" })
}

// agree reports whether two rows of a list have the same in some columns.
func agree(list *rule.Fact, columns []string, a, b map[string]any) bool {
	return !slices.ContainsFunc(columns, func(code string) bool {
		c := columnOf(list, code)
		return compared(c, a[code]) != compared(c, b[code])
	})
}

// compared is a cell as it is compared: a person or a unit by its code.
func compared(c *rule.Fact, value any) string {
	if c == nil {
		return ""
	}
	if key, ok := value.(map[string]any); ok {
		if code, _ := key["code"].(string); code != "" {
			return code
		}
	}
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(shownValue(c, value))))
}
