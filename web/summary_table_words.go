package web

import (
	"strconv"

	"shenbao/recommend"
	"shenbao/rule"
)

// tableState is where a table stands, and its colour.
func tableState(v *visit, t *recommend.Table) string {
	return v.Text("recommend.list_state." + string(t.State))
}

func tableColour(t *recommend.Table) string {
	if t.State == recommend.SummaryHanded {
		return "good"
	}
	return "open"
}

// purpose names the table among those of a call: what it is handed in for, and
// which of several it is.
func purpose(v *visit, t *recommend.Table) string {
	name := t.Purpose
	if name == "" {
		name = t.Title
	}
	if t.Number > 1 {
		return v.T("tables.supplement", name, t.Number)
	}
	return name
}

// lead says whose table it is and what has to be known of it.
func (p tablePage) lead(v *visit) string {
	return v.T("tables.lead", p.Recommender, purpose(v, p.Table), len(p.Rows))
}

// shows are the columns that the page shows: the rank stands by itself.
func (p tablePage) shows() []*recommend.Column {
	var out []*recommend.Column
	for _, c := range p.Columns {
		if c.From != "recommend.rank" {
			out = append(out, c)
		}
	}
	return out
}

// text is what stands in the input of a column: what was just typed, or what
// there is.
func (p tablePage) text(c *recommend.Column) string {
	if text, ok := p.typed[c.ID]; ok {
		return text
	}
	return p.Value(p.Row, c)
}

// own is the applicant's own text, "" where the authority has not shortened it.
func own(w *recommend.Row, c *recommend.Column) string {
	if _, written := w.Cells[c.ID]; written && w.Application != "" {
		return w.Own[c.ID]
	}
	return ""
}

// over reports whether a text is longer than its column takes.
func over(c *recommend.Column, text string) bool { return c.Max > 0 && rule.CountChars(text) > c.Max }

// counted says how long a text is, and may be.
func counted(v *visit, c *recommend.Column, text string) string {
	return v.T("applications.count", rule.CountChars(text), c.Max)
}

// brief is a long text in a list.
func brief(text string) string {
	const most = 80
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// samePaper reports whether the paper that was scanned is what was handed up.
func (p tablePage) samePaper() bool { return p.State == recommend.SummaryHanded && p.paper == p.Hash }

// rowName is what a row is called: its first text.
func (p tablePage) rowName(w *recommend.Row) string {
	for _, c := range p.shows() {
		if text := p.Value(w, c); text != "" {
			return text
		}
	}
	return strconv.FormatInt(w.Rank, 10)
}
