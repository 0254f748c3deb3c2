package programme

import (
	"strconv"
	"strings"
)

// need says whether something must be given; a condition stands apart.
func (w *sheetWords) need(n Need) string {
	switch {
	case n.When != "":
		return w.t("need.sometimes")
	case n.Always:
		return w.t("need.always")
	}
	return w.t("need.never")
}

// under is a remark with the condition under which something must be given.
func (w *sheetWords) under(n Need, remark string) string {
	if n.When == "" {
		return remark
	}
	when := w.t("need.when", n.When)
	if remark == "" {
		return when
	}
	return remark + w.t("stop") + when
}

func (s *sheetPart) materials() sheetTable {
	t := s.table("materials", "", "w-who", "w-name", "w-who", "", "w-ref")
	for _, m := range s.Form.Materials {
		if !s.own(m.At) {
			continue
		}
		var how []string
		if m.Copies > 0 {
			how = append(how, s.w.t("copies", m.Copies))
		}
		if m.Seal {
			how = append(how, s.w.t("seal"))
		}
		if m.Sign {
			how = append(how, s.w.t("sign"))
		}
		if len(m.Formats) > 0 {
			how = append(how, strings.ToUpper(strings.Join(m.Formats, "/")))
		}
		if m.FileName != "" {
			how = append(how, s.w.t("file_name", s.fileName(m.FileName)))
		}
		small := m.Note
		if small == "" {
			small = m.Help
		}
		t.row(m.Clauses, sheetCell{Text: m.Name, Small: s.w.under(m.Required, small)}, cell(s.w.word("sheet.form.", string(m.Form))), cell(s.stageName(m.Stage)),
			cell(s.w.need(m.Required)), cell(strings.Join(how, "，")))
	}
	return t
}

// fileName writes the facts in braces by their names.
func (s *sheetPart) fileName(pattern string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "{")
		code, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			return b.String() + pattern
		}
		b.WriteString(before + "〔" + s.fieldName(code) + "〕")
		pattern = after
	}
}

func (s *sheetPart) facts() sheetTable {
	t := s.table("facts", "w-name", "w-who", "w-who", "w-who", "", "w-ref")
	for _, section := range s.Form.Sections {
		first := true
		for _, f := range section.Facts {
			if !s.own(f.At) {
				continue
			}
			if first {
				t.heading(section.Name)
				first = false
			}
			t.row(f.Clauses, cell(f.Name), cell(s.w.factKind(f)), cell(s.limits(f)), cell(s.w.need(f.Required)),
				sheetCell{Text: f.Help, Small: s.w.under(f.Required, s.columns(f))})
		}
	}
	return t
}

func (w *sheetWords) factKind(f *Fact) string {
	kind := w.word("sheet.fact.", string(f.Kind))
	if f.Kind == "series" && f.Of != "" {
		return w.t("fact_of", kind, w.word("sheet.fact.", string(f.Of)))
	}
	return kind
}

// limits says what a fact may be: unit, bounds, years, options.
func (s *sheetPart) limits(f *Fact) string {
	var out []string
	if f.Years != nil {
		out = append(out, strconv.Itoa(f.Years.From)+"—"+strconv.Itoa(f.Years.To))
	}
	if f.Min != "" && f.Min != "0 "+f.Unit {
		out = append(out, "≥ "+f.Min)
	}
	if f.Max != "" {
		out = append(out, "≤ "+f.Max)
	} else if f.Unit != "" {
		out = append(out, f.Unit)
	}
	if f.MaxItems > 0 {
		out = append(out, "≤ "+strconv.Itoa(f.MaxItems)+" "+f.Counter)
	}
	owner, _ := s.factOf(f.ID)
	if n := len(owner.optionsOf(f)); n > 0 {
		out = append(out, s.w.t("options", n))
	}
	return strings.Join(out, "，")
}

// columns names the columns of a list, or the options of a short choice.
func (s *sheetPart) columns(f *Fact) string {
	var names []string
	for _, c := range f.Columns {
		names = append(names, c.Name)
	}
	if len(names) > 0 {
		return s.w.t("columns", s.w.list(names))
	}
	const short = 8
	if owner, _ := s.factOf(f.ID); len(f.Options) > 0 && len(f.Options) <= short {
		for _, o := range owner.optionsOf(f) {
			names = append(names, o.Name)
		}
	}
	return s.w.list(names)
}

func (s *sheetPart) outlineTable() sheetTable {
	t := s.table("outline", "w-name", "", "w-ref")
	for _, o := range s.Form.Outline {
		if s.own(o.At) {
			t.row(o.Clauses, cell(o.Name), sheetCell{Text: strings.Join(o.Holds, "；"), Small: o.Note})
		}
	}
	return t
}

func (s *sheetPart) tableTable() sheetTable {
	t := s.table("tables", "", "", "", "w-ref")
	for _, x := range s.Package.Tables.Tables {
		if !s.own(x.At) {
			continue
		}
		var columns, limits []string
		for _, c := range x.Columns {
			columns = append(columns, c.Name)
		}
		clauses := x.Clauses
		for _, l := range x.Limits {
			limits = append(limits, l.Label+" ≤ "+l.Max)
			clauses = appendNew(clauses, l.Clauses...)
		}
		t.row(clauses, sheetCell{Text: x.Name, Small: x.Note}, cell(s.w.list(columns)), cell(strings.Join(limits, "；")))
	}
	return t
}

func (s *sheetPart) steps() sheetTable {
	t := s.table("steps", "w-num", "w-name", "w-who", "w-name", "", "w-ref")
	for i, x := range s.Review.Steps {
		if s.own(x.At) {
			t.row(x.Clauses, count(i+1), cell(x.Name), cell(s.w.who(x.Who)), cell(s.w.room(x.Room)), sheetCell{Small: x.Note})
		}
	}
	return t
}

func (s *sheetPart) criteria() sheetTable {
	t := s.table("criteria", "", "w-name", "num", "w-ref")
	for _, c := range s.Review.Criteria {
		if !s.own(c.At) {
			continue
		}
		weight := s.w.t("open_value")
		if c.Weight != nil {
			weight = strconv.Itoa(*c.Weight)
		}
		t.row(c.Clauses, sheetCell{Text: c.Name, Small: c.Note}, cell(s.stageName(c.Step)), cell(weight))
	}
	return t
}

func (s *sheetPart) duties() sheetTable {
	t := s.table("duties", "", "w-who", "w-name", "w-name", "w-name", "w-ref")
	for _, d := range s.After.Duties {
		if s.own(d.At) {
			t.row(d.Clauses, sheetCell{Text: d.Name, Small: d.Note}, cell(s.w.who(d.Who)), cell(d.When), cell(d.Due), cell(s.w.room(d.Room)))
		}
	}
	a := s.After
	if a.Publicity.Days != nil && s.own(a.Publicity.At) {
		t.row(a.Publicity.Clauses, sheetCell{Text: s.w.t("publicity", *a.Publicity.Days), Small: a.Publicity.Note}, cell(""), cell(""), cell(""), cell(s.w.room("decide")))
	}
	if a.Build.Years != nil && s.own(a.Build.At) {
		t.row(a.Build.Clauses, sheetCell{Text: s.w.t("build", *a.Build.Years), Small: a.Build.Note}, cell(""), cell(""), cell(""), cell(s.w.room("monitor")))
	}
	if a.Evaluation.Every != nil && s.own(a.Evaluation.At) {
		t.row(a.Evaluation.Clauses, sheetCell{Text: s.w.t("evaluation", *a.Evaluation.Every), Small: a.Evaluation.Note}, cell(""), cell(""), cell(""), cell(s.w.room("evaluate")))
	}
	return t
}

func (s *sheetPart) money() sheetTable {
	t := s.table("money", "", "num", "", "w-ref")
	for _, m := range s.After.Money {
		if !s.own(m.At) {
			continue
		}
		amount := m.Amount
		if amount == "" {
			amount = s.w.t("open_value")
		}
		t.row(m.Clauses, sheetCell{Text: m.Name, Small: m.Note}, cell(amount), cell(m.When))
	}
	return t
}

func (s *sheetPart) contacts() sheetTable {
	t := s.table("contacts", "", "w-name", "w-name", "", "w-ref")
	for _, c := range s.Call.Contacts {
		if s.own(c.At) {
			t.row(c.Clauses, sheetCell{Text: c.Name, Small: c.Address}, cell(s.w.list(c.Person)), sheetCell{Lines: c.Phone},
				sheetCell{Text: c.Purpose, Small: c.Note})
		}
	}
	return t
}

// choices are the records of interpretations: how an open point was read.
func (s *sheetPart) choices() sheetTable {
	t := s.table("choices", "w-name", "", "w-pick", "", "w-date", "w-ref")
	add := func(anchor, name string, at At, clauses []string, c *Choice, chosen string, options []string) {
		if c == nil || !s.own(at) {
			return
		}
		var others []string
		for _, o := range options {
			if o != chosen {
				others = append(others, o)
			}
		}
		pick := sheetCell{Text: chosen, Class: "picked"}
		if len(others) > 0 {
			pick.Small = s.w.t("not_chosen", strings.Join(others, "；"))
		}
		on := ""
		if c.On != nil {
			on = c.On.String()
		}
		t.row(clauses, cell(name), cell(c.Question), pick, cell(c.Why), sheetCell{Text: c.By, Small: on}).Anchor = s.Anchor + "-choice-" + anchor
	}
	words := func(c *Choice) (options []string) {
		if c != nil {
			for _, o := range c.Options {
				options = append(options, o.Text())
			}
		}
		return options
	}
	for _, q := range s.Call.Parameters {
		var options []string
		if q.Choice != nil {
			for _, o := range q.Choice.Options {
				options = append(options, s.value(q, o))
			}
		}
		add(q.ID, q.Name, q.At, q.Clauses, q.Choice, s.value(q, q.Value), options)
	}
	for _, x := range s.Ledger.Targets {
		if o := words(x.Choice); len(o) > 0 {
			add(x.ID, x.Name, x.At, x.Clauses, x.Choice, o[0], o)
		}
	}
	if r := s.Call.Ranking; r != nil {
		if o := words(r.Choice); len(o) > 0 {
			add("ranking", s.w.t("title.ranking"), r.At, r.Clauses, r.Choice, o[0], o)
		}
	}
	return t
}
