package call

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"shenbao/rule"
)

// Key is the name of the field in which a year of a series is typed.
func (q Question) Key(year int) string { return q.Code + " " + yearText(year) }

func yearText(year int) string { return strconv.Itoa(year) }

// nest stores a value under a code whose dots are levels.
func nest(root map[string]any, code string, value any) {
	parts := strings.Split(code, ".")
	at := root
	for _, p := range parts[:len(parts)-1] {
		next, ok := at[p].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[p] = next
		}
		at = next
	}
	at[parts[len(parts)-1]] = value
}

// withUnit puts the unit behind a bare number; one that was typed stays.
func withUnit(text, unit string) string {
	if unit == "" || strings.IndexFunc(text, func(r rune) bool { return r > 127 || r == '%' }) >= 0 {
		return text
	}
	return text + " " + unit
}

// valueOf is what was typed as the JSON of facts wants it.
func valueOf(q Question, text string) any {
	switch q.Kind {
	case rule.BoolKind:
		return text == "true"
	case rule.PlaceKind:
		return strings.Fields(text)[0] // the code; the name may stand behind it
	case rule.ChoicesKind:
		return strings.Fields(text)
	case rule.YearKind, rule.IntegerKind:
		if n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64); err == nil {
			return n
		}
		return text
	case rule.MoneyKind, rule.DecimalKind, rule.PercentKind:
		return withUnit(text, q.Unit)
	}
	return text
}

// Typed is the reverse of [Facts]: what the fields of the short form held.
func Typed(questions []Question, facts []byte) map[string]string {
	var root map[string]any
	if json.Unmarshal(facts, &root) != nil {
		return nil
	}
	out := map[string]string{}
	for _, q := range questions {
		value := lookup(root, q.Code)
		if q.Kind != rule.SeriesKind {
			if value != nil {
				out[q.Code] = typedText(q, value)
			}
			continue
		}
		years, _ := value.(map[string]any)
		for _, y := range q.Years {
			if v, ok := years[yearText(y)]; ok {
				out[q.Key(y)] = typedText(q, v)
			}
		}
	}
	return out
}

func lookup(root map[string]any, code string) any {
	var at any = root
	for _, p := range strings.Split(code, ".") {
		level, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = level[p]
	}
	return at
}

// typedText is a value as its field showed it: without the unit beside it.
func typedText(q Question, value any) string {
	switch value := value.(type) {
	case string:
		return strings.TrimSuffix(value, " "+q.Unit)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
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
