package bench

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"shenbao/rule"
)

// Vars are facts as CEL sees them. What is not known is an unknown value.
type Vars map[string]ref.Val

// ResolveName returns the value of a variable.
func (v Vars) ResolveName(name string) (any, bool) {
	x, ok := v[name]
	return x, ok
}

// Parent returns nil: there is no outer scope.
func (v Vars) Parent() cel.Activation { return nil }

// notKnown is the one unknown value: which fact it stands for does not matter
// to the answer.
var notKnown = types.NewUnknown(1, types.NewAttributeTrail("fact"))

// Vars translates facts. They must not have more rows than the oracle spells out.
func (o *Oracle) Vars(f *rule.Facts) (Vars, error) {
	v := Vars{}
	for _, fact := range o.schema.Facts {
		switch fact.Kind {
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				v[yearName(fact, y)] = value(fact.Of, fact, f.YearValue(fact, y))
			}
		case rule.ListKind:
			if err := o.list(v, f, fact); err != nil {
				return nil, err
			}
		default:
			v[factName(fact)] = value(fact.Kind, fact, f.Value(fact))
		}
	}
	return v, nil
}

// list spells out the rows. A list that was not supplied is an open empty one.
func (o *Oracle) list(v Vars, f *rule.Facts, list *rule.Fact) error {
	rows := f.Rows(list)
	n, complete := rows.N, rows.Complete || list.Closed
	if rows.State != rule.Known {
		n, complete = 0, false
	}
	if n > o.Rows {
		return fmt.Errorf("list %s has %d rows, the oracle spells out %d", list.Code, n, o.Rows)
	}
	v[moreName(list)], v[restName(list)] = types.False, types.IntZero
	if !complete {
		v[moreName(list)], v[restName(list)] = notKnown, notKnown
	}
	for i := range o.Rows {
		v[rowName(list, i)] = types.Bool(i < n)
		for _, c := range list.Columns {
			x := rule.Value{}
			if i < n {
				x = f.Cell(c, i)
			}
			v[cellName(list, i, c)] = value(c.Kind, c, x)
		}
	}
	return nil
}

// value is one value of a fact of kind k.
func value(k rule.Kind, f *rule.Fact, x rule.Value) ref.Val {
	if x.State != rule.Known {
		return notKnown
	}
	switch k {
	case rule.BoolKind, rule.FileKind:
		return types.Bool(x.N != 0)
	case rule.TextKind, rule.LongTextKind, rule.UnitKind, rule.PersonKind:
		return types.String(x.S)
	case rule.ChoiceKind:
		return types.String(f.Options[x.N].Code)
	case rule.ChoicesKind:
		codes := []string{}
		for i, o := range f.Options {
			if x.Set&(1<<i) != 0 {
				codes = append(codes, o.Code)
			}
		}
		return types.NewStringList(types.DefaultTypeAdapter, codes)
	case rule.PlaceKind:
		return types.String(fmt.Sprintf("%06d", x.N))
	case rule.DateKind:
		return types.Int(calendar(x.N))
	}
	return types.Int(x.N)
}

// calendar turns days since 1970-01-01 into a number like 20241202, by counting
// years and months.
func calendar(days int64) int64 {
	year := int64(1970)
	for days < 0 {
		year--
		days += yearDays(year)
	}
	for days >= yearDays(year) {
		days -= yearDays(year)
		year++
	}
	month := int64(1)
	for _, n := range []int64{31, yearDays(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30} {
		if days < n {
			break
		}
		days -= n
		month++
	}
	return year*10000 + month*100 + days + 1
}

func yearDays(year int64) int64 {
	if year%4 == 0 && year%100 != 0 || year%400 == 0 {
		return 366
	}
	return 365
}
