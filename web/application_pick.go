package web

import (
	"slices"
	"strings"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
	"shenbao/rule"
)

// rosterRows is how many rows of a roster a page offers.
const rosterRows = 50

// A rosterView is what a page of the form shows of the roster from which a fact
// is picked: a person, or the rows of a list.
type rosterView struct {
	Fact *rule.Fact
	Of   registry.Roster
	Rows []*registry.Row
	More bool // there are others
	Text string
	Open bool
}

// rosterColumns are what is shown of a roster's rows, so that they can be told
// apart.
var rosterColumns = map[string][]string{
	registry.StaffList:       {"name", "person", "birth", "title", "rank"},
	registry.InstrumentsList: {"name", "code", "model", "value"},
	registry.PremisesList:    {"address", "area", "use", "certificate"},
}

// rosterViews are the rosters from which facts of the section can be picked, by
// fact. An answer that is no whole page has none.
func (p sectionPage) rosterViews(v *visit, r db.Reader) (map[string]*rosterView, error) {
	out := map[string]*rosterView{}
	if !p.Sight.MayEdit || v.JSON() || v.Header.Get("HX-Request") != "" {
		return out, nil
	}
	for _, d := range p.section.Facts {
		list, f := p.form.RosterOf(d.ID), p.form.Package.Schema.Fact(d.ID)
		if list == "" || p.Sight.Part && f.Kind != rule.ListKind {
			continue
		}
		one := &rosterView{Fact: f, Of: p.Sight.Roster(v.By(), list)}
		if p.query.Find == d.ID {
			one.Open, one.Text = true, p.query.Text
		}
		var err error
		one.Rows, one.More, err = one.Of.Search(v.Context(), r, v.By(), one.Text, rosterRows)
		switch {
		case err == nil:
			out[d.ID] = one
		case fault.Of(err).Kind == fault.Internal:
			return nil, err
		} // who may not see the roster picks nothing from it
	}
	return out, nil
}

// columns are those that the page shows.
func (l *rosterView) columns() []*registry.Column {
	var out []*registry.Column
	for _, code := range rosterColumns[l.Of.List] {
		out = append(out, registry.FindList(l.Of.List).Column(code))
	}
	return out
}

// name is what people call the roster.
func (l *rosterView) name(v *visit) string { return registry.FindList(l.Of.List).Name(v.Lang) }

// many reports whether several rows are picked at once.
func (l *rosterView) many() bool { return l.Fact.Kind == rule.ListKind }

// profile is where the roster is kept.
func (l *rosterView) profile() string { return atList{l.Of.Unit, l.Of.List}.address() }

// holds reports whether the list of the form has a row of the roster already.
func (p sectionPage) holds(l *rosterView, row *registry.Row) bool {
	return l.many() && p.form.Holds(l.Fact, row)
}

// pickID is the id of the place on the page where a fact is picked.
func pickID(code string) string { return "pick-" + plainID(code) }

// searched is for which fact a page asks to search a roster, and for what: the
// one whose button was pressed, else the one in whose box something stands.
func searched(sent rest, then string) (code, text string) {
	code, _ = strings.CutPrefix(then, "find:")
	if code == then {
		code = ""
		for name := range sent {
			if one, ok := strings.CutPrefix(name, "page:find:"); ok && strings.TrimSpace(sent.Get(name)) != "" && (code == "" || one < code) {
				code = one
			}
		}
	}
	return code, strings.TrimSpace(sent.Get("page:find:" + code))
}

// pickForSection saves what was typed into a section, as [Server.saveSection]
// does, and then takes the chosen rows of a roster into one of its facts. A page
// names them page:row:FACT, because it may offer several rosters.
func (s *Server) pickForSection(v *visit, in struct {
	Application apply.ID         `json:"application" in:"path"`
	Section     string           `json:"section" in:"path"`
	Fact        string           `json:"fact"`
	Rows        []registry.RowID `json:"rows"`
	Over        bool             `json:"over"`
	Fields      rest             `json:"fields"`
}) (page, error) {
	at, sent := atSection{in.Application, in.Section}, savingOf(in.Application, in.Fields)
	saved, err := s.keep(v, sent)
	var picked *apply.Picked
	if err == nil && len(saved.Conflicts) == 0 {
		for _, id := range in.Fields["page:row:"+in.Fact] {
			in.Rows = append(in.Rows, registry.RowID(id))
		}
		picked, err = s.pick(v, apply.RowPicking{Application: in.Application, List: in.Fact, Rows: in.Rows}, in.Over || in.Fields.Get("page:over:"+in.Fact) != "")
	}
	if err != nil || picked != nil && picked.Twice+len(picked.Kept) > 0 {
		sent.query.Find, sent.query.Text = in.Fact, strings.TrimSpace(in.Fields.Get("page:find:"+in.Fact))
	}
	p, e := s.section(v, at, sent.query)
	if e != nil {
		return nil, e
	}
	p.Saved, p.Picked, p.typed, p.touched = saved, picked, sent.Typed, sent.fields()
	if err == nil && picked != nil && picked.Twice+len(picked.Kept) == 0 && v.plain() { // nil: somebody else changed the section
		sent.query.Find = ""
		if l := p.lists[in.Fact]; l != nil && l.Total > formRows { // the new rows stand at its end
			sent.query.List, sent.query.From = in.Fact, int64((l.Total-1)/formRows*formRows)
		}
		return moved{p.after(v, saving{query: sent.query}) + "#" + inputID(in.Fact)}, nil
	}
	return p, err
}

// pick takes rows of a roster into a list, or one row into the facts about a
// person. It is no act, and leaves no line.
func (s *Server) pick(v *visit, in apply.RowPicking, over bool) (*apply.Picked, error) {
	return db.Keep(v.Context(), s.DB, func(tx *db.Tx) (*apply.Picked, error) {
		tx.By = v.By()
		_, form, err := s.draft(v, tx, in.Application)
		if err != nil {
			return nil, err
		}
		if f := form.Package.Schema.Fact(in.List); f == nil || f.Kind == rule.ListKind {
			return apply.PickRows(v.Context(), tx, s.office, in)
		}
		one := apply.Picking{Application: in.Application, Fact: in.List, Over: over}
		switch len(in.Rows) {
		case 0:
		case 1:
			one.Row = in.Rows[0]
		default:
			return nil, fault.New(fault.Invalid, "web.twice", "rows").In("rows")
		}
		return apply.Pick(v.Context(), tx, s.office, one)
	})
}

// kept are the names of the facts that stayed as they were.
func (p sectionPage) kept() string {
	var names []string
	for _, code := range p.Picked.Kept {
		names = append(names, p.form.Label(code))
	}
	slices.Sort(names)
	return joined(names)
}
