package call

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"shenbao/rule"
)

// Key is the name of the field in which a year of a series is typed.
func (q Question) Key(year int) string { return q.Code + " " + strconv.Itoa(year) }

// Facts makes the JSON of facts from what was typed into the short form, by
// question and, of a series, by year ("rd_expense 2021"). What was left empty
// is not supplied.
func Facts(questions []Question, typed map[string]string) ([]byte, error) {
	root := map[string]any{}
	for _, q := range questions {
		if q.Kind == rule.SeriesKind {
			years := map[string]any{}
			for _, y := range q.Years {
				if text := strings.TrimSpace(typed[q.Key(y)]); text != "" {
					years[strconv.Itoa(y)] = withUnit(text, q.Unit)
				}
			}
			if len(years) > 0 {
				root[q.Code] = years
			}
			continue
		}
		if text := strings.TrimSpace(typed[q.Code]); text != "" {
			root[q.Code] = valueOf(q, text)
		}
	}
	return json.Marshal(root)
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
		switch text {
		case "true":
			return true
		case "false":
			return false
		}
	case rule.PlaceKind:
		return strings.Fields(text)[0] // the code; the name may stand behind it
	case rule.ChoicesKind:
		return strings.Fields(text)
	case rule.YearKind, rule.IntegerKind:
		if n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64); err == nil {
			return n
		}
	case rule.MoneyKind, rule.DecimalKind, rule.PercentKind:
		return withUnit(text, q.Unit)
	}
	return text
}

// Typed is the reverse of [Facts]: what the fields of the short form held.
func Typed(questions []Question, facts []byte) map[string]string {
	root := object(facts)
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
			if v, ok := years[strconv.Itoa(y)]; ok {
				out[q.Key(y)] = typedText(q, v)
			}
		}
	}
	return out
}

// object is a JSON object with its numbers as they were written; nil when it
// is none.
func object(facts []byte) map[string]any {
	d := json.NewDecoder(bytes.NewReader(facts))
	d.UseNumber()
	var root map[string]any
	if d.Decode(&root) != nil {
		return nil
	}
	return root
}

func lookup(root map[string]any, code string) any {
	if value, ok := root[code]; ok {
		return value
	}
	var at any = root
	for p := range strings.SplitSeq(code, ".") {
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
