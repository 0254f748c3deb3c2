package programme

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A sheetTable is a list of the package as a table.
type sheetTable struct {
	Anchor string
	Title  string
	Note   string
	Cols   []sheetCol
	Rows   []sheetRow
}

// A sheetCol is a column: its class says how wide it is and how it stands.
type sheetCol struct{ Name, Class string }

// A sheetRow is a row, or a heading over the rows below it.
type sheetRow struct {
	Anchor  string
	Heading string
	Class   string
	Cells   []sheetCell
}

// A sheetCell is a cell: text, lines under it, a remark, clauses to go to, a
// stretch of time.
type sheetCell struct {
	Text    string
	Lines   []string
	Small   string
	Clauses []string
	Bar     *sheetBar
	Class   string
}

// A sheetBar is a window on the time scale of a table, in percent.
type sheetBar struct{ Left, Width float64 }

// table begins a table. The catalogue holds its title and, in one line with |
// between, the names of its columns; classes are those of sheet.css.
func (s *sheetPart) table(key string, classes ...string) sheetTable {
	t := s.w.table(key, classes...)
	t.Anchor = s.Anchor + "-" + t.Anchor
	return t
}

func (w *sheetWords) table(key string, classes ...string) sheetTable {
	t := sheetTable{Anchor: key, Title: w.t("title." + key)}
	for i, name := range strings.Split(w.t("cols."+key), "|") {
		class := ""
		if i < len(classes) {
			class = classes[i]
		}
		t.Cols = append(t.Cols, sheetCol{name, class})
	}
	return t
}

// row adds a row of cells; the clauses come last.
func (t *sheetTable) row(clauses []string, cells ...sheetCell) *sheetRow {
	return t.plain(append(cells, sheetCell{Clauses: clauses})...)
}

// plain adds a row of cells.
func (t *sheetTable) plain(cells ...sheetCell) *sheetRow {
	t.Rows = append(t.Rows, sheetRow{Cells: cells})
	return &t.Rows[len(t.Rows)-1]
}

// prune takes out the columns that are empty in every row.
func (t *sheetTable) prune() {
	for c := len(t.Cols) - 1; c >= 0; c-- {
		used := slices.ContainsFunc(t.Rows, func(r sheetRow) bool { return len(r.Cells) > c && !r.Cells[c].empty() })
		if used {
			continue
		}
		t.Cols = slices.Delete(t.Cols, c, c+1)
		for i := range t.Rows {
			if r := &t.Rows[i]; len(r.Cells) > c {
				r.Cells = slices.Delete(r.Cells, c, c+1)
			}
		}
	}
}

func (c *sheetCell) empty() bool {
	return c.Text == "" && len(c.Lines) == 0 && c.Small == "" && len(c.Clauses) == 0 && c.Bar == nil
}

// heading adds a heading over the rows below it.
func (t *sheetTable) heading(text string) { t.Rows = append(t.Rows, sheetRow{Heading: text}) }

func cell(text string) sheetCell { return sheetCell{Text: text} }

func count(n int) sheetCell { return sheetCell{Text: strconv.Itoa(n)} }

// stages is the timetable.
func (s *sheetPart) stages() sheetTable {
	t := s.table("stages", "w-num", "w-name", "w-who", "w-time", "w-bar", "", "w-ref")
	var first, last time.Time
	for _, g := range s.Call.Stages {
		for _, at := range []*Instant{g.From, g.Until} {
			if at == nil {
				continue
			}
			if first.IsZero() || at.Before(first) {
				first = at.Time
			}
			if last.IsZero() || at.End().After(last) {
				last = at.End()
			}
		}
	}
	for i, g := range s.Call.Stages {
		if !s.own(g.At) {
			continue
		}
		where := []string{}
		if g.Channel != "" || g.To != "" {
			where = append(where, strings.TrimSpace(s.w.word("sheet.channel.", string(g.Channel))+" "+g.To))
		}
		if g.When != "" {
			where = append(where, s.w.t("stage.when", g.When))
		}
		terms := []string{}
		for _, word := range []string{s.w.word("sheet.until_rule.", string(g.UntilRule)), s.w.word("sheet.late.", string(g.Late))} {
			if word != "" {
				terms = append(terms, word)
			}
		}
		t.row(g.Clauses, count(i+1), sheetCell{Text: g.Name, Small: s.w.word("sheet.act.", string(g.Act))}, cell(s.w.who(g.Who)),
			sheetCell{Lines: s.window(g), Small: strings.Join(terms, " · ")}, sheetCell{Bar: barOf(g, first, last)},
			sheetCell{Text: g.Does, Lines: where, Small: g.Note})
	}
	if !first.IsZero() && last.Sub(first) > 24*time.Hour {
		t.Cols[4].Name = first.Format("01-02") + " — " + last.Add(-time.Second).Format("01-02")
	}
	return t
}

// window is when a stage begins and ends, in words.
func (s *sheetPart) window(g *Stage) []string {
	switch {
	case g.From == nil && g.Until == nil:
		return []string{s.w.t("time.none")}
	case g.Until == nil:
		return []string{s.w.t("time.from", instant(g.From))}
	case g.From == nil:
		return []string{s.w.t("time.until", instant(g.Until))}
	}
	return []string{s.w.t("time.from", instant(g.From)), s.w.t("time.until", instant(g.Until))}
}

func barOf(g *Stage, first, last time.Time) *sheetBar {
	whole := last.Sub(first)
	if g.From == nil && g.Until == nil || whole <= 24*time.Hour {
		return nil
	}
	share := func(at time.Time) float64 {
		return float64(int64(1000*at.Sub(first)/whole)) / 10
	}
	b := &sheetBar{}
	switch {
	case g.Until == nil:
		b.Left, b.Width = share(g.From.Time), 1.5
	case g.From == nil:
		b.Left, b.Width = max(0, share(g.Until.End())-1.5), 1.5
	default:
		b.Left = share(g.From.Time)
		b.Width = max(1.5, share(g.Until.End())-b.Left)
	}
	return b
}

func (s *sheetPart) quotas() sheetTable {
	t := s.table("quotas", "w-name", "", "num", "w-who", "", "w-ref")
	for _, q := range s.Call.Quotas {
		if s.own(q.At) {
			key := "quota.per"
			if q.Letter {
				key = "quota.per_letter"
			}
			t.row(q.Clauses, cell(q.Name), cell(s.w.t(key, s.w.word("sheet.per.", q.Per), s.w.word("sheet.of.", q.Of))), count(q.Limit),
				cell(s.w.modality(q.Modality)), sheetCell{Small: q.Note})
		}
	}
	return t
}

func (s *sheetPart) references() sheetTable {
	t := s.table("references", "", "w-name", "", "w-ref")
	for _, r := range s.Call.References {
		if s.own(r.At) {
			t.row(r.Clauses, cell(r.Document), cell(r.Number), sheetCell{Text: r.What, Small: r.Note})
		}
	}
	return t
}

// openPoints lists what the text leaves open.
func (s *sheetPart) openPoints() sheetTable {
	t := s.table("open", "w-name", "")
	add := func(file string, at At, list []string) {
		if !s.own(at) || len(list) == 0 {
			return
		}
		var names []string
		for _, id := range list {
			names = append(names, s.openName(id))
		}
		t.plain(cell(s.w.t("file."+file)), cell(s.w.list(names)))
	}
	add("call", s.Call.At, s.Call.Open)
	add("review", s.Review.At, s.Review.Open)
	add("after", s.After.At, s.After.Open)
	return t
}

func (s *sheetPart) ranking() sheetTable {
	t := s.table("ranking", "w-name", "", "w-time", "num", "w-ref")
	r := s.Call.Ranking
	if r == nil || !s.own(r.At) {
		return t
	}
	for _, x := range r.Index {
		over := nameIn(s.Call.Parameters, x.Over, func(q *Parameter) (string, string) { return q.ID, q.Name })
		t.row(r.Clauses, cell(x.Name), cell(s.w.t("measure."+string(x.Measure), s.fieldName(x.Of))), cell(over), cell(x.Weight))
	}
	t.Note = s.w.t("ranking.population", r.Population)
	if r.Choice != nil {
		t.Note += s.w.t("ranking.ours", r.Choice.Why)
	}
	return t
}
