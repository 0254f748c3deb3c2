package apply

import (
	"slices"

	"shenbao/rule"
)

// staffed are the people of the form who are fixed staff of a platform that the
// package excludes. No clause, no conflict: most platforms may share people.
func (s *surroundings) staffed() (out []Clash) {
	reg := s.registers["platform_staff"]
	if reg == nil || s.fm.Package.Program == nil {
		return nil
	}
	r, call := s.asking("roster.distinct", nil)
	if r == nil {
		return nil
	}
	var kinds []string
	for _, a := range call.Args {
		if a.Param != nil {
			kinds = a.Param.Codes
		}
	}
	inProvince := call.Check.Code == "roster.distinct_in_province"
	for _, k := range s.keys {
		if k.kind != PersonKind || k.weak {
			continue
		}
		c := s.clash(StaffKind, k.field)
		c.Mine, c.Sure, c.rule, c.Clause, c.covered = k.shown, true, r, r.Clauses[0], c.fact == call.Args[0].Fact
		for _, row := range reg.Find("person", k.key) {
			cells := reg.Rows[row]
			if reg.Valid(row, s.day) == rule.Met && slices.Contains(kinds, cells["kind"]) && (!inProvince || sameProvince(cells["place"], s.host.Place)) {
				c.Others = append(c.Others, Other{Name: cells["platform"]})
			}
		}
		if len(c.Others) > 0 {
			out = append(out, c)
		}
	}
	return out
}

func sameProvince(a, b string) bool { return len(a) == 6 && len(b) == 6 && a[:2] == b[:2] }

// directed are the conflicts with platforms of the register in the direction
// that the form chose: those of the host, and those of its city.
func (s *surroundings) directed() (out []Clash) {
	reg := s.registers["platforms"]
	f, option := s.fm.directionFact()
	if reg == nil || option == nil {
		return nil
	}
	held, city := s.clash(HeldKind, f.Code), s.clash(CityKind, f.Code)
	held.Mine, city.Mine = option.Name, option.Name
	if held.rule = s.ruleReading("same_direction"); held.rule != nil {
		held.Clause = held.rule.Clauses[0]
	}
	kinds := []string{platformKind(s.fm.Package)}
	if r, call := s.asking("platform.field_free", f); r != nil {
		city.rule, city.Clause, city.covered, kinds = r, r.Clauses[0], true, call.Args[2].Param.Codes
	}
	rows := fieldsOf(reg)
	for _, row := range slices.Concat(rows[folded(option.Name)], rows[folded(option.Code)]) {
		cells := reg.Rows[row]
		if reg.Valid(row, s.day) != rule.Met {
			continue
		}
		if cells["unit_code"] == s.host.Code {
			held.Others = append(held.Others, Other{Name: cells["name"]})
		}
		if here := cityOf(s.host.Place); here != "" && cityOf(cells["place"]) == here && slices.Contains(kinds, cells["kind"]) {
			city.Others = append(city.Others, Other{Name: cells["name"]})
		}
	}
	for _, c := range []Clash{held, city} {
		if len(c.Others) > 0 {
			c.Sure = true
			out = append(out, c)
		}
	}
	return out
}

// ruleReading is the first rule of the package that reads a column, nil when
// none does.
func (s *surroundings) ruleReading(column string) *rule.Rule {
	if p := s.fm.Package.Program; p != nil {
		for i := range p.Rules {
			if slices.ContainsFunc(rule.FactsUsed(p.Rules[i].Node), func(f *rule.Fact) bool { return f.Code == column }) {
				return &p.Rules[i]
			}
		}
	}
	return nil
}

// fieldsOf finds the rows of the register of platforms by their field.
func fieldsOf(reg *rule.Register) map[string][]int {
	type key struct{}
	rows, _ := reg.Keep(key{}, func(r *rule.Register) any {
		rows := map[string][]int{}
		for i, row := range r.Rows {
			if field := folded(row["field"]); field != "" {
				rows[field] = append(rows[field], i)
			}
		}
		return rows
	}).(map[string][]int)
	return rows
}
