package registry

import (
	"context"
	"slices"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/secret"
	"shenbao/internal/textindex"
	"shenbao/rule"
)

// A Roster (名册) is a list of a unit's profile from which rows are picked for a
// form.
type Roster struct {
	Unit actor.UnitID
	List string
}

// Search returns the first rows of a roster that hold a text in one of their
// cells ("" is in all), at most most of them, to those who may see the profile;
// more tells that there are others. Rows that do not count any more are left
// out. Identity numbers are masked, and no text finds what the mask hides.
func (o Roster) Search(ctx context.Context, r db.Reader, by db.By, text string, most int) (rows []*Row, more bool, err error) {
	if err := actor.May(ctx, r, by, actor.ActViewProfile, o.Unit); err != nil {
		return nil, false, err
	}
	list, wanted := FindList(o.List), textindex.Fold(text)
	if list == nil || list.Single {
		return nil, false, fault.New(fault.Missing, "registry.missing")
	}
	read := func() ([]*Row, error) { return standing(ctx, r, o.Unit, o.List) }
	if wanted == "" && list.Until == "" {
		read = func() ([]*Row, error) { return first(ctx, r, o, most+1) }
	}
	all, err := read()
	if err != nil {
		return nil, false, err
	}
	day := dayOf(r.At())
	for _, row := range all {
		until := row.Cells[list.Until]
		if list.Until != "" && until != "" && until < day || !row.holds(wanted) {
			continue
		}
		if len(rows) == most {
			return rows, true, nil
		}
		rows = append(rows, row)
	}
	return rows, false, nil
}

// holds reports whether one of the row's cells that are written out has a folded
// text in it.
func (r *Row) holds(folded string) bool {
	for _, c := range FindList(r.List).Columns {
		if c.Kind != Choice && c.Kind != Bool && strings.Contains(textindex.Fold(r.Cells[c.Code]), folded) {
			return true
		}
	}
	return false
}

// Pick returns rows of a roster by their ids, each once, to those who may see
// the profile. A row that does not stand in this roster is a Missing fault.
func (o Roster) Pick(ctx context.Context, r db.Reader, by db.By, ids []RowID) ([]*Row, error) {
	if err := actor.May(ctx, r, by, actor.ActViewProfile, o.Unit); err != nil {
		return nil, err
	}
	if len(ids) > maxChanges {
		return nil, fault.New(fault.Invalid, "registry.too_many", len(ids), maxChanges)
	}
	all, err := standing(ctx, r, o.Unit, o.List)
	if err != nil {
		return nil, err
	}
	var out []*Row
	for i, id := range ids {
		at := slices.IndexFunc(all, func(row *Row) bool { return row.ID == id })
		if at < 0 {
			return nil, fault.New(fault.Missing, "registry.missing")
		}
		if !slices.Contains(ids[:i], id) {
			out = append(out, all[at])
		}
	}
	return out, nil
}

// Reseal seals the identity number of the row for another place, without
// showing it to anybody; "" when the row has none.
func (r *Row) Reseal(keys *secret.Keys, place string) (secret.Sealed, error) {
	if r.sealed == "" {
		return "", nil
	}
	number, err := keys.Open(sealedAt(r.ID), r.sealed)
	if err != nil {
		return "", err
	}
	return keys.Seal(place, number)
}

// CellsFor are the cells of the row as a row of a list of a form, by the rules
// of [Profile.Prefill]: the columns that both have.
func (r *Row) CellsFor(f *rule.Fact) map[string]any {
	one := *f
	one.MaxItems = 1
	list, _ := listOf(&one, Value{list: FindList(r.List), Rows: []map[string]string{r.shared()}})
	return list.Rows[0]
}

// ValueFor is what the row says about a single fact of a form: the cell of the
// column with that name, or of one that forms call so, when it has a kind that
// the fact takes. An option is also found by its Chinese name.
func (r *Row) ValueFor(f *rule.Fact, name string) (any, bool) {
	cells := r.shared()
	for _, code := range append([]string{name}, formNames[name]...) {
		c := FindList(r.List).Column(code)
		if c == nil || cells[code] == "" {
			continue
		}
		if value, ok := cellOf(f, c.Kind, cells[code], cells[code+maskedSuffix]); ok {
			return value, true
		}
		for _, o := range f.Options {
			if f.Kind == rule.ChoiceKind && c.Kind == Choice && o.Name == c.OptionName(locale.ZH, cells[code]) {
				return o.Code, true
			}
		}
	}
	return nil, false
}

// formNames are the columns of a roster by other names that forms have for them.
var formNames = map[string][]string{"title": {"rank"}, "full_time": {"fulltime"}}
