package programme

import (
	"slices"
	"strings"

	"shenbao/internal/locale"
)

// sheetWords turns codes into words of the page's language.
type sheetWords struct{ lang string }

func (w *sheetWords) t(key string, args ...any) string {
	return locale.Text(w.lang, "sheet."+key, args...)
}

// word is a word of a vocabulary, or the code itself when there is none.
func (w *sheetWords) word(prefix, code string) string {
	key := prefix + code
	if text := locale.Text(w.lang, key); text != key {
		return text
	}
	return code
}

func (w *sheetWords) who(who Who) string {
	return locale.Text(w.lang, "programme.who."+string(who))
}

func (w *sheetWords) room(room string) string { return locale.Text(w.lang, "room."+room) }

func (w *sheetWords) kind(k ClauseKind) string {
	return locale.Text(w.lang, "coverage.kind."+strings.ReplaceAll(string(k), " ", "_"))
}

// list joins words as the language does.
func (w *sheetWords) list(words []string) string {
	return strings.Join(words, locale.Text(w.lang, "usage.comma"))
}

// instant writes a moment for people: 2024-12-02 17:00.
func instant(t *Instant) string {
	if t == nil {
		return ""
	}
	return strings.Replace(t.String(), "T", " ", 1)
}

// value writes a parameter's value in words: codes as the names of options,
// places by name, a run of years with a dash.
func (p *Package) value(q *Parameter, v Raw) string {
	var out []string
	for _, text := range v.Texts() {
		switch q.Type {
		case "set":
			text = p.optionName(q.Of, text)
		case "places":
			if i := slices.IndexFunc(p.Call.Places, func(l *Place) bool { return l.Code == text }); i >= 0 {
				text = p.Call.Places[i].Name
			}
		case "years", "dates":
			text = strings.Replace(text, "..", "—", 1)
		}
		out = append(out, text)
	}
	return strings.Join(out, "、")
}

// optionName is the name of an option of a fact, or its code.
func (p *Package) optionName(fact, code string) string {
	owner, f := p.factOf(fact)
	if f == nil {
		return code
	}
	return nameIn(owner.optionsOf(f), code, func(o *Option) (string, string) { return o.Code, o.Name })
}

// factOf finds a fact or column by its code. A guide itself is not compiled: its
// programmes know what it declares.
func (p *Package) factOf(code string) (*Package, *Fact) {
	for _, m := range append([]*Package{p}, p.Members...) {
		if f := m.facts[code]; f != nil {
			return m, f
		}
	}
	return p, nil
}

// materialNames are the names of materials.
func (p *Package) materialNames(ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, nameIn(p.Form.Materials, id, func(m *Material) (string, string) { return m.ID, m.Name }))
	}
	return out
}

// nameIn is the name of the entry with an id, or the id.
func nameIn[T any](list []T, id string, of func(T) (id, name string)) string {
	for _, e := range list {
		if i, name := of(e); i == id {
			return name
		}
	}
	return id
}

// stageName is the name of a stage or of a step of review.
func (p *Package) stageName(id string) string {
	name := nameIn(p.Call.Stages, id, func(s *Stage) (string, string) { return s.ID, s.Name })
	if name == id {
		name = nameIn(p.Review.Steps, id, func(s *ReviewStep) (string, string) { return s.ID, s.Name })
	}
	return name
}

// carrierName is what people call a carrier.
func (p *Package) carrierName(c Carrier) string {
	id := c.ID
	switch c.Type {
	case "material":
		return p.materialNames([]string{id})[0]
	case "field":
		return p.fieldName(id)
	case "quota":
		return nameIn(p.Call.Quotas, id, func(q *Quota) (string, string) { return q.ID, q.Name })
	case "table":
		id, column, _ := strings.Cut(id, ".")
		for _, t := range p.Tables.Tables {
			if t.ID == id && column != "" {
				return t.Name + " · " + nameIn(t.Columns, column, func(c *Column) (string, string) { return c.ID, c.Name })
			}
		}
		return nameIn(p.Tables.Tables, id, func(t *Table) (string, string) { return t.ID, t.Name })
	case "stage":
		if rest, ok := strings.CutPrefix(id, "ledger.systems."); ok {
			return nameIn(p.Ledger.Systems, rest, func(s *LedgerSystem) (string, string) { return s.ID, s.Name })
		}
		return p.stageName(id)
	case "duty":
		return p.dutyName(id)
	case "judge":
		if rest, ok := strings.CutPrefix(id, "criteria."); ok {
			return nameIn(p.Review.Criteria, rest, func(c *Criterion) (string, string) { return c.ID, c.Name })
		}
	}
	return id
}

func (p *Package) dutyName(id string) string {
	if rest, ok := strings.CutPrefix(id, "money."); ok {
		return nameIn(p.After.Money, rest, func(m *Money) (string, string) { return m.ID, m.Name })
	}
	name := nameIn(p.After.Duties, id, func(d *Duty) (string, string) { return d.ID, d.Name })
	if name == id {
		name = nameIn(p.Ledger.Tasks, id, func(t *LedgerTask) (string, string) { return t.ID, t.Name })
	}
	return name
}

// fieldName is the name of a fact, a column, an option, a section of the plan
// or a target.
func (p *Package) fieldName(id string) string {
	if rest, ok := strings.CutPrefix(id, "outline."); ok {
		return nameIn(p.Form.Outline, rest, func(o *OutlineSection) (string, string) { return o.ID, o.Name })
	}
	if rest, ok := strings.CutPrefix(id, "ledger.targets."); ok {
		return nameIn(p.Ledger.Targets, rest, func(t *Target) (string, string) { return t.ID, t.Name })
	}
	_, f := p.factOf(id)
	var above *Fact
	if i := strings.LastIndexByte(id, '.'); i > 0 {
		_, above = p.factOf(id[:i])
	}
	switch {
	case f != nil && above != nil:
		return above.Name + " · " + f.Name
	case f != nil:
		return f.Name
	case above != nil:
		i := strings.LastIndexByte(id, '.')
		return above.Name + "：" + p.optionName(id[:i], id[i+1:])
	}
	return id
}

// openName says what a text leaves open: an id of call.yaml, or a path in the
// file that lists it.
func (s *sheetPart) openName(id string) string {
	parts := strings.Split(id, ".")
	last := parts[len(parts)-1]
	key := "sheet.open." + strings.ReplaceAll(id, ".", "_")
	if text := locale.Text(s.w.lang, key); text != key {
		return text
	}
	if len(parts) < 2 {
		return id
	}
	name := ""
	switch parts[0] {
	case "duties":
		name = s.dutyName(parts[1])
	case "money":
		name = s.dutyName("money." + parts[1])
	case "criteria":
		name = nameIn(s.Review.Criteria, parts[1], func(c *Criterion) (string, string) { return c.ID, c.Name })
	}
	switch {
	case name == "":
		return id
	case len(parts) == 2:
		return name
	}
	return s.w.t("open_of", name, s.w.word("sheet.open.", last))
}

// placeName says where the page holds what a clause only tells.
func (s *sheetPart) placeName(id string) string {
	file, rest, _ := strings.Cut(id, ".")
	list, entry, _ := strings.Cut(rest, ".")
	switch list {
	case "contacts":
		return s.w.t("title.contacts") + " · " + nameIn(s.Call.Contacts, entry, func(c *Contact) (string, string) { return c.ID, c.Name })
	case "links":
		return nameIn(s.Call.Links, entry, func(l *Link) (string, string) { return l.ID, l.Name })
	case "by_reference":
		return nameIn(s.Call.References, entry, func(r *Reference) (string, string) { return r.ID, r.Document })
	case "tracks":
		return s.w.t("place.call_tracks") + " · " + nameIn(s.Call.Tracks, entry, func(t *Track) (string, string) { return t.ID, t.Name })
	case "units":
		return s.units([]string{entry})
	}
	return s.w.word("sheet.place.", file+"_"+list)
}
