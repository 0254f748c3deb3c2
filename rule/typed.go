package rule

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Typed makes the JSON value of a fact (programmes/FORMAT.md) from what somebody
// typed into the field of a form. The fact's own unit stands beside the field; a
// number typed with another, as 1.2亿, is turned into it. What cannot be read
// stays as it was typed: [Schema.ReadFacts] says what is wrong with it.
func Typed(kind Kind, unit, text string) any {
	switch kind {
	case BoolKind:
		switch text {
		case "true":
			return true
		case "false":
			return false
		}
	case PlaceKind:
		code, _, _ := strings.Cut(text, " ") // the name may stand behind it
		return code
	case ChoicesKind:
		return strings.Fields(text)
	case YearKind, IntegerKind:
		if n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64); err == nil {
			return n
		}
		return withUnit(text, unit)
	case MoneyKind, DecimalKind, PercentKind:
		return inUnit(text, unit)
	}
	return text
}

// spoken are the units that people leave the 元 away from.
var spoken = []string{"万", "亿"}

// inUnit puts the unit behind a bare number, and turns a number with another
// unit of the same dimension into it.
func inUnit(text, unit string) string {
	own := FindUnit(unit)
	for _, word := range spoken {
		if own != nil && own.Dim == MoneyDim && strings.HasSuffix(text, word) {
			text += "元"
		}
	}
	q, ok := ParseQuantity(text, own)
	switch {
	case !ok || own == nil || q.Unit.Dim != own.Dim:
		return withUnit(text, unit)
	case q.Unit == own:
		return withUnit(strings.TrimSpace(strings.TrimSuffix(text, unit)), unit)
	}
	return fromBase(q.N, own) + " " + unit
}

// withUnit puts the unit behind a bare number.
func withUnit(text, unit string) string {
	if unit == "" || strings.IndexFunc(text, func(r rune) bool { return r > 127 || r == '%' }) >= 0 {
		return text
	}
	return text + " " + unit
}

// Shown is the reverse of [Typed]: a JSON value, decoded with numbers kept, as
// its field shows it, without the unit beside it.
func Shown(unit string, value any) string {
	switch value := value.(type) {
	case string:
		return strings.TrimSuffix(value, " "+unit)
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case []any:
		var words []string
		for _, one := range value {
			words = append(words, fmt.Sprint(one))
		}
		return strings.Join(words, " ")
	}
	return ""
}
