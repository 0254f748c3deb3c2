package programme

import (
	"errors"
	"maps"
	"slices"

	"shenbao/internal/fault"
)

// CoverageCounts are the clauses of one kind, or of all, by what carries them.
// Every clause is counted once: as running when all its carriers run, as partly
// when some wait for their room, as pending when all do, as empty when it has
// none.
type CoverageCounts struct {
	Clauses int `json:"clauses"`
	Runs    int `json:"runs"`
	Partly  int `json:"partly"`
	Pending int `json:"pending"`
	Empty   int `json:"empty"`
}

// KindCounts are the counts of one kind of clause.
type KindCounts struct {
	Kind ClauseKind `json:"kind"`
	CoverageCounts
}

// RoomCounts say how much waits for a room: carriers, and clauses that they
// carry.
type RoomCounts struct {
	Room     string `json:"room"`
	Carriers int    `json:"carriers"`
	Clauses  int    `json:"clauses"`
}

// CoverageTable is the coverage of one package, or of several together, as
// counts.
type CoverageTable struct {
	Package   string         `json:"package"` // empty for several together
	Inventory string         `json:"inventory"`
	Title     string         `json:"title"`
	Counts    CoverageCounts `json:"counts"`
	Kinds     []KindCounts   `json:"kinds"` // that occur, in the order of the format
	Rooms     []RoomCounts   `json:"rooms"` // that carriers wait for, most clauses first
	Empty     []string       `json:"empty"` // clauses without a carrier
	Errors    int            `json:"errors"`
}

// Coverage counts the coverage of every package of the index, in its order, and
// of all together. A guide counts once, with its members. A faulty package is
// counted as far as it can be read, and the error holds its faults.
func (l *Library) Coverage() (tables []CoverageTable, total CoverageTable, err error) {
	var all []Coverage
	var faults []error
	tables = []CoverageTable{}
	for _, e := range l.index {
		p, err := l.Load(e.ID)
		if err != nil {
			faults = append(faults, err)
		}
		if p == nil {
			continue
		}
		rows := p.Coverage()
		all = append(all, rows...)
		t := tableOf(rows)
		t.Package, t.Inventory, t.Title, t.Errors = e.ID, e.Inventory, e.Title, len(fault.All(err))
		tables = append(tables, t)
		total.Errors += t.Errors
	}
	sum := tableOf(all)
	sum.Errors = total.Errors
	return tables, sum, errors.Join(faults...)
}

// tableOf counts clauses by kind and by the rooms that they wait for.
func tableOf(rows []Coverage) CoverageTable {
	t := CoverageTable{Kinds: []KindCounts{}, Rooms: []RoomCounts{}, Empty: []string{}}
	byKind := map[ClauseKind]*CoverageCounts{}
	byRoom := map[string]*RoomCounts{}
	for i := range rows {
		c := &rows[i]
		if byKind[c.Kind] == nil {
			byKind[c.Kind] = &CoverageCounts{}
		}
		t.Counts.count(c)
		byKind[c.Kind].count(c)
		if len(c.Carriers) == 0 {
			t.Empty = append(t.Empty, c.Clause)
		}
		countRooms(byRoom, c)
	}
	for _, k := range kinds {
		if n := byKind[ClauseKind(k[1])]; n != nil {
			t.Kinds = append(t.Kinds, KindCounts{ClauseKind(k[1]), *n})
		}
	}
	for _, room := range slices.Sorted(maps.Keys(byRoom)) {
		t.Rooms = append(t.Rooms, *byRoom[room])
	}
	slices.SortStableFunc(t.Rooms, func(a, b RoomCounts) int { return b.Clauses - a.Clauses })
	return t
}

func (n *CoverageCounts) count(c *Coverage) {
	runs := 0
	for _, k := range c.Carriers {
		if k.State == Runs {
			runs++
		}
	}
	n.Clauses++
	switch {
	case len(c.Carriers) == 0:
		n.Empty++
	case runs == len(c.Carriers):
		n.Runs++
	case runs == 0:
		n.Pending++
	default:
		n.Partly++
	}
}

func countRooms(byRoom map[string]*RoomCounts, c *Coverage) {
	seen := map[string]bool{}
	for _, k := range c.Carriers {
		if k.State != Pending {
			continue
		}
		n := byRoom[k.Room]
		if n == nil {
			n = &RoomCounts{Room: k.Room}
			byRoom[k.Room] = n
		}
		n.Carriers++
		if !seen[k.Room] {
			seen[k.Room] = true
			n.Clauses++
		}
	}
}
