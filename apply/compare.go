package apply

import (
	"encoding/json"
	"slices"
	"strings"

	"shenbao/programme"
	"shenbao/rule"
)

// A Comparison (版本对比) is how two contents of an application differ, in words,
// in the order of the form.
type Comparison struct {
	From     int64     `json:"from"`
	To       int64     `json:"to"`      // 0: the draft
	Amended  bool      `json:"amended"` // the two were filled in under different versions of the package
	Sections []Changes `json:"sections"`
}

// The sections of a comparison that are none of the form.
const (
	NamePart    = "name"    // of the application, and of its units
	PlanPart    = "outline" // of the construction plan
	ReasonsPart = "reasons"
	FilesPart   = "files"
	UnitsPart   = "partners"
)

// Changes are what differs in one section.
type Changes struct {
	ID      string   `json:"id"`
	Name    string   `json:"name,omitempty"` // of a section of the form
	Changes []Change `json:"changes"`
}

// A Change is one fact, text, file or partner that differs.
type Change struct {
	Code     string      `json:"code"`
	Label    string      `json:"label"`
	Old      string      `json:"old"`
	New      string      `json:"new"`
	Masked   bool        `json:"masked,omitempty"`   // both read the same: what differs is not shown
	Passages []Passage   `json:"passages,omitempty"` // of a text: what stayed around what changed
	Columns  []string    `json:"columns,omitempty"`  // of a list
	Rows     []RowChange `json:"rows,omitempty"`     // of a list, those that differ
	Complete string      `json:"complete,omitempty"` // of a list that is, or is no longer, declared to be complete: yes, no
}

// Same reports whether nothing differs.
func (c *Comparison) Same() bool { return len(c.Sections) == 0 }

// Compare says how to differs from from.
func Compare(from, to *Content, lang string) *Comparison {
	c := &comparing{wording: wording{lang}, from: from, to: to,
		Comparison: &Comparison{From: from.Number, To: to.Number, Amended: from.Package.Hash != to.Package.Hash, Sections: []Changes{}}}
	c.names()
	for _, s := range to.Package.Form.Sections {
		c.section(s, to.Package)
	}
	for _, s := range from.Package.Form.Sections {
		c.section(dropped(s, to.Package), from.Package)
	}
	c.texts(PlanPart, from.Texts.Outline, to.Texts.Outline)
	c.texts(ReasonsPart, from.Texts.Reasons, to.Texts.Reasons)
	c.files()
	c.partners()
	return c.Comparison
}

type comparing struct {
	wording
	*Comparison
	from, to *Content
}

// dropped is what a section had that the other package does not ask any more.
func dropped(s *programme.Section, other *programme.Package) *programme.Section {
	old := *s
	old.Facts = slices.DeleteFunc(slices.Clone(s.Facts), func(d *programme.Fact) bool { return other.Schema.Fact(d.ID) != nil })
	return &old
}

func (c *comparing) add(id, name string, changes []Change) {
	if len(changes) > 0 {
		c.Sections = append(c.Sections, Changes{id, name, changes})
	}
}

func (c *comparing) names() {
	var changes []Change
	if c.from.UnitName != c.to.UnitName {
		changes = append(changes, Change{Code: "unit", Label: c.t("host"), Old: c.from.UnitName, New: c.to.UnitName})
	}
	c.add(NamePart, "", changes)
}

func (c *comparing) section(s *programme.Section, p *programme.Package) {
	var changes []Change
	for _, d := range s.Facts {
		changes = append(changes, c.fact(p.Schema.Fact(d.ID), c.from.facts[d.ID], c.to.facts[d.ID])...)
	}
	c.add(s.ID, s.Name, changes)
}

// fact compares a fact: a series by year, a list by row.
func (c *comparing) fact(f *rule.Fact, before, after any) []Change {
	if equal(before, after) {
		return nil
	}
	switch f.Kind {
	case rule.ListKind:
		return c.list(f, before, after)
	case rule.SeriesKind:
		return c.series(f, before, after)
	}
	one := Change{Code: f.Code, Label: c.label(f), Old: c.value(f, before), New: c.value(f, after)}
	one.Masked = one.Old == one.New
	if one.Masked && f.Kind != rule.PersonKind {
		return nil // written differently: 1.2 亿元 and 12000 万元
	}
	if long(one.Old) || long(one.New) {
		one.Passages = passages(one.Old, one.New)
	}
	return []Change{one}
}

// long reports whether the change of a text is shown inside it.
func long(s string) bool { return len(s) > longText }

// equal reports whether two values of facts are the same JSON.
func equal(a, b any) bool { return canonical(a) == canonical(b) }

// canonical is a value as JSON with its keys sorted.
func canonical(v any) string {
	text, _ := json.Marshal(bare(v)) // decoded JSON always has a form
	return string(text)
}

func (c *comparing) series(f *rule.Fact, before, after any) (out []Change) {
	old, _ := bare(before).(map[string]any)
	now, _ := bare(after).(map[string]any)
	of := yearFact(f)
	for y := f.Years[0]; y <= f.Years[1]; y++ {
		a, b := c.value(of, old[itoa(y)]), c.value(of, now[itoa(y)])
		if a != b {
			out = append(out, Change{Code: yearField(f.Code, y), Label: c.t("of_year", c.label(f), y), Old: a, New: b})
		}
	}
	return out
}

// texts compares texts by their keys.
func (c *comparing) texts(id string, before, after map[string]string) {
	var changes []Change
	for _, key := range c.textKeys(id, before, after) {
		if before[key] != after[key] {
			changes = append(changes, Change{Code: id + "/" + key, Label: c.textLabel(id, key), Old: before[key], New: after[key], Passages: passages(before[key], after[key])})
		}
	}
	c.add(id, "", changes)
}

// textKeys are the keys of both, those of the plan in the order of its outline.
func (c *comparing) textKeys(id string, before, after map[string]string) []string {
	all := keysOf(before)
	for _, key := range keysOf(after) {
		if _, both := before[key]; !both {
			all = append(all, key)
		}
	}
	if id != PlanPart {
		slices.Sort(all)
		return all
	}
	place := map[string]int{}
	for i, s := range c.to.Package.Form.Outline {
		place[s.ID] = i + 1
	}
	slices.SortStableFunc(all, func(a, b string) int { return place[a] - place[b] })
	return all
}

func (c *comparing) textLabel(id, key string) string {
	if id == ReasonsPart {
		return c.to.ruleName(key, c.lang)
	}
	for _, p := range []*programme.Package{c.to.Package, c.from.Package} {
		for _, s := range p.Form.Outline {
			if s.ID == key {
				return s.Name
			}
		}
	}
	return key
}

// files compares the files by material: the same name with other bytes, the same
// bytes under another name, and of what is left the first with the first.
func (c *comparing) files() {
	var changes []Change
	for _, m := range c.materialIDs() {
		old, now := ofMaterial(c.from.Files, m), ofMaterial(c.to.Files, m)
		for _, same := range []func(a, b HandedIn) bool{
			func(a, b HandedIn) bool { return a.Name == b.Name && a.Hash == b.Hash },
			func(a, b HandedIn) bool { return a.Name == b.Name },
			func(a, b HandedIn) bool { return a.Hash == b.Hash },
			func(HandedIn, HandedIn) bool { return true },
		} {
			for i := 0; i < len(old); i++ {
				j := slices.IndexFunc(now, func(b HandedIn) bool { return same(old[i], b) })
				if j < 0 {
					continue
				}
				if old[i] != now[j] {
					changes = append(changes, c.file(m, &old[i], &now[j]))
				}
				old, now = slices.Delete(old, i, i+1), slices.Delete(now, j, j+1)
				i--
			}
		}
		for i := range old {
			changes = append(changes, c.file(m, &old[i], nil))
		}
		for i := range now {
			changes = append(changes, c.file(m, nil, &now[i]))
		}
	}
	c.add(FilesPart, "", changes)
}

func ofMaterial(all []HandedIn, material string) (out []HandedIn) {
	for _, f := range all {
		if f.Material == material {
			out = append(out, f)
		}
	}
	return out
}

// materialIDs are the materials of both contents, in the order of the call.
func (c *comparing) materialIDs() []string {
	var ids []string
	for _, m := range c.to.Package.Form.Materials {
		ids = append(ids, m.ID)
	}
	for _, f := range append(slices.Clone(c.from.Files), c.to.Files...) {
		if !slices.Contains(ids, f.Material) {
			ids = append(ids, f.Material)
		}
	}
	return ids
}

func (c *comparing) file(material string, old, now *HandedIn) Change {
	line := func(f *HandedIn) string {
		if f == nil {
			return ""
		}
		return c.t("file_line", f.Name, size(f.Size), short(f.Hash))
	}
	label := c.to.MaterialName(material)
	if label == material {
		label = c.from.MaterialName(material)
	}
	return Change{Code: "material." + material, Label: label, Old: line(old), New: line(now)}
}

// partners compares who confirmed what.
func (c *comparing) partners() {
	var changes []Change
	find := func(all []Joined, name string) (string, bool) {
		i := slices.IndexFunc(all, func(j Joined) bool { return j.Name == name })
		if i < 0 {
			return "", false
		}
		words := c.t("partner." + all[i].State)
		return strings.TrimSpace(words + " " + short(all[i].Part)), true
	}
	for _, j := range c.from.Partners {
		now, _ := find(c.to.Partners, j.Name)
		if old, _ := find(c.from.Partners, j.Name); old != now {
			changes = append(changes, Change{Code: j.Name, Label: j.Name, Old: old, New: now})
		}
	}
	for _, j := range c.to.Partners {
		if _, both := find(c.from.Partners, j.Name); !both {
			now, _ := find(c.to.Partners, j.Name)
			changes = append(changes, Change{Code: j.Name, Label: j.Name, New: now})
		}
	}
	c.add(UnitsPart, "", changes)
}
