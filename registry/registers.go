package registry

import (
	"context"
	"maps"
	"strings"
	"sync"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/rule"
)

// An Edition (名录版次) is one state of the part of a register that an
// authority keeps. Editions are numbered from 1 and never change.
type Edition struct {
	ID           string       `json:"id"`
	Register     string       `json:"register"`
	Keeper       actor.UnitID `json:"keeper"`
	Number       int64        `json:"number"`
	Adopted      Mark         `json:"adopted"`
	Document     string       `json:"document"`      // the source: a document number, a title
	File         string       `json:"file"`          // SHA-256 of the file that was imported
	Day          string       `json:"day"`           // the first day on which it holds
	Complete     bool         `json:"complete"`      // the keeper says: a row that is not there does not exist
	CompleteFrom string       `json:"complete_from"` // … on this day and later; "" for always
	Added        int64        `json:"added"`
	Changed      int64        `json:"changed"`
	Ended        int64        `json:"ended"`
	Undoes       int64        `json:"undoes,omitempty"` // the edition that it takes back: see [Undo]
	Reason       string       `json:"reason,omitempty"` // why
	Blank        bool         `json:"blank,omitempty"`  // nothing stands, as before the first edition
}

// completeOn reports whether a row that is not there does not exist on a day.
func (e *Edition) completeOn(day string) bool {
	return e.Complete && (e.CompleteFrom == "" || e.CompleteFrom <= day)
}

// Registers returns the registers that the named checks may ask, as they stand
// now. Day, in days since 1970-01-01, is the day that will be asked about: a
// register is complete when every authority that keeps a part of it says so of
// that day. The applications under way are not among them: the room that has
// them adds them, without the one that is judged.
//
// The registers are shared and must not be changed.
func Registers(ctx context.Context, r db.Reader, day int64) (rule.Registers, error) {
	all, err := newest(ctx, r)
	if err != nil {
		return nil, err
	}
	parts := map[string][]*Edition{}
	for _, e := range all {
		parts[e.Register] = append(parts[e.Register], e)
	}
	out := rule.Registers{}
	for id, editions := range parts {
		if list := FindRegister(id); list != nil {
			if out[id], err = shelf.get(ctx, r, list, editions, rule.FormatDay(day)); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// shelf keeps the registers that were read last, so that a page need not read
// and index them again. What it keeps is known by the ids of its editions, and
// these never change: it cannot be out of date.
var shelf = &shelves{kept: map[shelfKey]shelved{}}

type shelves struct {
	mu   sync.Mutex
	kept map[shelfKey]shelved
}

type shelfKey struct {
	register string
	complete bool
}

type shelved struct {
	editions string
	register *rule.Register
}

func (s *shelves) get(ctx context.Context, r db.Reader, list *List, editions []*Edition, day string) (*rule.Register, error) {
	key, ids := shelfKey{list.ID, true}, make([]string, len(editions))
	for i, e := range editions {
		key.complete = key.complete && e.completeOn(day)
		ids[i] = e.ID
	}
	name := strings.Join(ids, " ")
	s.mu.Lock()
	found := s.kept[key]
	s.mu.Unlock()
	if found.editions == name {
		return found.register, nil
	}
	var rows []map[string]string
	var from []*Edition
	for _, e := range editions {
		held, err := heldIn(ctx, r, e)
		if err != nil {
			return nil, err
		}
		for _, row := range held {
			rows, from = append(rows, asked(list, row)), append(from, e)
		}
	}
	found = shelved{name, rule.NewRegister(rows, key.complete)}
	found.register.Keep(editionsKey{}, func(*rule.Register) any { return from })
	s.mu.Lock()
	s.kept[key] = found
	s.mu.Unlock()
	return found.register, nil
}

// editionsKey is where a register keeps the editions that its rows are from.
type editionsKey struct{}

// EditionOf returns the edition that a row of a register of [Registers] is from,
// nil for any other register.
func EditionOf(register *rule.Register, row int) *Edition {
	from, _ := register.Keep(editionsKey{}, func(*rule.Register) any { return []*Edition(nil) }).([]*Edition)
	if row < 0 || row >= len(from) {
		return nil
	}
	return from[row]
}

// asked is a row as the named checks ask it: a person is known by the keyed
// hash of the identity number, as in the facts of an application.
func asked(list *List, row *Row) map[string]string {
	c := list.kind(Person)
	if c == nil || row.Person == "" {
		return row.Cells
	}
	cells := maps.Clone(row.Cells)
	cells[c.Code] = row.Person
	return cells
}

// heldIn returns every row of an edition.
func heldIn(ctx context.Context, r db.Reader, e *Edition) ([]*Row, error) {
	var all []*Row
	for after := RowID(""); ; {
		rows, err := heldPage(ctx, r, e, after, 5000)
		if err != nil || len(rows) == 0 {
			return all, err
		}
		all, after = append(all, rows...), rows[len(rows)-1].ID
	}
}

// registersOf returns what the registers hold of a unit, by register.
func registersOf(ctx context.Context, r db.Reader, code string) (map[string]*UnitRows, error) {
	all, err := newest(ctx, r)
	if err != nil {
		return nil, err
	}
	out, day := map[string]*UnitRows{}, dayOf(r.At())
	for _, e := range all {
		u := out[e.Register]
		if u == nil {
			u = &UnitRows{Complete: true}
			out[e.Register] = u
		}
		u.Complete = u.Complete && e.completeOn(day)
		if e.Adopted.At.After(u.Adopted) {
			u.Adopted, u.Document = e.Adopted.At, e.Document
		}
	}
	if code == "" {
		return out, nil
	}
	rows, err := heldOf(ctx, r, code)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if u := out[row.List]; u != nil {
			u.Rows = append(u.Rows, row.Cells)
		}
	}
	return out, nil
}

// A RegisterPage is a part of an edition, for people who keep the register.
type RegisterPage struct {
	Edition  *Edition   `json:"edition"`
	Editions []*Edition `json:"editions"` // of this part, the newest first
	Rows     []*Row     `json:"rows"`
}

// pageRows is how many rows of a register are shown at a time.
const pageRows = 100

// ViewRegister returns rows of the part of a register that keeper keeps, after
// the row with the id after, to those who may keep it. Number picks an edition;
// 0 is the newest.
func ViewRegister(ctx context.Context, r db.Reader, by db.By, at RegisterPlace) (*RegisterPage, error) {
	if err := actor.May(ctx, r, by, actor.ActKeepRegister, at.Keeper); err != nil {
		return nil, err
	}
	p := &RegisterPage{}
	var err error
	if p.Editions, err = editions(ctx, r, at.Register, at.Keeper); err != nil {
		return nil, err
	}
	for _, e := range p.Editions {
		if p.Edition == nil && (at.Number == 0 || at.Number == e.Number) {
			p.Edition = e
		}
	}
	if p.Edition != nil {
		p.Rows, err = heldPage(ctx, r, p.Edition, at.After, pageRows)
	}
	return p, err
}

// A RegisterPlace is a place in a register.
type RegisterPlace struct {
	Register string
	Keeper   actor.UnitID
	Number   int64
	After    RowID
}

// A RegisterState says who keeps the parts of a register, and since when.
type RegisterState struct {
	ID    string     `json:"id"`
	Parts []*Edition `json:"parts"` // the newest edition of every part, without who adopted it and why one was taken back
}

// RegisterStates lists all registers with who keeps them. It is public: it
// says which conditions can be checked by machine.
func RegisterStates(ctx context.Context, r db.Reader) ([]RegisterState, error) {
	all, err := newest(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []RegisterState
	for _, l := range RegisterLists {
		s := RegisterState{ID: l.ID}
		for _, e := range all {
			if e.Register == l.ID {
				public := *e
				public.Adopted.Person, public.Reason = "", ""
				s.Parts = append(s.Parts, &public)
			}
		}
		out = append(out, s)
	}
	return out, nil
}
