package apply

import (
	"slices"
	"strings"

	"shenbao/rule"
)

// The kinds of [RowChange].
const (
	RowAdded   = "added"
	RowRemoved = "removed"
	RowChanged = "changed"
)

// A RowChange is a row that differs: its cells in words, before and after.
type RowChange struct {
	Kind  string `json:"kind"`
	Row   int    `json:"row"` // its place, from 1: in the newer content, of one that was removed in the older
	Cells []Cell `json:"cells"`
}

// A Cell is one cell of a row that differs.
type Cell struct {
	Old     string `json:"old"`
	New     string `json:"new"`
	Changed bool   `json:"changed,omitempty"`
	Masked  bool   `json:"masked,omitempty"` // both read the same: what differs is not shown
}

// list compares two lists row by row. Rows that only changed their places do not
// differ.
func (c *comparing) list(f *rule.Fact, before, after any) []Change {
	old, wasComplete := rowsOf(before)
	now, complete := rowsOf(after)
	one := Change{Code: f.Code, Label: c.label(f), Old: c.t("rows", len(old)), New: c.t("rows", len(now))}
	for _, col := range f.Columns {
		one.Columns = append(one.Columns, strings.ReplaceAll(c.column(col), ".", "·"))
	}
	if wasComplete != complete && !f.Closed {
		one.Complete = map[bool]string{true: "yes", false: "no"}[complete]
	}
	m := matchRows(f, old, now)
	for j, row := range now {
		switch i := m[j]; {
		case i < 0:
			one.Rows = append(one.Rows, RowChange{RowAdded, j + 1, c.rowCells(f, nil, row)})
		default:
			if cells := c.rowCells(f, old[i], row); slices.ContainsFunc(cells, func(x Cell) bool { return x.Changed }) {
				one.Rows = append(one.Rows, RowChange{RowChanged, j + 1, cells})
			}
		}
	}
	for i, row := range old {
		if !slices.Contains(m, i) {
			one.Rows = append(one.Rows, RowChange{RowRemoved, i + 1, c.rowCells(f, row, nil)})
		}
	}
	if len(one.Rows) == 0 && one.Complete == "" {
		return nil
	}
	return []Change{one}
}

// rowCells are the cells of two rows side by side; nil is no row.
func (c *comparing) rowCells(f *rule.Fact, old, now map[string]any) []Cell {
	var out []Cell
	for _, col := range f.Columns {
		x := Cell{Old: c.cell(col, old[col.Code]), New: c.cell(col, now[col.Code])}
		x.Masked = old != nil && now != nil && col.Kind == rule.PersonKind && x.Old == x.New && !equal(old[col.Code], now[col.Code])
		x.Changed = x.Old != x.New || x.Masked
		out = append(out, x)
	}
	return out
}

// matchRows finds for each of the newer rows the older one that it was, -1 for
// none: the same row, then one with the same key, then the one with the most
// cells in common.
func matchRows(f *rule.Fact, old, now []map[string]any) []int {
	m := make([]int, len(now))
	for j := range m {
		m[j] = -1
	}
	taken := make([]bool, len(old))
	for _, key := range []func(map[string]any) string{func(row map[string]any) string { return canonical(row) }, keyOfRow(f, rule.PersonKind), keyOfRow(f, rule.UnitKind), keyOfRow(f, "")} {
		places := map[string][]int{}
		for i, row := range old {
			if k := key(row); !taken[i] && k != "" {
				places[k] = append(places[k], i)
			}
		}
		for j, row := range now {
			k := key(row)
			if free := places[k]; m[j] < 0 && k != "" && len(free) > 0 {
				m[j], taken[free[0]], places[k] = free[0], true, free[1:]
			}
		}
	}
	alike(f, old, now, m, taken)
	return m
}

// keyOfRow is what a row is known by: its cell of a kind, or else its first.
func keyOfRow(f *rule.Fact, kind rule.Kind) func(map[string]any) string {
	i := slices.IndexFunc(f.Columns, func(c *rule.Fact) bool { return c.Kind == kind })
	if kind == "" && len(f.Columns) > 0 && slices.Contains([]rule.Kind{rule.TextKind, rule.YearKind}, f.Columns[0].Kind) {
		i = 0
	}
	if i < 0 {
		return func(map[string]any) string { return "" }
	}
	return func(row map[string]any) string {
		if row[f.Columns[i].Code] == nil {
			return ""
		}
		return canonical(row[f.Columns[i].Code])
	}
}

// maxAlike bounds how many pairs of rows are looked at for what they have in
// common; beyond it rows count as removed and added.
const maxAlike = 250_000

// alike pairs the rows that are left with those that share at least half of
// their cells.
func alike(f *rule.Fact, old, now []map[string]any, m []int, taken []bool) {
	free := 0
	for _, t := range taken {
		if !t {
			free++
		}
	}
	if free*len(now)*len(f.Columns) > maxAlike*4 {
		return
	}
	for j, row := range now {
		best, most := -1, (len(f.Columns)+1)/2
		for i := range old {
			if m[j] >= 0 || taken[i] {
				continue
			}
			if n := common(f, old[i], row); n >= most && (best < 0 || n > most) {
				best, most = i, n
			}
		}
		if best >= 0 {
			m[j], taken[best] = best, true
		}
	}
}

// common is how many cells two rows share.
func common(f *rule.Fact, a, b map[string]any) int {
	n := 0
	for _, c := range f.Columns {
		if a[c.Code] != nil && equal(a[c.Code], b[c.Code]) {
			n++
		}
	}
	return n
}
