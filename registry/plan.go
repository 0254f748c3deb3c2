package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"

	"shenbao/internal/blob"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A Change (变更) adds, changes or removes a row of a list.
type Change struct {
	ID       RowID             `json:"id"`       // "" adds a row; a single fact is known by its column
	Version  int64             `json:"version"`  // the version that it was made on; 0 for a new row
	Cells    map[string]string `json:"cells"`    // as typed, by column; a column that is left out stays as it is
	Evidence string            `json:"evidence"` // hash of the file that proves it; "" leaves what is there
	Remove   bool              `json:"remove"`
}

// A move is what a change does: the row before, and what stands in it after.
type move struct {
	change   int  // its number among the changes; -1 for a row that a whole list leaves out
	before   *Row // nil for a new row
	remove   bool
	ended    bool // the row stays, with the last day on which it counts
	cells    map[string]string
	columns  []string // those that are different
	evidence string
	number   string // the identity number, when it is new
	person   string // its keyed hash
	key      string
}

// A flaw is what is wrong with one of several changes.
type flaw struct {
	change int
	column string // "" when it is about the whole row
	fault  *fault.Fault
	twin   int // of a row that is given twice: the change that gave it first, and fault is nil
}

// A plan is what several changes do to the rows of a list that stand.
type plan struct {
	list  *List
	keys  *secret.Keys
	rows  []*Row
	byID  map[RowID]*Row
	byKey map[string]*Row
	moves []move
	flaws []flaw
	same  int // changes that change nothing
}

func newPlan(list *List, keys *secret.Keys, rows []*Row) *plan {
	p := &plan{list: list, keys: keys, rows: rows, byID: map[RowID]*Row{}, byKey: map[string]*Row{}}
	for _, r := range rows {
		p.byID[r.ID] = r
		p.byKey[r.key] = r
	}
	return p
}

// row is the row that a change is made to, or nil when it adds one.
func (p *plan) row(c Change) *Row {
	for code := range c.Cells {
		if p.list.Single {
			return p.byKey[code]
		}
	}
	return p.byID[c.ID]
}

// addRow plans a row of a file: without an id it is the row of the list that is
// the same thing, when there is one. Rows of a register have new ids in every
// edition, so one that is not known counts as none. It returns the id of the
// row.
func (p *plan) addRow(n int, c Change) (RowID, error) {
	if p.list.register && p.byID[c.ID] == nil {
		c.ID = ""
	}
	if c.ID == "" && !p.list.Single {
		m, faults, err := p.next(nil, c)
		if err != nil {
			return "", err
		}
		same := p.byKey[m.key]
		if same == nil || len(faults) > 0 {
			p.settle(n, m, faults)
			return "", nil
		}
		c.ID = same.ID
	}
	return c.ID, p.add(n, c)
}

// add plans one change.
func (p *plan) add(n int, c Change) error {
	before := p.row(c)
	if f := p.shape(c, before); f != nil {
		p.flaws = append(p.flaws, flaw{change: n, column: f.Field, fault: f})
		return nil
	}
	if c.Remove {
		p.moves = append(p.moves, move{change: n, before: before, remove: true})
		return nil
	}
	m, faults, err := p.next(before, c)
	if err == nil {
		p.settle(n, m, faults)
	}
	return err
}

// settle takes in what a change does, or what is wrong with it.
func (p *plan) settle(n int, m move, faults []*fault.Fault) {
	m.change = n
	for _, f := range faults {
		p.flaws = append(p.flaws, flaw{change: n, column: f.Field, fault: f})
	}
	before := m.before
	switch {
	case len(faults) > 0:
	case before != nil && len(m.columns) == 0 && m.person == before.Person && m.evidence == before.Evidence:
		p.same++
	case p.list.Single && len(m.cells) == 0: // a fact that was emptied is no longer there
		if before != nil {
			p.moves = append(p.moves, move{change: n, before: before, remove: true})
		}
	default:
		p.moves = append(p.moves, m)
	}
}

// shape refuses a change that is about no row, or about something else.
func (p *plan) shape(c Change, before *Row) *fault.Fault {
	switch {
	case p.list.Single && !c.Remove && len(c.Cells) != 1:
		return fault.New(fault.Invalid, "registry.one_fact")
	case c.Evidence != "" && !blob.Hash(c.Evidence).Valid():
		return fault.New(fault.Invalid, "registry.evidence").In("evidence")
	case before == nil && (c.ID != "" || c.Remove):
		return fault.New(fault.Missing, "registry.no_row", p.list.word())
	}
	return nil
}

// next is what a row becomes. An identity number is looked at again when what
// it says of its holder changes.
func (p *plan) next(before *Row, c Change) (move, []*fault.Fault, error) {
	m := move{before: before, evidence: c.Evidence}
	over, typed := map[string]string{}, c.Cells
	if before != nil {
		over = before.Cells
		var err error
		if typed, err = p.withNumber(before, typed); err != nil {
			return m, nil, err
		}
		if m.evidence == "" {
			m.evidence = before.Evidence
		}
	}
	d, faults := p.list.read(over, typed)
	if len(faults) > 0 {
		return m, faults, nil
	}
	m.cells, m.columns, m.number = d.cells, p.list.columnsOf(over, d.cells), d.number
	if column := p.list.kind(Person); column != nil && d.cells[column.Code] != "" {
		if d.number != "" {
			m.person = p.keys.Digest(identityUse, d.number)
		} else {
			m.person = before.Person
		}
	}
	m.key = p.list.key(m.cells, m.person)
	return m, nil, nil
}

// identityUse names the keyed hashes of identity numbers: equal numbers have
// equal hashes in every list, register and application.
const identityUse = "identity"

// PersonKey (证件号散列) is what rules compare instead of an identity number.
func PersonKey(keys *secret.Keys, number string) string { return keys.Digest(identityUse, number) }

// withNumber adds the stored number to what was typed, when that touches what
// the number says: date of birth, sex, kind of document.
func (p *plan) withNumber(before *Row, typed map[string]string) (map[string]string, error) {
	column := p.list.kind(Person)
	if column == nil || before.sealed == "" {
		return typed, nil
	}
	if now, given := typed[column.Code]; given && now != before.Cells[column.Code] {
		return typed, nil
	}
	touched := false
	for _, code := range []string{"birth", "sex", "document"} {
		now, given := typed[code]
		touched = touched || given && now != before.Cells[code]
	}
	if !touched {
		return typed, nil
	}
	number, err := p.keys.Open(sealedAt(before.ID), before.sealed)
	if err != nil {
		return nil, err
	}
	typed = maps.Clone(typed)
	typed[column.Code] = number
	return typed, nil
}

// sealedAt is the place that the identity number of a row is sealed for.
func sealedAt(id RowID) string { return "profile_rows.sealed:" + string(id) }

// rest plans the end of every row that no change was about: the changes are the
// whole list from day on. Where rows say until when they count, those that
// counted before stay, and end on the day before; what had ended is left alone.
func (p *plan) rest(named map[RowID]bool, day string) {
	for _, r := range p.rows {
		until := r.Cells[p.list.Until]
		switch {
		case named[r.ID]:
		case p.list.Until == "" || !p.list.register || r.Cells["valid_from"] >= day:
			p.moves = append(p.moves, move{change: -1, before: r, remove: true})
		case until == "" || until >= day:
			cells := maps.Clone(r.Cells)
			cells[p.list.Until] = dayBefore(day)
			p.moves = append(p.moves, move{change: -1, before: r, ended: true, cells: cells,
				columns: []string{p.list.Until}, person: r.Person, key: r.key})
		}
	}
}

// check finds rows that would be the same thing, and a list that grew too long.
func (p *plan) check() {
	count, owner, first := len(p.rows), map[string]*Row{}, map[string]int{}
	for _, r := range p.rows {
		owner[r.key] = r
	}
	for _, m := range p.moves {
		if m.before != nil {
			delete(owner, m.before.key)
			count--
		}
	}
	for _, m := range p.moves {
		if m.remove {
			continue
		}
		count++
		if other := owner[m.key]; other != nil {
			p.flaws = append(p.flaws, flaw{change: m.change, column: p.keyColumn(m), fault: fault.New(fault.Invalid, "registry.duplicate", p.list.label(other.Cells))})
		} else if n, twice := first[m.key]; twice {
			p.flaws = append(p.flaws, flaw{change: m.change, column: p.keyColumn(m), twin: n})
		} else {
			first[m.key] = m.change
		}
	}
	if count > p.list.Rows {
		p.flaws = append(p.flaws, flaw{change: -1, fault: fault.New(fault.Invalid, "registry.full", p.list.word(), p.list.Rows)})
	}
}

// keyColumn is the column by which a row was found to be the same as another.
func (p *plan) keyColumn(m move) string {
	for _, columns := range p.list.Keys {
		if m.cells[columns[0]] != "" {
			return columns[0]
		}
	}
	return ""
}

// whole is the key of a row of which too little is known to tell it apart:
// everything that stands in it.
func whole(cells map[string]string) string {
	text, _ := json.Marshal(cells) // texts always have a JSON form
	return "=" + string(text)
}

// digest is a hash of the moves: what somebody accepts, and the journal keeps.
// It changes with every cell and with every version that it rests on.
func (p *plan) digest() string {
	h := sha256.New()
	for _, m := range p.moves {
		line := []any{m.remove, m.cells, m.person, m.key, m.evidence}
		if m.before != nil {
			line = append(line, m.before.ID, m.before.Version)
		}
		text, _ := json.Marshal(line) // texts and numbers always have a JSON form
		h.Write(append(text, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}
