package registry

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/locale"
)

// A Value is what a profile or a register says about a key of form.yaml
// (from: profile.X or register.X). One of Text, Years and Rows holds it.
type Value struct {
	From      string              `json:"from"`
	Kind      Kind                `json:"kind,omitempty"` // of Text, and of each year
	Text      string              `json:"text,omitempty"` // canonical
	Label     string              `json:"label,omitempty"`
	Years     map[int]string      `json:"years,omitempty"`
	Rows      []map[string]string `json:"rows,omitempty"`
	Complete  bool                `json:"complete"` // Rows are all there are
	State     State               `json:"state"`
	Source    Source              `json:"source"`
	Confirmed time.Time           `json:"confirmed,omitzero"` // of all that it rests on, the oldest confirmation

	list *List // of Rows
}

// Known reports whether there is a value at all.
func (v Value) Known() bool { return v.State != Absent }

// Source says where a value comes from (来源), for the people who see it
// prefilled.
type Source struct {
	Kind     string `json:"kind"`               // unit, fact, list, sum, register
	List     string `json:"list,omitempty"`     // id of the list or register
	Document string `json:"document,omitempty"` // of a register: the source of its newest edition
	Rows     int    `json:"rows,omitempty"`     // how many rows it rests on
}

// Text says it in a language: 单位档案·财务, 名录“高新技术企业名录”（鲁科字〔2024〕1号）.
func (s Source) Text(lang string) string {
	switch s.Kind {
	case "register":
		if s.Document != "" {
			return locale.Text(lang, "registry.source.document", FindRegister(s.List).Name(lang), s.Document)
		}
		return locale.Text(lang, "registry.source.register", FindRegister(s.List).Name(lang))
	case "unit":
		return locale.Text(lang, "registry.source.unit")
	case "sum":
		return locale.Text(lang, "registry.source.sum", FindList(s.List).Name(lang), s.Rows)
	}
	return locale.Text(lang, "registry.source.list", FindList(s.List).Name(lang))
}

// Value returns what the profile says about a key of form.yaml. A key that
// nothing can be said about, or nobody has entered, gives a Value that is not
// Known.
func (p *Profile) Value(from string) Value {
	v := p.value(from)
	v.From = from
	return v
}

func (p *Profile) value(from string) Value {
	if register, ok := strings.CutPrefix(from, "register."); ok {
		return p.held(register)
	}
	code, ok := strings.CutPrefix(from, "profile.")
	if !ok {
		return Value{}
	}
	if of, ok := origins[code]; ok {
		return of(p)
	}
	facts, finance := FindList(FactsList), FindList(FinanceList)
	switch {
	case facts.Column(code) != nil:
		return p.fact(code)
	case finance.Column(code) != nil:
		return p.series(finance.Column(code))
	case FindList(code) != nil && code != FactsList:
		return p.rows(FindList(code))
	}
	return Value{}
}

// origins are the keys profile.X that are neither the code of a single fact, of
// a column of finance, nor of a list: what the unit was registered with, what
// is counted from rows, and a second name.
var origins = map[string]func(*Profile) Value{
	"unit":  func(p *Profile) Value { return p.registered(Credit, p.Unit.Code, p.Unit.Name) },
	"kind":  func(p *Profile) Value { return p.registered(Choice, p.Unit.Kind, "") },
	"place": func(p *Profile) Value { return p.registered(Place, p.Unit.Place, "") },
	"legal": func(p *Profile) Value { return p.fact("legal_person") },
	"lab_area": func(p *Profile) Value {
		return p.sum(PremisesList, "area", func(r *Row) bool { return r.Cells["use"] == "research" })
	},
	"equipment_value": func(p *Profile) Value { return p.sum(InstrumentsList, "value", func(*Row) bool { return true }) },
}

// registered is what stands with the unit itself: its authority confirmed it.
func (p *Profile) registered(kind Kind, text, label string) Value {
	if text == "" {
		return Value{}
	}
	v := Value{Kind: kind, Text: text, Label: label, State: Declared, Source: Source{Kind: "unit"}, Confirmed: p.Unit.Created}
	if !p.Unit.Decided.IsZero() && p.Unit.State == actor.Confirmed {
		v.State, v.Confirmed = Verified, p.Unit.Decided
	}
	return v
}

// over adds a row to what a value rests on.
func (v *Value) over(r *Row, at time.Time) {
	v.State = weaker(v.State, r.StateAt(at))
	if v.Confirmed.IsZero() || r.Confirmed.At.Before(v.Confirmed) {
		v.Confirmed = r.Confirmed.At
	}
	v.Source.Rows++
}

func (p *Profile) fact(code string) Value {
	r := p.Fact(code)
	if r == nil {
		return Value{}
	}
	v := Value{Kind: FindList(FactsList).Column(code).Kind, Text: r.Cells[code], Source: Source{Kind: "fact", List: FactsList}}
	v.over(r, p.At)
	return v
}

// series is a column of the years of finance.
func (p *Profile) series(c *Column) Value {
	v := Value{Kind: c.Kind, Years: map[int]string{}, Source: Source{Kind: "list", List: FinanceList}}
	for _, r := range p.Rows[FinanceList] {
		year, err := strconv.Atoi(r.Cells["year"])
		if text := r.Cells[c.Code]; text != "" && err == nil {
			v.Years[year] = text
			v.over(r, p.At)
		}
	}
	return v
}

// rows are the rows of a list that still count. A list without rows is known
// when the unit said that there are none.
func (p *Profile) rows(l *List) Value {
	v := Value{list: l, Source: Source{Kind: "list", List: l.ID}}
	for _, r := range p.Rows[l.ID] {
		if until := r.Cells[l.Until]; l.Until != "" && until != "" && until < dayOf(p.At) {
			continue
		}
		v.Rows = append(v.Rows, r.shared())
		v.over(r, p.At)
	}
	if r := p.Fact("complete_" + l.ID); r != nil && r.Cells[r.key] == "true" {
		v.Complete = r.StateAt(p.At) != Expired
		v.over(r, p.At)
		v.Source.Rows--
	}
	return v
}

// shared are the cells as rules and applications take them: an identity number
// is its keyed hash, with the masked number beside it.
func (r *Row) shared() map[string]string {
	cells := map[string]string{}
	for code, text := range r.Cells {
		cells[code] = text
	}
	if c := FindList(r.List).kind(Person); c != nil && r.Person != "" {
		cells[c.Code], cells[c.Code+maskedSuffix] = r.Person, r.Cells[c.Code]
	}
	return cells
}

// maskedSuffix marks the cell that holds the masked form of an identity number.
const maskedSuffix = " masked"

// sum adds up a column over the rows that still count and fit.
func (p *Profile) sum(list, column string, fits func(*Row) bool) Value {
	l := FindList(list)
	v := Value{Kind: l.Column(column).Kind, Source: Source{Kind: "sum", List: list}}
	total := int64(0)
	for _, r := range p.Rows[list] {
		until := r.Cells[l.Until]
		n, err := strconv.ParseInt(r.Cells[column], 10, 64)
		if err != nil || !fits(r) || l.Until != "" && until != "" && until < dayOf(p.At) {
			continue
		}
		total += n
		v.over(r, p.At)
	}
	if v.Source.Rows > 0 {
		v.Text = strconv.FormatInt(total, 10)
	}
	return v
}

// held are the rows that a register has of the unit. It is verified: an
// authority says so. Of a register that nobody keeps nothing is known.
func (p *Profile) held(register string) Value {
	l, rows := FindRegister(register), p.Registers[register]
	if l == nil || rows == nil || len(rows.Rows) == 0 && !rows.Complete {
		return Value{}
	}
	return Value{list: l, Rows: slices.Clone(rows.Rows), Complete: rows.Complete, State: Verified, Confirmed: rows.Adopted,
		Source: Source{Kind: "register", List: register, Document: rows.Document, Rows: len(rows.Rows)}}
}
