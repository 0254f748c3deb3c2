package sweep

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// target is where a value goes that a file gives: a fact of the units, one year
// of a series, or a column of a list. Values in their plain form are read here;
// all others go the way of a facts file, so that both mean the same and complain
// alike.
type target struct {
	at     int // which column of its frame; -1 when no rule reads it
	fact   *rule.Fact
	list   *rule.Fact // whose column it is; nil of the units' own
	year   int
	schema *rule.Schema
	option map[string]int64
	seen   map[string]rule.Value // what the slow way made of a value
}

// maxSeen bounds what a target remembers.
const maxSeen = 4096

func newTarget(s *rule.Schema, f *rule.Fact, year int) target {
	x := target{at: -1, fact: f, year: year, schema: s, seen: map[string]rule.Value{}}
	if f.Kind == rule.ChoiceKind || f.Kind == rule.ChoicesKind {
		x.option = map[string]int64{}
		for i, o := range f.Options {
			x.option[o.Code] = int64(i)
			if o.Name != "" {
				x.option[o.Name] = int64(i)
			}
		}
	}
	return x
}

// read turns a cell into a value; with a fault it was not supplied.
func (x *target) read(cell []byte) (rule.Value, *fault.Fault) {
	cell = bytes.TrimSpace(cell)
	switch {
	case len(cell) == 0:
		return rule.Value{}, nil
	case len(cell) > maxText:
		return rule.Value{}, fault.New(fault.Invalid, "sweep.text", maxText>>10).In(x.fact.Code)
	}
	if v, ok := x.fast(cell); ok {
		return v, nil
	}
	if v, ok := x.seen[string(cell)]; ok {
		return v, nil
	}
	v, f := x.slow(cell)
	x.remember(string(cell), v, f)
	return v, f
}

// remember keeps what the slow way made of a text.
func (x *target) remember(text string, v rule.Value, f *fault.Fault) {
	if f == nil && len(x.seen) < maxSeen && len(text) < 100 {
		x.seen[strings.Clone(text)] = v
	}
}

// fast reads the plain forms of a cell.
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
	default:
		v.N, ok = measured(x.fact, cell)
	}
	return v, ok
}

// tooLong refuses a text that no form asks for, so that a table stays small.
func tooLong(v rule.Value) *fault.Fault {
	if len(v.S) > maxText || len(v.Label) > maxText {
		return fault.New(fault.Invalid, "sweep.text", maxText>>10)
	}
	return nil
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

// characters are a cell, or a value of JSON.
type characters interface{ ~string | ~[]byte }

// measured reads the plain form of a day, a year, a place or a quantity.
func measured[T characters](f *rule.Fact, s T) (n int64, ok bool) {
	switch f.Kind {
	case rule.DateKind:
		return plainDay(s)
	case rule.YearKind:
		n, ok = digits(s)
		return n, ok && len(s) == 4 && n >= 1800 && n <= 2200
	case rule.PlaceKind:
		n, ok = digits(s)
		return n, ok && len(s) == 6 && n >= 110000
	case rule.MoneyKind, rule.IntegerKind, rule.DecimalKind, rule.PercentKind, rule.SeriesKind:
		n, ok = quantity(f, s)
		return n, ok && (f.Min == nil || n >= *f.Min) && (f.Max == nil || n <= *f.Max)
	}
	return 0, false
}

// plainDay reads 2024-12-02 of the years that people live in.
func plainDay[T characters](s T) (int64, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	y, ok1 := digits(s[:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:])
	if !ok1 || !ok2 || !ok3 || y < 1900 || y > 2100 || m < 1 || m > 12 || d < 1 || d > daysOf(y, m) {
		return 0, false
	}
	day := yearStart(y) + int64([...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}[m-1]) + d - 1
	if m > 2 && leap(y) {
		day++
	}
	return day, true
}

func leap(y int64) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysOf(y, m int64) int64 {
	if m == 2 && leap(y) {
		return 29
	}
	return [...]int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

func digits[T characters](s T) (n int64, ok bool) {
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, len(s) > 0
}

// quantity reads a decimal with its unit, or in the fact's own.
func quantity[T characters](f *rule.Fact, s T) (int64, bool) {
	end, unit := 0, f.Unit
	for end < len(s) && (s[end]-'0' <= 9 || s[end] == '.' || s[end] == ',' || s[end] == '-') {
		end++
	}
	if end < len(s) {
		word := end
		for word < len(s) && s[word] == ' ' {
			word++
		}
		if unit = rule.FindUnit(string(s[word:])); unit == nil || unit.Dim != f.Dim() {
			return 0, false
		}
	}
	if end > 20 {
		return 0, false
	}
	base := int64(1)
	if unit != nil {
		base = unit.Base
	}
	return baseUnits(s[:end], base)
}

// baseUnits reads an exact decimal with thousands commas as a number of the base,
// of which one is so many.
func baseUnits[T characters](s T, base int64) (int64, bool) {
	sign, n, whole, fraction, point := int64(1), int64(0), 0, 0, false
	for i := range len(s) {
		c := s[i] - '0'
		switch {
		case s[i] == '-' && i == 0:
			sign = -1
		case s[i] == ',':
		case s[i] == '.' && !point:
			point = true
			n *= base
		case c > 9 || n > 1e15:
			return 0, false
		case !point:
			whole++
			if n = n*10 + int64(c); n > 1e15/base {
				return 0, false
			}
		case base%10 != 0:
			return 0, false
		default:
			fraction++
			base /= 10
			n += int64(c) * base
		}
	}
	if !point {
		n *= base
	}
	return sign * n, n <= 1e15 && whole > 0 && (!point || fraction > 0)
}

// slow reads a cell as a facts file would.
func (x *target) slow(cell []byte) (rule.Value, *fault.Fault) {
	member := string(bytes.TrimSuffix(x.member(cell), []byte(",")))
	doc := "{" + member + "}"
	switch {
	case x.year != 0:
		doc = "{" + strconv.Quote(x.fact.Code) + ":" + doc + "}"
	case x.list != nil:
		doc = "{" + strconv.Quote(x.list.Code) + ":[" + doc + "]}"
	}
	facts, faults := x.schema.ReadFacts(strings.NewReader(doc))
	if len(faults) > 0 {
		return rule.Value{}, faults[0]
	}
	switch {
	case x.year != 0:
		return facts.YearValue(x.fact, x.year), nil
	case x.list != nil:
		return facts.Cell(x.fact, 0), nil
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
