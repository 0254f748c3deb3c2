package apply

import (
	"slices"
	"strings"

	"shenbao/actor"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/similar"
)

// Surroundings (旁证) are what others and the registers say of what is in a form.
type surroundings struct {
	fm        *Form
	host      *actor.Unit
	day       int64
	registers rule.Registers // those that authorities keep
	keys      []resourceKey  // of the form
	held      []resourceKey  // those of them that another live application has
	near      []nearName     // names of live applications, the nearest first
}

// forRules are the registers as the rules ask them: with the applications under
// way, of which they see only what the form itself names, and not whose it is.
func (s *surroundings) forRules() rule.Registers {
	all := rule.Registers{}
	for id, r := range s.registers {
		all[id] = r
	}
	var rows []map[string]string
	for _, c := range s.shared() {
		row := map[string]string{"resource": c.Kind, "code": "", "person": "", "valid_from": ""}
		column := "code"
		if c.Kind == PersonKind {
			column = "person"
		}
		if row[column] = c.keys[0].cell; row[column] == "" {
			continue
		}
		if !c.Sure {
			row["valid_from"] = "?" // no day: the rule answers that it is not known
		}
		rows = append(rows, row)
	}
	for _, k := range s.held {
		if k.kind == hostKind {
			rows = append(rows, map[string]string{"resource": "platform", "unit_code": s.host.Code, "year": k.key[strings.LastIndexByte(k.key, '/')+1:]})
		}
	}
	all["applications"] = rule.NewRegister(rows, true)
	all[programme.LiveNames] = rule.NewRegister(s.liveNames(), true)
	return all
}

// conflicts are all of them, those with other applications first. They do not
// say with which.
func (s *surroundings) conflicts() []Clash {
	return slices.Concat(s.shared(), s.named(), s.staffed(), s.directed())
}

// liveNames are the near names as rows of the register of names, none twice.
func (s *surroundings) liveNames() (rows []map[string]string) {
	seen := map[liveName]bool{}
	for _, n := range s.near {
		same := liveName{kind: n.kind, place: n.place, name: n.name}
		if !seen[same] {
			seen[same] = true
			rows = append(rows, map[string]string{"kind": n.kind, "name": n.name, "place": n.place, "valid_from": "", "valid_to": ""})
		}
	}
	return rows
}

// shared are the things that another live application has, too.
func (s *surroundings) shared() []Clash {
	var out []Clash
	at := map[string]int{}
	for _, k := range s.held {
		if k.kind == hostKind {
			continue
		}
		i, ok := at[k.kind+" "+k.field]
		if !ok {
			i = len(out)
			at[k.kind+" "+k.field] = i
			c := s.clash(k.kind, k.field)
			c.Mine = k.shown
			if c.rule = s.ruleFor("resource.unused", c.fact); c.rule != nil {
				c.Clause, c.covered = c.rule.Clauses[0], true
			}
			out = append(out, c)
		}
		out[i].Sure = out[i].Sure || !k.weak
		out[i].keys = append(out[i].keys, k)
	}
	return out
}

// conflict begins one about a field.
func (s *surroundings) clash(kind, field string) Clash {
	code, _ := split(field)
	c := Clash{Kind: kind, Field: field, fact: s.fm.Package.Schema.Fact(code)}
	if _, section := s.fm.Declared(code); section != nil {
		c.Place = section.ID
	}
	return c
}

// ruleFor is the first rule of the package that asks a named check, whose code
// begins so, about a fact; nil when none does. About nil is about anything.
func (s *surroundings) ruleFor(check string, about *rule.Fact) *rule.Rule {
	r, _ := s.asking(check, about)
	return r
}

func (s *surroundings) asking(check string, about *rule.Fact) (found *rule.Rule, asked *rule.Call) {
	p := s.fm.Package.Program
	if p == nil {
		return nil, nil
	}
	for i := range p.Rules {
		rule.Walk(p.Rules[i].Node, func(n rule.Node) bool {
			c, ok := n.(*rule.Call)
			if found == nil && ok && strings.HasPrefix(c.Check.Code, check) && (about == nil || slices.ContainsFunc(c.Args, func(a rule.Arg) bool { return a.Fact == about })) {
				found, asked = &p.Rules[i], c
			}
			return true
		})
	}
	return found, asked
}

// named are the conflicts of the name: with applications under way in one, which
// [Office.Conflicts] tells apart for those who may know them, and with each of
// the nearest of the register.
func (s *surroundings) named() (out []Clash) {
	f := s.fm.platformFact()
	if f == nil || s.fm.text(f.Code) == "" {
		return nil
	}
	one := s.clash(NameKind, f.Code)
	one.Mine = s.fm.text(f.Code)
	if one.rule = s.ruleFor("name.distinct", f); one.rule != nil {
		one.Clause, one.covered = one.rule.Clauses[0], true
	}
	live := one
	for _, n := range s.near {
		if n.score >= similar.Near {
			live.names = append(live.names, n)
			live.Blocks = live.Blocks || s.takes(n)
		}
	}
	if live.Sure = live.Blocks; len(live.names) > 0 {
		out = append(out, live)
	}
	return append(out, s.registered(one)...)
}

// takes reports whether the name of a live application of another host has the
// same core, for a platform of the same kind and range.
func (s *surroundings) takes(n nearName) bool {
	return n.score >= similar.EqualCore && n.unit != s.host.ID && s.sameRange(n.kind, n.place)
}

// sameRange reports whether a platform of a kind in a place and the one that is
// applied for are of one kind, and in the range in which that kind is told
// apart: the province, the city or the country.
func (s *surroundings) sameRange(kind, place string) bool {
	switch {
	case kind == "" || kind != platformKind(s.fm.Package) || len(place) != 6 || len(s.host.Place) != 6:
		return false
	case strings.HasPrefix(kind, "prov_") || kind == "enterprise_tech_prov":
		return place[:2] == s.host.Place[:2]
	case strings.HasPrefix(kind, "city_"):
		return cityOf(place) == cityOf(s.host.Place)
	}
	return strings.HasPrefix(kind, "national_") || strings.HasPrefix(kind, "state_")
}

// shownNames is how many near names are shown.
const shownNames = 5

// registered are the conflicts with names of the register: those that have the
// same core, and the nearest.
func (s *surroundings) registered(one Clash) (out []Clash) {
	reg := s.registers["names"]
	if reg == nil {
		return nil
	}
	takes := func(row int) bool {
		return reg.Valid(row, s.day) == rule.Met && s.sameRange(reg.Rows[row]["kind"], reg.Rows[row]["place"])
	}
	counts := func(row int) bool { return reg.Valid(row, s.day) != rule.Unmet }
	index := programme.NamesOf(reg)
	matches := index.Search(nil, one.Mine, similar.Search{Most: shownNames, Least: similar.EqualCore, Keep: takes})
	for _, m := range index.Search(nil, one.Mine, similar.Search{Most: shownNames, Least: similar.Near, Keep: counts}) {
		if len(matches) < shownNames && !slices.Contains(matches, m) {
			matches = append(matches, m)
		}
	}
	for _, m := range matches {
		c := one
		c.Blocks = m.Permille >= similar.EqualCore && takes(m.Row)
		c.Sure, c.Score, c.Reasons = c.Blocks, m.Permille, similar.Name(one.Mine, reg.Rows[m.Row]["name"]).Reasons
		c.Others = []Other{{Name: reg.Rows[m.Row]["name"]}}
		out = append(out, c)
	}
	return out
}
