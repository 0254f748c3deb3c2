package registry

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"shenbao/rule"
)

// A Given (预填) is a value of a profile in the shape of one fact of a package,
// with where it comes from.
type Given struct {
	State     State
	Source    Source
	Confirmed time.Time // when it was last confirmed
	Left      []string  // columns of a list that the profile says nothing of: for the applicant to fill in

	value any // as rule/read.go takes it
}

// JSON is the value as the facts of an application state it
// (programmes/FORMAT.md). Verified asks for what an authority verified: what
// the unit only declares is then unverified.
func (g Given) JSON(verified bool) json.RawMessage {
	v := g.value
	if word := statusOf(g.State.For(verified)); word != "known" {
		if l, ok := v.(listJSON); ok {
			l.Status = word
			v = l
		} else {
			v = map[string]any{"status": word, "value": v}
		}
	}
	text, _ := json.Marshal(v) // texts, numbers and booleans always have a JSON form
	return text
}

func statusOf(s rule.State) string {
	return map[rule.State]string{rule.Known: "known", rule.IsUnverified: "unverified", rule.IsExpired: "expired", rule.NotSupplied: "missing"}[s]
}

// listJSON is a list as facts state it.
type listJSON struct {
	Complete bool             `json:"complete"`
	Status   string           `json:"status,omitempty"`
	Rows     []map[string]any `json:"rows"`
}

// keyJSON is a unit or a person as facts state it.
type keyJSON struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Prefill shapes what the profile says about the key from for a fact of a
// package; ok is false when it says nothing that fits. The facts that no
// profile can fill are told by [NotFromProfile].
func (p *Profile) Prefill(f *rule.Fact, from string) (Given, bool) {
	v := p.Value(from)
	if register, ok := strings.CutPrefix(from, "register."); ok && f.Kind != rule.ListKind {
		v = p.answer(f, register, v)
	} else if from == "register.platforms" {
		v = p.allPlatforms(v)
	}
	g := Given{State: v.State, Source: v.Source, Confirmed: v.Confirmed}
	ok := v.Known()
	if ok {
		switch f.Kind {
		case rule.ListKind:
			g.value, g.Left = listOf(f, v)
		case rule.SeriesKind:
			g.value, ok = seriesOf(f, v)
		default:
			g.value, ok = cellOf(f, v.Kind, v.Text, v.Label)
		}
	}
	return g, ok
}

// seriesOf takes the years that the fact has.
func seriesOf(f *rule.Fact, v Value) (map[string]any, bool) {
	years := map[string]any{}
	for year, text := range v.Years {
		one, ok := cellOf(&rule.Fact{Kind: f.Of, Unit: f.Unit}, v.Kind, text, "")
		if ok && year >= f.Years[0] && year <= f.Years[1] {
			years[strconv.Itoa(year)] = one
		}
	}
	return years, len(years) > 0
}

// listOf takes the columns that the fact and the list have in common; a
// register's columns may go by other names.
func listOf(f *rule.Fact, v Value) (listJSON, []string) {
	out := listJSON{Complete: v.Complete, Rows: []map[string]any{}}
	from := map[*rule.Fact]*Column{}
	var left []string
	for _, c := range f.Columns {
		if from[c] = v.list.Column(v.list.called(c.Code)); from[c] == nil {
			left = append(left, c.Code)
		}
	}
	for _, row := range v.Rows {
		cells := map[string]any{}
		for fact, c := range from {
			if c == nil || row[c.Code] == "" {
				continue
			}
			if one, ok := cellOf(fact, c.Kind, row[c.Code], row[c.Code+maskedSuffix]); ok {
				cells[fact.Code] = one
			}
		}
		if len(out.Rows) < f.MaxItems {
			out.Rows = append(out.Rows, cells)
		} else {
			out.Complete = false
		}
	}
	return out, left
}

// called is the list's own name for a column of a form.
func (l *List) called(code string) string {
	if l.register {
		if own := formColumns[l.ID][code]; own != "" {
			return own
		}
	}
	return code
}

// formColumns are the columns of forms that a register has under another name.
var formColumns = map[string]map[string]string{
	"platforms":      {"approved": "valid_from"},
	"integrity":      {"date": "valid_from", "finding": "matter"},
	"guidance_funds": {"name": "fund", "year": "valid_from"},
}

// cellOf writes a canonical text as a value of a fact; ok is false when the
// fact takes another kind, or has no such option.
func cellOf(f *rule.Fact, kind Kind, text, label string) (any, bool) {
	switch f.Kind {
	case rule.TextKind, rule.LongTextKind:
		return text, kind == Text || kind == LongText
	case rule.BoolKind:
		return text == "true", kind == Bool
	case rule.DateKind, rule.PlaceKind:
		return text, string(f.Kind) == string(kind)
	case rule.YearKind:
		return text[:min(4, len(text))], kind == Year || kind == Date
	case rule.ChoiceKind:
		return text, kind == Choice && hasOption(f, text)
	case rule.ChoicesKind:
		return strings.Fields(text), kind == choices
	case rule.UnitKind:
		return keyJSON{text, label}, kind == Credit
	case rule.PersonKind:
		return keyJSON{text, label}, kind == Person
	case rule.MoneyKind, rule.DecimalKind, rule.IntegerKind:
		fits := kind == Money && f.Kind == rule.MoneyKind || kind == Area && f.Dim() == rule.AreaDim || kind == Integer && f.Kind == rule.IntegerKind
		return inUnit(text, f.Unit), fits
	}
	return nil, false
}

func hasOption(f *rule.Fact, code string) bool {
	for _, o := range f.Options {
		if o.Code == code {
			return true
		}
	}
	return false
}

// allPlatforms are the platforms of the register and those that the unit names
// itself beside them.
func (p *Profile) allPlatforms(register Value) Value {
	own := p.rows(FindList(PlatformsList))
	if !own.Known() {
		return register
	}
	all := register
	if !register.Known() {
		all = Value{list: FindRegister("platforms"), Source: own.Source}
	}
	seen := map[string]bool{}
	for _, r := range register.Rows {
		seen[fold(r["name"])] = true
	}
	for _, r := range own.Rows {
		if status := r["status"]; !seen[fold(r["name"])] && status != "merged" && status != "withdrawn" {
			all.Rows = append(all.Rows, map[string]string{"name": r["name"], "kind": r["kind"], "field": r["field"], "valid_from": r["approved"]})
		}
	}
	all.Complete = register.Complete || own.Complete
	all.State = weaker(register.State, own.State)
	if all.Confirmed.IsZero() || own.Confirmed.Before(all.Confirmed) {
		all.Confirmed = own.Confirmed
	}
	return all
}
