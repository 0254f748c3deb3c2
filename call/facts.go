package call

import (
	"bytes"
	"encoding/json"
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
					years[strconv.Itoa(y)] = rule.Typed(q.Of, q.Unit, text)
				}
			}
			if len(years) > 0 {
				root[q.Code] = years
			}
			continue
		}
		if text := strings.TrimSpace(typed[q.Code]); text != "" {
			root[q.Code] = rule.Typed(q.Kind, q.Unit, text)
		}
	}
	return json.Marshal(root)
}

// Typed is the reverse of [Facts]: what the fields of the short form held.
func Typed(questions []Question, facts []byte) map[string]string {
	root := object(facts)
	out := map[string]string{}
	for _, q := range questions {
		value := lookup(root, q.Code)
		if q.Kind != rule.SeriesKind {
			if value != nil {
				out[q.Code] = rule.Shown(q.Unit, value)
			}
			continue
		}
		years, _ := value.(map[string]any)
		for _, y := range q.Years {
			if v, ok := years[strconv.Itoa(y)]; ok {
				out[q.Key(y)] = rule.Shown(q.Unit, v)
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
