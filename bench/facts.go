package bench

import (
	"encoding/json"
	"fmt"

	"shenbao/rule"
)

// texts hold every class of characters, alone and mixed.
var texts = []string{"", " ", "技术中心", "創新中心", "AI中心", "中心2024", "技术，创新", "abc def", "技术 创新", "（中心）", `a "b"\c`, "2024", "A-1", "、。", "技术\t中心\n"}

// facts draws an application of which each value is unknown with probability p.
func (g *generator) facts(p float64) *rule.Facts {
	f := g.Facts(p)
	for _, fact := range g.S.Facts {
		if fact.Code == "teams" {
			g.teams(f, fact, p)
		} else if fact.Kind != rule.ListKind && fact.Kind != rule.SeriesKind {
			f.Set(fact, g.change(fact, f.Value(fact)))
		}
	}
	return f
}

func (g *generator) teams(f *rule.Facts, list *rule.Fact, p float64) {
	rows := f.Rows(list)
	if rows.State != rule.Known {
		return
	}
	cells := rows.Cells
	for i := range cells {
		cells[i] = g.change(list.Columns[i%len(list.Columns)], cells[i])
	}
	f.SetRows(list, rows.Complete, cells)
}

// change gives a known value of ruletest a value that its kind asks for.
func (g *generator) change(f *rule.Fact, v rule.Value) rule.Value {
	if v.State != rule.Known {
		return v
	}
	switch f.Kind {
	case rule.TextKind, rule.LongTextKind:
		v.S = g.oneOf(texts...)
	case rule.UnitKind, rule.PersonKind:
		v.S, v.N = g.oneOf("", "91370181"), 0
	case rule.FileKind:
		v.N = int64(g.pick(2))
	case rule.PercentKind:
		v.N = []int64{0, 1, 3333, 5000, 4999, 5001, 10000}[g.pick(7)]
	case rule.DecimalKind:
		v.N = []int64{0, 100, 299_999, 300_000, 300_001}[g.pick(5)]
	}
	switch f.Code {
	case "big0", "big1":
		v.N = []int64{1e15, 1e15 - 1, -1e15, 333_300_000_000_000, 333_299_999_999_999, 1, 0, 600_000_000_000_000}[g.pick(8)]
	case "ended":
		v.N = dayOf(g.oneOf("2024-12-01", "2024-02-29", "2023-02-28", "2023-03-01", "1979-12-02", "1979-12-01", "2021-01-01", "2021-01-02", "2020-12-31", "1964-12-02"))
	case "place", "seat":
		v.N = []int64{370114, 370112, 370100, 370000, 370200, 140100, 140000}[g.pick(7)]
	}
	return v
}

// FactsJSON writes facts as the file that a person could hand in.
func FactsJSON(f *rule.Facts) []byte {
	out := map[string]any{}
	for _, fact := range f.Schema.Facts {
		switch fact.Kind {
		case rule.SeriesKind:
			years := map[string]any{}
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				years[fmt.Sprint(y)] = stated(fact, fact.Of, f.YearValue(fact, y))
			}
			out[fact.Code] = years
		case rule.ListKind:
			if rows := f.Rows(fact); rows.State == rule.Known {
				out[fact.Code] = map[string]any{"complete": rows.Complete, "rows": rowsJSON(f, fact, rows.N)}
			}
		default:
			out[fact.Code] = stated(fact, fact.Kind, f.Value(fact))
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(err) // maps of strings, numbers and lists have a JSON form
	}
	return text
}

func rowsJSON(f *rule.Facts, list *rule.Fact, n int) []any {
	out := []any{}
	for i := range n {
		row := map[string]any{}
		for _, c := range list.Columns {
			row[c.Code] = stated(c, c.Kind, f.Cell(c, i))
		}
		out = append(out, row)
	}
	return out
}

// stated is a value with its unit, or the reason why there is none.
func stated(f *rule.Fact, k rule.Kind, v rule.Value) any {
	switch v.State {
	case rule.Known:
		return plain(f, k, v)
	case rule.IsUnverified:
		return map[string]any{"status": "unverified"}
	case rule.IsExpired:
		return map[string]any{"status": "expired"}
	case rule.InConflict:
		return map[string]any{"status": "conflict"}
	}
	return nil
}

func plain(f *rule.Fact, k rule.Kind, v rule.Value) any {
	switch k {
	case rule.BoolKind, rule.FileKind:
		return v.N != 0
	case rule.TextKind, rule.LongTextKind, rule.UnitKind, rule.PersonKind:
		return v.S
	case rule.ChoiceKind:
		return f.Options[v.N].Code
	case rule.ChoicesKind:
		codes := []string{}
		for i, o := range f.Options {
			if v.Set&(1<<i) != 0 {
				codes = append(codes, o.Code)
			}
		}
		return codes
	case rule.PlaceKind:
		return fmt.Sprintf("%06d", v.N)
	case rule.DateKind:
		return rule.FormatDay(v.N)
	case rule.MoneyKind:
		return hundredths(v.N) + " yuan"
	case rule.PercentKind:
		return hundredths(v.N) + "%"
	case rule.DecimalKind:
		return hundredths(v.N) + " m2"
	}
	return fmt.Sprint(v.N)
}

func hundredths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}
