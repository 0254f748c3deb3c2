package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
	"shenbao/rule"
)

// IntegrityOf asks the register of integrity about everybody in a form on a day,
// in days since 1970-01-01. It is asked before an application is submitted, and
// again before it is reviewed and decided.
func (o *Office) IntegrityOf(ctx context.Context, r db.Reader, fm *Form, day int64) (*Integrity, error) {
	s := &surroundings{fm: fm, day: day}
	var err error
	if s.registers, err = registry.Registers(ctx, r, day); err != nil {
		return nil, err
	}
	if s.host, err = actor.FindUnit(ctx, r, fm.Of.Unit); err != nil {
		return nil, err
	}
	s.keys = fm.keys(s.host, 0) // the year tells nothing of people
	return s.integrity(ctx, r)
}

// integrity asks the register at hand.
func (s *surroundings) integrity(ctx context.Context, r db.Reader) (*Integrity, error) {
	n := &Integrity{Breaches: []Breach{}}
	reg := s.registers["integrity"]
	if reg == nil {
		return n, nil
	}
	n.Connected, n.Complete = true, reg.Complete
	for _, one := range s.subjects() {
		for _, row := range one.rows(reg) {
			if reg.Valid(row, s.day) == rule.Unmet {
				continue
			}
			b, err := s.breach(ctx, r, one, row)
			if err != nil {
				return nil, err
			}
			n.Breaches = append(n.Breaches, b)
		}
	}
	return n, nil
}

// rows are the rows of the register that are, or may be, about the subject: a
// row without a code names somebody, and others may have that name.
func (s subject) rows(reg *rule.Register) []int {
	column := "unit_code"
	if s.person {
		column = "person"
	}
	var out []int
	if s.code != "" {
		out = append(out, reg.Find(column, s.code)...)
	}
	if s.name != "" {
		for _, row := range reg.Find("unit", s.name) {
			if cells := reg.Rows[row]; cells["unit_code"] == "" && cells["person"] == "" {
				out = append(out, row)
			}
		}
	}
	return out
}

func (s *surroundings) breach(ctx context.Context, r db.Reader, one subject, row int) (Breach, error) {
	reg := s.registers["integrity"]
	cells := reg.Rows[row]
	b := Breach{Subject: one.name, Field: one.field, Person: one.person, Matter: cells["matter"], From: cells["valid_from"], Until: cells["valid_to"],
		Sure: cells["unit_code"]+cells["person"] != "" && reg.Valid(row, s.day) == rule.Met}
	e := registry.EditionOf(reg, row)
	if e == nil {
		return b, nil
	}
	b.Document, b.Edition, b.EditionDay = e.Document, e.Number, e.Day
	keeper, err := actor.FindUnit(ctx, r, e.Keeper)
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return b, nil
	} else if err != nil {
		return b, err
	}
	b.Keeper = keeper.Name
	return b, nil
}
