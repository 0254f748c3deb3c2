package sweep

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// target is the column that a cell of a CSV file goes to. Cells in their plain
// form are read here; all others go the way of a facts file, so that both mean
// the same and complain alike.
type target struct {
	col    *column
	fact   *rule.Fact
	year   int
	schema *rule.Schema
	option map[string]int64
	seen   map[string]rule.Value // what the slow way made of a cell
}

// maxSeen bounds what a target remembers.
const maxSeen = 4096

func newTarget(s *rule.Schema, f *rule.Fact, year int) target {
	x := target{fact: f, year: year, schema: s, seen: map[string]rule.Value{}}
	if f.Kind == rule.ChoiceKind {
		x.option = map[string]int64{}
		for i, o := range f.Options {
			x.option[o.Code], x.option[o.Name] = int64(i), int64(i)
		}
	}
	return x
}

// read turns a cell into a value; with a fault it was not supplied.
func (x *target) read(cell []byte) (rule.Value, *fault.Fault) {
	cell = bytes.TrimSpace(cell)
	if len(cell) == 0 {
		return rule.Value{}, nil
	}
	if v, ok := x.fast(cell); ok {
		return v, nil
	}
	if v, ok := x.seen[string(cell)]; ok {
		return v, nil
	}
	v, f := x.slow(cell)
	if f == nil && len(x.seen) < maxSeen && len(cell) < 100 {
		x.seen[string(cell)] = v
	}
	return v, f
}

// fast reads the plain forms.
func (x *target) fast(cell []byte) (rule.Value, bool) {
	v := rule.Value{State: rule.Known}
	ok := false
	switch x.fact.Kind {
	case rule.TextKind, rule.LongTextKind:
		v.S, ok = string(cell), true
	case rule.UnitKind, rule.PersonKind:
		code, name, cut := strings.Cut(string(cell), "|")
		if !cut {
			name = code
		}
		v.S, v.Label, ok = code, name, code != ""
	case rule.BoolKind:
		v.N, ok = yes(string(cell))
	case rule.ChoiceKind:
		v.N, ok = x.option[string(cell)]
	case rule.DateKind:
		v.N, ok = plainDay(cell)
	case rule.YearKind:
		v.N, ok = digits(cell)
		ok = ok && v.N >= 1800 && v.N <= 2200 && len(cell) == 4
	case rule.PlaceKind:
		v.N, ok = rule.ParsePlace(string(cell))
	case rule.MoneyKind, rule.IntegerKind, rule.DecimalKind, rule.PercentKind, rule.SeriesKind:
		v.N, ok = plainNumber(cell, x.fact.Unit)
		ok = ok && (x.fact.Min == nil || v.N >= *x.fact.Min) && (x.fact.Max == nil || v.N <= *x.fact.Max)
	}
	return v, ok
}

// yes reads yes or no.
func yes(s string) (n int64, ok bool) {
	switch strings.ToLower(s) {
	case "是", "yes", "true", "1", "y":
		return 1, true
	case "否", "no", "false", "0", "n":
		return 0, true
	}
	return 0, false
}

// plainDay reads 2024-12-02 of the years that people live in.
func plainDay(b []byte) (int64, bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	y, ok1 := digits(b[:4])
	m, ok2 := digits(b[5:7])
	d, ok3 := digits(b[8:])
	if !ok1 || !ok2 || !ok3 || y < 1900 || y > 2100 || m < 1 || m > 12 || d < 1 {
		return 0, false
	}
	day := yearStart(y) + int64([...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}[m-1]) + d - 1
	if leap := y%4 == 0 && (y%100 != 0 || y%400 == 0); leap && m > 2 {
		day++
	}
	if y2, m2, d2 := civil(day); y2 != y || m2 != m || d2 != d {
		return 0, false
	}
	return day, true
}

func digits(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(b) > 0
}

// plainNumber reads a decimal in the fact's own unit.
func plainNumber(b []byte, u *rule.Unit) (int64, bool) {
	if len(b) > 16 {
		return 0, false
	}
	sign := int64(1)
	if b[0] == '-' {
		sign, b = -1, b[1:]
	}
	base := int64(1)
	if u != nil {
		base = u.Base
	}
	whole, fraction, point := bytes.Cut(b, []byte("."))
	n, ok := digits(whole)
	if !ok || n > 1e15/base {
		return 0, false
	}
	n *= base
	for _, c := range fraction {
		if c < '0' || c > '9' || base%10 != 0 {
			return 0, false
		}
		base /= 10
		n += int64(c-'0') * base
	}
	return sign * n, n <= 1e15 && (!point || len(fraction) > 0)
}

// slow reads a cell as a facts file would.
func (x *target) slow(cell []byte) (rule.Value, *fault.Fault) {
	doc := bytes.TrimSuffix(x.member(cell), []byte(","))
	if x.year != 0 {
		doc = append(append([]byte(strconv.Quote(x.fact.Code)+":{"), doc...), '}')
	}
	doc = append(append([]byte("{"), doc...), '}')
	facts, faults := x.schema.ReadFacts(bytes.NewReader(doc))
	switch {
	case len(faults) > 0:
		return rule.Value{}, faults[0]
	case x.year != 0:
		return facts.YearValue(x.fact, x.year), nil
	}
	return facts.Value(x.fact), nil
}

// member is the cell as a member of a facts file, with a comma behind it.
func (x *target) member(cell []byte) []byte {
	name, text := x.fact.Code, string(bytes.TrimSpace(cell))
	if x.year != 0 {
		name = strconv.Itoa(x.year)
	}
	var v any = text
	switch x.fact.Kind {
	case rule.BoolKind, rule.FileKind:
		if n, ok := yes(text); ok {
			v = n != 0
		}
	case rule.ChoicesKind:
		v = strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '；' || r == '、' || r == '|' })
	case rule.UnitKind, rule.PersonKind:
		if code, name, ok := strings.Cut(text, "|"); ok {
			v = map[string]string{"code": code, "name": name}
		}
	}
	value, _ := json.Marshal(v) // text, lists and maps of text have a JSON form
	return append(append([]byte(strconv.Quote(name)+":"), value...), ',')
}
