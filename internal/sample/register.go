package sample

import (
	"fmt"
	"time"
)

// A Register (名录) is the part of a register that one authority keeps.
type Register struct {
	ID       string // of registry.RegisterLists
	Keeper   string // the name of an authority
	Document string
	Day      string
	Rows     []map[string]string // texts by column
}

// Registers are the registers that the two provinces keep. Every part is
// complete.
func Registers() []Register {
	var all []Register
	for _, p := range []struct{ keeper, place, document string }{
		{"山东省科学技术厅", "37", "鲁科名录〔2024〕"}, {"山西省科学技术厅", "14", "晋科名录〔2024〕"},
	} {
		var here []Unit
		for _, u := range Units() {
			if u.Place[:2] == p.place {
				here = append(here, u)
			}
		}
		for i, r := range provincial(here) {
			r.Keeper, r.Document, r.Day = p.keeper, fmt.Sprintf("%s%d号", p.document, i+1), "2024-01-01"
			all = append(all, r)
		}
	}
	return all
}

func provincial(units []Unit) []Register {
	return []Register{
		{ID: "platforms", Rows: perUnit(units, Unit.registeredPlatforms)},
		{ID: "platform_staff", Rows: perUnit(units, Unit.registeredStaff)},
		{ID: "names", Rows: perUnit(units, Unit.registeredNames)},
		{ID: "high_tech", Rows: perUnit(units, Unit.highTech)},
		{ID: "chain_leaders", Rows: perUnit(units, Unit.chainLeader)},
		{ID: "sharing_network", Rows: perUnit(units, func(u Unit) []map[string]string { return []map[string]string{u.row("valid_from", "2021-01-01")} })},
		{ID: "rd_statistics", Rows: perUnit(units, func(u Unit) []map[string]string {
			return []map[string]string{u.row("valid_from", "2024-01-01", "valid_to", "2024-12-31")}
		})},
		{ID: "integrity", Rows: perUnit(units, Unit.breach)},
		{ID: "safety_selfcheck", Rows: perUnit(units, func(u Unit) []map[string]string {
			return []map[string]string{u.row("year", "2024", "done", yes(u.seed%7 != 5))}
		})},
	}
}

func perUnit(units []Unit, rows func(Unit) []map[string]string) []map[string]string {
	var all []map[string]string
	for _, u := range units {
		all = append(all, rows(u)...)
	}
	return all
}

// row is a row about the unit, with more columns and their texts.
func (u Unit) row(more ...string) map[string]string {
	row := map[string]string{"unit": u.Name, "unit_code": u.Code}
	for i := 0; i+1 < len(more); i += 2 {
		row[more[i]] = more[i+1]
	}
	return row
}

// registeredPlatforms are the platforms that the province approved: those of
// departments stand in their own lists.
func (u Unit) registeredPlatforms() []map[string]string {
	var rows []map[string]string
	for _, p := range u.Lists["platforms"] {
		if p["kind"] != "enterprise_tech_prov" {
			rows = append(rows, u.row("kind", p["kind"], "name", p["name"], "place", u.Place, "field", p["field"], "valid_from", p["approved"]))
		}
	}
	return rows
}

// registeredStaff are the first of the unit's people, who belong to its
// platform.
func (u Unit) registeredStaff() []map[string]string {
	var rows []map[string]string
	for _, p := range u.registeredPlatforms() {
		for n := range 6 {
			one := u.person(n)
			rows = append(rows, map[string]string{"platform": p["name"], "kind": p["kind"], "place": u.Place, "name": one.name, "person": one.number, "valid_from": "2019-01-01"})
		}
	}
	return rows
}

func (u Unit) registeredNames() []map[string]string {
	var rows []map[string]string
	for _, p := range u.registeredPlatforms() {
		rows = append(rows, map[string]string{"kind": p["kind"], "name": p["name"], "place": u.Place, "valid_from": p["valid_from"]})
	}
	return rows
}

// highTech are the certificates of a company; that of one has run out.
func (u Unit) highTech() []map[string]string {
	if u.Kind != "enterprise" {
		return nil
	}
	from := day(2022, time.December, 12)
	if u.Lacks == "host.enterprise" {
		from = day(2020, time.December, 3)
	}
	return []map[string]string{u.row("certificate", fmt.Sprintf("GR%d%s%05d", from.Year(), u.Place[:4], u.seed+1),
		"valid_from", from.Format(time.DateOnly), "valid_to", from.AddDate(3, 0, -1).Format(time.DateOnly))}
}

func (u Unit) chainLeader() []map[string]string {
	if u.Kind != "enterprise" || u.seed%4 != 0 {
		return nil
	}
	return []map[string]string{u.row("chain", u.Field, "role", "链主", "valid_from", "2022-01-01")}
}

// breach is a record of a unit that does not apply, long past.
func (u Unit) breach() []map[string]string {
	if u.Name != "太行机电股份有限公司" && u.Name != "海岱精密传感有限公司" {
		return nil
	}
	return []map[string]string{u.row("matter", "逾期未交科技报告", "valid_from", "2020-03-01", "valid_to", "2021-03-01")}
}
