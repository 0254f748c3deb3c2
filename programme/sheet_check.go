package programme

import (
	"strconv"
	"strings"

	"shenbao/internal/locale"
)

// sheetFindings lists what check found, the grave ones first: faults of the
// package, contradictions of the official text, and remarks.
func (p *Package) sheetFindings(w *sheetWords) []sheetTable {
	t := w.table("findings", "w-name", "", "w-place", "w-ref")
	for _, q := range p.Check() {
		row := t.row(q.Clauses, cell(locale.Text(w.lang, "check.severity."+string(q.Severity))), cell(q.Text(w.lang)),
			sheetCell{Small: strings.TrimPrefix(q.Place(), p.ID+"/")})
		row.Class = string(q.Severity)
	}
	return compact(t)
}

// sheetCoverage counts the clauses by kind and state, and lists what waits for
// each room.
func (p *Package) sheetCoverage(w *sheetWords) []sheetTable {
	rows := p.Coverage()
	table := tableOf(rows)
	t := w.table("coverage", "", "num", "num", "num", "num", "num")
	line := func(name string, n CoverageCounts) *sheetRow {
		return t.plain(cell(name), count(n.Clauses), count(n.Runs), count(n.Partly), count(n.Pending), count(n.Empty))
	}
	for _, k := range table.Kinds {
		line(w.kind(k.Kind), k.CoverageCounts)
	}
	line(w.t("sum"), table.Counts).Class = "sum"
	rooms := w.table("rooms", "w-name", "num", "num", "w-refs")
	for _, r := range table.Rooms {
		var clauses []string
		for _, c := range rows {
			for _, k := range c.Carriers {
				if k.State == Pending && k.Room == r.Room {
					clauses = appendNew(clauses, strings.TrimPrefix(c.Clause, p.Inventory+"-"))
				}
			}
		}
		rooms.plain(cell(w.room(r.Room)), count(r.Clauses), cell(strconv.Itoa(r.Carriers)), sheetCell{Clauses: clauses})
	}
	return compact(t, rooms)
}
