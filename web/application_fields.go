package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/programme"
	"shenbao/registry"
	"shenbao/rule"
)

// A control is one input of the form: of a fact, of a year of a series, or of a
// cell of a row.
type control struct {
	Name  string // apply.Saving.Typed
	Fact  *rule.Fact
	Kind  rule.Kind
	Value string
	Head  string // id of what names it; "" when it has a label of its own
	Wrong bool
}

// formRows is how many rows of a list a page of the form shows, blankRows how
// many are ready to be filled in, fewOptions how many a cell shows in a select.
const (
	formRows   = 50
	blankRows  = 3
	fewOptions = 8
)

// A listView is what a page shows of a list.
type listView struct {
	Fact  *rule.Fact
	Rows  []string // ids
	Blank []string // ids of rows that may be filled in
	From  int      // how many rows stand before
	Total int
}

func (p sectionPage) listViews() map[string]*listView {
	out := map[string]*listView{}
	for _, d := range p.section.Facts {
		f := p.form.Package.Schema.Fact(d.ID)
		if f.Kind != rule.ListKind {
			continue
		}
		all := p.form.Rows(f.Code)
		l := &listView{Fact: f, Total: len(all)}
		if p.query.List == f.Code {
			l.From = min(max(0, int(p.query.From)), max(0, len(all)-1)) / formRows * formRows
		}
		l.Rows = all[l.From:min(len(all), l.From+formRows)]
		if p.mayAdd(f) && l.From+len(l.Rows) == len(all) {
			for range min(blankRows, apply.MaxRows(d)-len(all)) {
				l.Blank = append(l.Blank, db.NewID())
			}
		}
		out[f.Code] = l
	}
	return out
}

// mayAdd reports whether the reader may add rows to a list: a partner has its one
// row among the units.
func (p sectionPage) mayAdd(list *rule.Fact) bool {
	return p.Sight.MayEdit && (!p.Sight.Part || list != p.form.UnitsList())
}

// may reports whether the reader may write a field: a partner only its rows.
func (p sectionPage) may(v *visit, field string) bool {
	return p.Sight.MayEdit && (!p.Sight.Part || p.form.Opens(v.Actor.Unit, field))
}

// value is what an input shows: what was typed, when it was not taken over, else
// what stands.
func (p sectionPage) value(v *visit, input string, stands string) string {
	typed, sent := p.typed[input]
	if sent && (v.Fault != nil || p.conflict(fieldOfInput(input)) != nil) {
		return typed
	}
	return stands
}

// conflict is what somebody else wrote into a field meanwhile, nil for nothing.
func (p sectionPage) conflict(field string) *apply.Conflict {
	if p.Saved == nil {
		return nil
	}
	i := slices.IndexFunc(p.Saved.Conflicts, func(c apply.Conflict) bool { return c.Field == field })
	if i < 0 {
		return nil
	}
	return &p.Saved.Conflicts[i]
}

// one is the input of a fact, or with a year that of one year of a series.
func (p sectionPage) one(v *visit, f *rule.Fact, year int) control {
	c := control{Name: f.Code, Fact: f, Kind: f.Kind}
	if f.Kind == rule.SeriesKind {
		c.Name, c.Kind = f.Code+":"+strconv.Itoa(year), f.Of
	}
	c.Value = p.value(v, c.Name, p.form.Fields[c.Name].ShownIn(f))
	c.Wrong = len(p.faults(v, c.Name)) > 0
	return c
}

// cell is the input of a cell of a row.
func (p sectionPage) cell(v *visit, column *rule.Fact, row string) control {
	list, _, _ := strings.Cut(row, "/")
	c := control{Name: row + "/" + column.Code, Fact: column, Kind: column.Kind, Head: headID(list, column)}
	c.Value = p.value(v, c.Name, p.form.Fields[row].Cell(column))
	return c
}

// headID is the id of a column's head.
func headID(list string, column *rule.Fact) string { return "h-" + plainID(list+"-"+column.Code) }

// plainID is an id that a selector of CSS can name.
func plainID(text string) string {
	return strings.NewReplacer(".", "-", "/", "-", ":", "-").Replace(text)
}

// inputID is the id of an input: a link to it ends in #f-NAME.
func inputID(name string) string { return "f-" + strings.ReplaceAll(name, " ", "-") }

// attributes are those of the element that depend on the fact.
func (c control) attributes() templ.Attributes {
	a := templ.Attributes{"aria-describedby": "s-" + fieldOfInput(c.Name), "autocomplete": "off"}
	if c.Head != "" {
		a["aria-labelledby"] = c.Head
		delete(a, "aria-describedby")
	}
	if c.Wrong {
		a["aria-invalid"] = "true"
	}
	switch c.Kind {
	case rule.MoneyKind, rule.DecimalKind, rule.IntegerKind, rule.PercentKind, rule.YearKind:
		a["inputmode"] = "decimal"
	case rule.TextKind, rule.LongTextKind:
		if c.Fact.MaxChars > 0 {
			a["data-max"] = c.Fact.MaxChars
		}
	}
	return a
}

// unit stands behind the input of a number.
func (c control) unit() string {
	if c.Fact.Unit == nil || c.Kind == rule.ListKind {
		return ""
	}
	return c.Fact.Unit.Name
}

// options are the answers of a choice, with what stands there if it is none.
func (c control) options(v *visit) []option {
	out := []option{{"", v.T("choose")}}
	known := c.Value == ""
	if c.Kind == rule.BoolKind {
		out = append(out, option{"true", v.T("yes")}, option{"false", v.T("no")})
		known = known || c.Value == "true" || c.Value == "false"
	}
	for _, o := range c.Fact.Options {
		out = append(out, option{o.Code, o.Name})
		known = known || c.Value == o.Code
	}
	if !known {
		out = append(out, option{c.Value, c.Value})
	}
	return out
}

// picked reports whether a cell offers its many options as suggestions, so that
// they stand on the page once.
func (c control) picked() bool {
	return c.Kind == rule.ChoiceKind && c.Head != "" && len(c.Fact.Options) > fewOptions
}

// lines is how high an input for a long text is: a cell is one of many.
func (c control) lines() string {
	if c.Head != "" {
		return "2"
	}
	return "6"
}

// shown is the value for those who read it.
func (c control) shown(v *visit) string {
	switch c.Kind {
	case rule.BoolKind:
		return map[string]string{"true": v.T("yes"), "false": v.T("no")}[c.Value]
	case rule.ChoiceKind:
		return optionName(c.Fact, c.Value)
	case rule.ChoicesKind:
		var names []string
		for _, code := range strings.Fields(c.Value) {
			names = append(names, optionName(c.Fact, code))
		}
		return joined(names)
	case rule.PlaceKind:
		return placeShown(c.Value)
	}
	if c.Value != "" && c.unit() != "" {
		return c.Value + " " + c.unit()
	}
	return c.Value
}

func optionName(f *rule.Fact, code string) string {
	for _, o := range f.Options {
		if o.Code == code {
			return o.Name
		}
	}
	return code
}

// faults say what is wrong with a field: with what it holds, and, once a check
// was asked for, what it lacks.
func (p sectionPage) faults(v *visit, field string) []string {
	var out []string
	for _, f := range p.assessed.Wrong {
		if f.Field == field {
			out = append(out, v.sentence(f))
		} else if column, ok := strings.CutPrefix(f.Field, field+"/"); ok && len(column) < 32 {
			out = append(out, v.T("applications.in_column", p.columnName(v, field, column), v.sentence(f)))
		}
	}
	if !p.query.Check {
		return out
	}
	for _, i := range p.assessed.Issues {
		if i.Field == field && i.Place == p.Section && !slices.Contains(out, i.Text) {
			out = append(out, i.Text)
		}
	}
	return out
}

func (p sectionPage) columnName(v *visit, field, column string) string {
	f := p.form.Package.Schema.Fact(codeOf(field))
	for _, c := range f.Columns {
		if c.Code == column {
			return c.Label(v.Lang)
		}
	}
	return column
}

// noted is how what was typed was taken, when that reads otherwise: 1.2亿 as
// 12000 万元.
func (p sectionPage) noted(v *visit, field string) string {
	typed, sent := p.typed[field]
	fact := p.form.Package.Schema.Fact(codeOf(field))
	if !sent || fact == nil || fact.Unit == nil || typed == "" {
		return ""
	}
	stands := p.form.Fields[field].ShownIn(fact)
	if stands == "" || stands == strings.TrimSpace(typed) {
		return ""
	}
	return v.T("applications.noted", stands, fact.Unit.Name)
}

// remarks are what an authority wants mended in a fact.
func (p sectionPage) remarks(code string) []apply.Remark {
	var out []apply.Remark
	for _, m := range p.Sight.Remarks {
		if codeOf(m.Field) == code {
			out = append(out, m)
		}
	}
	return out
}

// source is where the value of a fact comes from, "" when somebody typed it.
func (p sectionPage) source(v *visit, d *programme.Fact) string {
	for name, f := range p.form.Fields {
		if codeOf(name) == d.ID && !f.Empty() && f.Source != apply.Typed && f.Source != "" {
			return v.T("applications.source", sourceName(v, f.Source))
		}
	}
	return ""
}

// sourceName is what people call a place of the profile or a register.
func sourceName(v *visit, from string) string {
	if id, ok := strings.CutPrefix(from, "register."); ok {
		if l := registry.FindRegister(id); l != nil {
			return v.T("applications.from_register", l.Name(v.Lang))
		}
		return v.T("applications.from_registers")
	}
	id := strings.TrimPrefix(from, "profile.")
	if slices.Contains([]string{"unit", "place", "kind"}, id) {
		return v.T("profile.title") // of the unit itself
	}
	if l := registry.FindList(id); l != nil {
		return v.T("applications.from_profile", l.Name(v.Lang))
	}
	for _, l := range registry.Lists {
		if l.Column(id) != nil {
			return v.T("applications.from_profile", l.Name(v.Lang))
		}
	}
	return v.T("profile.title")
}

// conditional reports whether a fact is needed only when others say so.
func conditional(d *programme.Fact) bool { return d.Required.When != "" }

// needWord says whether a fact has to be given, as a message and a colour.
func needWord(v *visit, d *programme.Fact, need rule.Truth) (word, colour string) {
	switch {
	case need == rule.Met:
		return v.T("applications.required"), "open"
	case need == rule.Unknown && conditional(d):
		return v.T("applications.may_be_required"), ""
	case conditional(d):
		return v.T("applications.not_needed"), ""
	}
	return v.T("optional"), ""
}

// A progress is how far a section is filled in.
type progress struct {
	ID, Name       string
	Filled, Needed int  // of the facts that have to be given
	Wrong          int  // values that cannot be read
	Ready          bool // of a whole application: nothing stands in the way of submitting it
}

func (p progress) done() bool { return p.Filled == p.Needed && p.Wrong == 0 }

func progressOf(form *apply.Form, s *apply.Assessment) []progress {
	var out []progress
	for _, section := range form.Package.Form.Sections {
		one := progress{ID: section.ID, Name: section.Name}
		open := map[string]bool{}
		for _, i := range s.Issues {
			if i.Place == section.ID && i.Blocks {
				open[codeOf(i.Field)] = true
			}
		}
		for _, f := range s.Wrong {
			if slices.ContainsFunc(section.Facts, func(d *programme.Fact) bool { return d.ID == codeOf(f.Field) }) {
				one.Wrong++
			}
		}
		for _, d := range section.Facts {
			if s.Needed[d.ID] == rule.Met && string(d.Kind) != string(rule.FileKind) {
				one.Needed++
				if !open[d.ID] {
					one.Filled++
				}
			}
		}
		out = append(out, one)
	}
	return out
}

// firstOpen is the first section in which something stands in the way, or the
// first of all.
func firstOpen(form *apply.Form, s *apply.Assessment) string {
	all := progressOf(form, s)
	for _, one := range all {
		if !one.done() {
			return one.ID
		}
	}
	if len(all) == 0 {
		return ""
	}
	return all[0].ID
}

// sectionAddress is where a section is filled in.
func sectionAddress(s *apply.Sight, section string) string { return address(s) + "/form/" + section }

// fieldAddress leads to the input of a field, on the page of its list that
// holds it, with what it lacks beside it.
func fieldAddress(s *apply.Sight, form *apply.Form, section, field string) string {
	q := sectionQuery{Check: true}
	if list, row, ok := strings.Cut(field, "/"); ok {
		row, _, _ = strings.Cut(row, "/")
		if i := slices.Index(form.Rows(list), row); i >= formRows {
			q.List, q.From = list, int64(i/formRows*formRows)
		}
	}
	return sectionAddress(s, section) + "?" + q.encode() + "#" + inputID(field)
}

// whole reads a number that a page of ours wrote; 0 for what is none.
func whole(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
